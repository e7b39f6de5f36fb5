"""CSV and its relatives: the separator is found out, rows are streamed, lines are those of the file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO, Final

from core.errors import BadFile
from core.intake.columns import RawRow, match_columns, need_content
from core.intake.encoding import lines_of, open_text
from core.intake.problems import ProblemCode, problem
from core.intake.rows import BadRow
from core.kinds import Kind

SEPARATORS: Final = (",", ";", "\t", "|")
SNIFFED: Final = 50  # lines
_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)  # Excel's own way to name the separator


def read_delimited(source: BinaryIO, *, name: str, kind: Kind) -> Iterator[RawRow | BadRow]:
    """The rows of a CSV or TSV file; raises BadFile when the header names no content.

    A row's line is where it starts; a row may span several lines inside quotation marks.
    """
    with open_text(source) as text:
        lines = lines_of(text)
        head = list(islice(lines, SNIFFED))
        if not head:
            raise BadFile(problem(ProblemCode.EMPTY_FILE))
        before = 0
        named = _SEP_LINE.fullmatch(head[0])
        if named:
            before, head = 1, head[1:]
        separator = named[1] if named else _separator(head, name=name, kind=kind)
        yield from _rows(chain(head, lines), separator=separator, before=before, kind=kind)


def _rows(lines: Iterator[str], *, separator: str, before: int, kind: Kind) -> Iterator[RawRow | BadRow]:
    # strict: a stray quotation mark must not swallow the rows behind it in silence
    reader = csv.reader(lines, delimiter=separator, strict=True)
    columns = None
    while True:
        line = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            last = before + reader.line_num
            found = problem(ProblemCode.BROKEN_QUOTES, line=line, last_line=last)
            if columns is None:
                raise BadFile(found) from None
            yield BadRow(line, found)
            continue
        if not any(cell and not cell.isspace() for cell in cells):
            continue
        if columns is None:
            columns = match_columns(cells, kind)
            need_content(columns, cells, kind)
            continue
        yield RawRow(line, columns, cells)
    if columns is None:
        raise BadFile(problem(ProblemCode.EMPTY_FILE))


def _separator(head: list[str], *, name: str, kind: Kind) -> str:
    """The separator under which the header is best understood and the rows are most alike."""
    usual = "\t" if name.lower().endswith((".tsv", ".tab")) else ","
    candidates = sorted(SEPARATORS, key=lambda separator: separator != usual)
    return max(candidates, key=lambda separator: _fit(head, separator=separator, kind=kind))


def _fit(head: list[str], *, separator: str, kind: Kind) -> tuple[int, float, int]:
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in csv.reader(head, delimiter=separator) if row)
    except csv.Error:
        return (0, 0.0, 0)
    if not rows:
        return (0, 0.0, 0)
    try:
        known = len(match_columns(rows[0], kind).known)
    except BadFile:
        known = 1  # it did separate columns, and what is wrong with them must be told
    alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
    return (known, alike, len(rows[0]))
