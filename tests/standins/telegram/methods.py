"""The methods of the Bot API the stand-in knows, each with the parameters it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import sending
from .params import Params
from .refusal import bad_request
from .world import CallbackAnswer, World

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its name as documented, what it does, which parameters it takes."""

    name: str
    run: Callable[[World, Params], Any]
    takes: frozenset[str]

    def check(self, params: Params) -> None:
        """Refuse what the stand-in would have to ignore; the real server would ignore it silently."""
        for name in params.values:
            if name not in self.takes:
                raise bad_request(f"the stand-in does not know the parameter {name!r} of {self.name}")


def get_me(world: World, params: Params) -> dict[str, Any]:
    """getMe."""
    return {
        **world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def get_file(world: World, params: Params) -> dict[str, Any]:
    """getFile."""
    return world.files.link(params.text("file_id"))


def send_chat_action(world: World, params: Params) -> bool:
    """sendChatAction."""
    if params.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.reachable(params)
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    """answerCallbackQuery: once, in time, at most 200 characters."""
    text = params.text("text").strip()
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query = world.queries.pop(params.text("callback_query_id"), None)
    if query is None or world.clock() - query.since > world.callback_window:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    query.answer = CallbackAnswer(text, params.truth("show_alert"))
    query.account.changed.notify()
    return True


def _table(*methods: tuple[str, Callable[[World, Params], Any], str]) -> dict[str, Method]:
    return {name.lower(): Method(name, run, frozenset(takes.split())) for name, run, takes in methods}


_QUIETLY = "disable_notification protect_content reply_parameters reply_markup"
_PREVIEW = "link_preview_options disable_web_page_preview"
_FILE = "caption parse_mode show_caption_above_media"
_TO_EDIT = "chat_id message_id reply_markup"
_LANGUAGE = "language_code"
_SCOPED = f"scope {_LANGUAGE}"

METHODS = _table(
    ("getMe", get_me, ""),
    ("getFile", get_file, "file_id"),
    ("sendMessage", sending.send_message, f"chat_id text parse_mode {_PREVIEW} {_QUIETLY}"),
    ("sendPhoto", sending.send_photo, f"chat_id photo has_spoiler {_FILE} {_QUIETLY}"),
    (
        "sendDocument",
        sending.send_document,
        f"chat_id document disable_content_type_detection {_FILE} {_QUIETLY}",
    ),
    ("editMessageText", sending.edit_text, f"text parse_mode {_PREVIEW} {_TO_EDIT}"),
    ("editMessageCaption", sending.edit_caption, f"{_FILE} {_TO_EDIT}"),
    ("editMessageMedia", sending.edit_media, f"media {_TO_EDIT}"),
    ("editMessageReplyMarkup", sending.edit_markup, _TO_EDIT),
    ("deleteMessage", sending.delete_message, "chat_id message_id"),
    ("sendChatAction", send_chat_action, "chat_id action"),
    ("answerCallbackQuery", answer_callback_query, "callback_query_id text show_alert cache_time"),
    (
        "setMyCommands",
        lambda world, params: world.profile.set_commands(params),
        f"commands {_SCOPED}",
    ),
    ("deleteMyCommands", lambda world, params: world.profile.delete_commands(params), _SCOPED),
    ("getMyCommands", lambda world, params: world.profile.get_commands(params), _SCOPED),
    ("setMyName", lambda world, params: world.profile.set_text("name", params), f"name {_LANGUAGE}"),
    ("getMyName", lambda world, params: world.profile.get_text("name", params), _LANGUAGE),
    (
        "setMyDescription",
        lambda world, params: world.profile.set_text("description", params),
        f"description {_LANGUAGE}",
    ),
    ("getMyDescription", lambda world, params: world.profile.get_text("description", params), _LANGUAGE),
    (
        "setMyShortDescription",
        lambda world, params: world.profile.set_text("short_description", params),
        f"short_description {_LANGUAGE}",
    ),
    (
        "getMyShortDescription",
        lambda world, params: world.profile.get_text("short_description", params),
        _LANGUAGE,
    ),
    ("setChatMenuButton", lambda world, params: world.profile.set_menu_button(params), "chat_id menu_button"),
    ("getChatMenuButton", lambda world, params: world.profile.get_menu_button(params), "chat_id"),
)
