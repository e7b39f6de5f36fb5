"""ZIP files and single pictures as task files."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from core.errors import BadFile
from core.intake.images import image_path
from core.intake.project_file import ProjectFile, read_project_file
from core.intake.task_file import BadRow, TaskRow, count_rows, read_tasks
from core.kinds import kind_named

UTC = ZoneInfo("UTC")


@pytest.fixture
def project() -> ProjectFile:
    return read_project_file(kind_named("choice").example.encode(), zone=UTC)


def drawing(colour: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(target, "PNG")
    return target.getvalue()


def zipped(files: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def read(
    data: bytes, project: ProjectFile, tmp_path: Path, *, name: str = "tasks.zip", skip_rows: int = 0
) -> list[TaskRow | BadRow]:
    path = tmp_path / "upload"
    path.write_bytes(data)
    media = tmp_path / "media"
    return list(read_tasks(path, name=name, project=project, zone=UTC, media_dir=media, skip_rows=skip_rows))


def why_not(data: bytes, project: ProjectFile, tmp_path: Path) -> str:
    with pytest.raises(BadFile) as bad:
        read(data, project, tmp_path)
    return bad.value.problems[0].code


def outcomes(rows: list[TaskRow | BadRow]) -> list[tuple[int, str, str]]:
    """Line, and the image's own name or the problem with its value."""
    return [
        (row.line, row.problem.code, row.problem.value)
        if isinstance(row, BadRow)
        else (row.line, "ok", row.extra.get("image_file", ""))
        for row in rows
    ]


def test_a_table_with_its_pictures(project: ProjectFile, tmp_path: Path) -> None:
    """Pictures are found by path, beside the table, or by their bare name; what is not used is said."""
    data = zipped(
        {
            "set/table.csv": "id,image,text\n1,red.png,Is it red?\n2,pics/Blue.PNG,\n3,green.png,\n"
            "4,missing.png,\n5,fake.png,\n6,,only text\n7,../set/./red.png,\n8,../../etc/passwd,\n",
            "set/red.png": drawing("red"),
            "set/pics/blue.png": drawing("blue"),
            "deep/down/green.png": drawing("green"),
            "set/fake.png": b"no picture",
            "set/unused.jpg": b"whatever",
            "inner.zip": b"PK",
            "readme.md": "hello",
            "__MACOSX/set/._red.png": b"litter",
            ".DS_Store": b"litter",
        }
    )
    rows = read(data, project, tmp_path)
    assert outcomes(rows) == [
        (2, "ok", "red.png"),
        (3, "ok", "pics/Blue.PNG"),
        (4, "ok", "green.png"),
        (5, "image_not_found", "missing.png"),
        (6, "image_broken", "fake.png"),
        (7, "ok", ""),
        (8, "ok", "../set/./red.png"),
        (9, "image_not_found", "../../etc/passwd"),
        (0, "nested_archive", "inner.zip"),
        (0, "file_ignored", "readme.md"),
        (0, "unused_images", "set/unused.jpg"),
    ]
    first = rows[0]
    assert isinstance(first, TaskRow)
    assert image_path(tmp_path / "media", first.content["image"]).exists()
    assert first.content["text"] == "Is it red?"
    assert count_rows(tmp_path / "upload", "tasks.zip") == 8


def test_an_import_of_pictures_goes_on_where_it_stopped(project: ProjectFile, tmp_path: Path) -> None:
    """The remarks at the end are the same whether or not the first rows were skipped."""
    files: dict[str, bytes | str] = {"t.csv": "image\na.png\nb.png\n", "a.png": drawing("red")}
    data = zipped(files | {"b.png": drawing("blue"), "c.png": drawing("green")})
    whole = read(data, project, tmp_path)
    assert outcomes(whole)[2] == (0, "unused_images", "c.png")
    for done in range(len(whole) + 1):
        assert whole[:done] + read(data, project, tmp_path, skip_rows=done) == whole


def test_pictures_alone_are_a_task_each(project: ProjectFile, tmp_path: Path) -> None:
    rows = read(zipped({"b.png": drawing("blue"), "a.png": drawing("red")}), project, tmp_path)
    assert [row.external_id for row in rows if isinstance(row, TaskRow)] == ["a.png", "b.png"]
    assert count_rows(tmp_path / "upload", "tasks.zip") == 2


def test_names_in_any_script_match(project: ProjectFile, tmp_path: Path) -> None:
    """A Mac writes decomposed letters, and some programs do not say that they write UTF-8."""
    data = zipped(
        {"t.csv": "image\nniño.png\n猫.png\n", "nin\u0303o.png": drawing("red"), "猫.png": drawing("blue")}
    )
    assert [row[1] for row in outcomes(read(data, project, tmp_path))] == ["ok", "ok"]
    unsaid = bytearray(data)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := unsaid.find(signature, start)) >= 0:
            unsaid[start + flags + 1] &= 0xF7  # the bit that says UTF-8
            start += 4
    assert [row[1] for row in outcomes(read(bytes(unsaid), project, tmp_path))] == ["ok", "ok"]


def test_a_workbook_may_be_the_table(project: ProjectFile, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["image"])
    sheet.append(["a.png"])
    book.save(tmp_path / "t.xlsx")
    data = zipped({"t.xlsx": (tmp_path / "t.xlsx").read_bytes(), "a.png": drawing("red")})
    assert outcomes(read(data, project, tmp_path)) == [(2, "ok", "a.png")]


def test_a_long_text_does_not_fit_under_a_picture(project: ProjectFile, tmp_path: Path) -> None:
    data = zipped({"t.csv": f"image,text\na.png,{'x' * 301}\n", "a.png": drawing("red")})
    assert outcomes(read(data, project, tmp_path))[0][1] == "too_long"


def test_a_table_alone_cannot_bring_pictures(project: ProjectFile, tmp_path: Path) -> None:
    rows = read(b"image\na.png\n", project, tmp_path, name="t.csv")
    assert outcomes(rows) == [(2, "image_needs_zip", "a.png")]


def test_one_picture_is_one_task(project: ProjectFile, tmp_path: Path) -> None:
    (row,) = read(drawing("red"), project, tmp_path, name="holiday.csv")
    assert isinstance(row, TaskRow)
    assert (row.line, row.external_id, row.extra) == (1, None, {"image_file": "holiday.csv"})
    assert image_path(tmp_path / "media", row.content["image"]).exists()
    assert count_rows(tmp_path / "upload", "x.png") == 1


def forged(data: bytes, *, signature: bytes, offset: int, value: int, size: str = "<L") -> bytes:
    """The archive with one field of its first matching record changed."""
    changed = bytearray(data)
    struct.pack_into(size, changed, changed.rfind(signature) + offset, value)
    return bytes(changed)


def test_archives_that_are_refused_before_anything_is_unpacked(project: ProjectFile, tmp_path: Path) -> None:
    table = {"t.csv": "text\nhello\n"}
    good = zipped(table)
    central = b"PK\x01\x02"
    refused = {
        "zip_broken": [b"PK\x03\x04 nothing", good[: len(good) // 2], b"PK\x05\x06" + b"\0" * 5],
        "zip_encrypted": [forged(good, signature=central, offset=8, value=1, size="<H")],
        "zip_too_large": [forged(good, signature=central, offset=24, value=600 * 2**20)],
        "zip_bomb": [zipped({"t.csv": "text\n" + "a" * (20 * 2**20)})],
        "zip_unsafe_path": [zipped({"../t.csv": "text\na\n"}), zipped({"/t.csv": "text\na\n"})],
        "zip_many_tables": [zipped({"a.csv": "text\na\n", "b.csv": "text\nb\n"})],
        "zip_too_many_files": [
            zipped({f"{n}.txt": "" for n in range(20_001)}, zipfile.ZIP_STORED),
            forged(good, signature=b"PK\x05\x06", offset=12, value=0x7FFFFFFF),
        ],
        "no_rows": [zipped({"notes.txt": "hello"})],
        "unknown_file_type": [zipped({"[Content_Types].xml": "", "word/document.xml": ""})],
    }
    for code, archives in refused.items():
        for data in archives:
            assert why_not(data, project, tmp_path) == code


def test_a_picture_that_is_damaged_inside_the_archive_costs_one_row(
    project: ProjectFile, tmp_path: Path
) -> None:
    picture = drawing("red")
    data = zipped({"t.csv": "image\na.png\n", "a.png": picture}, zipfile.ZIP_STORED)
    damaged = data.replace(picture, picture[:-20] + b"x" * 20)
    assert outcomes(read(damaged, project, tmp_path)) == [(2, "image_broken", "a.png")]


def test_a_workbook_that_expands_entities_is_refused(project: ProjectFile, tmp_path: Path) -> None:
    """The billion laughs: a few bytes of XML that would fill the memory."""
    from openpyxl import Workbook

    Workbook().save(tmp_path / "b.xlsx")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet>&l8;</worksheet>'
    with zipfile.ZipFile(tmp_path / "b.xlsx") as book:
        files: dict[str, bytes | str] = {name: book.read(name) for name in book.namelist()}
    files["xl/worksheets/sheet1.xml"] = bomb
    assert why_not(zipped(files), project, tmp_path) == "xlsx_broken"
