"""The daily summary for moderators: what needs a decision, the figures, and the same as a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bots.dialogue import reviewing, suspects
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.day_figures import lines, part_line, part_lines
from bots.dialogue.day_views import alt
from bots.dialogue.errand_words import job_slot
from bots.dialogue.fit import ROOM
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Part, Reply, Row, Title, says
from core import mornings
from core.errors import Refused
from core.summaries import Summary
from i18n import N_, Phrase, Translator


def summary(turn: Turn, command: Command) -> Reply:
    """`/summary [date]`: yesterday, or the day that is named."""
    words = command.args.strip()
    try:
        day = date.fromisoformat(words) if words else _today(turn) - timedelta(days=1)
    except ValueError:
        raise Refused("bad_date") from None
    return _ask(turn, day)


def today(turn: Turn, _pressed: Pressed) -> Reply:
    """Today so far, from a button."""
    return _ask(turn, _today(turn))


def _today(turn: Turn) -> date:
    return turn.now.astimezone(turn.person.tz).date()


def _ask(turn: Turn, day: date) -> Reply:
    t, day = turn.t, mornings.asked_for(turn.person, day, now=turn.now)
    job = turn.errand(mornings.SUMMARY, project_id=None, details={"day": day.isoformat()})
    words = t("I am putting the summary of %(day)s together…", day=t.date(day))
    return says(Message(parts=(Para(words),), slot=job_slot(job)))


# --- in words -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """A summary as it is told, and its figures with whom it names."""

    message: Message
    figures: Summary


def tell(t: Translator, figures: Summary, *, picture: str | None = None, room: int | None = None) -> Told:
    """The figures of a day, and whose answers to look at; leaner where there is `room` for fewer characters.

    What the picture shows too goes first: how languages and projects compare, then their lines; names go last.
    """
    named = len(figures.named)
    leaner = [(how, named) for how in ("compared", "plain", "none")]
    leaner += [("none", fewer) for fewer in range(named - 1, 0, -1)]  # one is named in any case
    kept, parts = figures, tuple[Part, ...]()
    for how, names in leaner:
        more = figures.more + named - names
        kept = replace(figures, named=figures.named[:names], more=more)
        parts = _body(t, kept, how=how)
        if room is None or sum(len(part.words) + ROOM for part in parts) <= room:
            break
    message = Message(
        parts=parts,
        rows=_rows(t, figures),
        picture=picture,
        alt=None if picture is None else alt(t, figures),
        locale=t.locale,
    )
    return Told(message, kept)


def _body(t: Translator, figures: Summary, *, how: str) -> tuple[Part, ...]:
    groups = ((t("By language"), figures.languages), (t("By project"), figures.projects))
    return (
        Title(t("Summary of %(day)s", day=t.date(figures.day))),
        _waiting(t, figures),
        Para(_lines(*lines(t, figures))),
        *(
            Para(_lines(title, *part_lines(t, parts)) if how == "compared" else part_line(t, title, parts))
            for title, parts in groups
            if parts.top and how != "none"
        ),
        Note(t("In brackets: the day before · the mean of the week before.")),
        *suspects.lines(t, figures.named, more=figures.more),
    )


def _waiting(t: Translator, figures: Summary) -> Part:
    if not figures.waiting:
        return Note(t("Nothing needs your decision."))
    return Para(t("Waits for a decision: %(what)s", what=reviewing.counted(t, figures.waiting)))


def _rows(t: Translator, figures: Summary) -> tuple[Row, ...]:
    review: tuple[Row, ...] = ((Button(t("Review"), data("review")),),) if figures.waiting else ()
    return (*review, (Button(t("Today so far"), data("today")),))


def _lines(*words: Phrase) -> Phrase:
    return Phrase("\n".join(words))


ROUTES: tuple[Route, ...] = (
    CommandRoute("summary", summary, N_("Yesterday in figures"), right="read summary"),
    PressRoute("today", today, right="read summary"),
)
