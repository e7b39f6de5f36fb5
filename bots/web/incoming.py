"""What a page sends, checked where it enters, and turned into what was heard."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from bots.dialogue.vocabulary import Command, Sender, Text
from bots.web.sessions import Persona

LONGEST_TEXT = 20_000
LARGEST_BODY = 100_000  # bytes: a text of the longest kind in a script of four bytes, escaped by nobody
LONGEST_NAME = 200

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:\s+(.*))?", re.DOTALL)
_LANGUAGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([0-9.]{1,5})\s*)?")


def _without_nul(text: str) -> str:
    return text.replace("\0", "")  # PostgreSQL stores no NUL


EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Words = Annotated[str, StringConstraints(max_length=LONGEST_TEXT), AfterValidator(_without_nul)]
Data = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$")]
Ref = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]


class Saying(BaseModel):
    """A written line; `arrival` when the page began the chat by itself."""

    model_config = ConfigDict(frozen=True)
    id: EventId
    text: Words
    arrival: bool = False


class Pressing(BaseModel):
    """A pressed button."""

    model_config = ConfigDict(frozen=True)
    id: EventId
    data: Data
    message: Ref | None = None


class Sending(BaseModel):
    """What comes with a file."""

    model_config = ConfigDict(frozen=True)
    id: EventId
    caption: Words = ""


def heard_text(text: str) -> Text | Command:
    """Words, or a command."""
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return Text(text)
    return Command(command[1].lower(), (command[2] or "").strip())


def sender_of(request: web.Request, *, user_id: str, persona: Persona | None) -> Sender:
    """The person behind a request, with what their browser tells about language and zone."""
    return Sender(
        platform="web",
        workspace="",
        user_id=user_id,
        name=f"Demo {persona}" if persona else "Web chat",
        locale=language_of(request),
        zone=_zone(request.headers.get("X-Time-Zone")),
    )


def language_of(request: web.BaseRequest) -> str | None:
    """The language that the browser likes best."""
    best, best_weight = None, 0.0
    for part in request.headers.get("Accept-Language", "")[:500].split(","):
        match = _LANGUAGE.fullmatch(part)
        weight = _weight(match[2]) if match else 0.0
        if match and weight > best_weight:
            best, best_weight = match[1], weight
    return best


def file_name(given: str | None) -> str:
    """A file's name without its folders and without what cannot be shown."""
    # A browser's form escapes just these three characters of a name.
    whole = (given or "").replace("%22", '"').replace("%0D", "").replace("%0A", "")
    last = whole.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()
    return shown[-LONGEST_NAME:] or "file"


def _weight(given: str | None) -> float:
    try:
        return float(given) if given else 1.0
    except ValueError:
        return 0.0


def _zone(name: str | None) -> str | None:
    try:
        return str(ZoneInfo(name)) if name and len(name) <= 64 else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
