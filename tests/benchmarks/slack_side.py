"""A process of its own: the stand-in for Slack, and people who tap soon after the app has answered."""

from __future__ import annotations

import asyncio
import itertools
import sys
from typing import Any

from tests.benchmarks.lines import serve_lines
from tests.standins.slack import Message, SlackStandIn, User

TEAM = "T1"
BOT_TOKEN, BOT_USER = "xoxb-T1", "UBOT"
APP_TOKEN = "xapp-1"
SIGNING_SECRET = "shhh"
PATIENCE = 60.0
REACTION = 0.01
"""Seconds between two taps of a person: Slack pushes a tap at once, and nobody sees a card before it is answered."""


async def main(people: int) -> None:
    """Serve until told to quit."""
    async with SlackStandIn(
        team=TEAM,
        bot_token=BOT_TOKEN,
        bot_user=BOT_USER,
        app_token=APP_TOKEN,
        signing_secret=SIGNING_SECRET,
        history=False,
    ) as slack:
        users = [slack.user(name) for name in names(people)]

        async def begin(arguments: dict[str, Any]) -> dict[str, Any]:
            """Everybody asks for a task, once the app can be reached: at its address, or by its connection."""
            if arguments["address"]:
                await slack.deliver_to(arguments["address"])
            else:
                await slack.connected(timeout=PATIENCE)
            for user in users:
                await user.command("task")
                await user.until(lambda user=user: _card(user), timeout=PATIENCE)  # type: ignore[misc]  # user is bound
            return {}

        async def work(arguments: dict[str, Any]) -> dict[str, Any]:
            """So many taps in all; a tap is done when it is confirmed and its card is edited."""
            left, before = itertools.count(), slack.calls.counts.copy()
            trips: int = arguments["trips"]

            async def one(user: User) -> None:
                while (number := next(left)) < trips:
                    await _tap(user, number)

            async with asyncio.TaskGroup() as group:
                for user in users:
                    group.create_task(one(user))
            await slack.drained(PATIENCE)
            calls = slack.calls.counts - before
            return {
                "calls": {f"{method}: {how}": count for (method, how), count in calls.items()},
                "faults": [*slack.violations, *(one.reason for one in slack.late)],
            }

        await serve_lines({"url": slack.api_url}, {"begin": begin, "work": work})


def names(people: int) -> list[str]:
    """The user ids."""
    return [f"U{1001 + at}" for at in range(people)]


def _card(user: User) -> Message | None:
    cards = [one for one in user.chat if one.from_bot and one.buttons and len(one.buttons) > 1]
    return cards[-1] if cards else None


async def _tap(user: User, number: int) -> None:
    await asyncio.sleep(REACTION)
    card = _card(user)
    assert card is not None, user.transcript()
    edits = card.edits
    labels = card.buttons[0]
    press = await user.presses_data(card, labels[number % len(labels)].data or "")
    await press.answered(timeout=PATIENCE)
    await user.until(lambda: card.edits > edits or None, timeout=PATIENCE, what="the next card")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
