"""Command menus are checked before Telegram sees them."""

from __future__ import annotations

import pytest

from bots.telegram.menu import by_language, commands


def test_a_menu_in_telegrams_words() -> None:
    """Descriptions are trimmed and cut at 256 letters."""
    assert commands([("task", " Next task "), ("help", "x" * 300)]) == [
        {"command": "task", "description": "Next task"},
        {"command": "help", "description": "x" * 256},
    ]


@pytest.mark.parametrize(
    "menu",
    [
        [("Task", "Next")],
        [("new-project", "New")],
        [("", "x")],
        [("x" * 33, "x")],
        [("task", " ")],
        [(f"c{number}", "x") for number in range(101)],
    ],
)
def test_a_menu_telegram_would_refuse(menu: list[tuple[str, str]]) -> None:
    """It is a mistake of ours, found where it is made."""
    with pytest.raises(ValueError, match="command"):
        commands(menu)


def test_locales_become_two_letters() -> None:
    """The first locale of a language stands for it, the default for everybody else."""
    texts = {"en": "en", "zh_Hans": "simplified", "zh-Hant": "traditional", "es": "es", "yue": "no room"}
    assert by_language(texts, "en") == {"": "en", "zh": "simplified", "es": "es"}
    assert by_language(texts, "es") == {"": "es", "en": "en", "zh": "simplified"}


def test_without_the_default_nothing_is_for_all() -> None:
    """Then only the languages there are get a menu."""
    assert by_language({"es": 1}, "en") == {"es": 1}
