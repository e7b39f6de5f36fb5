"""What a training process is told, as one JSON line on its input, and what it says at its end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from models.card import LabelId

SECONDS, EXAMPLES, MOST_EXAMPLES, CANDIDATES = 120.0, 20_000, 50_000, 1_000


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Words(_Part):
    """What is written on the picture, in the requester's language; what is empty is left out."""

    title: str = ""
    truth: str = ""
    """The crowd's answer: the rows of the confusion matrix."""
    model: str = ""
    """The model's answer: its columns."""
    tasks: str = ""
    """Tasks learnt from: the curve's axis."""
    right: str = ""
    """Share of right answers: the curve's other axis."""
    guessing: str = ""
    """Always saying the commonest label."""
    labels: dict[LabelId, str] = {}
    """What each label is called; a missing one is shown by its number."""


class Limits(_Part):
    """How long the search may take and how much it may look at."""

    seconds: Annotated[float, Field(gt=0, le=3600)] = SECONDS
    examples: Annotated[int, Field(ge=1, le=MOST_EXAMPLES)] = EXAMPLES
    candidates: Annotated[int, Field(ge=1)] = CANDIDATES
    """So many of the grid are tried, the most promising ones first."""


class Order(_Part):
    """One training: what to learn from, and where the model goes."""

    material: Path
    """JSON lines, oldest first, each an Example."""
    kind: Literal["text", "image"]
    labels: Annotated[tuple[LabelId, ...], Field(min_length=2, max_length=100)]
    """The project's label ids in its order, also those that no example has."""
    out: Path
    """The folder that the finished files appear in."""
    media: Path | None = None
    """Where the images of the examples lie."""
    title: Annotated[str, Field(min_length=1, max_length=200)]
    at: AwareDatetime
    """When the training was asked for: it goes on the card."""
    seed: int = 0
    project: int | None = None
    answers: Annotated[int, Field(ge=0)] = 0
    """How many human answers the examples rest on."""
    words: Words = Words()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("a label stands there twice")
        if self.kind == "image" and self.media is None:
            raise ValueError("images need a folder")
        return self


class Done(_Part):
    """The finished training: three files in the folder of the order, and what they are worth."""

    onnx: Path
    card: Path
    picture: Path
    sha256: str
    algorithm: str
    examples: int
    tested_on: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    """Wilson's 95 % interval of the accuracy."""
    baseline: float
    macro_f1: float
    log_loss: float
    calibration_error: float
    temperature: float
    curve: tuple[tuple[int, float], ...]
    """(tasks learnt from, accuracy), as drawn."""
    numbered: tuple[LabelId, ...]
    """Labels that the picture shows by number (their place in the order, from 1), for want of a font."""
    unseen: tuple[LabelId, ...]
    """Labels that no example has."""
    once: tuple[LabelId, ...]
    """Labels that a single example has."""
    warnings: tuple[str, ...]
    seconds: float
