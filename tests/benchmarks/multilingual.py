"""Short messages of five topics in six languages and five scripts, made up with honest difficulty.

The words are invented, the scripts are real. Each topic has, per language, a long tail of words of its own;
common words carry no topic; neighbouring topics share words; words are inflected; spelling slips happen;
some messages speak of two topics, and some hardly speak of any. So the first sixty examples teach something,
the sixtieth hundred still teaches something, and nobody can be right every time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

TOPICS = ("delivery", "payment", "quality", "account", "praise")

WORLD = 20_261
"""The seed of the vocabulary: it is the same for everyone, whatever is drawn from it."""

OWN, COMMON, SHARED = 60, 80, 30
"""Words per language: of each topic alone, of none, and of each two neighbouring topics."""

ABOUT, NEIGHBOUR, STRAY = 0.55, 0.10, 0.05
"""Chances that a word is of the message's topic, shared with a neighbour, or of any topic at all."""

MIXED, VAGUE, SLIP = 0.12, 0.08, 0.03
"""Shares of messages about two topics, of messages with a single word of their topic, and of misspelt words."""


@dataclass(frozen=True, slots=True)
class Language:
    """How words of one language look."""

    code: str
    onsets: str
    rhymes: tuple[str, ...]
    endings: tuple[str, ...]
    syllables: tuple[int, int]
    blank: str


LANGUAGES = (
    Language(
        "en", "bcdfghklmnprstvw", ("a", "e", "i", "o", "u", "er", "an", "in"), ("", "s", "ed"), (2, 3), " "
    ),
    Language("es", "bcdflmnprstvz", ("a", "o", "e", "ia", "ar", "en"), ("", "s", "do", "mos"), (2, 3), " "),
    Language("ru", "бвгджзклмнпрстхч", ("а", "о", "и", "е", "ов", "ен"), ("", "ы", "ой", "ами"), (2, 3), " "),
    Language("ar", "بتجحدرزسشصعفقكلمنه", ("", "ا", "ي", "و"), ("", "ة", "ات", "ين"), (3, 4), " "),
    Language("hi", "कखगचजटडतदनपबमरलवसह", ("ा", "ि", "ी", "े", "ो", ""), ("", "ों", "ें"), (2, 3), " "),
    Language("zh", "".join(chr(0x4E00 + 37 * step) for step in range(400)), ("",), ("",), (1, 2), ""),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One example with its true topic."""

    text: str
    topic: str
    language: str


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    own: tuple[tuple[str, ...], ...]
    shared: tuple[tuple[str, ...], ...]
    common: tuple[str, ...]


def messages(number: int, *, seed: int) -> list[Message]:
    """So many messages, each of a language and topic by chance; the same for the same seed."""
    chance = random.Random(seed)
    return [_message(chance) for _ in range(number)]


def _message(chance: random.Random) -> Message:
    language = chance.choice(LANGUAGES)
    topic = chance.choices(range(len(TOPICS)), weights=(5, 4, 4, 3, 2))[0]
    words = _vocabulary(language)
    second = chance.choice([other for other in range(len(TOPICS)) if other != topic])
    kind = chance.random()
    chosen = []
    for place in range(chance.randint(5, 12)):
        about = topic if kind >= MIXED or chance.random() < 0.6 else second
        chosen.append(
            _inflected(_word(chance, words, about, only=kind > 1 - VAGUE and place > 0), language, chance)
        )
    chance.shuffle(chosen)
    return Message(language.blank.join(chosen), TOPICS[topic], language.code)


def _word(chance: random.Random, words: _Vocabulary, topic: int, *, only: bool) -> str:
    """A word for a message about the topic; `only` common ones, where the message is vague."""
    drawn = chance.random()
    if not only and drawn < ABOUT:
        return _pick(chance, words.own[topic])
    if not only and drawn < ABOUT + NEIGHBOUR:
        return _pick(chance, words.shared[(topic - chance.randrange(2)) % len(TOPICS)])
    if drawn < ABOUT + NEIGHBOUR + STRAY:
        return _pick(chance, words.own[chance.randrange(len(TOPICS))])
    return _pick(chance, words.common)


def _pick(chance: random.Random, words: tuple[str, ...]) -> str:
    """Few words are frequent and most are rare (Zipf's law)."""
    return chance.choices(words, cum_weights=_zipf(len(words)))[0]


@cache
def _zipf(number: int) -> list[float]:
    return list(accumulate(1 / (place + 1) for place in range(number)))


def _inflected(word: str, language: Language, chance: random.Random) -> str:
    said = word + chance.choice(language.endings)
    if len(said) > 3 and chance.random() < SLIP:
        place = chance.randrange(len(said) - 1)
        said = said[:place] + said[place + 1] + said[place] + said[place + 2 :]
    return said


@cache
def _vocabulary(language: Language) -> _Vocabulary:
    chance = random.Random(f"{WORLD} {language.code}")
    wanted = len(TOPICS) * (OWN + SHARED) + COMMON
    words: dict[str, None] = {}
    while len(words) < wanted:
        length = chance.randint(*language.syllables)
        words[
            "".join(chance.choice(language.onsets) + chance.choice(language.rhymes) for _ in range(length))
        ] = None
    left = iter(words)
    own = tuple(tuple(next(left) for _ in range(OWN)) for _ in TOPICS)
    shared = tuple(tuple(next(left) for _ in range(SHARED)) for _ in TOPICS)
    return _Vocabulary(own, shared, tuple(left))
