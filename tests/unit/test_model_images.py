"""Pictures as numbers: upright, at the card's size and scale, and never a bomb."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.card import ImageInput
from models.images import UnreadablePicture, pixels, read_pixels
from tests.onnx_graphs import IMAGE

WIDE = ImageInput(width=32, height=16, mean=(0.0,) * 3, std=(1.0,) * 3)
SQUARE = ImageInput(width=16, height=16, mean=(0.0,) * 3, std=(1.0,) * 3, fit="cover")
GREY = ImageInput(width=8, height=8, channels=1, mean=(0.5,), std=(0.5,))
RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def halves(left: tuple[int, int, int] = RED, right: tuple[int, int, int] = BLUE) -> Image.Image:
    """Red on the left, blue on the right, 320 by 160."""
    picture = Image.new("RGB", (320, 160), left)
    picture.paste(Image.new("RGB", (160, 160), right), (160, 0))
    return picture


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims that size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + chunk(b"IEND", b"")
    )


def test_a_picture_is_scaled_as_the_card_says() -> None:
    """(value / 255 - mean) / std, channels first."""
    found = pixels([encoded(Image.new("RGB", (40, 40), (255, 51, 0)))], IMAGE)
    assert found.shape == (1, 3, 12, 16)
    assert found.dtype == np.float32
    assert np.allclose(found[0].mean(axis=(1, 2)), [2, -1.2, -2], atol=1e-5)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_its_first_bytes_say_what_a_picture_is(tmp_path: Path, form: str) -> None:
    """Whatever its name claims; left is left and right is right."""
    path = tmp_path / "picture.txt"
    path.write_bytes(encoded(halves(), form))
    found = pixels([path], WIDE)[0]
    assert found[0, :, :12].min() > 0.9
    assert found[2, :, 20:].min() > 0.9


def test_covering_keeps_the_middle_and_the_proportions() -> None:
    """Of a picture twice as wide as high, a quarter goes on each side."""
    picture = Image.new("RGB", (320, 160), RED)
    picture.paste(Image.new("RGB", (160, 160), BLUE), (80, 0))
    assert pixels([encoded(picture)], SQUARE)[0, 2, :, 1:-1].min() > 0.99
    assert pixels([encoded(picture)], WIDE)[0, 0, :, :7].min() > 0.99


def test_a_picture_stands_upright_and_shows_white_where_it_is_clear() -> None:
    turned = halves().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right
    assert pixels([encoded(turned, "JPEG", exif=exif)], WIDE)[0, 0, :, :12].min() > 0.9
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert pixels([encoded(clear)], SQUARE).min() == pytest.approx(1)


def test_one_channel_is_brightness() -> None:
    white, black = (encoded(Image.new("RGB", (9, 9), colour)) for colour in ("white", "black"))
    found = pixels([white, black], GREY)
    assert found.shape == (2, 1, 8, 8)
    assert found[0].min() == pytest.approx(1)
    assert found[1].max() == pytest.approx(-1)


def test_sixteen_bits_are_not_all_white() -> None:
    dark = Image.fromarray(np.full((9, 9), 0x2000, np.uint16))
    assert pixels([encoded(dark)], GREY).max() < -0.7


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        encoded(halves(), "JPEG")[:800],
        encoded(halves())[:60],
        encoded(Image.new("RGB", (9, 9)), "TIFF"),
        bomb(40_000, 40_000),
        bomb(8_000, 6_000),
        bomb(2**31 - 1, 1),
    ],
    ids=["empty", "head only", "svg", "pdf", "cut jpeg", "cut png", "tiff", "huge bomb", "bomb", "long bomb"],
)
def test_what_cannot_be_read_is_named_and_leaves_nothing_behind(data: bytes) -> None:
    """The good one beside it is not to blame; no memory is taken for what a picture only claims."""
    with pytest.raises(UnreadablePicture) as unreadable:
        pixels([encoded(halves()), data], WIDE)
    assert unreadable.value.places == (1,)
    row = np.full((3, 16, 32), 7, np.float32)
    assert not read_pixels(data, WIDE, into=row)
    assert (row == 7).all()


def test_a_missing_or_a_huge_file_cannot_be_read(tmp_path: Path) -> None:
    row = np.empty((3, 16, 32), np.float32)
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(2**40)
    for name in ("nothing.png", "huge.png", "."):
        assert not read_pixels(tmp_path / name, WIDE, into=row)


def test_a_large_photo_is_decoded_at_a_fraction_of_its_size() -> None:
    """Forty million pixels of JPEG are fine, where the same as PNG is refused."""
    large = Image.new("RGB", (8000, 5000), RED)
    assert pixels([encoded(large, "JPEG")], WIDE)[0, 0].min() > 0.9
    assert not read_pixels(encoded(large), WIDE, into=np.empty((3, 16, 32), np.float32))
