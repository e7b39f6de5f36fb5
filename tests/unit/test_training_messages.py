"""The invented messages are what the benchmarks say they are: many scripts, overlapping words, no free lunch."""

from __future__ import annotations

import unicodedata
from collections import Counter

from tests.benchmarks.multilingual import LANGUAGES, TOPICS, messages


def test_the_same_seed_draws_the_same_messages() -> None:
    assert messages(50, seed=4) == messages(50, seed=4)
    assert messages(50, seed=4) != messages(50, seed=5)


def test_six_languages_are_written_in_five_scripts() -> None:
    drawn = messages(600, seed=1)
    scripts = {unicodedata.name(one.text[0]).split()[0] for one in drawn}
    assert scripts == {"LATIN", "CYRILLIC", "ARABIC", "DEVANAGARI", "CJK"}
    assert {one.language for one in drawn} == {language.code for language in LANGUAGES}
    assert {one.topic for one in drawn} == set(TOPICS)


def test_hardly_a_word_gives_its_topic_away() -> None:
    """Of the frequent words, most occur with every topic."""
    topics: dict[str, Counter[str]] = {}
    for one in messages(6_000, seed=1):
        for word in one.text.split():
            topics.setdefault(word, Counter())[one.topic] += 1
    frequent = [seen for seen in topics.values() if seen.total() >= 20]
    assert len(frequent) > 100
    sure = sum(max(seen.values()) / seen.total() > 0.95 for seen in frequent)
    assert sure / len(frequent) < 0.2
