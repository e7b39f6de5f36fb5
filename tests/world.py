"""A small world for tests of the core: people, a project, tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from core import importing, overdue, people, projects, rules, settling
from core.answering import Answered, answer
from core.assigning import Handed, NothingToDo, next_task
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.project import Project
from core.domain.task import Assignment
from core.events import Event, ReminderDue
from core.intake.project_model import ProjectFile
from core.intake.rows import TaskRow
from core.people import Identity
from core.store import Store, Transaction, assignments
from core.store import people as people_rows
from core.store import projects as project_rows
from core.vault import Vault

T = TypeVar("T")

CHOICE: dict[str, Any] = {
    "project": "Animals",
    "kind": "choice",
    "instructions": {"en": "Which animal is it?"},
    "labels": [{"id": "cat", "en": "Cat"}, {"id": "dog", "en": "Dog"}],
    "gold_share": 0.0,
    "method": "majority",  # whose settling is plain to see; what is weighed has tests of its own
}


class World:
    """Plays people against the core, one unit of work each."""

    def __init__(self, store: Store, clock: ManualClock, vault: Vault) -> None:
        self.store = store
        self.clock = clock
        self.vault = vault
        self.chance = Random(7)

    def identity(self, name: str, zone: str | None = None) -> Identity:
        """What a platform says of them."""
        return Identity("paper", "", name, name, "en", zone)

    async def person(
        self, name: str, *roles: Role, langs: Sequence[str] = ("en",), zone: str | None = None
    ) -> Person:
        """Somebody who has joined."""
        return await self.join(self.identity(name, zone), *roles, langs=langs)

    async def join(self, who: Identity, *roles: Role, langs: Sequence[str] = ("en",)) -> Person:
        """The same of somebody with a name of their own."""

        def unit(tx: Any) -> Person:
            made = people.arrive(tx, self.vault, who, admins=frozenset(), now=self.clock.now())
            for role in roles:
                people.give_role(tx, people_rows.by_account(tx, made.account_id), role, now=self.clock.now())
            people.consent(tx, made, now=self.clock.now())
            people.set_languages(tx, made, tuple(langs))
            return people_rows.by_account(tx, made.account_id)

        return await self.store.write(unit)

    async def project(
        self, owner: Person, texts: Sequence[str | TaskRow], *, launch: bool = True, **settings: Any
    ) -> int:
        """A project with a task for every text."""
        file = ProjectFile.model_validate(CHOICE | settings)
        rows = [
            one
            if isinstance(one, TaskRow)
            else TaskRow(line=line, content={"text": one}, external_id=one, lang="en")
            for line, one in enumerate(texts, start=2)
        ]
        now = self.clock.now()
        made = await self.store.write(lambda tx: projects.create(tx, owner, file, now=now))
        for at in range(0, len(rows), importing.BATCH):
            batch = rows[at : at + importing.BATCH]
            await self.store.write(lambda tx, batch=batch: importing.add_tasks(tx, made, batch, now=now))  # type: ignore[misc]
        if launch:
            await self.store.write(lambda tx: projects.launch(tx, owner, made, now=now))
        return made

    async def next(self, worker: Person, *, asked: bool = True) -> Assignment | None:
        """The worker's next card."""
        handed = await self.offer(worker, asked=asked)
        return handed.assignment if isinstance(handed, Handed) else None

    async def offer(self, worker: Person, *, asked: bool = True) -> Handed | NothingToDo:
        """The same with what else happened."""
        now = self.clock.now()
        return await self.store.write(
            lambda tx: next_task(tx, worker, asked=asked, now=now, chance=self.chance)
        )

    async def answers(self, worker: Person, card: Assignment, label: str) -> Answered:
        """The worker answers."""
        now = self.clock.now()
        return await self.store.write(lambda tx: answer(tx, worker, card.id, label, now=now))

    async def do(self, unit: Callable[[Transaction], T]) -> T:
        """Any unit of work."""
        return await self.store.write(unit)

    async def tick(self) -> tuple[Event, ...]:
        """What the clock alone brings about, once."""
        now = self.clock.now()

        def unit(tx: Transaction) -> tuple[Event, ...]:
            events = rules.sweep(tx, now=now)
            overdue.expire(tx, now=now)
            events += settling.settle_due(tx, now=now) + settling.end_overdue_tasks(tx, now=now)
            settling.pay_gold_due(tx, now=now)
            return events

        return await self.store.write(unit)

    async def remind(self) -> tuple[Event, ...]:
        """Reminders go out and arrive at once."""
        now = self.clock.now()

        def unit(tx: Transaction) -> tuple[Event, ...]:
            events = overdue.remind(tx, now=now)
            for one in events:
                if isinstance(one, ReminderDue):
                    assignments.reminded(tx, one.assignment_id, at=now)
            return events

        return await self.store.write(unit)

    async def balance(self, worker: Person) -> int:
        """A worker's points."""
        return await self.store.read(lambda tx: people_rows.balance(tx, worker.id))

    async def card(self, card: Assignment) -> Assignment:
        """A card as it stands now."""
        found = await self.store.write(lambda tx: assignments.get(tx, card.id))
        assert found is not None
        return found

    async def budget(self, project_id: int) -> Project:
        """A project as it stands now."""
        found = await self.store.read(lambda tx: project_rows.find(tx, project_id))
        assert found is not None
        return found

    async def hold(self, worker: Person, *, asked: bool = True) -> Assignment:
        """The worker's next card, which must be there."""
        card = await self.next(worker, asked=asked)
        assert card is not None
        return card
