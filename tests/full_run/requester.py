"""The one who has things judged, and the admin who lets them: everything from a chat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.full_run.books import table
from tests.full_run.house import BOSS, TelegramHouse
from tests.full_run.people import NUMBERED, Somebody
from tests.standins.telegram import Message

OWNER = 2
"""The Telegram id of the requester."""
_TOKEN = re.compile(r"\?start=([\w-]+)")


async def all_joined(people: Sequence[Somebody], *, start: str = "/start") -> None:
    """They join side by side and say yes to everything; places are for another day."""
    if not people:
        return
    for one in people:
        await one.user.says(start)
    for verb in ("join", "langs", "nozone"):
        await people[0].house.calm()
        for one in people:
            await one.tap(verb)
    await people[0].house.calm()


async def with_requester(house: TelegramHouse, *, locale: str = "en") -> tuple[Somebody, Somebody]:
    """The admin joins, invites a requester by a link, and the requester joins by it."""
    boss = Somebody(house, house.server.user(BOSS, first_name="Boss"), "en")
    await all_joined([boss])
    await boss.says("/grant requester")
    link = _TOKEN.search(boss.user.last.words)
    assert link is not None, boss.user.last.words
    owner = Somebody(house, house.server.user(OWNER, first_name="Rosa", language_code=locale), locale)
    await all_joined([owner], start=f"/start {link[1]}")
    return boss, owner


@dataclass(frozen=True, slots=True)
class Files:
    """What the requester got back: a row per task, a row per answer."""

    results: list[dict[str, str]]
    answers: list[dict[str, str]]


async def results(owner: Somebody, project: int) -> Files:
    """The two files, downloaded from the chat."""
    before = {message.id for message in owner.user.chat}
    await owner.says(f"/results {project}")
    found: dict[str, list[dict[str, str]]] = {}
    for message in owner.user.chat:
        if message.document is not None and message.id not in before:
            name = (message.file_name or "").removesuffix(".csv").rpartition("-")[2]
            found[name] = table(owner.house.server.bot_file(message.document))
    return Files(found["results"], found["answers"])


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
        task = _task_of(owner.user.last)
        _, data = owner.button("settle")
        number = data.split(":")[2]
        await owner.press(owner.user.last, f"1:settle:{number}:{labels.index(truths[task])}")
        await owner.house.calm()
        decided[task] = truths[task]
    return decided


def _task_of(message: Message) -> str:
    found = NUMBERED.search(message.words)
    assert found is not None, message.words
    return found[1]
