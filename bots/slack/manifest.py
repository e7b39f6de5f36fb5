"""What Slack must know of the app, made from what the code says and hears."""

from __future__ import annotations

from typing import Any

from bots.dialogue.routes import CommandRoute, routes

NAME = "chatcrowd"
DESCRIPTION = (
    "Small judgement tasks in your chat: answer with a tap, earn points for being right and in time."
)
COLOUR = "#264653"
COMMAND = "/crowd"
GET_TASK = "get_task"
MAKE_TASK = "make_task"
EVENTS_PATH = "/slack/events"
OAUTH_PATH = "/slack/oauth"
LONGEST_HINT = 1000

SCOPES = (
    "app_mentions:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
)
EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")


def manifest(*, public_url: str | None, socket_mode: bool) -> dict[str, Any]:
    """The app's manifest, as Slack's app settings read it; over HTTP, `public_url` is where Slack finds us.

    Raises:
        ValueError: when Slack would have no way to reach us.
    """
    if not socket_mode and not public_url:
        raise ValueError("without Socket Mode Slack needs a public address")
    base = (public_url or "").rstrip("/")
    events = None if socket_mode else f"{base}{EVENTS_PATH}"
    oauth: dict[str, Any] = {"scopes": {"bot": list(SCOPES)}}
    if base:
        oauth["redirect_urls"] = [f"{base}{OAUTH_PATH}"]
    return {
        "display_information": {"name": NAME, "description": DESCRIPTION, "background_color": COLOUR},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [
                _shortcut("global", GET_TASK, "Get a task", "Get the next task in your chat with the app"),
                _shortcut(
                    "message", MAKE_TASK, "Make this a task", "Add this message to one of your projects"
                ),
            ],
            "slash_commands": [
                _reached(
                    {
                        "command": COMMAND,
                        "description": "Tasks, points and projects",
                        "usage_hint": usage_hint(),
                        "should_escape": False,
                    },
                    "url",
                    events,
                )
            ],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": _reached({"bot_events": list(EVENTS)}, "request_url", events),
            "interactivity": _reached({"is_enabled": True}, "request_url", events),
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def usage_hint() -> str:
    """The words that may follow the command: a worker's first, then everybody's, then the others'."""
    names = [route.name for route in sorted(routes().commands.values(), key=_rank)]
    while len(hint := f"[{' | '.join(names)}]") > LONGEST_HINT:
        names.pop()
    return hint


def _rank(route: CommandRoute) -> int:
    if route.right == "work":
        return 0
    return 1 if route.right is None else 2


def _shortcut(kind: str, callback: str, name: str, description: str) -> dict[str, str]:
    return {"name": name, "type": kind, "callback_id": callback, "description": description}


def _reached(part: dict[str, Any], key: str, url: str | None) -> dict[str, Any]:
    """The part with the address that Slack calls for it; over Socket Mode there is none."""
    return part if url is None else {**part, key: url}
