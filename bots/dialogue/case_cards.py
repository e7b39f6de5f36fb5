"""The cards of the review queue: for each kind of case its evidence and its buttons."""

from __future__ import annotations

from bots.dialogue import appealing, cards, evidence_words, reporting, standing_words
from bots.dialogue.buttons import data
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Note, Para, Part, Quote, Row
from core import appeals, evidence, flags
from core.kinds import kind_named
from core.review import Kind, Waiting
from core.store import appeals as appeal_rows
from core.store import cases, restrictions
from i18n import Content, Phrase

Shown = tuple[tuple[Part, ...], tuple[Row, ...], str | None]
"""The parts of a case, its buttons, and its picture."""


def card(turn: Turn, one: Waiting) -> Shown:
    """What a moderator sees of one case."""
    match one.kind:
        case Kind.ESCALATED:
            return _escalated(turn, one.id)
        case Kind.APPEAL:
            return _appeal(turn, one.id)
        case Kind.FLAGGED:
            return _flagged(turn, one.id)
        case _:
            return _person(turn, one.id)


def _escalated(turn: Turn, task_id: int) -> Shown:
    t = turn.t
    found = evidence.of_task(turn.tx, turn.house.vault, turn.person, task_id)
    file = found.project.file
    settle: list[Row] = [
        (
            Button(
                t("Settle as “%(label)s”", label=cards.name_of(option, t.locale)),
                data("review-settle", task_id, ordinal),
            ),
        )
        for ordinal, option in enumerate(kind_named(file.kind).form(file).options)
    ]
    others: Row = (
        Button(t("Ask more people"), data("review-more", task_id)),
        Button(t("Cancel the task"), data("review-cancel", task_id)),
    )
    return evidence_words.task(turn, found), (*settle, others), found.content.get("image")


def _appeal(turn: Turn, appeal_id: int) -> Shown:
    t = turn.t
    found = appeal_rows.find(turn.tx, appeal_id)
    assert found is not None, "it was just found"
    parts: list[Part] = [Para(t("Person %(number)s appeals.", number=found.person_id))]
    picture = None
    if found.restriction_id is not None:
        held = restrictions.find(turn.tx, found.restriction_id)
        assert held is not None, "nothing imposed is ever deleted"
        parts.append(Para(standing_words.line(turn.tx, t, turn.house.vault, held, now=turn.now)))
        yes, no = t("Take it back"), t("Keep it as it is")
    else:
        assert found.assignment_id is not None, "an appeal is about something"
        words = appealing.subject(turn.tx, t, found, now=turn.now)
        parts += () if words is None else (Para(words),)
        about = appeal_rows.subject(turn.tx, found.assignment_id)
        seen = evidence.of_task(turn.tx, turn.house.vault, turn.person, about.task_id)
        parts += evidence_words.task(turn, seen)
        picture = seen.content.get("image")
        yes, no = _outcomes(turn, found)
    if found.words is not None:
        parts += (Para(t("They write:")), Quote(Content(turn.house.vault.unseal(found.words).decode())))
    rows: tuple[Row, ...] = (
        (Button(yes, data("review-appeal", found.id, 1)),),
        (Button(no, data("review-appeal", found.id, 0)),),
    )
    return tuple(parts), rows, picture


def _outcomes(turn: Turn, found: appeal_rows.Appeal) -> tuple[Phrase, Phrase]:
    t = turn.t
    assert found.assignment_id is not None, "an appeal about a card"
    if found.kind == appeals.Kind.PENALTY:
        return t("Give the points back"), t("Keep it as it is")
    one = appeal_rows.judged(turn.tx, found.assignment_id)
    if one is None:
        return t("They are right"), t("Keep it as it is")
    seen = evidence.of_task(turn.tx, turn.house.vault, turn.person, one.task_id)
    label = cards.label_name(seen.project.file, one.value, t.locale)
    return t("They are right: “%(label)s”", label=label), t("Keep it as it is")


def _flagged(turn: Turn, case_id: int) -> Shown:
    t = turn.t
    case = cases.find(turn.tx, case_id)
    assert case is not None, "it was just found"
    assert case.task_id is not None, "a report is about a task"
    found = evidence.of_task(turn.tx, turn.house.vault, turn.person, case.task_id)
    reported = cases.flags_of(turn.tx, case_id)
    parts: list[Part] = [
        Para(
            t(
                "Person %(number)s reports: %(reason)s",
                number=person_id,
                reason=t(reporting.WHY.get(why, reporting.WHY["other"])),
            )
        )
        for person_id, why in reported
    ]
    if len(reported) >= flags.ENOUGH:
        parts.append(Note(t("Nobody gets this task until you decide.")))
    rows: tuple[Row, ...] = (
        (
            Button(t("The task is fine"), data("review-case", case_id, "keep")),
            Button(t("Cancel the task"), data("review-case", case_id, "cancel")),
        ),
    )
    return (*parts, *evidence_words.task(turn, found)), rows, found.content.get("image")


def _person(turn: Turn, case_id: int) -> Shown:
    t = turn.t
    case = cases.find(turn.tx, case_id)
    assert case is not None, "it was just found"
    assert case.person_id is not None, "such a case is about a person"

    def button(words: Phrase, act: str) -> Button:
        return Button(words, data("review-case", case_id, act))

    rows: list[Row] = [(button(t("Nothing is wrong"), "dismiss"), button(t("Warn"), "warn"))]
    if case.project_id is not None:
        rows.append((button(t("No more tasks of this project"), "restrict"),))
    rows.append((button(t("Pause for a day"), "pause"), button(t("Ban"), "ban")))
    rows.append((Button(t("Show the person"), data("member", case.person_id)),))
    return evidence_words.suspicion(turn, case), tuple(rows), None
