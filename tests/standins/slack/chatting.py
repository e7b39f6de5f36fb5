"""The chat.* methods, and what is said through a response_url or in answer to a command."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .blocks import Checked, check_message
from .messages import Message, Version
from .params import Params
from .places import Account, Channel, Space
from .refusal import Json, Refusal
from .world import RESPONSE_SECONDS, RESPONSE_USES, Mention, ResponseUrl, World

MOST_TEXT = 40_000
MOST_TEXT_OF_UPDATE = 4_000
RESPONSE_PARAMS = {
    "text",
    "blocks",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "mrkdwn",
    "unfurl_links",
    "unfurl_media",
}


def post_message(world: World, space: Space, params: Params) -> Json:
    """chat.postMessage: to a channel, or to a person by their id."""
    channel = writable(space, params.text("channel"))
    draft = draft_of(world, space, params, "chat.postMessage")
    thread = thread_of(channel, params)
    message = world.post(space, channel, draft, author=space.bot_user, thread=thread)
    return {"channel": channel.id, "ts": message.id, "message": world.message_json(space, message)}


def post_ephemeral(world: World, space: Space, params: Params) -> Json:
    """chat.postEphemeral: to one person among others; nobody can change it later."""
    channel = writable(space, params.text("channel"))
    account = space.account(params.text("user"))
    if account.id not in channel.members:
        raise Refusal("user_not_in_channel")
    draft = draft_of(world, space, params, "chat.postEphemeral")
    message = world.whisper(space, account, channel, draft, thread=thread_of(channel, params))
    return {"message_ts": message.id}


def update(world: World, space: Space, params: Params) -> Json:
    """chat.update: the app's own messages only; text alone takes the blocks away."""
    channel = writable(space, params.text("channel"), posting=False)
    message = _own(space, channel, params, "cant_update_message")
    if len(params.text("text")) > MOST_TEXT_OF_UPDATE:
        raise Refusal("msg_too_long", blame=True)
    draft = draft_of(world, space, params, "chat.update")
    world.edit(space, channel, message, replace(draft, files=message.files))
    told = world.message_json(space, message)
    return {"channel": channel.id, "ts": message.id, "text": draft.text, "message": told}


def delete(world: World, space: Space, params: Params) -> Json:
    """chat.delete: the app's own messages only."""
    channel = writable(space, params.text("channel"), posting=False)
    message = _own(space, channel, params, "cant_delete_message")
    world.delete(space, channel, message)
    return {"channel": channel.id, "ts": message.id}


def respond(world: World, hook: ResponseUrl, params: Params) -> None:
    """Use a response_url; raises Refusal."""
    if hook.uses >= RESPONSE_USES:
        raise Refusal("used_url")
    if world.clock() - hook.since > RESPONSE_SECONDS:
        raise Refusal("expired_url")
    space = world.space(hook.account.team)
    for name in params.values.keys() - RESPONSE_PARAMS:
        world.violations.append(f"response_url: unknown parameter {name!r}")
    original = hook.message
    if params.flag("delete_original"):
        hook.uses += 1
        if original is not None:
            world.delete(space, hook.channel, original)
            hook.account.changed.notify()
        return
    draft = draft_of(world, space, params, "response_url")
    hook.uses += 1
    if params.flag("replace_original") and original is not None and not original.deleted:
        world.edit(space, hook.channel, original, replace(draft, files=original.files))
        hook.account.changed.notify()
    else:
        answer(world, hook.account, hook.channel, draft, params)


def answered_at_once(world: World, account: Account, channel: Channel, told: Any) -> None:
    """The answer to a slash command that came with its confirmation."""
    params = Params(told if isinstance(told, dict) else {"text": str(told)})
    space = world.space(account.team)
    try:
        for name in params.values.keys() - RESPONSE_PARAMS:
            world.violations.append(f"answer to a command: unknown parameter {name!r}")
        answer(world, account, channel, draft_of(world, space, params, "answer to a command"), params)
    except Refusal as refusal:
        world.violations.append(f"answer to a command: {refusal.error} {refusal.detail}")


def answer(world: World, account: Account, channel: Channel, draft: Version, params: Params) -> None:
    """Say something where a person did something: to them alone, unless it says `in_channel`."""
    space = world.space(account.team)
    kind = params.text("response_type") or "ephemeral"
    thread = params.text("thread_ts") or None
    if kind == "in_channel":
        world.post(space, channel, draft, author=space.bot_user, thread=thread)
    elif kind == "ephemeral":
        world.whisper(space, account, channel, draft, thread=thread)
    else:
        raise Refusal("invalid_response_type", blame=True)


def draft_of(world: World, space: Space, params: Params, where: str) -> Version:
    """What a message would show; raises Refusal."""
    text = params.text("text")
    blocks = params.structure("blocks")
    checked: Checked | None = None
    if blocks is not None:
        checked = check_message(blocks, world.knows_file(space))
    if not text.strip() and not (checked and checked.blocks):
        raise Refusal("no_text", blame=True)
    if len(text) > MOST_TEXT:
        world.violations.append(f"{where}: a text of {len(text)} characters was cut")
        text = text[:MOST_TEXT]
    world.examine(where, text, checked)
    if (params.flag("link_names") or params.text("parse") == "full") and "@" in text:
        world.mentions.append(Mention(text, where))
    return Version(text, checked.blocks if checked else ())


def writable(space: Space, name: str, *, posting: bool = True) -> Channel:
    if name in space.accounts:
        if not posting:
            raise Refusal("channel_not_found", blame=True)
        account = space.accounts[name]
        if account.deleted or account.is_bot:
            raise Refusal("channel_not_found")
        return account.im
    channel = space.channel(name)
    if channel.archived:
        raise Refusal("is_archived")
    if channel.kind == "im":
        if any(space.accounts[user].deleted for user in channel.members):
            raise Refusal("channel_not_found")
        return channel
    grant = space.grant
    public = posting and grant is not None and "chat:write.public" in grant.scopes
    if not channel.bot_in and not public:
        raise Refusal("not_in_channel")
    return channel


def thread_of(channel: Channel, params: Params) -> str | None:
    thread = params.text("thread_ts")
    if not thread:
        return None
    parent = channel.messages.get(thread)
    if parent is None:
        raise Refusal("thread_not_found")
    return parent.thread or parent.id


def _own(space: Space, channel: Channel, params: Params, otherwise: str) -> Message:
    message = channel.messages.get(params.text("ts"))
    if message is None or message.deleted:
        raise Refusal("message_not_found")
    if message.author != space.bot_user:
        raise Refusal(otherwise, blame=True)
    return message
