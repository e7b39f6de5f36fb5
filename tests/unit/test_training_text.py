"""A text becomes the same numbers everywhere: whatever the script, the machine's language or the sender."""

from __future__ import annotations

import numpy as np
import pytest

from models.leading import leaders
from models.text import LONGEST, code_points


def prepared(text: str, *, longest: int = LONGEST) -> str:
    """What is left of a text, read back from its code points."""
    return "".join(chr(code) for code in code_points([text], longest=longest)[0].tolist() if code)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("  Hello \t\n WORLD ", "hello world"),
        ("ﬁne Ⅳ １２", "fine iv 12"),
        ("İSTANBUL", "i̇stanbul"),
        ("ÉTÉ" + "\u3000" + "ÉTÉ", "été été"),
        ("今天天气很好", "今天天气很好"),
        ("مرحبا\u202e", "مرحبا\u202e"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("a\0b", "ab"),
        ("\ud800x", "\ud800x"),
        ("", ""),
        ("\0 \0", ""),
    ],
)
def test_a_text_is_folded_by_the_rules_of_unicode(text: str, left: str) -> None:
    assert prepared(text) == left


def test_a_long_text_is_cut_and_a_short_one_filled_up() -> None:
    """Rows are as wide as the longest text, never wider than what the card says, never without a column."""
    assert code_points(["abc", "a"], longest=8).tolist() == [[97, 98, 99], [97, 0, 0]]
    assert prepared("x" * 5_000) == "x" * LONGEST
    assert prepared("ﷺ" * 5_000, longest=10) == prepared("ﷺ", longest=10)
    assert code_points([""], longest=8).tolist() == [[0]]
    assert code_points([], longest=8).shape == (0, 1)


def test_of_equal_chances_the_first_label_leads() -> None:
    """Also when they differ by what rounding leaves."""
    chances = np.array([[0.2, 0.4, 0.4], [0.1, 0.45 - 1e-8, 0.45], [0.0, 0.1, 0.9]])
    assert leaders(chances).tolist() == [1, 1, 2]
