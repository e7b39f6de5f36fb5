"""A project in words: its card, its line in a list, its terms."""

from __future__ import annotations

from datetime import datetime

from bots.dialogue import fair_pay, topic_names, trial_words
from bots.dialogue.auditing import alone
from bots.dialogue.bars import bar
from bots.dialogue.buttons import data
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Row, Title
from bots.dialogue.worth import with_worth
from core import projects
from core.advising import can_suggest
from core.domain.project import Project
from core.domain.states import ProjectState
from core.effect import effect
from core.fair_pay import measured
from core.intake.project_model import ProjectFile
from core.ordering import can_order, cost_per_label
from core.pilots import TRIED, report
from core.projects import Progress
from core.store import practice, task_views
from i18n import Content, Phrase, Translator


def slot(project_id: int) -> str:
    """The message that a project's card is edited in."""
    return f"project:{project_id}"


def title_of(t: Translator, file: ProjectFile) -> Content:
    """The project's title for a reader."""
    return Content(file.title.pick(t.locale))


def card(turn: Turn, project_id: int) -> Message:
    """The project as it stands, what an hour of it pays, and what can be done now.

    Raises:
        Refused: unknown_project.
    """
    t = turn.t
    far = projects.progress(turn.tx, turn.person, project_id, now=turn.now)
    project, gold = far.project, task_views.count_gold(turn.tx, project_id)
    parts: list[Part] = [
        Title(t("%(title)s (project %(number)s)", title=title_of(t, project.file), number=project_id)),
        Para(state_words(t, project)),
        Para(_tasks(t, far, gold=gold)),
        *(Para(line) for line in terms(t, project.file, now=turn.now)),
        Para(_budget(t, project)),
    ]
    if project.file.qualification is not None:
        brought = practice.count(turn.tx, project_id)
        parts.append(Para(t.n("%(count)s practice task", "%(count)s practice tasks", brought)))
    if project.state is not ProjectState.DRAFT:
        found = report(turn.tx, project) if project.state is ProjectState.PILOT else None
        pay = measured(turn.tx, project) if found is None else found.pay
        parts += fair_pay.lines(t, pay, turn.house.fair_pay_floor)
        if found is not None:
            parts += trial_words.lines(t, found)
    cost = cost_per_label(far)
    if cost is not None:
        parts.append(Para(cost_words(t, cost)))
    if project.file.suggestions.automatic and project.file.suggestions.wanted:
        parts += alone(t, effect(turn.tx, turn.person, project_id))
    if not far.tasks + gold and project.state is not ProjectState.CLOSED:
        parts.append(Note(t("Next: add tasks.")))
    elif project.state is ProjectState.DRAFT:
        parts.append(Note(t("Next: look at the preview, then launch.")))
    return Message(parts=tuple(parts), rows=_rows(t, far, empty=not far.tasks + gold), slot=slot(project_id))


def state_words(t: Translator, project: Project) -> Phrase:
    """Where a project stands, in words."""
    match project.state:
        case ProjectState.DRAFT:
            return t("Draft: nobody sees it yet.")
        case ProjectState.PILOT:
            return t("On trial: people get its first tasks only.")
        case ProjectState.RUNNING if project.finished_at is not None:
            return t("Running: every task so far is settled.")
        case ProjectState.RUNNING:
            return t("Running: people get its tasks.")
        case ProjectState.PAUSED if project.paused_by == "budget":
            return t("Paused: the budget is used up.")
        case ProjectState.PAUSED:
            return t("Paused: nothing new is handed out.")
        case ProjectState.CLOSED:
            return t("Closed.")


def short_state(t: Translator, project: Project) -> Phrase:
    """The same in a word or two, for lists."""
    match project.state:
        case ProjectState.DRAFT:
            return t("draft")
        case ProjectState.PILOT:
            return t("on trial")
        case ProjectState.RUNNING:
            return t("running")
        case ProjectState.PAUSED:
            return t("paused")
        case ProjectState.CLOSED:
            return t("closed")


def terms(t: Translator, file: ProjectFile, *, now: datetime) -> tuple[Phrase, ...]:
    """How many people judge a task, what it pays and costs, and until when."""
    lines = [people_words(t, file.overlap.min, file.overlap.max), pay_words(t, file)]
    lines.append(t("Time for a task: %(duration)s", duration=t.duration(file.time_limit)))
    if file.languages:
        names = t.join([t.language(tag) for tag in file.languages])
        lines.append(t("Languages: %(languages)s", languages=names))
    if file.topics:
        lines.append(t("Sensitive topics: %(topics)s", topics=topic_names.names(t, file.topics)))
    if file.qualification is not None:
        lines.append(t("Skill that workers earn first: %(skill)s", skill=Content(file.qualification.skill)))
    if file.deadline is not None:
        lines.append(t("Deadline: %(moment)s", moment=t.when(file.deadline, now=now)))
    return tuple(lines)


def people_words(t: Translator, least: int, most: int) -> Phrase:
    """How many people judge a task."""
    if least == most:
        return t.n("%(count)s person per task", "%(count)s people per task", most)
    return t.n(
        "%(least)s to %(count)s person per task",
        "%(least)s to %(count)s people per task",
        most,
        least=t.number(least),
    )


def pay_words(t: Translator, file: ProjectFile) -> Phrase:
    """What a right answer pays and a late one costs."""
    reward = t.n("%(count)s point for a right answer", "%(count)s points for a right answer", file.reward)
    reward = with_worth(t, reward, file, file.reward)
    if not file.penalty_points:
        return reward
    cost = t.n("%(count)s point off when late", "%(count)s points off when late", file.penalty_points)
    return t("%(reward)s, %(cost)s", reward=reward, cost=cost)


def _tasks(t: Translator, far: Progress, *, gold: int) -> Phrase:
    words = t.n("%(count)s task", "%(count)s tasks", far.tasks)
    if far.tasks and far.project.state is not ProjectState.DRAFT:
        words = t("%(tasks)s, settled: %(bar)s", tasks=words, bar=bar(t, far.share))
    if gold:
        known = t.n("%(count)s with a known answer", "%(count)s with a known answer", gold)
        words = t("%(tasks)s, and %(known)s", tasks=words, known=known)
    return words


def _budget(t: Translator, project: Project) -> Phrase:
    spent = t.n("%(count)s point spent", "%(count)s points spent", project.spent)
    if project.budget is None or project.left is None:
        return t("Budget: no limit, %(spent)s", spent=spent)
    if project.reserved:
        # Translators: "Budget: 12,000, 6,370 points spent, 890 promised, 4,740 left"; what is promised waits for
        # cards in people's hands and for tasks that are not settled.
        return t(
            "Budget: %(budget)s, %(spent)s, %(promised)s promised, %(left)s left",
            budget=t.number(project.budget),
            spent=spent,
            promised=t.number(project.reserved),
            left=t.number(project.left),
        )
    return t(
        "Budget: %(budget)s, %(spent)s, %(left)s left",
        budget=t.number(project.budget),
        spent=spent,
        left=t.number(project.left),
    )


def cost_words(t: Translator, cost: float) -> Phrase:
    """What a settled label has cost so far."""
    return t("Points for each settled label so far: %(points)s", points=t.number(round(cost, 1)))


def _rows(t: Translator, far: Progress, *, empty: bool) -> tuple[Row, ...]:
    project, one = far.project, far.project.id
    closed, draft = project.state is ProjectState.CLOSED, project.state is ProjectState.DRAFT
    rows: list[Row] = []
    if far.escalated:
        words = t.n("Decide %(count)s task", "Decide %(count)s tasks", far.escalated)
        rows.append((Button(words, data("decide", one)),))
    first: list[Button] = []
    if not empty:
        first.append(Button(t("Preview"), data("preview", one, 0)))
    if not closed:
        first.append(Button(t("Add tasks"), data("addtasks", one)))
    rows.append(tuple(first))
    if not draft:
        rows.append(
            (Button(t("Progress"), data("progress", one)), Button(t("Results"), data("results", one))),
        )
    if can_order(project):
        rows.append((Button(t("More answers or fewer"), data("order", one)),))
    if not closed and can_suggest(project.file):
        rows.append((Button(t("Suggestions"), data("models", one)),))
    rows.append(_moves(t, project, tasks=far.tasks, empty=empty))
    if not closed:
        last: Row = (Button(t("Budget"), data("budget", one)), Button(t("Project file"), data("file", one)))
        if project.state is ProjectState.RUNNING:
            last = (*last, Button(t("Tell others"), data("announce", one)))
        rows += (last, (Button(t("Rules"), data("rules", one)),))
    return tuple(row for row in rows if row)


def _moves(t: Translator, project: Project, *, tasks: int, empty: bool) -> Row:
    close = Button(t("Close"), data("p-close", project.id))
    match project.state:
        case ProjectState.DRAFT if empty:
            return (close,)
        case ProjectState.DRAFT if tasks:
            words = t.n("Try with %(count)s task", "Try with %(count)s tasks", min(tasks, TRIED))
            launch = Button(t("Launch"), data("p-launch", project.id))
            return launch, Button(words, data("p-try", project.id)), close
        case ProjectState.DRAFT | ProjectState.PILOT:
            return Button(t("Launch"), data("p-launch", project.id)), close
        case ProjectState.RUNNING:
            return Button(t("Pause the project"), data("p-pause", project.id)), close
        case ProjectState.PAUSED:
            return Button(t("Resume"), data("p-resume", project.id)), close
        case ProjectState.CLOSED:
            return ()
