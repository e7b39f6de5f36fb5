"""Slack from the operator's settings."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bots.settings import Settings
from bots.slack.api import Api, Refused
from bots.slack.installing import install_routes
from bots.slack.platform import Slack
from bots.slack.workspaces import Installed, OneWorkspace, Workspace
from bots.trouble import Trouble
from core.clock import Clock
from core.store import Store
from core.vault import Vault


async def open_slack(settings: Settings, *, store: Store, vault: Vault, clock: Clock) -> Slack:
    """The platform, ready to listen.

    Raises:
        Trouble: when Slack does not know a token.
        TryLater, NotSent: when Slack is out of reach.
    """
    api = Api(_with_slash(settings.slack_api_url))
    try:
        return await _opened(api, settings, store=store, vault=vault, clock=clock)
    except BaseException:
        await api.close()
        raise


async def _opened(api: Api, settings: Settings, *, store: Store, vault: Vault, clock: Clock) -> Slack:
    first = OneWorkspace()
    token = settings.slack_bot_token.get_secret_value()
    if token:
        first.is_at(await _known(api, token))
    app_token = settings.slack_app_token.get_secret_value()
    if app_token:
        await _can_connect(api, app_token)
    workspaces = Installed(store=store, vault=vault, clock=clock, first=first)
    more: Sequence[web.RouteDef] = ()
    if settings.slack_client_id:
        more = install_routes(
            api=api,
            workspaces=workspaces,
            vault=vault,
            clock=clock,
            client_id=settings.slack_client_id,
            client_secret=settings.slack_client_secret.get_secret_value(),
            public_url=settings.public_url,
        )
    return Slack(
        data_dir=settings.data_dir,
        api=api,
        workspaces=workspaces,
        app_token=app_token,
        signing_secret="" if app_token else settings.slack_signing_secret.get_secret_value(),
        more_routes=more,
    )


async def _known(api: Api, token: str) -> Workspace:
    """The workspace of a bot token."""
    try:
        found = await api.ask("auth.test", token)
        return Workspace(
            team=found["team_id"], token=token, bot_user=found["user_id"], bot_id=found.get("bot_id", "")
        )
    except (Refused, KeyError):
        raise Trouble(
            "Slack does not know this bot token: copy CHATCROWD_SLACK_BOT_TOKEN again, "
            "then `chatcrowd doctor` says more."
        ) from None


async def _can_connect(api: Api, app_token: str) -> None:
    """Whether Slack lets us connect: the library would go on trying with a wrong token for ever."""
    try:
        await api.ask("apps.connections.open", app_token)
    except Refused:
        raise Trouble(
            "Slack does not know this app token: copy CHATCROWD_SLACK_APP_TOKEN again (scope connections:write) "
            "and switch on Socket Mode."
        ) from None


def _with_slash(url: str) -> str:
    return url if not url or url.endswith("/") else f"{url}/"
