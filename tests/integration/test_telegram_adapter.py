"""What our Telegram says, against the strict stand-in over real HTTP, with every fault."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from telegram.error import InvalidToken

from bots.dialogue.vocabulary import Attachment, Button, Link, Toast, Upload
from bots.platform import Address, Blocked, Impossible, Media, NotSent, Platform, TryLater
from bots.telegram.pace import Pace
from bots.telegram.platform import Telegram
from core.clock import chance_of
from i18n import Phrase
from tests.integration.telegram_ears import ANA, CARD, TOKEN, Ear, listening, picture, said
from tests.standins.telegram import Flood, TelegramStandIn, User


@pytest.fixture
async def server() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(token=TOKEN) as server:
        yield server


@pytest.fixture
async def telegram(server: TelegramStandIn, tmp_path: Path) -> AsyncIterator[Telegram]:
    telegram = Telegram(token=TOKEN, api_url=server.url, data_dir=tmp_path, chance=chance_of(1))
    await telegram.start()
    yield telegram
    await telegram.close()


@pytest.fixture
def ana(server: TelegramStandIn) -> User:
    return server.user(1001, first_name="Ana", language_code="es", started=True)


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(picture("teal"))
    return path


@pytest.fixture
def dog(tmp_path: Path) -> Path:
    path = tmp_path / "dog.png"
    path.write_bytes(picture("navy"))
    return path


# --- who we are ------------------------------------------------------------------------------------


async def test_it_is_a_platform(telegram: Telegram) -> None:
    """What front desk and courier need of one, and what Telegram can carry."""
    platform: Platform = telegram
    assert (platform.name, platform.bot) == ("telegram", "42")
    assert telegram.username
    limits = platform.limits
    assert (limits.text, limits.caption, limits.toast, limits.data) == (4096, 1024, 200, 64)
    assert (limits.upload, limits.attachment, limits.edits_media) == (20_000_000, 50_000_000, False)


# --- saying ----------------------------------------------------------------------------------------


async def test_a_card_is_sent_and_edited(telegram: Telegram, ana: User) -> None:
    """The second card stands where the first was, without its buttons when it has none."""
    posted = await telegram.send(ANA, CARD, None)
    assert ana.last.text == "Task 1\n\na <cat>\n\n2 h left"
    assert ana.last.html.startswith("<b>Task 1</b>\n\n<blockquote>a &lt;cat&gt;</blockquote>")
    assert ana.last.labels == ["Cat", "Dog"]
    again = await telegram.edit(ANA, posted.ref, said("Done"), None)
    assert again == posted
    assert (len(ana.chat), ana.last.text, ana.last.labels) == (1, "Done", [])


async def test_no_link_is_previewed_and_silence_is_kept(
    telegram: Telegram, server: TelegramStandIn, ana: User
) -> None:
    """A link in a task must not show somebody's page below it."""
    await telegram.send(ANA, said("https://example.org", silent=True), None)
    await telegram.send(ANA, said("loud"), None)
    quiet, loud = server.calls.of("sendMessage")
    assert quiet.params["link_preview_options"] == {"is_disabled": True}
    assert quiet.params["disable_notification"] is True
    assert "disable_notification" not in loud.params


async def test_an_edit_that_changes_nothing_is_a_success(telegram: Telegram, ana: User) -> None:
    """Telegram calls it an error; nobody else does."""
    posted = await telegram.send(ANA, CARD, None)
    assert await telegram.edit(ANA, posted.ref, CARD, None) == posted
    assert ana.last.edits == 0


async def test_a_picture_is_uploaded_once(
    telegram: Telegram, server: TelegramStandIn, ana: User, cat: Path
) -> None:
    """Afterwards it is named by Telegram's id for it."""
    card = replace(CARD, picture="cat.png")
    first = await telegram.send(ANA, card, Media(cat))
    assert first.media_ref is not None
    assert server.bot_file(first.media_ref) == picture("teal")
    second = await telegram.send(ANA, card, Media(cat, first.media_ref))
    assert second.media_ref == first.media_ref
    assert [bool(call.files) for call in server.calls.of("sendPhoto")] == [True, False]
    assert ana.last.caption == "Task 1\n\na <cat>\n\n2 h left"
    assert ana.last.labels == ["Cat", "Dog"]


async def test_a_picture_is_replaced_in_place(telegram: Telegram, ana: User, cat: Path, dog: Path) -> None:
    """Uploaded, then by id with another caption, then the same once more."""
    card = replace(CARD, picture="x.png")
    posted = await telegram.send(ANA, card, Media(cat))
    edited = await telegram.edit(ANA, posted.ref, card, Media(dog))
    assert edited.ref == posted.ref
    assert edited.media_ref not in (None, posted.media_ref)
    thanks = said("Thanks", picture="x.png")
    for _ in range(2):
        assert await telegram.edit(ANA, posted.ref, thanks, Media(dog, edited.media_ref)) == edited
    assert (ana.last.photo, ana.last.caption, ana.last.labels) == (edited.media_ref, "Thanks", [])
    assert ana.last.edits == 2


async def test_only_the_caption_changes(telegram: Telegram, ana: User, cat: Path) -> None:
    """When the courier names no picture for a message that shows one."""
    posted = await telegram.send(ANA, replace(CARD, picture="x.png"), Media(cat))
    await telegram.edit(ANA, posted.ref, said("Thanks", picture="x.png"), None)
    assert (ana.last.photo, ana.last.caption) == (posted.media_ref, "Thanks")


async def test_a_stale_picture_is_uploaded_again(
    telegram: Telegram, server: TelegramStandIn, ana: User, cat: Path
) -> None:
    """Ids age, and belong to one bot only."""
    card = replace(CARD, picture="x.png")
    posted = await telegram.send(ANA, card, Media(cat, "of-another-bot"))
    assert server.bot_file(posted.media_ref or "") == picture("teal")
    edited = await telegram.edit(ANA, posted.ref, said("x", picture="x.png"), Media(cat, "of-another-bot"))
    assert edited.media_ref is not None
    assert len(ana.chat) == 1


async def test_a_picture_that_is_lost_is_told_in_words(telegram: Telegram, ana: User) -> None:
    """Without a file there is still the card."""
    await telegram.send(ANA, said("What is it?", picture="x.png", alt=Phrase("a cat")), None)
    assert ana.last.text == "a cat\n\nWhat is it?"


async def test_a_file_goes_to_the_person(
    telegram: Telegram, server: TelegramStandIn, ana: User, tmp_path: Path
) -> None:
    """Under the name it should have, with words and buttons below it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "7.csv").write_bytes(b"id,label\n1,cat\n")
    results = said("Here you are", attachment=Attachment("out/7.csv", 'ré\n"su" 猫.csv'), rows=CARD.rows)
    posted = await telegram.send(ANA, results, None)
    assert posted.media_ref is None
    assert (ana.last.file_name, ana.last.caption) == ('ré"su" 猫.csv', "Here you are")
    assert server.bot_file(ana.last.document or "") == b"id,label\n1,cat\n"
    await telegram.edit(ANA, posted.ref, replace(results, rows=()), None)
    assert ana.last.labels == []


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "missing.csv", "link"])
async def test_only_our_files_are_sent(
    telegram: Telegram, server: TelegramStandIn, tmp_path: Path, path: str
) -> None:
    """Nothing outside the data folder, by whatever name."""
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(Impossible):
        await telegram.send(ANA, said("x", attachment=Attachment(path, "x.csv")), None)
    assert server.calls.of("sendDocument") == []


async def test_a_file_too_large_for_telegram_is_not_sent(
    telegram: Telegram, server: TelegramStandIn, tmp_path: Path
) -> None:
    """It is refused before 50 MB travel."""
    with (tmp_path / "big.csv").open("wb") as big:
        big.truncate(50_000_001)
    with pytest.raises(Impossible, match="larger"):
        await telegram.send(ANA, said("x", attachment=Attachment("big.csv", "big.csv")), None)
    assert server.calls.of("sendDocument") == []


async def test_a_local_link_is_text(telegram: Telegram, ana: User) -> None:
    """Telegram takes no button to a host without a dot."""
    rows = ((Link(Phrase("Web"), "http://localhost:8080/x"), Link(Phrase("Help"), "https://example.org")),)
    await telegram.send(ANA, said("Open", rows=rows), None)
    assert ana.last.text == "Open\nWeb: http://localhost:8080/x"
    assert ana.last.labels == ["Help"]


# --- refusals and faults ---------------------------------------------------------------------------


async def test_what_cannot_be_built_is_impossible(telegram: Telegram, server: TelegramStandIn) -> None:
    """Too long a button, an address that is no chat: never a crash of the courier."""
    with pytest.raises(Impossible, match="64 bytes"):
        await telegram.send(ANA, said("x", rows=((Button(Phrase("A"), "x" * 65),),)), None)
    with pytest.raises(Impossible):
        await telegram.send(Address("", "@channel"), said("x"), None)
    assert server.calls.of("sendMessage") == []


async def test_people_who_cannot_be_reached(telegram: Telegram, server: TelegramStandIn, ana: User) -> None:
    """Blocked, deleted, or never seen: all final until they write."""
    posted = await telegram.send(ANA, CARD, None)
    server.block(ana)
    with pytest.raises(Blocked):
        await telegram.send(ANA, CARD, None)
    with pytest.raises(Blocked):
        await telegram.edit(ANA, posted.ref, said("x"), None)
    server.unblock(ana)
    server.deactivate(ana)
    with pytest.raises(Blocked):
        await telegram.send(ANA, CARD, None)
    server.user(1002)  # has never written
    for stranger in ("1002", "999"):
        with pytest.raises(Blocked):
            await telegram.send(Address("", stranger), CARD, None)


async def test_a_message_that_is_gone(telegram: Telegram, ana: User, cat: Path) -> None:
    """Deleted, or of another kind: the courier posts a new one."""
    with pytest.raises(Impossible) as told:
        await telegram.edit(ANA, "999", CARD, None)
    assert told.value.gone
    photo = await telegram.send(ANA, replace(CARD, picture="x"), Media(cat))
    with pytest.raises(Impossible) as told:
        await telegram.edit(ANA, photo.ref, said("text"), None)
    assert told.value.gone


async def test_a_message_telegram_does_not_take(telegram: Telegram, ana: User) -> None:
    """Empty or too long is final, and nothing is gone."""
    for message in (said(" "), said("x" * 4097)):
        with pytest.raises(Impossible) as told:
            await telegram.send(ANA, message, None)
        assert not told.value.gone


async def test_a_flood_is_a_time_to_wait(telegram: Telegram, server: TelegramStandIn, ana: User) -> None:
    """The courier comes back when Telegram said."""
    server.faults.too_many(7, method="sendMessage")
    with pytest.raises(TryLater) as told:
        await telegram.send(ANA, CARD, None)
    assert told.value.seconds == 7


@pytest.mark.parametrize(
    "fault", ["fails", "bad_gateway", "garbage", "nonsense", "resets_before", "resets_after"]
)
async def test_what_may_or_may_not_have_been_sent(
    telegram: Telegram, server: TelegramStandIn, ana: User, fault: str
) -> None:
    """The courier repeats it; the next call works."""
    faults: dict[str, Callable[[], None]] = {
        "fails": lambda: server.faults.fails(500, method="sendMessage"),
        "bad_gateway": lambda: server.faults.fails(502, method="sendMessage"),
        "garbage": lambda: server.faults.garbage(method="sendMessage"),
        "nonsense": lambda: server.faults.garbage(b'{"ok":true,"result":true}', method="sendMessage"),
        "resets_before": lambda: server.faults.resets_before(method="sendMessage"),
        "resets_after": lambda: server.faults.resets_after(method="sendMessage"),
    }
    faults[fault]()
    with pytest.raises(NotSent):
        await telegram.send(ANA, CARD, None)
    await telegram.send(ANA, CARD, None)
    assert len(ana.chat) == (2 if fault == "resets_after" else 1)


async def test_a_server_that_is_away(server: TelegramStandIn, telegram: Telegram, ana: User) -> None:
    """Nothing but waiting helps, and then all is well."""
    await server.stop()
    with pytest.raises(NotSent):
        await telegram.send(ANA, CARD, None)
    await telegram.acknowledge("1", Toast(Phrase("never raises")))
    await server.start()
    await telegram.send(ANA, CARD, None)
    assert len(ana.chat) == 1


async def test_a_wrong_token_is_said_at_the_start(server: TelegramStandIn, tmp_path: Path) -> None:
    """Before anybody waits for a bot that is none."""
    telegram = Telegram(token="42:WRONG", api_url=server.url, data_dir=tmp_path)
    with pytest.raises(InvalidToken) as told:
        await telegram.start()
    assert "WRONG" not in str(told.value)
    await telegram.close()


async def test_the_pace_spares_telegram(server: TelegramStandIn, tmp_path: Path, ana: User) -> None:
    """After a 429 the chat rests by itself, without asking Telegram again; other chats do not."""
    bo = server.user(1002, started=True)
    now = [100.0]
    pace = Pace(clock=lambda: now[0], patience=5)
    telegram = Telegram(token=TOKEN, api_url=server.url, data_dir=tmp_path, pace=pace)
    await telegram.start()
    server.faults.too_many(60, chat_id=1001)
    for _ in range(3):
        with pytest.raises(TryLater):
            await telegram.send(ANA, CARD, None)
    assert len(server.calls.of("sendMessage", chat_id=1001)) == 1
    await telegram.send(Address("", "1002"), CARD, None)
    now[0] += 60
    await telegram.send(ANA, CARD, None)
    assert (len(ana.chat), len(bo.chat)) == (1, 1)
    await telegram.close()


async def test_the_pace_keeps_telegrams_limits(tmp_path: Path) -> None:
    """However fast the courier is, a strict Telegram never has to say 429."""
    now = [100.0]

    def clock() -> float:
        return now[0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    async with TelegramStandIn(token=TOKEN, clock=clock, flood=Flood()) as server:
        people = [server.user(2000 + number, started=True) for number in range(12)]
        pace = Pace(clock=clock, sleep=sleep)
        telegram = Telegram(token=TOKEN, api_url=server.url, data_dir=tmp_path, pace=pace)
        await telegram.start()
        for turn in range(8):
            for person in people:
                words = "long " * 120 if turn % 3 == 0 else "short"
                await telegram.send(Address("", str(person.id)), said(words), None)
        assert len(server.calls.of("sendMessage", status=200)) == 96
        assert server.calls.of("sendMessage", status=429) == []
        await telegram.close()


# --- files from people -----------------------------------------------------------------------------


async def test_a_file_is_fetched(telegram: Telegram, ana: User, tmp_path: Path) -> None:
    """Byte for byte; nothing is kept of one that is too large or gone."""
    data = bytes(range(256)) * 2000
    ear = Ear()
    async with listening(telegram, ear):
        await ana.uploads("tasks.csv", data)
        upload = (await ear.until(1))[0].what
    assert isinstance(upload, Upload)
    into = tmp_path / "spool"
    await telegram.fetch(upload.handle, into, len(data))
    assert into.read_bytes() == data
    into.unlink()
    with pytest.raises(Impossible):
        await telegram.fetch(upload.handle, into, len(data) - 1)
    with pytest.raises(NotSent):
        await telegram.fetch("no-such-file", into, 10)
    assert not into.exists()


async def test_a_file_larger_than_telegram_gives_away(telegram: Telegram, ana: User, tmp_path: Path) -> None:
    """Telegram keeps it, but a bot cannot have it."""
    ear = Ear()
    async with listening(telegram, ear):
        await ana.uploads("huge.csv", bytes(21 * 1024 * 1024))
        upload = (await ear.until(1))[0].what
    assert isinstance(upload, Upload)
    with pytest.raises(Impossible):
        await telegram.fetch(upload.handle, tmp_path / "spool", 100_000_000)


@pytest.mark.parametrize(
    "path", ["../../../bot42:TEST/getMe", "a/../../x", "/etc/passwd", "", None, 5], ids=str
)
async def test_a_path_cannot_lead_elsewhere(
    telegram: Telegram, server: TelegramStandIn, tmp_path: Path, path: object
) -> None:
    """Not even when the server names it."""
    body = json.dumps({"ok": True, "result": {"file_id": "F", "file_path": path}}).encode()
    server.faults.garbage(body, method="getFile")
    with pytest.raises(NotSent):
        await telegram.fetch("F", tmp_path / "spool", 1000)
    assert not (tmp_path / "spool").exists()


# --- menus -----------------------------------------------------------------------------------------

MENUS = {
    "en": [("task", "Next task"), ("help", "Help")],
    "es": [("task", "Tarea")],
    "zh_Hans": [("task", "任务")],
}


async def test_everybody_finds_their_language(telegram: Telegram, server: TelegramStandIn, ana: User) -> None:
    """The menu and the words about the bot, set once and not again while they are the same."""
    bo = server.user(1002, language_code="fi")
    chen = server.user(1003, language_code="zh-hans")
    texts = {"en": "I pay for small tasks.", "es": "Pago tareas."}
    for _ in range(2):
        await telegram.introduce(MENUS, descriptions=texts, abouts=texts)
    assert ana.commands == [{"command": "task", "description": "Tarea"}]
    assert [command["command"] for command in bo.commands] == ["task", "help"]
    assert chen.commands == [{"command": "task", "description": "任务"}]
    assert server.world.profile.texts["description", "es"] == "Pago tareas."
    assert server.world.profile.texts["short_description", ""] == "I pay for small tasks."
    assert len(server.calls.of("setMyCommands")) == 3
    assert len(server.calls.of("setMyDescription", "setMyShortDescription")) == 4


async def test_a_role_has_a_menu_of_its_own(telegram: Telegram, server: TelegramStandIn, ana: User) -> None:
    """Only in that person's chat."""
    bo = server.user(1002, language_code="es")
    await telegram.introduce(MENUS, descriptions={}, abouts={})
    await telegram.show_menu(ANA, [("review", "Revisar")])
    assert ana.commands == [{"command": "review", "description": "Revisar"}]
    assert bo.commands == [{"command": "task", "description": "Tarea"}]
    with pytest.raises(Impossible):
        await telegram.show_menu(ANA, [("no command", "x")])
    server.faults.too_many(5, method="setMyCommands")
    with pytest.raises(TryLater):
        await telegram.show_menu(ANA, [("review", "Revisar")])
