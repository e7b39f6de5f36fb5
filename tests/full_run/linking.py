"""People who are on two platforms: two workers at first, one worker who taps now here, now there, once linked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.full_run.crowd import Crowd, Worker
from tests.full_run.people import card_of

_CODE = re.compile(r"^[2-9B-Z]{8}$", re.MULTILINE)
WRONG = "BCDF2345"


@dataclass(frozen=True, slots=True)
class Twin:
    """One person, whom nobody knows to be one."""

    first: Worker  # has been here for longer, and stays
    second: Worker


async def work_in_turn(crowd: Crowd, twins: list[Twin], *, rounds: int) -> None:
    """They answer here and then there, so that the same tasks come to them twice."""
    for one in [*(twin.first for twin in twins), *(twin.second for twin in twins)]:
        await one.user.says("/task")
    await crowd.house.calm()
    for _ in range(rounds):
        for half in ([twin.first for twin in twins], [twin.second for twin in twins]):
            for worker, card in crowd.in_hand(half):
                await crowd.answer(worker, card)
            await crowd.house.calm()


@dataclass(frozen=True, slots=True)
class Doubled:
    """The tasks that somebody answered twice: those that were paid already, and those where one answer went."""

    paid: int
    dropped: int


async def link(crowd: Crowd, twin: Twin, *, code_from: Worker) -> Doubled:
    """Link the two accounts when nothing can be undone any more: then the books know what was paid."""
    await crowd.house.later(minutes=2)
    paid = crowd.paid()
    other = twin.second if code_from is twin.first else twin.first
    await code_from.says("/link")
    code = _CODE.search(code_from.last.words)
    assert code is not None, code_from.last.words
    await other.says(f"/link {WRONG}")
    wrong = other.t("This code is not right. Please look again at your other chat, and send it once more.")
    assert wrong in other.last.words
    await other.says(f"/link {code[0]}")
    assert other.t("Link these two chats?") in other.last.words
    await other.taps("link")
    assert other.t("Linked. In both chats you are the same person now.") in _all(other)
    told = code_from.t("This chat is linked with your other one now: one balance, one queue.")
    assert told in _all(code_from)
    first, second = twin.first.name, twin.second.name
    doubled = {
        task for name, task in crowd.books.tapped if name == first and (second, task) in crowd.books.tapped
    }
    dropped = crowd.books.join(first, second, paid=paid)
    twin.first.phones = [twin.first.user, twin.second.user]
    twin.first.answers += twin.second.answers
    crowd.workers.remove(twin.second)
    return Doubled(len(doubled & paid), dropped)


def _all(worker: Worker) -> str:
    return "\n".join(message.words for message in worker.user.chat)


async def taps_in_both(crowd: Crowd, worker: Worker) -> None:
    """The card of one chat is shown in the other and answered in both at once: it counts once."""
    await worker.says("/task")
    here = card_of(worker)
    assert here is not None
    await worker.changes_phone()
    await crowd.house.calm()
    there = card_of(worker)
    assert there is not None
    assert there.assignment == here.assignment, "one person, one card"
    elsewhere = worker.other_phone
    data = await crowd.answer(worker, there)
    taps = [worker.presses[-1], await elsewhere.presses_data(here.message, data)]
    await crowd.house.calm()
    assert [tap.toast for tap in taps].count(worker.t("Already saved.")) == 1
    await worker.says("/task")


async def check_one_balance(worker: Worker) -> None:
    """Both chats tell the same points."""
    told = []
    for phone in worker.phones:
        worker.user = phone
        told.append((await worker.says("/balance")).words)
    assert told[0] == told[1], told
