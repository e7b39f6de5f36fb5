"""What stands in a web chat: what we said, and what the person said; as bytes and back."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from bots.dialogue.vocabulary import Button, Message
from bots.dialogue.wire import from_wire, to_wire

TRAIL = 3  # presses remembered with a message


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that the person pressed, by the id that the page gave the press."""

    client: str
    label: str


@dataclass(frozen=True, slots=True)
class Said:
    """Our message, with the presses made before it took its present form and since."""

    message: Message
    before: tuple[Pressed, ...] = ()
    after: tuple[Pressed, ...] = ()
    count: int = 0  # presses altogether

    def edited(self, message: Message) -> Said:
        """The same message in a new form."""
        if message == self.message:
            return self
        return Said(message, (*self.before, *self.after)[-TRAIL:], (), self.count)

    def pressed(self, client: str, data: str) -> Said:
        """With one more press, unless it is known or was no button of this form."""
        label = next((label for label, its in _buttons(self.message) if its == data), None)
        if label is None or any(press.client == client for press in (*self.before, *self.after)):
            return self
        after = (*self.after, Pressed(client, label))[-TRAIL:]
        return replace(self, after=after, count=self.count + 1)


@dataclass(frozen=True, slots=True)
class Own:
    """The person's words or file."""

    client: str
    text: str
    file: str | None = None
    size: int | None = None


Entry = Said | Own


def to_bytes(entry: Entry) -> bytes:
    """The entry as JSON."""
    if isinstance(entry, Own):
        wire: dict[str, object] = {"c": entry.client, "x": entry.text, "f": entry.file, "z": entry.size}
    else:
        wire = {
            "m": to_wire(entry.message).decode(),
            "b": [(press.client, press.label) for press in entry.before],
            "a": [(press.client, press.label) for press in entry.after],
            "n": entry.count,
        }
    return json.dumps(wire, ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(payload: bytes) -> Entry:
    """The entry that `to_bytes` wrote."""
    wire = json.loads(payload)
    if "m" not in wire:
        return Own(wire["c"], wire["x"], wire["f"], wire["z"])
    return Said(
        from_wire(wire["m"].encode()),
        tuple(Pressed(*press) for press in wire["b"]),
        tuple(Pressed(*press) for press in wire["a"]),
        wire["n"],
    )


def _buttons(message: Message) -> list[tuple[str, str]]:
    return [
        (button.label, button.data) for row in message.rows for button in row if isinstance(button, Button)
    ]
