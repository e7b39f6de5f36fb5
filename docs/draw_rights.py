"""Writes docs/rights.md from the rights and the routes: `python docs/draw_rights.py`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bots.dialogue.routes import routes
from core.domain.person import OF_A_PROJECT, RIGHTS, Person, Role, may

PAGE = Path(__file__).with_name("rights.md")
OWN, FOREIGN = 1, 2
YES, NO = "yes", "–"


def page() -> str:
    """The page, written anew."""
    return "\n".join(
        [
            "# Who may what",
            "",
            "Written from `RIGHTS` in `core/domain/person.py` and the routes of the dialogue; a test keeps it so.",
            "Everybody is a worker; further roles add to that. Every right is checked by the use case, whatever",
            "leads to it: a command, a button, a form or a job.",
            "",
            "## Rights",
            "",
            *rights(),
            "",
            "Of a right to a project, “own” is one that the person made, “any” also those of others.",
            "",
            "## Commands",
            "",
            *commands(),
            "",
            "A command that is about a project needs the right to that project: to others it does not exist, and",
            "is not in their lists.",
            "Before somebody has joined, only `/start` does anything but ask whether they would like to.",
            "",
            "## Buttons, forms and what is typed",
            "",
            "By the verb that they send. “own” and “any” are about the project that it is for or, for what a",
            "worker does, about whose card, answer or penalty it is: those of others are not there for anybody.",
            "",
            *surfaces(),
            "",
        ]
    )


def rights() -> list[str]:
    """The table of rights."""
    lines = _head("right")
    for right in RIGHTS:
        lines.append(_row(right, [_held(role, right) for role in Role]))
    return lines


def commands() -> list[str]:
    """The table of commands."""
    lines = _head("command", "needs the right")
    for name, route in sorted(routes().commands.items()):
        held = [_reach(role, route.right) for role in Role]
        lines.append(_row(f"`/{name}`", [route.right or "none", *held]))
    return lines


def surfaces() -> list[str]:
    """The table of whatever else leads to a use case."""
    lines = _head("verb", "is a", "needs the right")
    every = routes()
    for kind, table in (("button", every.presses), ("form", every.forms), ("step", every.steps)):
        for name, route in sorted(table.items()):
            theirs = getattr(route, "theirs", False)
            held = [_reach(role, route.right, theirs=theirs) for role in Role]
            lines.append(_row(f"`{name}`", [kind, route.right or "none", *held]))
    return lines


def _reach(role: Role, right: str | None, *, theirs: bool = False) -> str:
    if right is None:
        return YES
    held = _held(role, right)
    return "own" if theirs and held == YES else held


def _head(*first: str) -> list[str]:
    columns = [*first, *map(str, Role)]
    return [_row(columns[0], columns[1:]), _row("---", ["---"] * (len(columns) - 1))]


def _row(first: str, rest: list[str]) -> str:
    return f"| {' | '.join([first, *rest])} |"


def _held(role: Role, right: str) -> str:
    if right not in OF_A_PROJECT:
        return _yes(may(_of(role), right))
    own, foreign = (may(_of(role), right, owner_id=owner) for owner in (OWN, FOREIGN))
    return "any" if foreign else "own" if own else NO


def _yes(held: bool) -> str:
    return YES if held else NO


def _of(role: Role) -> Person:
    """A worker who holds this role too."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Person(
        OWN, 1, frozenset({Role.WORKER, role}), "en", None, 0, 0, False, at, None, None, None, at, None
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
