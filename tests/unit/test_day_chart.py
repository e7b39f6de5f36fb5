"""A day as a picture: it shows what it was given, in any script, from either side, always alike."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import asdict, replace

import pytest
from PIL import Image

from core.day_picture import NO_FONT, Bar, DayPicture, Group, Tile, read
from core.learning.day_chart import NoFont, draw
from core.learning.lettering import LAST, families, showable

DAYS = tuple(Bar(str(day), 100 * day, f"{100 * day}") for day in range(1, 15))
PICTURE = DayPicture(
    locale="en",
    mirrored=False,
    title="Mar 14, 2026",
    tiles=tuple(
        Tile(label, "1,400", "↑ day before: 1,300") for label in ("Answers", "Settled", "People", "Paid")
    ),
    days_title="Answers in the last 14 days",
    days=DAYS,
    mean=1000.0,
    mean_label="mean of the week before: 1,000",
    groups=(Group("By project", (Bar("Animals", 900, "900", "# 1"), Bar("Plants", 500, "500", "# 2"))),),
)


def pixels(picture: DayPicture) -> Image.Image:
    return Image.open(io.BytesIO(draw(picture))).convert("L")


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """How many dark pixels there are."""
    return sum(image.crop(box).histogram()[:64])


def test_the_day_stands_at_the_side_where_reading_ends() -> None:
    """The only black bar is the last one: right, or left for those who read from the right."""
    for mirrored in (False, True):
        image = pixels(replace(PICTURE, mirrored=mirrored))
        assert image.width == 1080
        ends, begins = (56, 700, 126, 900), (954, 700, 1024, 900)
        last, first = (ends, begins) if mirrored else (begins, ends)
        assert ink(image, last) > 4_000
        assert ink(image, first) < 500


def test_the_largest_part_fills_its_line() -> None:
    image = pixels(PICTURE)
    rows = [y for y in range(1000, image.height) if ink(image, (56, y, 520, y + 1)) > 440]
    assert len(rows) == pytest.approx(12, abs=2)


def test_the_same_day_is_the_same_picture_and_small() -> None:
    drawn = draw(PICTURE)
    assert drawn == draw(PICTURE)
    assert len(drawn) < 100_000


def test_a_day_without_anything() -> None:
    """Nothing is divided by nothing."""
    empty = tuple(replace(bar, value=0, shown="0") for bar in DAYS)
    image = pixels(replace(PICTURE, days=empty, mean=0.0, groups=()))
    assert image.height < pixels(PICTURE).height


@pytest.mark.parametrize(
    ("locale", "words"),
    [("ar", "الإجابات في آخر 14 يومًا"), ("ru", "Ответы за 14 дней"), ("vi", "Câu trả lời")],
)
def test_the_font_that_comes_along_shows(locale: str, words: str) -> None:
    """Also on a machine without any font."""
    assert showable(words, (LAST,)) == words
    assert LAST in families([words], locale)


def test_what_no_font_shows() -> None:
    """A sign is left out; a word that lacks a letter is not shown in parts; a language is not drawn at all."""
    assert showable("Animals \U0010fffd 2", (LAST,)) == "Animals 2"
    assert showable("Animals 猫", (LAST,)) == ""
    assert showable("two\n lines", (LAST,)) == "two lines"
    with pytest.raises(NoFont):
        draw(replace(PICTURE, title="\U0010fffd"))
    nameless = Group("By project", (Bar("\U0010fffd", 9, "9", "# 7"),))
    named = Group("By project", (Bar("# 7", 9, "9"),))
    assert draw(replace(PICTURE, groups=(nameless,))) == draw(replace(PICTURE, groups=(named,)))


def test_it_is_drawn_in_a_process_of_its_own() -> None:
    """What goes in is JSON; a language without a font is told by how the process ends."""

    def drawn(picture: DayPicture) -> subprocess.CompletedProcess[bytes]:
        asked = json.dumps(asdict(picture)).encode()
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "core.learning.day_chart"],
            input=asked,
            capture_output=True,
            timeout=60,
            check=False,
        )

    assert read(json.loads(json.dumps(asdict(PICTURE)))) == PICTURE
    made, here = (Image.open(io.BytesIO(png)) for png in (drawn(PICTURE).stdout, draw(PICTURE)))
    assert (made.format, made.size) == (here.format, here.size)
    assert drawn(replace(PICTURE, title="\U0010fffd")).returncode == NO_FONT
