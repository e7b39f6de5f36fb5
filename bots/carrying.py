"""Files between a platform and our disk: bounded on the way in, ours alone on the way out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from bots.dialogue.vocabulary import Attachment
from bots.platform import Impossible

_CHUNK = 256 * 1024


class TooBig(Exception):  # noqa: N818  (an outcome of a download)
    """The file is larger than what the caller takes."""


async def save(answer: aiohttp.ClientResponse, into: Path, most: int) -> None:
    """Stream what is answered to disk.

    Raises:
        TooBig: when more than `most` bytes are announced, or come.
    """
    if (answer.content_length or 0) > most:
        raise TooBig
    size = 0
    file = await asyncio.to_thread(into.open, "wb")
    try:
        async for chunk in answer.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > most:
                raise TooBig
            await asyncio.to_thread(file.write, chunk)
    finally:
        await asyncio.to_thread(file.close)


def path_of(attachment: Attachment, *, data_dir: Path, most: int) -> Path:
    """Where a file of ours lies that a person gets.

    Raises:
        Impossible: when it is not below the data folder, or larger than `most` bytes.
        OSError: when it is not there.
    """
    path = (data_dir / attachment.path).resolve()
    if not path.is_relative_to(data_dir.resolve()):
        raise Impossible("an attachment outside the data folder")
    if path.stat().st_size > most:
        raise Impossible(f"an attachment larger than {most} bytes")
    return path
