"""The graph and the fitted model say the same, or there is no model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions

from models.leading import leaders
from models.training.image_model import SIDE
from models.training.layers import Floats
from models.training.problems import CannotTrain, Trouble
from models.training.search import Model

MOST_APART = 1e-4

AWKWARD = (
    *("", " ", "\0", "a\0b", "x", "今天天气很好", "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก"),
    *(
        "Привет, мир",
        "日本語テキスト",
        "İstanbul'da ILIK ığdır",
        "Straße ﬁne Ⅳ",
        "e\u0301",
        "\ud800",
        "\U0010ffff",
    ),
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd \U0001f3f3\ufe0f\u200d\U0001f308",  # joined emoji
    "\u202eabc\u202c \u2067שלום\u2069",
    *("a" * 5_000, "العربية " * 700, "長" * 5_000),
)
"""Texts on which converted models are known to go wrong."""

_CHUNK = 200


def run(onnx: bytes, given: NDArray[np.int64] | NDArray[np.float32]) -> NDArray[np.float32]:
    """What the runtime makes of the graph: inputs (N, …) → chances (N, K)."""
    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    (name,) = (one.name for one in session.get_inputs())
    parts = [given[start : start + _CHUNK] for start in range(0, len(given), _CHUNK)]
    return np.concatenate([session.run(["probabilities"], {name: part})[0] for part in parts])


def check_parity(
    onnx: bytes, model: Model, givens: Sequence[NDArray[np.int64] | NDArray[np.float32]]
) -> float:
    """The largest distance of two chances.

    Raises:
        CannotTrain: PARITY_FAILED when one is above 1e-4, is no number, or another label leads.
    """
    furthest = 0.0
    for given in givens:
        expected, found = model.chances(given), run(onnx, given).astype(np.float64)
        apart = float(np.abs(expected - found).max()) if np.isfinite(found).all() else 1.0
        other = int((leaders(expected) != leaders(found)).sum())
        furthest = max(furthest, apart)
        if apart > MOST_APART or other:
            raise CannotTrain(Trouble.PARITY_FAILED, apart=apart, other_labels=other)
    return furthest


def awkward_pixels(channels: int) -> NDArray[np.float32]:
    """Pictures without any shade, with the sharpest edges, and of noise: (4, C, 32, 32)."""
    shape = (channels, SIDE, SIDE)
    checks = np.indices((SIDE, SIDE)).sum(axis=0) % 2 * 2.0 - 1.0
    noise: Floats = np.random.default_rng(1).uniform(-1, 1, size=shape)
    return np.stack(
        [np.full(shape, -1.0), np.full(shape, 1.0), np.broadcast_to(checks, shape), noise]
    ).astype(np.float32)
