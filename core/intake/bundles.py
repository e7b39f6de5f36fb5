"""ZIP files of pictures, with or without the table that speaks of them."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.errors import BadFile
from core.intake.archive import Folder, check_archive, read_pieces, real_name
from core.intake.columns import RawRow, match_columns
from core.intake.formats import ARCHIVE_ENDINGS, IMAGE_ENDINGS, TABLE_ENDINGS, ending
from core.intake.images import LARGEST, store_image
from core.intake.problems import ProblemCode, problem
from core.intake.rows import BadRow
from core.kinds import Kind

PIECE: Final = 256 * 1024
_LITTER: Final = frozenset({"__macosx", "thumbs.db", "desktop.ini"})  # what computers add by themselves

TableReader = Callable[[Path, str], Iterator[RawRow | BadRow]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """An open archive: its table if there is one, everything else, and what has been used of it."""

    archive: zipfile.ZipFile
    media_dir: Path
    table: zipfile.ZipInfo | None
    others: list[zipfile.ZipInfo]
    folder: Folder
    used: set[str] = field(default_factory=set)
    stored: dict[str, str] = field(default_factory=dict)

    def find(self, written: str) -> zipfile.ZipInfo | None:
        """The picture that a row means."""
        name = real_name(self.table) if self.table else ""
        return self.folder.find(written, beside=name.rpartition("/")[0])

    def store(self, written: str) -> str:
        """Unpacks and stores one picture; raises BadFile with the reason why not."""
        entry = self.find(written)
        if entry is None:
            raise BadFile(problem(ProblemCode.IMAGE_NOT_FOUND, value=written))
        if entry.filename not in self.stored:
            if entry.file_size > LARGEST:
                raise BadFile(problem(ProblemCode.FILE_TOO_LARGE, value=written, limit_mb=LARGEST // 2**20))
            try:
                data = b"".join(read_pieces(self.archive, entry, piece=PIECE))
            except BadFile:
                raise BadFile(problem(ProblemCode.IMAGE_BROKEN, value=written)) from None
            self.stored[entry.filename] = store_image(data, self.media_dir).name
        return self.stored[entry.filename]

    def rows(self, kind: Kind, read_table: TableReader) -> Iterator[RawRow | BadRow]:
        """The rows of the table, or one row for each picture; then a remark on whatever was not used."""
        for row in self._tasks(kind, read_table):
            if isinstance(row, RawRow):
                self._mark(row)
            yield row
        yield from self._remarks()

    def _tasks(self, kind: Kind, read_table: TableReader) -> Iterator[RawRow | BadRow]:
        if self.table is not None:
            yield from self._table_rows(self.table, read_table)
            return
        header = ("id", "image")
        columns = match_columns(header, kind)
        pictures = sorted(real_name(entry) for entry in self.others if _is_image(entry))
        for line, name in enumerate(pictures, start=1):
            yield RawRow(line, columns, (name, name))

    def _table_rows(self, table: zipfile.ZipInfo, read_table: TableReader) -> Iterator[RawRow | BadRow]:
        name = real_name(table)
        with tempfile.TemporaryDirectory() as spool:
            unpacked = Path(spool) / f"table.{ending(name)}"
            with unpacked.open("wb") as target:
                for data in read_pieces(self.archive, table, piece=PIECE):
                    target.write(data)
            yield from read_table(unpacked, name)

    def _mark(self, row: RawRow) -> None:
        place = row.columns.known.get("image")
        if place is not None and place < len(row.cells):
            entry = self.find(row.cells[place].strip())
            if entry is not None:
                self.used.add(entry.filename)

    def _remarks(self) -> Iterator[BadRow]:
        unused = [entry for entry in self.others if entry.filename not in self.used]
        pictures = [entry for entry in unused if _is_image(entry)]
        for entry in unused:
            if not _is_image(entry):
                nested = ending(entry.filename) in ARCHIVE_ENDINGS
                code = ProblemCode.NESTED_ARCHIVE if nested else ProblemCode.FILE_IGNORED
                yield BadRow(0, problem(code, value=real_name(entry)))
        if pictures:
            example = real_name(pictures[0])
            yield BadRow(0, problem(ProblemCode.UNUSED_IMAGES, value=example, count=len(pictures)))


@contextmanager
def open_bundle(path: Path, media_dir: Path) -> Iterator[Bundle]:
    """An archive that was found harmless; raises BadFile when it is not, or holds several tables."""
    with path.open("rb") as source:
        entries = [entry for entry in check_archive(source) if not _is_litter(entry)]
        tables = [entry for entry in entries if ending(entry.filename) in TABLE_ENDINGS]
        if len(tables) > 1:
            names = ", ".join(real_name(table) for table in tables)
            raise BadFile(problem(ProblemCode.ZIP_MANY_TABLES, value=names))
        others = [entry for entry in entries if entry not in tables]
        with zipfile.ZipFile(source) as archive:
            yield Bundle(archive, media_dir, tables[0] if tables else None, others, Folder.of(others))


def _is_image(entry: zipfile.ZipInfo) -> bool:
    return ending(entry.filename) in IMAGE_ENDINGS


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.replace("\\", "/").lower().split("/")
    return any(part.startswith(".") or part in _LITTER for part in parts)
