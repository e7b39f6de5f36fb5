"""A day's figures in lines: each beside the day before and the week's mean, with an arrow and in plain numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from statistics import fmean

from bots.dialogue.project_views import title_of
from core.summaries import Day, Part, Parts, Summary
from i18n import N_, Content, Phrase, Translator

Measure = Callable[[Day], float | None]
Write = Callable[[Translator, float], Phrase]


def lines(t: Translator, figures: Summary) -> tuple[Phrase, ...]:
    """The figures of the day, and what is promised now; what stayed at nothing all week is left out."""
    told: list[Phrase] = []
    for label, measure, write in MEASURES:
        if label == ANSWERS or any(measure(day) for day in (figures.this, *figures.week)):
            told.append(_compared(t, figures, label, measure, write))
        if label == PAID:
            points = t.number(figures.promised_points)
            told.append(t("Points promised, not yet paid: %(points)s", points=points))
    return tuple(told)


def part_lines(t: Translator, parts: Parts) -> tuple[Phrase, ...]:
    """The answers of each language or project; of those that are not named, the sum."""
    return tuple(
        _beside(t, name(t, one, parts), one.answers, one.before, one.week, write=number)
        for one in shown(parts)
    )


def part_line(t: Translator, title: Phrase, parts: Parts) -> Phrase:
    """The same in one line, without the days before."""
    told = [
        t("%(what)s %(number)s", what=name(t, one, parts), number=number(t, one.answers))
        for one in shown(parts)
    ]
    return t("%(what)s: %(now)s", what=title, now=t.join(told))


def shown(parts: Parts) -> tuple[Part, ...]:
    """What is named, and the sum of the rest when there is any."""
    return parts.top if parts.rest is None else (*parts.top, parts.rest)


def name(t: Translator, one: Part, parts: Parts) -> Phrase | Content:
    """What a part is called."""
    if one.project is not None:
        return title_of(t, one.project.file)
    if one.lang is None:
        return t.n("%(count)s other", "%(count)s others", parts.others)
    return t.language(one.lang) if one.lang else t("no language named")


def arrow(now: float, before: float) -> Content:
    """Which way a figure went."""
    return Content("=" if now == before else "↑" if now > before else "↓")


def number(t: Translator, value: float) -> Phrase:
    """A count, or a mean as exactly as it is worth reading."""
    return t.number(round(value, 1) if value < 100 else round(value))


def percent(t: Translator, share: float) -> Phrase:
    """A share."""
    return t.percent(share)


def duration(t: Translator, seconds: float) -> Phrase:
    """A span of time."""
    return t.duration(timedelta(seconds=seconds))


def _seconds_to_settle(day: Day) -> float | None:
    return None if day.time_to_settle is None else day.time_to_settle.total_seconds()


ANSWERS, PAID = N_("Answers"), N_("Points paid")
MEASURES: tuple[tuple[str, Measure, Write], ...] = (
    (ANSWERS, lambda day: day.answers, number),
    (N_("Tasks added"), lambda day: day.created, number),
    (N_("Tasks settled"), lambda day: day.settled, number),
    (N_("Tasks that answers could not decide"), lambda day: day.escalated, number),
    (N_("Cards out of time"), lambda day: day.overdue, number),
    (N_("Penalties"), lambda day: day.penalties, number),
    (N_("Points taken back"), lambda day: day.penalty_points, number),
    (PAID, lambda day: day.paid_points, number),
    (N_("Median time to settle"), _seconds_to_settle, duration),
    (N_("Answers like the settled one"), lambda day: day.agreement, percent),
    (N_("People at work"), lambda day: day.workers, number),
    (N_("New people"), lambda day: day.newcomers, number),
    (N_("People not seen for a week"), lambda day: day.lost, number),
)


def _compared(t: Translator, figures: Summary, label: str, measure: Measure, write: Write) -> Phrase:
    known = [value for one in figures.week if (value := measure(one)) is not None]
    week = fmean(known) if known else None
    return _beside(t, t(label), measure(figures.this), measure(figures.before), week, write=write)


def _beside(
    t: Translator,
    what: Phrase | Content,
    now: float | None,
    before: float | None,
    week: float | None,
    *,
    write: Write,
) -> Phrase:
    told, day, mean = ("–" if value is None else write(t, value) for value in (now, before, week))
    last = week if before is None else before
    if now is None or last is None:
        # Translators: a figure of a day: "Answers: 120".
        return t("%(what)s: %(now)s", what=what, now=told)
    # Translators: a figure beside those of the days before: "Answers: 120 ↑ (110 · 115.3)".
    return t(
        "%(what)s: %(now)s %(arrow)s (%(before)s · %(week)s)",
        what=what,
        now=told,
        arrow=Content("=") if told == (mean if before is None else day) else arrow(now, last),
        before=day,
        week=mean,
    )
