"""The one who has things judged, and the admin who lets them: everything from a chat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.full_run.books import table
from tests.full_run.house import BOSS, House
from tests.full_run.people import NUMBERED, Somebody
from tests.full_run.side import Shown

OWNER = 2
"""The number of the requester."""
_TOKEN = re.compile(r"/(?:\w+ )?start ([\w-]+)")


async def all_joined(people: Sequence[Somebody], *, start: str = "/start") -> None:
    """They join side by side and say yes to everything; places are for another day, and so is news."""
    if not people:
        return
    house = people[0].house
    for one in people:
        await one.user.says(start)
    for verb in ("join", "langs"):
        await house.calm()
        for one in people:
            await one.tap(verb)
    await house.calm()
    for one in people:
        if one.can_tap("nozone"):
            await one.tap("nozone")
        else:
            await one.tap("nudge", 0)
    await house.calm()


async def with_requester(house: House, *, locale: str = "en") -> tuple[Somebody, Somebody]:
    """The admin joins, invites a requester by a link, and the requester joins by it."""
    side = house.sides[0]
    boss = Somebody(house, side.phone(BOSS, name="Boss"), "en")
    await all_joined([boss])
    await boss.says("/grant requester")
    link = _TOKEN.search(boss.last.words)
    assert link is not None, boss.last.words
    owner = Somebody(house, side.phone(OWNER, name="Rosa", lang=locale), locale)
    await all_joined([owner], start=f"/start {link[1]}")
    return boss, owner


@dataclass(frozen=True, slots=True)
class Files:
    """What the requester got back: a row per task, a row per answer, a row per number about their agreement."""

    results: list[dict[str, str]]
    answers: list[dict[str, str]]
    agreement: list[dict[str, str]]


async def results(owner: Somebody, project: int) -> Files:
    """The files, downloaded from the chat; how the answers agree comes once there is something to say."""
    before = {message.id for message in owner.user.chat}
    await owner.says(f"/results {project}")
    found: dict[str, list[dict[str, str]]] = {}
    for message in owner.user.chat:
        if message.document is not None and message.id not in before:
            name = (message.file_name or "").removesuffix(".csv").rpartition("-")[2]
            found[name] = table(owner.side.file(message.document))
    assert found.keys() - {"agreement"} == {"results", "answers"}, owner.tail()
    return Files(found["results"], found["answers"], found.get("agreement", []))


async def decide_all(
    owner: Somebody, project: int, truths: dict[str, str], labels: list[str]
) -> dict[str, str]:
    """Settle every task that waits for a decision as its truth; returns what was decided."""
    decided: dict[str, str] = {}
    await owner.says(f"/progress {project}")
    if not owner.can_tap("decide"):
        return decided
    await owner.taps("decide", project)
    while owner.can_tap("settle"):
        task = _task_of(owner.last)
        _, data = owner.button("settle")
        number = data.split(":")[2]
        await owner.press(owner.last, f"1:settle:{number}:{labels.index(truths[task])}")
        await owner.house.calm()
        decided[task] = truths[task]
    return decided


def _task_of(message: Shown) -> str:
    found = NUMBERED.search(message.words)
    assert found is not None, message.words
    return found[1]
