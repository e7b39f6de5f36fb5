"""Pictures: what is stored of them, and which are refused."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from core.errors import BadFile
from core.intake.images import LARGEST, image_path, store_image


def picture(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A picture with many colours."""
    ramp = Image.linear_gradient("L").resize(size)
    turned = ramp.transpose(Image.Transpose.ROTATE_90).resize(size)
    return Image.merge("RGB", (ramp, turned, ramp))


def encoded(made: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    target = io.BytesIO()
    made.save(target, form, **options)
    return target.getvalue()


def why_not(data: bytes | Path, media: Path) -> str:
    with pytest.raises(BadFile) as bad:
        store_image(data, media)
    assert not list(media.rglob("*.*"))
    return bad.value.problems[0].code


def stored(data: bytes, media: Path) -> Image.Image:
    with Image.open(image_path(media, store_image(data, media).name)) as opened:
        opened.load()
        return opened


def test_a_picture_is_stored_under_its_hash_once(tmp_path: Path) -> None:
    """The same picture twice is one file, and nothing half-written stays beside it."""
    data = encoded(picture())
    (tmp_path / "upload").write_bytes(data)
    first, second = store_image(data, tmp_path), store_image(tmp_path / "upload", tmp_path)
    assert first == second
    path = image_path(tmp_path, first.name)
    assert path == tmp_path / first.sha256[:2] / f"{first.sha256}.jpg"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == first.sha256
    assert (first.mime, first.width, first.height, first.size) == ("image/jpeg", 64, 48, path.stat().st_size)
    assert [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_every_offered_format_is_read_whatever_it_is_called(tmp_path: Path, form: str) -> None:
    assert stored(encoded(picture(), form), tmp_path).size == (64, 48)


def test_large_pictures_become_small(tmp_path: Path) -> None:
    assert stored(encoded(picture((4000, 1000))), tmp_path).size == (1600, 400)


@pytest.mark.parametrize(("size", "padded"), [((1000, 10), (1000, 50)), ((10, 4000), (80, 1600))])
def test_long_thin_pictures_are_padded(
    tmp_path: Path, size: tuple[int, int], padded: tuple[int, int]
) -> None:
    """Chats refuse photos that are more than twenty times as long as wide."""
    assert stored(encoded(picture(size)), tmp_path).size == padded


def test_metadata_is_dropped_and_orientation_applied(tmp_path: Path) -> None:
    """Where and with what a photo was taken is nobody's business; upright it stays."""
    made = Image.new("RGB", (40, 20), "black")
    made.paste("white", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to view
    exif[0x010F] = "SecretCamera"
    data = encoded(made, exif=exif, comment=b"SecretPlace", icc_profile=b"SecretProfile")
    assert b"SecretCamera" in data
    kept = stored(data, tmp_path)
    written = next(tmp_path.rglob("*.jpg")).read_bytes()
    assert b"Secret" not in written
    assert not kept.getexif()
    assert kept.size == (20, 40)
    assert kept.convert("L").getpixel((10, 5)) > 200  # type: ignore[operator]  # one band: a number
    assert kept.convert("L").getpixel((10, 35)) < 50  # type: ignore[operator]  # one band: a number


def test_text_inside_a_png_is_dropped(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "SecretName")
    data = encoded(Image.new("RGB", (9, 9), "red"), "PNG", pnginfo=notes)
    stored(data, tmp_path)
    assert b"SecretName" not in next(tmp_path.rglob("*.png")).read_bytes()


def test_transparency_and_drawings_stay_png_photos_do_not(tmp_path: Path) -> None:
    clear = picture().convert("RGBA")
    clear.putalpha(120)
    assert stored(encoded(clear, "PNG"), tmp_path).mode == "RGBA"
    assert stored(encoded(Image.new("RGB", (9, 9), "red"), "PNG"), tmp_path).format == "PNG"
    solid = stored(encoded(picture().convert("RGBA"), "PNG"), tmp_path)
    assert (solid.format, solid.mode) == ("JPEG", "RGB")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_colour_mode_is_shown_as_it_looks(tmp_path: Path, mode: str) -> None:
    """Left half white, right half black, whatever the file's way to say so."""
    made = Image.new("L", (40, 20), 0)
    made.paste(255, (0, 0, 20, 20))
    if mode == "I;16":
        data = encoded(
            Image.frombytes("I;16", (40, 20), b"".join(b"\xff\xff" * 20 + b"\0\0" * 20 for _ in range(20))),
            "PNG",
        )
    else:
        data = encoded(made.convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    kept = stored(data, tmp_path).convert("L")
    assert kept.getpixel((5, 10)) > 240  # type: ignore[operator]  # one band: a number
    assert kept.getpixel((35, 10)) < 15  # type: ignore[operator]  # one band: a number


def test_of_an_animation_the_first_frame_stays(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert stored(data, tmp_path).convert("RGB").getpixel((10, 10)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"no picture at all", "image_broken"),
        (b"\xff\xd8\xff\xe0 nothing behind", "image_broken"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "image_format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image_format"),
        (b"II*\x00\x08\x00\x00\x00", "image_format"),
        (b"\xff" * (LARGEST + 1), "file_too_large"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    assert why_not(data, tmp_path) == code


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_picture_is_broken(tmp_path: Path, form: str) -> None:
    data = encoded(picture((300, 300)), form)
    assert why_not(data[: len(data) // 2], tmp_path) == "image_broken"


def claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [7_100, 10_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_goes_off(tmp_path: Path, side: int) -> None:
    """Beyond our own limit, beyond Pillow's warning, beyond Pillow's error."""
    assert why_not(claims(side, side), tmp_path) == "image_too_large"


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a.jpg", "A" * 64 + ".jpg", "a" * 64 + ".jpg/.."])
def test_only_names_of_stored_pictures_are_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        image_path(tmp_path, name)
