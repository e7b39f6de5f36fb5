"""How long something took, in wall-clock and in processor seconds, over interleaved rounds."""

from __future__ import annotations

import resource
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """So many were done in so many seconds; `cpu` are the seconds that this process worked."""

    done: int
    wall: float
    cpu: float

    @property
    def rate(self) -> float:
        """How many a second of wall-clock time."""
        return self.done / self.wall

    @property
    def per_cpu_second(self) -> float:
        """How many a second of processor time."""
        return self.done / self.cpu

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor time each."""
        return 1000 * self.cpu / self.done


class Stopwatch:
    """Wall-clock time since its making."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def seconds(self) -> float:
        """How long ago that was."""
        return time.perf_counter() - self._since


class Watch:
    """Runs from its making; user and system time of all threads of this process."""

    def __init__(self) -> None:
        self._wall = Stopwatch()
        self._cpu = cpu_seconds()

    def stop(self, done: int) -> Sample:
        """What was done since."""
        return Sample(done, self._wall.seconds(), cpu_seconds() - self._cpu)


def cpu_seconds() -> float:
    """User and system seconds that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass(slots=True)
class Rounds:
    """Samples of several contestants, one of each per round."""

    samples: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, sample: Sample) -> None:
        """One contestant's sample of this round."""
        self.samples[name].append(sample)

    def rate(self, name: str) -> Spread:
        """A contestant's rates over the rounds."""
        return Spread.of([one.rate for one in self.samples[name]])

    def cpu_ms(self, name: str) -> Spread:
        """A contestant's processor milliseconds each."""
        return Spread.of([one.cpu_ms for one in self.samples[name]])

    def per_cpu_second(self, name: str) -> Spread:
        """How many a contestant does in a second of processor time."""
        return Spread.of([one.per_cpu_second for one in self.samples[name]])

    def cheaper(self, name: str, than: str) -> Spread:
        """How many times as many in a second of processor time, round by round."""
        pairs = zip(self.samples[name], self.samples[than], strict=True)
        return Spread.of([theirs.cpu_ms / ours.cpu_ms for ours, theirs in pairs])

    def faster(self, name: str, than: str) -> Spread:
        """How many times faster, round by round."""
        pairs = zip(self.samples[name], self.samples[than], strict=True)
        return Spread.of([ours.rate / theirs.rate for ours, theirs in pairs])

    def dearer(self, name: str, than: str) -> Spread:
        """How many times the processor time, round by round."""
        pairs = zip(self.samples[name], self.samples[than], strict=True)
        return Spread.of([ours.cpu_ms / theirs.cpu_ms for ours, theirs in pairs])


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of some values."""
        return cls(median(values), min(values), max(values))

    def written(self, digits: int = 2) -> str:
        """As a table shows it: median (least–most)."""
        return f"{self.median:,.{digits}f} ({self.least:,.{digits}f}–{self.most:,.{digits}f})"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
