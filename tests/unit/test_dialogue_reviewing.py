"""`/review` in chat: who comes second is told who decided what, a redelivered press changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store
from core.store.tables import audit, ledger, restriction
from core.vault import Vault
from tests.dialogues.stages import STAGES
from tests.house import PaperHouse, paper_house
from tests.spoken import labels, said


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


async def test_who_comes_second_is_told_who_decided_what(house: PaperHouse) -> None:
    """And goes on with what is left, in the same message."""
    await STAGES["disputed"](house)
    mona, mike = await house.joined("mona", Role.MODERATOR), await house.joined("mike", Role.MODERATOR)
    for one in (mona, mike):
        await one.says("/review")
    await mona.taps("Settle as “Dog”")
    await mike.taps("Settle as “Cat”")
    assert mike.chat.toasts[-1] == "Person 4 was first: settled as “Dog”."
    assert "Nothing waits for a decision." in said(mike.last)
    await STAGES["reported"](house)
    for one in (mona, mike):
        await one.says("/review")
    await mike.taps("Cancel the task")
    await mona.taps("The task is fine")
    assert mona.chat.toasts[-1] == "Person 5 was first: the task was cancelled."


async def test_an_appeal_ends_in_the_message_that_it_began(house: PaperHouse) -> None:
    """From the settlement notice in two taps; the outcome edits its acknowledgement; redelivered presses do nothing."""
    await STAGES["outvoted"](house)
    ana, mona = await house.joined("ana"), await house.joined("mona", Role.MODERATOR)
    await house.later(minutes=6)
    await ana.taps("Was something wrong?")
    await ana.taps("Appeal: Meow", key="once")
    acknowledged = list(ana.chat.messages)[-1]
    await ana.presses("1:appeal-answer:1", key="once")
    assert list(ana.chat.messages)[-1] == acknowledged
    assert "Something new waits" in said(mona.last)
    await mona.taps("Review")
    await mona.taps("They are right", key="decided")
    assert said(ana.chat.messages[acknowledged]).splitlines()[0] == "Your appeal was right"
    await mona.presses("1:review-appeal:1:1", key="decided")
    corrections = select(func.count()).where(ledger.c.kind == "correction")
    assert await house.service.store.read(lambda tx: tx.execute(corrections).scalar_one()) == 1
    await house.later(minutes=6)
    assert "10 points came on top, because a decision was corrected." in said(ana.last)


async def test_a_redelivered_ban_is_one_ban(house: PaperHouse) -> None:
    """The person is told once, and the trail has one entry."""
    will, mona = await house.joined("will"), await house.joined("mona", Role.MODERATOR)
    for _ in range(2):
        await mona.says("/ban 1 you wrote bad words", key="ban")
    told = [one for one in will.chat.log if "You cannot take part any more" in one]
    assert len(told) == 1
    assert "> you wrote bad words" in told[0]
    held = select(restriction.c.reason, restriction.c.words)
    ((reason, words),) = await house.service.store.read(lambda tx: tx.execute(held).all())
    assert reason == "other"
    assert b"bad words" not in words
    noted = select(func.count()).where(audit.c.did == "measure.ban")
    assert await house.service.store.read(lambda tx: tx.execute(noted).scalar_one()) == 1
    await will.says("hello")
    assert "You cannot take part any more" in said(will.last)
    assert labels(will.last) == ["Appeal"]
    await mona.says("/unban 1")
    assert said(will.last) == "You can work again. Welcome back!"
