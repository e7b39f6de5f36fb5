"""What is learned of people reaches whom it concerns: moderators and the workers themselves, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core import quality, skills, summaries
from core.clock import ManualClock
from core.domain.person import Role
from core.errors import Refused
from core.store import Store
from core.store.refits import Seen, write_seen
from core.store.transaction import Transaction
from core.vault import Vault
from tests.reports import keep, suspect
from tests.world import World

DAY = date(2026, 3, 2)


@pytest.fixture
def world(store: Store, clock: ManualClock, vault: Vault) -> World:
    return World(store, clock, vault)


async def test_news_of_a_day_in_the_moderator_s_zone(world: World) -> None:
    """Eleven in the evening in London is the next day in Tokyo; what another project found is told with it."""
    owner = await world.person("owner", Role.REQUESTER)
    one = await world.project(owner, ["a"])
    other = await world.project(owner, ["b"])
    london = await world.person("lena", Role.MODERATOR, zone="Europe/London")
    tokyo = await world.person("toshi", Role.MODERATOR, zone="Asia/Tokyo")
    late = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)

    def found(tx: Transaction) -> None:
        keep(tx, one, as_of=late, suspects=[suspect(owner.id, strength=100.0)])
        keep(
            tx, other, as_of=late - timedelta(hours=12), suspects=[suspect(owner.id, "random", strength=1e5)]
        )

    await world.do(found)

    async def told(moderator: object, day: date) -> list[tuple[int, str]]:
        figures = await world.store.read(lambda tx: summaries.of_day(tx, world.vault, moderator, day))  # type: ignore[arg-type]  # a person
        return [(named.project.id, named.kind) for named in figures.named]

    assert await told(london, DAY) == [(other, "random"), (one, "constant")]
    assert await told(london, DAY + timedelta(days=1)) == []
    assert await told(tokyo, DAY) == [(other, "random")]
    assert await told(tokyo, DAY + timedelta(days=1)) == [(one, "constant")]


async def test_quality_is_for_those_who_run_the_project(world: World) -> None:
    owner = await world.person("owner", Role.REQUESTER)
    stranger = await world.person("stranger", Role.REQUESTER)
    worker = await world.person("worker")
    moderator = await world.person("mona", Role.MODERATOR)
    project = await world.project(owner, ["a"])
    now = world.clock.now()
    for person in (owner, moderator):
        assert await world.store.read(lambda tx, p=person: quality.quality(tx, p, project)) is None  # type: ignore[misc]  # p is bound
    await world.do(lambda tx: keep(tx, project, as_of=now))
    found = await world.store.read(lambda tx: quality.quality(tx, owner, project))
    assert found is not None
    assert found.as_of == now
    for person, reason in ((stranger, "unknown_project"), (worker, "not_allowed")):
        with pytest.raises(Refused, match=reason):
            await world.store.read(lambda tx, p=person: quality.quality(tx, p, project))  # type: ignore[misc]  # p is bound


async def test_a_worker_s_own_skills_only(world: World) -> None:
    """Kinds and languages apart, projects together, those with most answers first; older answers fade."""
    owner = await world.person("owner", Role.REQUESTER)
    projects = [await world.project(owner, [f"text {at}"]) for at in range(2)]
    me, other = await world.person("me"), await world.person("other")
    now = world.clock.now()

    def write(tx: Transaction) -> None:
        for project, row in (
            (projects[0], Seen(me.id, "en", right=30.0, wrong=10.0)),
            (projects[1], Seen(me.id, "en", right=20.0, wrong=0.0)),
            (projects[0], Seen(me.id, "es", right=900.0, wrong=100.0)),
            (projects[0], Seen(other.id, "en", right=3.0, wrong=0.0)),
        ):
            write_seen(tx, project, [row], kind="choice", at=now)

    await world.do(write)
    mine = await world.store.read(lambda tx: skills.of(tx, me))
    assert [(one.kind, one.lang, one.answers, one.known) for one in mine] == [
        ("choice", "es", 289, True),
        ("choice", "en", 60, True),
    ]
    assert mine[0].accuracy.mean == pytest.approx(0.9, abs=0.02)
    theirs = await world.store.read(lambda tx: skills.of(tx, other))
    assert [(one.answers, one.known) for one in theirs] == [(3, False)]
    assert theirs[0].accuracy.mean > 0.75, "the start of a newcomer in this crowd"
