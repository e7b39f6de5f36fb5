"""How a text becomes numbers: the one preparation that training and serving share.

Everything else about a text (its n-grams, their hashes, their weights) is inside the model's graph.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEATURES = "hashed-ngrams-1"
"""The name of this preparation; a model trained with another one is refused."""

LONGEST = 512
"""So many code points of a text are looked at, unless a model's card says otherwise."""

_RAW = 8
"""A text is cut at so many times `longest` before it is prepared, so that a huge one costs no time."""


def code_points(texts: Sequence[str], *, longest: int) -> NDArray[np.int64]:
    """The prepared texts as rows of code points, (N, L) with 1 ≤ L ≤ longest; 0 fills up the shorter ones.

    Compatibility forms and letter case are folded by Unicode's own rules, so no locale matters; white space
    becomes single blanks; NUL goes, because 0 means "nothing here".
    """
    rows = [_prepared(text, longest=longest) for text in texts]
    width = max((len(row) for row in rows), default=0)
    codes = np.zeros((len(rows), max(width, 1)), dtype=np.int64)
    for place, row in enumerate(rows):
        codes[place, : len(row)] = np.frombuffer(row.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return codes


def _prepared(text: str, *, longest: int) -> str:
    folded = unicodedata.normalize("NFKC", text[: _RAW * longest]).lower()
    return " ".join(folded.replace("\0", "").split())[:longest]
