"""Files in both directions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from telegram import InputFile, InputMediaPhoto
from telegram.error import BadRequest, TelegramError

from bots.carrying import TooBig, path_of
from bots.dialogue.vocabulary import Attachment
from bots.platform import Impossible, NotSent
from bots.telegram.api import Api
from bots.telegram.request import AiohttpRequest

MOST_ATTACHMENT = 50_000_000

Picture = str | InputFile
"""A file id, or a file to upload."""


@asynccontextmanager
async def opened(path: Path, name: str) -> AsyncIterator[InputFile]:
    """A file ready to be streamed under a name.

    Raises:
        OSError: when it cannot be read.
    """
    shown = "".join(letter for letter in name if letter.isprintable()) or "file"
    file = await asyncio.to_thread(path.open, "rb")
    try:
        yield InputFile(file, filename=shown, attach=True, read_file_handle=False)
    finally:
        file.close()


@asynccontextmanager
async def attached(data_dir: Path, attachment: Attachment) -> AsyncIterator[InputFile]:
    """A file of ours for a person.

    Raises:
        Impossible: when it is not below the data folder, or larger than Telegram takes.
        OSError: when it cannot be read.
    """
    path = await asyncio.to_thread(path_of, attachment, data_dir=data_dir, most=MOST_ATTACHMENT)
    async with opened(path, attachment.name) as document:
        yield document


def as_media(picture: Picture, caption: dict[str, str]) -> Any:
    """A picture with its caption as editMessageMedia wants it."""
    if isinstance(picture, str):
        return {"type": "photo", "media": picture, **caption}
    return InputMediaPhoto(picture, caption=caption["caption"], parse_mode=caption["parse_mode"])


async def fetch(api: Api, request: AiohttpRequest, handle: str, *, into: Path, most: int) -> None:
    """Download a file that a person sent.

    Raises:
        NotSent: when it cannot be fetched.
        Impossible: when it is larger than `most`.
    """
    try:
        await request.download(await _address(api, handle, most), into, most)
    except TooBig:
        raise Impossible(f"larger than {most} bytes") from None
    except BadRequest as error:
        if "file is too big" in str(error).lower():
            raise Impossible(str(error)) from error
        raise NotSent(str(error)) from error
    except TelegramError as error:
        raise NotSent(str(error)) from error


async def _address(api: Api, handle: str, most: int) -> str:
    """Where the file lies; Telegram's path is not trusted to stay in its folder."""
    file = await api.call("getFile", {"file_id": handle})
    path = file.get("file_path") if isinstance(file, dict) else None
    if not isinstance(path, str) or path.startswith("/") or ".." in path.split("/"):
        raise TelegramError("nonsense in place of a file's path")
    size = file.get("file_size")
    if isinstance(size, int) and size > most:
        raise TooBig
    return f"{api.file_url}/{quote(path)}"
