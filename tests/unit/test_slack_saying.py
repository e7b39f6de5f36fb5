"""What is said on Slack is shown letter by letter, calls nobody, and fits what Slack takes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.dialogue.fit import fit
from bots.dialogue.vocabulary import Attachment, Button, Code, Link, Message, Note, Para, Quote, Title
from bots.slack import saying
from bots.slack.platform import Slack
from i18n import Content, Phrase, translator_for
from tests.standins.slack.blocks import Checked, check_message, check_view
from tests.standins.slack.mrkdwn import pings, reads, stray, unescape
from tests.standins.slack.reading import rows, words
from tests.standins.slack.refusal import Json

NASTY = [
    "<!channel> <!here> <@U1> <#C1|general> <!subteam^S1>",
    "*bold* _italic_ ~gone~ `code` ```block```",
    "> no quote\n>>> nor this\n- no list\n1. nor this",
    "&lt; &amp;amp; < > & <a|b> <http://x|y>",
    ":smile: :+1::skin-tone-2: :not-an-emoji:",
    "مرحبا (عالم) 123 – שלום \u202eabc\u202c",
    "😀 👨‍👩‍👧 ﷽ é é\u200b\u2060",
    "a\n\n\n b \t c",
]
ANY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.sampled_from(NASTY)


def taken(message: Message, *, picture: str | None = None) -> Checked:
    """The blocks as a strict Slack takes them."""
    return check_message(saying.blocks(message, picture=picture), lambda _: True)


def raw(made: list[Json]) -> str:
    """All runs of all rich text, one after the other."""
    return "".join(
        run["text"]
        for block in made
        if block["type"] == "rich_text"
        for part in block["elements"]
        for run in part["elements"]
    )


def para(text: str) -> Message:
    return Message((Para(Phrase(text)),))


# --- exactly what was said ------------------------------------------------------------------------


@given(ANY)
def test_any_words_are_shown_as_they_are(text: str) -> None:
    """Rich text knows no markup, so nothing in it is a mention, a style or a link."""
    message = Message((Title(Phrase(text)), Quote(Content(text)), Para(Phrase(text)), Code(Content(text))))
    checked = taken(message)
    assert (checked.pings, checked.stray) == ([], [])
    if text.strip():
        assert raw(list(checked.blocks)) == text * 4
        assert words(checked.blocks) == "\n".join([text] * 4)
    else:
        assert checked.blocks == ()


@given(ANY)
def test_what_a_notification_says_calls_nobody(text: str) -> None:
    """It is the same words, escaped, and not longer than Slack takes."""
    told = saying.text(para(text))
    assert (pings(told), stray(told)) == ([], None)
    assert unescape(told) == (text if text.strip() else " ")


@given(st.integers(2980, 3000), st.text("&<>a", max_size=20))
def test_a_long_notification_is_cut_between_letters(length: int, end: str) -> None:
    """Never inside of what stands for one letter."""
    text = "a" * length + end
    told = saying.text(para(text))
    assert len(told) <= saying.MOST_TEXT
    assert text.startswith(unescape(told))
    assert reads(told) == unescape(told)


@given(ANY.filter(lambda text: len(text) <= 75))
def test_labels_are_shown_as_they_are(text: str) -> None:
    """As far as 75 characters go, of which Slack counts five for an ampersand; an empty one can still be pressed."""
    message = Message((Para(Phrase("x")),), ((Button(Content(text), "1:a"),),))
    (row,) = rows(taken(message).blocks)
    label = text.strip() or "…"
    if len(label.replace("&", "&amp;")) <= 75:
        assert row[0].label == label
    assert label.startswith(row[0].label)
    assert row[0].label


def test_small_print_stands_apart() -> None:
    """It has a kind of block of its own, in its place between the others."""
    message = Message((Title(Phrase("A")), Note(Phrase("b *c*")), Para(Phrase("D")), Note(Phrase("e"))))
    made = taken(message).blocks
    assert [block["type"] for block in made] == ["rich_text", "context", "rich_text", "context"]
    assert words(made) == "A\nb *c*\nD\ne"


def test_long_small_print_loses_nothing() -> None:
    """A context holds less than a paragraph does."""
    text = "n" * 5000
    made = taken(Message((Note(Phrase(text)),))).blocks
    assert words(made) == text


def test_parts_without_words_are_left_out() -> None:
    """Slack takes no empty text."""
    assert taken(Message((Para(Phrase("")), Note(Phrase("  ")), Quote(Content("\n"))))).blocks == ()
    assert saying.text(para("")) == " "


# --- within Slack's limits ------------------------------------------------------------------------

_LONG = st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=9), st.integers(1, 1000))
_PARTS = st.one_of(
    st.builds(Title, st.builds(Phrase, st.text(max_size=40))),
    st.builds(Para, st.builds(Phrase, _LONG)),
    st.builds(Quote, st.builds(Content, _LONG)),
    st.builds(Note, st.builds(Phrase, _LONG)),
    st.builds(Code, st.builds(Content, st.text(max_size=40))),
)
_LABEL = st.builds(lambda text, times: Content(text * times), st.text(max_size=5), st.integers(1, 30))
_KEYS = st.builds(Button, _LABEL, st.just("1:a:0")) | st.builds(
    Link, _LABEL, st.just("https://example.org/x")
)
_ROWS = st.lists(st.lists(_KEYS, min_size=1, max_size=9).map(tuple), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PARTS, max_size=6), _ROWS, st.booleans())
def test_whatever_fits_is_taken(parts: list[Para], keys: list[tuple[Button, ...]], shown: bool) -> None:
    """After the limits that are declared, a strict Slack has no objection left."""
    message = Message(tuple(parts), tuple(keys), picture="x.png" if shown else None, alt=Phrase("a cat"))
    fitted = fit(message, Slack.limits, translator_for("en", None))
    taken(fitted, picture="F1" if shown else None)


@pytest.mark.parametrize("across", [1, 5])
def test_the_fullest_card_is_taken(across: int) -> None:
    """A long text and many long labels together: the labels give way, every one can still be pressed."""
    keys = [Button(Content(f"{at} " + "x" * 80), f"1:a:{at}") for at in range(300)]
    rows_of_keys = tuple(tuple(keys[at : at + across]) for at in range(0, 300, across))
    full = Message((Title(Phrase("T")), Quote(Content("q" * 9900))), rows_of_keys)
    made = taken(fit(full, Slack.limits, translator_for("en", None))).blocks
    assert len(made) <= 50
    shown = [key for row in rows(made) for key in row]
    assert [key.data for key in shown] == [f"1:a:{at}" for at in range(40 * across)]
    assert all(key.label.startswith(f"{at} x") for at, key in enumerate(shown))
    assert "q" * 9900 in words(made)


def test_many_notes_and_many_rows_are_taken() -> None:
    """More blocks than a message holds: small print then stands among the rest."""
    parts = tuple(part for at in range(30) for part in (Para(Phrase(f"p{at}")), Note(Phrase(f"n{at}"))))
    keys = tuple((Button(Phrase("x"), f"1:a:{at}"),) for at in range(40))
    made = taken(Message(parts, keys)).blocks
    assert words(made).split() == [word for at in range(30) for word in (f"p{at}", f"n{at}")]
    assert len(rows(made)) == 40


def test_a_dashboard_is_taken() -> None:
    """The same blocks, as a view."""
    message = Message((Title(Phrase("You")), Note(Phrase("n"))), ((Button(Phrase("Go"), "1:next"),),))
    view = {"type": "home", "blocks": saying.blocks(message)}
    assert [block["type"] for block in check_view(view, "home", lambda _: True).blocks] == [
        "rich_text",
        "context",
        "actions",
    ]


@pytest.mark.parametrize("data", ["", "x" * 2001])
def test_a_button_that_cannot_be_is_not_built(data: str) -> None:
    """The value is what the app gets back, so it is never cut."""
    with pytest.raises(ValueError, match="2000"):
        saying.blocks(Message((), ((Button(Phrase("A"), data),),)))


def test_links_open_by_themselves() -> None:
    """They carry an address and nothing to send."""
    message = Message((Para(Phrase("x")),), ((Link(Phrase("Open"), "https://example.org"),),))
    ((key,),) = rows(taken(message).blocks)
    assert (key.url, key.data, key.label) == ("https://example.org", None, "Open")


# --- pictures -------------------------------------------------------------------------------------


def test_a_picture_has_words_for_those_who_do_not_see_it() -> None:
    """As long as Slack takes, and never none."""
    shown = Message((Para(Phrase("What is it?")),), picture="x.png", alt=Phrase("a" * 3000))
    assert taken(shown, picture="F1").blocks[0]["alt_text"] == "a" * 2000
    bare = Message((Para(Phrase("What is it?")),), picture="x.png")
    assert taken(bare, picture="F1").blocks[0]["alt_text"]


def test_a_picture_that_is_lost_is_told_in_words() -> None:
    """Without a file there is still the card."""
    lost = Message((Para(Phrase("What is it?")),), picture="x.png", alt=Phrase("a cat"))
    assert words(taken(lost).blocks) == "a cat\nWhat is it?"


# --- instead --------------------------------------------------------------------------------------


def test_what_is_said_instead() -> None:
    """Where a place cannot be written to: other words, or the same ones privately."""
    there = Message((Para(Phrase("12 tasks wait")),), otherwise=Phrase("Invite me there first."), locale="es")
    instead = saying.otherwise(there)
    assert (instead.parts, instead.locale) == ((Para(Phrase("Invite me there first.")),), "es")
    assert saying.otherwise(para("x")) == para("x")
    assert saying.otherwise(Message((), attachment=Attachment("a", "b"))).attachment is not None
