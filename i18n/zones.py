"""Time zones as people name them: by city or country in their own language, or by the distance from UTC."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from i18n.cities import CITIES, SPREAD
from i18n.negotiation import available_locales, likely_subtags, parse_tag
from i18n.text import plain

MOST = 8
_LONGEST_SENTENCE = 12  # words
_OFFSET = re.compile(r"(?:utc|gmt)?\s*(?P<sign>[+\-−–])\s*(?P<hours>\d{1,2})(?:[:.]?(?P<minutes>[0-5]\d))?")
_UTC_NAMES = frozenset({"utc", "gmt", "z", "zulu"})
_JANUARY, _JULY = datetime(2025, 1, 15, tzinfo=UTC), datetime(2025, 7, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every name by which a zone is found, in plain form."""

    cities: dict[str, tuple[str, ...]]
    countries: dict[str, tuple[str, ...]]


def find_zone(text: str) -> tuple[str, ...]:
    """Find the IANA zones that a person may mean, best first, at most eight; empty when there is none.

    >>> find_zone("Berlin"), find_zone("UTC+3")
    (('Europe/Berlin',), ('Etc/GMT-3',))
    """
    by_offset = _at_offset(text)
    if by_offset:
        return by_offset[:MOST]
    whole = _named(text)
    if whole:
        return whole[:MOST]
    parts = [found for part in re.split(r"[,،，;\n]", text) if (found := _named(part))] or _within(text)
    if not parts:
        return ()
    # "Córdoba, Argentina": what all parts agree on, if anything.
    agreed = tuple(zone for zone in parts[0] if all(zone in part for part in parts))
    return (agreed or tuple(dict.fromkeys(zone for part in parts for zone in part)))[:MOST]


def zones_for_locale(tag: str | None) -> tuple[str, ...]:
    """Suggest a few zones for a language tag: its territory's first, then where the language is spoken."""
    locale, likely = parse_tag(tag), likely_subtags(tag)
    if locale is None or likely is None:
        return SPREAD["en"]
    spread = SPREAD.get(likely.language, ())
    stated = zones_for_territory(locale.territory) if locale.territory else ()
    if not stated and not spread:
        stated = zones_for_territory(likely.territory)
    return tuple(dict.fromkeys((*stated, *spread)))[:MOST]


def zones_for_territory(territory: str | None) -> tuple[str, ...]:
    """Suggest a territory's zones (ISO 3166 code), one for each distinct clock."""
    clocks: dict[tuple[timedelta | None, ...], str] = {}
    for zone in _territory_zones().get(territory or "", ()):
        clocks.setdefault(_clock(zone), zone)
    return tuple(clocks.values())[:MOST]


def zone_label(zone: str, reader: Locale) -> str:
    """Name a zone by its city in the reader's language; one that is only an offset by that offset."""
    if zone in {"UTC", "Etc/UTC"}:
        return "UTC"
    fixed = re.fullmatch(r"Etc/GMT([+-])(\d{1,2})", zone)
    if fixed:  # these names carry the sign of POSIX, the opposite of what people say
        return f"UTC{'-' if fixed[1] == '+' else '+'}{fixed[2]}"
    return _city(zone, reader)


def _named(text: str) -> tuple[str, ...]:
    wanted, names = plain(text), gazetteer()
    exact = _called(wanted)
    if exact or len(wanted) < 2:
        return exact
    alike = [name for name in names.cities if name.startswith(wanted)]
    alike += [name for name in names.cities if f" {wanted}" in name]
    found = [zone for name in alike for zone in names.cities[name]]
    found += [zone for name, zones in names.countries.items() if name.startswith(wanted) for zone in zones]
    if not found and len(wanted) > 3:
        found = list(_misspelt(wanted, names))
    return tuple(dict.fromkeys(found))


def _called(wanted: str) -> tuple[str, ...]:
    names = gazetteer()
    return tuple(dict.fromkeys((*names.cities.get(wanted, ()), *names.countries.get(wanted, ()))))


def _within(sentence: str) -> list[tuple[str, ...]]:
    """Find the places named in full inside a sentence, the longest names first."""
    words, found, start = plain(sentence).split()[:_LONGEST_SENTENCE], [], 0
    while start < len(words):
        for end in range(len(words), start, -1):
            name = " ".join(words[start:end])
            zones = _called(name) if len(name) > 3 or not name.isascii() else ()  # "in" is not India here
            if zones:
                found.append(zones)
                break
        start = end if zones else start + 1
    return found


def _misspelt(wanted: str, names: Gazetteer) -> Iterator[str]:
    # Comparing with every name would take too long within a transaction; people rarely miss the first letter.
    for kind in (names.cities, names.countries):
        nearby = [name for name in kind if name[0] == wanted[0] and abs(len(name) - len(wanted)) < 3]
        for name in get_close_matches(wanted, nearby, n=3, cutoff=0.8):
            yield from kind[name]


def _at_offset(text: str) -> tuple[str, ...]:
    lower = text.strip().casefold()
    if lower in _UTC_NAMES:
        return ("Etc/UTC",)
    match = _OFFSET.fullmatch(lower)
    if not match:
        return ()
    ahead = match["sign"] == "+"
    hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
    if minutes == 0 and hours == 0:
        return ("Etc/UTC",)
    if minutes == 0 and hours <= (14 if ahead else 12):
        return (f"Etc/GMT{'-' if ahead else '+'}{hours}",)
    offset = timedelta(hours=hours, minutes=minutes) * (1 if ahead else -1)
    # Zones that never change their clocks first: an offset alone says nothing about summer time.
    clocks = {zone: _clock(zone) for zone in _all_zones()}
    steady = [zone for zone, clock in clocks.items() if clock == (offset, offset)]
    return (*steady, *(zone for zone, clock in clocks.items() if offset in clock and zone not in steady))


@lru_cache(maxsize=1024)
def _clock(zone: str) -> tuple[timedelta | None, ...]:
    return tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in (_JANUARY, _JULY))


@lru_cache
def _territory_zones() -> dict[str, tuple[str, ...]]:
    """Read the zones of each territory, in the order the zone database lists them."""
    zones: dict[str, list[str]] = {}
    for line in files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            territory, _, zone, *_ = line.split("\t")
            zones.setdefault(territory, []).append(zone)
    return {territory: tuple(listed) for territory, listed in zones.items()}


def _all_zones() -> tuple[str, ...]:
    return tuple(zone for zones in _territory_zones().values() for zone in zones)


@lru_cache
def _older_names() -> dict[str, tuple[str, ...]]:
    older: dict[str, list[str]] = {}
    for alias, zone in get_global("zone_aliases").items():
        older.setdefault(zone, []).append(alias)
    return {zone: tuple(aliases) for zone, aliases in older.items()}


def _city(zone: str, reader: Locale) -> str:
    for name in (zone, *_older_names().get(zone, ())):  # CLDR keeps the oldest name of a zone
        entry = reader.time_zones.get(name)
        if entry is not None and "city" in entry:
            return str(entry["city"])
    return zone.rpartition("/")[2].replace("_", " ")


@lru_cache
def gazetteer() -> Gazetteer:
    readers = [Locale.parse(locale) for locale in available_locales()]
    cities: dict[str, list[str]] = {}
    countries: dict[str, list[str]] = {}
    for zone in _all_zones():
        _add(cities, zone, (zone, *(_city(zone, reader) for reader in readers)))
        _add(
            cities, zone, (alias.rpartition("/")[2] for alias in _older_names().get(zone, ()) if "/" in alias)
        )
    for zone, names in CITIES.items():
        _add(cities, zone, names)
    for name in available_timezones():
        # Names without a place, such as EST, mean something else in the database than to people.
        if "/" in name and not name.startswith("Etc/"):
            _add(cities, get_global("zone_aliases").get(name, name), (name,))
    for alias, territories in get_global("territory_aliases").items():
        if alias.isalpha() and len(territories) == 1:  # USA, UK, DEU
            _add_all(countries, zones_for_territory(territories[0]), (alias,))
    for territory in _territory_zones():
        zones = zones_for_territory(territory)
        _add_all(
            countries,
            zones,
            (territory, *(reader.territories.get(territory, territory) for reader in readers)),
        )
    return Gazetteer(_frozen(cities), _frozen(countries))


def _add(index: dict[str, list[str]], zone: str, names: Iterable[str]) -> None:
    for name in names:
        zones = index.setdefault(plain(name), [])
        if zone not in zones:
            zones.append(zone)


def _add_all(index: dict[str, list[str]], zones: Iterable[str], names: tuple[str, ...]) -> None:
    for zone in zones:
        _add(index, zone, names)


def _frozen(index: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(zones) for name, zones in index.items() if name}
