"""Texts, languages, spans and moments as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.intake.languages import language_of, locale_tag
from core.intake.texts import Texts, clean, is_blank, one_line
from core.intake.times import parse_duration, parse_moment, write_duration

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh-CN", "zh"),
        ("zh_Hans_CN", "zh"),
        ("pt-BR", "pt"),
        (" EN ", "en"),
        ("eng", "en"),
        ("iw", "he"),
        ("yue", "yue"),
        ("xq", None),
        ("English", None),
        ("en_US.UTF-8", None),
        ("", None),
    ],
)
def test_languages_are_known_by_every_usual_code(tag: str, language: str | None) -> None:
    assert language_of(tag) == language


def test_locales_are_spelled_one_way() -> None:
    assert [locale_tag(tag) for tag in ("zh_hans_cn", "PT-br", "und", "xq")] == [
        "zh-Hans-CN",
        "pt-BR",
        "und",
        None,
    ]


@pytest.mark.parametrize(
    ("locales", "text"),
    [
        (("es",), "Hola"),
        (("es-MX",), "Hola"),
        (("zh-TW",), "你好"),
        (("fr",), "Hello"),
        (("fr", "es"), "Hola"),
        ((), "Hello"),
        (("not a locale",), "Hello"),
    ],
)
def test_a_reader_gets_the_nearest_language(locales: tuple[str, ...], text: str) -> None:
    """Exactly, by language, else English."""
    texts = Texts.of({"zh-CN": "你好", "es": "Hola", "en-GB": "Hello"})
    assert texts.pick(*locales) == text


def test_without_english_the_first_text_is_read() -> None:
    assert Texts.of({"de": "Hallo", "es": "Hola"}).pick("fr") == "Hallo"
    assert Texts.of("Hi").pick("ar") == "Hi"


def test_texts_are_cleaned_without_losing_what_belongs_to_a_script() -> None:
    """Control characters go, joiners of Persian and of emoji stay, composed and decomposed are one."""
    assert clean(" a\x00b\r\nc\rd\x07\ud800 ") == "ab\nc\nd"
    assert clean("cafe\u0301") == "café"
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("👩\u200d💻") == "👩\u200d💻"
    assert one_line(" two\n  words\u2028here ") == "two words here"


@pytest.mark.parametrize("text", ["", " ", "\u200b\u200d", "\u2800", "\u3164", "\u00a0\u2028"])
def test_a_text_that_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(text + "。")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90s", 90),
        ("30m", 1800),
        ("5h", 18_000),
        ("2d", 172_800),
        ("1h 30M", 5400),
        (" 5 h ", 18_000),
        ("٥h", 18_000),
    ],
)
def test_spans(written: str, seconds: int) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["", "5", "h", "-5h", "5 hours", "1.5h", "5h5", "99999999999d"])
def test_what_is_no_span(written: str) -> None:
    assert parse_duration(written) is None


@given(st.integers(0, 30 * 86_400))
def test_a_span_reads_back(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    assert parse_duration(write_duration(span)) == span


def test_a_date_without_a_zone_is_the_requesters() -> None:
    assert parse_moment("2026-07-01T18:00", MADRID) == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert parse_moment("2026-07-01 18:00Z", MADRID) == datetime(2026, 7, 1, 18, tzinfo=UTC)
    assert parse_moment("2026-07-01", MADRID) == datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "tomorrow", "31.12.2026", "2026-13-01", "0001-01-01T00:00+14:00"])
def test_what_is_no_moment(written: str) -> None:
    assert parse_moment(written, MADRID) is None
