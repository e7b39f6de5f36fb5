"""People arrive: the whole joining conversation, side by side, on every platform of the house."""

from __future__ import annotations

from collections.abc import Sequence

from tests.full_run.crowd import CITIES, LOCALES, ZONES, Worker
from tests.full_run.house import House

AWAKE = "UTC"
"""A clock by which no deadline of a run falls into the night."""


async def arrive(house: House, number: int) -> list[Worker]:
    """So many people, in turn on each platform; the clocks of the first of each language there move no deadline."""
    langs = list(LOCALES)
    sides = house.sides
    workers = []
    for at in range(number):
        lang = langs[at // len(sides) % len(langs)]
        zone = AWAKE if _keeps_time(at, house) else ZONES[lang]
        phone = sides[at % len(sides)].phone(100 + at, name=f"W{at}", lang=lang, zone=zone)
        workers.append(Worker(house, phone, LOCALES[lang], name=f"w{at:02}", lang=lang))
    await _agree(house, workers)
    asked = [(at, one) for at, one in enumerate(workers) if one.can_tap("nozone")]
    assert all(_keeps_time(at, house) or not one.side.tells_zones for at, one in asked)
    await _say_where(house, asked)
    news = [one for one in workers if one.can_tap("nudge")]
    for at, one in enumerate(news):
        await one.tap("nudge", at % 2)
    await house.calm()
    for one in workers:
        assert one.t("You are all set.") in one.last.words
    return workers


def _keeps_time(at: int, house: House) -> bool:
    return at < len(LOCALES) * len(house.sides)


async def _agree(house: House, workers: Sequence[Worker]) -> None:
    for one in workers[: len(house.sides)]:
        one.side.bad_welcome(one.user)
    for one in workers:
        await one.user.says("/start")
    await house.calm()
    for one in workers:
        assert one.t("Would you like to take part?") in one.last.words
        await one.tap("join")
    await house.calm()
    for one in workers:
        assert one.t("Which languages do you read well?") in one.last.words
        await one.tap("langs")
    await house.calm()


async def _say_where(house: House, asked: Sequence[tuple[int, Worker]]) -> None:
    """Whose platform does not tell is asked: some say nothing, some type a city, some tap one."""
    for at, one in asked:
        if _keeps_time(at, house):
            await one.tap("nozone")
        elif at % 5 == 4:
            await one.user.says(CITIES[one.lang])
        else:
            await one.tap("zone")
    await house.calm()
