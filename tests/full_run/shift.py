"""A shift of work: everybody taps, round after round, with the habits that people have and the faults of a network."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import isawaitable

from tests.full_run.crowd import Crowd, Worker
from tests.full_run.people import Card
from tests.full_run.side import Mishap

HABITS = ("undoes", "skips", "pauses", "doubles", "leaves", "types", "asks again")


async def work(
    crowd: Crowd, workers: list[Worker], *, mishaps: Iterable[Mishap] = (), most: int | None = None
) -> int:
    """Work until nobody gets another card, or for `most` rounds; returns how many rounds that took."""
    coming = iter(mishaps)
    rounds = 0
    while rounds != most and (hands := crowd.in_hand(workers) or await _look_again(crowd, workers)):
        for some in (hands[::3], hands[1::3], hands[2::3]):
            await _befalls(next(coming, None))
            for worker, card in some:
                crowd.check_card(worker, card)
                await _act(crowd, worker, card)
        await crowd.house.calm()
        await _come_back(crowd, workers)
        rounds += 1
    return rounds


async def _befalls(mishap: Mishap | None) -> None:
    happening = mishap() if mishap is not None else None
    if isawaitable(happening):
        await happening


async def _look_again(crowd: Crowd, workers: list[Worker]) -> list[tuple[Worker, Card]]:
    """Who saw nothing to do looks whether others left something over since."""
    for worker in workers:
        if not worker.away:
            await worker.tap("next")
    await crowd.house.calm()
    return crowd.in_hand(workers)


async def _act(crowd: Crowd, worker: Worker, card: Card) -> None:
    """Answer; each habit shows once, after the first answers. Who has two chats goes from one to the other."""
    if worker.phones and worker.answers % 2 and worker.changed_at != worker.answers:
        await worker.changes_phone()
        return
    if worker.answers < 2 or not worker.habit:
        await crowd.answer(worker, card)
        return
    habit, worker.habit = worker.habit, ""
    match habit:
        case "undoes" if not _offers(card, "undo"):  # the card was asked for anew: it can be done on the next
            worker.habit = habit
            await crowd.answer(worker, card)
        case "undoes":
            await worker.tap("undo")
            del crowd.books.tapped[worker.name, worker.latest]
        case "skips":
            await worker.tap("skip")
        case "pauses":
            await worker.tap("pause")
            worker.habit = "paused"
        case "doubles":
            await worker.press(card.message, await crowd.answer(worker, card))
        case "leaves":
            worker.side.leaves(worker.user)
            worker.away = True
        case "types":
            await worker.user.says("what do I do now?")
        case "asks again":
            await worker.user.says("/task")
        case _:
            await crowd.answer(worker, card)


def _offers(card: Card, verb: str) -> bool:
    """Whether a card has a button of this verb."""
    return any((one.data or "").split(":")[1:2] == [verb] for row in card.message.buttons for one in row)


async def _come_back(crowd: Crowd, workers: list[Worker]) -> None:
    """Who paused goes on."""
    resting = [one for one in workers if one.habit == "paused"]
    for worker in resting:
        worker.habit = ""
        assert worker.t("Your card went back, without a penalty.") in worker.last.words
        await worker.tap("next")
    if resting:
        await crowd.house.calm()
