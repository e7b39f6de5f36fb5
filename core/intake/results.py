"""What a requester gets back: a file with a row per task, one per answer, and one on how the answers agree."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, TextIO

Cell = str | int | float | bool | None

ANSWER_COLUMNS: Final = ("task", "worker", "answer", "seconds", "late", "answered_at")
MEASURE_COLUMNS: Final = ("measure", "label", "answer", "value")
_OURS: Final = ("label", "confidence", "answers", "status")
# What a spreadsheet takes for a formula, in half and full width, also behind apostrophes of earlier exports.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?%?", re.ASCII)


class ResultFormat(StrEnum):
    """How results are written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One task: the requester's own id and columns, and what the crowd says about it."""

    id: str
    content: Mapping[str, str]
    label: str | None
    confidence: float | None
    answers: int
    status: str
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer of one worker, who is a stable pseudonym."""

    task: str
    worker: str
    answer: str
    seconds: float | None
    late: bool
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One number about the answers: of all of them, or of those that said `answer` where `label` is right."""

    measure: str
    value: float
    label: str | None = None
    answer: str | None = None


def write_results(rows: Iterable[ResultRow], path: Path, format: ResultFormat) -> int:  # noqa: A002
    """One row per task: id, content, label, confidence, answers, status, the requester's other columns.

    A column of theirs whose name is taken comes back with `_in` behind it (`label_in`). Returns the number
    of rows. Rows are streamed; a spool beside the result holds them until every column is known.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as spool:
        content: dict[str, None] = {}
        extra: dict[str, None] = {}
        count = 0
        for row in rows:
            content.update(dict.fromkeys(row.content))
            extra.update(dict.fromkeys(row.extra))
            own = (row.id, row.label, row.confidence, row.answers, row.status)
            spool.write(json.dumps((own, dict(row.content), dict(row.extra)), ensure_ascii=True) + "\n")
            count += 1
        names = _names(list(content), list(extra))
        columns = ("id", *content, *_OURS, *names.values())
        spool.seek(0)
        _write(path, format, columns=columns, rows=_spooled(spool, names))
    return count


def write_answers(rows: Iterable[AnswerRow], path: Path, format: ResultFormat) -> int:  # noqa: A002
    """One row per answer: task, worker, answer, seconds, late, answered_at (ISO, UTC); returns how many."""
    count = 0

    def counted() -> Iterator[dict[str, Cell]]:
        nonlocal count
        for row in rows:
            count += 1
            moment = row.answered_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            values = (row.task, row.worker, row.answer, row.seconds, row.late, moment)
            yield dict(zip(ANSWER_COLUMNS, values, strict=True))

    _write(path, format, columns=ANSWER_COLUMNS, rows=counted())
    return count


def write_measures(rows: Iterable[MeasureRow], path: Path, format: ResultFormat) -> int:  # noqa: A002
    """One row per number: measure, label, answer, value; returns how many."""
    written = [
        dict(zip(MEASURE_COLUMNS, (row.measure, row.label, row.answer, row.value), strict=True))
        for row in rows
    ]
    _write(path, format, columns=MEASURE_COLUMNS, rows=iter(written))
    return len(written)


def neutral(text: str) -> str:
    """The text as a CSV cell that no spreadsheet runs: what looks like a formula gets an apostrophe in front.

    Numbers such as -5 stay numbers. `restored` undoes it exactly.

    >>> neutral("=1+1"), neutral("-5"), neutral("plain")
    ("'=1+1", '-5', 'plain')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def restored(cell: str) -> str:
    """The text that `neutral` was given: one apostrophe is taken from in front of a formula sign."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _names(content: list[str], extra: list[str]) -> dict[str, str]:
    """The requester's other columns and the names under which they come back."""
    taken = {"id", *content, *_OURS}
    names = {}
    for column in extra:
        name = column
        while name in taken:
            name += "_in"
        taken.add(name)
        names[column] = name
    return names


def _spooled(spool: TextIO, names: dict[str, str]) -> Iterator[dict[str, Cell]]:
    for line in spool:
        (own_id, *own), content, extra = json.loads(line)
        yield {
            "id": own_id,
            **content,
            **dict(zip(_OURS, own, strict=True)),
            **{names[column]: text for column, text in extra.items()},
        }


def _write(
    path: Path,
    format: ResultFormat,  # noqa: A002
    *,
    columns: tuple[str, ...],
    rows: Iterator[dict[str, Cell]],
) -> None:
    if format is ResultFormat.JSONL:
        with path.open("w", encoding="utf-8", newline="\n") as target:
            for row in rows:
                target.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    # the mark lets Excel see that this is UTF-8
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([neutral(column) for column in columns])
        for row in rows:
            writer.writerow([_cell(row.get(column)) for column in columns])


def _cell(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return neutral(value) if isinstance(value, str) else value
