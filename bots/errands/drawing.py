"""Pictures that errands send: drawn in a process of its own, kept for as long as anybody looks at them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any

from bots.dialogue.turn import House
from core.intake.images import image_path, keep_picture
from core.surroundings import surroundings

PATIENCE = 60.0  # seconds
DRAWN = "curves"
"""The folder, below the data folder, of marks that tell which of the stored pictures were drawn by an errand."""


class NotDrawn(Exception):  # noqa: N818  (its name says what it is)
    """The process that draws ended without a picture; `code` is what it ended with."""

    def __init__(self, code: int, complaint: str) -> None:
        super().__init__(code, complaint)
        self.code = code


async def drawn(artist: str, asked: Any, *, house: House) -> bytes:
    """What a module draws of `asked`, which it reads as JSON.

    Raises:
        NotDrawn: when it could not.
        TimeoutError: when it took too long.
    """
    settings = house.data_dir / "matplotlib"  # it keeps a list of fonts there
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", artist),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=surroundings(MPLCONFIGDIR=str(settings)),
        start_new_session=True,
    )
    try:
        picture, complaint = await asyncio.wait_for(process.communicate(json.dumps(asked).encode()), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise NotDrawn(process.returncode, complaint.decode(errors="replace")[-500:])
    return picture


async def kept(picture: bytes, name: str, *, house: House) -> str:
    """Keep a picture and a mark of it; returns its name, which is no task's, even if somebody uploads the same."""
    return await asyncio.to_thread(_kept, picture, name, house)


def _kept(picture: bytes, name: str, house: House) -> str:
    stored = f"{hashlib.sha256(f'{name} '.encode() + picture).hexdigest()}.png"
    mark, path = house.data_dir / DRAWN / stored, image_path(house.media_dir, stored)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    keep_picture(picture, path)
    return stored


def sweep(house: House, *, before: datetime) -> None:
    """Remove the pictures that were drawn before that moment."""
    for mark in (house.data_dir / DRAWN).glob("*.png"):
        with suppress(FileNotFoundError):  # another process sweeps, too
            if mark.stat().st_mtime < before.timestamp():
                image_path(house.media_dir, mark.name).unlink(missing_ok=True)
                mark.unlink()
