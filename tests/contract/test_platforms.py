"""What every platform promises: it hears exactly, confirms nothing too early, and ends cleanly."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bots.dialogue.buttons import LONGEST
from bots.dialogue.vocabulary import (
    Button,
    Command,
    Heard,
    Message,
    Para,
    Press,
    Sender,
    Text,
    Toast,
    Upload,
)
from bots.platform import Impossible, NotSent, Platform
from i18n import Phrase
from tests.contract.platforms import Side, platforms, ways
from tests.integration.telegram_ears import Ear, listening

CARD = Message(
    (Para(Phrase("Which animal is it?")),),
    ((Button(Phrase("Cat"), "1:a:7:0"), Button(Phrase("Dog"), "1:a:7:1")),),
)
TYPED = [
    "hello",
    "a < b && c > d, <b>bold</b>, &lt; &amp;amp;",
    "*not bold* _nor_ ~this~ `or` ```that``` [x](http://y) \\* ||nor|| __this__",
    "@everyone @channel <!here> <@U1> #general :smile:",
    "مرحبا (عالم) 123 – שלום",
    "two\nlines\n\nand > a third",
    "😀 👨‍👩‍👧 ﷽ é é",
    "https://example.org/a?b=1&c=2#d",
]


@asynccontextmanager
async def hearing(side: Side, ear: Ear) -> AsyncIterator[None]:
    """The platform listens, and people can speak to it."""
    async with listening(side.platform, ear):
        await side.ready()
        yield


# --- the registry ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", platforms())
def test_every_platform_has_a_harness(name: str) -> None:
    """A new platform is tested from the moment its folder exists: write it a harness beside the others."""
    assert ways(name), f"tests/contract/platforms/{name}.py is missing"


async def test_a_platform_is_named_as_its_folder(any_side: Side) -> None:
    """Accounts, keys and settings go by that name."""
    platform: Platform = any_side.platform
    assert platform.name in platforms()
    assert platform.bot


async def test_the_limits_are_sane(side: Side) -> None:
    """What the dialogue needs at least, and what would make no sense."""
    limits = side.platform.limits
    assert limits.data >= LONGEST
    assert limits.text >= limits.caption >= 500
    assert limits.toast >= 100
    assert limits.button >= 20
    assert limits.rows >= 8
    assert limits.row >= 3
    assert min(limits.upload, limits.attachment) >= 1_000_000
    assert re.fullmatch(r"/(\w+ )?", limits.commands)


async def test_an_invitation_link_carries_its_token(side: Side) -> None:
    """Where there are such links, they open the chat; elsewhere the invitation is typed."""
    make = side.platform.invite_link
    if make is None:
        return
    token = "w_" + "A-z9" * 15
    assert re.fullmatch(rf"https://[\w.-]+\.\w+/\S*{re.escape(token)}", make(token))


# --- hearing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", TYPED)
async def test_words_arrive_as_they_were_typed(any_side: Side, words: str) -> None:
    """Nothing is interpreted, escaped or lost on the way in."""
    ear = Ear()
    async with hearing(any_side, ear):
        await any_side.types(words)
        (heard,) = await ear.until(1)
        await any_side.confirmed()
    assert heard.what == Text(words)
    assert heard.place is None
    sender, person = heard.sender, any_side.person
    assert (sender.platform, sender.workspace, sender.user_id) == (
        any_side.platform.name,
        person.workspace,
        person.user_id,
    )
    assert heard.key.startswith(f"{sender.platform}:")
    assert any_side.complaints() == []


@pytest.mark.parametrize("args", ["", "w_1", "2026-03-02", "a <b> & *c*\nline two"])
async def test_a_command_arrives_with_its_words(any_side: Side, args: str) -> None:
    """In lower case, without what the platform puts before it."""
    ear = Ear()
    async with hearing(any_side, ear):
        await any_side.commands("Start", args)
        (heard,) = await ear.until(1)
        await any_side.confirmed()
    assert isinstance(heard.what, Command)
    assert (heard.what.name, heard.what.args) == ("start", args)
    assert heard.place is None


async def test_a_press_says_what_and_where(any_side: Side) -> None:
    """The data of its button and the message it stands on; its answer reaches the person."""
    ear = Ear()

    async def answer(heard: Heard) -> None:
        assert isinstance(heard.what, Press)
        assert await any_side.platform.acknowledge(heard.what.handle, Toast(Phrase("Saved & <kept>.")))

    ear.then = answer
    async with hearing(any_side, ear):
        posted = await any_side.platform.send(any_side.person, CARD, None)
        told = await any_side.taps(posted.ref, "Dog")
        (heard,) = await ear.until(1)
        assert await told() == "Saved & <kept>."
        await any_side.confirmed()
    assert isinstance(heard.what, Press)
    assert (heard.what.data, heard.what.message) == ("1:a:7:1", posted.ref)
    assert any_side.complaints() == []


async def test_a_file_arrives_and_can_be_fetched(any_side: Side, tmp_path: Path) -> None:
    """Byte for byte; of one that is too large, or that is not there, nothing is kept."""
    data, into, platform = bytes(range(256)) * 3000, tmp_path / "into", any_side.platform
    ear = Ear()

    async def fetch(heard: Heard) -> None:
        assert isinstance(heard.what, Upload)
        await platform.fetch(heard.what.handle, into, len(data))
        assert into.read_bytes() == data
        into.unlink()
        with pytest.raises(Impossible):
            await platform.fetch(heard.what.handle, into, len(data) - 1)
        assert not into.exists()
        with pytest.raises(NotSent):
            await platform.fetch(f"{heard.what.handle}x", into, len(data))
        assert not into.exists()

    ear.then = fetch
    async with hearing(any_side, ear):
        await any_side.sends("tâsks ñ.csv", data, "/addtasks 1")
        (heard,) = await ear.until(1)
        await any_side.confirmed()
    assert isinstance(heard.what, Upload)
    assert (heard.what.name, heard.what.size, heard.what.caption) == ("tâsks ñ.csv", len(data), "/addtasks 1")


async def test_every_event_has_a_key_of_its_own(any_side: Side) -> None:
    """The same words twice are two events."""
    ear = Ear()
    async with hearing(any_side, ear):
        posted = await any_side.platform.send(any_side.person, CARD, None)
        for count in (1, 3):
            await any_side.types("again")
            await ear.until(count)
            await any_side.taps(posted.ref, "Dog")
            await ear.until(count + 1)
            await any_side.confirmed()
    assert len({one.key for one in ear.heard}) == 4


@pytest.mark.parametrize("kind", ["words", "command", "press", "file"])
async def test_a_double_delivery_has_the_same_key(any_side: Side, kind: str) -> None:
    """By which the inbox knows it."""
    ear = Ear()
    async with hearing(any_side, ear):
        posted = await any_side.platform.send(any_side.person, CARD, None)
        match kind:
            case "words":
                await any_side.types("once")
            case "command":
                await any_side.commands("task")
            case "press":
                await any_side.taps(posted.ref, "Dog")
            case _:
                await any_side.sends("x.csv", b"text\nx\n")
        (first,) = await ear.until(1)
        await any_side.confirmed()
        await any_side.repeats()
        again = (await ear.until(2))[1]
        await any_side.confirmed()
    assert again.key == first.key
    assert again.what == first.what


async def test_nothing_is_confirmed_before_it_was_heard(any_side: Side) -> None:
    """While we work on an event, or keep it, the platform would still give it again."""
    ear, working, go_on = Ear(), asyncio.Event(), asyncio.Event()

    async def waits(_: Heard) -> None:
        working.set()
        await go_on.wait()

    ear.then = waits
    async with hearing(any_side, ear):
        await any_side.types("hold on")
        await working.wait()
        assert any_side.unconfirmed() == 1
        go_on.set()
        await ear.until(1)
        await any_side.confirmed()
        assert any_side.unconfirmed() == 0


async def test_what_could_not_be_heard_comes_again(any_side: Side) -> None:
    """A database that is away for a moment costs nobody their words."""
    ear, tries = Ear(), []

    async def fails_first(heard: Heard) -> None:
        tries.append(heard.key)
        if len(tries) == 1:
            raise OSError("the disk is away")

    ear.then = fails_first
    async with hearing(any_side, ear):
        await any_side.types("please")
        (heard,) = await ear.until(1)
        await any_side.confirmed()
    assert heard.what == Text("please")
    assert tries == [heard.key, heard.key]


async def test_people_do_not_wait_for_themselves(any_side: Side) -> None:
    """While one event is worked on, the next is at least taken, so that its platform can have it confirmed."""
    ear, first, go_on = Ear(), asyncio.Event(), asyncio.Event()

    async def waits(heard: Heard) -> None:
        if heard.what == Text("one"):
            first.set()
            await go_on.wait()
        else:
            go_on.set()

    ear.then = waits
    if any_side.platform.patient:
        go_on.set()  # these may work on one event after the other
    async with hearing(any_side, ear):
        await any_side.types("one")
        await first.wait()
        await any_side.types("two")
        heard = await ear.until(2)
        await any_side.confirmed()
    assert {one.what for one in heard} == {Text("one"), Text("two")}


# --- beginning and ending -------------------------------------------------------------------------


async def test_listening_begins_and_ends_as_often_as_one_likes(any_side: Side) -> None:
    """Nothing is left running; what was said meanwhile is heard, or said again by who was told to wait."""
    before = asyncio.all_tasks()
    for turn in range(3):
        ear = Ear()
        async with hearing(any_side, ear):
            await any_side.types(f"turn {turn}")
            await ear.until(1)
            await any_side.confirmed()
        assert [one.what for one in ear.heard] == [Text(f"turn {turn}")]
    ours = {task for task in asyncio.all_tasks() - before if not _of_the_other_side(task)}
    assert not {task for task in ours if not task.done()}


def _of_the_other_side(task: asyncio.Task[object]) -> bool:
    """Whether a task serves the stand-in, or a connection of an HTTP server that is kept alive."""
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and ("/tests/" in code.co_filename or "/aiohttp/web" in code.co_filename)


async def test_who_is_somebody_never_fails(side: Side) -> None:
    """Nobody is kept out because their profile cannot be read."""
    for workspace in (side.person.workspace, "T-elsewhere"):
        for user in (side.person.user_id, "nobody"):
            sender = Sender(side.platform.name, workspace, user, "", introduced=False)
            found = await side.platform.who_is(sender)
            assert (found.platform, found.workspace, found.user_id) == (
                sender.platform,
                sender.workspace,
                sender.user_id,
            )
    for fault in side.faults.values():
        fault()
        known = Sender(side.platform.name, side.person.workspace, side.person.user_id, "", introduced=False)
        assert (await side.platform.who_is(known)).user_id == known.user_id
        side.passes(60)
