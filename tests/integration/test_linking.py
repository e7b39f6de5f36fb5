"""Two accounts of one person: what a code does, what comes together, and how they part again."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from core import answering, linking, people
from core.clock import ManualClock
from core.domain.person import Person, Role
from core.domain.states import AssignmentState
from core.errors import Refused
from core.events import ChatLinked, ChatUnlinked
from core.linking import Linked, Missed
from core.store import Store, Transaction
from core.store import people as people_rows
from core.store.tables import answer, invite, ledger, link_code, person, place
from core.vault import Vault
from tests.linked import again, checked, code_for, enters, everything, linked, settled, state_of
from tests.world import World

_S = AssignmentState
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    """People and projects on either database."""
    return World(store, clock, vault)


@pytest.fixture
async def owner(world: World) -> Person:
    """Somebody who has projects."""
    return await world.person("owner", Role.REQUESTER)


@pytest.fixture
async def two(world: World, owner: Person) -> tuple[Person, Person]:
    """The same human in two chats, not linked yet; the first is the older person."""
    return await world.person("here"), await world.person("there")


Two = tuple[Person, Person]


# --- codes ----------------------------------------------------------------------------------------


def test_a_code_is_eight_letters_that_nobody_mixes_up() -> None:
    """No 0 and O, no 1, I and L, no vowels; another token gives another code."""
    codes = {linking.code_of(str(number)) for number in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) == set(linking.LETTERS)
    assert not set(linking.LETTERS) & set("01OILAEU")


async def test_only_a_keyed_hash_of_a_code_is_kept(world: World, two: Two) -> None:
    """Who reads the database cannot enter what stands there."""
    code = await code_for(world, two[0])
    rows = await world.store.read(everything)
    assert len(rows["link_code"]) == 1
    assert not any(code in row for table in rows.values() for row in table)


async def test_a_code_is_entered_as_people_write(world: World, two: Two) -> None:
    """Small letters, blanks and hyphens are the same code."""
    code = (await code_for(world, two[0])).lower()
    assert isinstance(await enters(world, two[1], f" {code[:4]}-{code[4:6]} {code[6:]}\n"), Linked)


async def test_a_new_code_replaces_the_older(world: World, two: Two) -> None:
    older, newer = await code_for(world, two[0]), await code_for(world, two[0])
    assert await enters(world, two[1], older) == Missed(expired=False, left=4)
    assert isinstance(await enters(world, two[1], newer), Linked)


async def test_a_code_lasts_ten_minutes(world: World, two: Two) -> None:
    """Its last moment counts; after it, that is said and no try is lost."""
    now = world.clock.now()
    code = await code_for(world, two[0])
    look = partial(linking.look, vault=world.vault, person=two[1], words=code)
    world.clock.move(10 * MINUTE - timedelta(microseconds=1))
    fits = await world.do(lambda tx: look(tx, now=world.clock.now()))
    assert fits == linking.Fits(two[0].id)
    world.clock.move(timedelta(microseconds=1))
    assert world.clock.now() == now + linking.LASTS
    assert await enters(world, two[1], code) == Missed(expired=True, left=5)
    assert (await again(world, two[1])).id == two[1].id


async def test_a_code_works_once(world: World, two: Two) -> None:
    """A third chat cannot use it; the second one, tapping twice, is told that it is linked."""
    third = await world.person("third")
    code = await code_for(world, two[0])
    await enters(world, two[1], code)
    assert await enters(world, third, code) == Missed(expired=True, left=5)
    with pytest.raises(Refused, match="linked_already"):
        await enters(world, await again(world, two[1]), code)
    assert (await again(world, third)).id == third.id


async def test_five_wrong_codes_and_a_pause(world: World, two: Two) -> None:
    """The right one does not help then; ten minutes after the last wrong one it would."""
    for left in (4, 3, 2, 1, 0):
        world.clock.move(MINUTE)
        assert await enters(world, two[1], "WRNG") == Missed(expired=False, left=left)
    world.clock.move(10 * MINUTE - timedelta(microseconds=1))
    code = await code_for(world, two[0])
    with pytest.raises(Refused, match="link_tries"):
        await enters(world, two[1], code)
    world.clock.move(timedelta(microseconds=1))
    assert await enters(world, two[1], "WRNG") == Missed(expired=False, left=4)
    assert isinstance(await enters(world, two[1], code), Linked)


async def test_ones_own_code(world: World, two: Two) -> None:
    """In the chat that asked for it, and in a chat that is linked with that one."""
    with pytest.raises(Refused, match="link_own"):
        await enters(world, two[0], await code_for(world, two[0]))
    here, there, _ = await linked(world, *two)
    with pytest.raises(Refused, match="linked_already"):
        await enters(world, there, await code_for(world, here))


async def test_who_has_not_joined_cannot_link(world: World, two: Two) -> None:
    """Both have agreed to how their answers are used."""
    who, now = world.identity("new"), world.clock.now()
    code = await code_for(world, two[0])
    new = await world.do(lambda tx: people.arrive(tx, world.vault, who, admins=frozenset(), now=now))
    with pytest.raises(Refused, match="not_joined"):
        await enters(world, new, code)
    with pytest.raises(Refused, match="not_joined"):
        await code_for(world, new)


# --- what comes together --------------------------------------------------------------------------


async def test_points_come_together_and_no_entry_changes(world: World, owner: Person, two: Two) -> None:
    """Earnings and debts: one balance, by one entry, which names who went."""
    here, there = two
    await world.project(owner, ["a", "b"], overlap={"min": 1, "max": 1}, time_limit="1h")
    for who in two:
        await world.answers(who, await world.hold(who), "cat")
    await settled(world)
    await world.project(owner, ["c"], overlap={"min": 1, "max": 1}, penalty=30)
    await world.hold(there)
    world.clock.move(timedelta(hours=4, minutes=1))
    await world.remind()
    world.clock.move(timedelta(hours=2))
    await world.tick()
    assert [await world.balance(who) for who in two] == [10, -20]
    before = await world.store.read(lambda tx: everything(tx)["ledger"])
    await linked(world, here, there)
    after = await world.store.read(lambda tx: everything(tx)["ledger"])
    assert set(before) < set(after)
    assert len(after) == len(before) + 1
    assert [await world.balance(who) for who in two] == [-10, 0]
    keys = await world.store.read(lambda tx: [row.key for row in tx.execute(select(ledger.c.key))])
    assert f"link:{there.id}" in keys
    await checked(world)


async def test_who_they_are_now(world: World, two: Two) -> None:
    """The older person stays, whoever enters the code; the other's number leads to them, over several steps too."""
    third = await world.person("third")
    there, last, _ = await linked(world, third, two[1])
    assert there.id == last.id == two[1].id
    here, there, done = await linked(world, there, two[0])
    assert here.id == there.id == done.person_id == two[0].id
    for gone in (two[1].id, third.id):
        found = await world.store.read(lambda tx, g=gone: people_rows.by_id(tx, g))  # type: ignore[misc]  # g is bound
        assert found is not None
        assert found.id == here.id
    others = {one.account_id for one in done.events if isinstance(one, ChatLinked)}
    assert others == {two[1].account_id, third.account_id}
    await checked(world)


async def test_settings_of_the_older_with_gaps_filled(world: World) -> None:
    """Languages of both; a place with its quiet hours, and a chosen language, where the older has none."""
    here = await world.person("here", langs=("en", "fr"))
    there = await world.person("there", langs=("fr", "ar"), zone="Africa/Cairo")
    now = world.clock.now()

    def choose(tx: Transaction) -> None:
        people.set_locale(tx, there, "ar")
        people.set_quiet(tx, there, start=60, end=120)
        people.set_nudges(tx, there, wanted=True, now=now)

    await world.do(choose)
    here, there, _ = await linked(world, here, there)
    assert (here.locale, here.zone, here.quiet_from, here.quiet_to) == ("ar", "Africa/Cairo", 60, 120)
    assert here.nudges
    assert await world.store.read(lambda tx: people_rows.languages(tx, here.id)) == ("ar", "en", "fr")


async def test_what_the_older_chose_stays(world: World) -> None:
    here = await world.person("here", zone="Asia/Kathmandu")
    there = await world.person("there", zone="Africa/Cairo")
    await world.do(lambda tx: people.set_locale(tx, here, "es"))
    await world.do(lambda tx: people.set_locale(tx, there, "ar"))
    here, _, _ = await linked(world, here, there)
    assert (here.locale, here.zone) == ("es", "Asia/Kathmandu")


async def test_moderators_and_admins_are_granted_anew(world: World) -> None:
    """Worker and requester pass over; the operator's admins are admins again with the next thing they do."""
    here = await world.person("here", Role.ADMIN)
    there = await world.person("there", Role.MODERATOR, Role.REQUESTER)
    here, there, _ = await linked(world, here, there)
    assert here.roles == there.roles == {Role.WORKER, Role.REQUESTER}
    planned = select(person.c.id).where(person.c.next_summary_at.isnot(None))
    assert await world.store.read(lambda tx: tx.execute(planned).all()) == []
    assert await world.store.read(lambda tx: people_rows.with_role(tx, Role.MODERATOR)) == []
    now = world.clock.now()
    for name, roles in (("there", here.roles), ("here", here.roles | {Role.ADMIN})):
        who, admins = world.identity(name), frozenset({"paper:here"})
        found = await world.do(
            lambda tx, w=who, a=admins: people.arrive(tx, world.vault, w, admins=a, now=now)  # type: ignore[misc]  # bound
        )
        assert found.roles == roles, name


async def test_who_owns_a_project_can_still_run_it(world: World) -> None:
    """An admin who made one is no admin after linking, and keeps what it takes to end what they began."""
    here, there = await world.person("here", Role.ADMIN), await world.person("there")
    project = await world.project(here, ["a"])
    here, _, _ = await linked(world, here, there)
    assert here.roles == {Role.WORKER, Role.REQUESTER}
    assert (await world.budget(project)).owner_id == here.id


async def test_projects_and_invitations_come_along(world: World, two: Two) -> None:
    """The one who stays owns what the other made, and is told of it."""
    here, there = two
    await world.do(lambda tx: people.give_role(tx, there, Role.REQUESTER, now=world.clock.now()))
    project = await world.project(await again(world, there), ["a"])
    admin, now = await world.person("admin", Role.ADMIN), world.clock.now()
    await world.do(lambda tx: people.invite(tx, admin, Role.REQUESTER, token="used", now=now))
    await world.do(lambda tx: people.redeem(tx, there, "used", now=now))
    here, _, _ = await linked(world, here, there)
    assert (await world.budget(project)).owner_id == here.id
    assert here.roles == {Role.WORKER, Role.REQUESTER}
    used = await world.store.read(lambda tx: tx.execute(select(invite.c.used_by)).scalar_one())
    assert used == here.id
    await checked(world)


async def test_one_queue(world: World, owner: Person, two: Two) -> None:
    """Neither gets again what either has met; what is left over comes once; the further place holds."""
    here, there = two
    names = [f"t{number}" for number in range(14)]
    await world.project(owner, names, overlap={"min": 3, "max": 3})
    met = set()
    for who, count in ((here, 3), (there, 9)):
        for _ in range(count):
            card = await world.hold(who)
            met.add(card.task_id)
            await world.answers(who, card, "cat")
    far = await world.store.read(lambda tx: tx.execute(select(place.c.pos)).scalars().all())
    here, there, _ = await linked(world, here, there)
    assert await world.store.read(lambda tx: tx.execute(select(place.c.pos)).scalars().all()) == [max(far)]
    came = []
    while (more := await world.next(there)) is not None:
        came.append(more.task_id)
        await world.answers(here, more, "cat")
    assert not met & set(came)
    assert len(came) == len(set(came)) == len(names) - len(met)
    await checked(world)


async def test_a_slot_that_is_freed_lies_behind_no_place(world: World, owner: Person, two: Two) -> None:
    """The two as one passed a full task; when somebody gives it back, they meet it."""
    here, there = two
    other = await world.person("other")
    await world.project(owner, [f"t{n}" for n in range(8)], overlap={"min": 1, "max": 1})
    kept = await world.hold(other)
    for _ in range(7):
        await world.answers(there, await world.hold(there), "cat")
    here, there, _ = await linked(world, here, there)
    assert await world.next(here) is None
    await world.do(lambda tx: answering.give_back(tx, other, kept.id, now=world.clock.now()))
    assert (await world.hold(here)).task_id == kept.task_id
    await checked(world)


# --- unlinking ------------------------------------------------------------------------------------


async def test_unlinking_makes_a_fresh_person(world: World, owner: Person, two: Two) -> None:
    """History, points and the card in hand stay with the other chat; here somebody new has to join."""
    await world.project(owner, ["a", "b"], overlap={"min": 1, "max": 1})
    await world.answers(two[1], await world.hold(two[1]), "cat")
    here, there, _ = await linked(world, *two)
    card = await world.hold(there)
    await settled(world)
    now = world.clock.now()
    done = await world.do(lambda tx: linking.unlink(tx, there, now=now))
    assert done.moved
    assert done.events == (ChatUnlinked(here.account_id, card.id),)
    fresh = await again(world, there)
    assert fresh.id == done.person_id != here.id
    assert fresh.roles == {Role.WORKER}
    assert (fresh.consented_at, fresh.locale) == (None, there.locale)
    assert [await world.balance(who) for who in (here, fresh)] == [10, 0]
    assert (await world.hold(here)).id == card.id
    assert (await world.card(card)).account_id == here.account_id
    with pytest.raises(Refused, match="unknown_card"):
        await world.answers(fresh, card, "cat")
    await world.answers(here, card, "cat")
    await checked(world)


async def test_a_card_of_the_other_chat_stays_there(world: World, owner: Person, two: Two) -> None:
    await world.project(owner, ["a"])
    here, there, _ = await linked(world, *two)
    card = await world.hold(here)
    done = await world.do(lambda tx: linking.unlink(tx, there, now=world.clock.now()))
    assert not done.moved
    assert done.events == (ChatUnlinked(here.account_id, None),)
    assert (await world.card(card)).account_id == here.account_id


async def test_the_only_chat_has_nothing_to_unlink(world: World, two: Two) -> None:
    """Neither before linking, nor when the other chat went its way."""
    here, there = two
    with pytest.raises(Refused, match="nothing_to_unlink"):
        await world.do(lambda tx: linking.unlink(tx, here, now=world.clock.now()))
    here, there, _ = await linked(world, here, there)
    await world.do(lambda tx: linking.unlink(tx, here, now=world.clock.now()))
    with pytest.raises(Refused, match="nothing_to_unlink"):
        await world.do(lambda tx: linking.unlink(tx, there, now=world.clock.now()))
    codes = await world.store.read(lambda tx: tx.execute(select(link_code.c.account_id)).scalars().all())
    assert here.account_id not in codes


async def test_linking_again(world: World, owner: Person, two: Two) -> None:
    """Unlinked and linked once more: points of the time between come along, and tasks are met once."""
    await world.project(owner, ["a"], overlap={"min": 3, "max": 3})
    here, there, _ = await linked(world, *two)
    first = await world.hold(here)
    await world.answers(here, first, "cat")
    await world.do(lambda tx: linking.unlink(tx, there, now=world.clock.now()))
    there = await world.person("there")
    second = await world.hold(there)
    await world.answers(there, second, "cat")
    here, there, _ = await linked(world, there, here)
    assert here.id == there.id == two[0].id
    assert (await state_of(world, first.id), await state_of(world, second.id)) == (_S.ANSWERED, _S.SUPERSEDED)
    given = select(answer.c.person_id).where(answer.c.voided_at.is_(None))
    assert await world.store.read(lambda tx: tx.execute(given).scalars().all()) == [here.id]
    await checked(world)
