"""What is alike never stands on both sides of a split, and every side has its share of every label."""

from __future__ import annotations

import numpy as np
import pytest

from models.training.grouping import groups, image_keys, text_keys
from models.training.problems import CannotTrain, Trouble
from models.training.splitting import folds, held_out


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Order 12 is late!", "order 7 is  late"),
        ("ＡＢＣ", "abc"),
        ("包裹丢了。", "包裹丢了!!!"),
        ("١٢ طرد", "٣٤ طرد"),
        ("42", " 42 "),
    ],
)
def test_texts_that_differ_in_digits_and_punctuation_are_alike(one: str, other: str) -> None:
    assert len(set(groups([text_keys(one), text_keys(other)]).tolist())) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("12", "13"), ("late", "later"), ("fine 👍", "fine 👎"), ("की", "का")]
)
def test_texts_of_different_words_are_not_alike(one: str, other: str) -> None:
    """Vowel signs and emoji are no punctuation; where there is nothing but digits, they count."""
    assert len(set(groups([text_keys(one), text_keys(other)]).tolist())) == 2


def test_likeness_goes_along_a_chain() -> None:
    """A like B and B like C puts all three together, in whatever order they come."""
    assert groups([["a"], ["c"], ["a", "b"], ["d"], ["b", "c"]]).tolist() == [0, 0, 0, 1, 0]


def test_a_resized_copy_of_a_picture_is_alike_and_a_blank_one_is_like_nothing() -> None:
    chance = np.random.default_rng(3)
    picture = np.repeat(np.repeat(chance.uniform(-1, 1, (1, 8, 9)), 4, axis=1), 4, axis=2)[:, :, :32]
    brighter = (picture * 0.9 + 0.05).astype(np.float32)
    blank = np.zeros((1, 32, 32), dtype=np.float32)
    keys = [
        image_keys("a.png", picture.astype(np.float32)),
        image_keys("b.png", brighter),
        image_keys("c.png", blank),
        image_keys("d.png", blank),
        image_keys("e.png", chance.uniform(-1, 1, (1, 32, 32)).astype(np.float32)),
    ]
    assert groups(keys).tolist() == [0, 0, 1, 2, 3]


@pytest.mark.parametrize("seed", range(20))
def test_duplicates_never_straddle_a_split(seed: int) -> None:
    """Neither the held-out part nor a fold shares a group with another part, and labels keep their shares."""
    chance = np.random.default_rng(seed)
    group = chance.integers(0, 150, size=400)
    truth = (group % 10 >= 7).astype(np.int64)  # 30 % of the groups
    allowed = chance.random(400) < 0.8
    learnt, tested = held_out(truth, group, allowed, chance=chance)
    assert not set(group[learnt].tolist()) & set(group[tested].tolist())
    assert allowed[tested].all()
    assert 70 <= len(tested) <= 90
    assert truth[tested].mean() == pytest.approx(truth.mean(), abs=0.04)
    fold = folds(truth[learnt], group[learnt], chance=chance)
    for number in range(5):
        inside, outside = group[learnt][fold == number], group[learnt][fold != number]
        assert not set(inside.tolist()) & set(outside.tolist())
        assert truth[learnt][fold == number].mean() == pytest.approx(truth[learnt].mean(), abs=0.08)


def test_nothing_but_copies_cannot_be_tested_on() -> None:
    truth = np.array([0, 1] * 50)
    with pytest.raises(CannotTrain) as refused:
        held_out(truth, truth, np.ones(100, dtype=bool), chance=np.random.default_rng(0))
    assert refused.value.code is Trouble.NO_VALIDATION
