"""How the bot presents itself: command lists by scope and language, names, descriptions, the menu button."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .params import Params
from .refusal import bad_request

_COMMAND = re.compile(r"^/?[a-z0-9_]{1,32}$")
_LANGUAGE = re.compile(r"^[a-z]{2}$")
_SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}
MOST_COMMANDS = 100
LONGEST = {"name": 64, "description": 512, "short_description": 120}
_TOO_LONG = {
    "name": "BOT_TITLE_INVALID",
    "description": "BOT_DESCRIPTION_TOO_LONG",
    "short_description": "BOT_SHORT_DESCRIPTION_TOO_LONG",
}

Commands = list[dict[str, str]]
Scope = tuple[str, int, str]


@dataclass(slots=True)
class Profile:
    """What the bot told Telegram about itself."""

    default_name: str
    commands: dict[Scope, Commands] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)

    def set_commands(self, params: Params) -> bool:
        """Keep a list for a scope and language; an empty list removes it."""
        scope = _scope(params)
        given = params.structure("commands")
        if not isinstance(given, list):
            raise bad_request("commands must be an Array of BotCommand")
        if len(given) > MOST_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        commands = [_command(item) for item in given]
        if commands:
            self.commands[scope] = commands
        else:
            self.commands.pop(scope, None)
        return True

    def delete_commands(self, params: Params) -> bool:
        """Forget the list of a scope and language."""
        self.commands.pop(_scope(params), None)
        return True

    def get_commands(self, params: Params) -> Commands:
        """The list of exactly this scope and language."""
        return self.commands.get(_scope(params), [])

    def commands_seen(self, user_id: int, language: str) -> Commands:
        """The list a client shows in a private chat: the narrowest scope wins, its language first."""
        for kind, chat in (("chat", user_id), ("all_private_chats", 0), ("default", 0)):
            for code in (language[:2], ""):
                if found := self.commands.get((kind, chat, code)):
                    return found
        return []

    def set_text(self, what: str, params: Params) -> bool:
        """Keep a name or description for a language; an empty one removes it."""
        key = (what, _language(params))
        text = params.text(what).strip()
        if len(text) > LONGEST[what]:
            raise bad_request(_TOO_LONG[what])
        if text:
            self.texts[key] = text
        else:
            self.texts.pop(key, None)
        return True

    def get_text(self, what: str, params: Params) -> dict[str, str]:
        """The name or description in a language, or the one for all."""
        fallback = self.default_name if what == "name" else ""
        language = _language(params)
        return {what: self.texts.get((what, language)) or self.texts.get((what, ""), fallback)}

    def set_menu_button(self, params: Params) -> bool:
        """Keep the menu button of one chat, or of all (0)."""
        button = params.structure("menu_button") or {"type": "default"}
        if not isinstance(button, dict) or button.get("type") not in ("commands", "web_app", "default"):
            raise bad_request("can't parse menu button: MenuButton has unsupported type")
        self.menu_buttons[params.chat_id() or 0] = button
        return True

    def get_menu_button(self, params: Params) -> dict[str, Any]:
        """The menu button of one chat, or of all."""
        fallback = self.menu_buttons.get(0, {"type": "commands"})
        return self.menu_buttons.get(params.chat_id() or 0, fallback)


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not _LANGUAGE.match(language):
        raise bad_request("invalid language code specified")
    return language


def _scope(params: Params) -> Scope:
    given = params.structure("scope") or {"type": "default"}
    if not isinstance(given, dict) or given.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    kind = str(given["type"])
    chat = 0
    if kind.startswith("chat"):
        try:
            chat = int(given["chat_id"])
        except (KeyError, ValueError, TypeError):
            raise bad_request("can't parse BotCommandScope: chat_id is empty") from None
    return kind, chat, _language(params)


def _command(item: Any) -> dict[str, str]:
    if not isinstance(item, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command, description = item.get("command"), item.get("description")
    if not isinstance(command, str) or not _COMMAND.match(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 1 <= len(description.strip()) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command.removeprefix("/"), "description": description.strip()}
