"""What stands ready when a transcript begins, and the files that people send in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from core.domain.person import Role
from tests.house import PaperHouse
from tests.world import World

ANIMALS: dict[str, Any] = {
    "project": {"en": "Animals", "ar": "حيوانات"},
    "instructions": {"en": "Which animal makes this sound?", "ar": "أي حيوان يصدر هذا الصوت؟"},
    "labels": [{"id": "cat", "en": "Cat", "ar": "قطة"}, {"id": "dog", "en": "Dog", "ar": "كلب"}],
    "method": "majority",
}

_FILES = {
    "animals.yaml": """\
project: {en: Animals, ar: حيوانات}
kind: choice
instructions: {en: "Which animal makes this sound?", ar: "أي حيوان يصدر هذا الصوت؟"}
labels: [{id: cat, en: Cat, ar: قطة}, {id: dog, en: Dog, ar: كلب}]
overlap: {min: 2, max: 3}
method: majority
time_limit: 2h
""",
    "broken.yaml": "project: Animals\nkind: choise\nlabels: [Cat]\nreward: many\n",
    "tasks.csv": "id,text,lang,gold\n1,Meow,en,\n2,Woof,en,\n3,,en,\n4,Purr,en,cat\n1,Meow again,en,\n",
    "empty.csv": "",
}


def file_named(name: str) -> bytes:
    """The bytes of a file that somebody sends."""
    return _FILES[name].encode()


async def empty(_house: PaperHouse) -> None:
    """Nothing yet."""


async def running(house: PaperHouse) -> None:
    """A launched project with three tasks."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["Meow", "Woof", "Moo"], **ANIMALS, overlap={"min": 2, "max": 3})


async def disputed(house: PaperHouse) -> None:
    """A launched project on one task of which opinions differ for good."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["Meow", "Woof"], **ANIMALS, overlap={"min": 2, "max": 2})
    for name, labels in (("ana", ("cat", "dog")), ("ben", ("dog", "dog"))):
        worker = await world.person(name)
        for label in labels:
            card = await world.next(worker)
            assert card is not None, "there are two tasks"
            await world.answers(worker, card, label)
    await house.later(minutes=2)


STAGES: dict[str, Callable[[PaperHouse], Awaitable[None]]] = {
    "empty": empty,
    "running": running,
    "disputed": disputed,
}
