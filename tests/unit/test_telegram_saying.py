"""How a message looks in Telegram."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.dialogue.vocabulary import Button, Code, Link, Message, Note, Para, Part, Quote, Row, Title
from bots.telegram.saying import html, html_without_picture, keyboard
from i18n import Content, Phrase
from tests.standins.telegram.entities import parse_html

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy


def said(*parts: Part, rows: tuple[Row, ...] = (), picture: str | None = None, alt: str = "") -> Message:
    """A message of these parts."""
    return Message(parts, rows, picture=picture, alt=Phrase(alt))


def button(label: str, data: str) -> Button:
    """A button."""
    return Button(Phrase(label), data)


def test_every_part_has_its_look() -> None:
    """Bold, plain, quoted, small, copyable; a blank line around what is to be judged."""
    message = said(
        Title(Phrase("Task 5")),
        Para(Phrase("What is it?")),
        Quote(Content("a cat\non a mat")),
        Note(Phrase("2 h left")),
        Code(Content("abc")),
    )
    assert html(message) == (
        "<b>Task 5</b>\nWhat is it?\n\n<blockquote>a cat\non a mat</blockquote>\n\n"
        "<i>2 h left</i>\n<code>abc</code>"
    )


def test_people_cannot_write_markup() -> None:
    """What stands in a task is shown as it was written."""
    assert html(said(Quote(Content("<b>1 < 2 & 3</b>")))) == (
        "<blockquote>&lt;b&gt;1 &lt; 2 &amp; 3&lt;/b&gt;</blockquote>"
    )


def test_blank_parts_leave_no_gap() -> None:
    """An empty line of ours is not shown."""
    assert html(said(Title(Phrase("A")), Para(Phrase(" ")), Note(Phrase("B")))) == "<b>A</b>\n<i>B</i>"


_PARTS = st.one_of(
    *(st.builds(kind, st.text(max_size=30).map(Phrase)) for kind in (Title, Para, Note)),
    *(st.builds(kind, st.text(max_size=30).map(Content)) for kind in (Quote, Code)),
)


@UNHURRIED
@given(st.lists(_PARTS, max_size=5).map(tuple))
def test_telegram_can_read_whatever_is_written(parts: tuple[Part, ...]) -> None:
    """Any words come out as they went in, in their order."""
    text, _ = parse_html(html(said(*parts)))
    for part in parts:
        if part.words.strip():
            before, found, text = text.partition(part.words)
            assert found, part
            assert not before.strip()
    assert not text.strip()


def test_buttons_keep_their_rows() -> None:
    """A press sends data, a link opens."""
    rows: tuple[Row, ...] = (
        (button("Cat", "1:a"), button("Dog", "1:b")),
        (Link(Phrase("Help"), "https://example.org/help"),),
    )
    assert keyboard(said(rows=rows)) == {
        "inline_keyboard": [
            [{"text": "Cat", "callback_data": "1:a"}, {"text": "Dog", "callback_data": "1:b"}],
            [{"text": "Help", "url": "https://example.org/help"}],
        ]
    }


def test_no_buttons_no_keyboard() -> None:
    """Telegram refuses an empty one."""
    assert keyboard(said(Para(Phrase("x")))) is None


@pytest.mark.parametrize("data", ["", "x" * 65, "é" * 33])
def test_data_has_at_most_64_bytes(data: str) -> None:
    """A button that Telegram would refuse is refused where it is built."""
    with pytest.raises(ValueError, match="64 bytes"):
        keyboard(said(rows=((button("Cat", data),),)))


def test_data_may_have_64_bytes() -> None:
    """The limit itself is allowed."""
    assert keyboard(said(rows=((button("Cat", "é" * 32),),)))


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/web",
        "https://server/",
        "http://[::1]/",
        "http://[broken/",
        "ftp://example.org/",
        "javascript:alert(1)",
    ],
)
def test_links_telegram_would_refuse_are_written_out(url: str) -> None:
    """They can still be read and copied; the row that held nothing else is gone."""
    message = said(Para(Phrase("Open it:")), rows=((Link(Phrase("Web & more"), url),),))
    assert html(message) == f"Open it:\nWeb &amp; more: <code>{url}</code>"
    assert keyboard(message) is None


@pytest.mark.parametrize("url", ["https://example.org", "http://127.0.0.1:8080/x", "tg://resolve?domain=x"])
def test_links_telegram_takes_are_buttons(url: str) -> None:
    """Hosts with a dot, and Telegram's own."""
    message = said(rows=((Link(Phrase("Open"), url),),))
    assert html(message) == ""
    assert keyboard(message) == {"inline_keyboard": [[{"text": "Open", "url": url}]]}


def test_a_picture_that_cannot_be_shown_is_told() -> None:
    """The words for it stand above the rest."""
    message = said(Para(Phrase("What is it?")), picture="cat.png", alt="A cat & a mat")
    assert html_without_picture(message) == "<i>A cat &amp; a mat</i>\n\nWhat is it?"
    assert html_without_picture(said(picture="cat.png", alt="A cat")) == "<i>A cat</i>"
    assert html(message) == "What is it?"
