"""Payouts: everything that goes over everybody, in batches that resume where they stopped."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable, Sequence
from pathlib import Path

from bots.dialogue import notices
from bots.dialogue import payouts as words
from bots.dialogue.vocabulary import Attachment
from bots.errands.desk import EXPORTS, Desk, account_of
from core import payouts
from core.domain.money import Money, paid_exactly
from core.events import Event
from core.jobs import Job
from core.payouts import reference
from core.store import payouts as rows
from core.store.payouts import Line, Payout
from core.store.transaction import Transaction

COLUMNS = ("reference", "person", "platform", "points", "amount", "currency")
LOOKS = 3
"""People may be merged while a statement is made, so one looks again; who is merged all the time waits."""


async def go_on(desk: Desk, job: Job) -> None:
    """Do what the job says: look, make, tell or cancel.

    Raises:
        LostJob: when another process holds it now.
        Refused: not_allowed.
    """
    match job.details["do"]:
        case "look":
            await _look(desk, job)
        case "make":
            await _make(desk, job)
        case "tell":
            await _each(desk, job, lambda tx, after: payouts.tell_some(tx, _number(job), after=after))
            await desk.store.write(lambda tx: desk.end(tx, job))
        case "cancel":
            await _cancel(desk, job)
    desk.nudge(account_of(job))


def _number(job: Job) -> int:
    return int(job.details["payout"])


async def _look(desk: Desk, job: Job) -> None:
    minimum = dict(desk.house.payout_minimum)
    found = await desk.store.read(lambda tx: payouts.overview(tx, desk.turn(tx, job).person, minimum))

    def say(tx: Transaction) -> None:
        desk.end(tx, job)
        desk.tell(tx, job, words.overview(desk.voice(tx, job), found, minimum), slot=words.SLOT)

    await desk.store.write(say)


# --- making one -----------------------------------------------------------------------------------


async def _make(desk: Desk, job: Job) -> None:
    number = _number(job)
    for _ in range(LOOKS):
        due = await desk.store.read(lambda tx: payouts.due(tx, number))
        if not due:
            break
        for batch in payouts.batches(due):
            await _happen(desk, job, lambda tx, batch=batch: _settle(tx, desk, number, batch))  # type: ignore[misc]  # batch is bound
    await desk.store.write(lambda tx: _finish(tx, desk, job))
    one, lines, reached = await desk.store.read(lambda tx: _statement(tx, number))
    name = f"payout-{number}-{one.currency}.csv"
    path = desk.export(f"{job.id}-{name}")
    await asyncio.to_thread(write_statement, path, one, lines, reached)
    await desk.store.write(lambda tx: _send(tx, desk, job, one, lines, path=path, name=name))


def _settle(tx: Transaction, desk: Desk, number: int, batch: Sequence[Line]) -> tuple[Event, ...]:
    return payouts.settle_some(tx, number, batch, now=desk.clock.now())


async def _happen(desk: Desk, job: Job, unit: Callable[[Transaction], tuple[Event, ...]]) -> None:
    """A unit of the job, and the messages it causes."""

    def whole(tx: Transaction) -> list[int]:
        desk.hold(tx, job)
        return notices.announce(tx, desk.postbox, unit(tx), now=desk.clock.now())

    for account in await desk.store.write(whole):
        desk.nudge(account)


def _finish(tx: Transaction, desk: Desk, job: Job) -> None:
    desk.hold(tx, job)
    payouts.finish(tx, _number(job), now=desk.clock.now())


def _statement(tx: Transaction, number: int) -> tuple[Payout, list[Line], dict[int, str]]:
    one = rows.find(tx, number)
    assert one is not None, "statements are never deleted"
    return one, rows.lines(tx, number), rows.platforms(tx)


def write_statement(path: Path, one: Payout, lines: Sequence[Line], reached: dict[int, str]) -> None:
    """The file for whoever pays: a row per person, amounts exact, no names and no addresses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for line in lines:
            amount = paid_exactly(Money(line.amount, one.currency))
            where = reached.get(line.person_id, "")
            known = reference(one.id, line.person_id)
            out.writerow((known, line.person_id, where, line.points, amount, one.currency))


def _send(
    tx: Transaction, desk: Desk, job: Job, one: Payout, lines: Sequence[Line], *, path: Path, name: str
) -> None:
    desk.end(tx, job)
    t = desk.voice(tx, job)
    if not lines:
        desk.tell(tx, job, words.nothing_to_pay(t), slot=words.SLOT)
        return
    people, points, amount = rows.total(tx, one.id)
    said = words.made(t, one, people=people, points=points, amount=amount)
    desk.tell(tx, job, said, slot=words.SLOT)
    desk.tell(tx, job, words.file(t, Attachment(f"{EXPORTS}/{path.name}", name)), key="statement")
    payouts.exported(tx, desk.turn(tx, job).person, one.id, now=desk.clock.now())


# --- telling, and cancelling ----------------------------------------------------------------------


async def _cancel(desk: Desk, job: Job) -> None:
    number = _number(job)
    await _each(
        desk,
        job,
        lambda tx, after: payouts.give_back_some(tx, number, after=after, now=desk.clock.now()),
    )

    def say(tx: Transaction) -> None:
        desk.end(tx, job)
        desk.tell(tx, job, words.given_back(desk.voice(tx, job), number), slot=words.SLOT)

    await desk.store.write(say)


async def _each(
    desk: Desk, job: Job, step: Callable[[Transaction, int], tuple[tuple[Event, ...], int | None]]
) -> None:
    """Go over a statement's people in batches; `row` of the job is the last one that was done."""

    def unit(tx: Transaction, after: int) -> tuple[list[int], int | None]:
        events, last = step(tx, after)
        desk.advance(tx, job, row=after if last is None else last, rows=None, tally={})
        return notices.announce(tx, desk.postbox, events, now=desk.clock.now()), last

    after: int | None = job.row
    while after is not None:
        accounts, after = await desk.store.write(lambda tx, after=after: unit(tx, after))  # type: ignore[misc]  # after is bound
        for account in accounts:
            desk.nudge(account)
