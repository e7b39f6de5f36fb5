"""What an app is told about what people do, in Slack's words."""

from __future__ import annotations

from typing import Any

from .messages import Message
from .mrkdwn import escape
from .places import Account, Channel, Space
from .reading import Button
from .refusal import Json
from .views import View
from .world import World

VERIFICATION = "verification"  # the old shared token, still in every payload


def event(world: World, space: Space, told: Json) -> Json:
    """The envelope of an event."""
    event_id = world.name("Ev")
    authorization = {
        "enterprise_id": None,
        "team_id": space.id,
        "user_id": space.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": VERIFICATION,
        "team_id": space.id,
        "context_team_id": space.id,
        "context_enterprise_id": None,
        "api_app_id": world.app_id,
        "event": told,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(world.now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }


def message_event(world: World, space: Space, channel: Channel, message: Message) -> Json:
    """Somebody wrote to the app in their direct chat."""
    body = world.message_json(space, message)
    where = {"channel": channel.id, "channel_type": "im", "event_ts": message.id}
    body |= where | {"client_msg_id": f"client-{message.id}"}
    if message.files:
        body["subtype"] = "file_share"
        body["display_as_bot"] = False
    else:
        body["blocks"] = [_rich_text(message.text)]
    return body


def command(world: World, account: Account, channel: Channel, *, name: str, text: str) -> Json:
    """A slash command, as the fields of a form."""
    space = world.space(account.team)
    return {
        "token": VERIFICATION,
        "team_id": space.id,
        "team_domain": space.name,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "im" else channel.name,
        "user_id": account.id,
        "user_name": account.name.lower(),
        "command": name,
        "text": escape(text),
        "api_app_id": world.app_id,
        "is_enterprise_install": "false",
        "response_url": world.response_url(account, channel),
        "trigger_id": world.trigger(account),
    }


def press_in_message(
    world: World, account: Account, channel: Channel, message: Message, button: Button
) -> Json:
    """A button of a message was pressed."""
    space = world.space(account.team)
    container = {
        "type": "message",
        "message_ts": message.id,
        "channel_id": channel.id,
        "is_ephemeral": message.whisper,
    }
    if message.thread:
        container["thread_ts"] = message.thread
    body = _interaction(world, space, account, "block_actions") | {
        "container": container,
        "channel": {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name},
        "state": {"values": {}},
        "response_url": world.response_url(account, channel, message),
        "actions": [_action(world, button)],
    }
    if not message.whisper:
        body["message"] = world.message_json(space, message)
    return body


def press_in_view(world: World, account: Account, view: View, button: Button) -> Json:
    """A button of a modal or of the home tab was pressed."""
    space = world.space(account.team)
    seen = view.json(app_id=world.app_id, bot_id=space.bot_id)
    return _interaction(world, space, account, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "view": seen,
        "actions": [_action(world, button)],
    }


def submission(world: World, account: Account, view: View) -> Json:
    """A form was sent."""
    space = world.space(account.team)
    seen = view.json(app_id=world.app_id, bot_id=space.bot_id)
    told = _interaction(world, space, account, "view_submission")
    return told | {"view": seen, "response_urls": []}


def closing(world: World, account: Account, view: View, *, cleared: bool) -> Json:
    """A form was closed without being sent."""
    space = world.space(account.team)
    told = _interaction(world, space, account, "view_closed")
    del told["trigger_id"]
    return told | {"view": view.json(app_id=world.app_id, bot_id=space.bot_id), "is_cleared": cleared}


def shortcut(world: World, account: Account, callback_id: str) -> Json:
    """A shortcut was chosen from the menu of the whole workspace."""
    space = world.space(account.team)
    told = _interaction(world, space, account, "shortcut")
    return told | {"callback_id": callback_id, "action_ts": world.ts()}


def message_shortcut(
    world: World, account: Account, channel: Channel, message: Message, callback_id: str
) -> Json:
    """A shortcut was chosen from the menu of a message."""
    space = world.space(account.team)
    return _interaction(world, space, account, "message_action") | {
        "callback_id": callback_id,
        "action_ts": world.ts(),
        "channel": {"id": channel.id, "name": channel.name},
        "message_ts": message.id,
        "message": world.message_json(space, message),
        "response_url": world.response_url(account, channel, message),
    }


def _interaction(world: World, space: Space, account: Account, kind: str) -> Json:
    handle = account.name.lower()
    return {
        "type": kind,
        "token": VERIFICATION,
        "team": space.team_json(),
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": account.id, "username": handle, "name": handle, "team_id": account.team},
        "api_app_id": world.app_id,
        "trigger_id": world.trigger(account),
    }


def _action(world: World, button: Button) -> Json:
    action: dict[str, Any] = {
        "type": "button",
        "action_id": button.action_id,
        "block_id": button.block_id,
        "text": {"type": "plain_text", "text": escape(button.label), "emoji": True},
        "action_ts": world.ts(),
    }
    if button.data is not None:
        action["value"] = button.data
    if button.url is not None:
        action["url"] = button.url
    if button.style is not None:
        action["style"] = button.style
    return action


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "typed", "elements": [section]}
