"""Plays a transcript again: what the person says is acted out, and all that is said is written down anew.

A transcript begins with one sentence, then `= name: value` lines that set the stage. Then come
`you:` lines (words, a `(file: name)`, or a tapped `[button] @verb`), the bot's lines, and `later:` lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core import people
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Transaction, open_store
from core.store import people as people_rows
from core.vault import Vault
from tests.dialogues.stages import STAGES, file_named
from tests.house import PaperHouse, paper_house
from tests.standins.paper import Someone

_TAP = re.compile(r"\[.*\] @([\w!-]+)(?:\.(\d+))?\Z")
_FILE = re.compile(r"\(file: ([\w.-]+)\) ?(.*)\Z")
_SPAN = re.compile(r"later: (\d+) (seconds|minutes|hours|days)\Z")


@dataclass(frozen=True, slots=True)
class Script:
    """A transcript's head and the lines that are acted out."""

    claim: str
    stage: Mapping[str, str]
    acts: tuple[str, ...]

    @property
    def head(self) -> str:
        """The transcript's first lines."""
        return "\n".join([self.claim, *(f"= {name}: {value}" for name, value in self.stage.items()), ""])


def read(text: str) -> Script:
    """A transcript's script."""
    lines = text.splitlines()
    stage = dict(line[2:].split(": ", 1) for line in lines if line.startswith("= "))
    acts: list[str] = []
    for line in lines:
        if line.startswith(("you: ", "later: ")):
            acts.append(line)
        elif line.startswith("   | ") and acts:
            acts[-1] += "\n" + line[5:]
    return Script(lines[0], stage, tuple(acts))


async def play(script: Script, folder: Path) -> str:
    """Act a script out and return the whole transcript."""
    store = await open_store(f"sqlite:///{folder / 'play.sqlite3'}")
    clock = ManualClock(datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
    try:
        async with paper_house(store, clock, Vault(b"transcripts only, thirty-two byt"), folder) as house:
            you = await _cast(house, script.stage)
            for act in script.acts:
                await _act(house, you, act)
            return "\n".join([script.head, *(_indented(line) for line in you.chat.log), ""])
    finally:
        await store.close()


def _indented(entry: str) -> str:
    if not entry.startswith("you: ") or "\n" not in entry:
        return entry
    first, *rest = entry.split("\n")
    return "\n".join([first, *(f"   | {line}" for line in rest)])


async def _cast(house: PaperHouse, stage: Mapping[str, str]) -> Someone:
    await STAGES[stage.get("stage", "empty")](house)
    locale = stage.get("locale", "en")
    user = stage.get("user", "you")
    if stage.get("newcomer"):
        return house.someone(user, locale=locale)
    roles = [Role(name) for name in stage.get("roles", "").split(",") if name]
    you = await house.joined(user, *roles, locale=locale, langs=stage.get("langs", "en"))
    await house.service.store.write(lambda tx: _speak(tx, locale))
    you.chat.log.clear()
    return you


def _speak(tx: Transaction, locale: str) -> None:
    """Whoever is on the stage already may have been put there in another language."""
    for account in people_rows.account_ids(tx):
        people.set_locale(tx, people_rows.by_account(tx, account), locale)


async def _act(house: PaperHouse, you: Someone, act: str) -> None:
    span = _SPAN.match(act)
    if span:
        you.chat.log.append(act)
        await house.later(**{span[2]: float(span[1])})
        return
    words = act.removeprefix("you: ")
    tap, file = _TAP.match(words), _FILE.match(words)
    if tap:
        await you.chooses(tap[1], int(tap[2] or 0))
    elif file:
        await you.sends(file[1], file_named(file[1]), caption=file[2])
    else:
        await you.says(words)
    house.clock.move(timedelta(seconds=7))
