"""Champion and challenger: the test that decides, as figures."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest

from core.contest import ERROR, LEAST, MOST, Score, beats_guessing, evidence


def score(*, won: int, lost: int, compared: int = LEAST) -> Score:
    """A challenger that alone was right `won` times, and alone wrong `lost` times."""
    return Score(1, 1, 2, compared, lost, won, only_champion=lost, only_challenger=won)


@cache
def better(won: int, lost: int) -> bool:
    """Whether such a challenger takes over."""
    return score(won=won, lost=lost).better


def by_sum(won: int, lost: int, steps: int = 20_000) -> float:
    """The integral of the evidence, as a plain sum."""
    ps = ((0.5 + 0.5 * (at + 0.5) / steps) for at in range(steps))
    return sum(2 * (2 * p) ** won * (2 - 2 * p) ** lost for p in ps) * 0.5 / steps


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (0, 3), (7, 0), (20, 8), (60, 41)])
def test_the_evidence_is_the_integral_that_its_docstring_names(won: int, lost: int) -> None:
    assert evidence(won=won, lost=lost) == pytest.approx(by_sum(won, lost), rel=1e-4)


def test_without_evidence_nothing_is_decided() -> None:
    """No difference, too few tasks, or a difference that chance explains."""
    assert not score(won=0, lost=0).better
    assert not score(won=10, lost=0, compared=LEAST - 1).better
    assert score(won=10, lost=0).better
    assert not score(won=10, lost=6).better
    assert not score(won=0, lost=20).over
    assert score(won=10, lost=6, compared=MOST).over


@pytest.mark.parametrize("agree", [0.0, 0.6])
def test_one_that_is_no_better_seldom_takes_over_however_often_one_looks(agree: float) -> None:
    """Looked at again and again up to 500 tasks, in at most 5 of 100 contests, give or take the chance of 400."""
    chance, taken = Random(11), 0
    for _ in range(400):
        won = lost = 0
        for compared in range(1, MOST + 1):
            if chance.random() >= agree:
                right = chance.random() < 0.5
                won, lost = won + right, lost + (not right)
            if compared >= LEAST and compared % 5 == 0 and better(won, lost):
                taken += 1
                break
    assert taken / 400 <= ERROR + 0.02


def test_one_that_is_clearly_better_takes_over() -> None:
    """Ninety of a hundred right against eighty: within 500 tasks nearly always."""
    chance, taken = Random(12), 0
    for _ in range(200):
        won = lost = 0
        for compared in range(1, MOST + 1):
            champion, challenger = chance.random() < 0.8, chance.random() < 0.9
            won, lost = won + (challenger and not champion), lost + (champion and not challenger)
            if compared >= LEAST and compared % 5 == 0 and better(won, lost):
                taken += 1
                break
    assert taken >= 190


@pytest.mark.parametrize(
    ("accuracy", "tested_on", "baseline", "beats"),
    [
        (0.9, 100, 0.5, True),
        (0.55, 100, 0.5, False),
        (0.65, 100, 0.5, True),
        (0.9, 20, 0.85, False),
        (0.9, 0, 0.1, False),
    ],
)
def test_what_beats_guessing_is_above_the_commonest_label_by_more_than_chance(
    accuracy: float, tested_on: int, baseline: float, beats: bool
) -> None:
    card = {"metrics": {"accuracy": accuracy, "tested_on": tested_on, "baseline": baseline}}
    assert beats_guessing(card) is beats


def test_what_was_never_tested_does_not_beat_guessing() -> None:
    assert not beats_guessing({"metrics": None})
    assert not beats_guessing({})
