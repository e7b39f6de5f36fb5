"""How many rows a file will give, cheaply and roughly, for a progress bar."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from core.errors import BadFile
from core.intake.archive import check_archive, read_pieces
from core.intake.formats import IMAGE_ENDINGS, TABLE_ENDINGS, Format, ending, format_of
from core.intake.workbook import sheet_length

PIECE: Final = 1024 * 1024


def count_rows(path: Path, name: str) -> int | None:
    """About how many rows the file holds, None when only reading it would tell."""
    try:
        match format_of(path, name):
            case Format.IMAGE:
                return 1
            case Format.WORKBOOK:
                return sheet_length(path)
            case Format.ARCHIVE:
                return _in_archive(path)
            case Format.JSON_LIST:
                return None
            case found:
                with path.open("rb") as source:
                    header = 1 if found is Format.DELIMITED else 0
                    return max(_lines(_pieces(source)) - header, 0)
    except BadFile:
        return None


def _in_archive(path: Path) -> int | None:
    with path.open("rb") as source:
        entries = check_archive(source)
        tables = [entry for entry in entries if ending(entry.filename) in TABLE_ENDINGS]
        if not tables:
            return sum(ending(entry.filename) in IMAGE_ENDINGS for entry in entries)
        kind = ending(tables[0].filename)
        if len(tables) > 1 or kind in ("xlsx", "xlsm", "json"):
            return None
        with zipfile.ZipFile(source) as archive:
            lines = _lines(read_pieces(archive, tables[0], piece=PIECE))
    return max(lines - (kind not in ("jsonl", "ndjson")), 0)


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece


def _lines(pieces: Iterable[bytes]) -> int:
    """Line ends of either sort, and a last line without one."""
    newlines = returns = 0
    last = b"\n"
    for piece in pieces:
        newlines += piece.count(b"\n")
        returns += piece.count(b"\r")
        last = piece[-2:]
    return max(newlines, returns) + (not last.strip(b"\0").endswith((b"\n", b"\r")))
