"""The questions of a new project: what is asked, what is offered, how words become settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bots.dialogue.project_views import people_words
from core.errors import BadFile, Problem, Refused
from core.intake.project_file import build_project
from core.intake.times import parse_duration
from i18n import N_, Phrase, Translator, available_locales, parse_languages, translator_for

Settings = dict[str, Any]
"""What was answered so far, by the keys of a project file."""

ASIDE = "else"
"""The button that leads to questions of its own."""

FIELD_NAMES: dict[str, str] = {
    "project": N_("The title"),
    "instructions": N_("The question"),
    "labels": N_("The list of answers"),
    "reward": N_("The number of points"),
    "overlap.min": N_("The number of people"),
    "overlap.max": N_("The number of people"),
    "time_limit": N_("The time"),
}
_READY: dict[str, str] = {"yes": N_("Yes"), "no": N_("No"), "not-sure": N_("Not sure")}
_COMPLETE: Settings = {"project": "?", "instructions": "?", "labels": ["1", "2"]}
_BULLET = re.compile(r"\s*(?:[-–•*·]|\d{1,2}[.)])\s+")
_COMMAS = re.compile(r"[,،、，;；]")


@dataclass(frozen=True, slots=True)
class Offer:
    """A ready-made answer."""

    words: Callable[[Translator], Phrase]
    settings: Callable[[], Settings]


@dataclass(frozen=True, slots=True)
class Question:
    """One step: the fields of the project file that it fills, and how."""

    fields: tuple[str, ...]
    asks: str
    explains: str
    read: Callable[[str], Settings] | None = None
    offered: tuple[Offer, ...] = ()
    across: int = 1
    aside: bool = False


def order(*, custom: bool) -> tuple[str, ...]:
    """The steps in their order; `custom` when the ready-made terms were not wanted."""
    own = ("new-people", "new-reward") if custom else ()
    return (
        "new-title",
        "new-question",
        "new-labels",
        "new-languages",
        "new-terms",
        *own,
        "new-limit",
        "new-check",
    )


def check(settings: Settings, fields: tuple[str, ...], *, zone: ZoneInfo) -> list[Problem]:
    """What is wrong with these fields, by the same rules as a project file."""
    try:
        build_project(_COMPLETE | settings, zone=zone)
    except BadFile as bad:
        return [one for one in bad.problems if re.split(r"[.\[]", one.field or "")[0] in fields]
    return []


def _labels(words: str) -> Settings:
    lines = words.splitlines() if "\n" in words.strip() else _COMMAS.split(words)
    labels = [_BULLET.sub("", line, count=1).strip() for line in lines]
    return {"labels": [label for label in labels if label]}


def _ready(*ids: str) -> Settings:
    """Labels that every reader sees in their own language."""
    voices = {tag.replace("_", "-"): translator_for(tag) for tag in available_locales()}
    return {
        "labels": [
            {"id": one, "names": {tag: str(t(_READY[one])) for tag, t in voices.items()}} for one in ids
        ]
    }


def _languages(words: str) -> Settings:
    tags, unknown = parse_languages(words)
    if unknown or not tags:
        raise Refused("unknown_language")
    return {"languages": list(tags)}


def _people(words: str) -> Settings:
    found = [int(number) for number in re.findall(r"\d{1,6}", words)]
    if not found or len(found) > 2:
        raise Refused("bad_number")
    return _overlap(found[0], found[-1])


def _overlap(least: int, most: int) -> Settings:
    return {"overlap": {"min": least, "max": most}}


def _reward(words: str) -> Settings:
    digits = words.strip()
    if not digits.isdecimal() or len(digits) > 9:
        raise Refused("bad_number")
    return _points(int(digits))


def _points(reward: int) -> Settings:
    return {"reward": reward, "penalty": reward // 2}


def _limit(words: str) -> Settings:
    return {"time_limit": words.strip()}


def _terms(least: int, most: int, reward: int) -> Offer:
    def words(t: Translator) -> Phrase:
        people = people_words(t, least, most)
        points = t.n("%(count)s point", "%(count)s points", reward)
        return t("%(people)s, %(points)s", people=people, points=points)

    return Offer(words, lambda: {**_overlap(least, most), **_points(reward)})


def _time(limit: str) -> Offer:
    span = parse_duration(limit)
    assert span is not None, "ours are well written"
    return Offer(lambda t: t.duration(span), lambda: {"time_limit": limit})


def _number(points: int) -> Offer:
    return Offer(lambda t: t.number(points), lambda: _points(points))


def _group(least: int, most: int) -> Offer:
    return Offer(lambda t: people_words(t, least, most), lambda: _overlap(least, most))


QUESTIONS: dict[str, Question] = {
    "new-title": Question(
        ("project",),
        N_("What is the project called?"),
        N_("A few words, for example: Street scenes."),
        lambda words: {"project": words},
    ),
    "new-question": Question(
        ("instructions",),
        N_("What shall people answer?"),
        N_("Write the question as they will see it above every task."),
        lambda words: {"instructions": words},
    ),
    "new-labels": Question(
        ("labels",),
        N_("Which answers are possible?"),
        N_("2 to 24 answers: one per line, or with commas between them."),
        _labels,
        (
            Offer(lambda t: t("Yes, No"), lambda: _ready("yes", "no")),
            Offer(lambda t: t("Yes, No, Not sure"), lambda: _ready("yes", "no", "not-sure")),
        ),
    ),
    "new-languages": Question(
        ("languages",),
        N_("In which languages are the tasks?"),
        N_("Send their names, for example: English, Arabic. Skip it when anybody can judge them."),
        _languages,
        (Offer(lambda t: t("Skip"), lambda: {"languages": None}),),
    ),
    "new-terms": Question(
        ("overlap", "reward", "penalty"),
        N_("How many people judge each task, and for how many points?"),
        N_("When the first ones disagree, more are asked."),
        None,
        (_terms(2, 5, 10), _terms(3, 3, 10), _terms(1, 1, 5)),
        aside=True,
    ),
    "new-people": Question(
        ("overlap",),
        N_("How many people judge each task?"),
        N_("Send the smallest and the largest number, for example 2 5."),
        _people,
        (_group(1, 3), _group(2, 3), _group(3, 7)),
    ),
    "new-reward": Question(
        ("reward", "penalty"),
        N_("How many points is a right answer worth?"),
        N_("Send a number. A late answer costs half of it."),
        _reward,
        (_number(2), _number(5), _number(10), _number(20)),
        across=4,
    ),
    "new-limit": Question(
        ("time_limit",),
        N_("How much time does a person have for a task?"),
        N_("Tap one, or send for example 90s, 45m, 3h or 2d."),
        _limit,
        (_time("30m"), _time("2h"), _time("5h"), _time("1d")),
        across=2,
    ),
}
