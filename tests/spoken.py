"""Reading what was said in a chat."""

from __future__ import annotations

from bots.dialogue.vocabulary import Message


def said(message: Message) -> str:
    """The words of a message, a line for each part."""
    return "\n".join(part.words for part in message.parts)


def labels(message: Message) -> list[str]:
    """What its buttons say."""
    return [button.label for row in message.rows for button in row]
