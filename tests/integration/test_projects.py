"""Projects: their life by the table, changes of their file, and the import of their tasks."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from core import importing, jobs, pilots, projects
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.project import Project
from core.domain.states import PROJECT, ProjectState
from core.errors import Refused
from core.intake.project_model import ProjectFile
from core.intake.rows import TaskRow
from core.store import Store, Transaction, task_views
from core.store import projects as project_rows
from core.vault import Vault
from tests.invariants import check
from tests.world import CHOICE, World


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody who has projects."""
    return await world.person("owner", Role.REQUESTER)


def press(world: World, owner: Person, project: int, event: str) -> Any:
    """The unit of one of the owner's buttons."""
    now = world.clock.now()
    return {
        "try": partial(pilots.begin, person=owner, project_id=project, now=now),
        "launch": partial(projects.launch, person=owner, project_id=project, now=now),
        "pause": partial(projects.pause, person=owner, project_id=project, now=now),
        "resume": partial(projects.resume, person=owner, project_id=project, now=now),
        "close": partial(projects.close, person=owner, project_id=project, now=now),
    }[event]


ROADS = {
    ProjectState.DRAFT: [],
    ProjectState.PILOT: ["try"],
    ProjectState.RUNNING: ["launch"],
    ProjectState.PAUSED: ["launch", "pause"],
    ProjectState.CLOSED: ["close"],
}


@pytest.mark.parametrize("state", list(ProjectState))
@pytest.mark.parametrize("event", ["try", "launch", "pause", "resume", "close"])
async def test_a_project_moves_by_its_table(
    sqlite_store: Store, clock: ManualClock, vault: Vault, state: ProjectState, event: str
) -> None:
    """What the table lists happens, everything else is refused and changes nothing."""
    world = World(sqlite_store, clock, vault)
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(owner, ["a"], launch=False)
    for step in ROADS[state]:
        await world.do(press(world, owner, project, step))
    then = PROJECT.get((state, event))
    if then is None:
        with pytest.raises(Refused, match="not_now"):
            await world.do(press(world, owner, project, event))
    else:
        await world.do(press(world, owner, project, event))
    assert (await world.budget(project)).state is (then or state)


async def test_only_a_running_project_hands_out(world: World, owner: Person) -> None:
    """Neither a draft nor a paused one does; what is in hand may be finished."""
    project = await world.project(owner, ["a", "b"], launch=False)
    worker, other = await world.person("worker"), await world.person("other")
    assert await world.next(worker) is None
    await world.do(press(world, owner, project, "launch"))
    card = await world.hold(worker)
    await world.do(press(world, owner, project, "pause"))
    assert (await world.budget(project)).paused_by == "requester"
    assert await world.next(other) is None
    await world.answers(worker, card, "cat")
    await world.do(press(world, owner, project, "resume"))
    assert (await world.budget(project)).paused_by is None
    assert await world.next(other) is not None


async def test_what_cannot_be_launched(world: World, owner: Person) -> None:
    """A project without tasks, or whose deadline has passed."""
    empty = await world.project(owner, [], launch=False)
    past = await world.project(owner, ["a"], launch=False, deadline=world.clock.now() + timedelta(hours=1))
    world.clock.move(timedelta(hours=1))
    for project, reason in ((empty, "no_tasks"), (past, "deadline_passed")):
        with pytest.raises(Refused, match=reason):
            await world.do(press(world, owner, project, "launch"))


async def test_projects_of_others_do_not_exist(world: World, owner: Person) -> None:
    """A requester sees their own; moderators see all; workers none."""
    project = await world.project(owner, ["a"])
    stranger = await world.person("stranger", Role.REQUESTER)
    moderator = await world.person("moderator", Role.MODERATOR)
    worker = await world.person("worker")
    for person, reason in ((stranger, "unknown_project"), (worker, "not_allowed")):
        for event in ("pause", "close"):
            with pytest.raises(Refused, match=reason):
                await world.do(press(world, person, project, event))
        with pytest.raises(Refused, match=reason):
            await world.store.read(
                partial(projects.progress, person=person, project_id=project, now=world.clock.now())
            )
    with pytest.raises(Refused, match="not_allowed"):
        await world.do(
            partial(
                projects.create, person=worker, file=ProjectFile.model_validate(CHOICE), now=world.clock.now()
            )
        )
    listed = [
        await world.store.read(partial(projects.mine, person=one)) for one in (owner, stranger, moderator)
    ]
    assert [[one.id for one in found] for found in listed] == [[project], [], [project]]
    await world.do(press(world, moderator, project, "pause"))


async def test_progress_can_be_read_on_a_snapshot(world: World, owner: Person) -> None:
    """Counting needs no lock, so it never stands in the way of workers."""
    project = await world.project(owner, ["a", "b"], overlap={"min": 1, "max": 1})
    worker = await world.person("worker")
    await world.answers(worker, await world.hold(worker), "cat")
    world.clock.move(timedelta(seconds=61))
    await world.tick()
    found = await world.store.read(
        partial(projects.progress, person=owner, project_id=project, now=world.clock.now())
    )
    assert (found.tasks, found.settled, found.open, found.answers_wanted) == (2, 1, 1, 1)
    assert (found.share, found.left) == (0.5, timedelta(hours=1))


def changed(**settings: Any) -> ProjectFile:
    """The project file with other settings."""
    return ProjectFile.model_validate(CHOICE | settings)


async def replace(world: World, owner: Person, project: int, file: ProjectFile) -> Project:
    """The owner sends a changed file."""
    now = world.clock.now()
    return await world.do(lambda tx: projects.replace_file(tx, owner, project, file, now=now))


THREE = [*CHOICE["labels"], {"id": "owl", "en": "Owl"}]


async def test_a_changed_file_is_a_new_version(world: World, owner: Person) -> None:
    """Cards name the version they were made under: a card in hand keeps its reward and its time."""
    project = await world.project(owner, ["a", "b"])
    worker, other = await world.person("worker"), await world.person("other")
    card = await world.hold(worker)
    after = await replace(world, owner, project, changed(reward=20, time_limit="1h"))
    assert (after.version, after.file.reward) == (2, 20)
    kept, new = await world.card(card), await world.hold(other)
    assert (kept.version, kept.reserve, kept.due_at, kept.file.reward) == (1, 10, card.due_at, 10)
    assert (new.version, new.reserve, new.file.reward) == (2, 20, 20)
    assert await world.store.read(lambda tx: project_rows.file_of(tx, project, 1)) == kept.file
    await world.store.read(check)


async def test_a_label_that_was_launched_stays(world: World, owner: Person) -> None:
    """It cannot vanish, but it can be archived; a draft changes freely; a new label may come."""
    draft = await world.project(owner, ["a"], launch=False, labels=THREE)
    assert (await replace(world, owner, draft, changed())).version == 2
    project = await world.project(owner, ["a"], labels=THREE)
    with pytest.raises(Refused, match="label_removed") as refusal:
        await replace(world, owner, project, changed())
    assert refusal.value.facts == {"label": "owl"}
    archived = await replace(
        world, owner, project, changed(labels=[*THREE[:2], THREE[2] | {"archived": True}])
    )
    assert [label.archived for label in archived.file.labels] == [False, False, True]
    more = await replace(world, owner, project, changed(labels=[*THREE, {"id": "fox", "en": "Fox"}]))
    assert len(more.file.labels) == 4


async def test_a_closed_project_is_not_changed(world: World, owner: Person) -> None:
    """Its results stand."""
    project = await world.project(owner, ["a"])
    await world.do(press(world, owner, project, "close"))
    with pytest.raises(Refused, match="project_closed"):
        await replace(world, owner, project, changed())


async def test_a_budget_covers_what_is_promised(world: World, owner: Person) -> None:
    """Neither a button nor a changed file takes back what was spent or promised; more always helps."""
    project = await world.project(owner, ["a", "b", "c"], budget=20)
    workers = [await world.person(f"w{n}") for n in range(3)]
    for worker in workers:
        await world.next(worker)
    assert (await world.budget(project)).paused_by == "budget"
    with pytest.raises(Refused, match="budget_spent"):
        await world.do(press(world, owner, project, "resume"))
    with pytest.raises(Refused, match="budget_below_spent") as refusal:
        await world.do(
            partial(projects.set_budget, person=owner, project_id=project, budget=19, now=world.clock.now())
        )
    assert refusal.value.facts == {"points": 20}
    with pytest.raises(Refused, match="budget_below_spent"):
        await replace(world, owner, project, changed(budget=19))
    assert (
        await world.do(
            partial(projects.set_budget, person=owner, project_id=project, budget=30, now=world.clock.now())
        )
    ).left == 10
    await world.do(press(world, owner, project, "resume"))
    assert await world.next(workers[2]) is not None
    assert (await replace(world, owner, project, changed(budget=None))).left is None
    await world.store.read(check)


# --- importing ------------------------------------------------------------------------------------


def row(line: int, name: str | None) -> TaskRow:
    """A row of a file."""
    return TaskRow(line, {"text": f"text {line}"}, name, "en")


async def add(world: World, project: int, rows: list[TaskRow]) -> tuple[int, list[tuple[int, str]]]:
    """A batch: how many tasks came of it, and which lines were there before."""
    now = world.clock.now()
    made, repeated = await world.do(lambda tx: importing.add_tasks(tx, project, rows, now=now))
    return made, [(line, found.value) for line, found in repeated]


async def total(world: World, project: int) -> int:
    """How many tasks a project has."""
    return sum((await world.store.read(lambda tx: task_views.count_by_state(tx, project))).values())


async def test_an_id_is_added_once(world: World, owner: Person) -> None:
    """Sent again, in the same batch or later, it is reported by its line and skipped; good rows go in."""
    project = await world.project(owner, [], launch=False)
    assert await add(world, project, [row(2, "a"), row(3, "b"), row(4, "a")]) == (2, [(4, "a")])
    assert await add(world, project, [row(2, "b"), row(3, "c")]) == (1, [(2, "b")])
    assert await total(world, project) == 3


async def test_rows_without_an_id_get_one_of_their_own(world: World, owner: Person) -> None:
    """Also where a file gave such an id to another row before, or in the same batch."""
    project = await world.project(owner, [], launch=False)
    assert await add(world, project, [row(2, "#3"), row(3, "#2"), row(4, None), row(5, None)]) == (4, [])
    assert await add(world, project, [row(2, "#6"), row(3, None)]) == (2, [])
    assert await total(world, project) == 6


async def test_an_import_resumes_where_it_stopped(world: World, owner: Person) -> None:
    """A batch and its progress are one transaction: killed between them, nothing is there twice or missing."""
    project = await world.project(owner, [], launch=False)
    rows = [row(n, None) for n in range(30)]
    now = world.clock.now()
    start = partial(jobs.start, kind="import", account_id=None, project_id=project, details={}, now=now)
    await world.do(start)

    def batch(tx: Transaction, *, killed: bool) -> bool:
        job = jobs.take(tx, kinds={"import"}, holder="worker", now=now)
        assert job is not None
        importing.add_tasks(tx, project, rows[job.row : job.row + 10], now=now)
        if killed:
            raise SystemError("killed")
        return jobs.advance(tx, job, row=job.row + 10, rows_known=30, tally={}, holder="worker", now=now)

    for killed in (False, True, False, True, True, False):
        unit = partial(batch, killed=killed)
        if killed:
            with pytest.raises(SystemError):
                await world.do(unit)
        else:
            assert await world.do(unit)
    assert await total(world, project) == 30


async def test_a_finished_project_takes_more_tasks(world: World, owner: Person) -> None:
    """New tasks are handed out and their end is told again; a closed project takes none."""
    project = await world.project(owner, ["a"], overlap={"min": 1, "max": 1})
    worker = await world.person("worker")
    for name in ("b", "c"):
        await world.answers(worker, await world.hold(worker), "cat")
        world.clock.move(timedelta(seconds=61))
        assert [type(event).__name__ for event in await world.tick()] == ["ProjectFinished"]
        assert await add(world, project, [row(2, name)]) == (1, [])
    await world.do(press(world, owner, project, "close"))
    assert await add(world, project, [row(2, "d")]) == (0, [])
