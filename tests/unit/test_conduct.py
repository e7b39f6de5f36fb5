"""Rules of conduct, without a store: what tells against somebody, what does not, and how far it leads."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bots.dialogue import rule_words
from bots.dialogue.standing_words import HELPS, WHY
from core.domain.rules import LADDERS, Rule, Step, Strictness, ladder, next_step, step_at, strictness
from core.domain.standing import REASONS
from core.domain.watch import Seen, Watch, against, seen
from core.errors import BadFile
from core.intake.project_file import ProjectFile, build_project, read_project_file, to_yaml
from tests.benchmarks.rules import course
from tests.benchmarks.rules_crowd import KINDS, Spam, answers, place, reader

UTC = ZoneInfo("UTC")
EVEN, SKEWED = (0.25,) * 4, (0.88, 0.12)
FILE = {
    "project": "Animals",
    "instructions": "Which animal is it?",
    "labels": [{"id": "cat", "en": "Cat"}, {"id": "dog", "en": "Dog"}],
}


def after(given: Iterable[Seen]) -> Watch:
    """The watch after these answers."""
    watch = Watch()
    for one in given:
        watch = seen(watch, one)
    return watch


def steps(watch: Watch) -> dict[Rule, Step]:
    """How far each rule leads."""
    return {rule: step_at(rule, Strictness.NORMAL, weight) for rule, weight in against(watch).items()}


def sure(label: int, size: int = 4, chance: float = 0.9) -> tuple[float, ...]:
    """What others think when most of them say a label."""
    return tuple(chance if at == label else (1.0 - chance) / (size - 1) for at in range(size))


def test_the_same_answer_in_a_row_is_honest_where_it_is_right() -> None:
    """In a sorted file, and where nine tasks in ten are alike: thirty in a row tell nothing, judged or not."""
    sorted_file = after(Seen(1, EVEN, sure(1)) for _ in range(60))
    assert set(steps(sorted_file).values()) == {Step.NONE}
    rare = after(Seen(0, SKEWED, sure(0, 2) if at % 2 else ()) for at in range(60))
    assert set(steps(rare).values()) == {Step.NONE}


def test_files_may_be_sorted_so_what_nobody_judged_brings_no_action() -> None:
    """However many equal answers nobody else bears out or contradicts."""
    alone = after(Seen(1, EVEN) for _ in range(500))
    assert max(steps(alone).values()) < Step.MORE_GOLD


def test_the_same_answer_against_everybody_is_found() -> None:
    """Where others say something else three times in four."""
    dice = Random(3)
    given = [Seen(1, EVEN, sure(dice.randrange(4))) for _ in range(40)]
    assert steps(after(given))[Rule.SAME_ANSWER] >= Step.MORE_GOLD


def test_fast_and_right_is_no_haste() -> None:
    """A quick worker whom others bear out; and where no time is known nobody is too fast."""
    dice = Random(4)
    truths = [dice.randrange(4) for _ in range(80)]
    quick = after(Seen(one, EVEN, sure(one), seconds=1.6, typical=6.0) for one in truths)
    assert steps(quick)[Rule.TOO_FAST] is Step.NONE
    wrong = after(Seen((one + 1) % 4, EVEN, sure(one)) for one in truths)
    assert wrong.too_fast == 0.0


def test_taking_over_wrong_suggestions_is_found_and_refusing_one_speaks_for_somebody() -> None:
    """Right suggestions tell nothing, however many are taken."""
    right = after(Seen(1, EVEN, sure(1), suggested=1) for _ in range(60))
    assert against(right)[Rule.COPYING] == 0.0
    wrong = [Seen(1, EVEN, sure(2), suggested=1) for _ in range(20)]
    assert steps(after(wrong))[Rule.COPYING] >= Step.MORE_GOLD
    refused = seen(after(wrong), Seen(2, EVEN, sure(2), suggested=1))
    assert against(refused)[Rule.COPYING] < against(after(wrong))[Rule.COPYING]


def test_honest_people_of_every_sort_meet_no_action() -> None:
    """A hundred weeks; the benchmark has thousands."""
    dice = Random(11)
    for _ in range(100):
        given = answers(place(dice), reader(dice), None, count=100, dice=dice)
        assert not course(one for one, _ in given).acted(100)


@pytest.mark.parametrize("kind", KINDS)
def test_who_does_not_read_is_found_within_forty_answers(kind: str) -> None:
    """Nearly all of those who take no time; also after an honest start."""
    dice, start = Random(12), 60 if kind == "slow-burn" else 0
    found = 0
    for _ in range(40):
        where = place(dice, model=True if kind == "follower" else None)
        given = answers(where, reader(dice), Spam(kind, after=start), count=start + 40, dice=dice)
        found += course(one for one, _ in given).acted(40, after=start)
    assert found >= 36


def test_one_step_at_a_time_and_down_again() -> None:
    """However much is held against somebody, a word comes first; when nothing is any more, they stand as before."""
    much, little = {Rule.GOLD: 99.0, Rule.SAME_ANSWER: 1.0}, {Rule.GOLD: 3.0, Rule.SAME_ANSWER: 0.0}
    step, taken = Step.NONE, []
    for _ in range(6):
        step, why = next_step(step, much)
        taken.append((step, why))
    assert taken == [
        (Step.NUDGE, Rule.GOLD),
        (Step.MORE_GOLD, Rule.GOLD),
        (Step.PAUSE, Rule.GOLD),
        (Step.RESTRICT, Rule.GOLD),
        (Step.RESTRICT, None),
        (Step.RESTRICT, None),
    ]
    assert next_step(Step.MORE_GOLD, little) == (Step.MORE_GOLD, None)
    assert next_step(Step.MORE_GOLD, {Rule.GOLD: 0.5}) == (Step.NONE, None)


def test_a_project_decides_before_the_house() -> None:
    own, usual = {Rule.GOLD: Strictness.OFF}, {Rule.GOLD: Strictness.STRICT, Rule.SKIPS: Strictness.MILD}
    assert strictness(Rule.GOLD, own, usual) is Strictness.OFF
    assert strictness(Rule.SKIPS, own, usual) is Strictness.MILD
    assert strictness(Rule.OVERDUE, own, usual) is Strictness.NORMAL
    assert next_step(Step.NONE, {Rule.GOLD: 99.0}, own, usual) == (Step.NONE, None)


def test_every_ladder_rises_and_a_stricter_one_is_shorter() -> None:
    """Also in words: each rule has a sentence, each reason says what to do."""
    for rule in Rule:
        heights = [
            list(ladder(rule, one).values())
            for one in (Strictness.STRICT, Strictness.NORMAL, Strictness.MILD)
        ]
        assert heights == sorted(heights)
        assert all(one == sorted(set(one)) for one in heights), rule
        assert rule in REASONS
        assert rule in rule_words.SAYS
        assert rule in WHY
        assert rule in HELPS
    assert set(LADDERS) == set(Rule)


def test_a_project_file_sets_rules() -> None:
    """One word for all, or each by itself; a file that says nothing leaves them to the house, and stays as short."""
    head = b"project: A\ninstructions: What?\nlabels: [{id: a, en: A}, {id: b, en: B}]\n"

    def read(lines: bytes) -> ProjectFile:
        return read_project_file(head + lines, zone=UTC)

    assert set(read(b"rules: off\n").rules.setting.values()) == {Strictness.OFF}
    some = read(b"rules: {too_fast: off, skips: Strict}\n")
    assert some.rules.setting == {Rule.TOO_FAST: Strictness.OFF, Rule.SKIPS: Strictness.STRICT}
    assert read_project_file(to_yaml(some).encode(), zone=UTC) == some
    assert read(b"").rules.setting == {}
    assert "rules" not in to_yaml(build_project(FILE, zone=UTC))
    for wrong in (b"rules: {gold: harsh}\n", b"rules: {speed: off}\n", b"rules: [gold]\n"):
        with pytest.raises(BadFile) as refused:
            read(wrong)
        assert refused.value.problems
