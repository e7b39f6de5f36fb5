"""Excel workbooks: the values of the first sheet, streamed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from openpyxl import load_workbook

from core.errors import BadFile
from core.intake.archive import check_archive
from core.intake.columns import Columns, RawRow, match_columns, need_content
from core.intake.problems import ProblemCode, problem
from core.intake.rows import BadRow
from core.kinds import Kind

WIDEST: Final = 256  # columns looked at; the header may name far fewer
LONGEST: Final = 1_048_576  # rows that Excel itself can hold; a forged row number must not make us count
LARGEST: Final = 200 * 2**20
BATCH: Final = 500
T = TypeVar("T")


def read_workbook(path: Path, *, kind: Kind) -> Iterator[RawRow | BadRow]:
    """The rows of an XLSX file; formulas give the values they had when the file was saved."""
    with _opened(path) as book:
        sheets = book.worksheets
        if not sheets:
            raise BadFile(problem(ProblemCode.EMPTY_FILE))
        for other in sheets[1:]:
            yield BadRow(0, problem(ProblemCode.SHEET_IGNORED, value=str(other.title)))
        yield from _rows(sheets[0], kind)


def sheet_length(path: Path) -> int | None:
    """How many rows the first sheet says it has, without the header."""
    with _opened(path) as book:
        length = _careful(lambda: book.worksheets[0].max_row)
        return max(int(length) - 1, 0) if length else None


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The workbook, whatever its file is called, once it was found harmless."""
    with path.open("rb") as source:
        check_archive(source, largest=LARGEST)
        source.seek(0)
        book = _careful(
            lambda: load_workbook(source, read_only=True, data_only=True, keep_links=False),
        )
        try:
            yield book
        finally:
            book.close()


def _rows(sheet: Any, kind: Kind) -> Iterator[RawRow | BadRow]:
    columns: Columns | None = None
    for line, values in enumerate(_values(sheet), start=1):
        if not any(value is not None for value in values):
            continue
        cells = [_written(value) for value in values]
        if not any(cells):
            continue
        if columns is None:
            columns = match_columns(cells, kind)
            need_content(columns, cells, kind)
            continue
        yield RawRow(line, columns, cells)
    if columns is None:
        raise BadFile(problem(ProblemCode.EMPTY_FILE))


def _values(sheet: Any) -> Iterator[Sequence[object]]:
    sheet.reset_dimensions()  # many programs write wrong ones, and rows would be lost
    rows = sheet.iter_rows(max_row=LONGEST, max_col=WIDEST, values_only=True)
    while batch := _careful(lambda: list(islice(rows, BATCH))):
        yield from batch


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _careful(read: Callable[[], T]) -> T:
    """Whatever a damaged workbook makes the reader raise or warn of is one problem."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except BadFile:
        raise
    except Exception:
        raise BadFile(problem(ProblemCode.XLSX_BROKEN)) from None
