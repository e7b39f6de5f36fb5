"""What stands ready when a transcript begins, and the files that people send in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core import appeals, flags, pilots, standing
from core.domain.person import Role
from core.domain.standing import Measure
from core.intake.rows import TaskRow
from core.store import models
from core.store.transaction import Transaction
from tests import advice, reports
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
    "skilled.yaml": """\
project: {en: Hurt animals, ar: حيوانات مصابة}
instructions: {en: "Which animal makes this sound?", ar: "أي حيوان يصدر هذا الصوت؟"}
labels: [{id: cat, en: Cat, ar: قطة}, {id: dog, en: Dog, ar: كلب}]
topics: [violence, medical]
qualification: {skill: sounds, questions: 3, pass: 0.6}
""",
    "practice.csv": "text,gold,practice,why,why_ar\n"
    "Woof,dog,yes,Only dogs bark.,لا ينبح إلا الكلب.\n"
    "Meow,cat,yes,,\nGrowl,,yes,,\nPurr,cat,yes,,\n",
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


async def many(house: PaperHouse) -> None:
    """A launched project with more tasks than anybody should skip."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, [f"Meow {at}" for at in range(1, 13)], **ANIMALS)


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


async def outvoted(house: PaperHouse) -> None:
    """A launched project with one task, on which ana was of another mind than two others."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["Meow", "Woof"], **ANIMALS, overlap={"min": 3, "max": 3})
    for name, label in (("ana", "cat"), ("ben", "dog"), ("cem", "dog")):
        await world.answers(await world.person(name), await world.hold(await world.person(name)), label)
    await house.later(minutes=2)


async def appealed(house: PaperHouse) -> None:
    """The same, and ana disputes it in her own words."""
    await outvoted(house)
    world = World(house.service.store, house.clock, house.service.house.vault)
    ana, now = await world.person("ana"), house.clock.now()

    def disputes(tx: Transaction) -> None:
        made, _ = appeals.about_answer(tx, ana, 1, now=now)
        appeals.add_words(tx, ana, made, world.vault.seal(b"I hear a cat."))

    await world.do(disputes)


async def outvoted_and_banned(house: PaperHouse) -> None:
    """The same as `outvoted`, and ana is banned."""
    await outvoted(house)
    world = World(house.service.store, house.clock, house.service.house.vault)
    mona, ana = await world.person("mona", Role.MODERATOR), await world.person("ana")
    now = house.clock.now()
    await world.do(lambda tx: standing.act(tx, mona, ana.id, kind=Measure.BAN, reason="careless", now=now))


async def reported(house: PaperHouse) -> None:
    """A launched project with a task that three people reported."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    await world.project(owner, ["Meow"], **ANIMALS, overlap={"min": 3, "max": 3})
    now = house.clock.now()
    for name, why in (("ana", "offensive"), ("ben", "offensive"), ("cem", "broken")):
        worker = await world.person(name)
        card = await world.hold(worker)
        await world.do(lambda tx, w=worker, c=card, y=why: flags.report(tx, w, c.id, y, now=now))  # type: ignore[misc]  # bound


async def suggesting(house: PaperHouse) -> None:
    """Two launched projects with a model each; what the second one's says is always withheld."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    now = house.clock.now()
    await world.project(
        owner, ["Meow"], **ANIMALS, priority="high", suggestions={"model": "own", "control_share": 0.0}
    )
    await world.project(
        owner, ["Woof"], **ANIMALS, priority="low", suggestions={"model": "own", "control_share": 1.0}
    )

    def models_speak(tx: Transaction) -> None:
        for project, text, label in ((1, "Meow", "cat"), (2, "Woof", "dog")):
            advice.own_model(tx, project, now=now)
            advice.says(tx, project, {text: (label, 0.87)}, now=now)

    await house.service.store.write(models_speak)


async def measured(house: PaperHouse) -> None:
    """A launched project whose second model suggests, and whose suggestions were measured."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    now = house.clock.now()
    await world.project(owner, ["Meow", "Woof", "Moo"], **ANIMALS, suggestions={"model": "own"})

    def refitted(tx: Transaction) -> None:
        before = advice.own_model(tx, 1, now=now - timedelta(days=2), learned=80)
        newest = advice.own_model(tx, 1, now=now - timedelta(hours=3))
        models.serve(tx, replace(models.hold_serving(tx, 1), champion=newest, before=before), now=now)
        reports.keep(tx, 1, as_of=now, **advice.EFFECT)

    await house.service.store.write(refitted)


async def tried(house: PaperHouse) -> None:
    """A project with 25 tasks whose points are worth a cent; two workers have answered the 20 of its trial."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    project = await world.project(
        owner,
        [f"Meow {number}" for number in range(1, 26)],
        launch=False,
        **ANIMALS,
        overlap={"min": 2, "max": 2},
        budget=5_000,
        point_value={"amount": "0.01", "currency": "EUR"},
    )
    await world.do(lambda tx: pilots.begin(tx, owner, project, now=house.clock.now()))
    for name in ("ana", "ben"):
        worker = await world.person(name)
        while (card := await world.next(worker)) is not None:
            house.clock.move(timedelta(seconds=30))
            wrong = name == "ben" and card.content["text"] == "Meow 7"
            await world.answers(worker, card, "dog" if wrong else "cat")
    await house.later(minutes=2)
    await house.later(minutes=10)


async def skilled(house: PaperHouse) -> None:
    """A launched project that asks for a skill, with three practice tasks; two right answers earn it."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    whys = {"en": "Only dogs bark.", "ar": "لا ينبح إلا الكلب."}
    practice = [
        TaskRow(
            line=2 + number,
            content={"text": "Woof"},
            external_id=f"p{number}",
            gold="dog",
            practice=True,
            whys=whys,
        )
        for number in range(3)
    ]
    await world.project(
        owner,
        [*practice, "Meow", "Moo"],
        **ANIMALS,
        qualification={"skill": "sounds", "questions": 3, "pass": 0.6, "expires": "30d"},
    )


async def sensitive(house: PaperHouse) -> None:
    """Two launched projects: an urgent one with sensitive topics, and one without."""
    world = World(house.service.store, house.clock, house.service.house.vault)
    owner = await world.person("owner", Role.REQUESTER)
    hurt = {"project": {"en": "Hurt animals", "ar": "حيوانات مصابة"}}
    await world.project(
        owner, ["Whimper", "Yelp"], **(ANIMALS | hurt), priority="high", topics=["violence", "medical"]
    )
    await world.project(owner, ["Meow"], **ANIMALS)


STAGES: dict[str, Callable[[PaperHouse], Awaitable[None]]] = {
    "empty": empty,
    "running": running,
    "many": many,
    "disputed": disputed,
    "suggesting": suggesting,
    "measured": measured,
    "tried": tried,
    "outvoted": outvoted,
    "appealed": appealed,
    "outvoted_and_banned": outvoted_and_banned,
    "reported": reported,
    "skilled": skilled,
    "sensitive": sensitive,
}
