"""Flat drawing: a canvas of 600 by 450 with soft edges, and the few shapes that pictures are made of."""

from __future__ import annotations

import io
from collections.abc import Sequence
from math import cos, pi, sin

from PIL import Image, ImageDraw

SIZE = (600, 450)
SMOOTH = 3  # drawn so many times larger, then reduced: Pillow draws hard edges only
COLOURS = 200  # few enough for a small, crisp PNG

INK = "#3b3a4a"
Point = tuple[float, float]


class Canvas:
    """A picture in the making; coordinates are those of the finished picture."""

    def __init__(self, sky: str) -> None:
        width, height = SIZE
        self._image = Image.new("RGB", (width * SMOOTH, height * SMOOTH), sky)
        self._draw = ImageDraw.Draw(self._image)

    def box(
        self, left: float, top: float, right: float, bottom: float, fill: str, *, round_: float = 0
    ) -> None:
        """A rectangle, with corners of radius `round_`."""
        corners = [left * SMOOTH, top * SMOOTH, right * SMOOTH, bottom * SMOOTH]
        self._draw.rounded_rectangle(corners, radius=round_ * SMOOTH, fill=fill)

    def oval(self, x: float, y: float, wide: float, high: float, fill: str) -> None:
        """An ellipse around (x, y) with these half axes."""
        corners = [(x - wide) * SMOOTH, (y - high) * SMOOTH, (x + wide) * SMOOTH, (y + high) * SMOOTH]
        self._draw.ellipse(corners, fill=fill)

    def dot(self, x: float, y: float, radius: float, fill: str) -> None:
        """A circle."""
        self.oval(x, y, radius, radius, fill)

    def ring(self, x: float, y: float, radius: float, line: str, *, width: float) -> None:
        """A circle's line."""
        corners = [(x - radius) * SMOOTH, (y - radius) * SMOOTH, (x + radius) * SMOOTH, (y + radius) * SMOOTH]
        self._draw.ellipse(corners, outline=line, width=round(width * SMOOTH))

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """A polygon."""
        self._draw.polygon([(x * SMOOTH, y * SMOOTH) for x, y in points], fill=fill)

    def line(self, points: Sequence[Point], colour: str, *, width: float) -> None:
        """A line with round corners and ends."""
        self._draw.line(
            [(x * SMOOTH, y * SMOOTH) for x, y in points],
            fill=colour,
            width=round(width * SMOOTH),
            joint="curve",
        )
        for x, y in (points[0], points[-1]):
            self.dot(x, y, width / 2, colour)

    def bow(
        self,
        x: float,
        y: float,
        wide: float,
        high: float,
        angles: tuple[float, float],
        colour: str,
        width: float,
    ) -> None:
        """A part of an ellipse's line; angles in degrees, clockwise from the right."""
        corners = [(x - wide) * SMOOTH, (y - high) * SMOOTH, (x + wide) * SMOOTH, (y + high) * SMOOTH]
        self._draw.arc(corners, *angles, fill=colour, width=round(width * SMOOTH))

    def slice(
        self, x: float, y: float, wide: float, high: float, angles: tuple[float, float], fill: str
    ) -> None:
        """A part of an ellipse's area, cut straight."""
        corners = [(x - wide) * SMOOTH, (y - high) * SMOOTH, (x + wide) * SMOOTH, (y + high) * SMOOTH]
        self._draw.chord(corners, *angles, fill=fill)

    def ground(self, top: float, fill: str) -> None:
        """Everything below `top`."""
        self.box(0, top, *SIZE, fill)

    def hill(self, x: float, top: float, wide: float, fill: str) -> None:
        """A round hill whose top is at (x, top)."""
        self.oval(x, top + 300, wide, 300, fill)

    def png(self) -> bytes:
        """The finished picture."""
        small = self._image.reduce(SMOOTH)
        encoded = io.BytesIO()
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(encoded, "PNG")
        return encoded.getvalue()


def around(x: float, y: float, radius: float, count: int, *, turn: float = 0) -> list[Point]:
    """So many points on a circle, from the top clockwise, turned by a share of the full circle."""
    steps = [2 * pi * (at / count + turn) - pi / 2 for at in range(count)]
    return [(x + radius * cos(step), y + radius * sin(step)) for step in steps]


def star(x: float, y: float, radius: float, *, points: int = 5, depth: float = 0.45) -> list[Point]:
    """The outline of a star."""
    outer = around(x, y, radius, points)
    inner = around(x, y, radius * depth, points, turn=0.5 / points)
    return [corner for pair in zip(outer, inner, strict=True) for corner in pair]
