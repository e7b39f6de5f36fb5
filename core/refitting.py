"""Everything that is believed of a project's crowd, learned anew beside the conversation and swapped in at once.

A refit sees the answers that nobody can take back any more. It is computed in a process of its own;
what it found is written in small units: the workers' rows of the new generation first, then one row
that puts it in use, then what follows from it for tasks. Killed anywhere before that one row, nothing
has changed; killed after it, the next refit does what was left.

So what is believed follows from the answers alone: a refit as of answer N, put in use after answer S. Votes
up to S weigh by what the refit believes of their workers; each later answer weighs also by what its own
worker's answers after S have told since (`core.rebuilding` says it as code).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core import quality, review, settling, slots
from core.consensus.believed import Believed
from core.consensus.contract import Settle
from core.domain.deadlines import UNDO_WINDOW
from core.domain.project import Project
from core.domain.states import ProjectState, TaskState
from core.domain.suggestions import Hint
from core.events import Event
from core.intake.project_model import ProjectFile
from core.quality import dated
from core.store import crowds, models, projects, refits, suggestions, tasks
from core.store.refits import AnswerRow, Present, Seen, Standing, TaskRow
from core.store.suggestions import hint_of
from core.store.transaction import Transaction

if TYPE_CHECKING:
    from core.learning.anchoring import Cards
    from core.learning.record import Record

FIRST = 20
"""So many answers make a first refit worth it, and so many more the next one, until the share below is more."""
GROWTH = 0.05
"""As measured on recorded crowds: a refit at every twentieth more loses nothing that can be seen."""
MOST_COUNTED = 5_000
"""So many new answers are always enough, however large the project."""
REST = timedelta(seconds=20)
"""A project rests this long between two refits."""
LEEWAY = 0.02
"""A settled label is asked about again when its confidence fell this far below the target: not for a tremble."""
NOTICEABLE = 0.005
"""A confidence that moved less than this is left as it stands."""
BATCH = 20
MOST_MODELS = 4
"""Of so many models at most it is learned what their words are worth."""


@dataclass(frozen=True, slots=True)
class Words:
    """What one model said of a project's tasks; `trained_at` is when it was trained on some of them, if it was."""

    said: Mapping[int, Hint]
    trained_at: datetime | None
    champion: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a refit looks at: plain rows, as of one moment."""

    project_id: int
    file: ProjectFile
    present: Present
    upto: int
    as_of: datetime
    tasks: Sequence[TaskRow]
    answers: Sequence[AnswerRow]
    held: Mapping[int, int]  # how often people came and were not asked, since the generation in use
    words: Mapping[int, Words] = field(default_factory=dict)  # what models said, by model

    @property
    def generation(self) -> int:
        """The generation in use."""
        return self.present.generation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a refit found; nothing of it is in use yet."""

    project_id: int
    present: Present  # what was in use when it looked
    upto: int
    as_of: datetime
    answers: int
    believed: Believed | None
    bases: tuple[tuple[int, bytes], ...]  # soft counts by person
    report: dict[str, Any]
    affected: tuple[int, ...]  # tasks that may stand otherwise now
    moved: tuple[Standing, ...]  # what is believed of the others, where it moved
    seen: tuple[Seen, ...]  # what the answers say of the workers

    @property
    def follows(self) -> int:
        """How long the longest of the lists is that `follow` works through."""
        return max(len(self.affected), len(self.moved), len(self.seen))

    @property
    def generation(self) -> int:
        """The generation that it makes."""
        return self.present.generation + 1


def due(tx: Transaction, *, now: datetime) -> list[int]:
    """The running projects that have enough new answers; the longest waiting first."""
    found = []
    for state in refits.states(tx, before=now - UNDO_WINDOW, enough=MOST_COUNTED):
        rested = state.as_of is None or now >= state.as_of + UNDO_WINDOW + REST
        unfinished = state.generation > 0 and state.answers <= 0
        enough = max(FIRST, min(MOST_COUNTED, int(GROWTH * state.answers)))
        if unfinished or (rested and state.fresh >= enough):
            found.append((state.as_of is not None, state.as_of, state.project_id))
    return [project_id for *_, project_id in sorted(found, key=lambda one: (one[0], one[1] or now, one[2]))]


def sheet(tx: Transaction, project_id: int, *, now: datetime) -> Sheet | None:
    """What a refit looks at now; None when there is no such project."""
    project = projects.find(tx, project_id)
    if project is None:
        return None
    as_of = now - UNDO_WINDOW
    upto = refits.last_final(tx, project_id, before=as_of)
    present = refits.present(tx, project_id)
    return Sheet(
        project_id,
        project.file,
        present,
        upto,
        as_of,
        rows := refits.tasks_of(tx, project_id, hinted=project.file.suggestions.automatic),
        refits.answers_of(tx, project_id, upto=upto),
        crowds.held(tx, project_id, present.generation),
        _words(tx, project_id, rows),
    )


def _words(tx: Transaction, project_id: int, rows: Sequence[TaskRow]) -> dict[int, Words]:
    """What the model that serves said, and those whose words some tasks were settled by; the newest of them."""
    champion = models.serving_of(tx, project_id).champion
    others = {hint.model_id for row in rows if (hint := hint_of(row.hint)) is not None} - {champion}
    wanted = ([] if champion is None else [champion]) + sorted(others, reverse=True)
    found = {}
    for model_id in wanted[:MOST_MODELS]:
        model = models.find(tx, model_id)
        if model is not None:
            trained_at = None if model.project_id is None else model.created_at
            said = suggestions.all_said(tx, project_id, model_id)
            found[model_id] = Words(said, trained_at, model_id == champion)
    return found


def refit(given: Sheet) -> Outcome:
    """Learn everything anew: a pure function of the sheet. Takes time and memory; imports what needs them."""
    from core.learning.refit import computed

    return computed(given)


def put_away(tx: Transaction, outcome: Outcome, *, most: int = 200) -> int:
    """Remove some of what refits before this one left behind; returns how many rows."""
    if overtaken(tx, outcome):
        return 0
    return refits.clear_staged(tx, outcome.project_id, generation=outcome.generation - 1, most=most)


def stage(tx: Transaction, outcome: Outcome, *, start: int, most: int = 200) -> None:
    """Write some workers' rows, not in use yet."""
    if overtaken(tx, outcome):
        return
    rows = outcome.bases[start : start + most]
    refits.stage(tx, outcome.project_id, generation=outcome.generation, rows=rows)


def overtaken(tx: Transaction, outcome: Outcome) -> bool:
    """Whether another refit was put in use since this one looked."""
    return refits.hold_present(tx, outcome.project_id).generation != outcome.present.generation


def swap(tx: Transaction, outcome: Outcome) -> bool:
    """Put the new generation in use, at once; False when another one came first."""
    present = refits.hold_present(tx, outcome.project_id)
    if present.generation != outcome.present.generation:
        return False
    before = refits.report_of(tx, outcome.project_id)
    refits.swap(
        tx,
        outcome.project_id,
        generation=outcome.generation,
        upto=outcome.upto,
        outdated=present.answers < min(0, outcome.present.answers),
        as_of=outcome.as_of,
        model=outcome.believed,
        report=dated(outcome.report, before=before and before[1], as_of=outcome.as_of),
    )
    return True


def follow(
    tx: Transaction, outcome: Outcome, *, start: int, now: datetime, most: int = BATCH
) -> tuple[Event, ...]:
    """What a generation in use changes for some tasks: settled, opened once more, or surer than before."""
    project = projects.find(tx, outcome.project_id)
    if project is None:
        return ()
    events: list[Event] = []
    for task_id in outcome.affected[start : start + most]:
        events += _reconsider(tx, task_id, project, now=now)
    refits.restate(tx, outcome.moved[start : start + most])
    some = outcome.seen[start : start + most]
    refits.write_seen(tx, project.id, some, kind=project.file.kind, at=outcome.as_of)
    return tuple(events)


def finish(tx: Transaction, outcome: Outcome, *, now: datetime) -> tuple[Event, ...]:
    """All that follows is done; what waited for a decision may be settled by it, as the last of its project."""
    events = settling.tell_finished(tx, outcome.project_id, now=now) if outcome.affected else ()
    found = quality.found(tx, outcome.project_id)
    if found is not None:
        review.open_suspects(tx, outcome.project_id, found.suspects, news_of=outcome.as_of, now=now)
    refits.followed(tx, outcome.project_id, generation=outcome.generation, answers=outcome.answers)
    return events


def _reconsider(tx: Transaction, task_id: int, project: Project, *, now: datetime) -> tuple[Event, ...]:
    counts = tasks.lock(tx, task_id)
    if counts.gold is not None:
        return ()
    case = slots.case_of(tx, counts, project.file)
    if counts.state is TaskState.OPEN:
        slots.store(tx, case, case, now=now)
    elif counts.state is TaskState.ESCALATED:
        if isinstance(case.verdict, Settle):
            return settling.settle(tx, case, case.verdict, now=now)
    elif (
        counts.state is TaskState.SETTLED
        and project.state is ProjectState.RUNNING
        and project.finished_at is None
        and must_reopen(case)
        and refits.reopen(tx, task_id, now=now)
    ):
        slots.store(tx, case, case.become(state=TaskState.OPEN), now=now)
    return ()


def must_reopen(case: slots.Case) -> bool:
    """Whether a settled label no longer stands: another one leads, or it is unsure and more can be asked."""
    verdict = case.verdict
    leading = verdict.label if isinstance(verdict, Settle) else verdict.leading
    if leading != case.counts.label:
        return True
    unsure = verdict.confidence < case.file.overlap.confidence - LEEWAY
    return unsure and case.counts.answered + case.counts.late < case.judged.overlap.most


def run_whole(tx: Transaction, project_id: int, *, now: datetime) -> tuple[Event, ...]:
    """A whole refit in one transaction: for small projects, tests and benchmarks."""
    given = sheet(tx, project_id, now=now)
    if given is None:
        return ()
    outcome = refit(given)
    while put_away(tx, outcome):
        pass
    for start in range(0, len(outcome.bases), 200):
        stage(tx, outcome, start=start)
    swap(tx, outcome)
    events: list[Event] = []
    for start in range(0, outcome.follows, BATCH):
        events += follow(tx, outcome, start=start, now=now)
    events += finish(tx, outcome, now=now)
    return tuple(events)


def record_of(given: Sheet, labels: Sequence[str]) -> tuple[Record, list[int]]:
    """The sheet as columns, and the people in the order of their index; answers that name no label are left out."""
    import numpy as np

    from core.learning.record import Record

    place = {label: index for index, label in enumerate(labels)}
    task_at = {row.id: index for index, row in enumerate(given.tasks)}
    person_at: dict[int, int] = {}
    columns: list[tuple[int, int, int]] = []
    used: list[AnswerRow] = []
    for one in given.answers:
        label = place.get(one.value)
        task = task_at.get(one.task_id)
        if label is not None and task is not None:
            columns.append((task, person_at.setdefault(one.person_id, len(person_at)), label))
            used.append(one)
    table = np.array(columns, dtype=np.int32).reshape(-1, 3)
    known = np.array([place.get(truth_of(row) or "", -1) for row in given.tasks], dtype=np.int32)
    record = Record(
        tasks=np.ascontiguousarray(table[:, 0]),
        workers=np.ascontiguousarray(table[:, 1]),
        labels=np.ascontiguousarray(table[:, 2]),
        known=known,
        workers_n=len(person_at),
        labels_n=len(labels),
        cards=_cards(used, place) if any(one.screen is not None for one in used) else None,
    )
    return record, list(person_at)


def _cards(used: Sequence[AnswerRow], place: Mapping[str, int]) -> Cards:
    """What was on the screens of these answers."""
    import numpy as np

    from core.learning.anchoring import SCREENS, Cards

    screens = {None if screen is None else screen.value: on for screen, on in SCREENS.items()}
    return Cards(
        np.array([place.get(one.suggested or "", -1) for one in used], dtype=np.int32),
        np.array([screens[one.screen] for one in used], dtype=np.int8),
        np.array([one.milliseconds for one in used], dtype=np.float64),
    )


def truth_of(row: TaskRow) -> str | None:
    """The known truth of a task: gold, unless a person threw the task out, or what a person decided."""
    decided = row.settled_by is not None and row.settled_by.startswith("person:")
    if row.gold is not None:
        return None if decided and row.state == TaskState.CANCELLED else row.gold
    return row.label if decided and row.state == TaskState.SETTLED else None
