"""Pictures as numbers: upright, at the size and scale that a model's card says."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.intake.images import FORMATS, LARGEST, MOST_PIXELS
from models.card import ImageInput
from models.files import bounded

MOST_DECODED: Final = 25_000_000  # pixels; a JPEG can have more, as it is decoded at a fraction of its size
_FINER: Final = 2  # decoded at no less than twice the size, then scaled with care


class UnreadablePicture(Exception):  # noqa: N818  (its name says what it is)
    """Some pictures are none, damaged, or too large; `places` says which."""

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__(tuple(places))
        self.places = tuple(places)


def pixels(files: Sequence[Path | bytes], given: ImageInput) -> NDArray[np.float32]:
    """Pictures as a batch, (N, C, H, W).

    Raises:
        UnreadablePicture: naming every place in `files` where there is no picture to read.
    """
    batch = np.empty((len(files), given.channels, given.height, given.width), np.float32)
    unreadable = [
        place for place, file in enumerate(files) if not read_pixels(file, given, into=batch[place])
    ]
    if unreadable:
        raise UnreadablePicture(unreadable)
    return batch


def read_pixels(file: Path | bytes, given: ImageInput, *, into: NDArray[np.float32]) -> bool:
    """Write one picture into (C, H, W); False, and nothing written, when it cannot be read.

    A name or a type that the picture claims counts for nothing: its first bytes say what it is.
    """
    try:
        picture = _opened(bounded(file, most=LARGEST, name="picture"), given)
    except Exception:  # decoders raise whatever a damaged file makes them raise
        return False
    channels = np.asarray(picture, np.float32).reshape(given.height, given.width, given.channels)
    mean, std = np.array(given.mean, np.float32), np.array(given.std, np.float32)
    scaled = channels * (1 / (255 * std)) - mean / std
    into[...] = scaled.transpose(2, 0, 1)
    return True


def _opened(data: bytes, given: ImageInput) -> Image.Image:
    mode = "L" if given.channels == 1 else "RGB"
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        # it may lie on its side, so that width and height change places
        side = _FINER * max(given.width, given.height)
        opened.draft(mode, (side, side))
        if opened.width * opened.height > MOST_DECODED:
            raise ValueError("too many pixels to decode")
        opened.load()
        picture: Image.Image = opened
        with contextlib.suppress(Exception):  # unreadable metadata is no reason to refuse a readable picture
            picture = ImageOps.exif_transpose(opened)
        return _plain(picture, mode).resize(
            (given.width, given.height),
            Image.Resampling.BILINEAR,
            box=_box(picture.size, given),
            reducing_gap=2.0,
        )


def _plain(picture: Image.Image, mode: str) -> Image.Image:
    """Without transparency, which shows white, in the mode of the model."""
    if picture.mode.startswith("I"):  # 16 bits a pixel; a plain conversion would make it all white
        picture = picture.convert("F").point(lambda value: value / 256 + 0).convert("L")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, "white")
        picture.paste(clear, mask=clear.getchannel("A"))
    return picture.convert(mode)


def _box(size: tuple[int, int], given: ImageInput) -> tuple[float, float, float, float]:
    """What of the picture is looked at: all, or the largest middle part of the wanted proportions."""
    width, height = size
    if given.fit == "stretch":
        return 0, 0, width, height
    scale = min(width / given.width, height / given.height)
    across, down = given.width * scale, given.height * scale
    left, top = (width - across) / 2, (height - down) / 2
    return left, top, left + across, top + down
