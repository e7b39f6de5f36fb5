"""Tables, on the screen and as markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table as Screen


@dataclass(frozen=True, slots=True)
class Goal:
    """What was to be reached, what was, and whether that is enough."""

    what: str
    wanted: str
    got: str
    met: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report; the first column names, the others hold figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def show(self, console: Console) -> None:
        """Print it."""
        screen = Screen(*self.columns, title=self.title, title_justify="left", title_style="bold")
        for at, column in enumerate(screen.columns):
            column.justify = "left" if at == 0 else "right"
        for row in self.rows:
            screen.add_row(*row)
        console.print(screen)
        for note in self.notes:
            console.print(f"  {note}", highlight=False)
        console.print()

    def markdown(self) -> str:
        """The same as markdown."""
        head = "| " + " | ".join(self.columns) + " |"
        rule = "|---|" + "---:|" * (len(self.columns) - 1)
        body = ["| " + " | ".join(row) + " |" for row in self.rows]
        notes = [f"\n{note}" for note in self.notes]
        return "\n".join([f"## {self.title}", "", head, rule, *body, *notes, ""])


@dataclass(frozen=True, slots=True)
class Report:
    """What one part measured."""

    tables: tuple[Table, ...]
    goals: tuple[Goal, ...] = ()


def goals_table(goals: Sequence[Goal]) -> Table:
    """All goals in one table."""
    rows = tuple((one.what, one.wanted, one.got, "yes" if one.met else "**no**") for one in goals)
    return Table("Goals", ("what", "goal", "measured", "met"), rows)


def write(tables: Sequence[Table], path: Path) -> None:
    """Write all tables as one markdown file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(table.markdown() for table in tables), encoding="utf-8")
