"""Workers whose answers stand out, in words for those who decide: what was seen, never a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bots.dialogue.cards import label_name
from bots.dialogue.project_views import title_of
from bots.dialogue.vocabulary import Note, Para, Part, Title
from core.domain.project import Project
from core.summaries import Named
from i18n import Phrase, Translator

Evidence = Mapping[str, Any]


def lines(t: Translator, named: tuple[Named, ...], *, more: int) -> tuple[Part, ...]:
    """A section of a summary; nothing when nobody is named."""
    if not named:
        return ()
    parts: list[Part] = [Title(t("Worth a look")), *(Para(_line(t, one)) for one in named)]
    if more:
        parts.append(Para(t.n("and %(count)s more", "and %(count)s more", more)))
    command = t.command(f"/results {named[0].project.id}")
    parts.append(
        Note(
            t(
                "These are numbers, no proof. Look at their answers in the results (%(command)s) before you decide.",
                command=command,
            )
        )
    )
    return tuple(parts)


def _line(t: Translator, one: Named) -> Phrase:
    return t(
        "Person %(number)s (%(worker)s) in “%(title)s”: %(why)s",
        number=one.person_id,
        worker=one.pseudonym,
        title=title_of(t, one.project.file),
        why=WORDS[one.kind](t, one.project, one.evidence),
    )


def _random(t: Translator, _project: Project, seen: Evidence) -> Phrase:
    return t.n(
        "%(count)s answer that looks like chance: right in %(right)s, others would be in %(usual)s.",
        "%(count)s answers that look like chance: right in %(right)s, others would be in %(usual)s.",
        int(seen["answers"]),
        right=t.percent(seen["right"]),
        usual=t.percent(seen["expected"]),
    )


def _constant(t: Translator, project: Project, seen: Evidence) -> Phrase:
    return t.n(
        "%(count)s answer, %(share)s of them “%(label)s”; others would have said that in %(usual)s.",
        "%(count)s answers, %(share)s of them “%(label)s”; others would have said that in %(usual)s.",
        int(seen["answers"]),
        share=t.percent(seen["share"]),
        label=label_name(project.file, seen["label"], t.locale),
        usual=t.percent(seen["expected_share"]),
    )


def _contrary(t: Translator, _project: Project, seen: Evidence) -> Phrase:
    return t.n(
        "%(count)s answer, mostly against the others: right in %(right)s, others would be in %(usual)s."
        " Perhaps labels were confused.",
        "%(count)s answers, mostly against the others: right in %(right)s, others would be in %(usual)s."
        " Perhaps labels were confused.",
        int(seen["answers"]),
        right=t.percent(seen["right"]),
        usual=t.percent(seen["expected"]),
    )


def _slow_burn(t: Translator, _project: Project, seen: Evidence) -> Phrase:
    return t.n(
        "right in %(before)s of the first %(count)s answer, in %(after)s since; others would be in %(usual)s."
        " Perhaps a rest would help.",
        "right in %(before)s of the first %(count)s answers, in %(after)s since; others would be in %(usual)s."
        " Perhaps a rest would help.",
        int(seen["since"]),
        before=t.percent(seen["right_before"]),
        after=t.percent(seen["right_after"]),
        usual=t.percent(seen["expected_after"]),
    )


def _colluding(t: Translator, _project: Project, seen: Evidence) -> Phrase:
    same, usual = t.number(round(seen["same"])), t.number(round(seen["expected_same"]))
    if seen["partners"] > 1:
        return t.n(
            "in a group of %(people)s who answer alike, person %(other)s most: compared %(count)s time,"
            " the same %(same)s times; %(usual)s would be usual.",
            "in a group of %(people)s who answer alike, person %(other)s most: compared %(count)s times,"
            " the same %(same)s times; %(usual)s would be usual.",
            round(seen["tasks"]),
            people=t.number(int(seen["partners"]) + 1),
            other=seen["with"],
            same=same,
            usual=usual,
        )
    return t.n(
        "the same answer as person %(other)s in %(same)s of %(count)s task; %(usual)s would be usual.",
        "the same answer as person %(other)s in %(same)s of %(count)s tasks; %(usual)s would be usual.",
        round(seen["tasks"]),
        other=seen["with"],
        same=same,
        usual=usual,
    )


def _too_fast(t: Translator, _project: Project, seen: Evidence) -> Phrase:
    return t.n(
        "%(count)s answer, %(share)s of them in less than %(limit)s s; others take about %(usual)s s.",
        "%(count)s answers, %(share)s of them in less than %(limit)s s; others take about %(usual)s s.",
        int(seen["answers"]),
        share=t.percent(seen["share"]),
        limit=t.number(round(seen["limit_ms"] / 1000, 1)),
        usual=t.number(round(seen["crowd_ms"] / 1000, 1)),
    )


def _following(t: Translator, _project: Project, seen: Evidence) -> Phrase:
    return t.n(
        "%(count)s suggestion seen, %(share)s taken over, and %(wrong)s of the wrong ones;"
        " others take over %(usual)s of those.",
        "%(count)s suggestions seen, %(share)s taken over, and %(wrong)s of the wrong ones;"
        " others take over %(usual)s of those.",
        int(seen["shown"]),
        share=t.percent(seen["accepted"]),
        wrong=t.percent(seen["wrong_accepted"]),
        usual=t.percent(seen["crowd_wrong_accepted"]),
    )


WORDS: Mapping[str, Callable[[Translator, Project, Evidence], Phrase]] = {
    "random": _random,
    "constant": _constant,
    "contrary": _contrary,
    "slow_burn": _slow_burn,
    "colluding": _colluding,
    "too_fast": _too_fast,
    "following": _following,
}
"""A sentence for every kind of suspicion that a refit may find."""
