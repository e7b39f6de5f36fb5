"""The whole product in a process of its own, started and stopped as an operator does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

PATIENCE = 60


class Running:
    """The service in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, box: str) -> None:
        self.process = process
        self.box = box

    @property
    def url(self) -> str:
        """The address to open."""
        found = re.search(r"http://\S+\?t=[\w-]+", self.box)
        assert found, self.box
        return found[0]

    async def stop(self) -> str:
        """Ask it to stop; returns what it wrote to its logs."""
        self.process.send_signal(signal.SIGTERM)
        _, logs = await asyncio.wait_for(self.process.communicate(), 15)
        assert self.process.returncode == 0
        return logs.decode()


async def start(*arguments: str, cwd: Path | None = None, **environment: str) -> asyncio.subprocess.Process:
    """Start the command as an operator does, in a folder of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", *arguments),
        env={**os.environ, **{f"CHATCROWD_{name}": value for name, value in environment.items()}},
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def running(*arguments: str, cwd: Path | None = None, **environment: str) -> AsyncIterator[Running]:
    """The service, from its box on."""
    process = await start(*arguments, cwd=cwd, **{"HTTP_PORT": "0", **environment})
    assert process.stdout is not None
    box = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while "Ctrl-C" not in box:
                line = await process.stdout.readline()
                assert line, await process.stderr.read() if process.stderr else ""
                box += line.decode()
        yield Running(process, box)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def said(process: asyncio.subprocess.Process) -> str:
    """The one sentence with which a start failed."""
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1, err
    assert out == b""
    *logs, line = err.decode().strip().splitlines()
    assert all(json.loads(log) for log in logs)
    return line
