"""Where things are said: in the private chat, whispered among others, or on a person's dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bots.dialogue.dashboard import dashboard
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import HOME, Message, Para, Reply


def in_place(turn: Turn, reply: Reply) -> Reply:
    """Each message where it belongs, in the person's language."""
    messages: Iterable[Message] = reply.messages
    answered = reply.messages or reply.form
    toast = reply.toast if turn.limits.toasts or not answered else None
    if turn.place is not None and turn.place.kind == "whisper":
        messages = _whispered(turn, reply.messages)
    elif turn.place is not None and turn.place.kind == "home" and HOME not in _places(reply.messages):
        shown = dashboard(turn)
        if toast is not None and not turn.limits.toasts:  # nobody whispers there: it is said where they look
            shown, toast = replace(shown, parts=(Para(toast.words), *shown.parts)), None
        messages = (*reply.messages, shown)
    locale = turn.t.locale
    said = tuple(one if one.locale == locale else replace(one, locale=locale) for one in messages)
    return replace(reply, messages=said, toast=toast)


def _whispered(turn: Turn, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Words are whispered where the person spoke; what is edited, shown or sent stays in the private chat."""
    said = tuple(replace(one, place=turn.place) if _passes(one) else one for one in messages)
    if not said or any(one.place is not None for one in said):
        return said
    pointer = turn.t("I have answered you in our private chat.")
    return (*said, Message(parts=(Para(pointer),), place=turn.place))


def _passes(message: Message) -> bool:
    """Whether a message is words only: a whisper can neither be edited nor carry a file."""
    return not (message.place or message.slot or message.picture or message.attachment)


def _places(messages: tuple[Message, ...]) -> list[object]:
    return [one.place for one in messages]
