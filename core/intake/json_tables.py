"""JSON Lines and JSON lists of objects; each object brings its own columns."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO, Final

from core.errors import BadFile
from core.intake.columns import Columns, RawRow, match_columns
from core.intake.encoding import lines_of, open_text
from core.intake.problems import ProblemCode, problem
from core.intake.rows import BadRow
from core.kinds import Kind

LARGEST_LIST: Final = 20 * 2**20  # bytes; a list must be parsed as a whole, JSON Lines need not
_SPACE = re.compile(r"[ \t\r\n]*")


def read_json_lines(source: BinaryIO, *, kind: Kind) -> Iterator[RawRow | BadRow]:
    """The rows of a JSON Lines file, one object a line."""
    shape = _Shapes(kind)
    with open_text(source) as text:
        for line, written in enumerate(lines_of(text), start=1):
            if not written.strip():
                continue
            try:
                row = json.loads(written)
            except (ValueError, RecursionError):
                yield BadRow(line, problem(ProblemCode.JSON_BROKEN, line=line, value=written.strip()))
                continue
            yield shape.raw(line, row)


def read_json_list(source: BinaryIO, *, kind: Kind) -> Iterator[RawRow | BadRow]:
    """The rows of a JSON file that holds one list; raises BadFile before the first row if it is broken."""
    source.seek(0, 2)
    if source.tell() > LARGEST_LIST:
        raise BadFile(problem(ProblemCode.FILE_TOO_LARGE, limit_mb=LARGEST_LIST // 2**20))
    source.seek(0)
    shape = _Shapes(kind)
    with open_text(source) as text:
        rows = list(_items(text.read()))
    for line, row in rows:
        yield shape.raw(line, row)


def _items(written: str) -> Iterator[tuple[int, object]]:
    """Each item of a list with the line on which it starts."""
    decoder = json.JSONDecoder()
    position, line = _skip(written, 0), 1 + written.count("\n", 0, _skip(written, 0))
    if written[position : position + 1] != "[":
        raise BadFile(problem(ProblemCode.JSON_NOT_LIST, line=line))
    position += 1
    expected_comma = False
    while True:
        after = _skip(written, position)
        line += written.count("\n", position, after)
        sign = written[after : after + 1]
        if sign == "]":
            break
        if expected_comma:
            if sign != ",":
                raise BadFile(problem(ProblemCode.JSON_BROKEN, line=line))
            position, expected_comma = after + 1, False
            continue
        try:
            item, position = decoder.raw_decode(written, after)
        except json.JSONDecodeError as broken:
            raise BadFile(problem(ProblemCode.JSON_BROKEN, line=broken.lineno)) from None
        except (ValueError, RecursionError):
            raise BadFile(problem(ProblemCode.JSON_BROKEN, line=line)) from None
        yield line, item
        line += written.count("\n", after, position)
        expected_comma = True
    end = _skip(written, after + 1)
    if end != len(written):
        raise BadFile(problem(ProblemCode.JSON_BROKEN, line=line))


def _skip(written: str, position: int) -> int:
    found = _SPACE.match(written, position)
    return found.end() if found else position


class _Shapes:
    """Matches each object's keys, remembering the few sets of keys that a file really has."""

    def __init__(self, kind: Kind) -> None:
        self._columns = lru_cache(maxsize=64)(lambda keys: match_columns(keys, kind))

    def raw(self, line: int, row: object) -> RawRow | BadRow:
        """The row, or why it is none."""
        if not isinstance(row, dict):
            return BadRow(line, problem(ProblemCode.ROW_NOT_OBJECT, line=line))
        try:
            columns: Columns = self._columns(tuple(row))
        except BadFile as bad:
            found = bad.problems[0]
            return BadRow(line, dataclasses.replace(found, line=line))
        cells = [_written(value) for value in row.values()]
        for column, place in columns.known.items():
            if isinstance(list(row.values())[place], list | dict):
                return BadRow(line, problem(ProblemCode.NOT_A_TEXT, line=line, field=column))
        return RawRow(line, columns, cells)


def _written(value: object) -> str:
    """A value as text; what a text cell could not hold is kept as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
