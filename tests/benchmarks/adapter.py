"""Round trips a bot makes in a second of processor time: the whole product against bare bots."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from tests.benchmarks.lines import Asked, asked
from tests.benchmarks.measuring import Rounds, Sample, Stopwatch
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.telegram_side import FIRST_USER
from tests.benchmarks.templates import Template, template

PRODUCT = "chatcrowd: typed, checked, durable"
STOCK = "bare python-telegram-bot, its own httpx transport"
FAST = "bare python-telegram-bot, our aiohttp transport"
BOTS = (PRODUCT, STOCK, FAST)
PEOPLE = 16


async def run(folder: Path, *, rounds: int, trips: int, people: int = PEOPLE, tasks: int = 10_000) -> Report:
    """Measure; every contestant has a Telegram and a process of its own in every round."""
    users = [str(FIRST_USER + at) for at in range(people)]
    made = await template(folder, workers=users, tasks=tasks, platform="telegram")
    seen = Rounds()
    for _ in range(rounds):
        for name in BOTS:
            seen.add(name, await _measured(made, name, people=people, trips=trips))
    rows = tuple(
        (
            name,
            seen.per_cpu_second(name).written(0),
            seen.cpu_ms(name).written(3),
            seen.rate(name).written(0),
            seen.cheaper(PRODUCT, name).written() if name != PRODUCT else "",
        )
        for name in BOTS
    )
    table = Table(
        f"Round trips through Telegram's Bot API, {people} people at once",
        ("", "per CPU second of the bot", "CPU ms each", "per second of the clock", "ours ×"),
        rows,
        (
            "A round trip: a tap arrives by getUpdates; answerCallbackQuery and editMessageText are called. The bare "
            "bots keep nothing; ours runs whole, with its database at synchronous=FULL.",
            "The strict stand-in for the Bot API runs in a process of its own and shares the two cores, so the "
            "clock says less than the processor time.",
        ),
    )
    against_stock, against_fast = seen.cheaper(PRODUCT, STOCK), seen.cheaper(PRODUCT, FAST)
    return Report(
        (table,),
        (
            Goal(
                "round trips per CPU second against the stock bot",
                "≥ 1.5×",
                f"{against_stock.written()}×",
                against_stock.median >= 1.5,
            ),
            Goal(
                "round trips per CPU second against the aiohttp bot",
                "≥ 0.5×",
                f"{against_fast.written()}×",
                against_fast.median >= 0.5,
            ),
        ),
    )


async def _measured(made: Template, name: str, *, people: int, trips: int) -> Sample:
    async with (
        asked("tests.benchmarks.telegram_side", str(people)) as telegram,
        _bot(made, name, telegram.ready["url"]) as bot,
    ):
        await telegram.ask("begin")
        await telegram.ask("work", trips=max(trips // 5, 1))  # imports, first connections, first plans
        before, watch = await bot.ask("used"), Stopwatch()
        await telegram.ask("work", trips=trips)
        wall, after = watch.seconds(), await bot.ask("used")
        return Sample(trips, wall, after["seconds"] - before["seconds"])


def _bot(made: Template, name: str, url: str) -> AbstractAsyncContextManager[Asked]:
    if name == PRODUCT:
        return asked("tests.benchmarks.product_side", url, str(made.copy("adapter")))
    return asked("tests.benchmarks.bare_side", "httpx" if name == STOCK else "aiohttp", url)
