"""A trial of a model before it is used: does it run, in time, and does each task get its own answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.batching import MOST_CODE_POINTS, MOST_TOGETHER, STEP, pictures_together
from models.card import ImageInput, ModelCard, TextInput
from models.outputs import faults, log_chances
from models.prediction import softmax
from models.problems import BadModel, ModelProblem
from models.session import Session, Stop

TOLERANCE: Final = 2e-3  # between a task alone and in company
SCRIPTS: Final = (
    (0x20, 0x7F),
    (0x400, 0x45F),
    (0x621, 0x64A),
    (0x904, 0x939),
    (0x4E00, 0x9FA5),
    (0x1F300, 0x1F64F),
)
SEED: Final = 20_260_302  # the same trial for everybody


def run(session: Session, card: ModelCard, *, stop: Stop) -> None:
    """Run batches of the smallest and of the largest size.

    Raises:
        BadModel: BREAKS_OFF (also when it was stopped), WRONG_OUTPUT, NOT_FINITE, NO_CHANCES, DEPENDS_ON_OTHERS.
    """
    chance = np.random.default_rng(SEED)
    batches = (
        _texts(card.input, chance) if isinstance(card.input, TextInput) else _pictures(card.input, chance)
    )
    for batch, alone in batches:
        together = _chances(session, batch, stop)
        if alone is None:
            continue
        if np.abs(_chances(session, alone, stop)[0] - together[0]).max() > TOLERANCE:
            raise BadModel(ModelProblem.DEPENDS_ON_OTHERS)


def _chances(session: Session, batch: NDArray[Any], stop: Stop) -> NDArray[np.float64]:
    found = session.run(batch, stop=stop)
    for fault in faults(found, logits=session.logits).values():
        raise fault
    return softmax(log_chances(found, logits=session.logits))


def _texts(
    given: TextInput, chance: np.random.Generator
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64] | None]]:
    """Batches whose first row, or that row without its padding, stands alone beside them."""
    yield np.zeros((1, STEP), np.int64), None
    short = min(STEP, given.longest)
    wide = -(-given.longest // STEP) * STEP
    for rows, width in (
        (len(SCRIPTS), 4 * STEP),
        (min(MOST_TOGETHER, max(MOST_CODE_POINTS // wide, 1)), wide),
    ):
        batch = np.zeros((rows, width), np.int64)
        for row in range(rows):
            low, high = SCRIPTS[row % len(SCRIPTS)]
            length = min(short if row == 0 else width, given.longest)
            batch[row, :length] = chance.integers(low, high, size=length)
        yield batch, np.ascontiguousarray(batch[:1, :STEP])


def _pictures(
    given: ImageInput, chance: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32] | None]]:
    """Noise, beside black, of the scale that the card says."""
    rows = max(pictures_together(given), 2)
    noise = chance.random((rows, given.channels, given.height, given.width), np.float32)
    noise[1] = 0
    mean, std = np.array(given.mean, np.float32), np.array(given.std, np.float32)
    batch = (noise - mean[:, None, None]) / std[:, None, None]
    yield batch, batch[:1]
