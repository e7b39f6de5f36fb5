"""What texts and images differ in, so that the rest of a training need not know which it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.intake.images import image_path
from models.card import ImageInput, TextInput
from models.images import read_pixels
from models.text import FEATURES, LONGEST, code_points
from models.training.candidates import Candidate, image_candidates, text_candidates
from models.training.graphs import image_graph, text_graph
from models.training.grouping import image_keys, text_keys
from models.training.image_model import SIDE, image_space
from models.training.material import Material
from models.training.parity import AWKWARD, awkward_pixels
from models.training.problems import CannotTrain, Trouble
from models.training.text_model import text_space

GREY = 0.02
"""Channels that differ by no more than this, of a span of 2, are one."""

MOST_UNREADABLE = 0.5
"""With more unreadable images than this share something is wrong with the folder, not with the images."""

CLOSE = 0.5
"""The middle and half the span of a channel: pixels then lie between −1 and 1."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of material, ready to be learnt from."""

    material: Material
    given: NDArray[Any]
    """What the graph takes, a row for each example."""
    keys: tuple[list[str], ...]
    """What duplicates share."""
    unreadable: int
    input: TextInput | ImageInput
    awkward: NDArray[Any]
    candidates: Callable[..., list[Candidate]]
    space: Callable[..., Any]
    graph: Callable[..., Any]


def text_subject(material: Material) -> Subject:
    """Texts as code points."""
    texts = [one.content["text"] for one in material.examples]
    return Subject(
        material=material,
        given=code_points(texts, longest=LONGEST),
        keys=tuple(text_keys(text) for text in texts),
        unreadable=0,
        input=TextInput(features=FEATURES, longest=LONGEST),
        awkward=code_points(AWKWARD, longest=LONGEST),
        candidates=lambda examples, unevenness: text_candidates(
            examples=examples, labels=material.labels, unevenness=unevenness
        ),
        space=text_space,
        graph=text_graph,
    )


def image_subject(material: Material, media: Path) -> Subject:
    """Images as pixels, in one channel where all of them are grey.

    Raises:
        CannotTrain: UNREADABLE_IMAGES when half of them cannot be read.
    """
    names = [one.content["image"] for one in material.examples]
    pixels, readable = _read(names, media, channels=3)
    unreadable = int((~readable).sum())
    if unreadable > MOST_UNREADABLE * len(names):
        raise CannotTrain(Trouble.UNREADABLE_IMAGES, unreadable=unreadable, of=len(names))
    rows = np.flatnonzero(readable)
    pixels = pixels[rows]
    channels = 1 if float(np.ptp(pixels, axis=1).max(initial=0)) <= GREY else 3
    if channels == 1:
        pixels = pixels[:, :1]
    kept = material.at(rows)
    return Subject(
        material=kept,
        given=pixels,
        keys=tuple(
            image_keys(one.content["image"], own) for one, own in zip(kept.examples, pixels, strict=True)
        ),
        unreadable=unreadable,
        input=_input(channels),
        awkward=awkward_pixels(channels),
        candidates=lambda examples, unevenness: image_candidates(examples=examples, unevenness=unevenness),
        space=image_space,
        graph=lambda model: image_graph(model, channels=channels),
    )


def _input(channels: int) -> ImageInput:
    middle = (CLOSE,) * channels
    return ImageInput(
        width=SIDE, height=SIDE, channels=3 if channels == 3 else 1, mean=middle, std=middle, fit="stretch"
    )


def _read(names: list[str], media: Path, *, channels: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    given = _input(channels)
    pixels = np.zeros((len(names), channels, SIDE, SIDE), dtype=np.float32)
    readable = np.zeros(len(names), dtype=bool)
    for place, name in enumerate(names):
        try:
            path = image_path(media, name)
        except ValueError:
            continue
        readable[place] = read_pixels(path, given, into=pixels[place])
    return pixels, readable
