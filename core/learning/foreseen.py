"""A project's sheet as the forecast wants it: what can become of each task, and when the project stops asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.advice import overlap_of
from core.clock import chance_of
from core.consensus import methods
from core.consensus.outlook import Forecast
from core.domain.states import CONSENSUS, TaskState
from core.learning.forecast import forecast
from core.learning.play import Rule, Standing
from core.refitting import LEEWAY, Sheet, truth_of

if TYPE_CHECKING:
    from core.consensus.believed import Believed
    from core.consensus.crowd import Fit
    from core.learning.record import Record
    from core.store.refits import TaskRow


def foreseen(given: Sheet, record: Record, believed: Believed, fit: Fit) -> Forecast:
    """What more answers would bring, as of this sheet."""
    learner = methods()[given.file.method].learner
    assert learner is not None, "what was fitted has a learner"
    file = given.file
    return forecast(
        learner,
        record,
        fit,
        believed.calibration,
        standing=[_standing(row) for row in given.tasks],
        rule=Rule(overlap_of(file), LEEWAY, file.reward, file.gold_share),
        chance=chance_of(given.upto),
    )


def _standing(row: TaskRow) -> Standing:
    if row.gold is not None or row.state == TaskState.CANCELLED:
        return Standing.LEFT_OUT
    if row.state == TaskState.OPEN:
        return Standing.OPEN
    if row.state == TaskState.ESCALATED:
        return Standing.ESCALATED
    if truth_of(row) is not None:
        return Standing.DECIDED
    once_more = row.settled_by == CONSENSUS and not row.reopened
    return Standing.SETTLED if once_more else Standing.FIXED
