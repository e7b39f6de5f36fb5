"""People name their languages and their place in their own words, and are understood."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from i18n import (
    Content,
    find_zone,
    native_name,
    parse_languages,
    prepare,
    translator_for,
    working_languages,
    zones_for_locale,
)
from i18n.languages import names_of_languages
from i18n.zones import gazetteer

patiently = settings(deadline=None)  # the first example also reads the tables of names and formats


def test_the_working_languages_are_distinct_and_have_names_of_their_own() -> None:
    tags = working_languages()
    assert tags[:4] == ("en", "zh", "es", "ar")
    names = {native_name(tag) for tag in tags}
    assert len(set(tags)) == len(tags) == len(names) >= 30
    assert not names & {Content(tag) for tag in tags}


@pytest.mark.parametrize("interface", ["en", "zh_Hans", "es", "ar"])
def test_every_working_language_is_understood_as_it_is_shown(interface: str) -> None:
    t = translator_for(interface)
    for tag in working_languages():
        for name in (t.language(tag), native_name(tag), tag):
            assert parse_languages(name) == ((tag,), ()), name


@pytest.mark.parametrize(
    ("text", "tags", "unknown"),
    [
        ("English, español, 中文", ("en", "es", "zh"), ()),
        ("ESPANOL y francés", ("es", "fr"), ()),
        ("英文和法文", ("en", "fr"), ()),
        ("العربية والإنجليزية", ("ar", "en"), ()),
        ("عربي", ("ar",), ()),
        ("Brazilian Portuguese / Simplified Chinese", ("pt", "zh"), ()),
        ("en es zh-Hans pt_BR", ("en", "es", "zh", "pt"), ()),
        ("en, EN, English", ("en",), ()),
        ("iw tl", ("he", "fil"), ()),
        ("English and Klingonish", ("en",), ("Klingonish",)),
        ("xx", (), ("xx",)),
        ("  ,; ", (), ()),
    ],
)
def test_languages_are_read_from_tags_and_names(
    text: str, tags: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    assert parse_languages(text) == (tags, unknown)


@patiently
@given(st.text())
def test_any_text_can_be_read_for_languages(text: str) -> None:
    tags, _ = parse_languages(text)
    assert parse_languages(" ".join(tags)) == (tags, ())


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("  berlin ", "Europe/Berlin"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("柏林", "Europe/Berlin"),
        ("برلين", "Europe/Berlin"),
        ("Berlín", "Europe/Berlin"),
        ("Berln", "Europe/Berlin"),
        ("I live in Berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("York", "America/New_York"),
        ("北京", "Asia/Shanghai"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Mumbai", "Asia/Kolkata"),
        ("Kiev", "Europe/Kyiv"),
        ("España", "Europe/Madrid"),
        ("مصر", "Africa/Cairo"),
        ("USA", "America/New_York"),
        ("EST", "America/New_York"),
        ("Paris, France", "Europe/Paris"),
        ("Córdoba, Argentina", "America/Argentina/Cordoba"),
        ("UTC", "Etc/UTC"),
        ("gmt", "Etc/UTC"),
        ("+0", "Etc/UTC"),
        ("UTC+3", "Etc/GMT-3"),
        ("GMT -05:00", "Etc/GMT+5"),
        ("utc−8", "Etc/GMT+8"),
        ("UTC+٣", "Etc/GMT-3"),
        ("+5:30", "Asia/Kolkata"),
        ("+0545", "Asia/Kathmandu"),
        ("UTC-3:30", "America/St_Johns"),
    ],
)
def test_a_zone_is_found_by_what_people_type(text: str, zone: str) -> None:
    assert find_zone(text)[0] == zone


@pytest.mark.parametrize("text", ["", " ", "🙂", "xyzzy", "UTC+20", "UTC-13", "+99:59", "?!"])
def test_what_is_no_place_finds_nothing(text: str) -> None:
    assert find_zone(text) == ()


def test_the_sign_of_an_offset_is_the_one_people_mean() -> None:
    assert translator_for("en").place(find_zone("UTC+3")[0]) == "UTC+3"
    assert translator_for("en").place(find_zone("UTC-5")[0]) == "UTC-5"


@patiently
@given(st.text(max_size=60) | st.sampled_from(["san", "new", "a", "al", "us", "st"]))
def test_every_candidate_is_a_zone_that_exists(text: str) -> None:
    found = find_zone(text)
    assert len(found) == len(set(found)) <= 8
    for zone in found:
        assert ZoneInfo(zone).key == zone


@pytest.mark.parametrize(
    ("tag", "first"),
    [
        ("de", "Europe/Berlin"),
        ("ja-JP", "Asia/Tokyo"),
        ("zh-hans", "Asia/Shanghai"),
        ("zh-TW", "Asia/Taipei"),
        ("es", "America/Mexico_City"),
        ("es-AR", "America/Argentina/Buenos_Aires"),
        ("es-419", "America/Mexico_City"),
        ("en-IN", "Asia/Kolkata"),
        ("ar", "Africa/Cairo"),
        (None, "America/New_York"),
        ("qqq", "America/New_York"),
    ],
)
def test_a_language_suggests_where_its_readers_are(tag: str | None, first: str) -> None:
    suggested = zones_for_locale(tag)
    assert suggested[0] == first
    assert len(suggested) == len(set(suggested)) <= 8
    assert all(ZoneInfo(zone).key == zone for zone in suggested)


def test_after_preparing_nobody_waits_for_a_table() -> None:
    prepare()
    before = (names_of_languages.cache_info().misses, gazetteer.cache_info().misses)
    parse_languages("English")
    find_zone("Berlin")
    assert (names_of_languages.cache_info().misses, gazetteer.cache_info().misses) == before
    assert min(before) >= 1
