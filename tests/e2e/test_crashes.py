"""The service is killed at its worst moments while a crowd works: nobody loses anything, nothing counts twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.driver import RANDOM, Plan, Soak
from tests.soak.fuses import Point
from tests.soak.telegram import telegram_side

POINTS = (Point.BEFORE_COMMIT, Point.AFTER_COMMIT, Point.AFTER_SEND, Point.BEFORE_IMPORT, Point.AFTER_SWAP)


@pytest.mark.timeout(300)  # a busy machine takes long to bring up seven processes
async def test_a_handful_of_kills_loses_nothing(tmp_path: Path) -> None:
    """What somebody was shown as saved is kept, points add up by the rule, and every card still works.

    What is believed of everybody is what their answers say, also after a death in the middle of a refit.

    `make soak` does the same for more than fifty kills, at every named point.
    """
    plan = Plan(kills=[str(point) for point in POINTS], seed=7, speed=16.0, pace=0.1)
    async with telegram_side() as side:
        outcome = await Soak(plan, tmp_path, side).run()
    assert outcome.problems == []
    assert set(outcome.killed) == {*map(str, POINTS), RANDOM}  # the first one dies once everybody has joined
    assert outcome.killed.total() == 6
    assert outcome.generation > 0
    assert outcome.missed.total() == 0, "every named point was passed"
    assert outcome.saved > 5
    assert outcome.answers >= outcome.saved
    assert outcome.rewards > 0
