"""The catalogs follow the code, and a fault in one is named before a person could meet it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural

from i18n import available_locales
from i18n.catalogs import ROOT, catalog_problems, check, extract, main, update
from i18n.messages import catalog_path, faults, load, source_faults, texts, translations

CODE = """
def speak(t):
    # Translators: said when somebody arrives.
    t("Hello, %(name)s", name="Ada")
    t.n("%(count)s task", "%(count)s tasks", 3)
    t("Bye")


REASON = N_("It is late")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small code base with an English, a Spanish and an Arabic folder, the last two still empty."""
    (tmp_path / "bots").mkdir()
    (tmp_path / "bots" / "speaking.py").write_text(CODE, "utf-8")
    (tmp_path / "babel.cfg").write_text((ROOT / "babel.cfg").read_text("utf-8"), "utf-8")
    for locale in ("en", "es", "ar"):
        catalog_path(locale, tmp_path / "locales").parent.mkdir(parents=True)
    return tmp_path


def refresh(project: Path) -> None:
    update(project, project / "locales")


def problems(project: Path) -> list[str]:
    return list(check(project, project / "locales"))


def rewrite(project: Path, locale: str, old: str, new: str) -> None:
    path = catalog_path(locale, project / "locales")
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def translated(project: Path) -> Path:
    """The same project, fully translated."""
    refresh(project)
    for locale, hello in (("es", "Hola"), ("ar", "مرحبا")):
        rewrite(project, locale, 'msgid "Bye"\nmsgstr ""', f'msgid "Bye"\nmsgstr "{hello} 0"')
        rewrite(project, locale, 'msgid "It is late"\nmsgstr ""', f'msgid "It is late"\nmsgstr "{hello} 1"')
        rewrite(
            project,
            locale,
            'msgid "Hello, %(name)s"\nmsgstr ""',
            f'msgid "Hello, %(name)s"\nmsgstr "{hello}, %(name)s"',
        )
        for form in range(get_plural(locale).num_plurals):
            rewrite(project, locale, f'msgstr[{form}] ""', f'msgstr[{form}] "%(count)s {form}"')
    return project


@pytest.mark.parametrize("locale", available_locales())
def test_every_catalog_loads_without_a_fault(locale: str) -> None:
    catalog = load(catalog_path(locale), locale)
    assert catalog.num_plurals == get_plural(locale).num_plurals
    assert translations(locale).info()["language"] == locale
    for message in catalog:
        if message.id and message.string and any(message.string):
            assert not list(faults(catalog, message))


@pytest.mark.parametrize(
    ("locale", "forms"), [("ar", 6), ("zh_Hans", 1), ("es", 2), ("en", 2), ("ru", 3), ("pl", 3), ("fr", 2)]
)
def test_a_language_has_its_number_of_plural_forms(locale: str, forms: int) -> None:
    assert Catalog(locale=locale).num_plurals == forms


def test_everything_marked_is_extracted_with_its_comment(project: Path) -> None:
    template = extract(project)
    assert {message.id for message in template if message.id} == {
        "Hello, %(name)s",
        ("%(count)s task", "%(count)s tasks"),
        "Bye",
        "It is late",
    }
    hello = template.get("Hello, %(name)s")
    assert hello is not None
    assert hello.auto_comments == ["said when somebody arrives."]


def test_a_translated_project_has_no_problem(project: Path) -> None:
    assert problems(translated(project)) == []


def test_updating_twice_changes_nothing(project: Path) -> None:
    translated(project)
    refresh(project)
    files = [path for path in (project / "locales").rglob("*.po*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    refresh(project)
    assert len(files) == 4
    assert {path: path.read_bytes() for path in files} == before
    for text in before.values():
        assert b"Date" not in text
        assert b"speaking.py" not in text


def test_updating_keeps_translations_comments_and_credits(project: Path) -> None:
    translated(project)
    rewrite(project, "es", '"MIME-Version', '"Last-Translator: Ada <ada@example.org>\\n"\n"MIME-Version')
    rewrite(project, "es", 'msgid "Bye"', '# informal\nmsgid "Bye"')
    (project / "bots" / "speaking.py").write_text(CODE + 't("Welcome")\n', "utf-8")
    refresh(project)
    text = catalog_path("es", project / "locales").read_text("utf-8")
    assert 'msgstr "Hola, %(name)s"' in text
    assert "# informal" in text
    assert "Last-Translator: Ada <ada@example.org>" in text
    assert problems(project) == ["ar: 'Welcome': not translated", "es: 'Welcome': not translated"]


def test_a_sentence_that_goes_and_returns_keeps_its_translation(project: Path) -> None:
    translated(project)
    complete = catalog_path("ar", project / "locales").read_bytes()
    (project / "bots" / "speaking.py").write_text("", "utf-8")
    refresh(project)
    assert problems(project) == []
    assert translations_in(project, "ar") == set()
    (project / "bots" / "speaking.py").write_text(CODE, "utf-8")
    refresh(project)
    assert catalog_path("ar", project / "locales").read_bytes() == complete


def test_a_changed_sentence_is_never_guessed(project: Path) -> None:
    translated(project)
    (project / "bots" / "speaking.py").write_text(CODE.replace("It is late", "It is too late"), "utf-8")
    refresh(project)
    assert problems(project) == [
        "ar: 'It is too late': not translated",
        "es: 'It is too late': not translated",
    ]


def translations_in(project: Path, locale: str) -> set[object]:
    return {message.id for message in load(catalog_path(locale, project / "locales"), locale) if message.id}


def test_a_template_behind_the_code_is_a_problem(project: Path) -> None:
    translated(project)
    (project / "bots" / "speaking.py").write_text(CODE.replace("Bye", "Farewell"), "utf-8")
    found = problems(project)
    assert found[0] == "chatcrowd.pot: out of date, run `make messages`"
    assert "es: 'Farewell': missing, run `make messages`" in found
    assert "es: 'Bye': no longer said, run `make messages`" in found
    assert "en: 'Farewell': missing, run `make messages`" in found


@pytest.mark.parametrize(
    ("locale", "old", "new", "problem"),
    [
        ("es", '"Hola, %(name)s"', '"Hola"', "placeholder %(name)s is missing"),
        ("es", '"Hola, %(name)s"', '"Hola, %(nombre)s"', "placeholder %(nombre)s is not in the source"),
        ("es", '"Hola, %(name)s"', '"Hola, %(name)d"', "is not a plain %(name)s"),
        ("es", '"Hola, %(name)s"', '"Hola, %(name.__class__)s %(name)s"', "is not a plain %(name)s"),
        ("es", '"Hola, %(name)s"', '"Hola, %s %(name)s"', "a lone %"),
        ("es", '"Hola 0"', '"100 %"', "a lone %"),
        ("es", '"Hola 0"', '""', "not translated"),
        ("es", 'msgid "Bye"', '#, fuzzy\nmsgid "Bye"', "marked fuzzy"),
        ("ar", '"%(count)s 4"', '"4"', "placeholder %(count)s is missing"),
        ("ar", '"%(count)s 4"', '""', "not translated"),
        ("ar", "nplurals=6", "nplurals=7", "declares 7 plural forms instead of 6"),
        ("ar", "nplurals=6", "nplurals=2", "cannot be read"),
        ("es", 'msgstr[1]', 'msgstr[7]', "cannot be read"),
        ("es", 'msgid "Bye"', 'msgid "Bye', "missing"),
    ],
)  # fmt: skip
def test_a_fault_in_a_catalog_is_named(project: Path, locale: str, old: str, new: str, problem: str) -> None:
    translated(project)
    rewrite(project, locale, old, new)
    found = problems(project)
    assert any(problem in line for line in found)
    for line in found:
        assert line.startswith(f"{locale}: ")
        assert "\n" not in line


def test_a_form_that_stands_for_one_number_may_leave_it_out(project: Path) -> None:
    translated(project)
    rewrite(project, "ar", '"%(count)s 2"', '"مهمتان"')
    rewrite(project, "es", '"%(count)s 0"', '"una tarea"')
    assert problems(project) == []


def test_faults_of_the_source_are_named() -> None:
    assert not list(source_faults(("one of %(total)s", "%(count)s of %(total)s")))
    assert list(source_faults(("one task", "%(count)s tasks of %(total)s")))
    assert list(source_faults(("100%",)))
    assert list(source_faults(("%(user.name)s",)))


def test_a_folder_without_a_catalog_is_a_problem(project: Path) -> None:
    path = catalog_path("es", project / "locales")
    assert list(catalog_problems(extract(project), "es", path)) == ["has no catalog, run `make messages`"]


def test_an_unknown_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "update | check" in capsys.readouterr().err


def test_every_text_in_the_code_is_in_the_template_as_it_is_called() -> None:
    """Extraction reads tokens and can be fooled, by a call inside a call or an f-string; the syntax tree cannot."""
    wanted = {"t": 1, "n": 2, "N_": 1}
    template = {texts(message.id) for message in extract() if message.id}
    missed = []
    for path in [*(ROOT / "bots").rglob("*.py"), *(ROOT / "i18n").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = node.args[: wanted.get(name, 0)]
            said = tuple(
                one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)
            )
            if said and said[0] and len(said) == len(given) and said not in template:
                missed.append((path.name, node.lineno, said))
    assert missed == []
