"""Slack as one of the platforms."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from bots.carrying import path_of
from bots.dialogue.vocabulary import Answer, Limits, Message, Place, Sender
from bots.platform import Address, Blocked, Hear, Impossible, Media, NotSent, Posted, TryLater
from bots.slack import ears, files, hearing, home, saying
from bots.slack.answers import Answers, keep
from bots.slack.api import Api, Refused, outcome
from bots.slack.ears import Ears
from bots.slack.hearing import read_place
from bots.slack.pictures import Pictures
from bots.slack.workspaces import Workspace, Workspaces, at

_log = structlog.get_logger(__name__)

_HOME = "home"
KNOW_WITHIN = 1.5
"""Seconds to learn who a newcomer is: what they did must be confirmed within three."""

Clock = Callable[[], float]


class Slack:
    """One app of Slack in one or many workspaces, heard over Socket Mode or over HTTP."""

    name = hearing.NAME
    bot = hearing.NAME
    listens_alone = False  # each delivery goes to one of all connections
    patient = False
    limits = Limits(
        text=10_000,  # all blocks together hold about 13,000 characters
        caption=10_000,
        button=saying.MOST_LABEL,
        rows=40,
        row=5,
        upload=50_000_000,
        attachment=files.MOST_ATTACHMENT,
        toasts=False,
        forms=True,
        home=True,
        places=True,
        threads=True,
        commands="/crowd ",
    )

    def __init__(
        self,
        *,
        data_dir: Path,
        api: Api,
        workspaces: Workspaces,
        app_token: str = "",
        signing_secret: str = "",
        clock: Clock = time.monotonic,
        ping: float = ears.PING,
        more_routes: Sequence[web.RouteDef] = (),
    ) -> None:
        self._api = api
        self._workspaces = workspaces
        self._app_token = app_token
        self._data_dir = data_dir
        self._hear: Hear | None = None
        self._ears = Ears(
            api=api, workspaces=workspaces, signing_secret=signing_secret, receive=self._receive, ping=ping
        )
        self._pictures = Pictures(api, clock=clock)
        self._more_routes = more_routes
        self._answers = Answers(api, workspaces, clock=clock)
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def close(self) -> None:
        """Close all connections."""
        await self._api.close()

    @property
    def invite_link(self) -> Callable[[str], str] | None:
        """No link carries words to a Slack app: an invitation is typed there."""
        return None

    def routes(self) -> Sequence[web.RouteDef]:
        """What Slack calls, and what those call who install the app."""
        return [*ears.routes(self._ears), *self._more_routes]

    async def listen(self, hear: Hear) -> None:
        """Hear until cancelled."""
        self._hear = hear
        try:
            await self._ears.listen(self._app_token)
        finally:
            self._hear = None

    # --- heard ------------------------------------------------------------------------------------

    async def _receive(self, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Hear a payload whole; the answer to a form that was sent goes back with the confirmation."""
        if payload.get("type") == "event_callback" and await self._workspace_left(payload):
            return None
        try:
            arrived = hearing.hear(payload)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError) as error:
            _log.warning("unreadable payload", kind=payload.get("type"), trouble=type(error).__name__)
            return None
        said = None
        for one in arrived:
            said = await self._heard(one)
        return said

    async def _workspace_left(self, payload: Mapping[str, Any]) -> bool:
        event = payload.get("event")
        kind = event.get("type") if isinstance(event, dict) else None
        if kind not in ("app_uninstalled", "tokens_revoked"):
            return False
        if kind == "app_uninstalled" or (event or {}).get("tokens", {}).get("bot"):
            await self._workspaces.ended(str(payload.get("team_id")))
            _log.warning("a workspace took the app away", why=kind)
        return True

    async def _heard(self, arrived: hearing.Arrived) -> Mapping[str, Any] | None:
        hear, heard, context = self._hear, arrived.heard, arrived.context
        assert hear is not None, "only while listening"
        who = (heard.sender.workspace, heard.sender.user_id)
        if who in self._seen:
            heard = hearing.known(heard)
        if context is not None:
            self._answers.remember(heard.key, context)
        if not context or not context.blocks:
            await hear(heard)
            keep(self._seen, who, None)
            return None
        self._answers.await_one(heard.key)
        try:
            await hear(heard)
            await asyncio.sleep(0)  # it is answered by a task that began meanwhile: that comes first
        finally:
            answer = self._answers.taken(heard.key, context)
        return answer

    async def who_is(self, sender: Sender) -> Sender:
        """Name, language and time zone, as Slack has them."""
        try:
            there = await at(self._workspaces, sender.workspace)
            async with asyncio.timeout(KNOW_WITHIN):
                answer = await self._api.ask(
                    "users.info", there.token, user=sender.user_id, include_locale="true"
                )
            return hearing.introduced(sender, answer["user"])
        except (
            *(Refused, TryLater, NotSent, Blocked, TimeoutError),
            *(KeyError, TypeError, AttributeError),
        ) as trouble:
            _log.info("a newcomer is not introduced", why=type(trouble).__name__)
            return sender

    async def fetch(self, handle: str, into: Path, most: int) -> None:
        """Download a file that a person sent."""
        team, _, url = handle.partition(" ")
        try:
            there = await at(self._workspaces, team)
        except Blocked:
            raise NotSent("the workspace is gone") from None
        await files.fetch(self._api, there.token, url, into=into, most=most)

    # --- said -------------------------------------------------------------------------------------

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        """Post a new message: privately, in its place, or in the thread of the message `below`."""
        there = await at(self._workspaces, to.workspace)
        try:
            if message.place is not None and message.place.kind == _HOME:
                return await self._show_home(there, to, message)
            if message.place is not None:
                return await self._say_there(there, to, message, message.place)
            if below:
                return await self._follow(there, to, message, media, below)
            return await self._post(there, to, message, media)
        except Refused as refused:
            raise outcome(refused) from refused
        except (ValueError, OSError) as error:  # a button too long, a file that is not there
            raise Impossible(f"{type(error).__name__}: {error}") from error

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:
        """Replace the message `ref`: by the answer to the press on it, which has no rate, else by a call."""
        there = await at(self._workspaces, to.workspace)
        try:
            _, picture = await self._pictures.show(
                there, media, lambda picture: self._replace(there, ref, _body(message, picture))
            )
        except Refused as refused:
            raise outcome(refused) from refused
        except (ValueError, OSError) as error:
            raise Impossible(f"{type(error).__name__}: {error}") from error
        return Posted(ref, picture)

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        """Answer what carried the handle: with a form, with the faults of one, or with a whisper."""
        return await self._answers.acknowledge(handle, answer)

    async def show_menu(self, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        """The one command of the app is the same for everybody; `/crowd help` tells what may follow it."""

    async def _follow(
        self, there: Workspace, to: Address, message: Message, media: Media | None, below: str
    ) -> Posted:
        """In the thread of a message; in the private chat when its channel is gone or closed to us."""
        try:
            return await self._post(there, to, message, media, below)
        except Refused as refused:
            _log.info("a thread cannot be written to", why=refused.error)
        return await self._post(there, to, message, media)

    async def _post(
        self, there: Workspace, to: Address, message: Message, media: Media | None, below: str | None = None
    ) -> Posted:
        if message.attachment is not None:
            return await self._share(there, to, message, below)
        where = {"channel": to.user_id}
        if below is not None:
            where["channel"], _, where["thread_ts"] = below.partition(":")
        answer, picture = await self._pictures.show(
            there,
            media,
            lambda picture: self._api.call(
                "chat.postMessage", there.token, {**where, **_body(message, picture)}
            ),
        )
        return Posted(_ref(answer), picture)

    async def _replace(self, there: Workspace, ref: str, body: dict[str, Any]) -> dict[str, Any]:
        if await self._answers.edit(ref, body):
            return {}
        channel, _, ts = ref.partition(":")
        return await self._api.call("chat.update", there.token, {"channel": channel, "ts": ts, **body})

    async def _share(self, there: Workspace, to: Address, message: Message, below: str | None) -> Posted:
        assert message.attachment is not None, "asked before"
        path = await asyncio.to_thread(
            path_of, message.attachment, data_dir=self._data_dir, most=files.MOST_ATTACHMENT
        )
        file_id = await files.upload(self._api, there.token, path, message.attachment.name)
        where: dict[str, Any] = {"blocks": saying.blocks(message)} if message.parts else {}
        if below is not None:
            channel, _, where["thread_ts"] = below.partition(":")
        else:
            answer = await self._api.call("conversations.open", there.token, {"users": to.user_id})
            channel = str(answer["channel"]["id"])
        await files.complete(
            self._api, there.token, file_id, title=message.attachment.name, channel_id=channel, **where
        )
        return Posted(f"{channel}:{file_id}")

    async def _say_there(self, there: Workspace, to: Address, message: Message, place: Place) -> Posted:
        """Words in the place, or privately when nobody lets us in there."""
        channel, thread, url = read_place(place.ref)
        body = _body(message, None)
        try:
            if place.kind == "post":
                return await self._post_there(there, channel, url, body)
            if url is not None:
                await self._api.respond(
                    url, {"response_type": "ephemeral", "replace_original": False, **body}
                )
            else:
                arguments = {"channel": channel, "user": to.user_id, **body}
                if thread is not None:
                    arguments["thread_ts"] = thread
                await self._api.call("chat.postEphemeral", there.token, arguments)
            return Posted("")
        except Refused as refused:
            _log.info("a place cannot be written to", why=refused.error)
        return await self._post(there, to, saying.otherwise(message), None)

    async def _post_there(
        self, there: Workspace, channel: str, url: str | None, body: dict[str, Any]
    ) -> Posted:
        """As a member of the channel, so that a thread can follow; else by the way in that a command opened."""
        try:
            answer = await self._api.call("chat.postMessage", there.token, {"channel": channel, **body})
        except Refused:
            if url is None:
                raise
            await self._api.respond(url, {"response_type": "in_channel", **body})
            return Posted("")
        return Posted(_ref(answer))

    async def _show_home(self, there: Workspace, to: Address, message: Message) -> Posted:
        arguments = {"user_id": to.user_id, "view": home.view(message)}
        answer = await self._api.call("views.publish", there.token, arguments)
        return Posted(str(answer.get("view", {}).get("id", "")))


def _body(message: Message, picture: str | None) -> dict[str, Any]:
    return {"text": saying.text(message), "blocks": saying.blocks(message, picture=picture)}


def _ref(answer: Mapping[str, Any]) -> str:
    """Where a message stands: its channel and its moment, which is its name."""
    try:
        return f"{answer['channel']}:{answer['ts']}"
    except KeyError as missing:
        raise NotSent("nonsense in place of a message") from missing
