"""Names on the leaderboard: short, readable in any script, and nothing that turns lines around or leads elsewhere."""

from __future__ import annotations

import unicodedata

from core.errors import Refused

SHORTEST, LONGEST = 2, 24
MARKS = 2
"""So many signs may stand on one letter; more would pile up over the lines above."""
_ALSO = frozenset(" -_'’·")
_DROPPED = frozenset("\u200c\u200d")  # what some keyboards put between letters; it cannot be seen


def clean_nickname(text: str) -> str:
    """The nickname that somebody typed, in one form.

    Letters, digits and marks of every script, with single spaces, hyphens, underscores, apostrophes and
    middle dots. Dots, slashes and @ are left out, so that no name is a link or an address; control and
    direction characters are no letters.

    Raises:
        Refused: bad_nickname.
    """
    name = unicodedata.normalize("NFC", text.strip().lstrip("@"))
    name = "".join(letter for letter in name if letter not in _DROPPED)
    if not SHORTEST <= len(name) <= LONGEST or "  " in name:
        raise Refused("bad_nickname")
    marks = 0
    for letter in name:
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind.startswith("M") else 0
        if marks > MARKS or not (kind[0] in "LM" or kind == "Nd" or letter in _ALSO):
            raise Refused("bad_nickname")
    if not any(unicodedata.category(letter).startswith("L") for letter in name):
        raise Refused("bad_nickname")
    return name


def sounds_like(name: str) -> str:
    """What must differ between two names: letters and digits without case, accents or look-alike forms."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LN")
