"""What a file is, by its content first and its name second."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from core.errors import BadFile
from core.intake.archive import check_archive
from core.intake.encoding import check_size
from core.intake.problems import ProblemCode, problem


class Format(StrEnum):
    """The ways in which tasks arrive as a file."""

    DELIMITED = "delimited"
    JSON_LINES = "json_lines"
    JSON_LIST = "json_list"
    WORKBOOK = "workbook"
    ARCHIVE = "archive"
    IMAGE = "image"


DELIMITED_ENDINGS: Final = frozenset({"csv", "tsv", "tab"})
TABLE_ENDINGS: Final = DELIMITED_ENDINGS | {"json", "jsonl", "ndjson", "xlsx", "xlsm"}
IMAGE_ENDINGS: Final = frozenset(
    {"jpg", "jpeg", "jfif", "png", "gif", "webp", "bmp", "heic", "heif", "avif", "tif", "tiff", "svg"}
)
ARCHIVE_ENDINGS: Final = frozenset({"zip", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz", "zst"})

_HEAD: Final = 4096
_IMAGE = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n|GIF8|RIFF....WEBP|BM....\0\0|II\*\0|MM\0\*|....ftyp(?:hei|hev|mif|msf|avi)",
    re.DOTALL,
)
_OTHER = re.compile(
    rb"%PDF|\x1f\x8b|Rar!|7z\xbc\xaf|\xfd7zXZ|BZh|\x28\xb5\x2f\xfd|OggS|\x7fELF|MZ|ID3|SQLite format"
)


def ending(name: str) -> str:
    """The ending of a file name without its dot, in lower case."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lstrip(".").lower()


def format_of(path: Path, name: str) -> Format:
    """The format of a file that somebody calls `name`; raises BadFile for one that we cannot read."""
    check_size(path)
    with path.open("rb") as source:
        head = source.read(_HEAD)
    kind = ending(name)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(path, kind)
    if _IMAGE.match(head) or kind in IMAGE_ENDINGS:
        return Format.IMAGE
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile(problem(ProblemCode.OLD_EXCEL, value=kind))
    if kind == "zip":
        raise BadFile(problem(ProblemCode.ZIP_BROKEN))
    if kind in ("xlsx", "xlsm"):
        raise BadFile(problem(ProblemCode.XLSX_BROKEN))
    if _OTHER.match(head) or kind in ARCHIVE_ENDINGS:
        raise BadFile(problem(ProblemCode.UNKNOWN_FILE_TYPE, value=kind))
    return Format.DELIMITED if kind in DELIMITED_ENDINGS else _text(head, kind)


def _packed(path: Path, kind: str) -> Format:
    """Office files are archives too."""
    with path.open("rb") as source:
        names = {entry.filename for entry in check_archive(source)}
    if "xl/workbook.xml" in names:
        return Format.WORKBOOK
    if kind in ("xlsx", "xlsm"):
        raise BadFile(problem(ProblemCode.XLSX_BROKEN))
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise BadFile(problem(ProblemCode.UNKNOWN_FILE_TYPE, value=kind))
    return Format.ARCHIVE


def _text(head: bytes, kind: str) -> Format:
    # enough for every encoding in which a bracket is a bracket
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"["):
        return Format.JSON_LIST
    if kind in ("jsonl", "ndjson"):
        return Format.JSON_LINES
    if start.startswith(b"{"):
        return _objects(start, kind)
    if kind == "json":
        raise BadFile(problem(ProblemCode.JSON_NOT_LIST))
    return Format.DELIMITED


def _objects(start: bytes, kind: str) -> Format:
    """JSON Lines under a wrong name, unless the first line is no object of its own."""
    line, newline, _ = start.partition(b"\n")
    if kind == "json" and newline:
        try:
            json.loads(line)
        except (ValueError, RecursionError):
            raise BadFile(problem(ProblemCode.JSON_NOT_LIST)) from None
    return Format.JSON_LINES
