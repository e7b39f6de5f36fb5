"""Diversity: among tasks that a model is unsure of, some that are as different as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from core.intake.images import image_path
from models.text import code_points

SIGNS = 256
"""The width of a text's sketch."""
LONGEST = 256
SIDE = 16
"""A picture's sketch is a thumbnail of so many grey pixels across and down."""


def pick(
    contents: Sequence[Mapping[str, str]], confidence: Sequence[float], *, media_dir: Path, most: int
) -> list[int]:
    """The indexes of at most `most` tasks of which the model is unsure, and which differ, text or picture."""
    texts = sketches([one.get("text", "") for one in contents])
    pictures = thumbnails([one.get("image") for one in contents], media_dir)
    vectors = np.concatenate([texts, pictures], axis=1) / np.sqrt(2.0)
    return spread(vectors.astype(np.float32), [1.0 - one for one in confidence], most=most)


def thumbnails(names: Sequence[str | None], media_dir: Path) -> NDArray[np.float32]:
    """(N, SIDE²) unit vectors of grey pictures around their mean; what cannot be read is all zero."""
    found = np.zeros((len(names), SIDE * SIDE), dtype=np.float32)
    for row, name in enumerate(names):
        if name is None:
            continue
        try:
            with Image.open(image_path(media_dir, name)) as picture:
                picture.draft("L", (SIDE * 2, SIDE * 2))
                grey = picture.convert("L").resize((SIDE, SIDE))
        except (OSError, ValueError, UnidentifiedImageError):
            continue
        values = np.asarray(grey, dtype=np.float32).ravel()
        values -= values.mean()
        found[row] = values / max(float(np.linalg.norm(values)), 1e-6)
    return found


def sketches(texts: Sequence[str]) -> NDArray[np.float32]:
    """(N, SIGNS) unit vectors: how often each hashed trigram of code points occurs in a text, of any script."""
    points = code_points(texts, longest=LONGEST)
    found = np.zeros((len(texts), SIGNS), dtype=np.float32)
    if points.shape[1] < 3:
        points = np.pad(points, ((0, 0), (0, 3 - points.shape[1])))
    first, second, third = points[:, :-2], points[:, 1:-1], points[:, 2:]
    hashed = (first * 1_000_003 + second * 8_191 + third * 131) % SIGNS
    rows = np.broadcast_to(np.arange(len(texts))[:, None], hashed.shape)
    np.add.at(found, (rows[first > 0], hashed[first > 0]), 1.0)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return found


def spread(vectors: NDArray[np.float32], weights: Sequence[float], *, most: int) -> list[int]:
    """The indexes of at most `most` rows: each the one whose weight times distance to those before is largest.

    Farthest-first traversal (Gonzalez 1985), weighted by how unsure the model is.
    """
    count = len(vectors)
    weight = np.maximum(np.asarray(weights, dtype=np.float64), 1e-6)
    nearest = np.ones(count)
    chosen: list[int] = []
    for _ in range(min(most, count)):
        score = weight * nearest
        score[chosen] = -1.0
        best = int(score.argmax())
        chosen.append(best)
        distance = 1.0 - vectors @ vectors[best]
        nearest = np.minimum(nearest, np.maximum(distance, 0.0))
    return chosen
