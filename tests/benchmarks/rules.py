"""How often rules of conduct act on honest people, and how soon on those who do not read; one set of thresholds."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from scipy.stats import beta

from core.consensus import methods
from core.consensus.believed import Believed
from core.consensus.calibration import Calibration
from core.consensus.crowd import Evidence
from core.consensus.weighed import posterior
from core.domain.rules import Rule, Step, next_step
from core.domain.watch import Seen, Watch, against, seen
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.rules_crowd import HONEST_FIRST, KINDS, Spam, answers, place, reader
from tests.benchmarks.truth_methods import record_of
from tests.benchmarks.truth_sets import Crowd, read_crowds

SOON, LATER = 40, 160
"""Answers after turning."""
MOST_FALSE, LEAST_FOUND = 0.005, 0.95
SEED = 20_261_130
FEWEST = 16
"""Recorded workers with fewer answers say nothing."""


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one worker: after how many answers each step was taken, and by which rule."""

    steps: dict[Step, tuple[int, Rule]]

    def acted(self, within: int, *, after: int = 0) -> bool:
        """Whether anything harder than a word was done by then."""
        at = self.steps.get(Step.MORE_GOLD)
        return at is not None and at[0] <= after + within


def course(given: Iterable[Seen]) -> Course:
    """The answers of one worker through the rules as the product runs them."""
    watch, step = Watch(), Step.NONE
    taken: dict[Step, tuple[int, Rule]] = {}
    for number, one in enumerate(given, start=1):
        watch = seen(watch, one)
        step, why = next_step(step, against(watch))
        if why is not None:
            taken.setdefault(step, (number, why))
            if step is Step.RESTRICT:
                break
    return Course(taken)


def upper(found: int, of: int) -> float:
    """The upper end of the one-sided 95 % interval of a share (Clopper and Pearson 1934)."""
    return 1.0 if found == of else float(beta.ppf(0.95, found + 1, of - found))


async def run(_: Path, *, weeks: int, spammers: int, data: Path | None = None) -> Report:
    """Simulated honest weeks and spammers; recorded crowds too when there is a folder."""
    dice = Random(SEED)
    honest, answered = _honest(weeks, dice)
    acted = [one for one in honest if one.acted(10_000)]
    bound = upper(len(acted), weeks)
    nudged = sum(bool(one.steps) for one in honest)
    why = Counter(one.steps[Step.MORE_GOLD][1] for one in acted)
    first = Table(
        "Rules: honest weeks",
        ("weeks", "answers", "a word", "more than a word", "share", "upper 95 %", "paused or stopped"),
        (
            (
                f"{weeks:,}",
                f"{answered:,}",
                f"{nudged / weeks:.2%}",
                str(len(acted)),
                f"{len(acted) / weeks:.2%}",
                f"{bound:.2%}",
                str(sum(Step.PAUSE in one.steps for one in honest)),
            ),
        ),
        (f"By rule: {', '.join(f'{rule} {count}' for rule, count in why.most_common()) or 'none'}.",),
    )
    rows, least = _spam(spammers, dice)
    second = Table(
        f"Rules: spammers found within {SOON} and {LATER} answers after turning",
        ("kind", f"quick, {SOON}", f"quick, {LATER}", f"patient, {SOON}", f"patient, {LATER}"),
        rows,
        ("Quick ones take a quarter of the usual time; patient ones take their time like anybody.",),
    )
    goals = (
        Goal(
            "honest weeks with more than a word",
            f"< {MOST_FALSE:.1%} (upper 95 %)",
            f"{bound:.2%}",
            bound < MOST_FALSE,
        ),
        Goal(
            f"quick spammers found in {SOON} answers, least of five kinds",
            f"≥ {LEAST_FOUND:.0%}",
            f"{least[0]:.0%}",
            least[0] >= LEAST_FOUND,
        ),
        Goal(
            f"patient spammers found in {SOON} answers, least of five kinds",
            f"≥ {LEAST_FOUND:.0%}",
            f"{least[1]:.0%}",
            least[1] >= LEAST_FOUND,
        ),
    )
    recorded = () if data is None else (_recorded(read_crowds(data)),)
    return Report((first, second, *recorded), goals)


def _honest(weeks: int, dice: Random) -> tuple[list[Course], int]:
    found, total = [], 0
    for _ in range(weeks):
        count = min(600, max(20, int(math.exp(dice.gauss(math.log(120.0), 0.8)))))
        total += count
        given = answers(place(dice), reader(dice), None, count=count, dice=dice)
        found.append(course(one for one, _ in given))
    return found, total


def _spam(spammers: int, dice: Random) -> tuple[tuple[tuple[str, ...], ...], tuple[float, float]]:
    rows, soon = [], {True: 1.0, False: 1.0}
    for kind in KINDS:
        row = [kind]
        for quick in (True, False):
            after = HONEST_FIRST if kind == "slow-burn" else 0
            found = []
            for _ in range(spammers):
                where = place(dice, model=True if kind == "follower" else None)
                spam = Spam(kind, quick, after)
                given = answers(where, reader(dice), spam, count=after + LATER, dice=dice)
                found.append(course(one for one, _ in given))
            shares = [
                sum(one.acted(within, after=after) for one in found) / spammers for within in (SOON, LATER)
            ]
            row += [f"{share:.1%}" for share in shares]
            soon[quick] = min(soon[quick], shares[0])
        rows.append(tuple(row))
    return tuple(rows), (soon[True], soon[False])


def _recorded(crowds: Iterable[Crowd]) -> Table:
    rows = []
    for crowd in crowds:
        ways = _of_workers(crowd)
        courses = {worker: course(given) for worker, given in ways.items() if len(given) >= FEWEST}
        right = _right(crowd)
        acted = [worker for worker, one in courses.items() if one.acted(10**6)]
        usual = sorted(right[worker] for worker in courses if worker in right)
        poor = [worker for worker in acted if worker in right and right[worker] < usual[len(usual) // 4]]
        rows.append(
            (
                crowd.name,
                str(len(courses)),
                f"{len(acted)} ({len(acted) / max(1, len(courses)):.0%})",
                str(len(poor)),
                f"{_mean(right[one] for one in acted if one in right):.0%}",
                f"{_mean(right[one] for one in courses if one in right):.0%}",
            )
        )
    return Table(
        "Rules: recorded crowds, which have no times",
        (
            "set",
            f"workers with {FEWEST}+ answers",
            "more than a word",
            "of the worst quarter",
            "right, those",
            "right, all",
        ),
        tuple(rows),
        ("One task in twenty is gold. Some of these people did not read; nobody knows who.",),
    )


def _of_workers(crowd: Crowd) -> dict[int, list[Seen]]:
    learner = methods()["dawid_skene"].learner
    assert learner is not None
    fit, dice = learner.refit(record_of(crowd)), Random(SEED)
    labels = tuple(str(label) for label in range(crowd.labels_n))
    believed = Believed(1, "dawid_skene", labels, fit.crowd, Calibration.unknown())
    usual = tuple(
        sum(chance * row[said] for chance, row in zip(fit.crowd.prior, fit.crowd.pooled, strict=True))
        for said in range(crowd.labels_n)
    )
    gold = {task for task, truth in enumerate(crowd.truth) if dice.random() < 0.05 and truth is not None}
    heard: defaultdict[int, list[Evidence]] = defaultdict(list)
    ways: defaultdict[int, list[Seen]] = defaultdict(list)
    for one in crowd.answers:
        known = one.task in gold
        if known:
            chances = tuple(float(label == crowd.truth[one.task]) for label in range(crowd.labels_n))
        else:
            chances = posterior(believed, heard[one.task]) if heard[one.task] else ()
            counts = tuple(fit.counts[one.worker].ravel().tolist())
            heard[one.task].append(learner.evidence(fit.crowd, counts, one.label))
        ways[one.worker].append(Seen(one.label, usual, chances, known))
    return ways


def _right(crowd: Crowd) -> dict[int, float]:
    scored: defaultdict[int, list[bool]] = defaultdict(list)
    for one in crowd.answers:
        if crowd.truth[one.task] is not None:
            scored[one.worker].append(one.label == crowd.truth[one.task])
    return {worker: sum(hits) / len(hits) for worker, hits in scored.items()}


def _mean(shares: Iterable[float]) -> float:
    found = list(shares)
    return sum(found) / len(found) if found else 0.0
