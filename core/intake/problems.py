"""Every way in which a file, a row or a project can be wrong, each with its one-line meaning."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from core.errors import Problem

SHOWN: Final = 80  # characters of an offending value that a chat message can bear


class ProblemCode(StrEnum):
    """What is wrong; the dialogue has a sentence for each."""

    # the file as a whole
    EMPTY_FILE = "empty_file"
    FILE_TOO_LARGE = "file_too_large"
    NOT_TEXT = "not_text"
    UNKNOWN_ENCODING = "unknown_encoding"
    UNKNOWN_FILE_TYPE = "unknown_file_type"
    OLD_EXCEL = "old_excel"
    LINE_TOO_LONG = "line_too_long"
    MISSING_COLUMN = "missing_column"
    DUPLICATE_COLUMN = "duplicate_column"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_ROWS = "too_many_rows"
    NO_ROWS = "no_rows"
    JSON_BROKEN = "json_broken"
    JSON_NOT_LIST = "json_not_list"
    XLSX_BROKEN = "xlsx_broken"
    ZIP_BROKEN = "zip_broken"
    ZIP_ENCRYPTED = "zip_encrypted"
    ZIP_TOO_MANY_FILES = "zip_too_many_files"
    ZIP_TOO_LARGE = "zip_too_large"
    ZIP_BOMB = "zip_bomb"
    ZIP_UNSAFE_PATH = "zip_unsafe_path"
    ZIP_MANY_TABLES = "zip_many_tables"
    # one row, or one file inside an archive
    BROKEN_QUOTES = "broken_quotes"
    TOO_MANY_CELLS = "too_many_cells"
    BAD_CHARACTERS = "bad_characters"
    ROW_NOT_OBJECT = "row_not_object"
    NOT_A_TEXT = "not_a_text"
    NO_CONTENT = "no_content"
    DUPLICATE_ID = "duplicate_id"
    UNKNOWN_LANGUAGE = "unknown_language"
    LANGUAGE_NOT_IN_PROJECT = "language_not_in_project"
    IMAGE_NEEDS_ZIP = "image_needs_zip"
    IMAGE_NOT_FOUND = "image_not_found"
    IMAGE_BROKEN = "image_broken"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_FORMAT = "image_format"
    NESTED_ARCHIVE = "nested_archive"
    FILE_IGNORED = "file_ignored"
    SHEET_IGNORED = "sheet_ignored"
    UNUSED_IMAGES = "unused_images"
    # a value, in a row or in a project file
    BLANK = "blank"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    NOT_ONE_OF = "not_one_of"
    BAD_DATE = "bad_date"
    BAD_DURATION = "bad_duration"
    BAD_NAME = "bad_name"
    BAD_AMOUNT = "bad_amount"
    UNKNOWN_CURRENCY = "unknown_currency"
    UNKNOWN_LABEL = "unknown_label"
    ARCHIVED_LABEL = "archived_label"
    AMBIGUOUS_LABEL = "ambiguous_label"
    # a project file
    YAML_BROKEN = "yaml_broken"
    YAML_ALIAS = "yaml_alias"
    YAML_TAG = "yaml_tag"
    YAML_TOO_DEEP = "yaml_too_deep"
    YAML_MANY_DOCUMENTS = "yaml_many_documents"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_SHAPE = "wrong_shape"
    BAD_LABEL_ID = "bad_label_id"
    DUPLICATE_LABEL_ID = "duplicate_label_id"
    DUPLICATE_LABEL_TEXT = "duplicate_label_text"
    TOO_FEW_LABELS = "too_few_labels"
    TOO_MANY_LABELS = "too_many_labels"
    OVERLAP_ORDER = "overlap_order"
    BUDGET_TOO_SMALL = "budget_too_small"


# %(line)s, %(field)s and %(value)s are the Problem's own; every other name is a fact that it must carry.
MEANINGS: Final[dict[ProblemCode, str]] = {
    ProblemCode.EMPTY_FILE: "The file is empty.",
    ProblemCode.FILE_TOO_LARGE: "The file is larger than %(limit_mb)s MB.",
    ProblemCode.NOT_TEXT: "The file is not a text table.",
    ProblemCode.UNKNOWN_ENCODING: "The file's character encoding cannot be recognised; save it as UTF-8.",
    ProblemCode.UNKNOWN_FILE_TYPE: "Files of this type (%(value)s) cannot be read.",
    ProblemCode.OLD_EXCEL: "This is an old Excel file; save it as .xlsx or CSV.",
    ProblemCode.LINE_TOO_LONG: "Line %(line)s is longer than %(limit)s characters; this is no table.",
    ProblemCode.MISSING_COLUMN: "No column is called %(needs)s; found: %(found)s; close: %(did_you_mean)s.",
    ProblemCode.DUPLICATE_COLUMN: "Two columns are called %(value)s.",
    ProblemCode.TOO_MANY_COLUMNS: "There are more than %(limit)s extra columns.",
    ProblemCode.TOO_MANY_ROWS: "There are more than %(limit)s rows; split the file.",
    ProblemCode.NO_ROWS: "The file holds no tasks.",
    ProblemCode.JSON_BROKEN: "Line %(line)s is not valid JSON.",
    ProblemCode.JSON_NOT_LIST: "The JSON is not a list of objects.",
    ProblemCode.XLSX_BROKEN: "The Excel file is damaged.",
    ProblemCode.ZIP_BROKEN: "The ZIP file is damaged.",
    ProblemCode.ZIP_ENCRYPTED: "The ZIP file is locked with a password.",
    ProblemCode.ZIP_TOO_MANY_FILES: "The ZIP file holds more than %(limit)s files.",
    ProblemCode.ZIP_TOO_LARGE: "Unpacked, the ZIP file is larger than %(limit_mb)s MB.",
    ProblemCode.ZIP_BOMB: "A file in the ZIP is packed more tightly than real data ever is: %(value)s.",
    ProblemCode.ZIP_UNSAFE_PATH: "A file in the ZIP points outside of it: %(value)s.",
    ProblemCode.ZIP_MANY_TABLES: "The ZIP file holds several tables (%(value)s); keep one.",
    ProblemCode.BROKEN_QUOTES: "A quotation mark opens in this row and does not end well; lines %(line)s to"
    " %(last_line)s were not read.",
    ProblemCode.TOO_MANY_CELLS: "The row has more cells than the header (%(limit)s).",
    ProblemCode.BAD_CHARACTERS: "The row holds characters that cannot be read.",
    ProblemCode.ROW_NOT_OBJECT: "The row is not a JSON object.",
    ProblemCode.NOT_A_TEXT: "%(field)s holds a list or an object where a text belongs.",
    ProblemCode.NO_CONTENT: "The row has nothing to judge: fill %(needs)s.",
    ProblemCode.DUPLICATE_ID: "The id %(value)s appeared before in this file.",
    ProblemCode.UNKNOWN_LANGUAGE: "%(value)s is not a language code; close: %(did_you_mean)s.",
    ProblemCode.LANGUAGE_NOT_IN_PROJECT: "The project is not in the language %(value)s but in %(options)s.",
    ProblemCode.IMAGE_NEEDS_ZIP: "A table with images must come in one ZIP together with them.",
    ProblemCode.IMAGE_NOT_FOUND: "The image %(value)s is not in the ZIP.",
    ProblemCode.IMAGE_BROKEN: "The image %(value)s is damaged or no image.",
    ProblemCode.IMAGE_TOO_LARGE: "The image has more than %(limit_mpx)s million pixels.",
    ProblemCode.IMAGE_FORMAT: "The image is %(value)s; send one of %(options)s.",
    ProblemCode.NESTED_ARCHIVE: "The archive %(value)s inside the ZIP was not opened.",
    ProblemCode.FILE_IGNORED: "The file %(value)s in the ZIP was not used.",
    ProblemCode.SHEET_IGNORED: "The sheet %(value)s was not read, only the first one is.",
    ProblemCode.UNUSED_IMAGES: "%(count)s images in the ZIP belong to no row, for example %(value)s.",
    ProblemCode.BLANK: "%(field)s is blank.",
    ProblemCode.TOO_LONG: "%(field)s has %(length)s characters; at most %(limit)s fit.",
    ProblemCode.NOT_A_NUMBER: "%(field)s is not a number.",
    ProblemCode.OUT_OF_RANGE: "%(field)s must be between %(lowest)s and %(highest)s.",
    ProblemCode.NOT_ONE_OF: "%(field)s must be one of %(options)s; close: %(did_you_mean)s.",
    ProblemCode.BAD_DATE: "%(field)s is not a date such as 2026-12-31 or 2026-12-31T18:00.",
    ProblemCode.BAD_DURATION: "%(field)s is not a time span such as 90s, 30m, 5h or 2d.",
    ProblemCode.BAD_NAME: "%(field)s may hold letters, digits, dots, dashes and underscores only.",
    ProblemCode.BAD_AMOUNT: "%(field)s is not an amount such as 0.01.",
    ProblemCode.UNKNOWN_CURRENCY: "%(value)s is not a currency code such as EUR; close: %(did_you_mean)s.",
    ProblemCode.UNKNOWN_LABEL: "%(value)s is none of the labels %(options)s.",
    ProblemCode.ARCHIVED_LABEL: "The label %(value)s was removed from the project.",
    ProblemCode.AMBIGUOUS_LABEL: "%(value)s may mean several labels: %(options)s.",
    ProblemCode.YAML_BROKEN: "Line %(line)s is not valid YAML.",
    ProblemCode.YAML_ALIAS: "Line %(line)s uses an anchor or alias, which project files may not.",
    ProblemCode.YAML_TAG: "Line %(line)s uses a type tag, which project files may not.",
    ProblemCode.YAML_TOO_DEEP: "The file is nested too deeply, or has too many entries.",
    ProblemCode.YAML_MANY_DOCUMENTS: "The file holds more than one document.",
    ProblemCode.DUPLICATE_KEY: "%(field)s is written twice.",
    ProblemCode.UNKNOWN_KEY: "%(field)s is not known; close: %(did_you_mean)s.",
    ProblemCode.MISSING_KEY: "%(field)s is missing.",
    ProblemCode.WRONG_SHAPE: "%(field)s should be a %(expected)s.",
    ProblemCode.BAD_LABEL_ID: "A label id has 1 to 32 of a-z, 0-9, dash, underscore; %(value)s has not.",
    ProblemCode.DUPLICATE_LABEL_ID: "Two labels have the id %(value)s; give each its own id.",
    ProblemCode.DUPLICATE_LABEL_TEXT: "Two labels read %(value)s for a reader of %(locale)s.",
    ProblemCode.TOO_FEW_LABELS: "At least %(limit)s labels are needed.",
    ProblemCode.TOO_MANY_LABELS: "At most %(limit)s labels are possible.",
    ProblemCode.OVERLAP_ORDER: "The smallest overlap (%(value)s) is above the largest (%(highest)s).",
    ProblemCode.BUDGET_TOO_SMALL: "The budget does not pay one reward of %(reward)s.",
}

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_OWN = {"line", "field", "value"}


def facts_of(code: ProblemCode) -> set[str]:
    """The names of the facts that every problem of this code carries."""
    return set(_PLACEHOLDER.findall(MEANINGS[code])) - _OWN


def problem(
    code: ProblemCode,
    *,
    line: int | None = None,
    field: str | None = None,
    value: str = "",
    **facts: object,
) -> Problem:
    """A problem that is sure to carry what its sentence needs, with the value cut to fit a message."""
    missing = facts_of(code) - facts.keys()
    if missing:
        raise TypeError(f"{code} needs the facts {', '.join(sorted(missing))}")
    shown = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
    return Problem(str(code), line=line, field=field, value=shown, facts=facts)
