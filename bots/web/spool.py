"""Where uploaded files wait, between the browser and the front desk."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

LEFT_BEHIND = timedelta(hours=1)


class TooLarge(Exception):  # noqa: N818  (its name says what it is)
    """More bytes than allowed."""


class Spool:
    """A folder of uploads, each found by the handle of its event."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, handle: str, chunks: AsyncIterator[bytes], most: int) -> int:
        """Write what arrives, and tell how many bytes it was.

        Raises:
            TooLarge: when there are more than `most`; nothing is kept then.
        """
        path, size = self._path(handle), 0
        part = path.with_suffix(".part")
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        try:
            with await asyncio.to_thread(part.open, "wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > most:
                        raise TooLarge
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(part.replace, path)
        finally:
            part.unlink(missing_ok=True)
        return size

    async def copy(self, handle: str, into: Path, most: int) -> None:
        """Copy an upload into `into`.

        Raises:
            FileNotFoundError: when it is not here (any more).
            TooLarge: when it has more than `most` bytes.
        """
        path = self._path(handle)
        if path.stat().st_size > most:
            raise TooLarge
        await asyncio.to_thread(shutil.copyfile, path, into)

    def drop(self, handle: str) -> None:
        """Forget an upload that was handled."""
        self._path(handle).unlink(missing_ok=True)

    def sweep(self, now: datetime) -> None:
        """Remove what a crash left behind."""
        oldest = (now - LEFT_BEHIND).timestamp()
        for path in self._folder.glob("*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _path(self, handle: str) -> Path:
        return self._folder / hashlib.sha256(handle.encode()).hexdigest()
