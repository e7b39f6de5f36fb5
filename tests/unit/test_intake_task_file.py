"""Task files: every table format, every way in which a row or a file can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from core.errors import BadFile
from core.intake.problems import MEANINGS, ProblemCode
from core.intake.project_file import Priority, ProjectFile, read_project_file
from core.intake.task_file import BadRow, TaskRow, count_rows, read_lines, read_tasks
from core.kinds import kind_named

MADRID = ZoneInfo("Europe/Madrid")
Read = Callable[..., list[TaskRow | BadRow]]


@pytest.fixture
def project() -> ProjectFile:
    return read_project_file(kind_named("choice").example.encode(), zone=MADRID)


@pytest.fixture
def read(tmp_path: Path, project: ProjectFile) -> Read:
    """Reads bytes or text as a file of some name."""

    def reading(data: bytes | str, name: str = "tasks.csv", skip_rows: int = 0) -> list[TaskRow | BadRow]:
        path = tmp_path / "upload"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        media = tmp_path / "media"
        found = read_tasks(
            path, name=name, project=project, zone=MADRID, media_dir=media, skip_rows=skip_rows
        )
        return list(found)

    return reading


def brief(rows: list[TaskRow | BadRow]) -> list[tuple[int, str]]:
    """Each outcome as its line and its text, or `!` and its problem, whose sentence is complete."""
    short = []
    for row in rows:
        if isinstance(row, BadRow):
            found = row.problem
            facts = {"line": found.line, "field": found.field, "value": found.value, **found.facts}
            assert MEANINGS[ProblemCode(found.code)] % facts
            short.append((row.line, f"!{found.code}"))
        else:
            short.append((row.line, row.content.get("text", "")))
    return short


def why_not(read: Read, data: bytes | str, name: str = "tasks.csv") -> str:
    with pytest.raises(BadFile) as bad:
        read(data, name)
    return bad.value.problems[0].code


def test_a_row_with_everything(read: Read) -> None:
    """Known columns are understood, unknown ones kept as they are."""
    rows = read(
        "ID, Text ,LANG,gold,priority,deadline,context,Source,Empty\n"
        "t-1,  A cat?  ,en-US,GATO,High,2026-07-01 12:00,from a book,web,\n"
    )
    assert rows == [
        TaskRow(
            line=2,
            content={"text": "A cat?"},
            external_id="t-1",
            lang="en",
            context="from a book",
            gold="cat",
            priority=Priority.HIGH,
            deadline=datetime(2026, 7, 1, 10, tzinfo=UTC),
            extra={"Source": "web", "Empty": ""},
        )
    ]


def test_a_row_with_only_its_text(read: Read) -> None:
    assert read("text\nhello\n") == [TaskRow(line=2, content={"text": "hello"})]


def test_other_names_of_columns_are_known_unless_the_real_one_is_there(read: Read) -> None:
    assert read("sentence,task_id\na,1\n") == [TaskRow(line=2, content={"text": "a"}, external_id="1")]
    (row,) = read("text,sentence\na,b\n")
    assert row == TaskRow(line=2, content={"text": "a"}, extra={"sentence": "b"})


def test_the_reason_of_a_known_answer(read: Read) -> None:
    """It is kept with gold only, and comes back in the results like a column of the requester's own."""
    long = "x" * 400
    rows = read(f"text,gold,why\na,cat,It purrs.\nb,,{long}\nc,cat,{long}\n")
    first, second, third = rows
    assert isinstance(first, TaskRow)
    assert (first.gold, first.why, first.extra) == ("cat", "It purrs.", {"why": "It purrs."})
    assert isinstance(second, TaskRow)
    assert (second.why, second.extra) == (None, {"why": long})
    assert isinstance(third, BadRow)
    assert (third.problem.code, third.problem.field) == (ProblemCode.TOO_LONG, "why")


def test_practice_tasks(read: Read) -> None:
    """Marked rows with a known answer; the reason may stand in several languages."""
    rows = read(
        "text,gold,training,why,why_es,WHY_zh_hans,why_we_ask\n"
        "a,cat,yes,It purrs.,Ronronea.,,x\nb,,yes,,,,\nc,cat,no,It purrs.,,,\n"
        "d,cat,perhaps,,,,\ne,cat,X,,,它会打呼噜。,\n"
    )
    first, second, third, fourth, fifth = rows
    assert isinstance(first, TaskRow)
    assert (first.practice, first.whys) == (True, {"und": "It purrs.", "es": "Ronronea."})
    assert isinstance(second, BadRow)
    assert (second.problem.code, second.problem.field) == (ProblemCode.BLANK, "gold")
    assert isinstance(third, TaskRow)
    assert (third.practice, third.whys, third.why) == (False, {}, "It purrs.")
    assert isinstance(fourth, BadRow)
    assert (fourth.problem.code, fourth.problem.field) == (ProblemCode.NOT_ONE_OF, "practice")
    assert isinstance(fifth, TaskRow)
    assert fifth.whys == {"zh-Hans": "它会打呼噜。"}


def test_lines_are_those_of_the_file_that_the_person_sees(read: Read) -> None:
    """A cell may span lines, blank lines count, and a row's line is where it starts."""
    rows = read('text,id\n"two\nlines",1\n\n,,\nnext,2\n"a",1\n')
    assert brief(rows) == [(2, "two\nlines"), (6, "next"), (7, "!duplicate_id")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",en,,,", "no_content"),
        ("\u200b,en,,,", "blank"),
        ("x" * 2501 + ",en,,,", "too_long"),
        ("hi,xq,,,", "unknown_language"),
        ("hi,en,horse,,", "unknown_label"),
        ("hi,en,,urgent,", "not_one_of"),
        ("hi,en,,,soon", "bad_date"),
        ("hi,en,,,,,more", "too_many_cells"),
        ('"hi"ho,en,,,', "broken_quotes"),
    ],
)
def test_a_bad_row_is_reported_and_the_good_ones_go_in(read: Read, row: str, code: str) -> None:
    rows = read(f"text,lang,gold,priority,deadline\nfirst,en,,,\n{row}\nlast,en,,,\n")
    assert brief(rows) == [(2, "first"), (3, f"!{code}"), (4, "last")]


@pytest.mark.parametrize(
    ("column", "longest"), [("text", 2_500), ("context", 300), ("id", 128), ("anything", 2_000)]
)
def test_cells_up_to_their_limits(read: Read, column: str, longest: int) -> None:
    header, cell = (f"{column},note", "a") if column == "text" else (f"text,{column}", "")
    fits, over = ("x" * longest, "x" * (longest + 1))
    lines = [f"{value},n" if column == "text" else f"hi,{value}" for value in (fits, over)]
    good, bad = read("\n".join([header, *lines]) + cell * 0)
    assert isinstance(good, TaskRow)
    assert isinstance(bad, BadRow)
    assert (bad.problem.code, bad.problem.field) == ("too_long", column)
    assert bad.problem.facts == {"limit": longest, "length": longest + 1}


def test_an_open_quotation_mark_never_swallows_rows_in_silence(read: Read) -> None:
    """The report names every line that was not read."""
    *_, bad = read('text\nfine\n"open\nlost\nlost too\n')
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.problem.facts["last_line"]) == (3, 5)


def test_duplicates_are_reported_even_when_the_first_was_bad(read: Read) -> None:
    """Both lines are told at once; which one was meant is for the requester to say."""
    rows = read("id,text,lang\n1,a,xq\n1,b,en\n2,c,en\n")
    assert brief(rows) == [(2, "!unknown_language"), (3, "!duplicate_id"), (4, "c")]


def test_a_project_of_some_languages_takes_only_those(read: Read, project: ProjectFile) -> None:
    spanish = project.model_copy(update={"languages": ("es",)})
    good, bad = read_lines("hola", spanish)[0], read_lines("hola", project)[0]
    assert isinstance(good, TaskRow)
    assert isinstance(bad, TaskRow)
    assert (good.lang, bad.lang) == ("es", None)


def test_a_language_outside_the_project_is_reported(tmp_path: Path, project: ProjectFile) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,lang\nhola,es\nbonjour,fr\n")
    both = project.model_copy(update={"languages": ("es", "en")})
    rows = list(read_tasks(path, name="t.csv", project=both, zone=MADRID, media_dir=tmp_path))
    assert brief(rows) == [(2, "hola"), (3, "!language_not_in_project")]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found_out(read: Read, separator: str, newline: str) -> None:
    rows = ["text{}id{}lang", "one, two; three | four{}1{}en", '"quoted {} sign"{}2{}en']
    table = newline.join(row.replace("{}", separator) for row in rows)
    if separator in ",;|":
        table = table.replace("one, two; three | four", '"one, two; three | four"')
    good = read(table)
    assert [row.content["text"] for row in good if isinstance(row, TaskRow)] == [
        "one, two; three | four",
        f"quoted {separator} sign",
    ]


def test_one_column_may_hold_every_sign(read: Read) -> None:
    """Commas in a file without separators are just commas."""
    assert brief(read("text\nHello, you\nfine\n")) == [(2, "Hello, you"), (3, "fine")]


def test_excels_own_separator_line_is_understood(read: Read) -> None:
    assert read("sep=;\ntext;id\na, b;1\n") == [
        TaskRow(line=3, content={"text": "a, b"}, external_id="1"),
    ]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "¿Qué tal? 你好 🙂"),
        ("utf-8-sig", "¿Qué tal? 你好 🙂"),
        ("utf-16", "¿Qué tal? 你好 🙂"),
        ("utf-16-le", "A plain sentence, as Windows likes to keep it: café"),
        ("cp1252", "El señor García comió una piña en la cafetería mañana"),
        ("cp1251", "Очень хорошая погода сегодня, спасибо"),
        ("cp1256", "مرحبا بالعالم كيف الحال اليوم"),
        ("gb18030", "你好世界，今天天气很好，我们去公园吧"),
        ("shift_jis", "これはテストの文です。今日は天気がいい"),
    ],
)
def test_encodings_are_recognised(read: Read, encoding: str, text: str) -> None:
    (row,) = read(f'text\tid\n"{text}"\t1\n'.encode(encoding))
    assert isinstance(row, TaskRow)
    assert row.content["text"] == text


def test_one_broken_byte_costs_one_row(read: Read) -> None:
    """A single fault in a file of many does not turn the others into gibberish."""
    rows = [f"señor número {number}" for number in range(20)]
    data = ("text\n" + "\n".join(rows) + "\n").encode()
    broken = data.replace("número 7\n".encode(), b"n\xfamero 7\n")
    assert broken != data
    outcomes = brief(read(broken))
    assert outcomes[7] == (9, "!bad_characters")
    assert [text for _, text in outcomes if not text.startswith("!")] == rows[:7] + rows[8:]


def test_control_characters_are_dropped_and_letters_composed(read: Read) -> None:
    (row,) = read("text\ncafe\u0301 \x00\x07ok\n")
    assert isinstance(row, TaskRow)
    assert row.content["text"] == "café ok"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "t.csv", "empty_file"),
        (b"\xef\xbb\xbf", "t.csv", "empty_file"),
        (b" \n\n", "t.csv", "empty_file"),
        (b"text\n", "t.csv", "no_rows"),
        (b"foo,bar\n1,2\n", "t.csv", "missing_column"),
        (b"text,TEXT\n1,2\n", "t.csv", "duplicate_column"),
        (b"text," + b",".join(b"c%d" % n for n in range(51)) + b"\na\n", "t.csv", "too_many_columns"),
        (b"\x00\x01\x02" * 100, "t.csv", "not_text"),
        (b"%PDF-1.7", "t.csv", "unknown_file_type"),
        (b"\x1f\x8b\x08", "t.csv.gz", "unknown_file_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "t.xls", "old_excel"),
        (b"no workbook", "t.xlsx", "xlsx_broken"),
        (b"no archive", "t.zip", "zip_broken"),
        (b"no picture", "t.jpg", "image_broken"),
        (b'"text\na', "t.csv", "broken_quotes"),
        (b"text\n" + b"x" * 1_000_001, "t.csv", "line_too_long"),
        (b'{"a": [\n1]}', "t.json", "json_not_list"),
        (b"5", "t.json", "json_not_list"),
        (b'[{"text": "a"},\n{"text" "b"}]', "t.json", "json_broken"),
        (b'[{"text": "a"}] trailing', "t.json", "json_broken"),
        (b'[{"text": "a"}', "t.json", "json_broken"),
        (b"[" * 100_000, "t.json", "json_broken"),
        (b"[]", "t.json", "no_rows"),
        (b"[" + b" " * (20 * 2**20) + b"]", "t.json", "file_too_large"),
    ],
)
def test_files_that_cannot_be_used_at_all(read: Read, data: bytes, name: str, code: str) -> None:
    assert why_not(read, data, name) == code


def test_a_missing_column_says_what_was_found_and_probably_meant(read: Read) -> None:
    with pytest.raises(BadFile) as bad:
        read("txet,colour\na,b\n")
    assert bad.value.problems[0].facts == {
        "needs": "text, image",
        "found": "txet, colour",
        "did_you_mean": "text",
    }


def test_json_lines(read: Read) -> None:
    """Numbers and nulls are read as cells; nested values are kept in extra columns only."""
    rows = read(
        '{"text": "a", "id": 7, "meta": {"k": [1]}, "note": null}\n\n{"text": ["q"]}\n5\n{"text": \n'
        '{"Text": "b", "TEXT": "c"}\n{"id": "z"}\n',
        "t.jsonl",
    )
    extra = {"meta": '{"k": [1]}', "note": ""}
    assert rows[0] == TaskRow(line=1, content={"text": "a"}, external_id="7", extra=extra)
    assert brief(rows[1:]) == [
        (3, "!not_a_text"),
        (4, "!row_not_object"),
        (5, "!json_broken"),
        (6, "!duplicate_column"),
        (7, "!no_content"),
    ]


def test_a_json_list_keeps_the_lines_of_its_items(read: Read) -> None:
    written = json.dumps([{"text": "a", "gold": "Dog"}, {"text": "b"}, 7], indent=1)
    assert brief(read(written, "t.json")) == [(2, "a"), (6, "b"), (9, "!row_not_object")]


def test_json_under_a_wrong_name_is_still_json(read: Read) -> None:
    assert brief(read('{"text": "a"}\n{"text": "b"}\n', "t.json")) == [(1, "a"), (2, "b")]
    assert brief(read('[{"text": "a"}]', "t.txt")) == [(1, "a")]


def workbook(tmp_path: Path, rows: list[list[object]], *others: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for title in others:
        book.create_sheet(title)
    book.save(tmp_path / "book.xlsx")
    return (tmp_path / "book.xlsx").read_bytes()


def test_a_workbook(read: Read, tmp_path: Path) -> None:
    """Numbers look as in the sheet, dates are dates, empty rows count as lines, other sheets are named."""
    rows: list[list[object]] = [
        ["id", "text", "deadline", "year"],
        [1, "a", date(2026, 7, 1), 2026.0],
        [],
        ["x", "=1+1", datetime(2026, 7, 1, 12), 0.5],  # noqa: DTZ001  (sheets know no zones)
        [3, True, None, None],
    ]
    outcomes = read(workbook(tmp_path, rows, "Notes"), "t.xlsx")
    assert brief(outcomes) == [(0, "!sheet_ignored"), (2, "a"), (4, "!no_content"), (5, "True")]
    first = outcomes[1]
    assert isinstance(first, TaskRow)
    assert (first.external_id, first.extra) == ("1", {"year": "2026"})
    assert first.deadline == datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC)


def test_a_workbook_is_known_by_its_content(read: Read, tmp_path: Path) -> None:
    data = workbook(tmp_path, [["text"], ["a"]])
    assert brief(read(data, "table.csv")) == [(2, "a")]
    assert why_not(read, data[: len(data) // 2], "t.xlsx") == "zip_broken"


def test_an_interrupted_import_goes_on_where_it_stopped(read: Read) -> None:
    """For every possible interruption the two parts are the whole, duplicates included."""
    data = "id,text\n1,a\n2,\n1,c\n3,d\n2,e\n"
    whole = read(data)
    assert brief(whole) == [
        (2, "a"),
        (3, "!no_content"),
        (4, "!duplicate_id"),
        (5, "d"),
        (6, "!duplicate_id"),
    ]
    for done in range(len(whole) + 1):
        assert whole[:done] + read(data, skip_rows=done) == whole


@pytest.mark.parametrize(
    ("data", "name", "count"),
    [
        ("text\na\nb\n", "t.csv", 2),
        ("text\na\nb", "t.csv", 2),
        ("text\r\na\r\n", "t.csv", 1),
        ('{"text": "a"}\n{"text": "b"}', "t.jsonl", 2),
        ("[1]", "t.json", None),
        ("", "t.csv", None),
    ],
)
def test_rows_are_counted_for_a_progress_bar(tmp_path: Path, data: str, name: str, count: int | None) -> None:
    path = tmp_path / "upload"
    path.write_text(data, newline="")
    assert count_rows(path, name) == count


def test_a_workbooks_rows_are_counted(tmp_path: Path) -> None:
    workbook(tmp_path, [["text"], ["a"], ["b"]])
    assert count_rows(tmp_path / "book.xlsx", "t.xlsx") == 2


def test_lines_of_a_message_are_tasks(project: ProjectFile) -> None:
    rows = read_lines("  first\n\nsecond, with a comma\n" + "x" * 2_501, project)
    assert brief(rows) == [(1, "first"), (3, "second, with a comma"), (4, "!too_long")]
