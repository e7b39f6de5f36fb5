"""An event as JSON and back, for the inbox: what was confirmed before it was worked on."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from bots.dialogue.vocabulary import (
    Clip,
    Command,
    Heard,
    Home,
    Place,
    Press,
    Said,
    Sender,
    Text,
    Unreachable,
    Upload,
)

_KINDS: dict[str, type[Said | Unreachable]] = {
    kind.__name__: kind for kind in (Text, Command, Press, Upload, Clip, Home, Unreachable)
}


def can_wait(heard: Heard) -> bool:
    """Whether an event may be worked on after it was confirmed: a form that was sent waits for its faults."""
    return type(heard.what).__name__ in _KINDS


def to_bytes(heard: Heard) -> bytes:
    """The event as JSON."""
    wire = {
        "key": heard.key,
        "sender": asdict(heard.sender),
        "kind": type(heard.what).__name__,
        "what": asdict(heard.what),
        "sent_at": heard.sent_at.isoformat() if heard.sent_at else None,
        "place": asdict(heard.place) if heard.place else None,
    }
    return json.dumps(wire, separators=(",", ":")).encode()  # as ASCII: also half of a surrogate pair


def from_bytes(payload: bytes) -> Heard:
    """The event that `to_bytes` wrote."""
    wire = json.loads(payload)
    return Heard(
        key=wire["key"],
        sender=Sender(**wire["sender"]),
        what=_KINDS[wire["kind"]](**wire["what"]),
        sent_at=datetime.fromisoformat(wire["sent_at"]) if wire["sent_at"] else None,
        place=Place(**wire["place"]) if wire["place"] else None,
    )
