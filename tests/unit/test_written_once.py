"""The conversation is written once: no platform is named where it is told, nor in the core."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.contract.platforms import platforms

ROOT = Path(__file__).resolve().parents[2]
OTHER_WAY = "web"
"""People are told of the web chat as the other way for what is too large for a chat, so it may be named."""
BRANDS = (
    *("bot api", "botfather", "inline keyboard", "callback query", "callback_query", "chat_id"),
    *(
        "block kit",
        "bolt",
        "mrkdwn",
        "socket mode",
        "app home",
        "home tab",
        "modal",
        "slash command",
        "ephemeral",
    ),
    *("response_url", "trigger_id", "workspace admin", "discord", "whatsapp"),
)
NAMED = sorted({*platforms(), *BRANDS} - {OTHER_WAY})
WORDS = re.compile(rf"\b({'|'.join(re.escape(name) for name in NAMED)})s?\b", re.IGNORECASE)
FILES = sorted(path for room in ("bots/dialogue", "core") for path in (ROOT / room).rglob("*.py"))


def test_the_names_come_from_the_platforms_there_are() -> None:
    """A new platform's name is looked for from the moment its folder exists."""
    assert {"telegram", "slack"} <= set(NAMED)
    assert len(FILES) > 80


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_platform_is_named(path: Path) -> None:
    """Neither in code, nor in a comment, nor in what people read."""
    found = {
        f"{number}: {line.strip()}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if WORDS.search(line)
    }
    assert not found


def test_what_is_looked_for_would_be_found() -> None:
    """Also inside a sentence, in any case, and as a part of a dotted name."""
    for line in ("# as Slack does", "from bots.telegram import x", "an inline keyboard", "opens modals"):
        assert WORDS.search(line)
    for line in ("a slackening pace", "the web chat", "a home"):
        assert not WORDS.search(line)
