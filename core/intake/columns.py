"""Which column of a table means what: names are compared without case, a few other names are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import BadFile
from core.intake.languages import close_to
from core.intake.problems import ProblemCode, problem
from core.intake.texts import one_line
from core.kinds import Kind

WHY: Final = "why"
"""Why a known answer is right: shown to who answered, and given back like a column of the requester's own."""
PRACTICE: Final = "practice"
"""Whether a row is a practice task: its answer is known, and people learn from it before they work."""
OPTIONAL: Final = ("id", "lang", "gold", WHY, PRACTICE, "priority", "deadline", "context")
MOST_EXTRA: Final = 50
LONGEST_NAME: Final = 100

# Other names under which a column is understood when its own name is absent. Kept short on purpose:
# a column that is taken by mistake would be shown to workers.
SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "text": ("sentence", "content"),
    "image": ("img", "photo", "picture"),
    "id": ("task_id", "external_id"),
    "lang": ("language", "locale"),
    "gold": ("gold_label", "truth"),
    PRACTICE: ("training",),
    "deadline": ("due_at",),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row each known column stands, and the names and places of all others."""

    known: dict[str, int]
    extra: tuple[tuple[str, int], ...]
    width: int


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stood in a file: its line, what its columns mean, its cells."""

    line: int
    columns: Columns
    cells: Sequence[str]


def match_columns(header: Sequence[str], kind: Kind) -> Columns:
    """The meaning of a header; raises BadFile for doubled names or too many extra columns."""
    named = [one_line(cell) for cell in header]
    while named and not named[-1]:
        named.pop()
    folded = [name.casefold() for name in named]
    known: dict[str, int] = {}
    for column in (*kind.content_columns, *OPTIONAL):
        for name in (column, *SYNONYMS.get(column, ())):
            if name in folded:
                known[column] = folded.index(name)
                break
    extra = [
        (name[:LONGEST_NAME] or f"column {place + 1}", place)
        for place, name in enumerate(named)
        if place not in known.values() or place == known.get(WHY)
    ]
    doubled = [name for place, name in enumerate(named) if name and folded.index(name.casefold()) != place]
    if doubled:
        raise BadFile(*(problem(ProblemCode.DUPLICATE_COLUMN, line=1, value=name) for name in doubled[:5]))
    if len(extra) > MOST_EXTRA:
        raise BadFile(problem(ProblemCode.TOO_MANY_COLUMNS, line=1, limit=MOST_EXTRA))
    return Columns(known, tuple(extra), len(named))


def need_content(columns: Columns, header: Sequence[str], kind: Kind) -> None:
    """Raises BadFile when no column holds what the kind judges."""
    if any(column in columns.known for column in kind.content_columns):
        return
    found = [one_line(cell) for cell in header if cell.strip()]
    closest = [close_to(name, list(kind.content_columns)) for name in found]
    raise BadFile(
        problem(
            ProblemCode.MISSING_COLUMN,
            line=1,
            needs=", ".join(kind.content_columns),
            found=", ".join(name[:30] for name in found[:10]),
            did_you_mean=next((name for name in closest if name), ""),
        )
    )
