"""Messages that came twice, and whether a crash explains it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.standins.telegram import CallLog, Message, User, Version

EDITS = ("editMessageText", "editMessageCaption", "editMessageMedia")


@dataclass(slots=True)
class Doubled:
    """How many messages came twice around a crash, which ones without one, and edits that changed nothing."""

    around_crashes: int = 0
    without_reason: list[str] = field(default_factory=list)
    empty_edits: int = 0


def doubled(users: Iterable[User], calls: CallLog, *, deaths: Sequence[int]) -> Doubled:
    """Look for messages of the bot that repeat the one just before; `deaths` are moments of the stand-in."""
    found = Doubled(empty_edits=len(calls.of(*EDITS, status=400)))
    for user in users:
        for before, after in zip(user.chat, user.chat[1:], strict=False):
            if not _the_same(before, after):
                continue
            first, second = before.versions[0].change, after.versions[0].change
            if any(first <= death < second for death in deaths):
                found.around_crashes += 1
            else:
                found.without_reason.append(f"came twice to {user.id}: {after.transcript()}")
    return found


def _the_same(before: Message, after: Message) -> bool:
    if not before.from_bot or not after.from_bot:
        return False
    return _looks(before.versions[0]) == _looks(after.versions[0])


def _looks(version: Version) -> tuple[object, ...]:
    return version.words.text, version.buttons, version.file and version.file.name
