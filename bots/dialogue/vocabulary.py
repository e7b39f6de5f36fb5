"""What can be heard and what can be said, in words that no platform owns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from i18n import Content, Phrase

Words = Phrase | Content


# --- heard ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the platform knows them; `user_id` is also where a private answer goes."""

    platform: str
    workspace: str
    user_id: str
    name: str
    locale: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    body: str


@dataclass(frozen=True, slots=True)
class Command:
    """`/name args`; the name in lower case without the slash."""

    name: str
    args: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed: its data, and the platform's handle by which the press is acknowledged."""

    data: str
    handle: str
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file; `path` is set once the front desk has fetched it, `trouble` when it could not."""

    name: str
    handle: str
    size: int | None = None
    caption: str = ""
    path: Path | None = None
    trouble: str | None = None  # too_large | not_fetched


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person blocked the bot or left."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One incoming event; `key` names it for good, so that a redelivery is recognised."""

    key: str
    sender: Sender
    what: Text | Command | Press | Upload | Unreachable
    sent_at: datetime | None = None


# --- said -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Title:
    """The bold first line."""

    words: Words


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; it may hold line breaks."""

    words: Words


@dataclass(frozen=True, slots=True)
class Quote:
    """What is to be judged, set apart from what we say."""

    words: Content


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    words: Words


@dataclass(frozen=True, slots=True)
class Code:
    """To be copied letter by letter: a link, a code."""

    words: Content


Part = Title | Para | Quote | Note | Code


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it sends `data` back (ASCII, at most 64 bytes, see buttons.py)."""

    label: Words
    data: str


@dataclass(frozen=True, slots=True)
class Link:
    """Pressing it opens `url`."""

    label: Words
    url: str


Row = tuple[Button | Link, ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for the person: its path below the data folder, and the name it arrives under."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. With a `slot` it replaces the message that was said there before, in place."""

    parts: tuple[Part, ...]
    rows: tuple[Row, ...] = ()
    picture: str | None = None  # the name of a stored image
    alt: Words | None = None  # the picture in words
    attachment: Attachment | None = None
    slot: str | None = None
    locale: str = "en"
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Toast:
    """The short answer to a press; it is gone after a moment, so nothing important is said only here."""

    words: Phrase
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """All that is said to the person who is heard."""

    messages: tuple[Message, ...] = ()
    toast: Toast | None = None


def says(*messages: Message, toast: Toast | None = None) -> Reply:
    """A reply of these messages."""
    return Reply(messages, toast)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform can carry; fit.py degrades what does not fit, once for all platforms."""

    text: int = 4096
    caption: int = 1024
    toast: int = 200
    button: int = 64
    data: int = 64  # bytes
    rows: int = 100
    row: int = 8
    upload: int = 20_000_000  # bytes a person can send us
    attachment: int = 50_000_000
    edits: bool = True
    edits_media: bool = field(default=True)  # may an edit change text into a picture and back
