"""What a button carries: `version:verb:argument:argument`, opaque, checked when built and when pressed."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from core.errors import Refused

VERSION = "1"
LONGEST = 64  # bytes, the least that a platform allows
_DIGITS = string.digits + string.ascii_lowercase
_NUMBER = re.compile(r"[0-9a-z]{1,10}\Z")  # below 2**53, so that every database can hold it, and one more
_ARGUMENT = re.compile(r"[A-Za-z0-9_/+.-]*\Z")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button's data, read back."""

    verb: str
    arguments: tuple[str, ...]

    def number(self, at: int = 0) -> int:
        """An argument that is an id or an ordinal.

        Raises:
            Refused: unknown_button, when somebody made the data up.
        """
        if at >= len(self.arguments) or not _NUMBER.match(self.arguments[at]):
            raise Refused("unknown_button")
        return int(self.arguments[at], 36)

    def word(self, at: int = 0) -> str:
        """An argument that is a word. Raises as `number`."""
        try:
            return self.arguments[at]
        except IndexError:
            raise Refused("unknown_button") from None


def base36(number: int) -> str:
    """A number ≥ 0 in as few letters as callback data wants."""
    if 0 <= number < len(_DIGITS):
        return _DIGITS[number]
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


def data(verb: str, *arguments: int | str) -> str:
    """The data of a button.

    Raises:
        ValueError: when it is longer than 64 bytes or holds other than plain letters.
    """
    words = [VERSION, verb]
    for one in arguments:
        if isinstance(one, int):
            words.append(base36(one))
        elif _ARGUMENT.match(one):
            words.append(one)
        else:
            raise ValueError(f"not for a button: {one}")
    made = ":".join(words)
    if len(made) > LONGEST:
        raise ValueError(f"too long for a button: {made}")
    return made


def read(made: str) -> Pressed:
    """The data of a pressed button.

    Raises:
        Refused: unknown_button.
    """
    version, _, rest = made.partition(":")
    verb, *arguments = rest.split(":")
    if version != VERSION or not verb or len(made) > LONGEST:
        raise Refused("unknown_button")
    if not all(_ARGUMENT.match(one) for one in arguments):
        raise Refused("unknown_button")
    return Pressed(verb, tuple(arguments))
