"""Fitted models as ONNX graphs of standard operators only: the hashing and the edges are inside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from models.training.hashing import FACTOR, PRIME, START
from models.training.image_model import DIM, DIRECTIONS, SIDE, ImageModel, directed
from models.training.layers import FLOOR, Bend, Link, Net
from models.training.text_model import TextModel

OPSET, IR = 17, 8
_TO_THE_END = 2**62


class _Graph:
    """Nodes and constants as they are added; every method gives the name of what it adds."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def constant(self, value: NDArray[Any]) -> str:
        name = f"constant{len(self.constants)}"
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def whole(self, *numbers: int) -> str:
        return self.constant(np.array(numbers, dtype=np.int64))

    def real(self, *numbers: float) -> str:
        return self.constant(np.array(numbers, dtype=np.float32))

    def add(self, operator: str, *inputs: str, into: str = "", **attributes: Any) -> str:
        name = into or f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def finished(self, given: Any, *, labels: int, name: str) -> ModelProto:
        told = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", labels])
        graph = helper.make_graph(self.nodes, name, [given], [told], list(self.constants.values()))
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="chatcrowd")
        checker.check_model(model)
        return model


def text_graph(model: TextModel) -> ModelProto:
    """Input "codepoints" int64 (N, L), 0 filling up; output "probabilities" float32 (N, K)."""
    graph, view = _Graph(), model.view
    nothing = np.zeros((1, model.table.shape[1]))
    table = graph.constant(np.concatenate([nothing, model.table]).astype(np.float32))
    more = view.longest - 1
    padded = graph.add("Pad", "codepoints", graph.whole(0, 0, 0, more), graph.whole(0))
    hashed, found, present = graph.whole(START), [], []
    for step in range(view.longest):
        end = _TO_THE_END if step == more else step - more
        letter = graph.add("Slice", padded, graph.whole(step), graph.whole(end), graph.whole(1))
        product = graph.add("Mul", hashed, graph.whole(FACTOR))
        hashed = graph.add("Mod", graph.add("Add", product, letter), graph.whole(PRIME))
        if step + 1 >= view.shortest:
            real = graph.add(
                "Sign", letter
            )  # 0 for an n-gram that ends behind the text, which is then bucket 0
            bucket = graph.add("Add", graph.add("Mod", hashed, graph.whole(view.size)), graph.whole(1))
            found.append(graph.add("Mul", bucket, real))
            present.append(real)
    rows = graph.add("Concat", *found, axis=1)
    scores = graph.add("ReduceSum", graph.add("Gather", table, rows), graph.whole(1), keepdims=0)
    if view.even:
        number = graph.add("ReduceSum", graph.add("Concat", *present, axis=1), graph.whole(1), keepdims=1)
        known = graph.add("Cast", graph.add("Max", number, graph.whole(1)), to=TensorProto.FLOAT)
        scores = graph.add("Div", scores, graph.add("Sqrt", known))
    scores = graph.add("Add", scores, graph.real(*model.bias.tolist()))
    _chances(graph, scores, link=model.link, labels=len(model.bias))
    given = helper.make_tensor_value_info("codepoints", TensorProto.INT64, ["N", "L"])
    return graph.finished(given, labels=len(model.bias), name="text")


def image_graph(model: ImageModel, *, channels: int) -> ModelProto:
    """Input "pixels" float32 (N, C, 32, 32); output "probabilities" float32 (N, K)."""
    graph, view, parts = _Graph(), model.view, []
    if view.shades:
        parts.append(graph.add("Flatten", _pooled(graph, "pixels", view.shades)))
    if view.edges:
        parts.append(_edges(graph, view.edges))
    labels = len(model.net.layers[-1].bias)
    scores = _layers(graph, graph.add("Concat", *parts, axis=1), model.net)
    _chances(graph, scores, link=model.net.link, labels=labels)
    shape: list[str | int | None] = ["N", channels, SIDE, SIDE]
    given = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape)
    return graph.finished(given, labels=labels, name="image")


def _pooled(graph: _Graph, planes: str, square: int) -> str:
    sides = [square, square]
    return graph.add("AveragePool", planes, kernel_shape=sides, strides=sides)


def _edges(graph: _Graph, square: int) -> str:
    grey = graph.add("ReduceMean", "pixels", axes=[1], keepdims=1)
    padded = graph.add("Pad", grey, graph.whole(0, 0, 1, 1, 0, 0, 1, 1), mode="edge")
    kernels = graph.constant(directed().reshape(DIRECTIONS, 1, 3, 3).astype(np.float32))
    changes = graph.add("Relu", graph.add("Conv", padded, kernels, kernel_shape=[3, 3]))
    flat = graph.add("Flatten", _pooled(graph, changes, square))
    squares = graph.add("ReduceMean", graph.add("Mul", flat, flat), axes=[1], keepdims=1)
    return graph.add("Div", flat, graph.add("Sqrt", graph.add("Add", squares, graph.real(DIM))))


def _layers(graph: _Graph, values: str, net: Net) -> str:
    for layer in net.layers:
        weights = graph.constant(layer.weights.astype(np.float32))
        values = graph.add("Gemm", values, weights, graph.constant(layer.bias.astype(np.float32)))
        if layer.bend is not Bend.NONE:
            values = graph.add("Relu" if layer.bend is Bend.RELU else "Cos", values)
    return values


def _chances(graph: _Graph, scores: str, *, link: Link, labels: int) -> None:
    if link is Link.EACH:
        scores = graph.add("Neg", graph.add("Softplus", graph.add("Neg", scores)))
    shares = graph.add("Mul", graph.add("Softmax", scores, axis=1), graph.real(1 - FLOOR))
    graph.add("Add", shares, graph.real(FLOOR / labels), into="probabilities")
