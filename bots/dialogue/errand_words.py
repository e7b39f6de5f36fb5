"""What the errands tell: how far they are, what they brought, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from bots.dialogue import problems
from bots.dialogue.bars import bar
from bots.dialogue.buttons import data
from bots.dialogue.project_views import title_of
from bots.dialogue.vocabulary import Attachment, Button, Message, Note, Para, Part, Row, Title
from core.domain.project import Project
from core.domain.states import ProjectState
from core.errors import Problem
from core.intake.results import ResultFormat
from i18n import Content, Phrase, Translator


def job_slot(job_id: int) -> str:
    """The message in which a job says how far it is."""
    return f"job:{job_id}"


def reading(t: Translator, name: str, *, done: int, total: int | None) -> Message:
    """An import on its way."""
    rows = t.n("%(count)s row so far", "%(count)s rows so far", done)
    parts: list[Part] = [Para(t("I am reading “%(name)s”…", name=Content(name)))]
    if total:
        parts.append(Para(bar(t, min(done / total, 0.99))))
    return Message(parts=(*parts, Note(rows)))


def imported(
    t: Translator,
    project: Project,
    name: str,
    *,
    added: int,
    bad: int,
    first: Sequence[Problem],
    listed: int,
    broken: Sequence[Problem],
) -> Message:
    """An import at its end: `bad` rows of `listed` problems were left out, `broken` is what ended it early."""
    count = t.n("%(count)s task added", "%(count)s tasks added", added)
    if bad:
        wrong = t.n("%(count)s row needs attention", "%(count)s rows need attention", bad)
        count = t("%(added)s, %(wrong)s", added=count, wrong=wrong)
    parts: list[Part] = [Title(count), Para(_from(t, project, name))]
    if broken:
        parts.append(Para(t("The rest of the file could not be read:")))
        parts += problems.listed(t, broken)
    parts += problems.listed(t, first, total=listed)
    return Message(parts=tuple(parts), rows=_next_steps(t, project, added=added))


def _from(t: Translator, project: Project, name: str) -> Phrase:
    return t("From “%(name)s” into “%(title)s”.", name=Content(name), title=title_of(t, project.file))


def _next_steps(t: Translator, project: Project, *, added: int) -> tuple[Row, ...]:
    show = (Button(t("Show the project"), data("project", project.id)),)
    if not added:
        return (show,)
    preview = Button(t("Preview"), data("preview", project.id, 0))
    if project.state is ProjectState.DRAFT:
        return ((preview, Button(t("Launch"), data("p-launch", project.id))), show)
    return ((preview, *show),)


def unusable(t: Translator, name: str, found: Sequence[Problem]) -> Message:
    """A file that could not be used at all: what is wrong with it, and what to do."""
    words = t("“%(name)s” could not be used.", name=Content(name))
    return Message(parts=(Para(words), *problems.listed(t, found)))


def all_problems(t: Translator, path: str) -> Message:
    """The complete list of the rows that were left out."""
    words = t("Every row that needs attention. Correct them and send them again; the others are in.")
    return Message(parts=(Note(words),), attachment=Attachment(path, "problems.csv"))


def photo_added(t: Translator, project: Project, tasks: int) -> Message:
    """Photos come one by one: one message counts them."""
    title = title_of(t, project.file)
    words = t.n(
        "“%(title)s” has %(count)s task now.", "“%(title)s” has %(count)s tasks now.", tasks, title=title
    )
    return Message(
        parts=(
            Para(words),
            Note(t("Send more, or tap Done.")),
        ),
        rows=((Button(t("Done"), data("added", project.id)),),),
    )


def exported(
    t: Translator, project: Project, *, tasks: int, answers: int, files: int, written: ResultFormat
) -> Message:
    """The results are written; the files follow."""
    other = ResultFormat.JSONL if written is ResultFormat.CSV else ResultFormat.CSV
    counts = t.join(
        (
            t.n("%(count)s task", "%(count)s tasks", tasks),
            t.n("%(count)s answer", "%(count)s answers", answers),
        )
    )
    follow = t("Two files follow: one row per task, and one row per answer under a pseudonym.")
    if files > 2:
        follow = t(
            "Three files follow: one row per task, one row per answer under a pseudonym, and how the answers agree."
        )
    return Message(
        parts=(
            Title(t("Results of “%(title)s”", title=title_of(t, project.file))),
            Para(counts),
            Note(follow),
        ),
        rows=(
            (
                Button(
                    t("As %(format)s instead", format=Content(other.upper())),
                    data("export", project.id, str(other)),
                ),
                Button(t("Back to the project"), data("project", project.id)),
            ),
        ),
    )


def file_of(words: Phrase, attachment: Attachment) -> Message:
    """A file with a word on what it is."""
    return Message(parts=(Note(words),), attachment=attachment)


def too_large(t: Translator, name: str) -> Message:
    """A file that the platform would not carry."""
    words = t(
        "“%(name)s” is too large for this chat. Get it in the web chat, or with %(command)s.",
        name=Content(name),
        command=t.command("chatcrowd export"),
    )
    return Message(parts=(Para(words),))


def project_made(t: Translator, project: Project, name: str, *, is_new: bool) -> Message:
    """A project file was taken; the project's card follows."""
    facts = {"name": Content(name), "number": project.id}
    words = (
        t("“%(name)s” is project %(number)s now, as a draft.", **facts)
        if is_new
        else t("Project %(number)s follows “%(name)s” now.", **facts)
    )
    return Message(parts=(Para(words),))


def gave_up(t: Translator, job_id: int) -> Message:
    """A job failed again and again."""
    words = t(
        "Sorry, that did not work. Please try again; if it stays so, tell us %(code)s.",
        code=Content(f"job {job_id}"),
    )
    return Message(parts=(Para(words),))
