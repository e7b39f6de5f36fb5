"""From the cells of one row to a task, or to the one reason why it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import BadFile, Problem, Refused
from core.intake.columns import PRACTICE, WHY, RawRow
from core.intake.encoding import is_unreadable
from core.intake.languages import LANGUAGES, UNDETERMINED, close_to, language_of, locale_tag
from core.intake.problems import ProblemCode, facts_of, problem
from core.intake.project_model import Priority, ProjectFile, not_one_of
from core.intake.texts import clean, is_blank
from core.intake.times import parse_moment
from core.kinds import Kind

LONGEST_TEXT: Final = 2_500
LONGEST_CAPTION: Final = 300  # a photo's caption holds 1,024 with everything else on the card
LONGEST_CONTEXT: Final = 300
LONGEST_WHY: Final = 300
LONGEST_ID: Final = 128
LONGEST_EXTRA: Final = 2_000
IMAGE_FILE: Final = "image_file"  # the extra column in which an image's own name comes back


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as a file describes it; `content["image"]` is a stored image's name, times are aware UTC."""

    line: int
    content: dict[str, str]
    external_id: str | None = None
    lang: str | None = None
    context: str | None = None
    gold: str | None = None
    why: str | None = None  # why the known answer is right
    priority: Priority | None = None
    deadline: datetime | None = None
    extra: dict[str, str] = field(default_factory=dict)
    practice: bool = False  # people learn from it before they work; it is no task of the project
    whys: dict[str, str] = field(default_factory=dict)  # of a practice task: why, by locale


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that did not become a task; line 0 is a remark about a file or sheet, not a row."""

    line: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """What rows are read for: the project, its kind, the requester's zone, and how images are stored."""

    project: ProjectFile
    kind: Kind
    zone: ZoneInfo
    store: Callable[[str], str]
    seen: set[int] = field(default_factory=set)


class BadCell(Exception):  # noqa: N818  (leaves the reading of one row)
    """The problem that makes a row unusable."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.code)
        self.problem = found


def read_row(raw: RawRow, reading: Reading) -> TaskRow | BadRow:
    """The task of a row. An id counts as seen even when the row is bad, so that both rows are reported."""
    try:
        external_id = _new_id(raw, reading.seen)
        context = _cell(raw, "context", LONGEST_CONTEXT)
        lang = _language(raw, reading.project)
        gold = _gold(raw, reading)
        why = _cell(raw, WHY, LONGEST_WHY) if gold is not None else None
        practice = _practice(raw, known=gold is not None)
        whys = _whys(raw, why) if practice else {}
        priority = _priority(raw)
        deadline = _deadline(raw, reading.zone)
        extra = _extra(raw)
        content = _content(raw, reading, extra)
    except BadCell as bad:
        return BadRow(raw.line, bad.problem)
    return TaskRow(
        line=raw.line,
        content=content,
        external_id=external_id,
        lang=lang,
        context=context,
        gold=gold,
        why=why,
        priority=priority,
        deadline=deadline,
        extra=extra,
        practice=practice,
        whys=whys,
    )


def note_id(raw: RawRow, seen: set[int]) -> None:
    """Remembers the id of a row that an earlier run has dealt with."""
    external_id = _written(raw, "id")
    if external_id and not any(is_unreadable(cell) for cell in raw.cells):
        seen.add(hash(external_id))


def _written(raw: RawRow, column: str) -> str:
    place = raw.columns.known.get(column)
    return clean(raw.cells[place]) if place is not None and place < len(raw.cells) else ""


def _cell(raw: RawRow, column: str, limit: int) -> str | None:
    text = _written(raw, column)
    if not text:
        return None
    _check(text, limit=limit, line=raw.line, field=column)
    return None if is_blank(text) else text


def _check(text: str, *, limit: int, line: int, field: str) -> None:
    if len(text) > limit:
        raise BadCell(
            problem(ProblemCode.TOO_LONG, line=line, field=field, value=text, limit=limit, length=len(text))
        )
    if "\ufffd" in text:
        raise BadCell(problem(ProblemCode.BAD_CHARACTERS, line=line, field=field, value=text))


def _new_id(raw: RawRow, seen: set[int]) -> str | None:
    if any(is_unreadable(cell) for cell in raw.cells):
        raise BadCell(problem(ProblemCode.BAD_CHARACTERS, line=raw.line))
    external_id = _cell(raw, "id", LONGEST_ID)
    if external_id is None:
        return None
    key = hash(external_id)  # a set of numbers stays small where a million texts would not
    if key in seen:
        raise BadCell(problem(ProblemCode.DUPLICATE_ID, line=raw.line, field="id", value=external_id))
    seen.add(key)
    return external_id


def _language(raw: RawRow, project: ProjectFile) -> str | None:
    written = _written(raw, "lang")
    if not written:
        return project.languages[0] if project.languages and len(project.languages) == 1 else None
    language = language_of(written)
    if language is None:
        close = close_to(written, sorted(LANGUAGES))
        found = problem(
            ProblemCode.UNKNOWN_LANGUAGE, line=raw.line, field="lang", value=written, did_you_mean=close
        )
        raise BadCell(found)
    if project.languages and language not in project.languages:
        raise BadCell(
            problem(
                ProblemCode.LANGUAGE_NOT_IN_PROJECT,
                line=raw.line,
                field="lang",
                value=language,
                options=", ".join(project.languages),
            )
        )
    return language


def _gold(raw: RawRow, reading: Reading) -> str | None:
    written = _written(raw, "gold")
    if not written:
        return None
    try:
        return reading.kind.parse_gold(written, reading.project)
    except Refused as refused:
        code = ProblemCode(refused.reason)
        facts = {name: refused.facts[name] for name in facts_of(code)}
        raise BadCell(problem(code, line=raw.line, field="gold", value=written, **facts)) from None


_YES: Final = frozenset({"yes", "y", "true", "1", "x", PRACTICE})
_NO: Final = frozenset({"", "no", "n", "false", "0"})


def _practice(raw: RawRow, *, known: bool) -> bool:
    written = _written(raw, PRACTICE).casefold()
    if written not in _YES | _NO:
        found = not_one_of(written, ["yes", "no"])
        raise BadCell(
            problem(ProblemCode.NOT_ONE_OF, line=raw.line, field=PRACTICE, value=found.value, **found.facts)
        )
    if written in _YES and not known:
        raise BadCell(problem(ProblemCode.BLANK, line=raw.line, field="gold"))
    return written in _YES


def _whys(raw: RawRow, why: str | None) -> dict[str, str]:
    """The reason in every language that has a column: `why`, `why_es`, `why_zh_Hans` …"""
    found = {} if why is None else {UNDETERMINED: why}
    for name, place in raw.columns.extra:
        first, _, written = name.partition("_")
        locale = locale_tag(written) if first.casefold() == WHY and written else None
        text = clean(raw.cells[place]) if place < len(raw.cells) else ""
        if locale is not None and text:
            _check(text, limit=LONGEST_WHY, line=raw.line, field=name)
            found[locale] = text
    return found


def _priority(raw: RawRow) -> Priority | None:
    written = _written(raw, "priority").lower()
    if not written:
        return None
    if written not in _PRIORITIES:
        found = not_one_of(written, _PRIORITIES)
        raise BadCell(
            problem(ProblemCode.NOT_ONE_OF, line=raw.line, field="priority", value=found.value, **found.facts)
        )
    return Priority(written)


_PRIORITIES: Final = [str(priority) for priority in Priority]


def _deadline(raw: RawRow, zone: ZoneInfo) -> datetime | None:
    written = _written(raw, "deadline")
    if not written:
        return None
    moment = parse_moment(written, zone)
    if moment is None:
        raise BadCell(problem(ProblemCode.BAD_DATE, line=raw.line, field="deadline", value=written))
    return moment


def _extra(raw: RawRow) -> dict[str, str]:
    extra = {}
    for name, place in raw.columns.extra:
        text = clean(raw.cells[place]) if place < len(raw.cells) else ""
        _check(text, limit=LONGEST_EXTRA, line=raw.line, field=name)
        extra[name] = text
    if any(cell.strip() for cell in raw.cells[raw.columns.width :]):
        raise BadCell(problem(ProblemCode.TOO_MANY_CELLS, line=raw.line, limit=raw.columns.width))
    return extra


def _content(raw: RawRow, reading: Reading, extra: dict[str, str]) -> dict[str, str]:
    """The content, images last: whatever else is wrong with a row, its image need not be stored."""
    columns = reading.kind.content_columns
    written = {column: text for column in columns if (text := _written(raw, column))}
    for column, text in written.items():
        limit = LONGEST_CAPTION if column != "image" and "image" in written else LONGEST_TEXT
        _check(text, limit=limit, line=raw.line, field=column)
        if is_blank(text):
            raise BadCell(problem(ProblemCode.BLANK, line=raw.line, field=column))
    if not written:
        raise BadCell(problem(ProblemCode.NO_CONTENT, line=raw.line, needs=", ".join(columns)))
    if "image" in written:
        own_name = written["image"]
        try:
            written["image"] = reading.store(own_name)
        except BadFile as bad:
            found = bad.problems[0]
            value = found.value or own_name
            raise BadCell(
                problem(ProblemCode(found.code), line=raw.line, field="image", value=value, **found.facts)
            ) from None
        extra.setdefault(IMAGE_FILE, own_name)
    return written


def numbered(pos: int, taken: set[str]) -> str:
    """The id of a row that has none; a file may have given it to another row."""
    number = f"#{pos}"
    while number in taken:
        number += "'"
    return number
