"""Installing the app in further workspaces: Slack's OAuth, with what it gives kept sealed in the database."""

from __future__ import annotations

import base64
import logging
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import datetime, timedelta

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bots.slack.api import Api
from bots.slack.manifest import OAUTH_PATH, SCOPES
from bots.slack.workspaces import Installed, Workspace
from core.clock import Clock
from core.vault import Unsealable, Vault

_log = structlog.get_logger(__name__)

INSTALL_PATH = "/slack/install"
STATE_LASTS = timedelta(minutes=10)


class _Keeper(AsyncInstallationStore):
    """Keeps what Bolt learned about a workspace."""

    def __init__(self, workspaces: Installed) -> None:
        self._workspaces = workspaces

    async def async_save(self, installation: Installation) -> None:
        if not installation.team_id or not installation.bot_token or not installation.bot_user_id:
            raise BoltError("an installation for a whole organisation is not supported: choose a workspace")
        await self._workspaces.keep(
            Workspace(
                team=installation.team_id,
                token=installation.bot_token,
                bot_user=installation.bot_user_id,
                bot_id=installation.bot_id or "",
            )
        )


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, but whatever goes wrong with Slack is told on a page."""

    async def run_installation(self, code: str) -> Installation | None:
        try:
            return await self._installation(code)
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as trouble:
            failure = type(trouble).__name__
        except (ValueError, TypeError, LookupError, AttributeError) as nonsense:
            failure = type(nonsense).__name__
        _log.warning("a workspace was not installed", why=failure)
        return None

    async def _installation(self, code: str) -> Installation:
        settings = self.settings
        given = await self.client.api_call(
            "oauth.v2.access",
            data={
                "client_id": settings.client_id,
                "client_secret": settings.client_secret,
                "code": code,
                "redirect_uri": settings.redirect_uri,
            },
        )
        token = str(given["access_token"])
        tested = await self.client.api_call("auth.test", headers={"Authorization": f"Bearer {token}"})
        return Installation(
            app_id=given.get("app_id"),
            team_id=(given.get("team") or {}).get("id"),
            enterprise_id=(given.get("enterprise") or {}).get("id"),
            bot_token=token,
            bot_id=tested.get("bot_id"),
            bot_user_id=given.get("bot_user_id"),
            user_id=given["authed_user"]["id"],
            is_enterprise_install=bool(given.get("is_enterprise_install")),
        )


class _Seals(AsyncOAuthStateStore):
    """States that tell by themselves until when they are good, so that any process knows them.

    A browser's cookie binds a state to who began, and Slack's code works once.
    """

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def async_issue(self, *_args: object, **_kwargs: object) -> str:
        until = self._clock.now() + STATE_LASTS
        return base64.urlsafe_b64encode(self._vault.seal(until.isoformat().encode())).decode().rstrip("=")

    async def async_consume(self, state: str) -> bool:
        try:
            sealed = base64.urlsafe_b64decode(state + "=" * (-len(state) % 4))
            until = datetime.fromisoformat(self._vault.unseal(sealed).decode())
        except (NotBase64, Unsealable, ValueError):
            return False
        return self._clock.now() < until


def install_routes(
    *,
    api: Api,
    workspaces: Installed,
    vault: Vault,
    clock: Clock,
    client_id: str,
    client_secret: str,
    public_url: str,
) -> Sequence[web.RouteDef]:
    """The page from which the app is installed, and where Slack sends people back to."""
    logger = logging.getLogger("slack_bolt")
    flow = _Flow(
        client=api.client,
        logger=logger,
        settings=AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=list(SCOPES),
            redirect_uri=public_url.rstrip("/") + OAUTH_PATH,
            install_path=INSTALL_PATH,
            redirect_uri_path=OAUTH_PATH,
            install_page_rendering_enabled=False,
            installation_store=_Keeper(workspaces),
            state_store=_Seals(vault, clock),
            state_expiration_seconds=int(STATE_LASTS.total_seconds()),
            logger=logger,
        ),
    )

    async def install(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await flow.handle_installation(await to_bolt_request(request)))

    async def back(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await flow.handle_callback(await to_bolt_request(request)))

    return [web.get(INSTALL_PATH, install), web.get(OAUTH_PATH, back)]
