"""A reader gets their language, their numbers and their time, and nobody's text turns the line around it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from hypothesis import given, settings
from hypothesis import strategies as st

from i18n import N_, Content, Phrase, Translator, available_locales, native_name, translator_for
from i18n.messages import compiled
from i18n.text import FSI, LRI, PDI, RLM, commands_kept, isolate

patiently = settings(deadline=None)  # the first example also reads the tables of names and formats
NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
POINTS = ("You have %(count)s point.", "You have %(count)s points.")
ARABIC_POINTS = (  # 0, 1, 2, 3–10, 100–102, 11–99: gettext's order of the Arabic forms
    "ليس لديك نقاط.",
    "لديك نقطة واحدة.",
    "لديك نقطتان.",
    "لديك %(count)s نقاط.",
    "لديك %(count)s من النقاط.",
    "لديك %(count)s نقطة.",
)


def speaking(locale: str, catalog: Catalog) -> Translator:
    return Translator(locale, None, Locale.parse(locale), compiled(catalog))


def test_a_message_is_said_with_its_values() -> None:
    t = translator_for("en")
    assert t("Hello, %(name)s: 100%%", name=Content("Ada")) == "Hello, Ada: 100%"
    assert t("") == ""
    assert t(N_("Hello")) == "Hello"


def test_a_value_is_never_read_as_a_message() -> None:
    t = translator_for("en")
    assert t("%(a)s %(b)s", a="%(b)s %% {0}", b="x") == "%(b)s %% {0} x"


def test_a_forgotten_value_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match="name"):
        translator_for("en")("Hello, %(name)s")


def test_english_counts_in_two_forms_without_any_translation() -> None:
    t = translator_for("en")
    assert t.n(*POINTS, 1) == "You have 1 point."
    assert t.n(*POINTS, 1234) == "You have 1,234 points."


@pytest.mark.parametrize(
    ("count", "form"), [(0, 0), (1, 1), (2, 2), (3, 3), (10, 3), (11, 5), (99, 5), (100, 4), (103, 3)]
)
def test_arabic_counts_in_six_forms(count: int, form: int) -> None:
    """The forms 0, 1 and 2 may leave the number out, since the word says it."""
    catalog = Catalog(locale="ar")
    catalog.add(POINTS, ARABIC_POINTS)
    t = speaking("ar", catalog)
    assert t.n(*POINTS, count) == ARABIC_POINTS[form].replace("%(count)s", f"{FSI}{t.number(count)}{PDI}")


def test_a_translation_with_a_fault_falls_back_to_english() -> None:
    catalog = Catalog(locale="es")
    catalog.add("Hi %(name)s", "Hola %(nombre)s")
    catalog.add("Bye %(name)s", "Adiós %(name)d")
    catalog.add("Half: %(share)s", "Mitad: 50% %(share)s")
    catalog.add("Yes", "Sí", flags=["fuzzy"])
    catalog.add(POINTS, ("Tienes %(count)s punto.", ""))
    catalog.add("No", "No, gracias")
    t = speaking("es", catalog)
    assert t("Hi %(name)s", name="Ada") == "Hi Ada"
    assert t("Bye %(name)s", name="Ada") == "Bye Ada"
    assert t("Half: %(share)s", share="x") == "Half: x"
    assert t("Yes") == "Yes"
    assert t.n(*POINTS, 1) == "You have 1 point."
    assert t("No") == "No, gracias"


def test_in_arabic_every_value_is_isolated() -> None:
    t = translator_for("ar")
    assert t.is_rtl
    assert t("%(a)s: %(b)s", a=t.number(5), b=Content("Ada")) == f"{RLM}{FSI}5{PDI}: {FSI}Ada{PDI}"
    assert t.join([Content("a"), Content("b")]) == f"{FSI}a{PDI} و{FSI}b{PDI}"


@pytest.mark.parametrize("message", ["%(a)s: %(b)s", "✓ %(a)s", "%(a)s، %(b)s (/task %(a)s)", "%(a)s%%"])
def test_an_arabic_line_of_values_alone_still_begins_on_the_right(message: str) -> None:
    """Outside its isolates no letter says how it reads, and then it would be taken for one of English."""
    values = {"a": Content("Ada"), "b": Content("سلمى")}
    assert translator_for("ar")(message, **values).startswith(RLM)
    assert RLM not in translator_for("en")(message, **values)


def test_an_arabic_line_with_a_word_of_its_own_needs_no_mark() -> None:
    assert not translator_for("ar")("%(a)s أو لا", a=Content("Ada")).startswith(RLM)


def test_in_english_only_a_value_that_turns_the_line_is_isolated() -> None:
    t = translator_for("en")
    assert not t.is_rtl
    assert t("%(a)s, %(b)s", a="Ada", b="سلمى") == f"Ada, {FSI}سلمى{PDI}"
    assert t("%(a)s!", a="\u202eevil") == f"{FSI}\u202eevil{PDI}!"


def test_a_command_stays_left_to_right_in_arabic_and_is_plain_elsewhere() -> None:
    arabic = translator_for("ar")
    assert arabic.command("/task") == f"{LRI}/task{PDI}"
    assert arabic("أرسل %(command)s", command=arabic.command("/task")) == f"أرسل {LRI}/task{PDI}"
    assert translator_for("es").command("/task") == "/task"


@patiently
@given(st.text(alphabet=st.sampled_from(f"aא\n\u202e{FSI}{LRI}\u2067{PDI}")))
def test_no_text_escapes_its_isolate(text: str) -> None:
    """However somebody's text opens and closes isolates, each line of it is closed where it ends."""
    for line, original in zip(isolate(text).split("\n"), text.split("\n"), strict=True):
        depth = 0
        for character in line:
            depth += (character in f"{FSI}{LRI}\u2067") - (character == PDI)
            assert depth >= 0
            assert depth > 0 or character == PDI
        assert depth == 0
        assert bool(line) == bool(original)
        assert [c for c in line if c in "aא\u202e"] == [c for c in original if c in "aא\u202e"]
    assert isolate(isolate(text)) == isolate(text)


@patiently
@given(st.text())
def test_any_content_can_be_said_in_any_language(text: str) -> None:
    for locale in available_locales():
        said = translator_for(locale)("<%(text)s>", text=Content(text))
        assert said.removeprefix(RLM)[0] == "<"
        assert said[-1] == ">"


@pytest.mark.parametrize(
    ("locale", "number", "percent", "day", "hours", "time"),
    [
        ("en", "12,345.5", "87%", "Nov 23, 2026", "5 hours", "12:30"),
        ("zh_Hans", "12,345.5", "87%", "2026年11月23日", "5小时", "12:30"),
        ("es", "12.345,5", "87\xa0%", "23 nov 2026", "5 horas", "12:30"),
        ("ar", "12,345.5", "87%", "23 نوفمبر 2026", "5 ساعات", "12:30"),
    ],
)
def test_each_language_has_its_formats(
    locale: str, number: str, percent: str, day: str, hours: str, time: str
) -> None:
    t = translator_for(locale, BERLIN)
    assert t.number(12345.5) == number
    assert t.percent(0.873).replace("\u200e", "") == percent
    assert t.date(date(2026, 11, 23)) == day
    assert t.duration(timedelta(hours=5)) == hours
    assert t.clock(NOW) == time


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Mon 15:30 (in 3 hours)"),
        ("zh_Hans", "周一15:30（3小时后）"),
        ("es", "lun, 15:30 (dentro de 3 horas)"),
        ("ar", f"{RLM}{FSI}الاثنين 15:30{PDI} ({FSI}خلال 3 ساعات{PDI})"),
    ],
)
def test_a_moment_is_told_in_local_time_and_by_its_distance(locale: str, said: str) -> None:
    assert translator_for(locale, BERLIN).when(NOW + timedelta(hours=3), now=NOW) == said


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(0), "Mon 12:30 (now)"),
        (timedelta(minutes=-95), "Mon 10:55 (95 minutes ago)"),
        (timedelta(hours=1, seconds=-5), "Mon 13:29 (in 1 hour)"),
        (timedelta(days=1), "Tue 12:30 (in 1 day)"),
        (timedelta(hours=26), "Tue 14:30 (in 26 hours)"),
        (timedelta(days=6), "Sun, Nov 29, 12:30 (in 6 days)"),
        (timedelta(days=60), "Fri, Jan 22, 2027, 12:30 (in 60 days)"),
    ],
)
def test_a_moment_further_away_says_more_of_its_date(ahead: timedelta, said: str) -> None:
    assert translator_for("en", BERLIN).when(NOW + ahead, now=NOW) == said


def test_utc_is_named_when_the_zone_is_unknown() -> None:
    t = translator_for("en")
    assert t.zone is None
    assert t.when(NOW, now=NOW) == "Mon 11:30 UTC (now)"
    assert t.clock(NOW) == "11:30 UTC"
    assert translator_for("en", "No/Such_Zone").zone is None
    assert translator_for("en", "../../etc/passwd").zone is None
    assert translator_for("en", "Etc/UTC").clock(NOW) == "11:30"


def test_local_time_follows_summer_time() -> None:
    t = translator_for("en", "Europe/Berlin")
    assert t.clock(datetime(2026, 7, 1, 12, tzinfo=UTC)) == "14:00"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        translator_for("en").clock(datetime(2026, 1, 1))  # noqa: DTZ001  (the mistake under test)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=60), "1 minute"),
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(days=7), "7 days"),
        (timedelta(minutes=160, seconds=30), "3 hours"),
    ],
)
def test_a_duration_is_exact_where_one_unit_can_be(span: timedelta, said: str) -> None:
    assert translator_for("en").duration(span) == said


@patiently
@given(st.timedeltas(), st.sampled_from(["en", "zh_Hans", "es", "ar", "ru", "fa", "pl", "ja"]))
def test_every_span_can_be_said(span: timedelta, locale: str) -> None:
    t = Translator(locale, BERLIN, Locale.parse(locale), compiled(Catalog(locale=locale)))
    assert t.duration(span).strip()


@pytest.mark.parametrize("locale", ["de", "fa", "fr", "he", "hi", "ja", "pl", "pt", "ru", "th", "tr"])
def test_a_language_still_without_translations_speaks_english_with_its_own_formats(locale: str) -> None:
    t = Translator(locale, BERLIN, Locale.parse(locale), compiled(Catalog(locale=locale)))
    assert "Hello" in t("Hello")
    for ahead in (timedelta(hours=3), timedelta(days=10), timedelta(days=400)):
        assert "12:30" in t.when(NOW + ahead, now=NOW) or "15:30" in t.when(NOW + ahead, now=NOW)


def test_languages_are_named_for_the_reader_and_in_themselves() -> None:
    t = translator_for("es")
    assert t.language("pt-BR") == "portugués de Brasil"
    assert t.language("zh_Hans") == "chino simplificado"
    assert t.language("qqq") == "qqq"
    assert t.native_name("es") == native_name("es") == "Español"
    assert native_name("zh") == "中文"
    assert native_name("qqq") == "qqq"


def test_zones_are_named_for_the_reader() -> None:
    assert translator_for("zh").place("Europe/Berlin") == "柏林"
    assert translator_for("es").place("Asia/Kolkata") == "Calcuta"
    assert translator_for("en").place("Etc/GMT-3") == "UTC+3"
    assert translator_for("en").place("Etc/UTC") == "UTC"
    assert translator_for("en").place("America/New_York") == "New York"


def test_lists_read_as_the_language_writes_them() -> None:
    parts = [Phrase("a"), Phrase("b"), Phrase("c")]
    assert translator_for("es").join(parts) == "a, b y c"
    assert translator_for("zh").join(parts) == "a、b和c"
    assert translator_for("en").join([]) == ""
    assert translator_for("en").join([Content("{0} {1}"), Content("b")]) == "{0} {1} and b"


def test_one_reader_has_one_translator() -> None:
    assert translator_for("zh-hans", BERLIN) is translator_for("zh_Hans", "Europe/Berlin")
    assert translator_for("zh-hans", BERLIN) is not translator_for("zh-hans")


def test_commands_inside_an_arabic_sentence_read_from_left_to_right() -> None:
    """The slash stays before its word, and a command's number stays behind it."""
    assert commands_kept("أرسل /addtasks %(project)s أولًا") == "أرسل \u2066/addtasks %(project)s\u2069 أولًا"
    assert commands_kept("مثل 22:00-08:00") == "مثل \u206622:00-08:00\u2069"
    assert commands_kept("نعم/لا a/b") == "نعم/لا a/b"


def test_a_phrase_inside_an_arabic_phrase_reads_from_right_to_left() -> None:
    """Of a value that is put together from isolates alone, no letter outside them tells the direction."""
    t = translator_for("ar", "UTC")
    now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    said = t("%(reward)s · answer by %(time)s", reward="10", time=t.when(now + timedelta(hours=5), now=now))
    assert "\u2067\u2068" in said
