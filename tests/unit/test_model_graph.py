"""ONNX files are looked at before anything runs them: hostile ones stay outside."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.graph import check_graph
from models.problems import BadModel, ModelProblem
from tests import onnx_graphs as graphs


def why_not(data: bytes) -> BadModel:
    with pytest.raises(BadModel) as bad:
        check_graph(data)
    return bad.value


def model_with(tensor: TensorProto, *, where: str) -> bytes:
    """A model that holds the tensor as a weight, as a constant, or within a branch of a graph."""
    constant = helper.make_node("Constant", [], ["value"], value=tensor)
    model = onnx.load_model_from_string(graphs.text_graph())
    if where == "weight":
        model.graph.initializer.append(tensor)
    elif where == "constant":
        model.graph.node.append(constant)
    elif where == "sparse":
        places = numpy_helper.from_array(np.array([0]), "places")
        model.graph.sparse_initializer.append(helper.make_sparse_tensor(tensor, places, [4]))
    elif where == "function":
        opsets = [helper.make_opsetid("", 17)]
        model.functions.append(helper.make_function("own", "f", [], ["value"], [constant], opsets))
    else:
        gives = [helper.make_tensor_value_info("value", TensorProto.FLOAT, (1,))]
        branch = helper.make_graph([constant], "branch", [], gives)
        model.graph.node.append(
            helper.make_node("If", ["yes"], ["out"], then_branch=branch, else_branch=branch)
        )
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("data", [graphs.text_graph(), graphs.image_graph(), graphs.slow_graph(3)])
def test_a_whole_graph_of_standard_operators_may_pass(data: bytes) -> None:
    check_graph(data)


@pytest.mark.parametrize("where", ["weight", "constant", "sparse", "branch", "function"])
def test_a_graph_cannot_read_other_files(where: str) -> None:
    """Wherever in the graph it refers to one; nothing is opened to find out."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    assert why_not(model_with(tensor, where=where)).code is ModelProblem.FOREIGN_FILES
    tensor.ClearField("external_data")
    assert why_not(model_with(tensor, where=where)).code is ModelProblem.FOREIGN_FILES


@pytest.mark.parametrize("domain", ["com.microsoft", "evil.example"])
def test_operators_that_are_not_standard_are_refused_by_name(domain: str) -> None:
    node = helper.make_node("Anything", ["codepoints"], ["probabilities"], domain=domain)
    bad = why_not(graphs.graph([node], domains=[domain]))
    assert bad.code is ModelProblem.CUSTOM_OPERATORS
    assert domain in bad.sentence


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 99, b"not a model", b"\xff" * 99, b"\x0a", b"PK\x03\x04"], ids=repr
)
def test_what_is_no_model_is_corrupt(data: bytes) -> None:
    assert why_not(data).code is ModelProblem.CORRUPT


def test_every_truncation_is_harmless() -> None:
    """Cut anywhere it is refused, or was whole up to there; never anything but a BadModel."""
    data = graphs.text_graph()
    refused = 0
    for length in range(len(data)):
        try:
            check_graph(data[:length])
        except BadModel:
            refused += 1
    assert refused > 0.95 * len(data)


def test_graphs_within_graphs_have_an_end() -> None:
    """A thousand branches in one another are refused before they exhaust the stack."""
    inner = b""
    for _ in range(1000):
        for tag in (b"\x32", b"\x2a", b"\x0a"):  # attribute.g, node.attribute, graph.node
            inner = tag + _varint(len(inner)) + inner
    assert why_not(b"\x3a" + _varint(len(inner)) + inner).code is ModelProblem.CORRUPT


def test_millions_of_numbers_are_passed_over_at_once() -> None:
    """A forest's attributes hold its numbers one by one, which is no reason to refuse it."""
    numbers = helper.make_node("X", [], [], floats=np.ones(3_000_000).tolist(), ints=[2**40, -1] * 1000)
    check_graph(graphs.graph([*graphs.text_nodes(), numbers], constants=graphs.TEXT_CONSTANTS))


def test_random_damage_is_never_anything_but_a_bad_model() -> None:
    chance = np.random.default_rng(3)
    whole = np.frombuffer(graphs.slow_graph(3), np.uint8)
    for _ in range(2000):
        damaged = whole.copy()
        damaged[chance.integers(len(whole), size=3)] = chance.integers(256, size=3)
        try:
            check_graph(damaged.tobytes())
        except BadModel:
            continue


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
