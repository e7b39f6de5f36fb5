"""People who ask for a card and put the phone away: the reminder, the price, the late answer, the closed card."""

from __future__ import annotations

from tests.full_run.crowd import PENALTY, Crowd, Worker
from tests.full_run.people import Card, card_of

Forgotten = list[tuple[Worker, Card]]


async def takes_a_card(workers: list[Worker]) -> Forgotten:
    """They ask for a card, look at it, and put the phone away."""
    for worker in workers:
        await worker.user.says("/task")
    await workers[0].house.calm()
    held = [(worker, card) for worker in workers if (card := card_of(worker)) is not None]
    assert len(held) == len(workers)
    return held


async def a_night_passes(crowd: Crowd, forgotten: Forgotten) -> None:
    """The cards that were asked for run out, after a reminder and each at a price that is said."""
    house = crowd.house
    for side in house.sides:
        side.bad_night()
    await house.later(hours=16)
    assert house.unmet() == []
    for worker, card in forgotten:
        crowd.books.late.add((worker.name, card.task))
        cost = worker.t.n(
            "The time for your task is over: %(count)s point was taken back.",
            "The time for your task is over: %(count)s points were taken back.",
            PENALTY,
        )
        said = [message.words for message in worker.user.chat]
        assert sum(cost in words for words in said) == 1, said
        after = worker.t.n(
            "After that it costs %(count)s point.", "After that it costs %(count)s points.", PENALTY
        )
        assert sum(after in words for words in said) == 1, said


async def the_late_answer(crowd: Crowd, forgotten: Forgotten) -> None:
    """The first answers on the old card, the second asks to see it again."""
    (first, card), (second, _) = forgotten
    await crowd.answer(first, card)
    await second.taps("show")
    shown = card_of(second)
    assert shown is not None
    await crowd.answer(second, shown)
    await crowd.house.calm()
    for worker, _ in forgotten:
        assert worker.was_told(worker.t("Saved, though late. Thank you!"))


async def the_away_return(workers: list[Worker]) -> None:
    """Who could not be reached any more writes again, and gets a card; nobody leaves from now on."""
    for worker in workers:
        if worker.habit == "leaves":
            worker.habit = ""
    away = [one for one in workers if one.away]
    assert away
    for worker in away:
        worker.away = False
        worker.side.returns(worker.user)
        await worker.says("/task")


async def too_late(forgotten: Forgotten) -> None:
    """A day later the old card says so."""
    for worker, card in forgotten:
        before = len(worker.user.chat)
        await worker.press(card.message, _an_answer(card))
        await worker.house.calm()
        over = worker.t("Too late: this task is decided. Send /task for the next one.")
        assert worker.toast == worker.reads(over)
        assert len(worker.user.chat) == before


def _an_answer(card: Card) -> str:
    data = card.message.versions[0].buttons[0][0].data
    assert data is not None
    return data
