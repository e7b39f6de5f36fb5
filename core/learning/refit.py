"""One refit of one project, from plain rows to plain values: what its process of its own computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core import asking
from core.clock import milliseconds
from core.consensus import methods
from core.consensus.believed import Believed
from core.consensus.calibration import Calibration, claim
from core.domain.states import TaskState
from core.learning.agreement import alpha, confusion
from core.learning.calibrated import calibrated_all
from core.learning.calibrating import fit_calibration
from core.learning.foreseen import foreseen
from core.learning.skills import skills
from core.learning.suspicion import suspicions
from core.refitting import LEEWAY, NOTICEABLE, Outcome, Sheet, record_of
from core.settling import CONSENSUS
from core.store.refits import Standing

if TYPE_CHECKING:
    from core.consensus.crowd import Fit
    from core.learning.record import Record


RECENT = 200
"""So many visits at least tell who comes at present."""


def computed(given: Sheet) -> Outcome:
    """Everything that a project believes of its crowd, from its answers alone."""
    labels = tuple(label.id for label in given.file.labels)
    record, people = record_of(given, labels)
    learner = methods()[given.file.method].learner
    believed, fit = None, None
    if learner is not None:
        fit = learner.refit(record)
        overlap = given.file.overlap
        decided = {
            index for index, row in enumerate(given.tasks) if row.gold is None and record.known[index] >= 0
        }
        calibration = fit_calibration(
            learner, record, fit, target=overlap.confidence, most=overlap.max, escalated=decided
        )
        believed = Believed(
            given.generation + 1,
            learner.name,
            labels,
            fit.crowd,
            calibration,
            as_of=milliseconds(given.as_of),
        )
        came = [tuple(fit.counts[one].ravel().tolist()) for one in _visitors(given, record, people)]
        believed = replace(believed, bar=asking.bar(learner, believed, came))
    affected, moved = _stands(given, record, believed, fit)
    return Outcome(
        project_id=given.project_id,
        present=given.present,
        upto=given.upto,
        as_of=given.as_of,
        answers=max(1, len(given.answers)),
        believed=believed,
        bases=()
        if fit is None
        else tuple((person, fit.counts[at].astype("<f8").tobytes()) for at, person in enumerate(people)),
        report=_report(given, record, people, believed, fit),
        affected=tuple(affected),
        moved=tuple(moved),
        seen=() if fit is None else skills(given, record, people, fit),
    )


def _visitors(given: Sheet, record: Record, people: Sequence[int]) -> list[int]:
    """Who came lately, by index, one for each visit: to answer, or to be held back."""
    place = {person: index for index, person in enumerate(people)}
    turned_away = [place[one] for one, times in given.held.items() if one in place for _ in range(times)]
    answered = max(RECENT - len(turned_away), _newer(given))
    return [*turned_away, *record.workers[max(0, len(record.workers) - answered) :].tolist()]


def _newer(given: Sheet) -> int:
    """How many answers came since the generation in use was learned."""
    return sum(one.id > given.present.upto for one in given.answers)


def _stands(
    given: Sheet, record: Record, believed: Believed | None, fit: Fit | None
) -> tuple[list[int], list[Standing]]:
    """The tasks whose state may change, and of the others what is believed of them where that moved."""
    affected: list[int] = []
    moved: list[Standing] = []
    if believed is None or fit is None:
        return affected, moved
    answers = np.bincount(record.tasks, minlength=len(given.tasks))
    asked = np.array([row.gold is None for row in given.tasks], dtype=np.bool_)
    judged = np.flatnonzero(asked & (answers > 0))
    chances = calibrated_all(believed.calibration, fit.posterior[judged], answers[judged])
    leads, bests = chances.argmax(axis=1).tolist(), chances.max(axis=1).tolist()
    overlap = given.file.overlap
    for at, (index, lead, best) in enumerate(zip(judged.tolist(), leads, bests, strict=True)):
        row, leading = given.tasks[index], believed.labels[lead]
        full = answers[index] >= overlap.max
        if row.state == TaskState.SETTLED:
            if row.settled_by != CONSENSUS:
                continue
            shaken = leading != row.label or (best < overlap.confidence - LEEWAY and not full)
            if shaken and not row.reopened:
                affected.append(row.id)
                continue
            label = believed.index(row.label or "")
            leading, best = row.label or "", 0.0 if label is None else float(chances[at, label])
        elif best >= overlap.confidence or (full and row.state == TaskState.OPEN):
            affected.append(row.id)
            continue
        if leading != row.label or abs(best - (row.confidence or 0.0)) > NOTICEABLE:
            moved.append(Standing(row.id, leading, best))
    return affected, moved


def _report(
    given: Sheet, record: Record, people: Sequence[int], believed: Believed | None, fit: Fit | None
) -> dict[str, Any]:
    """How far the workers agree, how far the confidence can be trusted, and who stands out: JSON."""
    settled = np.full(len(given.tasks), -1, dtype=np.int32)
    labels = tuple(label.id for label in given.file.labels)
    place = {label: at for at, label in enumerate(labels)}
    for index, row in enumerate(given.tasks):
        if row.state == TaskState.SETTLED and row.label is not None:
            settled[index] = place.get(row.label, -1)
    calibration = Calibration.unknown() if believed is None else believed.calibration
    found: dict[str, Any] = {
        "labels": labels,
        "alpha": alpha(record),
        "confusion": confusion(record, settled).counts,
        "gold": calibration.gold,
        "target": given.file.overlap.confidence,
        "claim": claim(calibration, given.file.overlap.confidence),
    }
    if believed is not None and fit is not None:
        found["forecast"] = foreseen(given, record, believed, fit).as_json()
        times = np.array([one.milliseconds for one in given.answers], dtype=np.float64)
        found["suspects"] = [
            {
                "person": people[one.worker],
                "kind": one.kind,
                "strength": one.strength,
                "evidence": _readable(one.evidence, labels, people),
            }
            for one in suspicions(
                record, fit.counts, times=times if len(times) == len(record.tasks) else None
            )
        ]
    return found


def _readable(evidence: Mapping[str, float], labels: Sequence[str], people: Sequence[int]) -> dict[str, Any]:
    """The numbers of a finding, with ids where it has places."""
    named: dict[str, Any] = {**evidence}
    if "label" in named:
        named["label"] = labels[int(named["label"])]
    if "with" in named:
        named["with"] = people[int(named["with"])]
    return named
