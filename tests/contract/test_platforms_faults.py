"""What every platform promises when its other side fails: one clear outcome, no secret told, nothing left behind."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import structlog

from bots.dialogue.vocabulary import Button, Form, Message, Para, Sender, Toast, Wrong
from bots.platform import Blocked, Impossible, NotSent, Posted, TryLater
from core.store import Store
from i18n import Content, Phrase
from tests.contract.platforms import Side, platforms, ways

CARD = Message((Para(Phrase("Which animal is it?")),), ((Button(Phrase("Cat"), "1:a:7:0"),),))
OTHER = Message((Para(Phrase("Another")),))
OUTCOMES = (TryLater, NotSent, Blocked, Impossible)
SENTENCE = Phrase("Not this.")
ANSWERS = (
    None,
    Toast(SENTENCE),
    Toast(SENTENCE, alert=True),
    Form("1:x", SENTENCE, (), SENTENCE),
    Wrong({"": SENTENCE, "title": SENTENCE}),
)
COMMON = {"too many", "broken", "garbage", "reset before", "reset after"}


async def outcome_of(call: Awaitable[object]) -> Exception | None:
    """How a call ended, when not well."""
    try:
        await call
    except OUTCOMES as outcome:
        return outcome
    return None


async def test_every_network_has_its_faults(side: Side) -> None:
    """The web chat keeps its own history: nothing lies between us and it that could fail."""
    assert side.faults.keys() >= COMMON or side.platform.name == "web"


@pytest.fixture(params=["send", "edit"])
def speak(request: pytest.FixtureRequest) -> Callable[[Side, Posted], Awaitable[Posted]]:
    """Both ways to say something."""

    async def send(side: Side, _: Posted) -> Posted:
        return await side.platform.send(side.person, OTHER, None)

    async def edit(side: Side, posted: Posted) -> Posted:
        return await side.platform.edit(side.person, posted.ref, OTHER, None)

    return send if request.param == "send" else edit


async def test_every_fault_has_one_outcome(
    side: Side, speak: Callable[[Side, Posted], Awaitable[Posted]]
) -> None:
    """A time to wait, or not knowing whether it arrived; and the next call works."""
    posted = await side.platform.send(side.person, CARD, None)
    for name, fault in side.faults.items():
        fault()
        if name == "too many":
            with pytest.raises(TryLater) as told:
                await speak(side, posted)
            assert told.value.seconds == 7
        else:
            with pytest.raises(NotSent):
                await speak(side, posted)
        side.passes(60)
        await speak(side, posted)
    assert side.complaints() == []


async def test_who_is_not_there_is_blocked(
    side: Side, speak: Callable[[Side, Posted], Awaitable[Posted]]
) -> None:
    """So that nobody writes to them until they write again."""
    if side.stranger is None:
        return
    with pytest.raises(Blocked):
        await side.platform.send(side.stranger, CARD, None)


async def test_what_cannot_be_said_is_impossible(side: Side) -> None:
    """A button that no platform carries: it is refused for good, and nothing is gone."""
    for data in ("", "x" * 4000):
        wrong = Message((Para(Phrase("x")),), ((Button(Phrase("A"), data),),))
        outcome = await outcome_of(side.platform.send(side.person, wrong, None))
        assert outcome is None or (isinstance(outcome, Impossible) and not outcome.gone)


@pytest.mark.parametrize("answer", ANSWERS, ids=["nothing", "toast", "alert", "form", "faults"])
async def test_an_answer_never_raises(side: Side, answer: Toast | Form | Wrong | None) -> None:
    """Whatever became of the press it answers, and whatever happens on the way."""
    for handle in ("", "nonsense", "slack:T1:t:nobody", "1"):
        shown = await side.platform.acknowledge(handle, answer)
        assert shown is not True or not isinstance(answer, Form) or not side.platform.limits.forms
    for fault in side.faults.values():
        fault()
        await side.platform.acknowledge("nonsense", answer)
        side.passes(60)


async def test_the_menu_fails_as_messages_do(side: Side) -> None:
    """Or not at all, where there is none."""
    menu = [("task", "Get a task & <go>"), ("help", "Hilfe")]
    await side.platform.show_menu(side.person, menu)
    for fault in side.faults.values():
        fault()
        outcome = await outcome_of(side.platform.show_menu(side.person, menu))
        assert outcome is None or isinstance(outcome, TryLater | NotSent)
        side.passes(60)


# --- secrets --------------------------------------------------------------------------------------


async def test_no_secret_is_told(
    side: Side, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither in an error, nor in what led to it, nor in any log."""
    caplog.set_level(logging.DEBUG)
    platform, person, told = side.platform, side.person, []
    sender = Sender(platform.name, person.workspace, person.user_id, "", introduced=False)
    posted = await platform.send(person, CARD, None)

    async def calls() -> None:
        doing: list[Awaitable[object]] = [
            platform.send(person, CARD, None),
            platform.edit(person, posted.ref, CARD, None),
            platform.fetch("nobody's file", tmp_path / "into", 100),
            platform.show_menu(person, [("task", "Task")]),
            platform.acknowledge("handle", Toast(SENTENCE)),
            platform.who_is(sender),
        ]
        for one in doing:
            outcome = await outcome_of(one)
            if outcome is not None:
                told.append("".join(traceback.format_exception(outcome)))
            side.passes(60)

    await calls()
    for fault in side.faults.values():
        for _ in range(6):
            fault()
        await calls()
    with structlog.testing.capture_logs() as logged:
        for fault in side.faults.values():
            fault()
            await calls()
    seen = "\n".join(
        [*told, caplog.text, str(logged), *capsys.readouterr(), repr(platform), repr(side.platform)]
    )
    assert told or not side.faults
    for secret in side.secrets:
        assert secret not in seen


async def test_a_server_that_is_away_tells_no_secret(
    side: Side, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Connection errors name addresses, and addresses may hold a token."""
    caplog.set_level(logging.DEBUG)
    if not side.faults:
        return
    await side.away()
    with pytest.raises(NotSent) as told:
        await side.platform.send(side.person, CARD, None)
    await side.platform.acknowledge("handle", None)
    seen = "".join(traceback.format_exception(told.value)) + caplog.text + "".join(capsys.readouterr())
    for secret in side.secrets:
        assert secret not in seen


# --- the end --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [way for platform in platforms() for way in ways(platform)])
async def test_nothing_is_left_behind(name: str, sqlite_store: Store, tmp_path: Path) -> None:
    """After closing no task of ours runs, and no connection is open (an open one would be a warning)."""
    opener = {way: opener for platform in platforms() for way, opener in ways(platform).items()}[name]
    before = asyncio.all_tasks()
    async with opener(sqlite_store, tmp_path) as side:
        await side.platform.send(side.person, Message((Para(Content("bye")),)), None)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before == set()
