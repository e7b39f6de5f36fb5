"""What a worker is good at, in plain words."""

from __future__ import annotations

from bots.dialogue.buttons import data
from bots.dialogue.routes import CommandRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Part, Reply, Title, says
from core import skills as mine
from core.skills import Skill
from i18n import N_, Content, Phrase, Translator

KINDS: dict[str, str] = {
    # Translators: a kind of task: one answer of several is chosen.
    "choice": N_("Choice"),
}
SHOWN = 12
NEARLY_ALWAYS = 0.95


def skills(turn: Turn, _command: Command) -> Reply:
    """`/skills`."""
    t = turn.t
    found = mine.of(turn.tx, turn.person)
    row = (Button(t("Next task"), data("next")), Button(t("My answers"), data("history")))
    if not found:
        words = t("It is too early to say: nothing is known of your answers yet. Send /task to go on.")
        return says(Message(parts=(Para(words),), rows=(row,)))
    parts: list[Part] = [Title(t("What you are good at"))]
    parts += [Para(_line(t, one)) for one in found[:SHOWN]]
    parts.append(Note(t("Learned from tasks with a known answer, and from what others said.")))
    return says(Message(parts=tuple(parts), rows=(row,)))


def _line(t: Translator, one: Skill) -> Phrase:
    kind = t(KINDS[one.kind]) if one.kind in KINDS else Content(one.kind)
    if one.lang:
        return t(
            "%(kind)s, %(language)s: %(skill)s",
            kind=kind,
            language=t.language(one.lang),
            skill=_skill(t, one),
        )
    return t("%(kind)s: %(skill)s", kind=kind, skill=_skill(t, one))


def _skill(t: Translator, one: Skill) -> Phrase:
    if not one.known:
        return t("too few answers to say")
    if one.accuracy.mean >= NEARLY_ALWAYS:
        return t.n(
            "nearly always right (by your latest %(count)s answer)",
            "nearly always right (by your latest %(count)s answers)",
            one.answers,
        )
    return t.n(
        "right about %(right)s times in 10 (by your latest %(count)s answer)",
        "right about %(right)s times in 10 (by your latest %(count)s answers)",
        one.answers,
        right=t.number(round(10 * one.accuracy.mean)),
    )


ROUTES: tuple[Route, ...] = (CommandRoute("skills", skills, N_("What you are good at"), right="work"),)
