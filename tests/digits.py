"""Handwritten digits (shipped inside scikit-learn) as picture files, the way the service keeps them."""

from __future__ import annotations

import hashlib
import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits


@cache
def digits() -> tuple[tuple[bytes, int], ...]:
    """1,797 grey pictures of 8 × 8 pixels as PNG, each with its digit."""
    given = load_digits()
    return tuple(
        (_png(np.rint(picture * 255 / 16).astype(np.uint8)), int(digit))
        for picture, digit in zip(given.images, given.target, strict=True)
    )


def kept(picture: bytes, media: Path) -> str:
    """Put a picture where the service would, and tell its name."""
    name = f"{hashlib.sha256(picture).hexdigest()}.png"
    (media / name[:2]).mkdir(parents=True, exist_ok=True)
    (media / name[:2] / name).write_bytes(picture)
    return name


def _png(grey: np.typing.NDArray[np.uint8]) -> bytes:
    written = io.BytesIO()
    Image.fromarray(grey).save(written, format="PNG")
    return written.getvalue()
