"""One refit of one project, from plain rows to plain values: what its process of its own computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core import asking
from core.advice import judged
from core.clock import milliseconds
from core.consensus import methods
from core.consensus.advisor import counts_as
from core.consensus.believed import FOLLOWED, Believed
from core.consensus.calibration import Calibration, claim
from core.domain.states import CONSENSUS, MODEL, TaskState
from core.learning.advising import advised, consulted, heard, stands
from core.learning.agreement import alpha, confusion
from core.learning.anchoring import On, anchoring
from core.learning.anchoring.pace import seconds
from core.learning.auditing import audit
from core.learning.calibrated import calibrated_all
from core.learning.calibrating import fit_calibration
from core.learning.foreseen import foreseen
from core.learning.skills import skills
from core.learning.suspicion import suspicions
from core.refitting import LEEWAY, NOTICEABLE, Outcome, Sheet, record_of
from core.store.refits import Standing, TaskRow
from core.store.suggestions import hint_of

if TYPE_CHECKING:
    from core.consensus.anchoring import Anchoring
    from core.consensus.contract import Learner
    from core.consensus.crowd import Evidence, Fit
    from core.learning.anchoring import Cards
    from core.learning.record import Record


RECENT = 200
"""So many visits at least tell who comes at present."""


def computed(given: Sheet) -> Outcome:
    """Everything that a project believes of its crowd, from its answers alone."""
    labels = tuple(label.id for label in given.file.labels)
    record, people = record_of(given, labels)
    learner = methods()[given.file.method].learner
    believed, fit, judged_by, followed = None, None, None, None
    if learner is not None:
        record = replace(record, stands=stands(given, record, labels))
        fit, record, followed = _fitted(learner, record)
        advisors, words = consulted(given, record, fit, labels)
        overlap = given.file.overlap
        decided = {
            index for index, row in enumerate(given.tasks) if row.gold is None and record.known[index] >= 0
        }
        calibration = fit_calibration(
            learner,
            record,
            fit,
            target=overlap.confidence,
            most=overlap.max,
            escalated=decided,
            advice=words,
        )
        advisors = tuple(
            audit(one, heard(given, given.words[one.model_id], labels), given, record, fit, calibration)
            for one in advisors
        )
        # What tells of people is what people said; what becomes of tasks also rests on what models said.
        judged_by = fit
        if words is not None:
            answered = np.bincount(record.tasks, minlength=record.tasks_n)[:, None] > 0
            weighs = np.where(answered, calibration.trust, 1.0) * words
            judged_by = replace(fit, posterior=advised(fit.posterior, weighs))
        believed = Believed(
            given.generation + 1,
            learner.name,
            labels,
            fit.crowd,
            calibration,
            as_of=milliseconds(given.as_of),
            followed=FOLLOWED if followed is None else 1 - followed.discount,
            advisors=advisors,
            typical=seconds(np.array([one.milliseconds for one in given.answers], dtype=np.float64)) or 0.0,
        )
        came = [tuple(fit.counts[one].ravel().tolist()) for one in _visitors(given, record, people)]
        believed = replace(believed, bar=asking.bar(learner, believed, came))
    affected, moved = _stands(given, record, believed, judged_by)
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
        report=_report(given, record, people, believed, fit, judged_by)
        | ({} if followed is None else {"anchoring": followed.as_json()}),
        affected=tuple(affected),
        moved=tuple(moved),
        seen=() if fit is None else skills(given, record, people, fit),
    )


def _fitted(learner: Learner, record: Record) -> tuple[Fit, Record, Anchoring | None]:
    """The fit, the record as it weighs answers that were suggested, and what suggestions did: that is measured on a
    fit by what is usual."""
    if record.cards is None:
        return learner.refit(record), record, None
    usual = learner.refit(record.weighed(FOLLOWED))
    found = anchoring(record, usual, record.cards)
    weighed = record.weighed(1 - found.discount)
    return learner.refit(weighed), weighed, found


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
    open_to, said = [], []
    for index, row in enumerate(given.tasks):
        if row.gold is not None:
            continue
        least, advice = _judged(given, believed, row, answers=int(answers[index]))
        if answers[index] or (advice and not least):
            open_to.append(index)
            said.append(answers[index] + counts_as(believed.crowd, advice))
        elif advice and row.settled_by == MODEL and not row.reopened:
            affected.append(row.id)  # the audit says by now that the model is wrong too often
    chances = calibrated_all(believed.calibration, fit.posterior[open_to], np.array(said, dtype=np.float64))
    leads, bests = chances.argmax(axis=1).tolist(), chances.max(axis=1).tolist()
    overlap = given.file.overlap
    for at, (index, lead, best) in enumerate(zip(open_to, leads, bests, strict=True)):
        row, leading = given.tasks[index], believed.labels[lead]
        full = answers[index] >= overlap.max
        if row.state == TaskState.SETTLED:
            if row.settled_by not in (CONSENSUS, MODEL):
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


def _judged(given: Sheet, believed: Believed, row: TaskRow, *, answers: int) -> tuple[int, Evidence]:
    """How many people a task needs at least, and what a model's word says of it."""
    hint = hint_of(row.hint)
    if hint is None:
        return given.file.overlap.min, ()
    found = judged(believed, given.file, hint, task_id=row.id, state=TaskState(row.state), answers=answers)
    return found.overlap.least, found.advice


def _report(
    given: Sheet,
    record: Record,
    people: Sequence[int],
    believed: Believed | None,
    fit: Fit | None,
    judged_by: Fit | None,
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
    if believed is not None and fit is not None and judged_by is not None:
        found |= _of_models(given, believed)
        found["forecast"] = foreseen(given, record, believed, judged_by).as_json()
        times = np.array([one.milliseconds for one in given.answers], dtype=np.float64)
        found["suspects"] = [
            {
                "person": people[one.worker],
                "kind": one.kind,
                "strength": one.strength,
                "evidence": _readable(one.evidence, labels, people),
            }
            for one in suspicions(
                record,
                fit.counts,
                times=times if len(times) == len(record.tasks) else None,
                suggested=None if record.cards is None else _seen(record.cards),
            )
        ]
    return found


def _seen(cards: Cards) -> NDArray[np.int32]:
    """(n,) the label on screen at each answer; -1: none."""
    return np.where(cards.on(On.SHOWN, On.PLANTED), cards.suggested, np.int32(-1))


def _of_models(given: Sheet, believed: Believed) -> dict[str, Any]:
    """What was learned of the model that serves."""
    for one in believed.advisors:
        if given.words[one.model_id].champion:
            bands = [[band.least, band.tasks, band.right] for band in one.bands]
            return {"advisor": {"model": one.model_id, "bands": bands}, "audit": astuple(one.audit)}
    return {}


def _readable(evidence: Mapping[str, float], labels: Sequence[str], people: Sequence[int]) -> dict[str, Any]:
    """The numbers of a finding, with ids where it has places."""
    named: dict[str, Any] = {**evidence}
    if "label" in named:
        named["label"] = labels[int(named["label"])]
    if "with" in named:
        named["with"] = people[int(named["with"])]
    return named
