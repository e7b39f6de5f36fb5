"""Granting roles in chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.dialogue.vocabulary import Code
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store
from core.store import people as people_rows
from core.vault import Vault
from tests.house import PaperHouse, paper_house
from tests.spoken import said


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[PaperHouse]:
    async with paper_house(sqlite_store, clock, vault, tmp_path) as opened:
        yield opened


async def roles(house: PaperHouse, person_id: int) -> frozenset[Role]:
    found = await house.service.store.read(lambda tx: people_rows.by_id(tx, person_id))
    assert found is not None
    return found.roles


async def test_an_invitation_works_once(house: PaperHouse) -> None:
    """Its words can be passed on; who says them first gets the role."""
    mona = await house.joined("mona", Role.MODERATOR)
    await mona.says("/grant requester")
    assert "An invitation as requester" in said(mona.last)
    (words,) = [part.words for part in mona.last.parts if isinstance(part, Code)]
    rita, ruth = await house.joined("rita"), await house.joined("ruth")
    await rita.says(words)
    assert await roles(house, 2) == {Role.WORKER, Role.REQUESTER}
    await ruth.says(words)
    assert said(ruth.last) == "This invitation is not valid any more. Ask for a new one."
    assert await roles(house, 3) == {Role.WORKER}


async def test_an_invitation_expires_after_a_week(house: PaperHouse) -> None:
    mona = await house.joined("mona", Role.MODERATOR)
    await mona.says("/grant")
    await mona.taps("requester")
    (words,) = [part.words for part in mona.last.parts if isinstance(part, Code)]
    rita = await house.joined("rita")
    await house.later(days=7)
    await rita.says(words)
    assert said(rita.last) == "This invitation is not valid any more. Ask for a new one."


async def test_a_role_can_be_given_by_number(house: PaperHouse) -> None:
    mona = await house.joined("mona", Role.MODERATOR)
    rita = await house.joined("rita")
    await mona.says("/grant 2 Requester")
    assert said(mona.last) == "Person 2 is requester now."
    assert said(rita.last) == "You have a new role. Send /help to see what you can do now."
    await mona.says("/grant #2 requester")
    assert said(mona.last) == "Person 2 is requester already."
    assert await roles(house, 2) == {Role.WORKER, Role.REQUESTER}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("/grant king", "You can give these roles: requester."),
        ("/grant 2 king", "You can give these roles: requester."),
        ("/grant 2 requester now", "You can give these roles: requester."),
        ("/grant rita requester", "I don’t know this person. They find their number in /settings."),
        ("/grant 99 requester", "I don’t know this person. They find their number in /settings."),
        ("/grant admin", "Your role does not allow this. Ask a moderator if you need it."),
        ("/grant 2 moderator", "Your role does not allow this. Ask a moderator if you need it."),
        ("/grant worker", "Your role does not allow this. Ask a moderator if you need it."),
    ],
)
async def test_a_moderator_grants_requester_only(house: PaperHouse, words: str, sentence: str) -> None:
    mona = await house.joined("mona", Role.MODERATOR)
    await house.joined("rita")
    await mona.says(words)
    assert said(mona.last) == sentence
    assert await roles(house, 2) == {Role.WORKER}


async def test_an_admin_grants_every_role(house: PaperHouse) -> None:
    adam = await house.joined("adam", Role.ADMIN)
    await house.joined("rita")
    await adam.says("/grant")
    assert [row[0].label for row in adam.last.rows] == ["requester", "moderator", "admin"]
    for role in (Role.REQUESTER, Role.MODERATOR, Role.ADMIN):
        await adam.says(f"/grant 2 {role}")
        assert role in await roles(house, 2)


@pytest.mark.parametrize("role", [Role.WORKER, Role.REQUESTER])
async def test_others_grant_nothing(house: PaperHouse, role: Role) -> None:
    will = await house.joined("will", role)
    await will.says("/grant requester")
    assert said(will.last).startswith("Your role does not allow this.")
    await will.presses("1:grant:requester")
    assert will.chat.toasts[-1].startswith("Your role does not allow this.")
