"""What is believed of a worker's accuracy at one kind of task in one language, and how surely."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HALF_LIFE = 200.0
"""Answers after which an answer counts half.

Counted in answers, not days: people change by working, a holiday makes nobody worse, and no clock is
needed, so the belief can be rebuilt from the answers alone. At 200 an accuracy of 80 % is known to ± 2.4
points at most, and a lasting change shows within some hundred answers.
"""
MEMORY = HALF_LIFE / math.log(2)
"""What a worker who always answers is remembered for, in answers' worth."""
EDGE = 0.02
"""No crowd is believed to be nearer to never or always right than this."""
WEAKEST, STRONGEST = 4.0, 40.0
"""How many answers of its own a newcomer's start may weigh: fewer would be noise, more would be prejudice."""
BACKING = 5.0
"""How many workers the wider crowd counts for beside those seen at this very kind and language."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became known of a worker's answers, in answers' worth; over several projects it is added up."""

    right: float = 0.0
    wrong: float = 0.0

    @property
    def answers(self) -> float:
        return self.right + self.wrong

    def as_json(self) -> list[float]:
        return [self.right, self.wrong]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is believed of somebody who has not answered yet: a mean, worth `strength` answers."""

    mean: float = 0.75
    strength: float = 8.0

    def as_json(self) -> list[float]:
        return [self.mean, self.strength]


ANYBODY = Newcomer()
"""Before there is any crowd: three of four answers right, soon outweighed."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """A Beta distribution over the chance that the worker's next answer is right."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        return self.alpha / (self.alpha + self.beta)

    @property
    def uncertainty(self) -> float:
        """The standard deviation."""
        total = self.alpha + self.beta
        return math.sqrt(self.alpha * self.beta / (total + 1.0)) / total

    def interval(self, share: float = 0.9) -> tuple[float, float]:
        """The bounds between which the accuracy lies with this probability, as much beside either end."""
        tail = (1.0 - share) / 2.0
        return self.below(tail), self.below(1.0 - tail)

    def below(self, probability: float) -> float:
        """The accuracy that is not reached with this probability."""
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2.0
            if _beta_below(middle, self.alpha, self.beta) < probability:
                low = middle
            else:
                high = middle
        return (low + high) / 2.0

    def as_json(self) -> list[float]:
        return [self.alpha, self.beta]


def judged(seen: Seen, *, right: float, weight: float = 1.0) -> Seen:
    """After one more answer, right with this probability (all that is known of it taken together)."""
    right = min(max(right, 0.0), 1.0)
    kept = math.exp2(-weight / HALF_LIFE)
    return Seen(seen.right * kept + weight * right, seen.wrong * kept + weight * (1.0 - right))


def together(seens: Iterable[Seen]) -> Seen:
    """The same worker over several projects, remembered no longer than one who worked in a single one."""
    parts = list(seens)
    return _remembered(math.fsum(one.right for one in parts), math.fsum(one.wrong for one in parts))


def from_counts(counts: Sequence[float], *, labels_n: int) -> Seen:
    """From a refit's soft counts "said l where the truth is k", flattened row by row."""
    right = math.fsum(counts[k * labels_n + k] for k in range(labels_n))
    return _remembered(right, max(0.0, math.fsum(counts) - right))


def newcomer(seens: Iterable[Seen], *, before: Newcomer = ANYBODY) -> Newcomer:
    """What this crowd lets expect of a newcomer; `before` is the wider crowd, which speaks where few are seen.

    Mean and spread between workers by the method of moments for the beta-binomial, a worker weighing
    n / (n + strength) (Kleinman 1973, "Proportions with extraneous variance").
    """
    crowd = [(one.right / one.answers, one.answers) for one in seens if one.answers > 0.0]
    weights = [answers / (answers + before.strength) for _, answers in crowd]
    mass = math.fsum(weights)
    mean = math.fsum(weight * share for weight, (share, _) in zip(weights, crowd, strict=True))
    mean = min(max((mean + BACKING * before.mean) / (mass + BACKING), EDGE), 1.0 - EDGE)
    prior = mean * (1.0 - mean) / (before.strength + 1.0)
    # An observed share scatters around its worker's accuracy as well; that part is not spread of the crowd.
    several = [(weight, share, n) for weight, (share, n) in zip(weights, crowd, strict=True) if n > 1.0]
    spread = math.fsum(w * ((share - mean) ** 2 - mean * (1.0 - mean) / n) for w, share, n in several)
    shares = math.fsum(w * (1.0 - 1.0 / n) for w, _, n in several)
    spread = max((spread + BACKING * prior) / (shares + BACKING), 1e-9)
    strength = mean * (1.0 - mean) / spread - 1.0
    return Newcomer(mean, min(max(strength, WEAKEST), STRONGEST))


def reliability(seen: Seen, start: Newcomer = ANYBODY) -> Reliability:
    """What is believed of a worker: the newcomer's start, and what was seen since."""
    mean = min(max(start.mean, EDGE), 1.0 - EDGE)
    strength = min(max(start.strength, WEAKEST), STRONGEST)
    return Reliability(mean * strength + max(seen.right, 0.0), (1.0 - mean) * strength + max(seen.wrong, 0.0))


def _remembered(right: float, wrong: float) -> Seen:
    total = right + wrong
    share = min(1.0, MEMORY / total) if total > 0.0 else 1.0
    return Seen(right * share, wrong * share)


def _beta_below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by the continued fraction of DLMF 8.17.22."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1.0) / (a + b + 2.0):  # where the fraction converges slowly, its mirror image converges fast
        return 1.0 - _beta_below(1.0 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    below, ratio, value = 0.0, 1.0, 1.0
    for step in range(400):
        half = step // 2
        if step == 0:
            term = 1.0
        elif step % 2:
            term = -(a + half) * (a + b + half) * x / ((a + step - 1.0) * (a + step))
        else:
            term = half * (b - half) * x / ((a + step - 1.0) * (a + step))
        below = 1.0 / ((1.0 + term * below) or 1e-30)
        ratio = (1.0 + term / ratio) or 1e-30
        value *= below * ratio
        if step and abs(1.0 - below * ratio) < 1e-12:
            break
    return front * (value - 1.0) / a
