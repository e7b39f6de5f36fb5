"""Which examples are too alike to stand on both sides of a split."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Keys = Sequence[str]


def groups(keys: Iterable[Keys]) -> NDArray[np.int64]:
    """A group number for each example; two that share any key are of one group, and so on along the chain."""
    parent: list[int] = []
    owner: dict[str, int] = {}

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for place, own in enumerate(keys):
        parent.append(place)
        for key in own:
            parent[root(place)] = root(owner.setdefault(key, place))
    roots = np.array([root(place) for place in range(len(parent))], dtype=np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def text_keys(text: str) -> list[str]:
    """What duplicates of a text share: itself as prepared, and itself without digits and punctuation."""
    folded = " ".join(unicodedata.normalize("NFKC", text).lower().replace("\0", "").split())
    letters = "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LMS")
    return [f"text {folded}", *([f"letters {letters}"] if letters else [])]


def image_keys(name: str, pixels: NDArray[np.float32]) -> list[str]:
    """What duplicates of an image (C, H, W) share: its file, and where its 8 × 8 grey version gets brighter.

    The second is the difference hash of re-encoded and resized copies; a blank picture has none.
    """
    grey = pixels.mean(axis=0)
    rows = np.array_split(grey, 8, axis=0)
    small = np.array([[part.mean() for part in np.array_split(row, 9, axis=1)] for row in rows])
    rises = np.diff(small, axis=1)
    if np.abs(rises).max() < 1e-2:
        return [f"file {name}"]
    steps = np.clip(np.rint(rises / np.abs(rises).max() * 2), -2, 2).astype(np.int64)
    return [f"file {name}", "looks " + "".join(map(str, steps.ravel().tolist()))]
