"""What tasks may be about that not everybody wants to see, and what a worker must have said before the first card."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum
from functools import lru_cache


class Topic(StrEnum):
    """A sensitive topic; the order is kept, since a set of them is stored as one number."""

    VIOLENCE = "violence"
    ADULT = "adult"
    HATE = "hate"
    SELF_HARM = "self_harm"
    MEDICAL = "medical"
    POLITICS = "politics"
    OTHER = "other"


_BITS = {topic: 1 << at for at, topic in enumerate(Topic)}
EVERY = sum(_BITS.values())
"""All topics as one number."""


def mask(topics: Iterable[Topic]) -> int:
    """Some topics as one number, a bit for each."""
    return sum(_BITS[topic] for topic in set(topics))


@lru_cache(maxsize=256)
def topics_in(number: int) -> tuple[Topic, ...]:
    """The topics that such a number stands for, in their fixed order."""
    return tuple(topic for topic, bit in _BITS.items() if number & bit)


class Lack(IntEnum):
    """What a worker still lacks before a project may hand them a card, in the order in which it is asked for."""

    NOTHING = 0
    TOPICS = 1  # they do not see such topics
    NOTICE = 2  # they were not told of what this project's tasks are about
    SKILL = 3  # they do not hold the skill that it requires
