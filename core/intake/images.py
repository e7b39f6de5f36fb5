"""Pictures: checked before they are decoded, freed of what they tell about people, stored once."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.WebPImagePlugin import WebPImageFile

from core.errors import BadFile, Problem
from core.intake.problems import ProblemCode, problem

LARGEST: Final = 20 * 2**20  # bytes
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 1_600
WIDEST_RATIO: Final = 20  # chat platforms refuse photos that are longer and thinner
HEAVIEST_PNG: Final = 5 * 2**20  # above this a picture with transparency becomes a JPEG on white
FEW_COLOURS: Final = 256
# Named by its class, since only an imported plugin is registered; JPEG covers the phones' MPO.
FORMATS: Final = ("JPEG", "PNG", WebPImageFile.format, "GIF", "BMP")
_OFFERED: Final = "JPEG, PNG, WebP, GIF, BMP"
_MIMES: Final = {"jpg": "image/jpeg", "png": "image/png"}
_OTHER_FORMATS: Final = {
    "HEIC": re.compile(rb"....ftyp(?:hei|hev|mif|msf)", re.DOTALL),
    "AVIF": re.compile(rb"....ftypavi", re.DOTALL),
    "TIFF": re.compile(rb"II\*\x00|MM\x00\*"),
    "SVG": re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<svg", re.DOTALL),
}
_NAME = re.compile(r"[0-9a-f]{64}\.(?:jpg|png)")


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture in the media folder; `sha256` is of the stored bytes, sizes in pixels and bytes."""

    sha256: str
    mime: str
    width: int
    height: int
    size: int

    @property
    def name(self) -> str:
        """How a task's content names it."""
        return f"{self.sha256}.{'png' if self.mime == 'image/png' else 'jpg'}"


def store_image(source: Path | bytes, media_dir: Path) -> StoredImage:
    """A picture re-encoded for chat and stored under its hash; raises BadFile with one image problem.

    The type is decided by the content. Orientation is applied, metadata (place, camera, comments) is dropped,
    of an animation the first frame stays.
    """
    data = _bytes(source)
    try:
        picture, few_colours = _decode(data)
        encoded, extension = _encode(picture, few_colours=few_colours)
    except BadFile:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except Exception:  # decoders raise whatever a damaged file makes them raise
        raise BadFile(problem(ProblemCode.IMAGE_BROKEN)) from None
    sha256 = hashlib.sha256(encoded).hexdigest()
    stored = StoredImage(sha256, _MIMES[extension], *picture.size, len(encoded))
    keep_picture(encoded, image_path(media_dir, stored.name))
    return stored


def image_path(media_dir: Path, name: str) -> Path:
    """Where the picture of that name is; raises ValueError for what is no name of ours."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not the name of a stored image: {name!r}")
    return media_dir / name[:2] / name


def _bytes(source: Path | bytes) -> bytes:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > LARGEST:
        raise BadFile(problem(ProblemCode.FILE_TOO_LARGE, limit_mb=LARGEST // 2**20))
    if not size:
        raise BadFile(problem(ProblemCode.EMPTY_FILE))
    return source if isinstance(source, bytes) else source.read_bytes()


def _unidentified(data: bytes) -> Problem:
    """A picture in a format that we do not take, or no picture."""
    for name, is_it in _OTHER_FORMATS.items():
        if is_it.match(data):
            return problem(ProblemCode.IMAGE_FORMAT, value=name, options=_OFFERED)
    return problem(ProblemCode.IMAGE_BROKEN)


def _too_large() -> BadFile:
    return BadFile(problem(ProblemCode.IMAGE_TOO_LARGE, limit_mpx=MOST_PIXELS // 1_000_000))


def _decode(data: bytes) -> tuple[Image.Image, bool]:
    """The picture upright, at its final size, in RGB or RGBA; and whether it had few colours."""
    try:
        opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise BadFile(_unidentified(data)) from None
    with opened:
        width, height = opened.size
        if width * height > MOST_PIXELS:
            raise _too_large()
        scale = min(1.0, LONGEST_SIDE / max(width, height))
        target = max(round(width * scale), 1), max(round(height * scale), 1)
        opened.draft(None, target)  # lets a JPEG be decoded at a fraction of its size
        opened.load()
        picture = _plain(opened)
        few = opened.format not in ("JPEG", "MPO") and picture.getcolors(FEW_COLOURS) is not None
        if picture.size != target:
            picture = picture.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
        picture = _upright(picture, opened)
    return _padded(picture), few


def _plain(opened: Image.Image) -> Image.Image:
    """RGBA when something shows through, else RGB."""
    if opened.mode.startswith("I"):  # 16 bits a pixel; a plain conversion would make it all white
        return opened.convert("F").point(lambda value: value / 256 + 0).convert("L").convert("RGB")
    if opened.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in opened.info:
        clear = opened.convert("RGBA")
        solid = clear.getchannel("A").histogram()[255] == clear.width * clear.height
        return clear.convert("RGB") if solid else clear
    return opened.convert("RGB")


def _upright(picture: Image.Image, opened: Image.Image) -> Image.Image:
    try:
        turned = opened.getexif().get(0x0112)
    except Exception:  # unreadable metadata is no reason to refuse a readable picture
        turned = None
    if turned in _TURNS:
        picture = picture.transpose(_TURNS[turned])
    return picture


# EXIF tag 0x0112: how a picture must be turned to stand upright
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _padded(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    least = -(-max(width, height) // WIDEST_RATIO)
    if min(width, height) >= least:
        return picture
    size = max(width, least), max(height, least)
    return ImageOps.pad(picture, size, color="white")


def _encode(picture: Image.Image, *, few_colours: bool) -> tuple[bytes, str]:
    # whatever the decoder kept besides pixels would be written again
    picture.info = {}
    if picture.mode == "RGBA" or few_colours:
        encoded = io.BytesIO()
        picture.save(encoded, "PNG", optimize=True)
        if encoded.tell() <= HEAVIEST_PNG:
            return encoded.getvalue(), "png"
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", quality=88)
    return encoded.getvalue(), "jpg"


def keep_picture(encoded: bytes, path: Path) -> None:
    """Whole or not at all, and on the disk before anybody is told of it."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as target:
        try:
            target.write(encoded)
            target.flush()
            os.fsync(target.fileno())
            os.replace(target.name, path)
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
