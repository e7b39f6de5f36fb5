"""Files from outside: plain files only, and bounded before a byte of them is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from models.problems import BadModel, ModelProblem


def bounded(source: Path | bytes, *, most: int, name: str) -> bytes:
    """All bytes of `source`, which are at most `most`; `name` says in a problem what was read.

    Raises:
        BadModel: NO_FILE where there is no plain file that can be read, TOO_LARGE.
    """
    if isinstance(source, bytes):
        return _checked(source, most=most, name=name)
    try:
        # a pipe that nobody writes to would keep an ordinary open waiting
        with open(os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise BadModel(ModelProblem.NO_FILE, name=source.name)
            if found.st_size > most:
                raise _too_large(most, source.name)
            return _checked(file.read(most + 1), most=most, name=source.name)  # it may grow meanwhile
    except OSError:
        raise BadModel(ModelProblem.NO_FILE, name=source.name) from None


def _checked(data: bytes, *, most: int, name: str) -> bytes:
    if len(data) > most:
        raise _too_large(most, name)
    return data


def _too_large(most: int, name: str) -> BadModel:
    return BadModel(ModelProblem.TOO_LARGE, name=name, limit_mb=f"{most / 2**20:g}")
