"""The models of the benchmark of suggestions: of real size and shape, with random weights, and what they are asked."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageFilter

from core.intake.images import store_image
from models.card import ImageInput, ModelCard, TextInput
from models.folder import keep

BUCKETS: Final = 2**16
LABELS: Final = ("a", "b", "c", "d", "e")
LONGEST_GRAM: Final = 4
BASE: Final = 1_000_003
TEXT: Final = TextInput(features="hashed-ngrams-1", longest=512)
IMAGE: Final = ImageInput(
    width=224, height=224, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225), fit="cover"
)
# MobileNetV2 (Sandler et al. 2018, table 2): expansion, channels, blocks, stride of the first
SHAPE: Final = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip
# low to high code point of some scripts, and how long a "word" is there
SCRIPTS: Final = (
    (0x61, 0x7A, 6),
    (0x430, 0x44F, 7),
    (0x627, 0x64A, 5),
    (0x905, 0x939, 5),
    (0x4E00, 0x9FA5, 2),
)


@dataclass(slots=True)
class Drawing:
    """A graph while it grows."""

    nodes: list[Any]
    constants: list[Any]
    names: count[int]

    @classmethod
    def blank(cls) -> Drawing:
        """An empty one."""
        return cls([], [], count())

    def constant(self, value: np.ndarray) -> str:
        """Keep a value; its name."""
        name = f"c{next(self.names)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def node(self, operator: str, given: Sequence[str], *, out: str = "", **attributes: Any) -> str:
        """Add an operator; the name of what it gives."""
        name = out or f"n{next(self.names)}"
        self.nodes.append(helper.make_node(operator, list(given), [name], **attributes))
        return name

    def model(self, given: tuple[str, int, Sequence[int | str]]) -> bytes:
        """The finished model, which gives "probabilities"."""
        gives = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ("N", len(LABELS)))
        graph = helper.make_graph(
            self.nodes, "random", [helper.make_tensor_value_info(*given)], [gives], self.constants
        )
        made: onnx.ModelProto = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9
        )
        return bytes(made.SerializeToString())


def text_model(chance: np.random.Generator) -> bytes:
    """A linear model over hashed n-grams of 1 to 4 code points; the hashing is in the graph."""
    drawing = Drawing.blank()
    number = drawing.constant
    weights = number(chance.normal(0, 0.1, (BUCKETS, len(LABELS))).astype(np.float32))
    zero, one, far = number(np.array([0])), number(np.array([1])), number(np.array([2**31]))
    padded = drawing.node("Pad", ["codepoints", number(np.array([0, 0, 0, LONGEST_GRAM - 1]))])
    length = drawing.node("Shape", ["codepoints"], start=1, end=2)
    hashed = drawing.node("Identity", ["codepoints"])
    sums = []
    for gram in range(1, LONGEST_GRAM + 1):
        last = "codepoints"
        if gram > 1:
            start = number(np.array([gram - 1]))
            end = drawing.node("Add", [length, start])
            last = drawing.node("Slice", [padded, start, end, one])
            mixed = drawing.node("Mul", [hashed, number(np.array(BASE))])
            hashed = drawing.node("Mod", [drawing.node("Add", [mixed, last]), far])
        bucket = drawing.node("Mod", [hashed, number(np.array(BUCKETS))])
        there = drawing.node("Cast", [drawing.node("Greater", [last, zero])], to=TensorProto.FLOAT)
        weighed = drawing.node("Gather", [weights, bucket], axis=0)
        column = drawing.node("Unsqueeze", [there, number(np.array([1]))])
        summed = drawing.node("MatMul", [column, weighed])
        sums.append(drawing.node("Squeeze", [summed, number(np.array([1]))]))
    drawing.node("Softmax", [drawing.node("Sum", sums)], out="probabilities", axis=-1)
    return drawing.model(("codepoints", TensorProto.INT64, ("N", "L")))


def image_model(chance: np.random.Generator) -> bytes:
    """MobileNetV2's layers, batch norms folded in: 3.5 million weights less the large last layer."""
    drawing = Drawing.blank()
    found, channels = _layer(drawing, chance, "pixels", (3, 32), size=3, stride=2), 32
    for expansion, wide, blocks, stride in SHAPE:
        for block in range(blocks):
            found = _bottleneck(
                drawing, chance, found, (channels, wide), expansion=expansion, stride=1 if block else stride
            )
            channels = wide
    found = _layer(drawing, chance, found, (channels, 1280), size=1)
    pooled = drawing.node("Flatten", [drawing.node("GlobalAveragePool", [found])])
    last = drawing.constant(chance.normal(0, 0.02, (1280, len(LABELS))).astype(np.float32))
    drawing.node("Softmax", [drawing.node("MatMul", [pooled, last])], out="probabilities", axis=-1)
    return drawing.model(("pixels", TensorProto.FLOAT, ("N", 3, 224, 224)))


def _bottleneck(
    drawing: Drawing,
    chance: np.random.Generator,
    given: str,
    channels: tuple[int, int],
    *,
    expansion: int,
    stride: int,
) -> str:
    narrow, wide = channels
    inner = narrow * expansion
    found = given if expansion == 1 else _layer(drawing, chance, given, (narrow, inner), size=1)
    found = _layer(drawing, chance, found, (inner, inner), size=3, stride=stride, group=inner)
    found = _layer(drawing, chance, found, (inner, wide), size=1, bounded=False)
    return drawing.node("Add", [given, found]) if stride == 1 and narrow == wide else found


def _layer(
    drawing: Drawing,
    chance: np.random.Generator,
    given: str,
    channels: tuple[int, int],
    *,
    size: int,
    stride: int = 1,
    group: int = 1,
    bounded: bool = True,
) -> str:
    inputs, outputs = channels
    spread = (2 / (inputs // group * size * size)) ** 0.5
    weights = chance.normal(0, spread, (outputs, inputs // group, size, size)).astype(np.float32)
    bias = np.zeros(outputs, np.float32)
    found = drawing.node(
        "Conv",
        [given, drawing.constant(weights), drawing.constant(bias)],
        kernel_shape=[size, size],
        pads=[size // 2] * 4,
        strides=[stride] * 2,
        group=group,
    )
    if not bounded:
        return found
    edges = [drawing.constant(np.array(edge, np.float32)) for edge in (0, 6)]
    return drawing.node("Clip", [found, *edges])


def put(folder: Path, data: bytes, given: TextInput | ImageInput) -> ModelCard:
    """The model in the folder with its card."""
    card = ModelCard(
        title="random", input=given, labels=LABELS, sha256=hashlib.sha256(data).hexdigest(), temperature=1.3
    )
    keep(data, card, folder)
    return card


def texts(chance: np.random.Generator, how_many: int) -> list[str]:
    """Texts of five scripts, as long as messages and reviews are: 10 to 500 characters, half of them below 90."""
    made = []
    for _ in range(how_many):
        low, high, word = SCRIPTS[chance.integers(len(SCRIPTS))]
        length = int(np.clip(chance.lognormal(np.log(90), 0.8), 10, 500))
        points = chance.integers(low, high + 1, length)
        points[word :: word + 1] = ord(" ")
        made.append("".join(map(chr, points)))
    return made


def photos(chance: np.random.Generator, media_dir: Path, how_many: int) -> list[str]:
    """The names of stored photos: JPEG, 1,024 × 768, as busy as real ones."""
    names = []
    for _ in range(how_many):
        coarse = Image.fromarray(chance.integers(0, 256, (24, 32, 3), np.uint8)).resize(
            (1024, 768), Image.Resampling.BICUBIC
        )
        grain = Image.fromarray(chance.integers(0, 256, (768, 1024, 3), np.uint8)).filter(
            ImageFilter.GaussianBlur(1.5)
        )
        encoded = io.BytesIO()
        Image.blend(coarse, grain, 0.25).save(encoded, "JPEG", quality=90)
        names.append(store_image(encoded.getvalue(), media_dir).name)
    return names
