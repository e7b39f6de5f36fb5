"""ZIP archives, looked at before anything is unpacked, and then opened one file at a time."""

from __future__ import annotations

import posixpath
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from core.errors import BadFile
from core.intake.problems import ProblemCode, problem

MOST_FILES: Final = 20_000
LARGEST: Final = 500 * 2**20  # bytes, unpacked
TIGHTEST: Final = 200  # unpacked : packed; real tables and pictures stay far below
SMALL: Final = 10 * 2**20  # below this, tight packing does no harm
_LONGEST_DIRECTORY: Final = MOST_FILES * 300  # bytes; a directory is read whole, so it is measured before
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
)


def check_archive(source: BinaryIO, *, largest: int = LARGEST) -> list[zipfile.ZipInfo]:
    """The files of an archive; raises BadFile for one that is damaged, locked, unsafe or a bomb."""
    _check_directory(source)
    try:
        with zipfile.ZipFile(source) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _DAMAGED:
        raise BadFile(problem(ProblemCode.ZIP_BROKEN)) from None
    if len(entries) > MOST_FILES:
        raise BadFile(problem(ProblemCode.ZIP_TOO_MANY_FILES, limit=MOST_FILES))
    if sum(entry.file_size for entry in entries) > largest:
        raise BadFile(problem(ProblemCode.ZIP_TOO_LARGE, limit_mb=largest // 2**20))
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise BadFile(problem(ProblemCode.ZIP_ENCRYPTED, value=entry.filename))
        if entry.file_size > SMALL and entry.file_size > TIGHTEST * max(entry.compress_size, 1):
            raise BadFile(problem(ProblemCode.ZIP_BOMB, value=entry.filename))
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if ".." in parts or parts[:1] == ("/",) or (parts and parts[0].endswith(":")):
            raise BadFile(problem(ProblemCode.ZIP_UNSAFE_PATH, value=entry.filename))
    return entries


def _check_directory(source: BinaryIO) -> None:
    """Refuses an archive whose directory alone would fill the memory."""
    size = source.seek(0, 2)
    source.seek(max(size - 66_000, 0))
    tail = source.read()
    source.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise BadFile(problem(ProblemCode.ZIP_BROKEN))
    (directory,) = struct.unpack_from("<L", tail, end + 12)
    # a 64-bit directory is for archives that are too large for us anyway
    if directory > _LONGEST_DIRECTORY or tail[max(end - 20, 0) : end].startswith(b"PK\x06\x07"):
        raise BadFile(problem(ProblemCode.ZIP_TOO_MANY_FILES, limit=MOST_FILES))


def read_pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, piece: int) -> Iterator[bytes]:
    """One file of an archive, piece by piece; raises BadFile where it is damaged."""
    try:
        with archive.open(entry) as stream:
            while data := stream.read(piece):
                yield data
    except _DAMAGED:
        raise BadFile(problem(ProblemCode.ZIP_BROKEN, value=entry.filename)) from None


@dataclass(slots=True)
class Folder:
    """The images of an archive under every name by which a table may call them."""

    by_path: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    by_name: dict[str, zipfile.ZipInfo | None] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: list[zipfile.ZipInfo]) -> Folder:
        """Names are compared in NFC and without case; a bare file name works while it is the only one."""
        folder = cls()
        for entry in entries:
            path = folded(real_name(entry))
            name = path.rsplit("/", 1)[-1]
            folder.by_path.setdefault(path, entry)
            folder.by_name[name] = None if name in folder.by_name else entry
        return folder

    def find(self, written: str, *, beside: str) -> zipfile.ZipInfo | None:
        """The image that a table means, by its path from the table's folder, its path, or its name."""
        path = posixpath.normpath(folded(written)).lstrip("/")
        near = posixpath.normpath(posixpath.join(folded(beside), path))
        found = self.by_path.get(near) or self.by_path.get(path)
        return found or (self.by_name.get(path) if "/" not in path else None)


def real_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; many programs write UTF-8 without saying so."""
    name = entry.filename
    if not entry.flag_bits & 0x800 and not name.isascii():
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name
    return name


def folded(name: str) -> str:
    """A path as it is compared: NFC, forward slashes, no case."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()
