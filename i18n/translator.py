"""Speaks to one reader: their language, their numbers, their time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from math import inf
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import UTC, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from i18n.languages import language_name, native_name
from i18n.messages import COUNT, translations
from i18n.negotiation import negotiate
from i18n.text import (
    RLI,
    RLM,
    Content,
    Phrase,
    commands_kept,
    fill,
    holds_isolates,
    isolate,
    left_to_right,
    reads_right_to_left,
    turned,
)
from i18n.zones import zone_label

_DAY = timedelta(days=1)
_WEEKDAY_IS_CLEAR = 6 * _DAY  # beyond, "Mon" could be another Monday
_SECONDS_MATTER = 120  # below this span
_Unit = Literal["day", "hour", "minute", "second"]
_UNITS: tuple[tuple[_Unit, int], ...] = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True, eq=False)
class Translator:
    """Turns messages and values into phrases for a reader; passed explicitly, called `t` by convention."""

    locale: str
    zone: ZoneInfo | None
    _babel: Locale = field(repr=False)
    _catalog: NullTranslations = field(repr=False)
    _said: dict[str, Phrase] = field(default_factory=dict, repr=False)  # what needs no values, once filled

    @property
    def is_rtl(self) -> bool:
        """Say whether the reader's language is written from right to left."""
        return _right_to_left(self.locale)

    def __call__(self, message: str, **values: object) -> Phrase:
        """Say a message in the reader's language, with its `%(name)s` places filled."""
        if values:
            return self._filled(self._catalog.gettext(message), values)
        said = self._said.get(message)
        if said is None:  # gettext answers the empty message with the catalog's header
            said = self._filled(self._catalog.gettext(message), values) if message else Phrase("")
            self._said[message] = said
        return said

    def n(self, one: str, many: str, count: int, **values: object) -> Phrase:
        """Say a message about a number of things; `%(count)s` is filled with the number."""
        message = self._catalog.ngettext(one, many, count)
        return self._filled(message, {COUNT: self.number(count), **values})

    def number(self, value: int | float) -> Phrase:
        """Write a number with the reader's separators, with at most three decimals."""
        return Phrase(_decimal(value, self.locale))

    def percent(self, share: float) -> Phrase:
        """Write a share of one as a whole percentage: 0.873 is 87%."""
        return Phrase(format_percent(share, locale=self._babel))

    def money(self, amount: Decimal, currency: str) -> Phrase:
        """Write an exact amount of a currency (ISO 4217) as the reader does, with as many decimals as it needs."""
        shown = format_currency(amount, currency, locale=self._babel, decimal_quantization=False)
        if amount == round(amount, 2):  # "€3.40" rather than "€3.4"
            shown = format_currency(amount, currency, locale=self._babel)
        return Phrase(shown)

    def when(self, moment: datetime, *, now: datetime) -> Phrase:
        """Say when something is: the reader's local time, and how far away that is."""
        t = self
        local = self._local(moment)
        if abs(moment - now) < _WEEKDAY_IS_CLEAR:
            absolute = self._formatted("EHm", local)
        else:
            same_year = local.year == self._local(now).year
            day, time = (
                self._formatted("MMMEd" if same_year else "yMMMEd", local),
                self._formatted("Hm", local),
            )
            absolute = str(self._babel.datetime_formats["medium"]).format(time, day)
        # Translators: a moment and how far away it is, for example "Mon 14:30 (in 3 hours)".
        return t(
            "%(moment)s (%(distance)s)", moment=self._zoned(absolute), distance=self._distance(moment - now)
        )

    def clock(self, moment: datetime) -> Phrase:
        """Write the time of day where the reader is."""
        return self._zoned(self._formatted("Hm", self._local(moment)))

    def date(self, day: date) -> Phrase:
        """Write a calendar day."""
        return Phrase(format_skeleton("yMMMd", day, locale=self._babel))

    def duration(self, span: timedelta) -> Phrase:
        """Say how long something takes, exactly where one unit can: "5 hours", "90 minutes"."""
        return Phrase(self._in_one_unit(span, add_direction=False))

    def language(self, tag: str) -> Phrase:
        """Name a language in the reader's language."""
        return Phrase(language_name(tag, self._babel) or tag)

    def native_name(self, tag: str) -> Content:
        """Name a language in itself."""
        return native_name(tag)

    def place(self, zone: str) -> Phrase:
        """Name a time zone by its city in the reader's language, or by its distance from UTC."""
        return Phrase(zone_label(zone, self._babel))

    def join(self, parts: Iterable[Phrase | Content]) -> Phrase:
        """Make one list of several parts: "a, b and c"."""
        return Phrase(format_list([self._value(part) for part in parts], locale=self._babel))

    def command(self, text: str) -> Phrase:
        """Show a command as it must be typed, also inside right-to-left text."""
        return Phrase(left_to_right(text) if self.is_rtl else text)

    def _filled(self, message: str, values: dict[str, object]) -> Phrase:
        if self.is_rtl:
            message = _from_right_to_left(message)
        return Phrase(fill(message, {name: self._value(value) for name, value in values.items()}))

    def _value(self, value: object) -> str:
        text = str(value)
        if self.is_rtl:
            # what we put together needs no mark inside: its isolate says how it reads
            return isolate(text.removeprefix(RLM), opener=RLI) if holds_isolates(text) else isolate(text)
        return isolate(text) if reads_right_to_left(text) else text

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(self.zone or UTC)

    def _formatted(self, skeleton: str, local: datetime) -> str:
        return format_skeleton(skeleton, local, tzinfo=local.tzinfo, locale=self._babel)

    def _zoned(self, time: str) -> Phrase:
        t = self
        if self.zone is not None:
            return Phrase(time)
        # Translators: a time of a person whose time zone is not known, for example "14:30 UTC".
        return t("%(time)s UTC", time=time)

    def _distance(self, span: timedelta) -> Phrase:
        t = self
        if not round(span.total_seconds()):
            # Translators: stands where "in 3 hours" or "2 hours ago" would, for this very second.
            return t("now")
        return Phrase(self._in_one_unit(span, add_direction=True))

    def _in_one_unit(self, span: timedelta, *, add_direction: bool) -> str:
        rounded, unit = _in_plain_units(span)
        # An endless threshold keeps the unit chosen here.
        return format_timedelta(
            rounded,
            granularity=unit,
            threshold=inf,
            add_direction=add_direction,
            format="long",
            locale=self._babel,
        )


@lru_cache(maxsize=256)
def _right_to_left(locale: str) -> bool:
    return Locale.parse(locale).character_order == "right-to-left"


@lru_cache(maxsize=4096)
def _from_right_to_left(message: str) -> str:
    return turned(commands_kept(message))


@lru_cache(maxsize=4096, typed=True)
def _decimal(value: int | float, locale: str) -> str:
    return format_decimal(value, locale=Locale.parse(locale))


def _in_plain_units(span: timedelta) -> tuple[timedelta, _Unit]:
    """Choose the largest unit that tells the span exactly, or else the largest that it holds twice."""
    seconds = round(span.total_seconds())
    if abs(seconds) >= _SECONDS_MATTER:  # an hour less the moment it took to say so is an hour
        seconds = round(seconds / 60) * 60
    for unit, size in _UNITS:
        if seconds and (seconds % size == 0 or abs(seconds) >= 2 * size):
            return timedelta(seconds=seconds), unit
    return timedelta(seconds=1), "second"


def translator_for(tag: str | None, zone: ZoneInfo | str | None = None) -> Translator:
    """Give the translator for a language tag and a zone (an IANA name or None); one object for each pair."""
    return _translator(negotiate(tag), str(zone) if zone is not None else None)


@lru_cache(maxsize=4096)
def _translator(locale: str, zone: str | None) -> Translator:
    return Translator(locale, _zone(zone), Locale.parse(locale), translations(locale))


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that this host's data does not know
        return None
