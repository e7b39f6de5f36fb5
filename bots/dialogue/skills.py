"""What a worker is good at, the skills they hold, and those they can earn, in plain words."""

from __future__ import annotations

from bots.dialogue import practice_words
from bots.dialogue.buttons import data
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import CommandRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Part, Reply, Row, Title, says
from core import admission
from core import skills as mine
from core.practising import Outlook
from core.skills import Skill
from core.store import qualified
from core.store.qualified import Held
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
    earned, ways = _earned(turn)
    if not found and not earned:
        words = t("It is too early to say: nothing is known of your answers yet. Send /task to go on.")
        return says(Message(parts=(Para(words),), rows=(row,)))
    parts: list[Part] = []
    if found:
        parts = [Title(t("What you are good at")), *(Para(_line(t, one)) for one in found[:SHOWN])]
        parts.append(Note(t("Learned from tasks with a known answer, and from what others said.")))
    return says(Message(parts=(*parts, *earned), rows=(*ways, row)))


def _earned(turn: Turn) -> tuple[list[Part], list[Row]]:
    """The skills that projects require: held, under way, or open; and the ways to practise now."""
    t, held = turn.t, qualified.of_person(turn.tx, turn.person.id)
    outlooks = {one.skill_id: one for one in admission.to_earn(turn.tx, turn.person, now=turn.now)}
    parts: list[Part] = [Para(_held(turn, one)) for one in held[:SHOWN]]
    rows: list[Row] = []
    for open_ in list(outlooks.values())[:SHOWN]:
        if not open_.holds(turn.now):
            parts.append(Para(_to_earn(turn, open_)))
        if open_.ready(turn.now):
            skill = Content(open_.policy.skill)
            rows.append((Button(t("Practise: %(skill)s", skill=skill), data("practise", open_.project.id)),))
    return ([Title(t("Skills that projects ask for")), *parts] if parts else []), rows


def _held(turn: Turn, one: Held) -> Phrase:
    t, skill, day = turn.t, Content(one.name), turn.t.date(one.expires_at.date())
    if one.expires_at > turn.now:
        return t("%(skill)s: yours until %(date)s", skill=skill, date=day)
    return t("%(skill)s: ended on %(date)s", skill=skill, date=day)


def _to_earn(turn: Turn, one: Outlook) -> Phrase:
    """How a skill is earned, or when it can be tried again."""
    t, project = turn.t, title_of(turn.t, one.project.file)
    skill = Content(one.policy.skill)
    if one.open is None and one.again_at is not None and one.again_at > turn.now:
        when = t.when(one.again_at, now=turn.now)
        return t("%(skill)s, for “%(project)s”: again from %(time)s", skill=skill, project=project, time=when)
    how = practice_words.how_long(t, one)
    return t("%(skill)s, for “%(project)s”: %(how)s", skill=skill, project=project, how=how)


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
