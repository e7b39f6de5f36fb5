"""Messages that came twice, and whether a crash explains it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.soak.sides import App, Side


@dataclass(slots=True)
class Doubled:
    """How many messages came twice around a crash, which ones without one, and edits that changed nothing."""

    around_crashes: int = 0
    without_reason: list[str] = field(default_factory=list)
    empty_edits: int = 0


def doubled(side: Side, apps: Iterable[App], *, deaths: Sequence[int]) -> Doubled:
    """Look for messages of the bot that repeat the one just before; `deaths` are moments of the stand-in."""
    found = Doubled(empty_edits=side.empty_edits())
    for app in apps:
        for before, after in zip(app.chat, app.chat[1:], strict=False):
            if not _the_same(side, before, after):
                continue
            first, second = before.versions[0].change, after.versions[0].change
            if any(first <= death < second for death in deaths):
                found.around_crashes += 1
            elif not any(first <= act < second for act in app.unseen_acts):
                found.without_reason.append(f"came twice to {app.id}: {after.transcript()}")
    return found


def _the_same(side: Side, before: Any, after: Any) -> bool:
    if not before.from_bot or not after.from_bot:
        return False
    return side.looks(before.versions[0]) == side.looks(after.versions[0])
