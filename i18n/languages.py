"""The languages people judge in: which are offered first, their names, and reading them in typed text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from i18n.negotiation import available_locales, parse_tag
from i18n.text import Content, plain

# Roughly by how many people read them online; the first dozen fits on one chat keyboard.
_WORKING = (
    "en", "zh", "es", "ar", "hi", "fr", "pt", "ru", "bn", "id", "ur", "de", "ja", "sw", "tr", "vi", "ko",
    "fa", "it", "ta", "te", "mr", "pl", "uk", "th", "fil", "nl", "ro", "el", "he", "am", "ha",
)  # fmt: skip

# What people call a language where CLDR has another word for it.
_ALSO_CALLED = {
    "castellano": "es", "castilian": "es", "mandarin": "zh", "mandarin chinese": "zh", "chino mandarin": "zh",
    "普通话": "zh", "国语": "zh", "國語": "zh", "汉语": "zh", "漢語": "zh", "华语": "zh",
    "farsi": "fa", "bangla": "bn", "tagalog": "fil", "norwegian": "no", "flemish": "nl", "bahasa": "id",
    "brazilian": "pt", "brasileiro": "pt", "kiswahili": "sw", "moldavian": "ro",
}  # fmt: skip

_SEPARATORS = re.compile(r"[,;/|\n\t+&.·•()\[\]،؛、，；。和与與及]+")
_CONNECTORS = frozenset({"and", "y", "e", "also", "tambien", "و", "the"})
_LONGEST_NAME = 4  # words
_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


def working_languages() -> tuple[str, ...]:
    """List the content languages offered first, as language tags, most widely read first."""
    return _WORKING


@lru_cache(maxsize=512)
def native_name(tag: str) -> Content:
    """Name a language in itself: `es` is Español. An unknown tag is its own name."""
    locale = parse_tag(tag)
    name = language_name(tag, locale) if locale else None
    return Content(name[:1].upper() + name[1:] if name else tag)


def language_name(tag: str, reader: Locale) -> str | None:
    """Name a language in the reader's language, as precisely as CLDR can; None when it has no name."""
    parts = tag.strip().replace("-", "_").split("_")
    language = parts[0].lower()
    rest = [part.title() if len(part) == 4 else part.upper() for part in parts[1:]]
    for length in range(len(rest), -1, -1):
        name = reader.languages.get("_".join([language, *rest[:length]]))
        if isinstance(name, str):
            return name
    return None


def language_of(tag: str) -> str | None:
    """Reduce a tag to its language, in its current code (`iw` is `he`); None when there is none."""
    if not _TAG.fullmatch(tag):
        return None
    language = tag.replace("-", "_").split("_")[0].lower()
    current = get_global("language_aliases").get(language, language).split("_")[0]
    return current if current in Locale("en").languages else None


def parse_languages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read languages from tags or names in any interface language or in themselves.

    Gives the language tags in the order written, and the words that name no language.

    >>> parse_languages("English, español, 中文 and Klingonish")
    (('en', 'es', 'zh'), ('Klingonish',))
    """
    tags: dict[str, None] = {}
    unknown: list[str] = []
    for part in _SEPARATORS.split(text):
        for words, tag in _named(part.split()):
            if tag is not None:
                tags.setdefault(tag)
            elif plain(words) not in _CONNECTORS:
                unknown.append(words)
    return tuple(tags), tuple(unknown)


def _named(words: list[str]) -> Iterator[tuple[str, str | None]]:
    """Give each run of words with the language it names, the longest names first, or each word with None."""
    start = 0
    while start < len(words):
        for length in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
            candidate = " ".join(words[start : start + length])
            tag = _language_called(candidate)
            if tag is not None:
                break
        yield candidate, tag
        start += length


def _language_called(name: str) -> str | None:
    key = plain(name)
    if key in _CONNECTORS:
        return None
    # In Arabic "and" is written onto the next word.
    return (
        names_of_languages().get(key) or language_of(name) or names_of_languages().get(key.removeprefix("و"))
    )


@lru_cache
def names_of_languages() -> dict[str, str]:
    """Map every known plain name to its language."""
    names = {plain(name): tag for name, tag in _ALSO_CALLED.items()}
    for tag in _WORKING:
        for variant in _variants(native_name(tag)):
            names.setdefault(variant, tag)
    for interface in available_locales():
        for tag, name in Locale.parse(interface).languages.items():
            language = language_of(tag)
            if language is None:
                continue
            for variant in _variants(name):
                names.setdefault(variant, language)
    return names


def _variants(name: str) -> Iterator[str]:
    key = plain(name)
    yield key
    if key.endswith("语"):  # both are said: 英语 and 英文
        yield key[:-1] + "文"
    if key.startswith("ال"):  # العربية, عربية, عربي
        bare = key.removeprefix("ال")
        yield from (bare, bare.removesuffix("ة"), key.removesuffix("ة"))
