"""Whatever bytes arrive, a file is read or it is a BadFile: never anything else."""

from __future__ import annotations

import contextlib
import io
import tempfile
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from core.errors import BadFile
from core.intake.images import store_image
from core.intake.problems import ProblemCode
from core.intake.project_file import read_project_file
from core.intake.task_file import BadRow, count_rows, read_tasks
from core.kinds import kind_named

UTC = ZoneInfo("UTC")
EXAMPLE = kind_named("choice").example
PROJECT = read_project_file(EXAMPLE.encode(), zone=UTC)
NAMES = st.sampled_from(["t.csv", "t.tsv", "t.json", "t.jsonl", "t.xlsx", "t.zip", "t.png", "t", "t.txt"])
TABLE_SIGNS = st.text(
    st.sampled_from("text,;\t|\"\n\r'{}[]: \x00\ufeffé猫=id") | st.characters(), max_size=200
)
CALM = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def survives(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data)
        count_rows(path, name)
        with contextlib.suppress(BadFile):
            for row in read_tasks(path, name=name, project=PROJECT, zone=UTC, media_dir=Path(folder) / "m"):
                assert not isinstance(row, BadRow) or row.problem.code in list(ProblemCode)


def small_files() -> list[tuple[str, bytes]]:
    """One sound file of each packed format, to be damaged."""
    picture, book, archive = io.BytesIO(), io.BytesIO(), io.BytesIO()
    Image.linear_gradient("L").resize((20, 20)).save(picture, "PNG")
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["text", "id"])
    sheet.append(["hello", 1])
    workbook.save(book)
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("t.csv", "image,text\na.png,hi\n")
        files.writestr("a.png", picture.getvalue())
    return [("t.png", picture.getvalue()), ("t.xlsx", book.getvalue()), ("t.zip", archive.getvalue())]


@CALM
@given(st.binary(max_size=400), NAMES)
def test_random_bytes(data: bytes, name: str) -> None:
    survives(data, name)


@CALM
@given(TABLE_SIGNS, NAMES, st.sampled_from(["utf-8", "utf-16", "cp1252", "gb18030"]))
def test_random_tables(text: str, name: str, encoding: str) -> None:
    survives(b"text,id\n" + text.encode(encoding, "replace"), name)
    survives(text.encode(encoding, "replace"), name)


@CALM
@given(
    st.sampled_from(small_files()),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
    st.floats(0.3, 1),
)
def test_damaged_files(file: tuple[str, bytes], changes: list[tuple[float, int]], kept: float) -> None:
    """A sound file with some bytes changed, and perhaps its end cut off."""
    name, data = file
    damaged = bytearray(data)
    for place, value in changes:
        damaged[int(place * len(damaged))] = value
    survives(bytes(damaged[: max(int(len(damaged) * kept), 1)]), name)


@CALM
@given(st.binary(max_size=300) | TABLE_SIGNS.map(lambda text: text.encode("utf-8", "replace")))
def test_random_project_files(data: bytes) -> None:
    for written in (data, EXAMPLE.encode() + data):
        with contextlib.suppress(BadFile):
            read_project_file(written, zone=UTC)


@CALM
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM"])
)
def test_random_pictures(data: bytes, head: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(BadFile):
        store_image(head + data, Path(folder))
