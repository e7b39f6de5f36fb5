"""Draws docs/states.md from the state tables: `python docs/draw_states.py`."""

from __future__ import annotations

from pathlib import Path

from core.domain.states import ASSIGNMENT, PROJECT, TASK, Moves

PAGE = Path(__file__).with_name("states.md")
TABLES = (("A project", PROJECT), ("A task", TASK), ("An assignment", ASSIGNMENT))


def page() -> str:
    """The page, drawn anew."""
    parts = [
        "# The states\n",
        "Drawn from the tables in `core/domain/states.py`; a test keeps them the same.\n",
    ]
    for title, moves in TABLES:
        parts += [f"## {title}\n", diagram(moves)]
    return "\n".join(parts)


def diagram(moves: Moves) -> str:
    """A state table as a Mermaid diagram; what nothing leads to is where it begins."""
    reached = set(moves.values())
    lines = ["```mermaid", "stateDiagram-v2"]
    starts = dict.fromkeys(state for state, _ in moves if state not in reached)
    first = starts or dict.fromkeys([next(iter(moves))[0]])
    lines += [f"    [*] --> {state}" for state in first]
    lines += [f"    {state} --> {after}: {event}" for (state, event), after in moves.items()]
    ends = dict.fromkeys(after for after in moves.values() if after not in {state for state, _ in moves})
    lines += [f"    {state} --> [*]" for state in ends]
    return "\n".join([*lines, "```", ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
