"""Taps a Slack app answers with an edit in a second of processor time: the whole product against bare Bolt apps."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bots.slack.modes import Mode
from tests.benchmarks.lines import Asked, asked
from tests.benchmarks.measuring import Rounds, Sample, Stopwatch
from tests.benchmarks.reporting import Goal, Report, Table
from tests.benchmarks.slack_bare import Way
from tests.benchmarks.slack_side import TEAM, names
from tests.benchmarks.templates import Template, template

PRODUCT = "chatcrowd: typed, checked, durable"
CALLS = {
    Way.RESPOND: "response_url",
    Way.SHARED_RESPOND: "response_url",
    Way.UPDATE: "chat.update",
    Way.SHARED_UPDATE: "chat.update",
}
SAME_CALL = tuple(way for way, call in CALLS.items() if call == "response_url")
"""The bare apps that edit as the product does; the goal is set against the cheaper one."""
PEOPLE = 16
GOAL = 0.6


async def run(
    folder: Path,
    *,
    rounds: int,
    trips: int,
    people: int = PEOPLE,
    tasks: int = 10_000,
    ways: Sequence[Way] = tuple(Way),
) -> Report:
    """Measure both modes; every contestant has a Slack and a process of its own in every round."""
    made = await template(folder, workers=names(people), tasks=tasks, platform="slack", workspace=TEAM)
    seen = {mode: Rounds() for mode in Mode}
    for _ in range(rounds):
        for mode, its in seen.items():
            for way in (None, *ways):
                its.add(_name(way), await _measured(made, mode, way, people=people, trips=trips))
    return Report(
        tuple(_table(mode, its, ways, people) for mode, its in seen.items()),
        tuple(_goal(mode, its, ways) for mode, its in seen.items()),
    )


def _name(way: Way | None) -> str:
    return PRODUCT if way is None else f"bare Bolt, {way}"


def _table(mode: Mode, seen: Rounds, ways: Sequence[Way], people: int) -> Table:
    rows = tuple(
        (
            _name(way),
            seen.per_cpu_second(_name(way)).written(0),
            seen.cpu_ms(_name(way)).written(3),
            seen.rate(_name(way)).written(0),
            "" if way is None else seen.cheaper(PRODUCT, _name(way)).written(),
        )
        for way in (None, *ways)
    )
    return Table(
        f"From tap to edit on Slack, {mode}, {people} people at once",
        ("", "per CPU second of the app", "CPU ms each", "per second of the clock", "ours ×"),
        rows,
        (
            "A round trip: a press arrives and is confirmed, its card is edited, and the event by which Slack tells "
            "an app of its own edit is confirmed too; ten milliseconds later comes the next press. The bare apps keep "
            "nothing; ours runs whole, with its database at synchronous=FULL.",
            "Ours edits by the press's response_url, so the goal is set against the cheaper of the bare apps that "
            "do the same.",
        ),
    )


def _goal(mode: Mode, seen: Rounds, ways: Sequence[Way]) -> Goal:
    same = [seen.cheaper(PRODUCT, _name(way)) for way in ways if way in SAME_CALL]
    against = min(same, key=lambda spread: spread.median)
    return Goal(
        f"tap to edit on Slack per CPU second against bare Bolt, {mode}",
        f"≥ {GOAL}×",
        f"{against.written()}×",
        against.median >= GOAL,
    )


async def _measured(made: Template, mode: Mode, way: Way | None, *, people: int, trips: int) -> Sample:
    async with (
        asked("tests.benchmarks.slack_side", str(people)) as slack,
        _app(made, slack.ready["url"], mode, way) as app,
    ):
        await slack.ask("begin", address=app.ready["address"])
        await slack.ask("work", trips=max(trips // 5, 1))  # imports, first connections, first plans
        before, watch = await app.ask("used"), Stopwatch()
        told = await slack.ask("work", trips=trips)
        wall, after = watch.seconds(), await app.ask("used")
    call = "response_url" if way is None else CALLS[way]
    if told != {"calls": {f"{call}: ok": trips}, "faults": []}:
        raise RuntimeError(f"{_name(way)} did not do what is compared: {told}")
    return Sample(trips, wall, after["seconds"] - before["seconds"])


def _app(made: Template, url: str, mode: Mode, way: Way | None) -> AbstractAsyncContextManager[Asked]:
    if way is None:
        return asked("tests.benchmarks.slack_product", url, mode, str(made.copy("slack")))
    return asked("tests.benchmarks.slack_bare", url, mode, way)
