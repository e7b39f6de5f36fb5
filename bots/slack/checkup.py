"""What an operator should know of the Slack app before anybody writes to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bots.checkup.asking import Answer, Asking, NoAnswer
from bots.checkup.finding import Finding, Report, broken, fine, look
from bots.settings import Settings
from bots.slack.installing import INSTALL_PATH
from bots.slack.manifest import SCOPES
from bots.slack.modes import Mode, faults, is_served, mode_of

SLACK = "https://slack.com/api/"
ABOUT = "Slack"
DELIVERY = "Slack delivery"
PERMISSIONS = "Slack permissions"
_WRONG_TOKEN = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
    }
)


async def check_slack(settings: Settings, asking: Asking) -> Report:
    """What was found; nothing where Slack is not served."""
    if not is_served(settings):
        return Report()
    wrong = [broken(ABOUT, fault.found, mend=fault.mend) for fault in faults(settings)]
    bot, app = settings.slack_bot_token.get_secret_value(), settings.slack_app_token.get_secret_value()
    base = f"{(settings.slack_api_url or SLACK).rstrip('/')}/"
    speaking = asking.post(f"{base}auth.test", token=bot) if bot else asking.post(f"{base}api.test")
    try:
        if app:
            spoke, opened = await asyncio.gather(
                speaking, asking.post(f"{base}apps.connections.open", token=app)
            )
        else:
            spoke, opened = await speaking, None
    except NoAnswer as none:
        mend = (
            "Check CHATCROWD_SLACK_API_URL."
            if settings.slack_api_url
            else "Check this machine's network, its proxy settings and its firewall."
        )
        return Report((*wrong, broken(ABOUT, str(none), mend=mend)))
    findings = (*_speaking(spoke, with_token=bool(bot)), *_hearing(settings, opened), *wrong)
    return Report(findings, spoke.ahead)


def _speaking(answer: Answer, *, with_token: bool) -> Iterator[Finding]:
    error = str(answer.body.get("error", "unknown_error"))
    if answer.body.get("ok") is not True:
        if with_token and error in _WRONG_TOKEN:
            yield broken(
                ABOUT,
                f"the bot token is refused ({error})",
                mend="Copy CHATCROWD_SLACK_BOT_TOKEN again from the app's page OAuth & Permissions.",
            )
        else:
            yield broken(
                ABOUT, f"refuses to answer ({error})", mend="Wait a few minutes, then run this again."
            )
        return
    if not with_token:
        yield fine(
            ABOUT, f"can be reached; workspaces install the app at {INSTALL_PATH} of the public address"
        )
        return
    said = {name: str(answer.body.get(name, "?")) for name in ("user", "team", "team_id")}
    yield fine(ABOUT, f"{said['user']} in {said['team']}, workspace {said['team_id']}")
    yield _permissions(answer.headers.get("x-oauth-scopes"))


def _permissions(header: str | None) -> Finding:
    if header is None:
        return look(
            PERMISSIONS,
            "Slack does not say which ones were given",
            mend=f"Compare the bot token scopes on OAuth & Permissions with: {', '.join(SCOPES)}.",
        )
    missing = sorted(set(SCOPES) - {one.strip() for one in header.split(",")})
    if missing:
        return broken(
            PERMISSIONS,
            f"missing: {', '.join(missing)}",
            mend="Paste `chatcrowd manifest` into the app's page App Manifest, then reinstall the app.",
        )
    return fine(PERMISSIONS, f"all {len(SCOPES)}")


def _hearing(settings: Settings, opened: Answer | None) -> Iterator[Finding]:
    if mode_of(settings) is Mode.HTTP or opened is None:
        if settings.slack_signing_secret.get_secret_value():
            yield fine(DELIVERY, "HTTP; whether Slack's requests arrive cannot be seen from inside")
        return
    error = str(opened.body.get("error", "unknown_error"))
    if opened.body.get("ok") is True:
        both = bool(settings.slack_signing_secret.get_secret_value())
        yield fine(DELIVERY, "Socket Mode; the signing secret is not used" if both else "Socket Mode")
    elif error == "missing_scope":
        yield broken(
            DELIVERY,
            "the app token may not open connections",
            mend="Generate an app-level token with the scope connections:write, for CHATCROWD_SLACK_APP_TOKEN.",
        )
    elif error in _WRONG_TOKEN:
        yield broken(
            DELIVERY,
            f"the app token is refused ({error})",
            mend="Copy CHATCROWD_SLACK_APP_TOKEN again from Basic Information, App-Level Tokens.",
        )
    else:
        yield broken(
            DELIVERY,
            f"Slack opens no connection ({error})",
            mend="Turn on Socket Mode on the app's page of that name, then run this again.",
        )
