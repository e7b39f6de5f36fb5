"""Methods that change a chat: send, edit, delete; each takes the world and the call."""

from __future__ import annotations

from typing import Any

from .entities import Formatted, formatted, shows_nothing
from .files import StoredFile, Upload
from .markup import read_markup
from .messages import Message, Version
from .params import Params
from .refusal import bad_request
from .world import Account, World

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
DELETABLE_SECONDS = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def read_text(params: Params) -> Formatted:
    """The text of a message, 1-4096 characters after parsing."""
    source = params.text("text")
    if not source:
        raise bad_request("message text is empty")
    words = formatted(source, params.text("parse_mode"))
    if shows_nothing(words.text):
        raise bad_request("text must be non-empty")
    if len(words.text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return words


def read_caption(source: str, parse_mode: str) -> Formatted:
    """The caption of a file, up to 1024 characters after parsing."""
    words = formatted(source, parse_mode)
    if len(words.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return Formatted("") if shows_nothing(words.text) else words


def read_file(world: World, params: Params, *, name: str, value: Any, kind: str) -> StoredFile:
    """The file of a call: uploaded with it, or known by its file_id."""
    upload = params.files.get(name) if value in (None, "") else _attached(params, value)
    if upload is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        return world.files.add_photo(upload) if kind == "photo" else world.files.add_document(upload)
    if not value:
        raise bad_request(f"there is no {kind} in the request")
    if "." in str(value):
        raise bad_request("failed to get HTTP URL content")  # the stand-in never reaches the network
    file = world.files.get(str(value))
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def _attached(params: Params, value: Any) -> Upload | None:
    if not isinstance(value, str) or not value.startswith("attach://"):
        return None
    upload = params.files.get(value.removeprefix("attach://"))
    if upload is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return upload


def _replied(account: Account, params: Params) -> int | None:
    reply = params.structure("reply_parameters")
    if not reply:
        return None
    number = reply.get("message_id") if isinstance(reply, dict) else None
    if not isinstance(number, int):
        raise bad_request("message identifier is not specified")
    target = account.messages.get(number)
    if target is not None and not target.deleted:
        return number
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _send(world: World, params: Params, account: Account, draft: Version) -> dict[str, Any]:
    reply_to = _replied(account, params)
    message = world.post(account, draft, from_bot=True)
    message.reply_to = reply_to
    return world.message_json(account, message)


def send_message(world: World, params: Params) -> dict[str, Any]:
    """sendMessage."""
    words = read_text(params)
    account = world.reachable(params)
    return _send(world, params, account, Version(words, None, read_markup(params.values.get("reply_markup"))))


def _send_file(world: World, params: Params, kind: str) -> dict[str, Any]:
    caption = read_caption(params.text("caption"), params.text("parse_mode"))
    account = world.reachable(params)
    markup = read_markup(params.values.get("reply_markup"))
    file = read_file(world, params, name=kind, value=params.values.get(kind), kind=kind)
    return _send(world, params, account, Version(caption, file, markup))


def send_photo(world: World, params: Params) -> dict[str, Any]:
    """sendPhoto."""
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> dict[str, Any]:
    """sendDocument."""
    return _send_file(world, params, "document")


def _to_edit(world: World, params: Params) -> tuple[Account, Message]:
    account = world.reachable(params)
    number = params.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = account.messages.get(number)
    if message is None or message.deleted:
        raise bad_request("message to edit not found")
    if not message.from_bot or (message.now.markup and message.now.markup.belongs_to_chat):
        raise bad_request("message can't be edited")
    return account, message


def _edit(world: World, account: Account, message: Message, draft: Version) -> dict[str, Any]:
    if message.now.shows_the_same(draft):
        raise bad_request(NOT_MODIFIED)
    world.edit(account, message, draft)
    return world.message_json(account, message)


def edit_text(world: World, params: Params) -> dict[str, Any]:
    """editMessageText; without reply_markup the keyboard goes."""
    words = read_text(params)
    account, message = _to_edit(world, params)
    if message.now.file is not None:
        raise bad_request("there is no text in the message to edit")
    markup = read_markup(params.values.get("reply_markup"), inline_only=True)
    return _edit(world, account, message, Version(words, None, markup))


def edit_caption(world: World, params: Params) -> dict[str, Any]:
    """editMessageCaption; without reply_markup the keyboard goes."""
    caption = read_caption(params.text("caption"), params.text("parse_mode"))
    account, message = _to_edit(world, params)
    if message.now.file is None:
        raise bad_request("there is no caption in the message to edit")
    markup = read_markup(params.values.get("reply_markup"), inline_only=True)
    return _edit(world, account, message, Version(caption, message.now.file, markup))


_MEDIA_FIELDS = {"type", "media", "caption", "parse_mode", "has_spoiler", "show_caption_above_media"}


def edit_media(world: World, params: Params) -> dict[str, Any]:
    """editMessageMedia; a text may become a file, never the other way round."""
    media = params.structure("media")
    if not isinstance(media, dict) or media.get("type") not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: type photo or document expected")
    unknown = {name for name in set(media) - _MEDIA_FIELDS if media[name]}
    if unknown:
        raise bad_request(f"can't parse InputMedia: the stand-in does not know {', '.join(sorted(unknown))}")
    kind = str(media["type"])
    caption = read_caption(str(media.get("caption") or ""), str(media.get("parse_mode") or ""))
    account, message = _to_edit(world, params)
    markup = read_markup(params.values.get("reply_markup"), inline_only=True)
    file = read_file(world, params, name="media", value=media.get("media"), kind=kind)
    return _edit(world, account, message, Version(caption, file, markup))


def edit_markup(world: World, params: Params) -> dict[str, Any]:
    """editMessageReplyMarkup; without reply_markup the keyboard goes."""
    account, message = _to_edit(world, params)
    markup = read_markup(params.values.get("reply_markup"), inline_only=True)
    return _edit(world, account, message, Version(message.now.words, message.now.file, markup))


def delete_message(world: World, params: Params) -> bool:
    """deleteMessage: either side's messages of a private chat, for 48 hours."""
    account = world.account(params)
    number = params.integer("message_id")
    if not number:
        raise bad_request("message identifier is not specified")
    message = account.messages.get(number)
    if message is None or message.deleted:
        raise bad_request("message to delete not found")
    if world.clock() - message.posted > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    world.delete(account, message)
    return True
