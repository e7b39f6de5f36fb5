"""Who decided what, for the moderator who came second."""

from __future__ import annotations

from bots.dialogue.cards import label_name
from bots.dialogue.turn import Turn
from core.domain.states import TaskState
from core.review import Kind, Waiting
from core.store import appeals, cases, projects, task_views, tasks
from i18n import N_, Phrase, Translator

OUTCOMES: dict[str, str] = {
    "upheld": N_("the worker was right"),
    "dismissed": N_("the decision stays"),
    "keep": N_("the task is fine"),
    "cancel": N_("the task was cancelled"),
    "dismiss": N_("nothing is wrong"),
    "warn": N_("they were warned"),
    "restrict": N_("no more tasks of this project"),
    "pause": N_("they were paused"),
    "ban": N_("they were banned"),
}


def decided(turn: Turn, one: Waiting) -> Phrase:
    """Who was first, and what they decided."""
    if one.kind is Kind.ESCALATED:
        return _task(turn, one.id)
    appeal = one.kind is Kind.APPEAL
    found = appeals.find(turn.tx, one.id) if appeal else cases.find(turn.tx, one.id)
    return _said(turn.t, found.decided_by, found.outcome) if found else _said(turn.t, None, None)


def _said(t: Translator, by: int | None, outcome: str | None) -> Phrase:
    if by is None or outcome not in OUTCOMES:
        return t("Somebody has decided this one already.")
    return t("Person %(number)s was first: %(outcome)s.", number=by, outcome=t(OUTCOMES[outcome]))


def _task(turn: Turn, task_id: int) -> Phrase:
    t, end = turn.t, task_views.end_of(turn.tx, task_id)
    if end is None:
        return _said(t, None, None)
    if end.state is TaskState.OPEN:
        return t("More people are being asked already.")
    by = _person(end.settled_by)
    if end.state is TaskState.CANCELLED:
        return _said(t, by, "cancel")
    if by is None or end.label is None:
        return _said(t, None, None)
    project_id = tasks.project_of(turn.tx, task_id)
    project = None if project_id is None else projects.find(turn.tx, project_id)
    assert project is not None, "a task has a project"
    label = label_name(project.file, end.label, t.locale)
    return t("Person %(number)s was first: settled as “%(label)s”.", number=by, label=label)


def _person(settled_by: str | None) -> int | None:
    head, _, number = (settled_by or "").partition(":")
    return int(number) if head == "person" and number.isdecimal() else None
