"""How Slack reaches us: its signature or our connection tells it is Slack, Bolt looks for the workspace."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from yarl import URL

from bots.slack.api import Api
from bots.slack.connection import Connection, Discreet, closed
from bots.slack.hearing import is_echo
from bots.slack.manifest import EVENTS_PATH
from bots.slack.workspaces import Workspace, Workspaces

_log = structlog.get_logger(__name__)

Receive = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]
"""Hears a payload whole; what it returns is answered, and when it raises, nothing is confirmed."""

PING = 10.0
"""Seconds between two signs of life of a connection."""
_SIGNED_BY_NOBODY = "only Socket Mode"
_NOT_INSTALLED = (
    "This workspace does not have the app any more. Please ask an admin here to install it again."
)


class Ears:
    """Bolt's app with a single listener, over HTTP or over Slack's own connection."""

    def __init__(
        self, *, api: Api, workspaces: Workspaces, signing_secret: str, receive: Receive, ping: float = PING
    ) -> None:
        self._api = api
        self._ping = ping
        self._receive = receive
        self._open = False
        self.has_http = bool(signing_secret)
        self._signatures = SignatureVerifier(signing_secret or _SIGNED_BY_NOBODY)
        logger = logging.getLogger("slack_bolt")
        logger.setLevel(logging.WARNING)  # below, it logs whole payloads

        async def authorize(team_id: str | None) -> AuthorizeResult | None:
            return None if team_id is None else _authorized(await workspaces.find(team_id))

        self._app = AsyncApp(
            user_facing_authorize_error_message=_NOT_INSTALLED,
            logger=logger,
            request_verification_enabled=False,  # `http` has checked it, unread
            authorize=authorize,  # type: ignore[arg-type]  # it may return None, as Bolt documents
            client=api.client,
            process_before_response=True,
        )
        self._app.use(_Listener(self._hear))

    async def _hear(self, body: Mapping[str, Any]) -> BoltResponse:
        if not self._open:  # starting or stopping: events come again
            return BoltResponse(status=503, body="")
        try:
            said = await self._receive(body)
        except Exception:  # whatever it was, Slack is not told that we have it
            _log.exception("a payload was not heard", kind=str(body.get("type", "command")))
            return BoltResponse(status=500, body="")
        return BoltResponse(status=200, body=dict(said) if said else "")

    async def listen(self, app_token: str) -> None:
        """Hear until cancelled: over Socket Mode with an app token, else whoever calls the route."""
        self._open = True
        try:
            if app_token:
                await self._listen_by_socket(app_token)
            else:
                await asyncio.Event().wait()
        finally:
            self._open = False

    async def http(self, request: web.Request) -> web.Response:
        """The route that Slack calls; nothing is read that it has not signed."""
        if not self.has_http:
            return web.Response(status=404)
        if not request.headers.get("X-Slack-Request-Timestamp", "").isdecimal():
            return web.Response(status=401)
        body = await request.read()
        try:
            if not self._signatures.is_valid_request(body, request.headers):
                return web.Response(status=401)
            payload = _payload(body.decode(), request.content_type)
            if is_echo(payload):
                return web.Response()
            return await to_aiohttp_response(await self._dispatched(payload))
        except (ValueError, TypeError, AttributeError, LookupError) as nonsense:
            _log.warning("a request was no payload", why=type(nonsense).__name__)
            return web.Response(status=400)

    async def _dispatched(self, payload: dict[str, Any]) -> BoltResponse:
        """A payload that is known to be Slack's, whatever way it came: Bolt looks for the workspace."""
        return await self._app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))

    async def _listen_by_socket(self, app_token: str) -> None:
        logger = logging.getLogger("slack_sdk.socket_mode")
        logger.setLevel(logging.WARNING)  # below, it logs whole payloads
        logger.addFilter(Discreet())
        client = Connection(
            app_token=app_token, logger=logger, web_client=self._api.client, ping_interval=self._ping
        )
        client.proxy = self._api.proxy(self._api.url)  # by itself it would also send loopback through one
        client.socket_mode_request_listeners.append(self._envelope)  # type: ignore[arg-type]  # typed for its base
        try:
            await client.connect()  # type: ignore[no-untyped-call]  # the library leaves it untyped
            await client.stay_connected()
        finally:
            await closed(client)

    async def _envelope(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        if is_echo(request.payload):  # one for each edit: Bolt would take as long over it as over a press
            await _acknowledge(client, request)
            return
        answer = await self._dispatched(request.payload)
        if answer.status != 200:
            return
        # Bolt's own words, as to a workspace that we do not know, are no payload.
        payload = json.loads(answer.body) if answer.body.startswith("{") else None
        await _acknowledge(client, request, payload)


class _Listener(AsyncMiddleware):
    """What Bolt hands everything to that it has checked; a plain function it would study for each payload."""

    def __init__(self, hear: Callable[[Mapping[str, Any]], Awaitable[BoltResponse]]) -> None:
        self._hear = hear

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002  (as Bolt calls it)
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002, ARG002  (as Bolt calls it)
    ) -> BoltResponse:
        return await self._hear(req.body)


async def _acknowledge(
    client: SocketModeClient, request: SocketModeRequest, payload: dict[str, Any] | None = None
) -> None:
    try:
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))
    except (ConnectionError, RuntimeError, AttributeError) as lost:  # the connection went: it comes again
        _log.info("an envelope was not acknowledged", why=type(lost).__name__)


def _payload(body: str, kind: str) -> dict[str, Any]:
    """An event as JSON, a command as a form, anything else as JSON in a form."""
    if kind == "application/json":
        payload: dict[str, Any] = json.loads(body)
        return payload
    # A press carries its whole message, every sign of it quoted: the standard library takes 20 times as long.
    form = dict(URL.build(path="/", query_string=body, encoded=True).query)
    return json.loads(form["payload"]) if "payload" in form else form


def _authorized(found: Workspace | None) -> AuthorizeResult | None:
    """Only workspaces that have the app are heard."""
    if found is None:
        return None
    return AuthorizeResult(
        enterprise_id=None,
        team_id=found.team,
        bot_token=found.token,
        bot_user_id=found.bot_user,
        bot_id=found.bot_id or None,
    )


def routes(ears: Ears) -> list[web.RouteDef]:
    """The one route for everything that Slack sends over HTTP."""
    return [web.post(EVENTS_PATH, ears.http)] if ears.has_http else []
