"""What a worker's answers say for and against honest work, as a few numbers that each answer moves.

Each rule is a CUSUM (Page 1954): the sum of the log likelihood ratios "without reading" against "honest work",
never below zero, so bad luck is forgotten and a turn for the worse is seen soon. Whatever share of the work
somebody honest of this crowd might know, it must be less likely than not reading; so the ratios are taken
against the answer's chances given what others said, and never against how common a label is alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from core.domain.rules import Rule

LEAST_RIGHT = 0.6
"""Whoever is right so often works honestly, as far as the rules are concerned."""
CAUTION = 0.75
"""How much of that is left when the others are wrong more often than they are believed to be."""
OFTENER = 2.0
"""How much more often than the crowd somebody may be believed to say a label unread, when haste does not tell."""
LEAN = 8.0
"""How many answers the crowd's own mix of labels weighs in what somebody is believed to say unread."""
MEMORY = 60.0
"""Somebody's mix of labels and pace are known from about so many of their latest answers."""
HASTE, SPREAD = -1.3, 0.7
"""How much shorter than usual (log) unread answers are, and how much times spread."""
OWN_PACE = 0.5
"""How far somebody's own pace, rather than the crowd's, is what is usual for them."""
PACE_KNOWN = 6.0
"""So many answers as usual as anybody's are believed of everybody at first."""
QUICK, SLOW = 0.4, -0.6
"""The most that one answer's time says, either way: people are interrupted, and some tasks are short."""
INSTANT, AT_ONCE = 0.3, 1.0
"""Nobody reads and taps within so many seconds, and what that says."""
GRID = 3
"""So many shares of the work that somebody may know are weighed, from the least that is honest to nearly all."""
NEARLY_ALL = 0.95
BEFORE = (0.1, 0.4, 0.5)
"""How common these are."""
TURNS = 0.02
"""How often somebody changes from one to another, or has a harder stretch: what bounds the price of it."""
FOLLOWS, LENIENT = 0.97, 0.5
"""The share of wrong suggestions that a follower accepts, and that honest people may."""
DOUBTFUL = 0.55
"""How likely wrong a suggestion must be for its acceptance to say anything."""
ALWAYS = 0.97
"""The share of its label in what somebody says who always says the same."""
ERRS = 0.25
"""How often what others say of a task may be wrong."""
ANOTHER = 3.0
"""What one other answer says against it."""
UNSUPPORTED = 4.0
"""More than this a row of equal answers does not say while nobody else has judged these tasks: files may be sorted."""
EXCUSED = 0.75
"""The most that agreeing with somebody else excuses haste: it might be a friend."""
CLIP = 2.0
"""The most that one answer says against or for anybody."""


class Seen(NamedTuple):  # a tuple, as every answer makes one
    """One answer as the rules see it, at the moment it is given."""

    label: int
    usual: tuple[float, ...]
    """(K,) how often the crowd says each label."""
    chances: tuple[float, ...] = ()
    """(K,) how likely each truth is, by the others' answers or because it is known; empty when nobody knows."""
    known: bool = False
    suggested: int | None = None
    """The label of the suggestion on screen."""
    seconds: float | None = None
    typical: float | None = None
    """Seconds that this crowd takes for such a task."""


class Watch(NamedTuple):  # a tuple, as every answer makes one
    """What the answers of one worker in one project came to."""

    careless: float = 0.0
    too_fast: float = 0.0
    same_answer: float = 0.0
    same_label: int = -1
    unsupported: float = 0.0  # the part of `same_answer` that nobody else's answer bears out
    copying: float = 0.0
    believing: float = 0.0  # the same without looking at the time, for those who take theirs
    gold: float = 0.0
    pace: float = 0.0  # mean log of their time over the crowd's
    timed: float = 0.0
    knows: tuple[float, ...] = BEFORE  # how likely each share is that they know
    said: tuple[float, ...] = ()  # (K,) how often they said each label lately


def seen(watch: Watch, one: Seen) -> Watch:
    """The watch after one more answer."""
    lean = _lean(watch, one)
    hasty = _hasty(watch, one)
    label, plain, knows = _label(watch.knows, lean, one)
    followed = one.suggested is not None and one.suggested == one.label
    if followed:
        # What a suggestion put into their mouth speaks for nobody's reading, and is no mistake of their own.
        label, plain = 0.5 * min(0.0, label), 0.5 * min(0.0, plain)
    same, of_label, unsupported = _same(watch, one)
    careless = watch.careless + label
    gold = watch.gold + (label if one.known else 0.0)
    fast = 0.0 if hasty is None else hasty + (plain if one.known else max(-EXCUSED, plain))
    copied = _copied(one)
    copying = watch.copying + copied + (0.0 if hasty is None or not followed else hasty)
    said, pace, timed = _habits(watch, one)
    return Watch(
        careless=max(0.0, careless),
        too_fast=max(0.0, watch.too_fast + fast),
        same_answer=same,
        same_label=of_label,
        unsupported=unsupported,
        copying=max(0.0, copying),
        believing=max(0.0, watch.believing + copied),
        gold=max(0.0, gold),
        knows=knows,
        said=said,
        pace=pace,
        timed=timed,
    )


def _lean(watch: Watch, one: Seen) -> tuple[float, ...]:
    """(K,) what they say unread: their own latest mix of labels, drawn towards the crowd's."""
    if len(watch.said) != len(one.usual):
        return one.usual
    total = sum(watch.said) + LEAN
    return tuple([(own + LEAN * usual) / total for own, usual in zip(watch.said, one.usual, strict=True)])


@lru_cache(maxsize=64)
def shares(size: int) -> tuple[float, ...]:
    """The shares of the work that somebody may know, so that the least makes `LEAST_RIGHT` right."""
    least = CAUTION * (LEAST_RIGHT - 1.0 / size) / (1.0 - 1.0 / size)
    return least, (least + NEARLY_ALL) / 2.0, NEARLY_ALL


def _label(
    knows: tuple[float, ...], lean: Sequence[float], one: Seen
) -> tuple[float, float, tuple[float, ...]]:
    """log P(label | unread) − log P(label | reads), 0 where nobody knows; and what is believed of them after it.

    Twice: with the less likely of their own mix of labels and the crowd's, since in a sorted file somebody's own
    mix follows the file; and with their own, which only counts beside haste. What they know is followed as it
    changes (Herbster and Warmuth 1998, fixed share).
    """
    size = len(lean)
    if not one.chances or size < 2:
        return 0.0, 0.0, knows
    known = shares(size)
    right, own = one.chances[one.label], max(1e-6, lean[one.label])
    unread = max(1e-6, min(own, OFTENER * one.usual[one.label]))
    joint = [
        weight * ((1.0 - share) * unread + share * right) for weight, share in zip(knows, known, strict=True)
    ]
    likely = sum(joint)
    share = sum(weight * share for weight, share in zip(knows, known, strict=True))
    after = [(1.0 - TURNS) * part / likely + TURNS * usual for part, usual in zip(joint, BEFORE, strict=True)]
    cautious, plain = math.log(unread / likely), math.log(own / ((1.0 - share) * own + share * right))
    return max(-CLIP, min(CLIP, cautious)), max(-CLIP, min(CLIP, plain)), tuple(after)


def _hasty(watch: Watch, one: Seen) -> float | None:
    """The same for the time that an answer took; None where no time is known."""
    if one.seconds is None:
        return None
    if one.seconds < INSTANT:
        return AT_ONCE
    if one.typical is None or one.typical <= 0.0:
        return None
    time = math.log(one.seconds / one.typical)
    usual = OWN_PACE * watch.pace * watch.timed / (watch.timed + PACE_KNOWN)
    gap = usual - HASTE
    if gap <= 0.0:
        return 0.0
    return max(SLOW, min(QUICK, -gap * (time - (usual + HASTE) / 2.0) / SPREAD**2))


def _same(watch: Watch, one: Seen) -> tuple[float, int, float]:
    """The evidence that they always say one label, which label, and how much of it nobody else's answer bears out.

    In a sorted file one label is right many times in a row. So what counts is how often others contradict it:
    as often as that label is rare, or as often as a crowd errs.
    """
    label = one.label
    if len(one.usual) < 2:
        return 0.0, -1, 0.0
    if label != watch.same_label:
        left = watch.same_answer - ANOTHER
        return (left, watch.same_label, watch.unsupported) if left > 0.0 else (0.0, label, 0.0)
    usual = min(0.99, max(0.01, one.usual[label]))
    if not one.chances:
        gain = max(0.0, min(math.log(ALWAYS / min(ALWAYS, usual)), UNSUPPORTED - watch.unsupported))
        return watch.same_answer + gain, label, watch.unsupported + gain
    errs = min(ERRS, 0.6 * (1.0 - usual))
    agree = one.chances[label]
    gain = agree * math.log(usual / (1.0 - errs)) + (1.0 - agree) * math.log((1.0 - usual) / errs)
    return max(0.0, watch.same_answer + min(CLIP, gain)), label, watch.unsupported


def _copied(one: Seen) -> float:
    """log P(this | accepts everything) − log P(this | reads): only what others contradict says anything for it."""
    if one.suggested is None:
        return 0.0
    if one.label != one.suggested:
        return -CLIP
    wrong = 1.0 - one.chances[one.suggested] if one.chances else 0.0
    if wrong < DOUBTFUL:
        return 0.0
    likely = (1.0 - wrong) * FOLLOWS + wrong * LENIENT
    return math.log(FOLLOWS / likely)


def _habits(watch: Watch, one: Seen) -> tuple[tuple[float, ...], float, float]:
    size = len(one.usual)
    said = list(watch.said) if len(watch.said) == size else [0.0] * size
    keep = 1.0 - 1.0 / MEMORY
    said = [keep * own for own in said]
    said[one.label] += 1.0
    if one.seconds is None or not one.typical or one.typical <= 0.0:
        return tuple(said), watch.pace, watch.timed
    time = max(-3.0, min(3.0, math.log(max(one.seconds, 0.05) / one.typical)))
    timed = min(MEMORY, watch.timed + 1.0)
    return tuple(said), watch.pace + (time - watch.pace) / timed, timed


def against(watch: Watch) -> dict[Rule, float]:
    """What each rule that weighs answers has, in nats."""
    return {
        Rule.CARELESS: watch.careless,
        Rule.TOO_FAST: watch.too_fast,
        Rule.SAME_ANSWER: watch.same_answer,
        Rule.COPYING: max(watch.copying, watch.believing),
        Rule.GOLD: watch.gold,
    }
