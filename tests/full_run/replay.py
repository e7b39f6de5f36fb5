"""A recorded crowd taps its answers: every worker a person with a phone, every answer on that task's card."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tests.full_run.books import Books, grouped
from tests.full_run.house import House
from tests.full_run.people import Card, Somebody, card_of
from tests.full_run.recorded import Recorded
from tests.full_run.requester import Files, all_joined, decide_all, results, with_requester

REWARD = 10
OPEN_FOR = timedelta(hours=2)
"""Tasks that fewer people answered than others never fill up; their deadline ends them."""


@dataclass(slots=True)
class Replay:
    """One recorded crowd at work in a house."""

    house: House
    recorded: Recorded
    workers: dict[str, Somebody] = field(default_factory=dict)
    books: Books = field(default_factory=Books)
    skipped: int = 0

    async def run(self, *, size: int = 20, tell: Callable[[str], None] = lambda _line: None) -> Files:
        """Everything from the project file to the results; `size` tasks are open at a time."""
        _, owner = await with_requester(self.house)
        await owner.sends("project.yaml", self._project_file())
        _, data = owner.button("addtasks")
        project = int(data.rpartition(":")[2], 36)
        batches = self.recorded.batches(size)
        for at, tasks in enumerate(batches):
            await owner.sends("tasks.csv", self._task_file(tasks), caption=f"/addtasks {project}")
            if at == 0:
                await owner.taps("p-launch", project)
            await self._batch(tasks)
            tell(f"{at + 1}/{len(batches)}: {len(self.books.tapped)} answers, {self.skipped} cards skipped")
        truths = {task: self.truth(task) for task in self.recorded.by_task}
        self.books.decided = await decide_all(owner, project, truths, list(self.recorded.labels))
        await self.house.later(minutes=10)
        return await results(owner, project)

    def truth(self, task: str) -> str:
        """What the owner decides where the crowd did not: the gold label, where there is one."""
        return self.recorded.gold.get(task, self.recorded.labels[0])

    def points(self) -> Counter[str]:
        """Worker → what they earned, by the rule alone."""
        truths = {task: label or "" for task, label in self.books.labels().items()}
        return self.books.points(truths, reward=REWARD, penalty=0)

    async def check(self, files: Files) -> None:
        """Every recorded answer landed; labels, answers and points are what they imply; no platform complains."""
        votes = Counter(task for _, task in self.recorded.answers)
        assert self.books.tapped == self.recorded.answers
        assert {row["id"]: int(row["answers"]) for row in files.results} == dict(votes)
        assert {row["status"] for row in files.results} == {"settled"}
        assert {row["id"]: row["label"] for row in files.results} == self.books.labels()
        given = grouped((row["worker"], row["task"], row["answer"]) for row in files.answers)
        assert given == self.books.of_each_worker()
        points = self.points()
        for worker in self.workers.values():
            await worker.user.says("/balance")
        await self.house.calm()
        for name, worker in self.workers.items():
            has = worker.t.n("You have %(count)s point.", "You have %(count)s points.", points[name])
            assert has in worker.last.words, (name, has, worker.last.words)
        assert self.house.unanswered() == []
        assert self.house.refused() == []
        assert [one for side in self.house.sides for one in side.surprises()] == []

    async def _batch(self, tasks: list[str]) -> None:
        wanted = set(tasks)
        missing = {key for key in self.recorded.answers if key[1] in wanted}
        crowd = await self._crowd(sorted({worker for worker, _ in missing}))
        hands = await self._ask(crowd)
        while hands:
            for name, worker, card in hands:
                label = self.recorded.answers.get((name, card.task))
                if label is None:
                    await worker.tap("skip")
                    self.skipped += 1
                    continue
                await worker.press(card.message, card.data(_called(label)))
                self.books.tapped[name, card.task] = label
                missing.discard((name, card.task))
            await self.house.calm()
            # A slot is taken while somebody looks at a card that they will skip, so who waited asks again.
            waiting = {worker for worker, _ in missing}
            hands = _in_hand(crowd) or await self._ask([one for one in crowd if one[0] in waiting])
        await self.house.later(hours=3, step=OPEN_FOR)

    async def _ask(self, crowd: list[tuple[str, Somebody]]) -> list[tuple[str, Somebody, Card]]:
        for _, worker in crowd:
            await worker.user.says("/task")
        await self.house.calm()
        return _in_hand(crowd)

    async def _crowd(self, names: list[str]) -> list[tuple[str, Somebody]]:
        """The people of these names; who is not here yet joins."""
        fresh = [name for name in names if name not in self.workers]
        for name in fresh:
            at = len(self.workers)
            side = self.house.sides[at % len(self.house.sides)]
            self.workers[name] = Somebody(self.house, side.phone(1000 + at, name=name), "en")
        await all_joined([self.workers[name] for name in fresh])
        return [(name, self.workers[name]) for name in names]

    def _project_file(self) -> bytes:
        most = max(len(workers) for workers in self.recorded.by_task.values())
        labels = "\n".join(f"  - {{id: '{one}', en: '{_called(one)}'}}" for one in self.recorded.labels)
        return (
            f"project: Replay of {self.recorded.name}\nkind: choice\ninstructions: Which one is it?\n"
            f"labels:\n{labels}\noverlap: {{min: {most}, max: {most}}}\nmethod: majority\n"
            f"reward: {REWARD}\ngold_share: 0\n"
        ).encode()

    def _task_file(self, tasks: list[str]) -> bytes:
        written = io.StringIO(newline="")
        table = csv.writer(written)
        table.writerow(["id", "text", "deadline"])
        end = (self.house.clock.now() + OPEN_FOR).isoformat(timespec="seconds")
        table.writerows([task, f"[{task}] as it was recorded", end] for task in tasks)
        return written.getvalue().encode()


def _in_hand(crowd: list[tuple[str, Somebody]]) -> list[tuple[str, Somebody, Card]]:
    return [(name, one, card) for name, one in crowd if (card := card_of(one)) is not None]


def _called(label: str) -> str:
    """A label's name, such that no name begins with another."""
    return f"«{label}»"
