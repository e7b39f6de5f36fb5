"""Every way in which a training can end without a model; whoever asked has a sentence for each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec

PARTS = ("onnx", "sklearn")
"""What the extra `train` brings."""


def parts_installed() -> bool:
    """Whether the extra `train` is there."""
    return all(find_spec(part) is not None for part in PARTS)


class Trouble(StrEnum):
    """Why there is no new model; the old one stays."""

    BAD_ORDER = "bad_order"
    NO_MATERIAL = "no_material"
    TOO_FEW = "too_few"
    ONE_CLASS_ONLY = "one_class_only"
    NO_VALIDATION = "no_validation"
    UNREADABLE_IMAGES = "unreadable_images"
    NOT_BETTER_THAN_GUESSING = "not_better_than_guessing"
    PARITY_FAILED = "parity_failed"
    NO_TRAINING_PARTS = "no_training_parts"
    BROKEN = "broken"


class Warned(StrEnum):
    """What a requester should know of a model that was trained all the same."""

    CLASS_SEEN_ONCE = "class_seen_once"
    CLASS_NEVER_SEEN = "class_never_seen"
    FEW_BLIND = "few_blind"
    OUT_OF_TIME = "out_of_time"
    UNREADABLE = "unreadable"
    CAPPED = "capped"


class CannotTrain(Exception):  # noqa: N818  (its name says what it is)
    """There will be no model, and why; `facts` fill the sentence."""

    def __init__(self, code: Trouble, **facts: int | float | str) -> None:
        super().__init__(str(code))
        self.code = code
        self.facts: Mapping[str, int | float | str] = facts
