"""What is wrong with a file, a row or a setting: one sentence each, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bots.dialogue.vocabulary import Note, Para, Part
from core.errors import Problem
from i18n import N_, Content, Phrase, Translator

SHOWN = 8
"""So many problems stand in the message; the rest is in the file that comes with it."""

WORDS: dict[str, str] = {
    # the file as a whole
    "empty_file": N_("This file is empty. Please check it and send it again."),
    "file_too_large": N_("This file is larger than %(limit_mb)s MB. Please split it."),
    "not_text": N_("This file is no table. Send CSV, JSONL or Excel."),
    "unknown_encoding": N_("I cannot read the letters of this file. Save it as UTF-8 and send it again."),
    "unknown_file_type": N_("I cannot read this type of file (%(value)s). Send CSV, JSONL, Excel or ZIP."),
    "old_excel": N_("This is an old Excel file. Save it as .xlsx or CSV and send it again."),
    "line_too_long": N_("A line is longer than %(limit)s characters, so this is no table."),
    "missing_column": N_("The table needs one of these columns: %(needs)s. I found only: %(found)s."),
    "duplicate_column": N_("Two columns are called “%(value)s”. Please rename one."),
    "too_many_columns": N_("There are more than %(limit)s extra columns. Please remove some."),
    "too_many_rows": N_("There are more than %(limit)s rows. Please split the file."),
    "no_rows": N_("There are no tasks in this file. Please check it and send it again."),
    "json_broken": N_("This is not valid JSON. Please correct it and send the file again."),
    "json_not_list": N_("The JSON is not a list of objects. Please make it one."),
    "xlsx_broken": N_("This Excel file is damaged. Save it again, or send CSV."),
    "zip_broken": N_("This ZIP file is damaged. Pack it again and send it."),
    "zip_encrypted": N_("This ZIP file is locked with a password. Pack it without one."),
    "zip_too_many_files": N_("This ZIP holds more than %(limit)s files. Please split it."),
    "zip_too_large": N_("Unpacked, this ZIP is larger than %(limit_mb)s MB. Please split it."),
    "zip_bomb": N_("“%(value)s” in the ZIP is packed more tightly than real data. Leave it out."),
    "zip_unsafe_path": N_("“%(value)s” in the ZIP points outside of it. Pack the files again."),
    "zip_many_tables": N_("There are several tables in the ZIP (%(value)s). Keep one."),
    # one row, or one file inside an archive
    "broken_quotes": N_(
        "A quotation mark opens here and does not end well, so nothing was read up to line %(last_line)s."
    ),
    "too_many_cells": N_("This row has more cells than the header, which has %(limit)s."),
    "bad_characters": N_("There are characters here that I cannot read. Save the file as UTF-8."),
    "row_not_object": N_("This row is no JSON object. Please make it one."),
    "not_a_text": N_("%(field)s holds a list or an object where a text belongs."),
    "no_content": N_("There is nothing to judge in this row. Please fill one of these: %(needs)s."),
    "duplicate_id": N_("The id “%(value)s” is there already, so this row was skipped."),
    "unknown_language": N_("“%(value)s” is no language code that I know. Write for example en."),
    "language_not_in_project": N_("The project is not in the language “%(value)s” but in: %(options)s."),
    "image_needs_zip": N_("Send a table with pictures as one ZIP, together with the pictures."),
    "image_not_found": N_("The picture “%(value)s” is not in the ZIP."),
    "image_broken": N_("This picture is damaged, or it is no picture. Save it again as JPEG or PNG."),
    "image_too_large": N_("This picture has more than %(limit_mpx)s million pixels. Please make it smaller."),
    "image_format": N_("This picture is %(value)s. Send one of these: %(options)s."),
    "nested_archive": N_("“%(value)s” inside the ZIP was not opened. Please unpack it first."),
    "file_ignored": N_("“%(value)s” in the ZIP was not used."),
    "sheet_ignored": N_("The sheet “%(value)s” was not read; only the first one is."),
    "unused_images": N_("%(count)s pictures in the ZIP belong to no row, for example “%(value)s”."),
    # a value, in a row or in a project file
    "blank": N_("%(field)s is empty. Please fill it."),
    "too_long": N_("%(field)s has %(length)s characters; at most %(limit)s fit. Please shorten it."),
    "not_a_number": N_("%(field)s is not a number."),
    "out_of_range": N_("%(field)s must be between %(lowest)s and %(highest)s."),
    "not_one_of": N_("%(field)s must be one of these: %(options)s."),
    "bad_date": N_("%(field)s is no date. Write for example 2026-12-31 or 2026-12-31T18:00."),
    "bad_duration": N_("%(field)s is no time span. Write for example 90s, 30m, 5h or 2d."),
    "bad_name": N_("%(field)s may hold only letters, digits, dots, dashes and underscores."),
    "bad_amount": N_("%(field)s is no amount above nothing. Write for example 0.01."),
    "unknown_currency": N_("“%(value)s” is no currency code that I know. Write for example EUR."),
    "unknown_label": N_("“%(value)s” is none of the labels: %(options)s."),
    "archived_label": N_("The label “%(value)s” is no longer offered in this project."),
    "ambiguous_label": N_("“%(value)s” may mean several labels. Write one of these: %(options)s."),
    # a project file
    "yaml_broken": N_("This is not valid YAML. Please check the indentation and the colons."),
    "yaml_alias": N_("Anchors and aliases are not possible here. Please write it out."),
    "yaml_tag": N_("Type tags are not possible here. Please remove them."),
    "yaml_too_deep": N_("The file is nested too deeply, or has too many entries. Please make it simpler."),
    "yaml_many_documents": N_("There is more than one document in the file. Keep one."),
    "duplicate_key": N_("%(field)s is written twice. Keep one."),
    "unknown_key": N_("%(field)s is nothing that I know. Please remove or correct it."),
    "missing_key": N_("%(field)s is missing. Please add it."),
    "wrong_shape": N_("%(field)s should be %(expected)s."),
    "bad_label_id": N_("The label id “%(value)s” should be 1 to 32 of a-z, 0-9, dash and underscore."),
    "duplicate_label_id": N_("Two labels are called “%(value)s”. Please give each its own name."),
    "duplicate_label_text": N_("Two labels read “%(value)s”. Please change one."),
    "too_few_labels": N_("At least %(limit)s labels are needed."),
    "too_many_labels": N_("At most %(limit)s labels are possible."),
    "overlap_order": N_("The smallest number of people (%(value)s) is above the largest (%(highest)s)."),
    "budget_too_small": N_("The budget does not pay for one answer of %(reward)s points."),
}

_SHAPES: dict[str, str] = {
    "map": N_("a map of keys and values"),
    "list": N_("a list"),
    "text": N_("a text"),
    "yes or no": N_("yes or no"),
}


def sentence(t: Translator, found: Problem, *, field: Phrase | Content | None = None) -> Phrase:
    """A problem in words; `field` says what it is about when the person never saw the field's name."""
    facts: dict[str, object] = {name: _fact(t, name, value) for name, value in found.facts.items()}
    about = Content(found.field) if found.field and found.field != "file" else t("This")
    facts |= {"value": Content(found.value), "field": field or about}
    words = t(WORDS[found.code], **facts)
    close = found.facts.get("did_you_mean")
    if close:
        guess = t("Did you mean “%(word)s”?", word=Content(str(close)))
        return Phrase(f"{words} {guess}")
    return words


def placed(t: Translator, found: Problem) -> Phrase:
    """The same with the line where it is."""
    if not found.line:
        return sentence(t, found)
    return t("Line %(line)s: %(problem)s", line=t.number(found.line), problem=sentence(t, found))


def listed(t: Translator, problems: Sequence[Problem], *, total: int | None = None) -> tuple[Part, ...]:
    """The first problems, one paragraph each, and how many more there are."""
    shown = problems[:SHOWN]
    parts: list[Part] = [Para(placed(t, found)) for found in shown]
    more = (len(problems) if total is None else total) - len(shown)
    if more > 0:
        parts.append(Note(t.n("and %(count)s more", "and %(count)s more", more)))
    return tuple(parts)


def columns(t: Translator) -> tuple[str, ...]:
    """The header of the complete list as a table."""
    return t("line"), t("column"), t("found"), t("problem")


def cells(t: Translator, found: Problem) -> tuple[str, ...]:
    """A problem as a row of that table."""
    return str(found.line or ""), found.field or "", found.value, sentence(t, found)


def to_json(found: Problem) -> dict[str, Any]:
    """A problem as a job keeps it."""
    facts = {
        name: value if isinstance(value, int | float) else str(value) for name, value in found.facts.items()
    }
    return {
        "code": found.code,
        "line": found.line,
        "field": found.field,
        "value": found.value,
        "facts": facts,
    }


def from_json(kept: dict[str, Any]) -> Problem:
    """The problem that `to_json` wrote."""
    return Problem(kept["code"], kept["line"], kept["field"], kept["value"], kept["facts"])


def _fact(t: Translator, name: str, value: object) -> Phrase | Content:
    if name == "expected" and value in _SHAPES:
        return t(_SHAPES[str(value)])
    if isinstance(value, int | float):
        return t.number(value)
    return Content(str(value))
