"""What is known of a task or a person, for the moderator who decides: lines of a card."""

from __future__ import annotations

from bots.dialogue import cards, rule_words
from bots.dialogue.project_views import title_of
from bots.dialogue.suspects import WORDS
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Note, Para, Part
from core.domain.rules import Rule
from core.evidence import SHOWN, Evidence, Said
from core.skills import Skill
from core.store import projects
from core.store.cases import Case
from i18n import Content, Phrase, Translator

SHORTEST = 60
"""Below so many seconds the tenths matter."""


def task(turn: Turn, found: Evidence) -> tuple[Part, ...]:
    """The task as workers see it, and everything that was said of it."""
    t, file = turn.t, found.project.file
    parts: list[Part] = [*cards.body(t, file, found.content, found.context)]
    if found.gold is not None:
        name = cards.label_name(file, found.gold, t.locale)
        parts.append(Note(t("A task with a known answer: %(label)s", label=name)))
    if not found.said:
        parts.append(Para(t("Nobody has answered it yet.")))
    parts += [Para(_answer(t, found, one)) for one in found.said]
    if len(found.said) == SHOWN:
        parts.append(Note(t("There may be more answers than these.")))
    return tuple(parts)


def _answer(t: Translator, found: Evidence, one: Said) -> Phrase:
    file = found.project.file
    line = t(
        "%(label)s · person %(number)s (%(worker)s), %(skill)s · %(time)s",
        label=cards.label_name(file, one.value, t.locale),
        number=one.person_id,
        worker=Content(one.pseudonym),
        skill=skill(t, one.skill),
        time=_took(t, one),
    )
    if one.suggested is None:
        return line
    guess = cards.label_name(file, one.suggested, t.locale)
    return t("%(answer)s · saw ✦ %(label)s", answer=line, label=guess)


def _took(t: Translator, one: Said) -> Phrase:
    seconds = one.took.total_seconds()
    took = (
        t("%(number)s s", number=t.number(round(seconds, 1))) if seconds < SHORTEST else t.duration(one.took)
    )
    return t("%(time)s, late", time=took) if one.late else took


def skill(t: Translator, one: Skill | None) -> Phrase:
    """How right somebody is, as far as anything is known."""
    if one is None or not one.known:
        return t("too new to say")
    return t.n(
        "right in %(share)s (%(count)s answer)",
        "right in %(share)s (%(count)s answers)",
        one.answers,
        share=t.percent(one.accuracy.mean),
    )


def suspicion(turn: Turn, case: Case) -> tuple[Part, ...]:
    """Why somebody's answers stand out: numbers, no verdict."""
    t = turn.t
    project = None if case.project_id is None else projects.find(turn.tx, case.project_id)
    rule = case.details.get("rule")
    if project is not None and rule in list(Rule):
        why: Phrase = t(rule_words.SAYS[Rule(rule)])
    elif project is not None and case.details.get("suspicion") in WORDS:
        why = WORDS[case.details["suspicion"]](t, project, case.details["evidence"])
    else:
        return (Para(t("person %(number)s", number=case.person_id)),)
    words = t(
        "Person %(number)s in “%(title)s”: %(why)s",
        number=case.person_id,
        title=title_of(t, project.file),
        why=why,
    )
    if rule is not None:
        return Para(words), Note(
            t("A rule has stopped their work in this project. Lift that if it was wrong.")
        )
    return Para(words), Note(t("These are numbers, no proof."))
