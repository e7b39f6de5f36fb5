"""The complete list of an import's problems: a table that grows with it and survives a crash at any point."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.dialogue.problems import cells, columns
from core.errors import Problem
from core.intake.results import neutral
from i18n import Translator


@dataclass(frozen=True, slots=True)
class ProblemList:
    """A CSV file in the requester's language.

    The database says how long it was before the last batch's problems, and which those were; so whatever
    a crash left behind them is cut off, and they are written again.
    """

    path: Path
    t: Translator

    def append(self, problems: Sequence[Problem], *, size: int) -> int:
        """Write the problems behind the first `size` bytes, and tell how long the file is then."""
        if not problems:
            return size
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [cells(self.t, one) for one in problems]
        if not size:
            rows.insert(0, columns(self.t))
        written = io.StringIO(newline="")
        csv.writer(written).writerows([neutral(cell) for cell in row] for row in rows)
        # the mark lets Excel see that this is UTF-8
        text = written.getvalue().encode("utf-8" if size else "utf-8-sig", "replace")
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            file.truncate(size)
            file.seek(size)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return size + len(text)
