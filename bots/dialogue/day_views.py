"""A day for those who look: what stands on its picture, and the same in a sentence for those who listen."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

from bots.dialogue.day_figures import arrow, name, number, shown
from core.day_picture import Bar, DayPicture, Group, Tile
from core.summaries import Day, Parts, Summary
from i18n import Phrase, Translator


def picture(t: Translator, figures: Summary) -> DayPicture:
    """What stands on the picture of a day, for this reader."""
    mean = fmean(day.answers for day in figures.week)
    return DayPicture(
        locale=t.locale,
        mirrored=t.is_rtl,
        title=t.date(figures.day),
        tiles=tuple(
            _tile(t, figures, label, measure)
            for label, measure in (
                (t("Answers"), lambda day: day.answers),
                (t("Tasks settled"), lambda day: day.settled),
                (t("People at work"), lambda day: day.workers),
                (t("Points paid"), lambda day: day.paid_points),
            )
        ),
        days_title=t("Answers in the last 14 days"),
        days=tuple(Bar(t.number(day.day), answers, t.number(answers)) for day, answers in figures.fortnight),
        mean=mean,
        mean_label=t("mean of the week before: %(number)s", number=number(t, mean)),
        groups=tuple(
            Group(title, _bars(t, parts))
            for title, parts in (
                (t("Answers by language"), figures.languages),
                (t("Answers by project"), figures.projects),
            )
            if parts.top
        ),
    )


def _tile(t: Translator, figures: Summary, label: Phrase, measure: Callable[[Day], int]) -> Tile:
    now, before = measure(figures.this), measure(figures.before)
    words = t("%(arrow)s day before: %(number)s", arrow=arrow(now, before), number=t.number(before))
    return Tile(label, t.number(now), words)


def _bars(t: Translator, parts: Parts) -> tuple[Bar, ...]:
    """A project that no font can write is known by its number, a language by its code."""
    return tuple(
        Bar(
            name(t, one, parts),
            one.answers,
            t.number(one.answers),
            "" if one.project is None else f"# {one.project.id}",
        )
        for one in shown(parts)
    )


def alt(t: Translator, figures: Summary) -> Phrase:
    """The picture in a sentence."""
    return t.n(
        "A chart of the last 14 days: %(count)s answer on %(day)s, on average %(mean)s a day in the week before.",
        "A chart of the last 14 days: %(count)s answers on %(day)s, on average %(mean)s a day in the week before.",
        figures.this.answers,
        day=t.date(figures.day),
        mean=number(t, fmean(day.answers for day in figures.week)),
    )
