"""What runs together: tasks of similar size, never more at once than memory is meant for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.card import ImageInput

MOST_TOGETHER: Final = 64
MOST_CODE_POINTS: Final = 2**15  # of one run, padding included
MOST_VALUES: Final = (
    2**20
)  # of one run of pictures: six of 224 × 224 × 3, measured no slower than any larger batch
STEP: Final = 16  # widths are rounded up to these, so that few shapes occur
RUN_COSTS: Final = 256  # a further run costs about as much as so many code points


def alike(codes: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int64]]]:
    """Rows of code points (N, L) parted into runs: their places and their codes, cut to what the longest needs.

    A row joins the run of the shorter ones as long as the padding that this brings costs less than a run of its own.
    """
    lengths = np.count_nonzero(codes, axis=1)
    order = np.argsort(lengths, kind="stable")
    widths = (np.maximum(-(-lengths[order] // STEP), 1) * STEP).tolist()
    start = 0
    for end in range(1, len(widths) + 1):
        if end == len(widths) or _apart(widths[end - 1], widths[end], rows=end - start):
            places = order[start:end]
            yield places, _cut(codes[places], widths[end - 1])
            start = end


def _apart(so_far: int, longer: int, *, rows: int) -> bool:
    return (
        rows >= MOST_TOGETHER
        or (longer - so_far) * rows > RUN_COSTS
        or longer * (rows + 1) > MOST_CODE_POINTS
    )


def _cut(codes: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    cut = np.zeros((len(codes), width), np.int64)
    common = min(width, codes.shape[1])
    cut[:, :common] = codes[:, :common]
    return cut


def pictures_together(given: ImageInput) -> int:
    """How many pictures of this size run at once, at least one."""
    return min(max(MOST_VALUES // (given.channels * given.height * given.width), 1), MOST_TOGETHER)
