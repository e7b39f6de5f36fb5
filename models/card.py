"""The model card: what stands beside an ONNX file and says what it takes, gives, and how good it is."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from models import text
from models.files import bounded
from models.problems import BadModel, ModelProblem

LARGEST: Final = 64 * 1024  # bytes of a card
FEATURES: Final = (text.FEATURES,)
"""Versions of the preparation of texts that this version of the product computes."""
_UNIQUE: Final = "unique"

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Words = Annotated[str, StringConstraints(max_length=200)]
LabelId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,32}\z")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _unique(labels: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(labels)) != len(labels):
        raise PydanticCustomError(_UNIQUE, "a label stands there twice")
    return labels


class TextInput(_Part):
    """The model takes a text as code points, of which the first `longest` count."""

    kind: Literal["text"] = "text"
    features: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    longest: Annotated[int, Field(ge=1, le=8192)]


class ImageInput(_Part):
    """The model takes a picture of that size, as (value / 255 - mean) / std for each channel.

    `stretch` ignores the picture's proportions; `cover` scales the shorter side and cuts the middle.
    """

    kind: Literal["image"] = "image"
    width: Annotated[int, Field(ge=8, le=512)]
    height: Annotated[int, Field(ge=8, le=512)]
    channels: Literal[1, 3] = 3
    mean: tuple[Annotated[float, Field(ge=-1000, le=1000)], ...]
    std: tuple[Annotated[float, Field(gt=0, le=1000)], ...]
    fit: Literal["stretch", "cover"] = "stretch"

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if not len(self.mean) == len(self.std) == self.channels:
            raise PydanticCustomError("channels", "mean and std need one number for each channel")
        return self


class Metrics(_Part):
    """How well the model did on `tested_on` tasks that it had not learnt from; shares are 0 to 1.

    `baseline` is the share of the commonest label: what always saying the same would reach.
    """

    accuracy: Share
    macro_f1: Share
    log_loss: Annotated[float, Field(ge=0)]
    calibration_error: Share
    baseline: Share
    tested_on: Count


class Trained(_Part):
    """Where the model comes from: when, on what, and how."""

    at: Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))]
    project: int | None = None
    tasks: Count
    answers: Count
    languages: Annotated[tuple[Words, ...], Field(max_length=1000)] = ()
    algorithm: Words
    settings: Annotated[dict[Words, str | int | float | bool], Field(max_length=100)] = {}
    software: Annotated[dict[Words, Words], Field(max_length=100)] = {}


class ModelCard(_Part):
    """All that must be known of a model before it is used.

    `labels` are label ids in the order of the graph's output columns; `sha256` is of the .onnx file; the chances
    people see are softmax(log p / `temperature`) of what the graph gives (Guo et al. 2017, temperature scaling).
    """

    format: Literal[1] = 1
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    input: Annotated[TextInput | ImageInput, Field(discriminator="kind")]
    labels: Annotated[tuple[LabelId, ...], Field(min_length=2, max_length=100), AfterValidator(_unique)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}\z")]
    temperature: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    metrics: Metrics | None = None
    trained: Trained | None = None

    @property
    def trained_at(self) -> datetime | None:
        """When the model was trained, where that is known."""
        return None if self.trained is None else self.trained.at


def read_card(source: Path | bytes) -> ModelCard:
    """The card in a file, or in its bytes.

    Raises:
        BadModel: NO_FILE, TOO_LARGE, BAD_CARD, or UNKNOWN_FEATURES for texts to be prepared in a way not known here.
    """
    data = bounded(source, most=LARGEST, name="card")
    try:
        card = ModelCard.model_validate_json(data)
    except ValidationError as wrong:
        raise _bad_card(
            wrong.errors(include_url=False, include_context=False, include_input=False)[0]
        ) from None
    if isinstance(card.input, TextInput) and card.input.features not in FEATURES:
        raise BadModel(ModelProblem.UNKNOWN_FEATURES, features=card.input.features, known=FEATURES)
    return card


def write_card(card: ModelCard, path: Path) -> None:
    """Write the card, whole or not at all."""
    new = path.with_name(f".new-{path.name}")
    new.write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    os.replace(new, path)


def check_fits(card: ModelCard, *, labels: Collection[str], kind_columns: Collection[str]) -> None:
    """The model is of use to tasks with these columns ("text", "image"), answered by one of these label ids.

    Raises:
        BadModel: NOT_THIS_KIND or LABELS_DIFFER. The order of the labels does not matter, as ids name them.
    """
    if card.input.kind not in kind_columns:
        raise BadModel(ModelProblem.NOT_THIS_KIND, needs=card.input.kind, found=tuple(kind_columns))
    missing = tuple(label for label in labels if label not in card.labels)
    extra = tuple(label for label in card.labels if label not in labels)
    if missing or extra:
        raise BadModel(ModelProblem.LABELS_DIFFER, missing=missing, extra=extra)


_TROUBLES: Final = {
    "missing": "it is missing",
    "extra_forbidden": "it is not known",
    "json_invalid": "the file is not JSON",
    "union_tag_not_found": "the kind of input is missing",
    "union_tag_invalid": "the kind of input is neither text nor image",
    "channels": "mean and std need one number for each channel",
    _UNIQUE: "a label stands there twice",
}


def _bad_card(fault: ErrorDetails) -> BadModel:
    # the tag of a union is a step of ours that nobody writes
    steps = [str(step) for step in fault["loc"] if step not in ("text", "image")]
    field = ".".join(steps)[:80] or "the whole file"
    trouble = _TROUBLES.get(fault["type"], "its value is not as it should be")
    return BadModel(ModelProblem.BAD_CARD, field=field, trouble=trouble)
