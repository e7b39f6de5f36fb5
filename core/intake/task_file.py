"""Task files of every format as one stream of tasks and of rows that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import BadFile
from core.intake.bundles import open_bundle
from core.intake.columns import RawRow, match_columns, need_content
from core.intake.counting import count_rows
from core.intake.delimited import read_delimited
from core.intake.formats import Format, format_of
from core.intake.images import store_image
from core.intake.json_tables import read_json_lines, read_json_list
from core.intake.problems import ProblemCode, problem
from core.intake.project_model import ProjectFile
from core.intake.rows import BadRow, Reading, TaskRow, note_id, read_row
from core.intake.workbook import read_workbook
from core.kinds import Kind, kind_named

__all__ = ["BadRow", "TaskRow", "count_rows", "read_lines", "read_tasks"]

MOST_ROWS: Final = 1_000_000

Rows = Iterator[RawRow | BadRow]
Store = Callable[[str], str]


def read_tasks(
    path: Path,
    *,
    name: str,
    project: ProjectFile,
    zone: ZoneInfo,
    media_dir: Path,
    skip_rows: int = 0,
) -> Iterator[TaskRow | BadRow]:
    """The tasks of a file that its sender calls `name`, and every row that is none, in the file's order.

    The first `skip_rows` outcomes (good or bad) are left out, so that an interrupted import goes on where it
    stopped. Raises BadFile, while iterated, when the file cannot be used; what came before stays good.
    """
    kind = kind_named(project.kind)
    with _opened(path, name=name, kind=kind, media_dir=media_dir) as (rows, store):
        reading = Reading(project, kind, zone, store)
        count = 0
        for outcome, raw in enumerate(rows):
            count += raw.line > 0
            if count > MOST_ROWS:
                raise BadFile(problem(ProblemCode.TOO_MANY_ROWS, limit=MOST_ROWS))
            if outcome < skip_rows:
                if isinstance(raw, RawRow):
                    note_id(raw, reading.seen)
                continue
            yield read_row(raw, reading) if isinstance(raw, RawRow) else raw
        if not count:
            raise BadFile(problem(ProblemCode.NO_ROWS))


def read_lines(text: str, project: ProjectFile) -> list[TaskRow | BadRow]:
    """Tasks from a chat message, one a line; raises BadFile when the project's kind judges no text."""
    kind = kind_named(project.kind)
    header = ("text",)
    columns = match_columns(header, kind)
    need_content(columns, header, kind)
    reading = Reading(project, kind, ZoneInfo("UTC"), _no_images)
    lines = enumerate(text.splitlines(), start=1)
    return [read_row(RawRow(line, columns, (cell,)), reading) for line, cell in lines if cell.strip()]


@contextmanager
def _opened(path: Path, *, name: str, kind: Kind, media_dir: Path) -> Iterator[tuple[Rows, Store]]:
    """The rows of a file, and how the images that they name are stored."""
    found = format_of(path, name)
    if found is Format.IMAGE:
        yield _picture(path, name=name, kind=kind, media_dir=media_dir)
    elif found is Format.ARCHIVE:
        with open_bundle(path, media_dir) as bundle:

            def table(unpacked: Path, inner_name: str) -> Rows:
                return _table(unpacked, name=inner_name, kind=kind)

            yield bundle.rows(kind, table), bundle.store
    else:
        yield _table(path, name=name, kind=kind), _no_images


def _table(path: Path, *, name: str, kind: Kind) -> Rows:
    found = format_of(path, name)
    if found is Format.WORKBOOK:
        yield from read_workbook(path, kind=kind)
        return
    if found in (Format.ARCHIVE, Format.IMAGE):
        raise BadFile(problem(ProblemCode.UNKNOWN_FILE_TYPE, value=name))
    with path.open("rb") as source:
        match found:
            case Format.JSON_LINES:
                yield from read_json_lines(source, kind=kind)
            case Format.JSON_LIST:
                yield from read_json_list(source, kind=kind)
            case _:
                yield from read_delimited(source, name=name, kind=kind)


def _picture(path: Path, *, name: str, kind: Kind, media_dir: Path) -> tuple[Rows, Store]:
    header = ("image",)
    columns = match_columns(header, kind)
    need_content(columns, header, kind)
    stored = store_image(path, media_dir)
    return iter([RawRow(1, columns, (name,))]), lambda _: stored.name


def _no_images(written: str) -> str:
    raise BadFile(problem(ProblemCode.IMAGE_NEEDS_ZIP, value=written))
