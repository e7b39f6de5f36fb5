"""What interactions can be answered with while it lasts: a form, the faults of one, a whisper, an edit."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from bots.dialogue.vocabulary import Answer, Form, Message, Para, Toast, Words, Wrong
from bots.platform import Blocked, NotSent, TryLater
from bots.slack import forms, saying
from bots.slack.api import Api, Refused
from bots.slack.hearing import Context
from bots.slack.workspaces import Workspaces, at

_log = structlog.get_logger(__name__)

MOST = 10_000
REPLY_LASTS = 29 * 60.0
"""Seconds; Slack's half hour with something to spare."""
REPLY_USES = 5
OPEN_WITHIN = 2.5
"""Seconds; a trigger lasts three."""


class Answers:
    """Kept in memory only: after a restart nothing can be answered at once, and messages go the usual way."""

    def __init__(self, api: Api, workspaces: Workspaces, *, clock: Callable[[], float]) -> None:
        self._api = api
        self._workspaces = workspaces
        self._clock = clock
        self._contexts: OrderedDict[str, Context] = OrderedDict()
        self._replies: OrderedDict[str, tuple[str, float, int]] = OrderedDict()
        self._waiting: dict[str, Answer | None] = {}

    def remember(self, handle: str, context: Context) -> None:
        """An interaction came; the answer to a press can edit the message below which it was made."""
        keep(self._contexts, handle, context)
        if context.message is not None and context.response_url is not None:
            fresh = (context.response_url, self._clock() + REPLY_LASTS, REPLY_USES)
            keep(self._replies, context.message, fresh)

    def await_one(self, handle: str) -> None:
        """The answer to this one goes back with the confirmation."""
        self._waiting[handle] = None

    def taken(self, handle: str, context: Context) -> Mapping[str, Any] | None:
        """What goes back with the confirmation of a form: its faults, if it has any."""
        answer = self._waiting.pop(handle, None)
        if not isinstance(answer, Wrong):
            return None
        return {"response_action": "errors", "errors": forms.errors(answer, context.blocks)}

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        """Answer what carried the handle; False when a form came too late."""
        if handle in self._waiting:
            self._waiting[handle] = answer
            return True
        context = self._contexts.get(handle)
        try:
            match answer:
                case Form():
                    return context is not None and await self._open(context, answer)
                case Toast() if context is not None:
                    await self._whisper(context, answer.words)
        except (Refused, TryLater, NotSent, Blocked, TimeoutError) as failure:
            _log.info("an answer did not arrive", why=type(failure).__name__)
            return not isinstance(answer, Form)
        return True

    async def edit(self, ref: str, body: Mapping[str, Any]) -> bool:
        """Edit a message by the answer to a press on it, which has no rate; False when that does not work."""
        url, until, uses = self._replies.get(ref, ("", 0.0, 0))
        if not uses or self._clock() >= until:
            self._replies.pop(ref, None)
            return False
        self._replies[ref] = url, until, uses - 1
        try:
            await self._api.respond(url, {"replace_original": True, **body})
        # A call then says the same once more, and changes nothing by it; when the message is at fault, it says why.
        except (Refused, NotSent, TryLater):
            self._replies.pop(ref, None)
            return False
        return True

    async def _open(self, context: Context, form: Form) -> bool:
        there = await at(self._workspaces, context.team)
        arguments = {"trigger_id": context.trigger, "view": forms.view(form)}
        async with asyncio.timeout(OPEN_WITHIN):
            await self._api.call("views.open", there.token, arguments)
        return True

    async def _whisper(self, context: Context, words: Words) -> None:
        message = Message((Para(words),))
        body: dict[str, Any] = {"text": saying.text(message), "blocks": saying.blocks(message)}
        if context.response_url is not None:
            body |= {"response_type": "ephemeral", "replace_original": False}
            await self._api.respond(context.response_url, body)
        elif context.channel is not None:
            there = await at(self._workspaces, context.team)
            where = {"channel": context.channel, "user": context.user_id}
            await self._api.call("chat.postEphemeral", there.token, {**where, **body})


def keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    """Remember, and forget what is oldest beyond a bound."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > MOST:
        kept.popitem(last=False)
