"""A process of its own: the stand-in for Telegram, and people who tap as soon as the bot has answered."""

from __future__ import annotations

import asyncio
import itertools
import sys
from typing import Any

from tests.benchmarks.lines import serve_lines
from tests.standins.telegram import Message, TelegramStandIn, User

FIRST_USER = 1001
PATIENCE = 60.0


async def main(people: int) -> None:
    """Serve until told to quit."""
    async with TelegramStandIn(history=False) as telegram:
        users = [telegram.user(FIRST_USER + at, first_name="Ana", started=True) for at in range(people)]

        async def begin(_arguments: dict[str, Any]) -> dict[str, Any]:
            """Everybody asks for a task."""
            await telegram.updates.polled(timeout=PATIENCE)
            for user in users:
                await user.says("/task")
                await user.until(lambda user=user: _card(user), timeout=PATIENCE)  # type: ignore[misc]  # user is bound
            return {}

        async def work(arguments: dict[str, Any]) -> dict[str, Any]:
            """So many taps in all; a tap is done when it is answered and its card is edited."""
            left = itertools.count()
            trips: int = arguments["trips"]

            async def one(user: User) -> None:
                while (number := next(left)) < trips:
                    await _tap(user, number)

            async with asyncio.TaskGroup() as group:
                for user in users:
                    group.create_task(one(user))
            return {}

        await serve_lines({"url": telegram.url}, {"begin": begin, "work": work})


def _card(user: User) -> Message | None:
    cards = [one for one in user.chat if one.from_bot and one.buttons and len(one.buttons) > 1]
    return cards[-1] if cards else None


async def _tap(user: User, number: int) -> None:
    card = _card(user)
    assert card is not None, user.transcript()
    edits = card.edits
    labels = card.buttons[0]
    press = await user.presses_data(card, labels[number % len(labels)].data or "")
    await press.answered(timeout=PATIENCE)
    await user.until(lambda: card.edits > edits or None, timeout=PATIENCE, what="the next card")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
