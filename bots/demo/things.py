"""Things to draw that stand in more than one picture: each at a place and a scale."""

from __future__ import annotations

from bots.demo.brush import INK, Canvas, around, star


def sun(c: Canvas, x: float, y: float, radius: float, *, rays: bool = True) -> None:
    """A sun, with its rays."""
    if rays:
        for inner, outer in zip(around(x, y, radius * 1.3, 12), around(x, y, radius * 1.7, 12), strict=True):
            c.line([inner, outer], "#f8b830", width=radius * 0.16)
    c.dot(x, y, radius, "#fbc94a")


def cloud(c: Canvas, x: float, y: float, size: float, fill: str = "#ffffff") -> None:
    """A cloud with a flat base."""
    for dx, dy, radius in ((-0.9, 0, 0.5), (-0.3, -0.35, 0.65), (0.45, -0.2, 0.55), (0.95, 0.05, 0.42)):
        c.dot(x + dx * size, y + dy * size, radius * size, fill)
    c.box(x - 1.1 * size, y, x + 1.2 * size, y + 0.48 * size, fill, round_=0.24 * size)


def house(c: Canvas, x: float, base: float, size: float) -> None:
    """A house with a door, two windows and a chimney; x is its middle."""
    c.box(x + 0.45 * size, base - 2.1 * size, x + 0.7 * size, base - 1.2 * size, "#a8584a")
    c.box(x - size, base - 1.2 * size, x + size, base, "#f6e3c0")
    c.shape(
        [(x - 1.2 * size, base - 1.2 * size), (x + 1.2 * size, base - 1.2 * size), (x, base - 2.2 * size)],
        "#cf5f4c",
    )
    c.box(x - 0.2 * size, base - 0.7 * size, x + 0.2 * size, base, "#7c5a47", round_=0.04 * size)
    c.dot(x + 0.11 * size, base - 0.34 * size, 0.03 * size, "#f6d873")
    for left in (-0.78, 0.4):
        window(c, x + left * size, base - 0.92 * size, 0.38 * size)


def window(c: Canvas, left: float, top: float, size: float) -> None:
    """A window with a cross."""
    c.box(left, top, left + size, top + size, "#fffaf0")
    c.box(left + 0.1 * size, top + 0.1 * size, left + 0.9 * size, top + 0.9 * size, "#8ec9e8")
    c.box(left + 0.45 * size, top, left + 0.55 * size, top + size, "#fffaf0")
    c.box(left, top + 0.45 * size, left + size, top + 0.55 * size, "#fffaf0")


def tree(c: Canvas, x: float, base: float, size: float) -> None:
    """A round tree."""
    c.shape(
        [
            (x - 0.16 * size, base),
            (x + 0.16 * size, base),
            (x + 0.1 * size, base - 1.2 * size),
            (x - 0.1 * size, base - 1.2 * size),
        ],
        "#8a6248",
    )
    for dx, dy, radius, fill in (
        (-0.45, -1.35, 0.5, "#4f9d5b"),
        (0.45, -1.35, 0.5, "#4f9d5b"),
        (0, -1.75, 0.62, "#5bb068"),
        (-0.1, -1.3, 0.5, "#5bb068"),
    ):
        c.dot(x + dx * size, base + dy * size, radius * size, fill)


def sailboat(c: Canvas, x: float, water: float, size: float) -> None:
    """A boat with two sails; `water` is where it floats."""
    c.line([(x, water), (x, water - 2 * size)], "#7c5a47", width=0.09 * size)
    c.shape(
        [
            (x + 0.1 * size, water - 1.95 * size),
            (x + 0.1 * size, water - 0.2 * size),
            (x + size, water - 0.2 * size),
        ],
        "#fffaf0",
    )
    c.shape(
        [
            (x - 0.1 * size, water - 1.7 * size),
            (x - 0.1 * size, water - 0.2 * size),
            (x - 0.8 * size, water - 0.2 * size),
        ],
        "#f2a65a",
    )
    c.shape(
        [
            (x - 1.2 * size, water - 0.08 * size),
            (x + 1.3 * size, water - 0.08 * size),
            (x + 0.9 * size, water + 0.38 * size),
            (x - 0.85 * size, water + 0.38 * size),
        ],
        "#c2503f",
    )


def waves(c: Canvas, top: float, fill: str, line: str) -> None:
    """Water down to the edge, with some waves."""
    c.ground(top, fill)
    for row in range(3):
        y = top + 34 + row * 42
        for at in range(-1, 6):
            x = at * 130 + (row % 2) * 65
            c.bow(x, y, 26, 9, (200, 340), line, 5)


def cat(c: Canvas, x: float, base: float, size: float, fur: str = "#e59a4f") -> None:
    """A sitting cat that looks at you."""
    c.bow(x + 0.72 * size, base - 0.5 * size, 0.42 * size, 0.45 * size, (270, 110), fur, 0.16 * size)
    c.oval(x, base - 0.6 * size, 0.62 * size, 0.68 * size, fur)
    c.oval(x, base - 0.42 * size, 0.34 * size, 0.42 * size, "#fbe6cb")
    for side in (-1, 1):
        c.oval(x + side * 0.3 * size, base - 0.04 * size, 0.2 * size, 0.12 * size, fur)
        c.shape(
            [
                (x + side * 0.56 * size, base - 2.05 * size),
                (x + side * 0.57 * size, base - 1.4 * size),
                (x + side * 0.12 * size, base - 1.72 * size),
            ],
            fur,
        )
    c.oval(x, base - 1.38 * size, 0.6 * size, 0.5 * size, fur)
    for side in (-1, 1):
        c.oval(x + side * 0.24 * size, base - 1.44 * size, 0.1 * size, 0.13 * size, "#fffdf5")
        c.oval(x + side * 0.24 * size, base - 1.43 * size, 0.05 * size, 0.11 * size, INK)
        for dy in (0, 0.1):
            c.line(
                [
                    (x + side * 0.3 * size, base - (1.22 - dy) * size),
                    (x + side * 0.78 * size, base - (1.27 - 2 * dy) * size),
                ],
                "#fff3e0",
                width=0.025 * size,
            )
    c.shape(
        [
            (x - 0.08 * size, base - 1.27 * size),
            (x + 0.08 * size, base - 1.27 * size),
            (x, base - 1.17 * size),
        ],
        "#c25b62",
    )


def flower(c: Canvas, x: float, y: float, size: float, petals: str) -> None:
    """A blossom."""
    for px, py in around(x, y, 0.62 * size, 7):
        c.dot(px, py, 0.38 * size, petals)
    c.dot(x, y, 0.42 * size, "#fbc94a")


def apple(c: Canvas, x: float, y: float, size: float) -> None:
    """An apple with a leaf."""
    c.line([(x, y - 0.7 * size), (x + 0.1 * size, y - 1.1 * size)], "#6d4c3a", width=0.1 * size)
    c.oval(x + 0.38 * size, y - 0.98 * size, 0.3 * size, 0.13 * size, "#5bb068")
    for side in (-1, 1):
        c.oval(x + side * 0.32 * size, y, 0.6 * size, 0.78 * size, "#d9483f")
    c.oval(x - 0.5 * size, y - 0.25 * size, 0.1 * size, 0.22 * size, "#f08d80")


def wheel(c: Canvas, x: float, y: float, radius: float) -> None:
    """A car's wheel."""
    c.dot(x, y, radius, INK)
    c.dot(x, y, radius * 0.45, "#d9dce3")


def stars(c: Canvas, places: tuple[tuple[float, float, float], ...]) -> None:
    """Stars at places, each with a size."""
    for x, y, size in places:
        c.shape(star(x, y, size), "#fff1b8")
