"""Finds the interface language that serves a person best, from whatever their platform says."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.core import get_global

LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"


class Subtags(NamedTuple):
    """A language with the script and the territory it is most likely used in."""

    language: str
    script: str | None
    territory: str | None


@lru_cache
def available_locales() -> tuple[str, ...]:
    """List the interface languages, English first; a new one is a new folder in `locales`."""
    return locales_in(LOCALES)


def locales_in(folder: Path) -> tuple[str, ...]:
    """List the locales that a folder holds, English first."""
    found = {messages.parent.name for messages in folder.glob("*/LC_MESSAGES")}
    return (SOURCE, *sorted(found - {SOURCE}))


@lru_cache(maxsize=1024)
def negotiate(tag: str | None) -> str:
    """Choose the interface language for a tag such as `zh-TW`, `pt-br` or None; English when nothing fits."""
    return best_match(tag, available_locales())


def best_match(tag: str | None, offered: tuple[str, ...]) -> str:
    """Choose among offered locales: the same language, its script and territory if possible."""
    wanted = likely_subtags(tag)
    if wanted is None:
        return SOURCE
    best, best_score = SOURCE, 0
    for candidate in sorted(offered, key=len):  # of equals the more general one
        has = likely_subtags(candidate)
        if has is None or has.language != wanted.language:
            continue
        # Another script of one's own language still reads better than English: zh-TW gets zh_Hans.
        score = 1 + 2 * (has.script == wanted.script) + (has.territory == wanted.territory)
        if score > best_score:
            best, best_score = candidate, score
    return best


def likely_subtags(tag: str | None) -> Subtags | None:
    """Complete a tag with its likely script and territory; None when it names no known language."""
    locale = parse_tag(tag)
    if locale is None:
        return None
    language, script, territory = locale.language, locale.script, locale.territory
    known = get_global("likely_subtags")
    for key in (f"{language}_{script or territory}", language):
        likely = known.get(key)
        if likely:
            _, likely_script, likely_territory = likely.split("_")
            script, territory = script or likely_script, territory or likely_territory
    return Subtags(language, script, territory)


@lru_cache(maxsize=4096)
def parse_tag(tag: str | None) -> Locale | None:
    """Read a language tag, dropping what is not known from its end; None when nothing is left."""
    parts = (tag or "").strip().replace("-", "_").split("_")
    while parts:
        try:
            return Locale.parse("_".join(parts))
        except (UnknownLocaleError, ValueError, TypeError):
            parts.pop()
    return None
