"""The manifest that Slack reads: within its rules, and true to what the app hears and says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bots.dialogue.routes import routes
from bots.slack.hearing import hear
from bots.slack.manifest import COMMAND, EVENTS, SCOPES, manifest, usage_hint

ROOT = Path(__file__).resolve().parents[2]
URL = "https://chat.example.org"

# Slack's manifest reference: the longest text, a pattern, the values allowed, or what lies below. "?" may be absent.
RULES: dict[str, Any] = {
    "display_information": {
        "name": 35,
        "description?": 140,
        "background_color?": re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}"),
    },
    "features": {
        "app_home": {
            "home_tab_enabled": bool,
            "messages_tab_enabled": bool,
            "messages_tab_read_only_enabled": bool,
        },
        "bot_user": {"display_name": re.compile(r"[A-Za-z0-9._-]{1,80}"), "always_online": bool},
        "shortcuts": [{"name": 24, "type": ("global", "message"), "callback_id": 255, "description": 150}],
        "slash_commands": [
            {
                "command": re.compile(r"/[a-z0-9_-]{1,31}"),
                "description": 2000,
                "usage_hint?": 1000,
                "should_escape?": bool,
                "url?": re.compile(r"https://\S+"),
            }
        ],
    },
    "oauth_config": {
        "scopes": {"bot": [re.compile(r"[a-z_]+(?::[a-z]+)?")]},
        "redirect_urls?": [re.compile(r"https://\S+")],
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [re.compile(r"[a-z_.]+")],
            "request_url?": re.compile(r"https://\S+"),
        },
        "interactivity": {"is_enabled": bool, "request_url?": re.compile(r"https://\S+")},
        "org_deploy_enabled": bool,
        "socket_mode_enabled": bool,
        "token_rotation_enabled": bool,
    },
}

NEEDED = {  # Slack's event reference: the scope without which an event is not delivered
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "message.im": "im:history",
    "tokens_revoked": None,
}

METHODS = {  # Slack's method reference: the bot scope it asks for
    "api.test": None,
    "apps.connections.open": None,
    "auth.test": None,
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "oauth.v2.access": None,
    "users.info": "users:read",
    "views.open": None,
    "views.publish": None,
    "views.update": None,
}

HEARABLE = {  # events of Slack's reference, and whether words of a person lie in them for us
    "app_home_opened": True,
    "app_mention": True,
    "message": True,
    "channel_archive": False,
    "file_shared": False,
    "link_shared": False,
    "member_joined_channel": False,
    "reaction_added": False,
    "team_join": False,
    "user_change": False,
}


def wrong(value: Any, rule: Any, at: str = "") -> Iterator[str]:
    """Where a value breaks its rule."""
    if isinstance(rule, dict):
        known = {key.rstrip("?") for key in rule}
        yield from (f"{at}.{key}: unknown" for key in value.keys() - known)
        for key, below in rule.items():
            name = key.rstrip("?")
            if name in value:
                yield from wrong(value[name], below, f"{at}.{name}")
            elif not key.endswith("?"):
                yield f"{at}.{name}: missing"
    elif isinstance(rule, list):
        for number, one in enumerate(value):
            yield from wrong(one, rule[0], f"{at}[{number}]")
    elif isinstance(rule, int):
        if not 0 < len(value) <= rule:
            yield f"{at}: {len(value)} characters"
    elif isinstance(rule, tuple):
        if value not in rule:
            yield f"{at}: {value}"
    elif isinstance(rule, re.Pattern):
        if not rule.fullmatch(value):
            yield f"{at}: {value}"
    elif not isinstance(value, rule):
        yield f"{at}: {value!r}"


@pytest.mark.parametrize(
    ("public_url", "socket_mode"), [(None, True), (URL, True), (URL, False), (f"{URL}/", False)]
)
def test_slack_accepts_it(public_url: str | None, socket_mode: bool) -> None:
    made = manifest(public_url=public_url, socket_mode=socket_mode)
    assert list(wrong(made, RULES)) == []
    assert yaml.safe_load(yaml.safe_dump(made)) == made


def test_the_rules_notice_what_slack_would_refuse() -> None:
    made = manifest(public_url=None, socket_mode=True)
    made["display_information"]["name"] = "n" * 36
    made["features"]["slash_commands"][0]["usage_hint"] = "u" * 1001
    made["features"]["shortcuts"][0]["type"] = "local"
    made["settings"]["hidden"] = True
    del made["features"]["bot_user"]["display_name"]
    assert len(list(wrong(made, RULES))) == 5


def test_socket_mode_names_no_address() -> None:
    """Slack would ask for its verification, and nobody would answer."""
    made = manifest(public_url=None, socket_mode=True)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "https://" not in str(made)


def test_over_http_everything_leads_to_one_address() -> None:
    made = manifest(public_url=f"{URL}/", socket_mode=False)
    assert made["settings"]["socket_mode_enabled"] is False
    called = (
        made["settings"]["event_subscriptions"]["request_url"],
        made["settings"]["interactivity"]["request_url"],
        made["features"]["slash_commands"][0]["url"],
    )
    assert set(called) == {f"{URL}/slack/events"}
    assert made["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth"]


def test_over_http_an_address_is_needed() -> None:
    with pytest.raises(ValueError, match="public address"):
        manifest(public_url=None, socket_mode=False)


def test_every_event_comes_with_the_scope_it_needs() -> None:
    assert set(EVENTS) == set(NEEDED)
    assert {scope for scope in NEEDED.values() if scope} <= set(SCOPES)


def test_every_method_that_is_called_has_its_scope() -> None:
    """What the adapter calls, it may call; and no scope is asked for that nothing needs."""
    calls = {
        name
        for file in (ROOT / "bots" / "slack").glob("*.py")
        for name in re.findall(r'"((?:[a-z]+\.)+[a-z]+[A-Za-z]*)"', file.read_text("utf-8"))
        if name not in EVENTS and not name.endswith((".text", ".com", ".py"))
    }
    assert calls - METHODS.keys() == set(), "write down here which scope Slack wants for it"
    needed = {METHODS[name] for name in calls} | set(NEEDED.values())
    assert {scope for scope in needed if scope} | {"commands", "files:read"} == set(SCOPES)


@pytest.mark.parametrize("kind", sorted(HEARABLE))
def test_every_event_that_is_heard_is_subscribed(kind: str) -> None:
    """And what is not subscribed is not understood by chance."""
    event = {
        "type": kind,
        "user": "U1",
        "text": "<@U9> help",
        "channel": "D1",
        "channel_type": "im",
        "ts": "1.2",
        "tab": "home",
        "item": {},
        "links": [],
        "file_id": "F1",
    }
    payload = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1, "event": event}
    assert bool(hear(payload)) is HEARABLE[kind]
    if HEARABLE[kind]:
        assert kind in {name.partition(".")[0] for name in EVENTS}


def test_scopes_and_events_are_named_once_and_in_order() -> None:
    """So that the manifest changes only where its meaning does."""
    for names in (SCOPES, EVENTS):
        assert list(names) == sorted(set(names))


def test_the_hint_names_every_command_a_workers_first() -> None:
    named = usage_hint().strip("[]").split(" | ")
    commands = routes().commands
    assert set(named) == set(commands)
    assert named[0] == "task"
    work = [commands[name].right == "work" for name in named]
    assert work == sorted(work, reverse=True)
    assert COMMAND not in usage_hint()


def test_the_shortcuts_differ() -> None:
    shortcuts = manifest(public_url=None, socket_mode=True)["features"]["shortcuts"]
    assert [one["type"] for one in shortcuts] == ["global", "message"]
    assert len({one["callback_id"] for one in shortcuts}) == 2
