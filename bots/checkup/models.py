"""Models: whether those that are needed are there and whole, and whether they can be run and trained."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path

from bots.checkup.finding import Finding, fine, look
from bots.training import MODELS
from models.card import read_card
from models.folder import card_path, model_path
from models.problems import BadModel
from models.training.problems import parts_installed


def check_models(data_dir: Path, needed: Sequence[str]) -> tuple[Finding, ...]:
    """What was found about the files with these digests, and about what runs and trains models."""
    return (_running(), _training(), *_files(data_dir / MODELS, needed))


def _running() -> Finding:
    try:
        import onnxruntime
    except ImportError:
        mend = "Run `make setup`, or install chatcrowd again: projects go on without suggestions meanwhile."
        return look("suggestions", "onnxruntime cannot be loaded", mend=mend)
    return fine("suggestions", f"onnxruntime {onnxruntime.__version__}")


def _training() -> Finding:
    if parts_installed():
        return fine("training", "can be done here")
    mend = (
        "Install the extra with `pip install chatcrowd[train]` if projects are to train models of their own."
    )
    return look("training", "its parts are not installed", mend=mend)


def _files(folder: Path, needed: Sequence[str]) -> tuple[Finding, ...]:
    missing = [digest for digest in needed if not model_path(folder, digest).exists()]
    damaged = [digest for digest in needed if digest not in missing and not _is_whole(folder, digest)]
    about = "model files"
    mend = (
        f"Put the files of {folder} back from your backup, or add or train the models again: "
        "projects that they serve have no suggestions."
    )
    found = [
        look(about, f"{word}: {', '.join(digest[:12] for digest in several)}", mend=mend)
        for word, several in (("missing", missing), ("damaged", damaged))
        if several
    ]
    if found or not needed:
        return tuple(found)
    return (fine(about, f"{len(needed)}, whole"),)


def _is_whole(folder: Path, digest: str) -> bool:
    try:
        card = read_card(card_path(folder, digest))
        with model_path(folder, digest).open("rb") as file:
            return card.sha256 == digest == file_digest(file, "sha256").hexdigest()
    except (BadModel, OSError):
        return False
