"""Texts as requesters write them: cleaned, and in as many languages as they like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.intake.languages import UNDETERMINED, language_of, locale_tag

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
_LOOKS_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters by category that draw nothing


def clean(text: str) -> str:
    """The text without control characters, in NFC, with plain line ends and no white space around it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    return text.strip()


def one_line(text: str) -> str:
    """A cleaned text whose white space is single spaces, for titles and buttons."""
    return " ".join(clean(text).split())


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing at all."""
    return all(
        unicodedata.category(character) in _INVISIBLE or character in _LOOKS_EMPTY for character in text
    )


@dataclass(frozen=True, slots=True)
class Texts(Mapping[str, str]):
    """One text in one or several locales; a text without a language is under `und`."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, texts: str | Mapping[str, str]) -> Texts:
        """Texts from one string, or from a map of locale to text."""
        return cls(((UNDETERMINED, texts),) if isinstance(texts, str) else tuple(texts.items()))

    def __getitem__(self, locale: str) -> str:
        for known, text in self.pairs:
            if known == locale:
                return text
        raise KeyError(locale)

    def __iter__(self) -> Iterator[str]:
        return (locale for locale, _ in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def pick(self, *locales: str) -> str:
        """The text for a reader: the first of their locales that is there, exactly or by language; else
        English; else the first one."""
        for locale in (*locales, "en"):
            tag = locale_tag(locale)
            if tag is not None and tag in self:
                return self[tag]
            language = language_of(locale)
            for known, text in self.pairs:
                if language and language_of(known) == language:
                    return text
        return self.pairs[0][1]
