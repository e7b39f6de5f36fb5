"""A day as a picture for the screen of a phone, drawn in a process of its own: JSON comes in, PNG goes out.

What is black is the day that it is about; everything else is grey. Every word and number is given, in the
reader's language; from right to left the whole picture is mirrored.
"""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

from core.day_picture import NO_FONT, DayPicture, Group, Tile, read
from core.learning.lettering import families, showable

POLITE = 10
WIDTH, EDGE, GAP = 1080, 56, 40
PAPER, INK, SOFT, PALE, FAINT = "#ffffff", "#111827", "#4b5563", "#b6bfcc", "#e5e7eb"
HUGE, LARGE, NORMAL, SMALL = 76, 46, 34, 30  # pixels
TOP = 976
"""Where the parts of the day begin."""
RLM, FSI, PDI = "\u200f", "\u2068", "\u2069"


class NoFont(Exception):  # noqa: N818  (its name says what it is)
    """No installed font shows the language of the reader."""


def draw(picture: DayPicture) -> bytes:
    """The picture as PNG, 1080 pixels wide.

    Raises:
        NoFont: when no font shows the reader's language.
    """
    from matplotlib import rc_context

    ours = [picture.title, picture.days_title, picture.mean_label]
    ours += [word for tile in picture.tiles for word in (tile.label, tile.value, tile.before)]
    ours += [group.title for group in picture.groups]
    bars = [bar for group in picture.groups for bar in group.bars] + list(picture.days)
    fonts = families([*ours, *(bar.label for bar in bars)], picture.locale)
    if not all(showable(one, fonts) for one in ours if one):
        raise NoFont(picture.locale)
    with rc_context({"font.family": list(fonts), "text.usetex": False, "text.parse_math": False}):
        return _Sheet(picture, fonts).drawn()


class _Sheet:
    """Paper that is written on from the top; x counts from the side at which the reader begins."""

    def __init__(self, picture: DayPicture, fonts: tuple[str, ...]) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.picture, self.fonts = picture, fonts
        rows = max((len(group.bars) for group in picture.groups), default=0)
        self.height = TOP + (116 + 84 * rows if rows else 0)
        self.figure = Figure(figsize=(WIDTH / 100, self.height / 100), dpi=100, facecolor=PAPER)
        self.canvas: Any = FigureCanvasAgg(self.figure)  # its methods have no types
        self.axes: Any = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(*((WIDTH, 0) if picture.mirrored else (0, WIDTH)))
        self.axes.set_ylim(self.height, 0)
        self.axes.set_axis_off()

    def drawn(self) -> bytes:
        picture = self.picture
        self._text(EDGE, 78, picture.title, size=LARGE, bold=True, room=WIDTH - 2 * EDGE)
        for at, tile in enumerate(picture.tiles):
            self._tile(tile, column=at % 2, top=132 + 212 * (at // 2))
        self._days(top=TOP - 412)
        for at, group in enumerate(picture.groups):
            self._group(group, column=at % 2)
        return self._png()

    def _png(self) -> bytes:
        """A few shades of grey need no more than a palette: a third of the bytes."""
        from PIL import Image

        self.canvas.draw()
        size = WIDTH, self.height
        shades = Image.frombuffer("RGBA", size, self.canvas.buffer_rgba()).convert("RGB").quantize(32)
        drawn = io.BytesIO()
        shades.save(drawn, format="PNG", optimize=True)
        return drawn.getvalue()

    def _tile(self, tile: Tile, *, column: int, top: float) -> None:
        x, room = self._column(column)
        self._line(x, x + room, top)
        self._text(x, top + 36, tile.label, size=SMALL, colour=SOFT, room=room)
        self._text(x, top + 94, tile.value, size=HUGE, bold=True, room=room)
        self._text(x, top + 164, tile.before, size=SMALL, colour=SOFT, room=room)

    def _days(self, *, top: float) -> None:
        picture, low, high = self.picture, top + 340, top + 128
        self._line(EDGE, WIDTH - EDGE, top)
        self._text(EDGE, top + 36, picture.days_title, size=SMALL, colour=SOFT, room=WIDTH - 2 * EDGE)
        most = max(1.0, picture.mean, *(bar.value for bar in picture.days))
        step = (WIDTH - 2 * EDGE) / len(picture.days)
        for at, bar in enumerate(picture.days):
            last = at == len(picture.days) - 1
            middle = EDGE + step * (at + 0.5)
            height = (low - high) * bar.value / most
            self._box(middle - 0.34 * step, low - height, 0.68 * step, height, colour=INK if last else PALE)
            colour = INK if last else SOFT
            self._text(middle, low + 30, bar.label, size=SMALL, align="center", bold=last, colour=colour)
            if last:
                side = EDGE + step * len(picture.days)
                self._text(side, low - height - 26, bar.shown, size=NORMAL, bold=True, align="end")
        self._line(EDGE, WIDTH - EDGE, low, colour=PALE)
        if picture.mean:
            y = low - (low - high) * picture.mean / most
            self._line(EDGE, WIDTH - EDGE - 1.2 * step, y, colour=SOFT, dashed=True)
            self._text(EDGE, y - 24, picture.mean_label, size=SMALL, colour=SOFT, paper=True)

    def _group(self, group: Group, *, column: int) -> None:
        x, room = self._column(column)
        self._line(x, x + room, TOP)
        self._text(x, TOP + 40, group.title, size=SMALL, colour=SOFT, room=room)
        most = max(1, *(bar.value for bar in group.bars))
        for at, bar in enumerate(group.bars):
            y = TOP + 96 + 84 * at
            label = showable(bar.label, self.fonts) or bar.name
            self._text(x, y, label, size=NORMAL, room=0.7 * room)
            self._text(x + room, y, bar.shown, size=NORMAL, bold=True, align="end")
            self._box(x, y + 28, room, 12, colour=FAINT)
            self._box(x, y + 28, room * bar.value / most, 12, colour=INK)

    def _column(self, column: int) -> tuple[float, float]:
        """Where one of two columns begins, and how wide it is."""
        room = (WIDTH - 2 * EDGE - GAP) / 2
        return EDGE + column * (room + GAP), room

    # --- marks ------------------------------------------------------------------------------------

    def _text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float,
        colour: str = INK,
        bold: bool = False,
        align: str = "start",
        room: float | None = None,
        paper: bool = False,
    ) -> None:
        """Words around the height `y`, shortened to `room` pixels; on `paper` nothing shines through."""
        sides = (
            {"start": "right", "end": "left"} if self.picture.mirrored else {"start": "left", "end": "right"}
        )
        words = showable(words, self.fonts)
        text = self.axes.text(
            x, y, self._directed(words), color=colour, fontsize=0.72 * size, va="center_baseline",
            fontweight="bold" if bold else "normal", ha=sides.get(align, align),
        )  # fmt: skip
        if paper:
            text.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 3})
        while room is not None and words and text.get_window_extent(self.canvas.get_renderer()).width > room:
            words = words[: int(0.95 * len(words)) if len(words) > 20 else -1].rstrip()
            text.set_text(self._directed(words + "…"))

    def _directed(self, words: str) -> str:
        return f"{RLM}{FSI}{words}{PDI}" if self.picture.mirrored else words

    def _box(self, x: float, y: float, width: float, height: float, *, colour: str) -> None:
        from matplotlib.patches import Rectangle

        self.axes.add_patch(Rectangle((x, y), width, height, facecolor=colour, linewidth=0))

    def _line(self, start: float, end: float, y: float, *, colour: str = FAINT, dashed: bool = False) -> None:
        self.axes.plot(
            [start, end], [y, y], color=colour, linewidth=2, linestyle=(0, (4, 3)) if dashed else "-"
        )


def main() -> int:
    """Read the picture as JSON and write it as PNG."""
    os.nice(POLITE)
    try:
        drawn = draw(read(json.load(sys.stdin)))
    except NoFont:
        return NO_FONT
    sys.stdout.buffer.write(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
