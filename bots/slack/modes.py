"""How Slack reaches us by the settings given, and what is missing for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bots.settings import Settings


class Mode(StrEnum):
    """How events arrive: over a connection that we open, or as requests to our address."""

    SOCKET = "Socket Mode"
    HTTP = "HTTP"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the settings, and the sentence that says what to do."""

    found: str
    mend: str


def is_served(settings: Settings) -> bool:
    """Whether the operator wants Slack at all."""
    return any(
        (
            settings.slack_bot_token.get_secret_value(),
            settings.slack_app_token.get_secret_value(),
            settings.slack_signing_secret.get_secret_value(),
            settings.slack_client_id,
            settings.slack_client_secret.get_secret_value(),
        )
    )


def mode_of(settings: Settings) -> Mode:
    """Socket Mode where its token is given, also when both ways are: it needs no address."""
    return Mode.SOCKET if settings.slack_app_token.get_secret_value() else Mode.HTTP


def faults(settings: Settings) -> Iterator[Fault]:
    """Why Slack cannot be served like this; nothing when it can."""
    bot, app = settings.slack_bot_token.get_secret_value(), settings.slack_app_token.get_secret_value()
    client, secret = settings.slack_client_id, settings.slack_client_secret.get_secret_value()
    if bot and not bot.startswith("xoxb-"):
        yield Fault(
            "the bot token is of another kind",
            "Copy the Bot User OAuth Token into CHATCROWD_SLACK_BOT_TOKEN: it begins with xoxb-.",
        )
    if app and not app.startswith("xapp-"):
        yield Fault(
            "the app token is of another kind",
            "Copy an app-level token into CHATCROWD_SLACK_APP_TOKEN: it begins with xapp-.",
        )
    if bool(client) != bool(secret):
        yield Fault(
            "half of what installs the app in other workspaces",
            "Set both CHATCROWD_SLACK_CLIENT_ID and CHATCROWD_SLACK_CLIENT_SECRET, or neither.",
        )
    if not bot and not (client and secret):
        yield Fault(
            "nothing to speak with",
            "Set CHATCROWD_SLACK_BOT_TOKEN, or client id and secret to serve several workspaces.",
        )
    signing = settings.slack_signing_secret.get_secret_value()
    if not app and not signing:
        yield Fault(
            "nothing to hear with",
            "Set CHATCROWD_SLACK_APP_TOKEN for Socket Mode, or CHATCROWD_SLACK_SIGNING_SECRET for HTTP.",
        )
    if ((signing and not app) or client) and not settings.public_url:
        yield Fault(
            "no address for Slack to call",
            "Set CHATCROWD_PUBLIC_URL, or CHATCROWD_SLACK_APP_TOKEN and no client id: Socket Mode needs no address.",
        )
