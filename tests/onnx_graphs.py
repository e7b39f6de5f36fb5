"""Tiny graphs for tests: of texts and of pictures, right and wrong in every way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.card import ImageInput, ModelCard, TextInput, write_card

LABELS = ("one", "two", "three")
TEXT = TextInput(features="hashed-ngrams-1", longest=64)
IMAGE = ImageInput(width=16, height=12, channels=3, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
Node = Any
SNOWMAN = 0x2603
"""A character that the trial of a model does not happen to use."""


def graph(
    nodes: Sequence[Node],
    *,
    given: tuple[str, int, Sequence[int | str]] = ("codepoints", INT64, ("N", "L")),
    gives: Sequence[tuple[str, int, Sequence[int | str]]] = (("probabilities", FLOAT, ("N", 3)),),
    constants: dict[str, np.ndarray] | None = None,
    domains: Sequence[str] = (),
) -> bytes:
    """A model of these nodes, as bytes."""
    made = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info(*given)],
        [helper.make_tensor_value_info(*one) for one in gives],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    opsets = [helper.make_opsetid("", 17), *(helper.make_opsetid(domain, 1) for domain in domains)]
    model: onnx.ModelProto = helper.make_model(made, opset_imports=opsets, ir_version=9)
    return bytes(model.SerializeToString())


def text_nodes(*, last: str = "Softmax", out: str = "probabilities") -> list[Node]:
    """Which of three thirds of the code points a text has most of: the number of each, as a score."""
    return [
        helper.make_node("Unsqueeze", ["codepoints", "end"], ["points"]),
        helper.make_node("GreaterOrEqual", ["points", "lows"], ["above"]),
        helper.make_node("Less", ["points", "highs"], ["below"]),
        helper.make_node("And", ["above", "below"], ["within"]),
        helper.make_node("Cast", ["within"], ["counted"], to=FLOAT),
        helper.make_node("ReduceSum", ["counted", "along"], ["scores"], keepdims=0),
        helper.make_node(last, ["scores"], [out]),
    ]


TEXT_CONSTANTS: dict[str, np.ndarray] = {
    "end": np.array([2]),
    "along": np.array([1]),
    "lows": np.array([1, 0x400, 0x4E00]),
    "highs": np.array([0x400, 0x4E00, 0x110000]),
}


def text_graph(*, last: str = "Softmax", out: str = "probabilities", columns: int = 3) -> bytes:
    """Latin texts are "one", Cyrillic to Thai "two", Chinese and emoji "three"."""
    return graph(
        text_nodes(last=last, out=out), gives=[(out, FLOAT, ("N", columns))], constants=TEXT_CONSTANTS
    )


def image_graph(given: ImageInput = IMAGE, *, labels: int = 3) -> bytes:
    """The mean of each channel as its score: red pictures are "one", green "two", blue "three"."""
    nodes = [
        helper.make_node("ReduceMean", ["pixels"], ["scores"], axes=[2, 3], keepdims=0),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=-1),
    ]
    shape = ("N", given.channels, given.height, given.width)
    return graph(
        nodes, given=("pixels", FLOAT, shape), gives=[("probabilities", FLOAT, ("N", given.channels))]
    )


def poisoned_graph(*, value: float = float("nan"), point: int = SNOWMAN) -> bytes:
    """As `text_graph`, but a text that begins with that character gives `value`s."""
    nodes = [
        *text_nodes(out="fine"),
        helper.make_node("Gather", ["codepoints", "first"], ["begins"], axis=1),
        helper.make_node("Equal", ["begins", "point"], ["bad"]),
        helper.make_node("Where", ["bad", "value", "fine"], ["probabilities"]),
    ]
    more = {"first": np.array([0]), "point": np.array(point), "value": np.array(value, np.float32)}
    return graph(nodes, constants={**TEXT_CONSTANTS, **more})


def breaking_graph(point: int = SNOWMAN) -> bytes:
    """As `text_graph`, but a text with that character asks for a row of a table that it has not."""
    nodes = [
        helper.make_node("Equal", ["codepoints", "point"], ["bad"]),
        helper.make_node("Cast", ["bad"], ["rows"], to=INT64),
        helper.make_node("Gather", ["table", "rows"], ["looked"], axis=0),
        helper.make_node("ReduceSum", ["looked", "along"], ["zero"], keepdims=1),
        *text_nodes(out="fine"),
        helper.make_node("Add", ["fine", "zero"], ["probabilities"]),
    ]
    more = {"point": np.array(point), "table": np.zeros(1, np.float32)}
    return graph(nodes, constants={**TEXT_CONSTANTS, **more})


def slow_graph(rounds: int, *, point: int | None = None) -> bytes:
    """As `text_graph`, but goes round that often, for texts with a certain character or for all."""
    body = helper.make_graph(
        [
            helper.make_node("MatMul", ["so_far", "big"], ["next"]),
            helper.make_node("Identity", ["go"], ["go_on"]),
        ],
        "once",
        [
            helper.make_tensor_value_info("round", INT64, ()),
            helper.make_tensor_value_info("go", TensorProto.BOOL, ()),
            helper.make_tensor_value_info("so_far", FLOAT, (64, 64)),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, ()),
            helper.make_tensor_value_info("next", FLOAT, (64, 64)),
        ],
    )
    asks = [
        helper.make_node("Equal", ["codepoints", "point"], ["found"]),
        helper.make_node("Cast", ["found"], ["ones"], to=INT64),
        helper.make_node("ReduceMax", ["ones"], ["any"], keepdims=0),
        helper.make_node("Mul", ["any", "most"], ["rounds"]),
    ]
    nodes = [
        *(asks if point is not None else [helper.make_node("Identity", ["most"], ["rounds"])]),
        helper.make_node("Loop", ["rounds", "yes", "big"], ["end_of_it"], body=body),
        helper.make_node("ReduceSum", ["end_of_it"], ["nothing"], keepdims=0),
        *text_nodes(out="fine"),
        helper.make_node("Add", ["fine", "nothing"], ["probabilities"]),
    ]
    more = {
        "most": np.array(rounds),
        "yes": np.array(True),
        "big": np.zeros((64, 64), np.float32),
        "point": np.array(point or 0),
    }
    return graph(nodes, constants={**TEXT_CONSTANTS, **more})


def card_for(
    data: bytes,
    given: TextInput | ImageInput = TEXT,
    *,
    labels: Sequence[str] = LABELS,
    temperature: float = 1.0,
) -> ModelCard:
    """The card of these bytes."""
    sha256 = hashlib.sha256(data).hexdigest()
    return ModelCard(title="tiny", input=given, labels=tuple(labels), sha256=sha256, temperature=temperature)


def put(
    folder: Path, data: bytes, given: TextInput | ImageInput = TEXT, *, temperature: float = 1.0
) -> ModelCard:
    """The model in the folder, as the service keeps it; its card."""
    card = card_for(data, given, temperature=temperature)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{card.sha256}.onnx").write_bytes(data)
    write_card(card, folder / f"{card.sha256}.json")
    return card


def lying_card(folder: Path, name: str, **fields: object) -> None:
    """Change what the card of that name says."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **fields}), "utf-8")
