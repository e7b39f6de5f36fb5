"""What can be heard and what can be said, in words that no platform owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from i18n import Content, Phrase

Words = Phrase | Content


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere beside the private chat; `ref` is what the platform calls it.

    A whisper is shown to one person among others, a post to everybody there; home is a person's dashboard.
    """

    kind: Literal["whisper", "post", "home"]
    ref: str = ""


HOME = Place("home")


# --- heard ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the platform knows them; `user_id` is also where a private answer goes.

    Where an event says no more than an id, the platform introduces the person when they are new.
    """

    platform: str
    workspace: str
    user_id: str
    name: str
    locale: str | None = None
    zone: str | None = None
    introduced: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    body: str


@dataclass(frozen=True, slots=True)
class Command:
    """`/name args`; the name in lower case without the slash. With a `handle` a form can answer it."""

    name: str
    args: str = ""
    handle: str | None = None


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
class Submit:
    """A form was sent: its data, and what stands in its fields; `handle` is where its faults are told."""

    data: str
    values: Mapping[str, str | tuple[str, ...]]
    handle: str


@dataclass(frozen=True, slots=True)
class Clip:
    """Somebody's words that the person wants to be made a task."""

    body: str
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The person looks at their dashboard."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person blocked the bot or left."""


Said = Text | Command | Press | Upload | Submit | Clip | Home
"""What a conversation is about."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One incoming event; `key` names it for good, so that a redelivery is recognised.

    `place` is where the person spoke when that was not their private chat.
    """

    key: str
    sender: Sender
    what: Said | Unreachable
    sent_at: datetime | None = None
    place: Place | None = None


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
    """One message. With a `slot` it replaces the message that was said there before, in place.

    With a `place` it goes there, or what it says `otherwise` goes to the private chat when the place
    cannot be written to; it follows the message of the slot `below`, where a platform has threads.
    On a dashboard each row may stand after so many parts (`between`), else all stand at the end.
    """

    parts: tuple[Part, ...]
    rows: tuple[Row, ...] = ()
    picture: str | None = None  # the name of a stored image
    alt: Words | None = None  # the picture in words
    attachment: Attachment | None = None
    slot: str | None = None
    locale: str = "en"
    silent: bool = False
    place: Place | None = None
    otherwise: Words | None = None
    below: str | None = None
    between: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen in a form."""

    label: Words
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: a line, a longer text, one of some choices, or some of them."""

    name: str
    label: Words
    kind: Literal["line", "text", "one", "some"] = "line"
    hint: Words | None = None
    value: str | tuple[str, ...] = ""
    choices: tuple[Choice, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked at once, where a platform can show it; sending it sends `data` back with the fields."""

    data: str
    title: Words
    fields: tuple[Field, ...]
    submit: Words
    note: Words | None = None
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in a form that was sent, by field; "" is the form as a whole."""

    errors: Mapping[str, Words]


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
    form: Form | None = None
    wrong: Wrong | None = None


Answer = Toast | Form | Wrong
"""What a press, a command or a form that was sent is answered with at once."""


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
    buttons: int = 1000  # in all rows together
    upload: int = 20_000_000  # bytes a person can send us
    attachment: int = 50_000_000
    edits: bool = True
    edits_media: bool = field(default=True)  # may an edit change text into a picture and back
    toasts: bool = True  # else a toast that nothing else comes with is whispered
    forms: bool = False
    home: bool = False  # whether there is a dashboard
    places: bool = False  # whether there are places where many people read
    threads: bool = False  # whether what follows a message stands apart from the chat
    commands: str = "/"  # how a command begins there
