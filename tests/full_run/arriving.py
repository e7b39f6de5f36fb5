"""People arrive: the whole joining conversation, side by side, on every platform of the house."""

from __future__ import annotations

from collections.abc import Sequence

from tests.full_run.crowd import CITIES, LOCALES, ZONES, Worker
from tests.full_run.house import House
from tests.full_run.side import Side

AWAKE = "UTC"
"""A clock by which no deadline of a run falls into the night."""


async def arrive(house: House, number: int) -> list[Worker]:
    """So many people, in turn on each platform; the clocks of the first of each language there move no deadline."""
    langs, sides = list(LOCALES), house.sides
    workers = []
    for at in range(number):
        lang = langs[at // len(sides) % len(langs)]
        zone = AWAKE if at < len(langs) * len(sides) else ZONES[lang]
        workers.append(_newcomer(house, sides[at % len(sides)], 100 + at, lang=lang, zone=zone))
    for one in workers[: len(sides)]:
        one.side.bad_welcome(one.user)
    await _join(house, workers)
    return workers


async def arrive_elsewhere(house: House, workers: Sequence[Worker]) -> list[Worker]:
    """The same people on the next platform of the house, where nobody knows them."""
    again = []
    for at, one in enumerate(workers):
        side = house.sides[(house.sides.index(one.side) + 1) % len(house.sides)]
        again.append(_newcomer(house, side, 500 + at, lang=one.lang, zone=one.zone_told))
    await _join(house, again)
    return again


def _newcomer(house: House, side: Side, number: int, *, lang: str, zone: str) -> Worker:
    name = f"w{number}"
    phone = side.phone(number, name=name.upper(), lang=lang, zone=zone)
    return Worker(house, phone, LOCALES[lang], name=name, lang=lang, zone_told=zone)


async def _join(house: House, workers: Sequence[Worker]) -> None:
    await _agree(house, workers)
    await _say_where(house, [one for one in workers if one.can_tap("nozone")])
    for at, one in enumerate([one for one in workers if one.can_tap("nudge")]):
        await one.tap("nudge", at % 2)
    await house.calm()
    for one in workers:
        assert one.t("You are all set.") in one.last.words


async def _agree(house: House, workers: Sequence[Worker]) -> None:
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


async def _say_where(house: House, asked: Sequence[Worker]) -> None:
    """Who is asked: some say nothing, some type a city, some tap one."""
    for at, one in enumerate(asked):
        if one.zone_told == AWAKE:
            await one.tap("nozone")
            continue
        assert not one.side.tells_zones, "it told us"
        if at % 5 == 4:
            await one.user.says(CITIES[one.lang])
        else:
            await one.tap("zone")
    await house.calm()
