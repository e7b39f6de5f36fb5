"""Starting the service as a process of its own, and ending it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.soak.fuses import Fuse

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Nursery:
    """Brings up services; the next one is always loaded already, so that little time is lost between two."""

    data: Path
    platform: Sequence[str]  # what says on the command line which one it is, and where
    origin: datetime
    speed: float
    starts: int  # how many services will be wanted
    _loaded: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> Path:
        """What every start wrote."""
        return self.data / "service.log"

    @asynccontextmanager
    async def service(self, fuse: Fuse) -> AsyncIterator[asyncio.subprocess.Process]:
        """A running service; it is certainly gone afterwards."""
        process = self._loaded or await self._load()
        self._loaded = None
        self.starts -= 1
        try:
            self._loaded = await self._load() if self.starts > 0 else None
            assert process.stdin is not None, "it was asked for"
            process.stdin.write(f"{fuse}\n".encode())
            await process.stdin.drain()
            yield process
        finally:
            await _end(process)

    async def close(self) -> None:
        """No more services are needed."""
        if self._loaded is not None:
            await _end(self._loaded)
            self._loaded = None

    async def _load(self) -> asyncio.subprocess.Process:
        arguments = [
            *("-m", "tests.soak.service", "--data", self.data, *self.platform),
            *("--origin", self.origin.isoformat(), "--speed", self.speed, "--kill-at", "-"),
        ]
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                *(str(one) for one in arguments),
                cwd=ROOT,
                env=dict(os.environ) | {"PYTHONUNBUFFERED": "1"},
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
            )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


async def end_kindly(process: asyncio.subprocess.Process, *, patience: float = 15) -> int:
    """Ask the service to stop, and return what it says at its end."""
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(patience):
        return await process.wait()
