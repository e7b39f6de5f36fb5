"""Opening text files whose encoding nobody told us, without reading them into memory."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from charset_normalizer import from_bytes

from core.errors import BadFile
from core.intake.problems import ProblemCode, problem

SAMPLE: Final = 32 * 1024
CHUNK: Final = 256 * 1024
LONGEST_LINE: Final = 1_000_000  # characters; a table with longer ones is no table
MOST_BYTES: Final = 500 * 2**20

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What spreadsheets and old systems really write; without the list a guess may be a mainframe's code page.
# In doubt the earlier one is taken.
_GUESSES: Final = [
    *("cp1252", "cp1251", "cp874", "shift_jis", "gb18030", "big5", "euc_kr", "euc_jp", "cp1256", "cp1255"),
    *("cp1253", "cp1254", "cp1250", "cp1257", "cp1258", "koi8_r", "mac_roman"),
]
_UNREADABLE = re.compile("[\udc80-\udcff]")
_BINARY = re.compile(b"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def encoding_of(source: BinaryIO) -> str:
    """The encoding of a text file, by its mark, else its bytes; raises BadFile when it is no text."""
    head = source.read(SAMPLE)
    source.seek(0)
    if not head.strip():
        raise BadFile(problem(ProblemCode.EMPTY_FILE))
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    zeros = head[1::2].count(0), head[0::2].count(0)
    if max(zeros) > len(head) * 0.2 and min(zeros) < len(head) * 0.05:
        return "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    if len(_BINARY.findall(head)) > 8 + len(head) * 0.02:
        raise BadFile(problem(ProblemCode.NOT_TEXT))
    valid, invalid, example = _count_utf8(source)
    if not invalid or valid > 10 * invalid:
        return "utf-8"
    return _guess(example)


def open_text(source: BinaryIO) -> TextIO:
    """The file as text; bytes that are no characters become what `is_unreadable` sees."""
    encoding = encoding_of(source)
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    return io.TextIOWrapper(source, encoding=encoding, errors=errors, newline="")


def is_unreadable(text: str) -> bool:
    """Whether some of a cell's bytes were no characters."""
    return not text.isascii() and ("\ufffd" in text or _UNREADABLE.search(text) is not None)


def lines_of(text: TextIO) -> Iterator[str]:
    """The lines with their ends, never more than a bounded piece in memory; raises BadFile at a huge one."""
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise BadFile(problem(ProblemCode.LINE_TOO_LONG, line=number, limit=LONGEST_LINE))
        yield line


def check_size(path: Path, limit: int = MOST_BYTES) -> None:
    """Refuses a file that is empty or larger than the limit in bytes."""
    size = path.stat().st_size
    if size == 0:
        raise BadFile(problem(ProblemCode.EMPTY_FILE))
    if size > limit:
        raise BadFile(problem(ProblemCode.FILE_TOO_LARGE, limit_mb=limit // 2**20))


def _count_utf8(source: BinaryIO) -> tuple[int, int, bytes]:
    """How many characters beyond ASCII are valid UTF-8, how many bytes are not, and the first such chunk."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    valid = invalid = 0
    example = b""
    while chunk := source.read(CHUNK):
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(chunk)
        broken = len(_UNREADABLE.findall(text))
        valid += len(re.findall("[^\x00-\x7f]", text)) - broken
        invalid += broken
        if broken and not example:
            example = chunk
    tail = decoder.decode(b"", final=True)
    source.seek(0)
    return valid, invalid + len(tail), example


def _guess(example: bytes) -> str:
    """The likeliest old encoding, judged by the lines that have something to judge."""
    lines = [line for line in example.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:SAMPLE] or example[:SAMPLE]
    guesses = [guess for guess in from_bytes(sample, cp_isolation=_GUESSES) if guess.encoding in _GUESSES]
    if not guesses:
        raise BadFile(problem(ProblemCode.UNKNOWN_ENCODING))
    best = min(guesses, key=lambda guess: (guess.chaos, -guess.coherence, _GUESSES.index(guess.encoding)))
    return best.encoding
