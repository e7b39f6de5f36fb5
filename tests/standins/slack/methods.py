"""The methods of the Web API that this Slack has, with what each asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from . import chatting, filing, knowing, showing
from .params import Params, fits
from .places import Grant, Space
from .refusal import Json, Refusal, invalid_arguments
from .world import World

Run = Callable[[World, Space, Params], Json]
_MESSAGE = {
    "text": "text",
    "blocks": "structure",
    "metadata": "structure",
    "unfurl_links": "flag",
    "unfurl_media": "flag",
    "mrkdwn": "flag",
    "parse": "text",
    "link_names": "flag",
}
_KINDS = {
    "text": "a string",
    "flag": "a boolean",
    "number": "an integer",
    "structure": "an array or an object",
}


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its parameters by kind, which of them must be there, who may call it and how."""

    name: str
    run: Run
    params: Mapping[str, str]
    required: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()  # one of them is enough
    token: Literal["bot", "app", "none"] = "bot"
    takes_json: bool = True

    def check(self, params: Params, world: World) -> None:
        """Raise Refusal for parameters of the wrong kind; what Slack does not know is only written down."""
        wrong = []
        for name, value in params.values.items():
            # An installation for a whole organisation names the workspace with every call.
            kind = "text" if name == "team_id" else self.params.get(name)
            if kind is None:
                world.violations.append(f"{self.name}: unknown parameter {name!r}")
            elif value is None:
                world.violations.append(f"{self.name}: null for {name!r}")
            elif not fits(value, kind):
                wrong.append(f"must provide {_KINDS[kind]} [json-pointer:/{name}]")
        wrong += [f"missing required field: {name}" for name in self.required if not params.text(name)]
        if wrong:
            raise invalid_arguments(*wrong)

    def allow(self, grant: Grant | None) -> None:
        """Raise Refusal for a token that is unknown, no longer good, or was not granted this."""
        if grant is None:
            raise Refusal("invalid_auth", blame=True)
        if grant.trouble:
            raise Refusal(grant.trouble)
        grant.need(*self.scopes)


_ALL = (
    Method("auth.test", knowing.auth_test, {}),
    Method("auth.revoke", knowing.auth_revoke, {"test": "flag"}),
    Method("apps.connections.open", knowing.never, {}, token="app"),
    Method(
        "oauth.v2.access",
        knowing.never,
        dict.fromkeys(("client_id", "client_secret", "code", "redirect_uri", "grant_type"), "text"),
        token="none",
        takes_json=False,
    ),
    Method(
        "users.info",
        knowing.users_info,
        {"user": "text", "include_locale": "flag"},
        ("user",),
        ("users:read",),
        takes_json=False,
    ),
    Method("bots.info", knowing.bots_info, {"bot": "text"}, (), ("users:read",), takes_json=False),
    Method(
        "conversations.open",
        knowing.conversations_open,
        {"users": "text", "channel": "text", "return_im": "flag", "prevent_creation": "flag"},
        (),
        ("im:write", "mpim:write"),
    ),
    Method(
        "conversations.info",
        knowing.conversations_info,
        {"channel": "text", "include_locale": "flag", "include_num_members": "flag"},
        ("channel",),
        ("channels:read", "im:read", "groups:read"),
        takes_json=False,
    ),
    Method(
        "chat.postMessage",
        chatting.post_message,
        {**_MESSAGE, "channel": "text", "thread_ts": "text", "reply_broadcast": "flag"},
        ("channel",),
        ("chat:write",),
    ),
    Method(
        "chat.postEphemeral",
        chatting.post_ephemeral,
        {**_MESSAGE, "channel": "text", "user": "text", "thread_ts": "text"},
        ("channel", "user"),
        ("chat:write",),
    ),
    Method(
        "chat.update",
        chatting.update,
        {**_MESSAGE, "channel": "text", "ts": "text", "reply_broadcast": "flag", "file_ids": "structure"},
        ("channel", "ts"),
        ("chat:write",),
    ),
    Method(
        "chat.delete", chatting.delete, {"channel": "text", "ts": "text"}, ("channel", "ts"), ("chat:write",)
    ),
    Method(
        "views.open", showing.views_open, {"trigger_id": "text", "view": "structure"}, ("trigger_id", "view")
    ),
    Method(
        "views.push", showing.views_push, {"trigger_id": "text", "view": "structure"}, ("trigger_id", "view")
    ),
    Method(
        "views.update",
        showing.views_update,
        {"view_id": "text", "external_id": "text", "view": "structure", "hash": "text"},
        ("view",),
    ),
    Method(
        "views.publish",
        showing.views_publish,
        {"user_id": "text", "view": "structure", "hash": "text"},
        ("user_id", "view"),
    ),
    Method(
        "files.getUploadURLExternal",
        filing.get_upload_url,
        {"filename": "text", "length": "number", "alt_txt": "text", "snippet_type": "text"},
        ("filename", "length"),
        ("files:write",),
        takes_json=False,
    ),
    Method(
        "files.completeUploadExternal",
        filing.complete_upload,
        {
            "files": "structure",
            "channel_id": "text",
            "thread_ts": "text",
            "initial_comment": "text",
            "blocks": "structure",
        },
        ("files",),
        ("files:write",),
    ),
    Method("files.info", filing.files_info, {"file": "text"}, ("file",), ("files:read",), takes_json=False),
)
METHODS = {method.name: method for method in _ALL}
