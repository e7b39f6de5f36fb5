"""How often a model would be wrong on its own, measured on tasks that people alone judged; for refits only."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.consensus.advisor import BOUND, TOLERANCE, Advisor, Audit
from core.consensus.calibration import Calibration, calibrated
from core.domain.suggestions import AUDIT_ANSWERS, audited

if TYPE_CHECKING:
    from core.consensus.crowd import Fit
    from core.learning.advising import Heard
    from core.learning.record import Record
    from core.refitting import Sheet

STEPS = 1000
"""So many shares of errors are weighed against each other: e = sin² θ, on which Jeffreys' Beta(½, ½) is even."""
TOGETHER = 1000
"""So many tasks are looked at together: what that takes does not grow with the project."""


def audit(
    found: Advisor,
    spoke: Heard,
    given: Sheet,
    record: Record,
    fit: Fit,
    calibration: Calibration,
) -> Advisor:
    """With how the model alone would have fared on tasks that people alone judged: audited ones, and gold.

    That people were of two minds about a task says little of the model, so errors are not counted one by one:
    the share of errors is what makes people's answers likely (`share_wrong`).
    """
    target, enough = given.file.overlap.confidence, min(AUDIT_ANSWERS, given.file.overlap.max)
    answers = np.bincount(record.tasks, minlength=record.tasks_n)
    prior = np.asarray(fit.crowd.prior)
    judged = 0
    chances: list[tuple[float, float]] = []
    says = np.array([band.says for band in found.bands])
    for at, row in enumerate(given.tasks):
        label = int(spoke.labels[at])
        if label < 0 or not (record.known[at] >= 0 or (audited(row.id) and answers[at] >= enough)):
            continue
        judged += 1
        blind = prior * says[spoke.bands[at], :, label]
        alone = calibrated(calibration, (blind / blind.sum()).tolist(), answers=1.0)
        leading = max(range(len(alone)), key=alone.__getitem__)
        if alone[leading] < target:
            continue
        people = fit.posterior[at].tolist()
        if record.known[at] < 0:
            people = calibrated(calibration, people, answers=int(answers[at]))
        right, usual = float(people[leading]), float(prior[leading])
        chances.append((right / usual, (1.0 - right) / (1.0 - usual)))
    error, bound = share_wrong(np.array(chances).reshape(-1, 2))
    allowed = round(1 - target + TOLERANCE, 6)
    wrong = round(error * len(chances), 4)
    return replace(found, audit=Audit(judged, len(chances), wrong, round(bound, 4), allowed))


def share_wrong(chances: NDArray[np.float64]) -> tuple[float, float]:
    """The likeliest share of errors, and what it is below, nine times in ten.

    `chances` are (N, 2): how much likelier people's answers to a task are when the model is right, and when it
    is wrong, than they are of any task. Each task is a draw of the mixture (1 − e) · right + e · wrong; the bound
    is a quantile of the posterior of e. Where people are never in doubt it is that of Beta(errors + ½, right + ½).
    """
    if not len(chances):
        return 0.0, 1.0
    share = np.sin((np.arange(STEPS) + 0.5) / STEPS * np.pi / 2) ** 2
    fits = np.zeros(STEPS)
    for some in np.array_split(chances, math.ceil(len(chances) / TOGETHER)):
        mixed = np.outer(some[:, 0], 1 - share) + np.outer(some[:, 1], share)
        fits += np.log(np.maximum(mixed, 1e-12)).sum(axis=0)
    reached = np.exp(fits - fits.max()).cumsum()
    best, bound = int(fits.argmax()), int(np.searchsorted(reached, BOUND * reached[-1]))
    return float(share[best]) if best else 0.0, float(share[bound])
