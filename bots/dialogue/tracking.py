"""Looking at a project: the preview of its cards, how far it is, and its results."""

from __future__ import annotations

from dataclasses import replace

from bots.dialogue import agreement, cards, effects, fair_pay
from bots.dialogue.bars import bar
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import state_words, title_of
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Reply, Row, Title, says
from core import projects
from core.effect import effect
from core.errors import Refused
from core.fair_pay import measured
from core.intake.results import ResultFormat
from core.projects import Progress
from core.quality import quality
from core.store import task_views
from i18n import Phrase, Translator


def preview(turn: Turn, pressed: Pressed) -> Reply:
    """A task of the project, exactly as workers will see it."""
    t = turn.t
    project = projects.own(turn.tx, turn.person, pressed.number(0))
    place = pressed.number(1)
    found = task_views.sample(turn.tx, project.id, offset=place)
    if found is None:
        raise Refused("no_tasks" if place == 0 else "no_more_samples", project=project.id)
    _, content, context = found
    message = cards.preview(t, project.file, content, context)
    around = [Button(t("‹ Previous"), data("preview", project.id, place - 1))] if place else []
    if task_views.sample(turn.tx, project.id, offset=place + 1) is not None:
        around.append(Button(t("Next ›"), data("preview", project.id, place + 1)))
    back = Button(t("Back to the project"), data("project", project.id))
    rows: tuple[Row, ...] = (*message.rows, tuple(around), (back,))
    return says(replace(message, rows=tuple(row for row in rows if row), slot=f"preview:{project.id}"))


def progress(turn: Turn, project_id: int) -> Reply:
    """How far the project is, in a message that can be refreshed."""
    t = turn.t
    far = projects.progress(turn.tx, turn.person, project_id, now=turn.now)
    parts: list[Part] = [
        Title(title_of(t, far.project.file)),
        Para(state_words(t, far.project)),
        Para(t("Settled: %(bar)s", bar=bar(t, far.share))),
        Para(_counts(t, far)),
        Para(
            t.n(
                "%(count)s answer in the last hour",
                "%(count)s answers in the last hour",
                far.last_hour,
            )
        ),
    ]
    if far.left is not None:
        parts.append(Para(t("At this pace about %(duration)s more", duration=t.duration(far.left))))
    parts.append(Note(t("As of %(time)s", time=t.clock(turn.now))))
    parts += fair_pay.lines(t, measured(turn.tx, far.project), turn.house.fair_pay_floor)
    learned = quality(turn.tx, turn.person, project_id)
    if learned is not None:
        parts += agreement.lines(t, far.project, learned, now=turn.now)
    found = effect(turn.tx, turn.person, project_id)
    parts += effects.brief(t, far.project, found)
    rows: list[Row] = [
        (
            Button(t("Refresh"), data("progress", project_id)),
            Button(t("Results"), data("results", project_id)),
        ),
        *effects.way_there(t, far.project, found),
        (Button(t("Back to the project"), data("project", project_id)),),
    ]
    if far.escalated:
        words = t.n("Decide %(count)s task", "Decide %(count)s tasks", far.escalated)
        rows.insert(0, (Button(words, data("decide", project_id)),))
    return says(Message(parts=tuple(parts), rows=tuple(rows), slot=f"progress:{project_id}"))


def _counts(t: Translator, far: Progress) -> Phrase:
    counts = [
        t.n("%(count)s task", "%(count)s tasks", far.tasks),
        t("settled: %(number)s", number=t.number(far.settled)),
        t("open: %(number)s", number=t.number(far.open)),
    ]
    if far.escalated:
        counts.append(t("to decide: %(number)s", number=t.number(far.escalated)))
    return t.join(counts)


def results(turn: Turn, project_id: int) -> Reply:
    """The results are written now, as CSV."""
    return _export(turn, project_id, ResultFormat.CSV)


def export(turn: Turn, pressed: Pressed) -> Reply:
    """The results in the format that was tapped."""
    try:
        wanted = ResultFormat(pressed.word(1))
    except ValueError:
        raise Refused("unknown_button") from None
    return _export(turn, pressed.number(0), wanted)


def _export(turn: Turn, project_id: int, wanted: ResultFormat) -> Reply:
    t = turn.t
    project = projects.own(turn.tx, turn.person, project_id)
    job = turn.errand("export", project_id=project_id, details={"format": str(wanted)})
    words = t("I am writing the results of “%(title)s”…", title=title_of(t, project.file))
    return says(Message(parts=(Para(words),), slot=f"job:{job}"))
