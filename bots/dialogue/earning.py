"""What a worker has earned: the balance and the latest answers."""

from __future__ import annotations

import json

from bots.dialogue import appealing, payouts
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.cards import label_name
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Part, Reply, Title, says
from core import streaks
from core.domain.states import TaskState
from core.domain.suggestions import Screen
from core.store import answers, ledger, projects
from core.store import people as people_rows
from core.store.answers import Past
from i18n import N_, Content, Phrase, Translator

SHOWN = 8
LONGEST = 60


def balance(turn: Turn, _command: Command) -> Reply:
    """`/balance`."""
    return says(_balance(turn))


def balance_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return says(_balance(turn))


def _balance(turn: Turn) -> Message:
    t = turn.t
    points = people_rows.balance(turn.tx, turn.person.id)
    parts: list[Part] = [Title(t.n("You have %(count)s point.", "You have %(count)s points.", points))]
    parts += payouts.purse(turn)
    days = streaks.days(turn.person, now=turn.now)
    if days > 1:
        parts.append(Para(row_words(t, days)))
    parts += waiting(turn)
    row = (Button(t("Next task"), data("next")), Button(t("My answers"), data("history")))
    return Message(parts=tuple(parts), rows=(row,))


def row_words(t: Translator, days: int) -> Phrase:
    """How many days are in a row."""
    return t.n("%(count)s day in a row with an answer", "%(count)s days in a row with an answer", days)


def waiting(turn: Turn) -> list[Part]:
    """What the answers that are not settled yet may still bring."""
    t, pending = turn.t, ledger.pending(turn.tx, turn.person.id)
    if not pending.answers:
        return []
    answers = t.n(
        "%(count)s answer waits until others have answered the same task.",
        "%(count)s answers wait until others have answered the same tasks.",
        pending.answers,
    )
    if not pending.points:
        return [Para(answers)]
    most = t.n(
        "Up to %(count)s point is still to come.", "Up to %(count)s points are still to come.", pending.points
    )
    return [Para(answers), Note(most)]


def history(turn: Turn, _command: Command) -> Reply:
    """`/history`."""
    return says(_history(turn))


def history_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return says(_history(turn))


def _history(turn: Turn) -> Message:
    t = turn.t
    past = answers.history(turn.tx, turn.person.id, most=SHOWN)
    if not past:
        return Message(parts=(Para(t("No answers yet. Send /task to begin.")),))
    parts: list[Part] = [Title(t("Your latest answers"))]
    for one in past:
        parts.append(Para(_line(turn, one)))
        parts.append(
            Note(t("%(time)s · %(outcome)s", time=t.when(one.at, now=turn.now), outcome=_outcome(turn, one)))
        )
        parts += _explained(t, one)
    rows = ((Button(t("Next task"), data("next")),), *appealing.button(turn))
    return Message(parts=tuple(parts), rows=rows)


def _line(turn: Turn, one: Past) -> Phrase:
    content = json.loads(one.content)
    text = content.get("text") or turn.t("a picture")
    text = text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
    line = turn.t("%(task)s → %(answer)s", task=text, answer=_name(turn, one, one.value))
    decided = _decided(one)
    if decided is None:
        return line
    return (
        turn.t("✓ %(option)s", option=line) if decided == one.value else turn.t("✗ %(option)s", option=line)
    )


def _name(turn: Turn, one: Past, value: str) -> Content:
    project = projects.find(turn.tx, one.project_id)
    return label_name(project.file, value, turn.t.locale) if project else Content(value)


def _decided(one: Past) -> str | None:
    """What the task turned out to be; a known answer is told only once the given one can no longer change."""
    if one.gold is not None:
        return None if one.points is None else one.gold
    return one.label


def _outcome(turn: Turn, one: Past) -> Phrase:
    t, decided = turn.t, _decided(one)
    if one.points is not None:
        points = t.n("%(count)s point", "%(count)s points", one.points)
        if decided is None:
            return points
        label = _name(turn, one, decided)
        if one.gold is not None:
            return t("known answer: %(label)s · %(points)s", label=label, points=points)
        return t("decided: %(label)s · %(points)s", label=label, points=points)
    if one.task_state == TaskState.ESCALATED:
        return t("opinions differ, a person will decide")
    return t("waiting for others")


def _explained(t: Translator, one: Past) -> list[Part]:
    """Why a known answer is right, and that a suggestion was wrong on purpose."""
    if one.gold is None or one.points is None:
        return []
    parts: list[Part] = []
    if one.why:
        parts.append(Note(t("Why: %(words)s", words=Content(one.why))))
    if one.screen == Screen.PLANTED:
        parts.append(Note(t("Its suggestion was wrong on purpose, as a test. It cost you nothing.")))
    return parts


ROUTES: tuple[Route, ...] = (
    CommandRoute("balance", balance, N_("Your points"), right="work"),
    CommandRoute("history", history, N_("Your latest answers"), right="work"),
    PressRoute("balance", balance_pressed, right="work"),
    PressRoute("history", history_pressed, right="work"),
)
