"""Command menus and how the bot describes itself, in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from bots.telegram.api import Api

Menu = Sequence[tuple[str, str]]
T = TypeVar("T")

_MOST_COMMANDS = 100
_MOST_LETTERS = 256
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_PRIVATE = {"type": "all_private_chats"}
_TEXTS = {"description": ("Description", 512), "short_description": ("ShortDescription", 120)}


def commands(menu: Menu) -> list[dict[str, str]]:
    """A menu as Telegram takes it, with descriptions cut at 256 characters.

    Raises:
        ValueError: for a name that is no command, a missing description, or more than 100 commands.
    """
    if len(menu) > _MOST_COMMANDS:
        raise ValueError(f"a menu has at most {_MOST_COMMANDS} commands, not {len(menu)}")
    for name, description in menu:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not the name of a command: {name!r}")
        if not description.strip():
            raise ValueError(f"the command {name} has no description")
    return [{"command": name, "description": text.strip()[:_MOST_LETTERS]} for name, text in menu]


async def show_menu(api: Api, chat_id: int, menu: Menu) -> None:
    """Show a menu in one chat, whatever language its app is in."""
    await api.call(
        "setMyCommands", {"commands": commands(menu), "scope": {"type": "chat", "chat_id": chat_id}}
    )


async def show_default_menus(api: Api, menus: Mapping[str, Menu], *, default: str) -> None:
    """Show everybody the menu of their app's language, and `default` to those whose language is not there."""
    for language, menu in by_language(menus, default).items():
        wanted = commands(menu)
        where: dict[str, Any] = {"scope": _PRIVATE, "language_code": language or None}
        if await api.call("getMyCommands", where) != wanted:
            await api.call("setMyCommands", {"commands": wanted, **where})


async def describe(api: Api, what: str, texts: Mapping[str, str], *, default: str) -> None:
    """Set the bot's `description` (empty chats) or `short_description` (profile) in every language."""
    method, most = _TEXTS[what]
    for language, text in by_language(texts, default).items():
        wanted, where = text.strip()[:most], {"language_code": language or None}
        known = await api.call(f"getMy{method}", where)
        if known.get(what) != wanted:
            await api.call(f"setMy{method}", {what: wanted, **where})


def by_language(by_locale: Mapping[str, T], default: str) -> dict[str, T]:
    """By two-letter code, the first locale of a language; "" is for all others."""
    found = {"": by_locale[default]} if default in by_locale else {}
    for locale, value in by_locale.items():
        language = re.split("[-_]", locale)[0].lower()
        if len(language) == 2 and language != default:
            found.setdefault(language, value)
    return found
