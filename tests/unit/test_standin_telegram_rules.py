"""Every limit of Telegram the stand-in enforces, in the words of the real server."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.standins.telegram import Flood, TelegramStandIn, User
from tests.standins.telegram.client import BareBot
from tests.standins.telegram.entities import formatted
from tests.standins.telegram.refusal import Refusal

NOT_FOUND = "400 Bad Request: chat not found"
TOO_OLD = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"


class Clock:
    """Time that moves when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    """A small real image."""
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, kind)
    return out.getvalue()


def rows(*sizes: int) -> dict[str, Any]:
    """An inline keyboard with rows of so many buttons."""
    return {"inline_keyboard": [[{"text": "b", "callback_data": "d"}] * size for size in sizes]}


def button(**fields: Any) -> dict[str, Any]:
    """An inline keyboard of one button."""
    return {"inline_keyboard": [[{"text": "b", **fields}]]}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramStandIn]:
    async with TelegramStandIn(clock=clock) as server:
        yield server


@pytest.fixture
async def ana(telegram: TelegramStandIn) -> User:
    return telegram.user(1001, started=True)


@pytest.fixture
async def bare(telegram: TelegramStandIn, ana: User) -> AsyncIterator[BareBot]:
    async with BareBot(telegram.url) as bare:
        yield bare


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "message text is empty"),
        (" \n\t ", "text must be non-empty"),
        ("\u200b\u2800", "text must be non-empty"),
        ("<b> </b>", "text must be non-empty"),
        ("x" * 4097, "message is too long"),
        ("<b>" + "é" * 4097 + "</b>", "message is too long"),
        ("&lt;" * 8193, "text is too long"),
    ],
)
async def test_a_text_has_1_to_4096_characters_after_parsing(bare: BareBot, text: str, refusal: str) -> None:
    """Nothing, white space, too much, and more than 32 KiB of source are refused."""
    said = await bare.refused("sendMessage", chat_id=1001, text=text, parse_mode="HTML")
    assert said == f"400 Bad Request: {refusal}"


async def test_markup_does_not_count_towards_the_length(ana: User, bare: BareBot) -> None:
    """4096 characters of any width fit, whatever the HTML around them; the ends are trimmed."""
    await bare.does("sendMessage", chat_id=1001, text=f" <b>{'😀' * 4096}</b>\n", parse_mode="HTML")
    assert ana.last.text == "😀" * 4096


@pytest.mark.parametrize(
    ("html", "refusal"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("é <br/>", 'Unsupported start tag "br/" at byte offset 3'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>test</b></i>", 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        (
            "🏟 🏟&lt;<i    aba>",
            'Expected equal sign in declaration of an attribute of the tag "i" at byte offset 13',
        ),
        ("🏟 🏟&lt;<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        ("<a href='x>", "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            "&#xDFDF;",
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units",
        ),
    ],
)
async def test_broken_html_is_refused_with_its_byte_offset(bare: BareBot, html: str, refusal: str) -> None:
    """Known tags only, balanced, with proper attributes."""
    said = await bare.refused("sendMessage", chat_id=1001, text=html, parse_mode="HTML")
    assert said == f"400 Bad Request: can't parse entities: {refusal}"


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("a<b>b</b>c", "abc", [("bold", 1, 1)]),
        ("😀<strong>b</strong>", "😀b", [("bold", 2, 1)]),
        ("<i>a <u>b</u></i>", "a b", [("italic", 0, 3), ("underline", 2, 1)]),
        ("<s>a</s><del>b</del>", "ab", [("strikethrough", 0, 1), ("strikethrough", 1, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<code>a</code>", "a", [("code", 0, 1)]),
        ('<pre><code class="language-py">a</code></pre>', "a", [("pre", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("&lt;&gt;&amp;&quot;&#233;&#xe9;&laquo;", '<>&"éé&laquo;', []),
        ("<B>a</b> <i></i>b", "a b", [("bold", 0, 1)]),
        ("  <b> a </b>  ", "a", [("bold", 0, 1)]),
        ("<a href='https://example.com/?a=1&amp;b=2'>l</a>", "l", [("text_link", 0, 1)]),
        ("<a href='http://localhost/'>l</a>", "l", []),
    ],
)
def test_html_becomes_text_and_entities(html: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    """Offsets count UTF-16 units; links without a dot in the host are dropped."""
    read = formatted(html, "HTML")
    assert read.text == text
    assert [(entity.type, entity.offset, entity.length) for entity in read.entities] == entities


@given(st.text(alphabet="<>/&;= \"'abip#x1😀\n", max_size=40))
def test_any_text_is_parsed_or_refused(html: str) -> None:
    """The parser ends on every input, and its entities lie within the text."""
    try:
        read = formatted(html, "HTML")
    except Refusal as refusal:
        said = refusal.description
    else:
        said = ""
    if said:
        assert said.startswith("Bad Request: can't parse entities: ")
        return
    size = len(read.text.encode("utf-16-le")) // 2
    assert all(0 <= e.offset < e.offset + e.length <= size for e in read.entities)


async def test_only_html_is_understood(bare: BareBot) -> None:
    """Markdown would be parsed by the real server; the product writes HTML only."""
    said = await bare.refused("sendMessage", chat_id=1001, text="*x*", parse_mode="MarkdownV2")
    assert said == "400 Bad Request: unsupported parse_mode"


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        (button(callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (
            button(callback_data=""),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            button(url="http://localhost:8080/x"),
            "inline keyboard button URL 'http://localhost:8080/x' is invalid: Wrong HTTP URL",
        ),
        (button(url="not-a-url"), "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL"),
        (
            button(url="ftp://example.com"),
            "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
        ),
        (
            button(web_app={"url": "http://example.com"}),
            "inline keyboard button Web App URL 'http://example.com' is invalid: "
            "Only HTTPS links are allowed",
        ),
        (button(text=" ", callback_data="d"), "inline keyboard button text must be non-empty"),
        (
            {"inline_keyboard": [[{"callback_data": "d"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (rows(9), "reply markup is too long"),
        (rows(*[8] * 12, 5), "reply markup is too long"),
        ({"inline_keyboard": None}, 'field "inline_keyboard" of the reply markup must be an Array'),
        ([], "object expected as reply markup"),
        ("{", "can't parse reply keyboard markup JSON object"),
        ({"keyboard": [[{"text": ""}]]}, "keyboard button text must be non-empty"),
    ],
)
async def test_a_keyboard_out_of_bounds_is_refused(bare: BareBot, markup: Any, refusal: str) -> None:
    """Data 1-64 bytes, 8 buttons a row, 100 in all, links with a dot in the host, texts that show."""
    said = await bare.refused("sendMessage", chat_id=1001, text="x", reply_markup=markup)
    assert said == f"400 Bad Request: {refusal}"


async def test_a_keyboard_within_bounds_is_taken(ana: User, bare: BareBot) -> None:
    """The limits themselves are allowed, and an empty keyboard is none."""
    await bare.does("sendMessage", chat_id=1001, text="x", reply_markup=rows(*[8] * 12, 4))
    assert len(ana.last.labels) == 100
    await bare.does("sendMessage", chat_id=1001, text="x", reply_markup=button(callback_data="é" * 32))
    await bare.does("sendMessage", chat_id=1001, text="x", reply_markup=button(url="https://example.com"))
    assert ana.last.buttons[0][0].url == "https://example.com"
    await bare.does("sendMessage", chat_id=1001, text="x", reply_markup={"inline_keyboard": []})
    assert ana.last.buttons == []


async def test_an_edit_that_changes_nothing_is_refused(ana: User, bare: BareBot) -> None:
    """Text, formatting and keyboard are compared after parsing."""
    card = {"chat_id": 1001, "text": "<b>a</b>", "parse_mode": "HTML", "reply_markup": rows(1)}
    sent = await bare.does("sendMessage", **card)
    same = {**card, "message_id": sent["message_id"]}
    said = await bare.refused("editMessageText", **{**same, "text": " <strong>a</strong>"})
    assert said == (
        "400 Bad Request: message is not modified: specified new message content and reply markup are "
        "exactly the same as a current content and reply markup of the message"
    )
    markup = {"chat_id": 1001, "message_id": sent["message_id"], "reply_markup": rows(1)}
    assert "not modified" in await bare.refused("editMessageReplyMarkup", **markup)
    await bare.does("editMessageText", **{**same, "text": "<i>a</i>"})
    await bare.does("editMessageText", **{**same, "text": "<i>a</i>", "reply_markup": rows(2)})
    assert ana.last.edits == 2


async def test_editing_a_text_without_keyboard_removes_the_keyboard(ana: User, bare: BareBot) -> None:
    """A bot that forgets reply_markup loses its buttons."""
    sent = await bare.does("sendMessage", chat_id=1001, text="a", reply_markup=rows(1))
    await bare.does("editMessageText", chat_id=1001, message_id=sent["message_id"], text="b")
    assert ana.last.buttons == []
    await bare.does(
        "editMessageReplyMarkup", chat_id=1001, message_id=sent["message_id"], reply_markup=rows(2)
    )
    assert (ana.last.text, ana.last.labels) == ("b", ["b", "b"])


async def test_text_and_media_edits_do_not_mix(ana: User, bare: BareBot) -> None:
    """A photo has no text and a text no caption; a text may become a photo, never the other way."""
    photo = await bare.does("sendPhoto", chat_id=1001, photo=picture(10, 10), caption="c")
    at_photo = {"chat_id": 1001, "message_id": photo["message_id"]}
    assert "there is no text in the message to edit" in await bare.refused(
        "editMessageText", **at_photo, text="x"
    )
    text = await bare.does("sendMessage", chat_id=1001, text="t")
    at_text = {"chat_id": 1001, "message_id": text["message_id"]}
    assert "there is no caption in the message to edit" in await bare.refused(
        "editMessageCaption", **at_text, caption="x"
    )
    media = {"type": "photo", "media": photo["photo"][0]["file_id"], "caption": "c"}
    assert "not modified" in await bare.refused("editMessageMedia", **at_photo, media=media)
    await bare.does("editMessageMedia", **at_text, media=media)
    assert ana.last.photo == photo["photo"][0]["file_id"]


async def test_only_the_bots_own_messages_can_be_edited(ana: User, bare: BareBot) -> None:
    """Neither what a person wrote, nor what is unknown, nor a message with a reply keyboard."""
    said = await ana.says("mine")
    edit = {"chat_id": 1001, "text": "x"}
    assert "message can't be edited" in await bare.refused("editMessageText", **edit, message_id=said.id)
    assert "message to edit not found" in await bare.refused("editMessageText", **edit, message_id=99)
    assert "message identifier is not specified" in await bare.refused("editMessageText", **edit)
    asking = await bare.does(
        "sendMessage", chat_id=1001, text="?", reply_markup={"keyboard": [[{"text": "A"}]]}
    )
    number = asking["message_id"]
    assert "message can't be edited" in await bare.refused("editMessageText", **edit, message_id=number)
    card = (await bare.does("sendMessage", chat_id=1001, text="c"))["message_id"]
    wrong = {"keyboard": [[{"text": "A"}]]}
    refusal = await bare.refused("editMessageText", **edit, message_id=card, reply_markup=wrong)
    assert refusal == "400 Bad Request: inline keyboard expected"


async def test_replies_need_their_message(ana: User, bare: BareBot) -> None:
    """A reply to nothing is refused, unless the bot says it does not matter."""
    said = await ana.says("question")
    answer = await bare.does("sendMessage", chat_id=1001, text="a", reply_parameters={"message_id": said.id})
    assert answer["reply_to_message"]["text"] == "question"
    lost = {"chat_id": 1001, "text": "a", "reply_parameters": {"message_id": 99}}
    assert await bare.refused("sendMessage", **lost) == "400 Bad Request: message to be replied not found"
    lost["reply_parameters"] = json.dumps({"message_id": 99, "allow_sending_without_reply": True})
    await bare.does("sendMessage", **lost)


async def test_messages_can_be_deleted_for_48_hours(ana: User, bare: BareBot, clock: Clock) -> None:
    """Later the message stays; editing has no such limit."""
    sent = await bare.does("sendMessage", chat_id=1001, text="old")
    said = await ana.says("mine")
    await bare.does("deleteMessage", chat_id=1001, message_id=said.id)
    clock.now += 48 * 3600 + 1
    refusal = await bare.refused("deleteMessage", chat_id=1001, message_id=sent["message_id"])
    assert refusal == "400 Bad Request: message can't be deleted for everyone"
    await bare.does("editMessageText", chat_id=1001, message_id=sent["message_id"], text="new")
    assert ana.last.edit_date - ana.last.date >= 48 * 3600


async def test_a_query_is_answered_once_and_in_time(ana: User, bare: BareBot, clock: Clock) -> None:
    """A second, late or made-up answer gets the same 400; texts have at most 200 characters."""
    await bare.does("sendMessage", chat_id=1001, text="c", reply_markup=rows(1))
    press = await ana.presses(ana.last, "b", wait=False)
    query = {"callback_query_id": press.query.id}
    assert await bare.refused("answerCallbackQuery", **query, text="x" * 201) == (
        "400 Bad Request: MESSAGE_TOO_LONG"
    )
    await bare.does("answerCallbackQuery", **query, text="x" * 200)
    assert (await press.answered()).text == "x" * 200
    assert await bare.refused("answerCallbackQuery", **query) == TOO_OLD
    late = await ana.presses(ana.last, "b", wait=False)
    clock.now += 15.1
    assert await bare.refused("answerCallbackQuery", callback_query_id=late.query.id) == TOO_OLD


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", "file must be non-empty"),
        (b"not an image", "IMAGE_PROCESS_FAILED"),
        (picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (picture(210, 10), "PHOTO_INVALID_DIMENSIONS"),
        (
            bytes(10 * 1024 * 1024 + 1),
            "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ],
)
async def test_a_photo_is_a_real_image_of_bounded_size(bare: BareBot, data: bytes, refusal: str) -> None:
    """At most 10 MB, width and height together 10000, ratio 20."""
    said = await bare.refused("sendPhoto", chat_id=1001, photo=data)
    assert said == f"400 Bad Request: {refusal}"


async def test_a_photo_at_the_limits_is_taken(bare: BareBot) -> None:
    """The bounds themselves are allowed."""
    await bare.does("sendPhoto", chat_id=1001, photo=picture(200, 10))
    await bare.does("sendPhoto", chat_id=1001, photo=picture(9000, 1000))


async def test_file_ids_are_known_and_of_the_right_kind(bare: BareBot) -> None:
    """Made-up ids, documents as photos, links and nothing at all are refused."""
    photo = await bare.does("sendPhoto", chat_id=1001, photo=picture(10, 10))
    document = await bare.does("sendDocument", chat_id=1001, document=b"data")
    for file_id, refusal in (
        ("AgACunknown", "wrong file identifier/HTTP URL specified"),
        (document["document"]["file_id"], "can't use file of type Document as Photo"),
        ("https://example.com/a.png", "failed to get HTTP URL content"),
        ("", "there is no photo in the request"),
    ):
        assert await bare.refused("sendPhoto", chat_id=1001, photo=file_id) == f"400 Bad Request: {refusal}"
    photo_id = photo["photo"][0]["file_id"]
    said = await bare.refused("sendDocument", chat_id=1001, document=photo_id)
    assert said == "400 Bad Request: can't use file of type Photo as Document"


async def test_captions_have_at_most_1024_characters(ana: User, bare: BareBot) -> None:
    """Counted after parsing, like texts; a caption may be absent."""
    await bare.does(
        "sendDocument", chat_id=1001, document=b"d", caption=f"<b>{'c' * 1024}</b>", parse_mode="HTML"
    )
    assert ana.last.caption == "c" * 1024
    said = await bare.refused("sendDocument", chat_id=1001, document=b"d", caption="c" * 1025)
    assert said == "400 Bad Request: message caption is too long"


async def test_files_are_uploaded_to_50_mb_and_downloaded_to_20(
    ana: User, bare: BareBot, clock: Clock
) -> None:
    """A download link is good for an hour."""
    await ana.uploads("big.bin", bytes(20 * 1024 * 1024 + 1))
    refusal = await bare.refused("getFile", file_id=ana.chat[-1].document)
    assert refusal == "400 Bad Request: file is too big"
    too_much = bytes(50 * 1024 * 1024 + 1)
    assert await bare.refused("sendDocument", chat_id=1001, document=too_much) == (
        "413 Request Entity Too Large"
    )
    await ana.uploads("small.txt", b"small")
    path = (await bare.does("getFile", file_id=ana.chat[-1].document))["file_path"]
    assert await bare.download(path) == (200, b"small")
    clock.now += 3601
    assert (await bare.download(path))[0] == 404
    assert await bare.refused("getFile", file_id="nonsense") == "400 Bad Request: invalid file_id"


async def test_chats_must_exist(bare: BareBot) -> None:
    """No chat, an unknown chat, a name and a group all fail in the real words."""
    assert await bare.refused("sendMessage", text="x") == "400 Bad Request: chat_id is empty"
    for chat_id in (555, "@nobody", -100123):
        assert await bare.refused("sendMessage", chat_id=chat_id, text="x") == NOT_FOUND


async def test_chat_actions_are_known_words(bare: BareBot) -> None:
    """`typing` is, `thinking` is not."""
    await bare.does("sendChatAction", chat_id=1001, action="typing")
    refusal = await bare.refused("sendChatAction", chat_id=1001, action="thinking")
    assert refusal == "400 Bad Request: wrong parameter action in request"


@pytest.mark.parametrize(
    ("commands", "refusal"),
    [
        ([{"command": "Task", "description": "d"}], "BOT_COMMAND_INVALID"),
        ([{"command": "t" * 33, "description": "d"}], "BOT_COMMAND_INVALID"),
        ([{"command": "task", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "task", "description": "d" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "task", "description": "d"}] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_are_short_ascii_words(bare: BareBot, commands: list[Any], refusal: str) -> None:
    """At most 100 of [a-z0-9_]{1,32} with descriptions of 1-256 characters."""
    assert await bare.refused("setMyCommands", commands=commands) == f"400 Bad Request: {refusal}"


async def test_a_chat_gets_a_burst_and_then_one_message_a_second(
    telegram: TelegramStandIn, bare: BareBot, clock: Clock
) -> None:
    """429 names the seconds in the body and in a header; waiting them out is enough."""
    telegram.flood = Flood(burst=3)
    for _ in range(3):
        await bare.does("sendMessage", chat_id=1001, text="x")
    status, body = await bare.call("sendMessage", chat_id=1001, text="x")
    assert (status, body["description"]) == (429, "Too Many Requests: retry after 1")
    assert body["parameters"] == {"retry_after": 1}
    await bare.does("sendChatAction", chat_id=1001, action="typing")
    clock.now += 1
    await bare.does("sendMessage", chat_id=1001, text="x")
    assert "retry after 2" in await bare.refused("sendMessage", chat_id=1001, text="x" * 501)


async def test_all_chats_together_get_thirty_messages_a_second(
    telegram: TelegramStandIn, bare: BareBot, clock: Clock
) -> None:
    """The overall limit does not care who is written to."""
    telegram.flood = Flood()
    for number in range(30):
        telegram.user(2000 + number, started=True)
        await bare.does("sendMessage", chat_id=2000 + number, text="x")
    assert "retry after 1" in await bare.refused("sendMessage", chat_id=1001, text="x")
    clock.now += 1
    await bare.does("sendMessage", chat_id=1001, text="x")


async def test_large_uploads_of_one_size_queue_up(
    telegram: TelegramStandIn, bare: BareBot, clock: Clock
) -> None:
    """More than five seconds of them give 429 for a minute; the file_id is the way out."""
    telegram.flood = Flood(burst=100)
    large = bytes(100_001)
    for _ in range(10):
        sent = await bare.does("sendDocument", chat_id=1001, document=large)
    assert "retry after 60" in await bare.refused("sendDocument", chat_id=1001, document=large)
    await bare.does("sendDocument", chat_id=1001, document=sent["document"]["file_id"])
    await bare.does("sendDocument", chat_id=1001, document=large + b"x")
    clock.now += 60
    await bare.does("sendDocument", chat_id=1001, document=large)
