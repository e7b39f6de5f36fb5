"""Processes that are asked by lines of JSON on their standard input, and answer on their standard output."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tests.benchmarks.measuring import cpu_seconds

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


async def serve_lines(ready: dict[str, Any], answers: Mapping[str, Answer]) -> None:
    """Say `ready`, then answer questions until the input ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print(json.dumps(ready), flush=True)
    while line := await reader.readline():
        question = json.loads(line)
        print(json.dumps(await answers[question.pop("do")](question)), flush=True)


async def used(_question: dict[str, Any]) -> dict[str, Any]:
    """The answer to "used": processor seconds so far."""
    return {"seconds": cpu_seconds()}


class Asked:
    """The asking side of such a process."""

    def __init__(self, process: Process, ready: dict[str, Any]) -> None:
        self._process = process
        self.ready = ready

    async def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        writer = self._process.stdin
        assert writer is not None, "a pipe"
        writer.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        await writer.drain()
        return await _line(self._process)


async def _line(process: Process) -> dict[str, Any]:
    reader = process.stdout
    assert reader is not None, "a pipe"
    line = await reader.readline()
    if not line:
        raise RuntimeError("the process ended; what it said stands above")
    answer: dict[str, Any] = json.loads(line)
    return answer


@asynccontextmanager
async def asked(module: str, *arguments: str) -> AsyncIterator[Asked]:
    """Such a process; it ends when its input does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=PIPE, stdout=PIPE
    )
    try:
        yield Asked(process, await _line(process))
    finally:
        assert process.stdin is not None, "a pipe"
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.kill()
            await process.wait()
