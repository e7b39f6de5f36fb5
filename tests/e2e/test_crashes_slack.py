"""The same on Slack, which tells most things once and wants each confirmed within three seconds.

Here every vote weighs the same, so that each label and each point is recounted from the answers alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.driver import Plan, Soak
from tests.soak.fuses import IN_HASTE
from tests.soak.slack import slack_side


@pytest.mark.timeout(300)  # a busy machine takes long to bring up six processes
async def test_kills_lose_nothing_that_slack_was_told_we_have(tmp_path: Path) -> None:
    """What was confirmed is worked on after the restart, and what Slack tells again changes nothing.

    `python -m tests.soak --platform slack` does the same for more than fifty kills, at every named point.
    """
    plan = Plan(
        kills=[str(point) for point in IN_HASTE], seed=7, workers=8, speed=16.0, pace=0.1, method="majority"
    )
    async with slack_side() as side:
        outcome = await Soak(plan, tmp_path, side).run()
    assert outcome.problems == []
    assert set(IN_HASTE) <= set(outcome.killed)
    assert outcome.missed.total() == 0, "every named point was passed"
    assert outcome.saved > 5
    assert outcome.answers >= outcome.saved
    assert outcome.rewards > 0
