"""Which installed fonts show a text, for pictures in any script; joining and direction are matplotlib's (libraqm)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

PLAIN = "Noto Sans"
LAST = "DejaVu Sans"
"""It comes with matplotlib, and knows Latin, Greek, Cyrillic, Hebrew and Arabic."""
_CJK = {"zh_Hans": "SC", "zh_Hant": "TC", "ja": "JP", "ko": "KR"}
_HAN = ("Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei")
"""What shows Chinese where there is no Noto Sans CJK."""
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH"})


def families(texts: Iterable[str], locale: str) -> tuple[str, ...]:
    """The installed font families that the texts need, in the order in which letters are looked up."""
    wanted = [PLAIN]
    scripts = {script for text in texts for letter in text if (script := _script(letter))}
    for script in sorted(scripts):
        if script in _EAST_ASIAN:
            wanted += [f"Noto Sans CJK {_CJK.get(locale, 'SC')}", *_HAN]  # each kind knows every letter
        else:
            wanted.append(f"Noto Sans {script.title()}")
    known = _installed()
    return (*(one for one in dict.fromkeys(wanted) if one in known), LAST)


def showable(text: str, fonts: tuple[str, ...]) -> str:
    """The text as these fonts show it, on one line: signs that no font has are left out, and so is the whole text when
    it is a letter that is missing."""
    kept = []
    for letter in " ".join(text.split()):
        if letter == " " or unicodedata.category(letter) == "Cf" or ord(letter) in _letters(fonts):
            kept.append(letter)
        elif unicodedata.category(letter)[0] in "LM":
            return ""
    shown = " ".join("".join(kept).split())
    return shown if any(unicodedata.category(letter) != "Cf" for letter in shown) else ""


@cache
def _script(letter: str) -> str:
    """The first word of a letter's name, which is its script; nothing for what every font has."""
    if letter.isascii() or unicodedata.category(letter)[0] not in "LMN":
        return ""
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0]


@cache
def _installed() -> frozenset[str]:
    from matplotlib.font_manager import fontManager

    return frozenset(font.name for font in fontManager.ttflist)


@cache
def _letters(fonts: tuple[str, ...]) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    known: set[int] = set()
    for family in fonts:
        known |= (
            get_font(findfont(FontProperties(family=family), fallback_to_default=False)).get_charmap().keys()
        )
    return frozenset(known)
