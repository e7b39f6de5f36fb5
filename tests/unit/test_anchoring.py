"""What suggestions do to answers: found where it is there, silent where nothing can be known."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest

from core.consensus.anchoring import Anchoring, Span
from core.consensus.dawid_skene import LEARNER
from core.domain.suggestions import Screen
from core.learning.anchoring import SCREENS, Cards, On, anchoring, discount
from core.learning.anchoring.pace import pace
from core.learning.anchoring.spans import difference, share
from core.learning.record import Record
from tests.benchmarks.anchoring_crowd import FASTER, Made, Setting, crowd

USUAL = Setting(0.3, 3, 0.7)


def measured(made: Made) -> Anchoring:
    """As a refit has it."""
    return anchoring(made.record, LEARNER.refit(made.record), made.cards)


@pytest.fixture(scope="module")
def made() -> Made:
    """Two thousand answers of which three in ten of those with a suggestion were taken from the screen."""
    return crowd(USUAL, seed=7)


@pytest.fixture(scope="module")
def found(made: Made) -> Anchoring:
    """What is measured there."""
    return measured(made)


def contains(span: Span | None, truth: float) -> bool:
    """Whether the interval does."""
    assert span is not None
    assert span.low <= span.value <= span.high
    return span.low <= truth <= span.high


def test_the_share_that_was_taken_is_found(found: Anchoring) -> None:
    """Without knowing more truths than twenty, and not as sure as if all were known."""
    assert contains(found.copied, USUAL.copied)
    assert found.copied is not None
    assert 0.02 < found.copied.high - found.copied.low < 0.16
    assert found.copied.of == found.shown + found.planted


def test_who_judges_alone_is_not_accused() -> None:
    """Agreeing with a good model is no copying: nothing was taken, so the interval begins at zero."""
    honest = measured(crowd(replace(USUAL, copied=0.0, model=0.9), seed=3))
    assert honest.copied is not None
    assert honest.copied.low == 0.0
    assert honest.agreed_shown is not None
    assert honest.agreed_shown.value > 0.6, "and yet they mostly say the same"


def test_more_copies_are_a_greater_discount(found: Anchoring) -> None:
    """Of answers alone, the same crowd otherwise."""
    less, more = (measured(crowd(replace(USUAL, copied=share), seed=7)) for share in (0.0, 0.6))
    assert less.taken < found.taken < more.taken
    assert less.discount < found.discount < more.discount


def test_mistakes_are_taken_over_from_the_screen(made: Made, found: Anchoring) -> None:
    """Beside how often people make them without; the figures are those that the truth would give."""
    truth = made.truth[made.record.tasks]
    wrong = made.cards.suggested != truth
    agrees = made.record.labels == made.cards.suggested
    assert contains(found.followed_wrong, agrees[made.cards.on(On.SHOWN, On.PLANTED) & wrong].mean())
    assert contains(found.wrong_alone, agrees[made.cards.on(On.WITHHELD) & wrong].mean())
    right = made.record.labels == truth
    assert contains(found.right_shown, right[made.cards.on(On.SHOWN)].mean())
    assert contains(found.right_withheld, right[made.cards.on(On.WITHHELD)].mean())
    assert found.helped is not None
    assert found.right_shown is not None
    assert found.right_withheld is not None
    assert found.helped.value == pytest.approx(found.right_shown.value - found.right_withheld.value)


def test_time_is_compared_within_people(found: Anchoring) -> None:
    """Four fifths of the time, though some people are twice as fast as others."""
    assert contains(found.pace, FASTER)
    assert found.saved == pytest.approx(1 - FASTER, abs=0.1)
    assert found.seconds_shown is not None
    assert found.seconds_withheld is not None
    assert found.seconds_shown < found.seconds_withheld


def test_a_slow_person_who_sees_more_suggestions_is_no_effect() -> None:
    """Seven times slower, and shown seven times as often."""
    dice = np.random.default_rng(1)
    workers = np.repeat([0, 1], 80)
    shown = np.concatenate([np.arange(80) % 8 > 0, np.arange(80) % 8 == 0])
    times = np.exp(dice.normal(9, 0.2, 160)) * np.where(workers == 0, 7, 1)
    assert contains(pace(times, shown=shown, workers=workers), 1.0)
    assert pace(times, shown=workers == 0, workers=workers) is None, "nobody saw both"


def test_unknown_times_are_left_out(made: Made) -> None:
    """NaN, none at all, or an absurd one."""
    times = made.cards.times.copy()
    times[::3] = np.nan
    times[1] = 0.0
    some = anchoring(made.record, LEARNER.refit(made.record), replace(made.cards, times=times))
    assert contains(some.pace, FASTER)
    none = replace(made.cards, times=np.full(len(times), np.nan))
    silent = anchoring(made.record, LEARNER.refit(made.record), none)
    assert (silent.pace, silent.seconds_shown, silent.saved) == (None, None, None)


def test_names_and_order_do_not_matter(made: Made, found: Anchoring) -> None:
    """Tasks, workers and rows by other numbers: the same figures."""
    dice = np.random.default_rng(5)
    record, cards = made.record, made.cards
    rows = dice.permutation(len(record.tasks))
    tasks, workers = dice.permutation(record.tasks_n), dice.permutation(record.workers_n)
    known = np.empty_like(record.known)
    known[tasks] = record.known
    other = Record(
        tasks[record.tasks[rows]].astype(np.int32),
        workers[record.workers[rows]].astype(np.int32),
        record.labels[rows],
        known,
        record.workers_n,
        record.labels_n,
    )
    again = anchoring(
        other, LEARNER.refit(other), Cards(cards.suggested[rows], cards.screens[rows], cards.times[rows])
    )
    for field in fields(Anchoring):
        one, two = getattr(found, field.name), getattr(again, field.name)
        if isinstance(one, Span):
            one, two = one.value, two.value
        assert one == pytest.approx(two, abs=2e-3), field.name


def test_it_keeps_as_json(found: Anchoring) -> None:
    """In the refit's report, None and all."""
    silent = replace(found, copied=None, pace=None)
    for one in (found, silent):
        assert Anchoring.from_json(json.loads(json.dumps(one.as_json(), allow_nan=False))) == one


def spoiled(made: Made, how: str) -> Made:
    """The same crowd where something is missing that the measure lives on."""
    record, cards = made.record, made.cards
    nothing = np.zeros_like(cards.screens)
    seen = cards.suggested >= 0
    agreeing = np.where(seen, cards.suggested, record.labels).astype(np.int32)
    refusing = np.where(seen & (record.labels == cards.suggested), (record.labels + 1) % 3, record.labels)
    if how == "no suggestion":
        return replace(made, cards=Cards(np.full_like(cards.suggested, -1), nothing, cards.times))
    if how == "all shown":
        return replace(made, cards=replace(cards, screens=np.where(seen, On.SHOWN, 0).astype(np.int8)))
    if how == "all withheld":
        return replace(made, cards=replace(cards, screens=np.where(seen, On.WITHHELD, 0).astype(np.int8)))
    if how == "all accepted":
        return replace(made, record=replace(record, labels=agreeing))
    if how == "all refused":
        return replace(made, record=replace(record, labels=refusing.astype(np.int32)))
    if how == "no truth known":
        return replace(made, record=replace(record, known=np.full_like(record.known, -1)))
    if how == "one label":
        cards = replace(cards, suggested=np.minimum(cards.suggested, 0))
        known = np.minimum(record.known, 0)
        return replace(
            made, cards=cards, record=replace(record, labels=0 * record.labels, known=known, labels_n=1)
        )
    if how == "everybody always says the same":
        return replace(made, record=replace(record, labels=0 * record.labels))
    rows = record.workers == 0 if how == "one worker" else np.zeros(len(record.tasks), dtype=np.bool_)
    workers = record.workers[rows]
    some = replace(record, tasks=record.tasks[rows], workers=workers, labels=record.labels[rows])
    return replace(made, record=some, cards=cards.kept(rows))


@pytest.mark.parametrize(
    "how",
    [
        *("no suggestion", "all shown", "all withheld", "all accepted", "all refused", "no truth known"),
        *("one label", "everybody always says the same", "one worker", "nobody"),
    ],
)
def test_it_is_silent_rather_than_wrong(made: Made, how: str) -> None:
    """Every figure is finite and inside its interval, or None; a discount there always is."""
    found = measured(spoiled(made, how))
    for field in fields(Anchoring):
        one = getattr(found, field.name)
        if isinstance(one, Span):
            assert all(map(math.isfinite, (one.low, one.value, one.high, one.of))), field.name
            assert one.low <= one.value <= one.high, field.name
        elif one is not None:
            assert math.isfinite(one), field.name
    assert 0 <= found.taken <= 1
    assert 0 <= found.discount <= 1
    if how in ("no suggestion", "all withheld", "one label", "nobody"):
        assert found.copied is None
        assert found.taken == 0.3, "what is usual"
    if how == "all refused":
        assert found.copied is not None
        assert found.copied.value < 0.05
    if how == "all shown":
        assert (found.agreed_withheld, found.wrong_alone, found.helped, found.pace) == (None,) * 4


def test_planted_suggestions_are_counted_apart(made: Made) -> None:
    """They are wrong on purpose, so agreement with the model is measured without them."""
    found = measured(made)
    assert found.planted == int((made.cards.screens == On.PLANTED).sum()) > 0
    assert found.agreed_shown is not None
    assert found.agreed_shown.of == found.shown == int((made.cards.screens == On.SHOWN).sum())
    assert set(SCREENS) == {None, *Screen}


def test_answers_that_are_alike_make_an_interval_wider() -> None:
    """A hundred answers to ten tasks say less than to a hundred."""
    hits = np.repeat([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0], 10)
    ones, each = np.ones(100), np.arange(100)
    apart = share(hits, weights=ones, tasks=each, workers=each)
    alike = share(hits, weights=ones, tasks=each // 10, workers=each)
    assert apart is not None
    assert alike is not None
    assert apart.value == alike.value == 0.7
    assert alike.high - alike.low > 2 * (apart.high - apart.low)
    assert (apart.low, apart.high) == pytest.approx((0.6042, 0.7811), abs=1e-4), "Wilson's, of 70 in 100"
    assert share(hits, weights=0 * ones, tasks=each, workers=each) is None


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """His example: 56 of 70 against 48 of 80 is .0524 to .3339."""
    one = share(
        np.repeat([1.0, 0.0], [56, 14]), weights=np.ones(70), tasks=np.arange(70), workers=np.arange(70)
    )
    two = share(
        np.repeat([1.0, 0.0], [48, 32]), weights=np.ones(80), tasks=np.arange(80), workers=np.arange(80)
    )
    between = difference(one, two)
    assert between is not None
    assert (between.value, between.low, between.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert difference(one, None) is None


def test_a_discount_is_nothing_for_nobody_and_all_for_everybody() -> None:
    """And grows in between, with any number of labels."""
    for size in (1, 2, 5):
        believed = LEARNER.start(size)
        shares = [discount(at / 10, believed) for at in range(11)]
        assert shares[0] == 0.0
        assert shares[-1] == 1.0
        assert shares == sorted(shares)


def test_a_large_record_is_thinned_to_what_is_enough() -> None:
    """Twenty thousand answers: all are counted, a part is looked into, and the interval is narrow."""
    large = crowd(replace(USUAL, answers=20_000, tasks=7_000, workers=60), seed=9)
    found = measured(large)
    assert found.shown == int(large.cards.on(On.SHOWN).sum())
    assert contains(found.copied, USUAL.copied)
    assert found.copied is not None
    assert found.copied.of < found.shown / 2
    assert found.copied.high - found.copied.low < 0.08
