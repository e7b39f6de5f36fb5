"""The picture of a training: it shows what it was given, on any machine and for labels in any script."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from models.training.learning_curve import Curve, learning_curve, outlook
from models.training.order import Words
from models.training.report import BAND, LINE, PAPER, Report, draw, drawable, numbered

POINTS = ((30, 0.4), (60, 0.5), (120, 0.6), (200, 0.66))


def report(many: int = 3, **words: str) -> Report:
    """A report on so many labels."""
    labels = tuple(f"label{place}" for place in range(many))
    names = {label: label.title() for label in labels}
    confusion = np.eye(many, dtype=np.int64) * 8 + 1
    said = Words(labels=names, **words)
    return Report(labels, confusion, Curve(POINTS, outlook(POINTS)), 0.3, 0.6, 0.75, said)


def painted(given: Report) -> dict[str, int]:
    """How many pixels have which colour."""
    picture = Image.open(io.BytesIO(draw(given))).convert("RGB")
    assert picture.size == (1000, 1600)
    found = picture.getcolors(maxcolors=2**24)
    assert found is not None
    return {"#{:02x}{:02x}{:02x}".format(*colour): count for count, colour in found}  # type: ignore[misc]  # RGB


@pytest.mark.parametrize("many", [2, 5, 12, 100])
def test_the_picture_has_a_matrix_a_curve_and_its_own_background(many: int) -> None:
    found = painted(report(many))
    assert found[LINE] > 3_000
    assert found[BAND] > 1_000
    assert found[PAPER] > 300_000


def test_words_are_drawn_as_they_are() -> None:
    """Also those that would be a formula or a style elsewhere."""
    said = report(title="$5 _or_ more^2", truth="Люди", model="Modèle", tasks="Aufgaben", right="%")
    assert draw(said) != draw(report())
    assert draw(report(guessing="$")) == draw(report(guessing="$"))


@pytest.mark.parametrize(
    ("text", "can"),
    [("Delivery", True), ("Доставка", True), ("Έτοιμο", True), ("Giao hàng", True), ("Ł ñ ç ß", True)]
    + [(text, False) for text in ("", "توصيل", "משלוח", "配送", "배송", "डिलीवरी", "จัดส่ง", "🚚", "a\nb")],
)
def test_what_no_font_shows_rightly_is_left_to_the_message(text: str, can: bool) -> None:
    assert drawable(text) is can


def test_labels_that_cannot_be_written_have_a_number() -> None:
    """Which those are is told, so that the message can say what each number means; no box is ever drawn."""
    words = Words(title="توصيل", labels={"a": "配送", "b": "Payment", "c": "توصيل"}, truth="จัดส่ง")
    assert numbered(("a", "b", "c", "d"), words) == ("a", "c", "d")
    drawn = Report(("a", "b", "c", "d"), np.eye(4, dtype=np.int64), Curve(POINTS, ()), 0.3, 0.6, 0.7, words)
    assert painted(drawn)[LINE] > 3_000


def test_the_outlook_goes_on_as_the_curve_does_and_never_down() -> None:
    """On a curve of the form it fits, it is the curve; on a flat or falling one it is flat."""
    exact = tuple((size, 0.9 - 3 / size**0.5) for size in (50, 100, 200, 400))
    assert outlook(exact)[0] == pytest.approx(exact[-1])
    assert outlook(exact)[-1] == pytest.approx((800, 0.9 - 3 / 800**0.5), abs=1e-6)
    assert {share for _, share in outlook(((20, 0.7), (40, 0.65), (80, 0.6)))} == {0.6}
    assert outlook(((20, 0.7), (40, 0.65))) == ()
    assert max(share for _, share in outlook(((10, 0.1), (20, 0.6), (40, 0.99)))) <= 1


def test_without_time_the_curve_has_its_end_and_its_beginning() -> None:
    asked: list[int] = []

    def accuracy(rows: np.typing.NDArray[np.int64]) -> float:
        asked.append(len(rows))
        return 0.5

    chance = np.random.default_rng(0)
    curve = learning_curve(accuracy, examples=200, last=0.8, chance=chance, left=lambda: 0.0)
    assert curve == Curve(((20, 0.5), (200, 0.8)), ())
    assert asked == [20] * 3
