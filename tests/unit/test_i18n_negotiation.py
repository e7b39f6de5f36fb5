"""Whatever a platform says about a person's language, the nearest interface language is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from i18n import available_locales, negotiate
from i18n.negotiation import best_match

patiently = settings(deadline=None)  # the first example also reads the tables of names and formats
MANY = ("en", "zh_Hans", "zh_Hant", "pt", "pt_PT", "sr", "sr_Latn", "he", "id", "fil")


def test_the_first_four_languages_are_there_english_first() -> None:
    assert available_locales()[0] == "en"
    assert {"en", "zh_Hans", "es", "ar"} <= set(available_locales())


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh-hans", "zh_Hans"),
        ("zh", "zh_Hans"),
        ("zh-TW", "zh_Hans"),
        ("zh-hk", "zh_Hans"),
        ("zh-Hans-US", "zh_Hans"),
        ("zh_Hans_CN", "zh_Hans"),
        ("ar-EG", "ar"),
        ("es-419", "es"),
        ("ES", "es"),
        ("en-US", "en"),
        ("en_US.UTF-8", "en"),
        (None, "en"),
        ("", "en"),
        ("qqq", "en"),
        ("--", "en"),
        ("<script>", "en"),
    ],
)
def test_what_platforms_send_finds_its_language(tag: str | None, locale: str) -> None:
    assert best_match(tag, ("en", "zh_Hans", "es", "ar")) == locale


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh-TW", "zh_Hant"),
        ("zh-hk", "zh_Hant"),
        ("zh-SG", "zh_Hans"),
        ("pt-br", "pt"),
        ("pt-PT", "pt_PT"),
        ("pt-AO", "pt"),
        ("sr", "sr"),
        ("sr-Latn", "sr_Latn"),
        ("iw", "he"),
        ("in", "id"),
        ("tl", "fil"),
        ("fr-CA", "en"),
    ],
)
def test_script_and_territory_decide_among_variants(tag: str, locale: str) -> None:
    assert best_match(tag, MANY) == locale


@patiently
@given(st.text(max_size=40) | st.from_regex(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", fullmatch=True))
def test_any_text_gives_an_available_locale(tag: str) -> None:
    assert negotiate(tag) in available_locales()
