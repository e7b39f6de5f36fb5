"""Appeals of a worker: what can be disputed, one tap to do so, a sentence of their own, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.cards import label_name
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
from bots.dialogue.standing_words import what
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Command,
    Message,
    Note,
    Para,
    Part,
    Reply,
    Row,
    Text,
    Title,
    Upload,
    says,
)
from core import appeals
from core.errors import Refused
from core.events import AppealDecided, Event
from core.store import appeals as rows
from core.store import projects, restrictions
from core.store.appeals import Appeal, Judged
from core.store.transaction import Transaction
from i18n import N_, Content, Phrase, Translator

SLOT = "appeals"
LONGEST = 30
MOST_WORDS = 300
"""Letters that a worker may add: a moderator reads them on a phone."""


def slot(appeal_id: int) -> str:
    """The message in which an appeal is acknowledged, and later its outcome told."""
    return f"appeal:{appeal_id}"


def appeal(turn: Turn, _command: Command) -> Reply:
    """`/appeal`."""
    return says(_listed(turn))


def list_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return says(_listed(turn))


def button(turn: Turn) -> tuple[Row, ...]:
    """The way there, for whoever has something to appeal."""
    if not appeals.possible(turn.tx, turn.person, now=turn.now):
        return ()
    return ((Button(turn.t("Was something wrong?"), data("appeals")),),)


def _listed(turn: Turn) -> Message:
    t = turn.t
    found = appeals.possible(turn.tx, turn.person, now=turn.now)
    if not found:
        words = t(
            "There is nothing to appeal. Answers can be appealed for seven days after they were judged."
        )
        return Message(parts=(Para(words),), slot=SLOT)
    parts: list[Part] = [
        Title(t("What was judged wrongly?")),
        Para(t("Tap it, and a moderator who was not part of it will look.")),
    ]
    rows: list[Row] = []
    for one in found.answers:
        parts.append(Para(answer_line(turn.tx, t, one)))
        label = t("Appeal: %(task)s", task=_short(t, one.content))
        rows.append((Button(label, data("appeal-answer", one.assignment_id)),))
    for fine in found.penalties:
        task = _short(t, fine.content)
        label = t.n(
            "Appeal: %(count)s point off for “%(task)s”",
            "Appeal: %(count)s points off for “%(task)s”",
            fine.points,
            task=task,
        )
        rows.append((Button(label, data("appeal-penalty", fine.assignment_id)),))
    for held in found.measures:
        label = t("Appeal: %(task)s", task=what(turn.tx, t, held, now=turn.now))
        rows.append((Button(label, data("appeal-measure", held.id)),))
    return Message(parts=tuple(parts), rows=tuple(rows), slot=SLOT)


def answer_line(tx: Transaction, t: Translator, one: Judged) -> Phrase:
    """A judged answer: the task, what was said, what was decided."""
    project = projects.find(tx, one.project_id)
    assert project is not None, "projects are never deleted"
    said = label_name(project.file, one.value, t.locale)
    task = _short(t, one.content)
    if one.decided is None or one.decided == one.value:
        return t("%(task)s → %(answer)s", task=task, answer=said)
    decided = label_name(project.file, one.decided, t.locale)
    return t("%(task)s → %(answer)s, decided: %(label)s", task=task, answer=said, label=decided)


def _short(t: Translator, content: Mapping[str, str]) -> Phrase | Content:
    text = content.get("text")
    if not text:
        return t("a picture")
    return Content(text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…")


def answer_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """This answer was right."""
    return _made(turn, *appeals.about_answer(turn.tx, turn.person, pressed.number(), now=turn.now))


def penalty_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """This penalty was not fair."""
    return _made(turn, *appeals.about_penalty(turn.tx, turn.person, pressed.number(), now=turn.now))


def measure_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """What was imposed was not fair."""
    return _made(turn, *appeals.about_measure(turn.tx, turn.person, pressed.number(), now=turn.now))


def _made(turn: Turn, appeal_id: int, events: tuple[Event, ...]) -> Reply:
    turn.tell(events)
    turn.expect("appeal", appeal=appeal_id)
    t = turn.t
    parts = (
        Title(t("Your appeal is on its way")),
        *_about(turn.tx, t, appeal_id, now=turn.now),
        Para(t("A moderator who was not part of it will look, and you are told here what came of it.")),
        Note(t("Would you like to say why? Just write it in one message. You need not.")),
    )
    return says(Message(parts=parts, slot=slot(appeal_id)))


def _about(tx: Transaction, t: Translator, appeal_id: int, *, now: datetime) -> tuple[Part, ...]:
    found = rows.find(tx, appeal_id)
    words = None if found is None else subject(tx, t, found, now=now)
    return () if words is None else (Para(words),)


def subject(tx: Transaction, t: Translator, found: Appeal, *, now: datetime) -> Phrase | None:
    """What an appeal is about, in one line."""
    if found.assignment_id is None:
        held = None if found.restriction_id is None else restrictions.find(tx, found.restriction_id)
        return None if held is None else what(tx, t, held, now=now)
    if found.kind == appeals.Kind.PENALTY:
        fine = rows.penalty(tx, found.assignment_id)
        if fine is None:
            return None
        task = _short(t, fine.content)
        return t.n(
            "%(count)s point off for “%(task)s”",
            "%(count)s points off for “%(task)s”",
            fine.points,
            task=task,
        )
    one = rows.judged(tx, found.assignment_id)
    return None if one is None else answer_line(tx, t, one)


def words(turn: Turn, said: Text | Upload) -> Reply:
    """What the worker adds to their appeal."""
    if not isinstance(said, Text):
        raise Refused("appeal_words")
    text = " ".join(said.body.split())
    if not text or len(text) > MOST_WORDS:
        raise Refused("appeal_words")
    sealed = turn.house.vault.seal(text.encode("utf-8", "replace"))
    appeals.add_words(turn.tx, turn.person, int(turn.draft["appeal"]), sealed)
    turn.expect(None)
    return says(Message(parts=(Para(turn.t("Thank you, the moderator will read that.")),)))


def outcome(tx: Transaction, t: Translator, event: AppealDecided, *, now: datetime) -> Message | None:
    """What came of an appeal, in the message that acknowledged it."""
    found = rows.find(tx, event.appeal_id)
    if found is None:
        return None
    parts: list[Part] = [
        Title(t("Your appeal was right") if event.upheld else t("Your appeal was looked at")),
        *_about(tx, t, event.appeal_id, now=now),
        Para(_verdict(t, found, upheld=event.upheld)),
    ]
    if event.points:
        parts.append(
            Para(t.n("You get %(count)s point more.", "You get %(count)s points more.", event.points))
        )
    return Message(parts=tuple(parts), slot=slot(event.appeal_id), locale=t.locale)


def _verdict(t: Translator, found: Appeal, *, upheld: bool) -> Phrase:
    if not upheld:
        return t("A moderator looked at it with fresh eyes, and the decision stays. Thank you for asking.")
    if found.kind == appeals.Kind.ANSWER:
        return t("Your answer counts as the right one from now on. Thank you for speaking up!")
    if found.kind == appeals.Kind.PENALTY:
        return t("The points that were taken are yours again.")
    return t("What was decided about you is taken back.")


ROUTES: tuple[Route, ...] = (
    CommandRoute(
        "appeal", appeal, N_("Say that something was judged wrongly"), right="appeal", while_banned=True
    ),
    PressRoute("appeals", list_pressed, while_banned=True, right="appeal"),
    PressRoute("appeal-answer", answer_pressed, right="appeal", theirs=True),
    PressRoute("appeal-penalty", penalty_pressed, right="appeal", theirs=True),
    PressRoute("appeal-measure", measure_pressed, while_banned=True, right="appeal", theirs=True),
    StepRoute("appeal", words, while_banned=True, right="appeal", theirs=True),
)
