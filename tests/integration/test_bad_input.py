"""Whatever people send, they get one clear sentence in their language, and nothing is lost or half-done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bots.dialogue.problems import WORDS
from bots.dialogue.refusals import REFUSALS
from core.clock import ManualClock
from core.store import Store
from core.store.tables import job, project, task
from core.vault import Vault
from tests.full_run.house import TelegramHouse, telegram_house
from tests.full_run.impolite import BadUpload, project_files, said, task_files
from tests.full_run.people import Somebody
from tests.full_run.requester import with_requester

PROJECT = b"project: Animals\ninstructions: Which one?\nlabels: [{id: cat, en: Cat}, {id: dog, en: Dog}]\ngold_share: 0\n"


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[TelegramHouse]:
    async with telegram_house(sqlite_store, clock, vault, tmp_path / "data") as house:
        yield house
    assert house.refused() == []
    assert house.unanswered() == []


async def counted(house: TelegramHouse) -> tuple[int, int, int]:
    """Projects, tasks, and jobs that wait."""

    def count(tx):  # type: ignore[no-untyped-def]  # a read in a test
        waiting = select(func.count()).where(job.c.state == "waiting")
        return tuple(
            tx.execute(one).scalar_one()
            for one in (
                select(func.count()).select_from(project),
                select(func.count()).select_from(task),
                waiting,
            )
        )

    return await house.service.store.read(count)


async def replies(one: Somebody, *, since: int) -> list[str]:
    """What the bot said since, message by message."""
    await one.house.calm()
    return [m.words for m in one.user.chat if m.from_bot and m.now.change > since]


# --- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["es", "ar"])
async def test_files_that_bring_no_tasks(house: TelegramHouse, locale: str) -> None:
    """One message names the file and says what is wrong with it; nothing is added or left behind."""
    _, owner = await with_requester(house, locale=locale)
    await owner.sends("p.yaml", PROJECT)
    for bad in task_files():
        told = await answer_to(owner, bad, caption="/addtasks 1")
        wrong = [words for words in told if said(owner.t, WORDS[bad.code]).search(words)]
        assert len(wrong) == 1, (bad.name, bad.code, told)
        assert bad.name in wrong[0]
        assert len(told) == (2 if bad.name.endswith(".png") else 1), told  # photos are counted in a message
        assert await counted(house) == (1, 0, 0), bad.name
    assert list((house.service.house.data_dir / "spool").iterdir()) == []
    await owner.sends("good.csv", b"text\nfine\n", caption="/addtasks 1")
    assert await counted(house) == (1, 1, 0)


@pytest.mark.parametrize("locale", ["zh_Hans"])
async def test_files_that_make_no_project(house: TelegramHouse, locale: str) -> None:
    """The same for project files; a good one is taken afterwards."""
    _, owner = await with_requester(house, locale=locale)
    for bad in project_files():
        told = await answer_to(owner, bad)
        assert len(told) == 1, (bad.name, told)
        assert said(owner.t, WORDS[bad.code]).search(told[0]), (bad.name, bad.code, told)
        assert await counted(house) == (0, 0, 0), bad.name
    await owner.sends("p.yaml", PROJECT)
    assert await counted(house) == (1, 0, 0)


async def answer_to(one: Somebody, bad: BadUpload, *, caption: str = "") -> list[str]:
    since = one.user.moment
    await one.sends(bad.name, bad.data, caption=caption)
    return await replies(one, since=since)
