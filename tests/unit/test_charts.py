"""The curve as a picture: it is there, has its shape, and shows what it was given."""

from __future__ import annotations

import io

from PIL import Image

from core.learning.charts import BAND, LINE, PAPER, Mark, curve

MARKS = (
    Mark(None, 0, 0.72, 0.64, 0.80, False),
    Mark(0.80, 310, 0.85, 0.79, 0.91, False),
    Mark(0.90, 640, 0.88, 0.82, 0.94, True),
    Mark(0.98, 2860, 0.905, 0.85, 0.96, False),
)
FLAT = tuple(mark._replace(points=0) for mark in MARKS)
LONE = (Mark(0.95, 0, 1.0, 1.0, 1.0, True),)


def painted(marks: tuple[Mark, ...]) -> dict[str, int]:
    """How many pixels have which colour."""
    picture = Image.open(io.BytesIO(curve(marks))).convert("RGB")
    assert picture.size == (1200, 600)
    found = picture.getcolors(maxcolors=2**24)
    assert found is not None
    return {"#{:02x}{:02x}{:02x}".format(*colour): count for count, colour in found}  # type: ignore[misc]  # RGB


def test_the_picture_has_a_line_a_band_and_its_own_background() -> None:
    """Opaque paper, so that it reads the same on a dark screen."""
    found = painted(MARKS)
    assert found[LINE] > 3_000
    assert found[BAND] > 50_000
    assert found[PAPER] > 300_000
    assert Image.open(io.BytesIO(curve(MARKS))).convert("RGBA").getchannel("A").getextrema() == (255, 255)


def test_the_chosen_target_stands_out() -> None:
    """Its dot is full and its name bold."""
    plain = painted(tuple(mark._replace(chosen=False) for mark in MARKS))
    assert painted(MARKS)[LINE] > plain[LINE] + 500


def test_a_curve_without_any_width_can_be_drawn() -> None:
    """Nothing costs anything, or there is a single mark at the very top."""
    assert painted(FLAT)[LINE] > 500
    assert painted(LONE)[LINE] > 500


def test_the_same_marks_are_the_same_picture() -> None:
    assert curve(MARKS) == curve(MARKS)
