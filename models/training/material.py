"""The settled tasks that a model learns from, read from JSON lines and bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.training.problems import CannotTrain, Trouble

LEAST = 30
"""Fewer examples than this are no training."""

MOST_CHARACTERS = 3_000_000
"""All texts together; what is older is left out, so that the n-grams fit into memory."""

LONGEST_LINE = 200_000


class Example(BaseModel):
    """One settled task."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    id: int | str
    content: dict[str, str]
    label: str
    weight: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    lang: str = ""
    group: str | None = None
    """Tasks of one group never stand on both sides of a split."""
    blind: bool = True
    """Its label rests on answers that were given without a suggestion on the screen."""
    gold: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """The examples of a training, with their labels as places in the order's labels."""

    examples: tuple[Example, ...]
    truth: NDArray[np.int64]
    weights: NDArray[np.float64]
    """Scaled to a mean of 1."""
    labels: int
    left_out: int
    """Examples that are older than the limits allow, or could not be read."""

    def __len__(self) -> int:
        return len(self.examples)

    def at(self, rows: NDArray[np.int64]) -> Material:
        """Only these rows."""
        chosen = tuple(self.examples[row] for row in rows.tolist())
        return Material(chosen, self.truth[rows], self.weights[rows], self.labels, self.left_out)


def read_material(
    path: Path, *, kind: Literal["text", "image"], labels: Sequence[str], most: int
) -> Material:
    """The usable examples of a file: they have content of the kind and a label that the project still has.

    Raises:
        CannotTrain: NO_MATERIAL, TOO_FEW or ONE_CLASS_ONLY.
    """
    place_of = {label: place for place, label in enumerate(labels)}
    examples = [one for one in _lines(path) if one.label in place_of and one.content.get(kind, "").strip()]
    kept = _newest(examples, kind=kind, most=most)
    return checked(_material(kept, place_of, left_out=len(examples) - len(kept)))


def checked(material: Material) -> Material:
    """The same, if it is enough to learn from."""
    if len(material) < LEAST:
        raise CannotTrain(Trouble.TOO_FEW, found=len(material), needed=LEAST)
    if len(set(material.truth.tolist())) == 1:
        raise CannotTrain(Trouble.ONE_CLASS_ONLY, found=len(material), label=material.examples[0].label)
    return material


def rare(material: Material, labels: Sequence[str], *, seen: int) -> tuple[str, ...]:
    """The labels that so many examples have."""
    found = Counter(material.truth.tolist())
    return tuple(label for place, label in enumerate(labels) if found[place] == seen)


def _material(examples: Sequence[Example], place_of: dict[str, int], *, left_out: int) -> Material:
    weights = np.array([one.weight for one in examples], dtype=np.float64)
    return Material(
        examples=tuple(examples),
        truth=np.array([place_of[one.label] for one in examples], dtype=np.int64),
        weights=weights / weights.mean() if len(weights) else weights,
        labels=len(place_of),
        left_out=left_out,
    )


def _lines(path: Path) -> list[Example]:
    found = []
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            while line := lines.readline(LONGEST_LINE):
                if line.strip():
                    found.append(Example.model_validate_json(line))
    except OSError:
        raise CannotTrain(Trouble.NO_MATERIAL) from None
    except ValidationError:
        raise CannotTrain(Trouble.NO_MATERIAL, line=len(found) + 1) from None
    return found


def _newest(examples: Sequence[Example], *, kind: str, most: int) -> list[Example]:
    """The last ones, as many as the limits allow, in their order."""
    kept: list[Example] = []
    characters = 0
    for one in reversed(examples[-most:]):
        characters += min(len(one.content[kind]), 512) if kind == "text" else 0
        if characters > MOST_CHARACTERS:
            break
        kept.append(one)
    return kept[::-1]
