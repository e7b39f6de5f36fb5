"""The daily summary for moderators."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bots.dialogue import suspects
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import CommandRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Part, Reply, Row, Title, says
from core import summaries
from core.errors import Refused
from core.summaries import Summary
from i18n import N_, Translator


def summary(turn: Turn, command: Command) -> Reply:
    """`/summary [date]`: yesterday, or the day that is named."""
    yesterday = turn.now.astimezone(turn.person.tz).date() - timedelta(days=1)
    words = command.args.strip()
    try:
        day = date.fromisoformat(words) if words else yesterday
    except ValueError:
        raise Refused("bad_date") from None
    return says(_of_day(turn, day))


def today(turn: Turn, _pressed: Pressed) -> Reply:
    """Today so far, from a button."""
    return says(_of_day(turn, turn.now.astimezone(turn.person.tz).date()))


def _of_day(turn: Turn, day: date) -> Message:
    figures = summaries.of_day(turn.tx, turn.house.vault, turn.person, day)
    summaries.note_read(turn.tx, turn.person, figures, now=turn.now)
    shown = message(turn.t, figures)
    so_far = (Button(turn.t("Today so far"), data("today")),)
    return replace(shown, rows=(*shown.rows, so_far))


def message(t: Translator, figures: Summary) -> Message:
    """The figures of a day in words, and whose answers to look at."""
    parts: list[Part] = [
        Title(t("Summary of %(day)s", day=t.date(figures.day))),
        Para(
            t(
                "%(answers)s from %(workers)s",
                answers=t.n("%(count)s answer", "%(count)s answers", figures.answers),
                workers=t.n("%(count)s worker", "%(count)s workers", figures.workers),
            )
        ),
        Para(
            t(
                "%(created)s added, %(settled)s settled",
                created=t.n("%(count)s task", "%(count)s tasks", figures.created),
                settled=t.n("%(count)s task", "%(count)s tasks", figures.settled),
            )
        ),
        Para(
            t.n(
                "%(count)s card ran out of time, %(penalty)s points taken back",
                "%(count)s cards ran out of time, %(penalty)s points taken back",
                figures.overdue,
                penalty=t.number(figures.penalty_points),
            )
        ),
        Para(t.n("%(count)s point paid", "%(count)s points paid", figures.paid_points)),
        Para(t.n("%(count)s new person", "%(count)s new people", figures.newcomers)),
    ]
    rows: list[Row] = []
    if figures.waiting:
        waiting = t.n(
            "%(count)s task waits for your decision.",
            "%(count)s tasks wait for your decision.",
            figures.waiting,
        )
        parts.append(Para(waiting))
        rows.append((Button(t("My projects"), data("projects")),))
    else:
        parts.append(Note(t("Nothing needs your decision.")))
    parts += suspects.lines(t, figures.named, more=figures.more)
    return Message(parts=tuple(parts), rows=tuple(rows), locale=t.locale)


ROUTES: tuple[Route, ...] = (
    CommandRoute("summary", summary, N_("Yesterday in figures"), right="read summary"),
)
