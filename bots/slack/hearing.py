"""From what Slack delivers to what was heard: events, commands, presses, shortcuts and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bots.dialogue.buttons import data
from bots.dialogue.vocabulary import (
    HOME,
    Clip,
    Command,
    Heard,
    Home,
    Place,
    Press,
    Said,
    Sender,
    Submit,
    Text,
    Upload,
)
from bots.slack.forms import values_of
from bots.slack.manifest import COMMAND, GET_TASK, MAKE_TASK
from bots.slack.saying import unescaped

NAME = "slack"
Raw = Mapping[str, Any]

_LONGEST_NAME = 64
_WORDS = re.compile(r"/?([A-Za-z0-9_]{1,32})(?:\s+(.*))?\Z", re.DOTALL)
_PREFIX = re.compile(rf"\s*{COMMAND}(?:\s+|\Z)", re.IGNORECASE)
_MENTION = re.compile(r"\s*<@[A-Z0-9]+(?:\|[^>]*)?>")
_SAID = (None, "file_share", "me_message", "thread_broadcast")
"""Subtypes of messages that a person wrote; all others are Slack's or ours."""


@dataclass(frozen=True, slots=True)
class Context:
    """What an interaction can be answered with, for as long as that lasts; never stored."""

    team: str
    user_id: str
    trigger: str | None = None
    response_url: str | None = None
    channel: str | None = None
    message: str | None = None
    blocks: tuple[str, ...] = ()  # the input blocks of a form that was sent


@dataclass(frozen=True, slots=True)
class Arrived:
    """One thing that was heard, and what it can be answered with."""

    heard: Heard
    context: Context | None = None


def place_ref(channel: str, *, thread: str | None = None, response_url: str | None = None) -> str:
    """A channel, a thread in it and a response URL, as the reference of a place."""
    return f"{channel} {thread or '-'} {response_url or '-'}"


def read_place(ref: str) -> tuple[str, str | None, str | None]:
    """Channel, thread and response URL of a place."""
    channel, thread, url = ref.split(" ", 2)
    return channel, None if thread == "-" else thread, None if url == "-" else url


def hear(payload: Raw) -> list[Arrived]:
    """What a payload says; nothing when it is not for us.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: when it makes no sense.
    """
    match payload.get("type"):
        case "event_callback":
            return [Arrived(one) for one in _event(payload)]
        case "block_actions":
            return list(_presses(payload))
        case "view_submission":
            return [_submitted(payload)]
        case "shortcut" | "message_action":
            return list(_shortcut(payload))
        case None if "command" in payload:
            return [_command(payload)]
        case _:  # a closed view, an options request: nothing of ours
            return []


# --- events ---------------------------------------------------------------------------------------


def is_echo(payload: Raw) -> bool:
    """Whether a payload tells only of a message that no person wrote, such as our own or its latest edit."""
    event = payload.get("event")
    if not isinstance(event, dict) or event.get("type") != "message":
        return False
    return bool(event.get("bot_id")) or event.get("subtype") not in _SAID


def _event(payload: Raw) -> Iterator[Heard]:
    event, team = payload["event"], payload["team_id"]
    key = f"{NAME}:{team}:{payload['event_id']}"
    if event.get("bot_id") or "user" not in event:
        return
    heard = Heard(key, _sender(team, event["user"]), Text(""), _moment(payload.get("event_time")))
    match event["type"]:
        case "message" if event.get("channel_type") == "im" and event.get("subtype") in _SAID:
            files = event.get("files") or ()
            text = unescaped(event.get("text") or "")
            if not files:
                yield replace(heard, what=_words(text))
            for at, file in enumerate(files):
                yield replace(heard, key=f"{key}:{at}", what=_upload(team, file, text))
        case "app_mention":
            asked = _MENTION.sub("", event.get("text") or "", count=1)
            place = Place("whisper", place_ref(event["channel"], thread=event.get("thread_ts")))
            yield replace(heard, what=_called(unescaped(asked)), place=place)
        case "app_home_opened" if event.get("tab", "home") == "home":
            yield replace(heard, what=Home())


def _words(text: str) -> Said:
    """Words; those that begin with our command are one, though the app showed no menu for it."""
    prefix = _PREFIX.match(text)
    return _called(text[prefix.end() :]) if prefix else Text(text)


def _called(text: str, handle: str | None = None) -> Command:
    """The command that words name; help, when they name none."""
    found = _WORDS.match(text.strip())
    if found is None:
        return Command("help", "", handle)
    return Command(found[1].lower(), (found[2] or "").strip(), handle)


def _upload(team: str, file: Raw, caption: str) -> Upload:
    url = file.get("url_private_download") or file.get("url_private") or ""
    return Upload(
        name=str(file.get("name") or file.get("title") or "file"),
        handle=f"{team} {url}",
        size=file.get("size"),
        caption=caption,
    )


# --- interactions ---------------------------------------------------------------------------------


def _command(form: Raw) -> Arrived:
    team, trigger = form["team_id"], form["trigger_id"]
    channel, url = form["channel_id"], form.get("response_url")
    place = None if channel.startswith("D") else Place("whisper", place_ref(channel, response_url=url))
    handle = _handle(team, trigger)
    what = _called(unescaped(form.get("text") or ""), handle)
    heard = Heard(handle, _sender(team, form["user_id"]), what, place=place)
    return Arrived(heard, Context(team, form["user_id"], trigger, url, channel))


def _presses(payload: Raw) -> Iterator[Arrived]:
    team, user, trigger = payload["team"]["id"], payload["user"]["id"], payload["trigger_id"]
    container, url = payload["container"], payload.get("response_url")
    channel = container.get("channel_id")
    ref = f"{channel}:{container['message_ts']}" if channel and "message_ts" in container else None
    handle = _handle(team, trigger)
    for action in payload["actions"]:
        if "value" not in action:  # a link: the app has opened it
            continue
        heard = Heard(
            handle,
            _sender(team, user),
            Press(str(action["value"]), handle, ref),
            place=_place_of(payload, channel, url),
        )
        message = None if container.get("is_ephemeral") else ref
        yield Arrived(heard, Context(team, user, trigger, url, channel, message))
        return


def _place_of(payload: Raw, channel: str | None, url: str | None) -> Place | None:
    if payload["container"]["type"] == "view":
        return HOME if payload.get("view", {}).get("type") == "home" else None
    if channel is None or channel.startswith("D"):
        return None
    return Place("whisper", place_ref(channel, response_url=url))


def _submitted(payload: Raw) -> Arrived:
    team, user, view = payload["team"]["id"], payload["user"]["id"], payload["view"]
    handle = f"{NAME}:{team}:v:{view['id']}:{view['hash']}"
    what = Submit(str(view.get("private_metadata") or ""), values_of(view), handle)
    inputs = tuple(block["block_id"] for block in view["blocks"] if block["type"] == "input")
    return Arrived(Heard(handle, _sender(team, user), what), Context(team, user, blocks=inputs))


def _shortcut(payload: Raw) -> Iterator[Arrived]:
    team, user, trigger = payload["team"]["id"], payload["user"]["id"], payload["trigger_id"]
    handle = _handle(team, trigger)
    context = Context(team, user, trigger, payload.get("response_url"))
    match payload.get("callback_id"):
        case str(name) if name == GET_TASK:
            yield Arrived(Heard(handle, _sender(team, user), Press(data("next"), handle)), context)
        case str(name) if name == MAKE_TASK:
            channel = payload["channel"]["id"]
            place = Place("whisper", place_ref(channel, response_url=context.response_url))
            clip = Clip(unescaped(payload["message"].get("text") or ""), handle)
            yield Arrived(
                Heard(handle, _sender(team, user), clip, place=None if channel.startswith("D") else place),
                replace(context, channel=channel),
            )


def _handle(team: str, trigger: str) -> str:
    return f"{NAME}:{team}:t:{trigger}"


def _sender(team: str, user_id: str) -> Sender:
    """Slack names people by id only; `who_is` asks for the rest when somebody is new."""
    return Sender(NAME, team, user_id, "", introduced=False)


def known(heard: Heard) -> Heard:
    """The same from somebody who was heard before: nobody needs to ask who they are."""
    return replace(heard, sender=replace(heard.sender, introduced=True))


def introduced(sender: Sender, user: Raw) -> Sender:
    """The same with what `users.info` tells."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or ""
    return replace(
        sender,
        name=str(name)[:_LONGEST_NAME],
        locale=user.get("locale"),
        zone=user.get("tz"),
        introduced=True,
    )


def _moment(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
