"""Results: what a requester gets back, and that no spreadsheet runs it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.intake.results import (
    AnswerRow,
    MeasureRow,
    ResultFormat,
    ResultRow,
    neutral,
    restored,
    write_answers,
    write_measures,
    write_results,
)

ROWS = [
    ResultRow("1", {"text": "¿Qué?"}, "cat", 0.95, 3, "settled", {"source": "web"}),
    ResultRow("2", {"text": "=HYPERLINK(1)", "image": "a.jpg"}, None, None, 0, "open", {"label": "-5"}),
]
ANSWERS = [AnswerRow("1", "w-7", "cat", 3.5, True, datetime(2026, 7, 1, 12, 0, 0, 500, tzinfo=UTC))]


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source))


def test_one_row_per_task(tmp_path: Path) -> None:
    """The requester's columns come back; one whose name is ours gets `_in` behind it."""
    path = tmp_path / "r.csv"
    assert write_results(iter(ROWS), path, ResultFormat.CSV) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert table(path) == [
        ["id", "text", "image", "label", "confidence", "answers", "status", "source", "label_in"],
        ["1", "¿Qué?", "", "cat", "0.95", "3", "settled", "web", ""],
        ["2", "'=HYPERLINK(1)", "a.jpg", "", "", "0", "open", "", "-5"],
    ]


def test_one_row_per_number(tmp_path: Path) -> None:
    """Numbers of all answers name no label; a label that looks like a formula is neutral as anywhere."""
    rows = [MeasureRow("alpha", -0.25), MeasureRow("answers", 7, "cat", "=dog")]
    path = tmp_path / "m.csv"
    assert write_measures(rows, path, ResultFormat.CSV) == 2
    assert table(path) == [
        ["measure", "label", "answer", "value"],
        ["alpha", "", "", "-0.25"],
        ["answers", "cat", "'=dog", "7"],
    ]
    write_measures(rows, path, ResultFormat.JSONL)
    first = json.loads(path.read_text().splitlines()[0])
    assert first == {"measure": "alpha", "label": None, "answer": None, "value": -0.25}


def test_json_lines_are_not_neutralised(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    write_results(ROWS, path, ResultFormat.JSONL)
    first, second = (json.loads(line) for line in path.read_text().splitlines())
    assert first["confidence"] == 0.95
    assert second == {
        "id": "2",
        "text": "=HYPERLINK(1)",
        "image": "a.jpg",
        "label": None,
        "confidence": None,
        "answers": 0,
        "status": "open",
        "label_in": "-5",
    }


def test_one_row_per_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_answers(ANSWERS, path, ResultFormat.CSV) == 1
    assert table(path) == [
        ["task", "worker", "answer", "seconds", "late", "answered_at"],
        ["1", "w-7", "cat", "3.5", "yes", "2026-07-01T12:00:00Z"],
    ]
    write_answers(ANSWERS, path, ResultFormat.JSONL)
    assert json.loads(path.read_text())["late"] is True


def test_no_tasks_are_a_header(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    assert write_results([], path, ResultFormat.CSV) == 0
    assert table(path) == [["id", "label", "confidence", "answers", "status"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "-"]
)
def test_formulas_are_neutralised(text: str) -> None:
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", ["-5", "+3.2", "-1,000.50", "1e-5", "-3%", "plain", "", "'quoted'", "a=b"])
def test_numbers_and_plain_texts_stay(text: str) -> None:
    assert neutral(text) == text


@given(st.text(st.sampled_from("'=+-@\t\r\n＝1.a ")) | st.text())
def test_neutral_cells_are_harmless_and_read_back(text: str) -> None:
    """No cell but a number starts like a formula, and the original is restored exactly."""
    cell = neutral(text)
    assert restored(cell) == text
    if cell[:1] in set("=+-@\t\r"):
        assert float(cell.rstrip("%").replace(",", "") or "x") is not None
