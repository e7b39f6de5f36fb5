"""The Telegram stand-in as a test sees it: a person, a bot over real HTTP, what each learns of the other."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Update,
)
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from tests.standins.telegram import CallbackAnswer, Faults, TelegramStandIn
from tests.standins.telegram.client import BareBot


def picture(width: int = 200, height: int = 100, kind: str = "PNG") -> bytes:
    """A small real image."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind)
    return out.getvalue()


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    """One row of buttons whose data is their label."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label) for label in labels]])


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(token="42:TEST") as server:
        yield server


@pytest.fixture
async def bot(telegram: TelegramStandIn) -> AsyncIterator[Bot]:
    bot = Bot("42:TEST", base_url=f"{telegram.url}/bot", base_file_url=f"{telegram.url}/file/bot")
    async with bot:
        yield bot


@pytest.fixture
async def bare(telegram: TelegramStandIn) -> AsyncIterator[BareBot]:
    async with BareBot(telegram.url) as bare:
        yield bare


async def one_update(bot: Bot) -> Update:
    """The next update, confirmed."""
    (update,) = await bot.get_updates(limit=1, timeout=5)
    await bot.get_updates(offset=update.update_id + 1, timeout=0, limit=1, allowed_updates=None)
    return update


async def test_a_command_reaches_the_bot_with_sender_language_and_entity(
    telegram: TelegramStandIn, bot: Bot
) -> None:
    """What a person writes arrives as python-telegram-bot expects it."""
    ana = telegram.user(1001, first_name="Ana", language_code="es", username="ana")
    await ana.says("/start inv-42")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert update.message.text == "/start inv-42"
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "es"
    assert [(e.type, e.offset, e.length) for e in update.message.entities] == [("bot_command", 0, 6)]
    assert update.message.chat.id == 1001


async def test_a_card_is_seen_pressed_answered_and_edited_in_place(
    telegram: TelegramStandIn, bot: Bot
) -> None:
    """The whole round of a task card, with the history of what stood there."""
    ana = telegram.user(1001, first_name="Ana")
    await ana.says("/task")
    sent = await bot.send_message(
        1001, "What is <b>this</b>?", parse_mode="HTML", reply_markup=keyboard("Cat", "Dog")
    )
    card = await ana.sees("What is this?")
    assert card.html == "What is <b>this</b>?"
    assert card.labels == ["Cat", "Dog"]
    assert sent.entities[0].type == "bold"

    press = await ana.presses(card, "Ca", wait=False)
    updates = await bot.get_updates(timeout=5, limit=100)
    query = updates[-1].callback_query
    assert query is not None
    assert query.data == "Cat"
    await query.edit_message_text("Saved", reply_markup=keyboard("Undo"))
    await query.answer("Thank you", show_alert=True)

    assert await press.answered() == CallbackAnswer("Thank you", show_alert=True)
    assert (await ana.sees("Saved")).id == card.id
    assert card.edits == 1
    assert [version.words.text for version in card.versions] == ["What is this?", "Saved"]
    assert ana.last is card


async def test_pressing_waits_for_the_answer(telegram: TelegramStandIn, bot: Bot) -> None:
    """`presses` hands back what the bot answered, without a look at any clock."""
    ana = telegram.user(1001, started=True)
    await bot.send_message(1001, "Ready?", reply_markup=keyboard("Yes"))

    async def answers() -> None:
        (update,) = await bot.get_updates(timeout=5)
        assert update.callback_query is not None
        await update.callback_query.answer("noted")

    answering = asyncio.create_task(answers())
    assert await ana.presses(ana.last, "Yes") == CallbackAnswer("noted", show_alert=False)
    await answering


async def test_seeing_begins_at_the_persons_last_action(telegram: TelegramStandIn, bot: Bot) -> None:
    """An old message does not count as the answer to something said later, unless one looks back."""
    ana = telegram.user(1001, started=True)
    start = ana.moment
    await bot.send_message(1001, "Balance: 10")
    await ana.sees("Balance")
    await ana.says("/balance")
    with pytest.raises(AssertionError, match=r"(?s)did not see.*Balance: 10"):
        await ana.sees("Balance", timeout=0.01)
    assert (await ana.sees("Balance", since=start)).text == "Balance: 10"


async def test_a_document_travels_both_ways(telegram: TelegramStandIn, bot: Bot) -> None:
    """Uploads can be downloaded by the bot, and the test can read what the bot sends."""
    ana = telegram.user(1001)
    await ana.uploads("tasks.csv", b"text\nhello\n", caption="/addtasks 1")
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert update.message.document is not None
    assert update.message.caption == "/addtasks 1"
    assert update.message.document.mime_type == "text/csv"
    file = await update.message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"text\nhello\n"

    await bot.send_document(1001, document=b"id,label\n", filename="results.csv", caption="Done")
    results = await ana.sees("results.csv")
    assert results.document is not None
    assert telegram.bot_file(results.document) == b"id,label\n"
    again = await bot.send_document(1001, document=results.document)
    assert again.document is not None
    assert again.document.file_id == results.document


async def test_a_photo_travels_both_ways(telegram: TelegramStandIn, bot: Bot) -> None:
    """A photo comes in several sizes and can be sent on by its file_id."""
    ana = telegram.user(1001)
    await ana.sends_photo(picture())
    (update,) = await bot.get_updates(timeout=5)
    assert update.message is not None
    assert [size.width for size in update.message.photo] == [90, 200]
    await bot.send_photo(1001, photo=update.message.photo[-1].file_id, caption="yours")
    photo = await ana.sees("yours")
    assert photo.photo == update.message.photo[-1].file_id
    assert telegram.bot_file(photo.photo) == picture()


async def test_a_photo_card_becomes_another_one_in_place(telegram: TelegramStandIn, bot: Bot) -> None:
    """editMessageMedia takes an upload, editMessageCaption the words below it."""
    ana = telegram.user(1001, started=True)
    sent = await bot.send_photo(1001, photo=picture(), caption="one", reply_markup=keyboard("A"))
    await bot.edit_message_media(InputMediaPhoto(picture(50, 50), caption="two"), 1001, sent.message_id)
    card = await ana.sees("two")
    assert card.labels == []
    await bot.edit_message_caption(1001, sent.message_id, caption="three", reply_markup=keyboard("B"))
    assert (await ana.sees("three")).labels == ["B"]
    assert card.edits == 2


async def test_an_older_tap_can_cross_an_edit(telegram: TelegramStandIn, bot: Bot) -> None:
    """A button of an earlier version can still be pressed, as on a slow phone."""
    ana = telegram.user(1001, started=True)
    await bot.send_message(1001, "first", reply_markup=keyboard("Cat"))
    await bot.edit_message_text("second", 1001, ana.last.id, reply_markup=keyboard("Dog"))
    await ana.presses(ana.last, "Cat", version=0, wait=False)
    (update,) = await bot.get_updates(timeout=5)
    assert update.callback_query is not None
    assert update.callback_query.data == "Cat"


async def test_a_missing_button_is_named_with_what_there_is(telegram: TelegramStandIn, bot: Bot) -> None:
    """A failing test says which buttons the card has."""
    ana = telegram.user(1001, started=True)
    await bot.send_message(1001, "Choose", reply_markup=keyboard("Cat", "Dog"))
    with pytest.raises(AssertionError, match=r"no button 'Bird'.*\['Cat', 'Dog'\]"):
        await ana.presses(ana.last, "Bird")


async def test_forged_data_arrives_like_any_other(telegram: TelegramStandIn, bot: Bot) -> None:
    """A test can play the attacker who makes up callback data."""
    ana = telegram.user(1001, started=True)
    await bot.send_message(1001, "Choose", reply_markup=keyboard("Cat"))
    await ana.presses_data(ana.last, "1:pay:zz")
    (update,) = await bot.get_updates(timeout=5)
    assert update.callback_query is not None
    assert update.callback_query.data == "1:pay:zz"


async def test_deleted_messages_leave_the_chat(telegram: TelegramStandIn, bot: Bot) -> None:
    """A deleted message is gone for both, and the person notices."""
    ana = telegram.user(1001, started=True)
    await bot.send_message(1001, "gone soon")
    message = ana.last
    await bot.delete_message(1001, message.id)
    await ana.sees_gone(message)
    assert ana.chat == []
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", 1001, message.id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(1001, message.id)


async def test_what_a_person_edits_arrives_as_edited_message(telegram: TelegramStandIn, bot: Bot) -> None:
    """Corrections by people are updates of their own kind, with the same message id."""
    ana = telegram.user(1001)
    message = await ana.says("helo")
    await ana.edits(message, "hello")
    first, second = await bot.get_updates(timeout=5)
    assert first.message is not None
    assert second.edited_message is not None
    assert second.edited_message.message_id == first.message.message_id
    assert second.edited_message.text == "hello"


async def test_blocking_is_told_refused_and_lifted_by_writing(telegram: TelegramStandIn, bot: Bot) -> None:
    """403 is final until the person writes again."""
    ana = telegram.user(1001, started=True)
    telegram.block(ana)
    update = await one_update(bot)
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(1001, "hello?")
    await ana.says("/start")
    await bot.send_message(1001, "welcome back")
    telegram.deactivate(ana)
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(1001, "hello?")


async def test_nobody_is_written_to_before_they_wrote(telegram: TelegramStandIn, bot: Bot) -> None:
    """A known person who never wrote gives 403, an unknown chat gives 400."""
    telegram.user(1001)
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(1001, "hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(555, "hello")


async def test_command_menus_are_resolved_as_clients_do(telegram: TelegramStandIn, bot: Bot) -> None:
    """The narrower scope wins, and within it the person's language."""
    ana, ben = telegram.user(1001, language_code="es-MX"), telegram.user(1002, language_code="de")
    private = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands([BotCommand("task", "Next task")], scope=private)
    await bot.set_my_commands([BotCommand("task", "Otra tarea")], scope=private, language_code="es")
    assert ana.commands == [{"command": "task", "description": "Otra tarea"}]
    assert ben.commands == [{"command": "task", "description": "Next task"}]
    await bot.delete_my_commands(scope=private)
    assert ben.commands == [{"command": "help", "description": "Help"}]
    assert [c.command for c in await bot.get_my_commands(scope=private, language_code="es")] == ["task"]


async def test_names_and_descriptions_have_languages_and_limits(telegram: TelegramStandIn, bot: Bot) -> None:
    """Name 64, description 512, short description 120 characters."""
    await bot.set_my_description("Small tasks in your language")
    await bot.set_my_description("Tareas", language_code="es")
    assert (await bot.get_my_description("es")).description == "Tareas"
    assert (await bot.get_my_description("fr")).description == "Small tasks in your language"
    await bot.set_my_name("n" * 64)
    await bot.set_my_short_description("s" * 120)
    await bot.set_chat_menu_button()
    for refused in (
        bot.set_my_name("n" * 65),
        bot.set_my_short_description("s" * 121),
        bot.set_my_description("d" * 513),
        bot.set_my_description("x", language_code="deu"),
    ):
        with pytest.raises(BadRequest):
            await refused


async def test_the_log_knows_every_call_and_its_outcome(telegram: TelegramStandIn, bare: BareBot) -> None:
    """Tests assert on what was called, in which order, and what it changed."""
    telegram.user(1001, started=True)
    sent = await bare.does("sendMessage", chat_id=1001, text="one")
    await bare.does("editMessageText", chat_id=1001, message_id=sent["message_id"], text="two")
    await bare.refused("editMessageText", chat_id=1001, message_id=sent["message_id"], text="two")
    assert [(call.method, call.status) for call in telegram.calls] == [
        ("sendMessage", 200),
        ("editMessageText", 200),
        ("editMessageText", 400),
    ]
    (accepted,) = telegram.calls.of("editMessageText", chat_id=1001, carried_out=True)
    assert accepted.params["text"] == "two"
    assert [call.seq for call in telegram.calls] == [1, 2, 3]
    assert await telegram.calls.wait("editMessageText", status=400) == [telegram.calls[2]]


async def test_parameters_may_travel_in_any_way(telegram: TelegramStandIn) -> None:
    """Query string, form, JSON and multipart mean the same; method names ignore case."""
    ana = telegram.user(1001, started=True)
    url = f"{telegram.url}/bot42:TEST/sendMessage"
    said = {"chat_id": "1001", "text": "héllo"}
    form = aiohttp.MultipartWriter("form-data")
    for name, value in said.items():
        form.append(value).set_content_disposition("form-data", name=name)
    async with aiohttp.ClientSession() as session:
        for request in (
            session.get(url, params=said),
            session.post(url, data=said),
            session.post(url, json=said),
            session.post(url, data=form),
            session.post(url.lower().replace("test", "TEST"), json=said),
        ):
            async with request as answer:
                assert answer.status == 200, await answer.text()
    assert [message.text for message in ana.chat] == ["héllo"] * 5


async def test_unknown_methods_tokens_and_parameters_are_refused(
    telegram: TelegramStandIn, bare: BareBot
) -> None:
    """404, 401 and 400: nothing is silently ignored."""
    telegram.user(1001, started=True)
    assert await bare.refused("sendMesage", chat_id=1001, text="x") == "404 Not Found"
    assert "parameter 'txt'" in await bare.refused("sendMessage", chat_id=1001, txt="x")
    async with BareBot(telegram.url, "43:OTHER") as stranger:
        assert await stranger.refused("getMe") == "401 Unauthorized"


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda faults: faults.too_many(7, method="sendMessage"), RetryAfter),
        (lambda faults: faults.fails(500, chat_id=1001), NetworkError),
        (lambda faults: faults.fails(502), NetworkError),
        (lambda faults: faults.garbage(when=lambda _, params: params.text("text") == "x"), TelegramError),
        (lambda faults: faults.resets_before(), NetworkError),
        (lambda faults: faults.refuses(400, "Bad Request: chat not found"), BadRequest),
    ],
)
async def test_a_fault_meets_one_call_and_changes_nothing(
    telegram: TelegramStandIn,
    bot: Bot,
    make: Callable[[Faults], None],
    error: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The call fails in the way ordered, nothing is sent, and the next call works."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it the library warns about its own RetryAfter
    ana = telegram.user(1001, started=True)
    make(telegram.faults)
    with pytest.raises(error):
        await bot.send_message(1001, "x")
    assert ana.chat == []
    await bot.send_message(1001, "x")
    assert [call.carried_out for call in telegram.calls.of("sendMessage")] == [False, True]


async def test_after_a_reset_the_message_may_have_been_sent(telegram: TelegramStandIn, bot: Bot) -> None:
    """The dangerous one: the bot sees an error, the person sees the message."""
    ana = telegram.user(1001, started=True)
    telegram.faults.resets_after(method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(1001, "once?")
    assert (await ana.sees("once?")).text == "once?"
    (call,) = telegram.calls.of("sendMessage")
    assert (call.status, call.carried_out, call.fault) == (0, True, "resets_after")


async def test_a_call_can_be_held_before_and_after_its_effect(telegram: TelegramStandIn, bot: Bot) -> None:
    """A test decides when a slow server goes on, so it needs no sleep."""
    ana = telegram.user(1001, started=True)
    before = telegram.faults.hold_before(method="sendMessage")
    sending = asyncio.create_task(bot.send_message(1001, "one"))
    await before.reached.wait()
    assert ana.chat == []
    before.release()
    await sending
    after = telegram.faults.hold_after(method="sendMessage")
    sending = asyncio.create_task(bot.send_message(1001, "two"))
    await after.reached.wait()
    assert ana.last.text == "two"
    assert not sending.done()
    after.release()
    await sending


async def test_faults_can_come_several_times_and_be_cleared(telegram: TelegramStandIn, bare: BareBot) -> None:
    """`times` counts the calls that match, other calls pass."""
    telegram.user(1001, started=True)
    telegram.faults.too_many(3, method="sendMessage", times=2)
    await bare.does("getMe")
    for _ in range(2):
        status, body = await bare.call("sendMessage", chat_id=1001, text="x")
        assert (status, body["parameters"]) == (429, {"retry_after": 3})
    await bare.does("sendMessage", chat_id=1001, text="x")
    telegram.faults.slow(60)
    telegram.faults.clear()
    await bare.does("getMe")


async def test_the_server_comes_back_after_an_outage_with_everything(
    telegram: TelegramStandIn, bare: BareBot
) -> None:
    """Stopping and starting keeps port, chats and updates."""
    ana = telegram.user(1001)
    await ana.says("before")
    url = telegram.url
    await telegram.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await bare.call("getMe")
    await telegram.start()
    assert telegram.url == url
    (update,) = await bare.does("getUpdates")
    assert update["message"]["text"] == "before"


async def test_without_history_little_is_kept() -> None:
    """Benchmarks may run for hours: no log, one version a message, the last messages only."""
    async with TelegramStandIn(history=False) as telegram, BareBot(telegram.url) as bare:
        ana = telegram.user(1001, started=True)
        for number in range(60):
            sent = await bare.does("sendMessage", chat_id=1001, text=f"message {number}")
        await bare.does("editMessageText", chat_id=1001, message_id=sent["message_id"], text="edited")
        assert len(ana.chat) == 50
        assert len(ana.last.versions) == 1
        assert (ana.last.text, ana.last.edits) == ("edited", 1)
        assert len(telegram.calls) == 0
        assert telegram.calls.counts["sendMessage", 200] == 60
