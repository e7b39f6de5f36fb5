"""Errands: nothing twice, nothing lost, whatever moment they are interrupted at."""

from __future__ import annotations

import asyncio
import csv
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bots.dialogue.turn import House
from bots.dialogue.vocabulary import Limits, Message
from bots.dialogue.wire import from_wire
from bots.errands import Errands
from bots.errands.worker import sweep
from bots.postbox import Postbox
from core import exporting, jobs, projects, refitting, weighing
from core.clock import ManualClock
from core.consensus.calibration import Calibration
from core.domain.person import Person, Role
from core.domain.states import TaskState
from core.intake.results import restored
from core.intake.rows import TaskRow
from core.jobs import Job
from core.store import Store, outbox, task_views, tasks
from core.store import projects as project_rows
from core.store.transaction import Transaction
from core.vault import Vault
from tests.reports import keep
from tests.spoken import labels, said
from tests.world import World

T = TypeVar("T")
ROWS = 500
BAD = {57: "x" * 2_501, 203: "", 499: "y" * 2_501}


class Killed(BaseException):
    """The process ends here; nothing that follows is run."""


class Mortal:
    """A store that dies with its process at a chosen write, before or after the commit."""

    def __init__(self, store: Store, *, dies_at: int, after_commit: bool) -> None:
        self.dialect = store.dialect
        self.address = store.address
        self._store = store
        self._left = dies_at
        self._after_commit = after_commit

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        self._left -= 1
        if self._left == 0 and not self._after_commit:
            raise Killed
        value = await self._store.write(unit)
        if self._left == 0:
            raise Killed
        return value

    async def read(self, query: Callable[[Transaction], T]) -> T:
        return await self._store.read(query)

    async def close(self) -> None:
        await self._store.close()


class Office:
    """A requester, their project, and whoever runs their errands."""

    def __init__(self, store: Store, clock: ManualClock, vault: Vault, data_dir: Path) -> None:
        self.store, self.clock, self.vault, self.data_dir = store, clock, vault, data_dir
        self.world = World(store, clock, vault)
        self.nudged: list[int] = []
        self.rita: Person
        self.project: int

    async def open(self) -> None:
        self.rita = await self.world.person("rita", Role.REQUESTER)
        self.project = await self.world.project(self.rita, [], launch=False)

    def errands(self, *, holder: str = "one", store: Store | None = None, most: int = 50_000_000) -> Errands:
        house = House(self.vault, frozenset(), self.data_dir, lambda: "token")
        return Errands(
            store=store or self.store,
            clock=self.clock,
            postbox=Postbox(self.vault, {"paper": Limits(attachment=most)}),
            house=house,
            courier_nudge=self.nudged.append,
            holder=holder,
        )

    async def uploads(self, name: str, content: bytes, *, kind: str = "import", zone: str = "UTC") -> int:
        """Put a file where the front desk would, and the job on the list."""
        path = self.data_dir / "spool" / f"{name}.upload"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        details = {"path": f"spool/{path.name}", "name": name, "zone": zone}
        return await self.starts(kind, details)

    async def starts(self, kind: str, details: dict[str, str]) -> int:
        account, project, now = self.rita.account_id, self.project, self.clock.now()
        return await self.store.write(
            lambda tx: jobs.start(tx, kind, account_id=account, project_id=project, details=details, now=now)
        )

    async def said(self) -> list[Message]:
        """What is owed to the requester, in order."""
        owed = await self.store.read(lambda tx: outbox.owed_to(tx, self.rita.account_id, most=100))
        return [from_wire(self.vault.unseal(one.payload)) for one in owed]

    async def kept(self) -> list[tuple[str, str]]:
        """Id and text of every task, in order."""
        found = await self.store.read(lambda tx: list(task_views.stream(tx, self.project)))
        return [(one.external_id, one.content["text"]) for one in found]

    def table(self, path: str) -> list[list[str]]:
        with (self.data_dir / path).open(encoding="utf-8-sig", newline="") as source:
            return list(csv.reader(source))


@pytest.fixture
async def office(store: Store, clock: ManualClock, vault: Vault, tmp_path: Path) -> Office:
    opened = Office(store, clock, vault, tmp_path)
    await opened.open()
    return opened


def table(rows: int, bad: dict[int, str] | None = None) -> bytes:
    """A task file of that many rows, some of which are none."""
    lines = [f"id-{row},{(bad or {}).get(row, f'text {row}')}" for row in range(rows)]
    return "\n".join(["id,text", *lines]).encode()


def expected(rows: int, bad: dict[int, str] | None = None) -> list[tuple[str, str]]:
    return [(f"id-{row}", f"text {row}") for row in range(rows) if row not in (bad or {})]


async def test_two_thousand_rows(office: Office) -> None:
    """Everything good is in, everything bad is listed, the upload is gone, and there is nothing left to do."""
    await office.uploads("tasks.csv", table(2_000, BAD))
    errands = office.errands()
    assert await errands.run_once()
    assert not await errands.run_once()
    assert await office.kept() == expected(2_000, BAD)
    summary, listed = await office.said()
    assert said(summary).splitlines() == [
        "1,997 tasks added, 3 rows need attention",
        "From “tasks.csv” into “Animals”.",
        "Line 59: text has 2,501 characters; at most 2,500 fit. Please shorten it.",
        "Line 205: There is nothing to judge in this row. Please fill one of these: text, image.",
        "Line 501: text has 2,501 characters; at most 2,500 fit. Please shorten it.",
    ]
    assert labels(summary) == ["Preview", "Launch", "Show the project"]
    assert listed.attachment is not None
    rows = office.table(listed.attachment.path)
    assert rows[0] == ["line", "column", "found", "problem"]
    assert [row[0] for row in rows[1:]] == ["59", "205", "501"]
    assert list((office.data_dir / "spool").iterdir()) == []
    assert set(office.nudged) == {office.rita.account_id}


@pytest.mark.parametrize("after_commit", [False, True], ids=["before commit", "after commit"])
@pytest.mark.parametrize("dies_at", range(1, 6))
async def test_a_kill_at_any_write_loses_and_doubles_nothing(
    office: Office, dies_at: int, after_commit: bool
) -> None:
    """Take, three batches and the end are five writes; whoever comes next finishes exactly what is left."""
    await office.uploads("tasks.csv", table(ROWS, BAD))
    mortal = Mortal(office.store, dies_at=dies_at, after_commit=after_commit)
    with pytest.raises(Killed):
        await office.errands(holder="killed", store=mortal).run_once()
    office.clock.move(jobs.LEASE + timedelta(seconds=1))
    survivor = office.errands(holder="survivor")
    while await survivor.run_once():
        pass
    assert await office.kept() == expected(ROWS, BAD)
    summary, listed = await office.said()
    assert said(summary).startswith("497 tasks added, 3 rows need attention")
    assert listed.attachment is not None
    assert [row[0] for row in office.table(listed.attachment.path)[1:]] == ["59", "205", "501"]


async def test_a_torn_problem_list_is_mended(office: Office) -> None:
    """A crash may leave half a line behind what the database knows of; it is cut off and written again."""
    job = await office.uploads("tasks.csv", table(ROWS, BAD))
    mortal = Mortal(office.store, dies_at=3, after_commit=True)
    with pytest.raises(Killed):
        await office.errands(holder="killed", store=mortal).run_once()
    path = f"exports/{job}-problems.csv"
    with (office.data_dir / path).open("ab") as torn:
        torn.write(b"205,half a li")
    office.clock.move(jobs.LEASE + timedelta(seconds=1))
    await office.errands(holder="survivor").run_once()
    assert [row[0] for row in office.table(path)[1:]] == ["59", "205", "501"]


async def test_who_lost_a_job_adds_nothing_more(office: Office) -> None:
    """When a lease ran out and another process took over, the first one's next batch is taken back."""
    await office.uploads("tasks.csv", table(ROWS))
    first = office.errands(holder="slow")
    taken: list[Job] = []

    class Overtaken(Mortal):
        async def write(self, unit: Callable[[Transaction], T]) -> T:
            value = await super().write(unit)
            if isinstance(value, Job):
                office.clock.move(jobs.LEASE + timedelta(seconds=1))
                assert await office.errands(holder="quick").run_once()
                taken.append(value)
            return value

    first = office.errands(holder="slow", store=Overtaken(office.store, dies_at=0, after_commit=True))
    assert await first.run_once()
    assert len(taken) == 1
    assert await office.kept() == expected(ROWS)
    (summary,) = await office.said()
    assert said(summary).startswith("500 tasks added")


async def test_ids_that_are_there_already_are_reported(office: Office) -> None:
    """The same file sent again adds nothing and says so, eight times and in full as a file."""
    await office.uploads("tasks.csv", table(101))
    errands = office.errands()
    await errands.run_once()
    await office.uploads("again.csv", table(101))
    await errands.run_once()
    assert await office.kept() == expected(101)
    summary, listed = (await office.said())[-2:]
    lines = said(summary).splitlines()
    assert lines[0] == "0 tasks added, 101 rows need attention"
    assert lines[2] == "Line 2: The id “id-0” is there already, so this row was skipped."
    assert len(lines) == 2 + 8 + 1
    assert lines[-1] == "and 93 more"
    assert labels(summary) == ["Show the project"]
    assert listed.attachment is not None
    assert len(office.table(listed.attachment.path)) == 102


async def test_progress_is_shown_every_two_seconds(
    store: Store, vault: Vault, tmp_path: Path, clock: ManualClock
) -> None:
    """In the import's own message, by the clock, and never as finished before it is."""

    class Ticking(ManualClock):
        def now(self) -> object:  # type: ignore[override]  # every look at the clock costs half a second
            return self.move(timedelta(seconds=0.5))

    office = Office(store, Ticking(clock.moment), vault, tmp_path)
    await office.open()
    shown: list[str] = []

    class Watched(Mortal):
        async def write(self, unit: Callable[[Transaction], T]) -> T:
            value = await super().write(unit)
            shown.extend(said(one) for one in await office.said())
            return value

    await office.uploads("tasks.csv", table(2_000))
    await office.errands(store=Watched(store, dies_at=0, after_commit=True)).run_once()
    progress = list(dict.fromkeys(one for one in shown if one.startswith("I am reading")))
    assert 2 <= len(progress) < 10, "fewer than batches"
    assert all("▰" in one and "100%" not in one for one in progress)
    assert all(one.endswith("rows so far") for one in progress)
    assert len(await office.said()) == 1, "the summary took the place of the progress"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "This file is empty. Please check it and send it again."),
        ("a.csv", b"id,text\n", "There are no tasks in this file. Please check it and send it again."),
        ("a.xlsx", b"not excel", "This Excel file is damaged. Save it again, or send CSV."),
        ("a.zip", b"PK\x03\x04 broken", "This ZIP file is damaged. Pack it again and send it."),
        ("a.pdf", b"%PDF-1.7", "I cannot read this type of file (pdf). Send CSV, JSONL, Excel or ZIP."),
        (
            "a.csv",
            b"id,txt\n1,miaow\n",
            "Line 1: The table needs one of these columns: text, image. I found only: id, txt."
            " Did you mean “text”?",
        ),
    ],
)
async def test_a_broken_file_gets_one_sentence(
    office: Office, name: str, content: bytes, sentence: str
) -> None:
    await office.uploads(name, content)
    errands = office.errands()
    assert await errands.run_once()
    assert not await errands.run_once()
    (only,) = await office.said()
    assert said(only) == f"“{name}” could not be used.\n{sentence}"
    assert await office.kept() == []


async def test_what_came_before_a_break_stays(office: Office) -> None:
    """A file that turns into no table after 250 rows gives those, and says that the rest was not read."""
    await office.uploads("a.csv", table(250) + b"\n" + b"x" * 1_000_001)
    await office.errands().run_once()
    (summary,) = await office.said()
    assert await office.kept() == expected(250)
    lines = said(summary).splitlines()
    assert lines[0] == "250 tasks added"
    assert lines[2] == "The rest of the file could not be read:"
    assert lines[3] == ("Line 252: A line is longer than 1,000,000 characters, so this is no table.")


async def test_a_project_closed_meanwhile_takes_nothing_more(office: Office) -> None:
    await office.uploads("tasks.csv", table(ROWS))
    now = office.clock.now()
    await office.store.write(lambda tx: projects.close(tx, office.rita, office.project, now=now))
    await office.errands().run_once()
    assert [said(one) for one in await office.said()] == ["This project is closed."]
    assert await office.kept() == []


async def test_an_upload_that_is_gone_is_asked_for_again(office: Office) -> None:
    await office.uploads("tasks.csv", table(3))
    (office.data_dir / "spool" / "tasks.csv.upload").unlink()
    await office.errands().run_once()
    assert [said(one) for one in await office.said()] == ["The file did not arrive. Please send it again."]


async def test_a_job_that_always_fails_is_given_up(office: Office) -> None:
    """Three times with a rest between, then one sentence; other jobs are not held up by it."""
    broken = await office.uploads("a.csv", table(3), zone="Nowhere/Land")
    await office.uploads("tasks.csv", table(3))
    errands = office.errands()
    assert await errands.run_once(), "the first attempt fails"
    assert await errands.run_once(), "the other job is done meanwhile"
    assert not await errands.run_once(), "it rests"
    for rest in (11, 21):
        office.clock.move(timedelta(seconds=rest))
        assert await errands.run_once()
    assert not await errands.run_once()
    office.clock.move(timedelta(hours=1))
    assert not await errands.run_once()
    assert len(await office.kept()) == 3
    sorry = said((await office.said())[-1])
    assert sorry.startswith("Sorry, that did not work.")
    assert f"job {broken}" in sorry


async def test_a_stop_in_good_order_leaves_the_job_to_the_next(office: Office) -> None:
    """No lease has to run out, and the attempt does not count."""
    await office.uploads("tasks.csv", table(3))
    now = office.clock.now()
    taken = await office.store.write(lambda tx: jobs.take(tx, kinds={"import"}, holder="one", now=now))
    assert taken is not None
    assert not await office.errands(holder="two").run_once()
    await office.errands(holder="one").close()
    assert await office.errands(holder="two").run_once()
    assert len(await office.kept()) == 3


async def test_the_loop_works_when_it_is_woken(office: Office) -> None:
    """A job that is put on the list while the loop sleeps is done as soon as somebody says so."""
    done = asyncio.Event()
    office.nudged = Notes(done)
    errands = office.errands()
    loop = asyncio.create_task(errands.run())
    await asyncio.sleep(0)
    await office.uploads("tasks.csv", table(3))
    errands.wake()
    await asyncio.wait_for(done.wait(), 4)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert len(await office.kept()) == 3


class Notes(list[int]):
    """Tells when something is noted."""

    def __init__(self, told: asyncio.Event) -> None:
        super().__init__()
        self._told = told

    def append(self, account: int) -> None:
        super().append(account)
        self._told.set()


# --- exports --------------------------------------------------------------------------------------


async def test_an_export_is_what_was_answered(office: Office) -> None:
    """Every task and every answer, under pseudonyms, with nothing that a spreadsheet would run."""
    world = office.world
    texts = ["=1+1", "+49 30", "plain", "@home", "-5"]
    project = await world.project(office.rita, texts, overlap={"min": 2, "max": 2})
    office.project = project
    given = []
    for name, label in (("will", "cat"), ("vera", "dog")):
        worker = await world.person(name)
        while (card := await world.next(worker)) is not None:
            answered = "cat" if card.content["text"] != "plain" else label
            await world.answers(worker, card, answered)
            given.append((card.content["text"], worker.id, answered))
    await office.starts("export", {"format": "csv"})
    assert await office.errands().run_once()
    words, results, answers = await office.said()
    assert said(words).startswith("Results of “Animals”\n5 tasks and 10 answers")
    assert results.attachment is not None
    assert answers.attachment is not None
    rows = office.table(results.attachment.path)
    assert rows[0] == ["id", "text", "label", "confidence", "answers", "status"]
    assert [restored(row[1]) for row in rows[1:]] == texts
    assert [row[1] for row in rows[1:]] == ["'=1+1", "'+49 30", "plain", "'@home", "-5"]
    found = [(restored(row[0]), row[1], row[2]) for row in office.table(answers.attachment.path)[1:]]
    names = {
        person: exporting.pseudonym(office.vault, project_id=project, person_id=person)
        for _, person, _ in given
    }
    assert sorted(found) == sorted((task, names[person], label) for task, person, label in given)


def test_pseudonyms_are_stable_within_a_project_only(vault: Vault) -> None:
    one = exporting.pseudonym(vault, project_id=1, person_id=7)
    assert one == exporting.pseudonym(vault, project_id=1, person_id=7)
    others = {
        exporting.pseudonym(vault, project_id=2, person_id=7),
        exporting.pseudonym(vault, project_id=1, person_id=8),
        exporting.pseudonym(Vault(b"another secret of thirty-two byt"), project_id=1, person_id=7),
    }
    assert len(others | {one}) == 4


async def test_confidence_is_given_only_where_it_is_one(office: Office) -> None:
    """Known answers are sure; a majority's share is no probability, so the column stays empty."""
    known = TaskRow(line=2, content={"text": "known"}, external_id="g", gold="cat")
    now = office.clock.now()
    project = await office.world.project(office.rita, [known, "open"], launch=False)
    await office.store.write(
        lambda tx: tasks.end(
            tx, 2, state=TaskState.SETTLED, label="dog", confidence=0.8, by="consensus", now=now
        )
    )
    found = await office.store.read(lambda tx: list(exporting.result_rows(tx, project)))
    assert [(one.id, one.label, one.confidence, one.status) for one in found] == [
        ("g", "cat", 1.0, "gold"),
        ("open", "dog", None, "settled"),
    ]


@pytest.mark.parametrize("gold", [9, 10])
async def test_calibrated_confidence_is_given_once_it_is_measured(office: Office, gold: int) -> None:
    """Of what the crowd settled and of what waits for a decision, whose label stays out; never below ten gold."""
    known = TaskRow(line=2, content={"text": "known"}, external_id="g", gold="cat")
    texts = ["settled", "waits", "decided", "open"]
    method: dict[str, Any] = {"method": "dawid_skene", "overlap": {"min": 2, "max": 3}}
    project = await office.world.project(office.rita, [known, *texts], launch=False, **method)
    now = office.clock.now()

    def unit(tx: Transaction) -> None:
        at_first = weighing.at_first("dawid_skene", ("cat", "dog"))
        model = replace(at_first, calibration=Calibration.unknown(gold=gold))
        keep(tx, project, as_of=now, model=model, gold=gold)
        for task, state, by in (
            (2, "settled", "consensus"),
            (3, "escalated", None),
            (4, "settled", "person:1"),
        ):
            tasks.end(tx, task, state=TaskState(state), label="dog", confidence=0.961234567, by=by, now=now)

    await office.store.write(unit)
    found = await office.store.read(lambda tx: list(exporting.result_rows(tx, project)))
    sure = 0.9612 if gold >= 10 else None
    assert [(one.id, one.label, one.confidence) for one in found] == [
        ("g", "cat", 1.0),
        ("settled", "dog", sure),
        ("waits", None, sure),
        ("decided", "dog", None),
        ("open", None, None),
    ]


async def test_how_answers_agree_is_a_third_file(office: Office) -> None:
    """After a refit; a tidy table, the same in both formats."""
    now = office.clock.now()
    confusion = [[90, 10], [0, 96]]
    await office.store.write(lambda tx: keep(tx, office.project, as_of=now, confusion=confusion))
    await office.starts("export", {"format": "csv"})
    assert await office.errands().run_once()
    words, *files = await office.said()
    assert "Three files follow" in said(words)
    names = [one.attachment.name for one in files if one.attachment]
    assert names == ["project-1-results.csv", "project-1-answers.csv", "project-1-agreement.csv"]
    assert said(files[2]) == "How the answers agree: one row per number"
    assert files[2].attachment is not None
    assert office.table(files[2].attachment.path) == [
        ["measure", "label", "answer", "value"],
        ["alpha", "", "", "0.823"],
        ["gold_tasks", "", "", "12"],
        ["claimed", "", "", "0.95"],
        ["right", "", "", "0.96"],
        ["right_margin", "", "", "0.03"],
        ["answers", "cat", "cat", "90"],
        ["share", "cat", "cat", "0.9"],
        ["answers", "cat", "dog", "10"],
        ["share", "cat", "dog", "0.1"],
        ["answers", "dog", "dog", "96"],
        ["share", "dog", "dog", "1.0"],
    ]
    await office.starts("export", {"format": "jsonl"})
    assert await office.errands().run_once()
    last = (await office.said())[-1].attachment
    assert last is not None
    rows = [json.loads(line) for line in (office.data_dir / last.path).read_text("utf-8").splitlines()]
    assert rows[0] == {"measure": "alpha", "label": None, "answer": None, "value": 0.823}
    assert len(rows) == 11


async def test_nothing_is_said_of_agreement_when_there_is_none(office: Office) -> None:
    """A refit of a project where nobody met anybody: two files, as before."""
    now = office.clock.now()
    nothing: dict[str, Any] = {"alpha": None, "confusion": [[0, 0], [0, 0]], "gold": 0, "claim": None}
    await office.store.write(lambda tx: keep(tx, office.project, as_of=now, **nothing))
    await office.starts("export", {"format": "csv"})
    assert await office.errands().run_once()
    words, *files = await office.said()
    assert "Two files follow" in said(words)
    assert len(files) == 2


async def test_what_a_refit_found_of_real_answers_is_written_out(office: Office) -> None:
    """Two who agree on all but one task: counted by what each task turned out to be."""
    world = office.world
    method: dict[str, Any] = {"method": "dawid_skene", "overlap": {"min": 2, "max": 2, "confidence": 0.7}}
    office.project = await world.project(office.rita, [f"text {at}" for at in range(12)], **method)
    for name in ("will", "vera"):
        worker = await world.person(name)
        while (card := await world.next(worker)) is not None:
            cat = card.content["text"] in {f"text {at}" for at in range(6)}
            slip = name == "vera" and card.content["text"] == "text 0"
            await world.answers(worker, card, "cat" if cat and not slip else "dog")
    office.clock.move(timedelta(seconds=61))
    for _ in range(3):
        await world.tick()
    now = office.clock.now()
    await office.store.write(lambda tx: refitting.run_whole(tx, office.project, now=now))
    found = await office.store.read(lambda tx: exporting.measure_rows(tx, office.project))
    numbers = {(one.measure, one.label, one.answer): one.value for one in found}
    assert 0.7 < numbers["alpha", None, None] < 0.95
    assert numbers["gold_tasks", None, None] == 0
    assert ("right", None, None) not in numbers
    counted = sum(value for (measure, *_), value in numbers.items() if measure == "answers")
    assert counted == 22, "the task of two minds waits for a decision"
    assert numbers["answers", "cat", "cat"] == 10


async def test_a_file_that_the_chat_cannot_carry_names_the_other_way(office: Office) -> None:
    await office.uploads("tasks.csv", table(300))
    errands = office.errands(most=1_000)
    await errands.run_once()
    await office.starts("export", {"format": "jsonl"})
    await errands.run_once()
    _, _, results, answers = await office.said()
    assert said(results) == (
        "“project-1-results.jsonl” is too large for this chat. Get it in the web chat, or with"
        " chatcrowd export."
    )
    assert answers.attachment is not None


# --- project files, sweeping ----------------------------------------------------------------------


async def test_a_project_file_that_is_killed_half_way_makes_one_project(office: Office) -> None:
    """Killed before or after the commit, there is one draft more."""
    file = b"project: Ants\ninstructions: Is it an ant?\nlabels: [Yes, No]\n"
    for after_commit in (False, True):
        before = len(await office.store.read(lambda tx: project_rows.of_owner(tx, None)))
        name, office.project = f"{after_commit}.yaml", None  # type: ignore[assignment]  # a new project
        await office.uploads(name, file, kind="project file")
        mortal = Mortal(office.store, dies_at=2, after_commit=after_commit)
        with pytest.raises(Killed):
            await office.errands(holder=name, store=mortal).run_once()
        office.clock.move(jobs.LEASE + timedelta(seconds=1))
        while await office.errands(holder="survivor").run_once():
            pass
        after = await office.store.read(lambda tx: project_rows.of_owner(tx, None))
        assert len(after) == before + 1
        assert after[0].file.title.pick("en") == "Ants"


def test_old_exports_are_swept(tmp_path: Path, clock: ManualClock) -> None:
    """What was written before the given moment goes, the rest stays."""
    for name, age in (("old.csv", 8), ("new.csv", 6)):
        (tmp_path / name).touch()
        moment = (clock.now() - timedelta(days=age)).timestamp()
        os.utime(tmp_path / name, (moment, moment))
    sweep(tmp_path, before=clock.now() - timedelta(days=7))
    sweep(tmp_path / "not there", before=clock.now())
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]
