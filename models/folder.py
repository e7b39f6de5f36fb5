"""The service's models: each an ONNX file and its card, named by the hash of the file."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import Final

from models.card import ModelCard, read_card, write_card
from models.files import bounded
from models.loaded import LARGEST, Loaded
from models.probe import probe
from models.problems import BadModel, ModelProblem

_NAME: Final = re.compile(r"[0-9a-f]{64}")


def model_path(folder: Path, sha256: str) -> Path:
    """Where the model with this hash is; raises ValueError for what is no hash."""
    if not _NAME.fullmatch(sha256):
        raise ValueError(f"not the SHA-256 of a model: {sha256!r}")
    return folder / f"{sha256}.onnx"


def card_path(folder: Path, sha256: str) -> Path:
    """Where its card is; raises as `model_path`."""
    return model_path(folder, sha256).with_suffix(".json")


def load_from(folder: Path, sha256: str, *, seconds: float) -> Loaded:
    """The model with this hash, checked; raises BadModel, NO_FILE also for what is no hash."""
    if not _NAME.fullmatch(sha256):
        raise BadModel(ModelProblem.NO_FILE, name=sha256[:80])
    card = read_card(card_path(folder, sha256))
    if card.sha256 != sha256:
        raise BadModel(ModelProblem.WRONG_HASH)
    return Loaded.load(model_path(folder, sha256), card, seconds=seconds)


def add(onnx: Path, card: Path, folder: Path, *, largest: int = LARGEST) -> ModelCard:
    """Take a model from outside into the folder, after a probe in a process of its own; its card.

    Raises:
        BadModel: with every code that is about the two files; nothing is kept then.
    """
    read = read_card(card)
    data = bounded(onnx, most=largest, name="model")
    with tempfile.TemporaryDirectory(prefix="chatcrowd-model-") as apart:
        copy = Path(apart) / "model.onnx"  # what was probed is what is kept
        copy.write_bytes(data)
        probe(copy, read, largest=largest)
    keep(data, read, folder)
    return read


def keep(data: bytes, card: ModelCard, folder: Path) -> None:
    """Write a model that was checked, whole or not at all: its card comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    path = model_path(folder, card.sha256)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as target:
        try:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
            os.replace(target.name, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(target.name)
            raise
    write_card(card, card_path(folder, card.sha256))
