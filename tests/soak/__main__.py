"""`make soak`: kill the service at random moments and at every named point, and prove that nothing is lost."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.consensus import methods
from tests.soak.driver import METHOD, RANDOM, Outcome, Plan, Soak
from tests.soak.fuses import REFITTING, Point
from tests.soak.sides import Side
from tests.soak.slack import slack_side
from tests.soak.telegram import telegram_side

WAYS: Mapping[str, Callable[[], AbstractAsyncContextManager[Side]]] = {
    "telegram": telegram_side,
    "slack": slack_side,
    "slack-http": partial(slack_side, over_http=True),
}
"""How the service is reached."""


def kills(count: int, points: Sequence[Point]) -> list[str]:
    """Every named point in turn, with two random moments after each third."""
    found: list[str] = []
    while len(found) < count:
        for at, point in enumerate(points):
            found.append(str(point))
            if at % 3 == 2:
                found += [RANDOM, RANDOM]
    return found[:count]


def table(outcome: Outcome) -> str:
    """The figures, as a table."""
    lines = ["killed at              times  not passed in time"]
    lines += [f"{name:22} {outcome.killed[name]:5}  {outcome.missed[name]:18}" for name in outcome.killed]
    taps = ", ".join(f"{name} {count}" for name, count in outcome.taps.most_common())
    lines += [
        "",
        f"kills                  {outcome.killed.total()} in {outcome.seconds:.0f} s",
        f"tasks                  {outcome.tasks}",
        f"answers kept           {outcome.answers}",
        f"answers shown as saved {outcome.saved}",
        f"refits put in use      {outcome.generation}; {outcome.reopened} tasks opened once more",
        f"rewards, penalties     {outcome.rewards}, {outcome.penalties}",
        f"taps                   {taps}",
        f"messages twice         {outcome.doubled.around_crashes} around a kill, "
        f"{len(outcome.doubled.without_reason)} without one",
        f"edits without change   {outcome.doubled.empty_edits}",
        *(f"{name:22} {value}" for name, value in outcome.figures),
        f"wrong                  {len(outcome.problems)}",
        *outcome.problems,
    ]
    return "\n".join(lines)


async def run(way: str, data: Path, *, count: int, seed: int, method: str) -> Outcome:
    """One run against a stand-in of its own."""
    async with WAYS[way]() as side:
        plan = Plan(kills=(), seed=seed, method=method)
        points = [point for point in side.points if plan.weighs or point not in REFITTING]
        return await Soak(replace(plan, kills=kills(count, points)), data, side).run()


def main() -> int:
    """The command; it ends with 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", choices=sorted(WAYS), default="telegram")
    parser.add_argument("--kills", type=int, default=55)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--method", choices=sorted(methods()), default=METHOD)
    parser.add_argument(
        "--keep", type=Path, help="a folder for the database and the log, to look at afterwards"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chatcrowd-soak-") as folder:
        data = options.keep or Path(folder)
        data.mkdir(parents=True, exist_ok=True)
        outcome = asyncio.run(
            run(options.platform, data, count=options.kills, seed=options.seed, method=options.method)
        )
    sys.stdout.write(table(outcome) + "\n")
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
