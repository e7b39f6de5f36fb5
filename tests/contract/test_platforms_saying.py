"""What every platform promises: it says exactly what it was given, within its limits, in place or anew."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from bots.dialogue.fit import ROOM, fit, fit_answer
from bots.dialogue.vocabulary import (
    Attachment,
    Button,
    Code,
    Limits,
    Link,
    Message,
    Note,
    Para,
    Part,
    Quote,
    Row,
    Title,
    Toast,
)
from bots.platform import Impossible, Media, Posted
from core.intake.images import image_path
from i18n import Content, Phrase, translator_for
from tests.contract.platforms import Shown, Side

ENGLISH = translator_for("en")
PARTS: tuple[type[Part], ...] = (Title, Para, Quote, Note, Code)
TRICKY = [
    "<b>bold</b> &amp; a < b && c > d &lt;",
    "*bold* _italic_ ~struck~ `code` ```block``` ||spoiler|| __under__",
    "<!channel> <!here> <!everyone> <@U1> <#C1> @everyone @channel @ana #general",
    "[words](https://example.org) <https://example.org|words> \\*escaped\\*",
    "https://example.org/a?b=1&c=2#d and someone@example.org and /start and $TSLA +1 555 0100",
    "> quote\n- item\n1. one\n# head\n    code",
    ":smile: 😀 👨‍👩‍👧 e\u0301 ﷽",
    "مرحبا (عالم) 123 – שלום \u2067isolated\u2069 abc",
    "{braces} %(name)s %s {{x}} ${y} \"quotes\" 'single'",
]
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # making failures small takes longer than reading them
SUPPRESSED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def picture(folder: Path, colour: str, *, ref: str | None = None) -> tuple[str, Media]:
    """A small real image, stored as ours are: its name and where it is."""
    out = io.BytesIO()
    Image.new("RGB", (120, 80), colour).save(out, "PNG")
    name = f"{hashlib.sha256(out.getvalue()).hexdigest()}.png"
    path = image_path(folder / "media", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue())
    return name, Media(path, ref)


def said(words: str, **more: object) -> Message:
    """A message of one paragraph."""
    return replace(Message((Para(Content(words)),)), **more)  # type: ignore[arg-type]  # any field


def rows(*labels: str) -> tuple[Row, ...]:
    """One row of buttons."""
    return (tuple(Button(Content(label), f"1:a:{at}") for at, label in enumerate(labels)),)


async def last(side: Side) -> Shown:
    """The newest message."""
    return (await side.sees())[-1]


# --- exactly --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", TRICKY)
async def test_words_are_said_as_they_are(side: Side, words: str) -> None:
    """As any part, sent or edited: nobody's markup is interpreted, and nobody is called."""
    posted = None
    for kind in PARTS:
        message = Message((Title(Phrase("Task 1")), kind(Content(words))), rows("Cat"))
        await side.platform.send(side.person, message, None)
        assert words in (await last(side)).words
        posted = posted or await side.platform.send(side.person, said("first"), None)
        await side.platform.edit(side.person, posted.ref, message, None)
        assert any(one.ref == posted.ref and words in one.words for one in await side.sees())
    assert side.complaints() == []


@pytest.mark.parametrize("words", [one.partition("\n")[0][:50].strip() for one in TRICKY])
async def test_buttons_are_labelled_as_they_are(side: Side, words: str) -> None:
    """In rows, in their order; a link leads where it should."""
    url = "https://example.org/a?b=1&c=%20<d>"
    labelled = Message(
        (Para(Phrase("Choose")),), (*rows(words, "Dog"), (Link(Content(words), url),), *rows("Skip"))
    )
    await side.platform.send(side.person, labelled, None)
    shown = await last(side)
    assert shown.labels == (words, "Dog", words, "Skip")
    assert shown.links == (url,)
    assert side.complaints() == []


async def test_messages_stand_in_the_order_in_which_they_were_sent(side: Side) -> None:
    """Each with a name of its own."""
    posted = [await side.platform.send(side.person, said(f"news {at}"), None) for at in range(5)]
    shown = await side.sees()
    assert [one.words for one in shown] == [f"news {at}" for at in range(5)]
    assert [one.ref for one in shown] == [one.ref for one in posted]
    assert len({one.ref for one in posted}) == 5


async def test_half_a_letter_does_not_stop_a_message(side: Side) -> None:
    """Files hold everything, also halves of surrogate pairs; the rest of the words arrives."""
    await side.platform.send(side.person, said("before \ud83d after"), None)
    words = (await last(side)).words
    assert words.startswith("before ")
    assert words.endswith(" after")


# --- pictures and files ---------------------------------------------------------------------------


async def test_a_picture_comes_with_its_words_and_buttons(side: Side, tmp_path: Path) -> None:
    """And is named by the platform ever after."""
    name, media = picture(tmp_path, "teal")
    card = said("What is it?", picture=name, alt=Phrase("a <cat>"), rows=rows("Cat", "Dog"))
    for _ in range(2):
        posted = await side.platform.send(side.person, card, media)
        shown = await last(side)
        assert shown.picture == media.path.read_bytes()
        assert "What is it?" in shown.words
        assert shown.labels == ("Cat", "Dog")
        media = replace(media, ref=posted.media_ref)
    assert side.complaints() == []


async def test_a_picture_that_the_platform_forgot_is_sent_again(side: Side, tmp_path: Path) -> None:
    """Names age, and belong to one bot only."""
    name, media = picture(tmp_path, "navy", ref="of-another-bot")
    posted = await side.platform.send(side.person, said("x", picture=name), media)
    assert (await last(side)).picture == media.path.read_bytes()
    assert posted.media_ref != "of-another-bot"


async def test_a_picture_that_is_lost_is_told_in_words(side: Side) -> None:
    """Without a file there is still the card."""
    lost = said("What is it?", picture=f"{'0' * 64}.png", alt=Phrase("a cat"))
    await side.platform.send(side.person, lost, None)
    assert "What is it?" in (await last(side)).words


async def test_a_file_comes_under_its_name(side: Side, tmp_path: Path) -> None:
    """Byte for byte, with the words beside it."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "7.csv").write_bytes(bytes(range(256)) * 50)
    results = said("Here <you> are", attachment=Attachment("exports/7.csv", "ré su 猫.csv"))
    await side.platform.send(side.person, results, None)
    shown = await side.sees()
    assert [one.file for one in shown if one.file] == [("ré su 猫.csv", bytes(range(256)) * 50)]
    assert any("Here <you> are" in one.words for one in shown)


@pytest.mark.parametrize("path", ["../secret.txt", "link"])
async def test_only_our_files_are_given_away(side: Side, tmp_path: Path, path: str) -> None:
    """Nothing outside the data folder, by whatever name."""
    outside = tmp_path.parent / "secret.txt"
    outside.write_bytes(b"s3cret")
    (tmp_path / "link").symlink_to(outside)
    with suppress(Impossible):
        await side.platform.send(side.person, said("x", attachment=Attachment(path, "x.txt")), None)
    assert [one.file for one in await side.sees() if one.file] == [], "at most the words are said"


# --- edits ----------------------------------------------------------------------------------------


async def test_an_edit_stands_in_the_same_place(side: Side) -> None:
    """With other words and buttons, or none."""
    posted = await side.platform.send(side.person, said("one", rows=rows("Cat")), None)
    await side.platform.send(side.person, said("below"), None)
    for message in (said("two", rows=rows("Dog", "Bird")), said("three")):
        again = await side.platform.edit(side.person, posted.ref, message, None)
        assert again.ref == posted.ref
        first, second = await side.sees()
        assert (first.words, second.words) == (message.parts[0].words, "below")
        assert first.labels == tuple(one.label for row in message.rows for one in row)


async def test_an_edit_that_changes_nothing_is_a_success(side: Side, tmp_path: Path) -> None:
    """Whatever the platform calls it."""
    name, media = picture(tmp_path, "teal")
    for message, shows in ((said("x", rows=rows("Cat")), None), (said("x", picture=name), media)):
        posted = await side.platform.send(side.person, message, shows)
        shows = None if shows is None else replace(shows, ref=posted.media_ref)
        for _ in range(2):
            assert (await side.platform.edit(side.person, posted.ref, message, shows)).ref == posted.ref


async def test_a_picture_is_replaced_in_place(side: Side, tmp_path: Path) -> None:
    """With its words."""
    (name, media), (other, another) = picture(tmp_path, "teal"), picture(tmp_path, "navy")
    posted = await side.platform.send(side.person, said("one", picture=name), media)
    await side.platform.edit(side.person, posted.ref, said("two", picture=other), another)
    (shown,) = await side.sees()
    assert (shown.words.strip(), shown.picture) == ("two", another.path.read_bytes())


async def refusal(edit: Awaitable[Posted]) -> Impossible | None:
    """Why an edit was refused, if it was."""
    try:
        await edit
    except Impossible as refused:
        return refused
    return None


@pytest.mark.parametrize("first", ["words", "picture"])
async def test_words_and_a_picture_change_places_or_say_that_they_cannot(
    side: Side, tmp_path: Path, first: str
) -> None:
    """Where the platform can; elsewhere the message counts as gone, and a new one is posted."""
    name, media = picture(tmp_path, "teal")
    words, card = (said("words", rows=rows("Cat")), None), (said("card", picture=name), media)
    before, after = (words, card) if first == "words" else (card, words)
    posted = await side.platform.send(side.person, *before)
    refused = await refusal(side.platform.edit(side.person, posted.ref, *after))
    if refused is not None:
        assert refused.gone
        assert not side.platform.limits.edits_media
        return
    (shown,) = await side.sees()
    assert after[0].parts[0].words in shown.words
    assert (shown.picture is not None) == (after[1] is not None)


async def test_a_vanished_message_is_gone(side: Side) -> None:
    """So that the courier posts a new one; what follows it is said all the same."""
    posted = await side.platform.send(side.person, said("x"), None)
    await side.vanish(posted.ref)
    with pytest.raises(Impossible) as told:
        await side.platform.edit(side.person, posted.ref, said("y"), None)
    assert told.value.gone
    await side.platform.send(side.person, said("a reply"), None, below=posted.ref)
    assert [one.words for one in await side.sees()] == ["a reply"]


async def test_what_follows_a_message_is_said_below_it(side: Side, tmp_path: Path) -> None:
    """Words, pictures and files; and the message above can still be edited."""
    name, media = picture(tmp_path, "teal")
    (tmp_path / "x.csv").write_bytes(b"x")
    posted = await side.platform.send(side.person, said("import"), None)
    await side.platform.send(side.person, said("row 7"), None, below=posted.ref)
    await side.platform.send(side.person, said("row 8", picture=name), media, below=posted.ref)
    file = said("rows", attachment=Attachment("x.csv", "x.csv"))
    await side.platform.send(side.person, file, None, below=posted.ref)
    await side.platform.edit(side.person, posted.ref, said("import done"), None)
    shown = await side.sees()
    assert [one.words.strip() for one in shown if one.words.strip()] == [
        "import done",
        "row 7",
        "row 8",
        "rows",
    ]
    assert any(one.file for one in shown)


# --- limits ---------------------------------------------------------------------------------------


def largest(limits: Limits, *, most: int) -> Message:
    """A message that touches every limit and passes none."""
    labels = [tuple(Button(Content("W" * limits.button), f"1:{'x' * 60}") for _ in range(limits.row))]
    return Message((Para(Content("m" * (most - ROOM))),), tuple(labels))


async def test_a_message_at_the_limit_passes(side: Side, tmp_path: Path) -> None:
    """In words, below a picture, beside a file; sent and edited."""
    limits = side.platform.limits
    name, media = picture(tmp_path, "teal")
    (tmp_path / "x.csv").write_bytes(b"x")
    words = largest(limits, most=limits.text)
    card = replace(largest(limits, most=limits.caption), picture=name, alt=Content("a" * limits.caption))
    for message, shows in ((words, None), (card, media)):
        assert fit(message, limits, ENGLISH) == message
        posted = await side.platform.send(side.person, message, shows)
        assert message.parts[0].words in (await last(side)).words
        await side.platform.edit(side.person, posted.ref, replace(message, rows=()), shows)
    file = replace(largest(limits, most=limits.caption), rows=(), attachment=Attachment("x.csv", "x.csv"))
    await side.platform.send(side.person, file, None)
    toast = Toast(Phrase("t" * limits.toast))
    assert fit_answer(toast, limits) == toast
    assert await side.platform.acknowledge("nobody's", toast)


Stretch = tuple[str, str, int]
STRETCHES: st.SearchStrategy[Stretch] = st.tuples(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=10),
    st.sampled_from(["a", "<", "&", "*", "😀", "ا", "é", "\n", "word ", "&amp;", "﷽"]),
    st.sampled_from([0, 1, 70, 300, 1000, 4096, 12_000]),
)
URLS = ("https://example.org/", f"https://example.org/{'a' * 900}")


def stretched(recipe: Stretch) -> str:
    """Words as long as one likes, from a recipe that a failing test can show."""
    start, letters, times = recipe
    return (start + letters * times)[:12_000]


def wall(label: Stretch, *, across: int, down: int) -> tuple[Row, ...]:
    """Rows of buttons and links, all with the same words."""
    words = Content(f"x{stretched(label)[:300]}")
    row = [
        Link(words, URLS[at % 2]) if at % 5 == 4 else Button(words, f"1:{'x' * 62}") for at in range(across)
    ]
    return (tuple(row),) * down


@pytest.mark.parametrize("shows", ["words", "picture"])
@settings(max_examples=30, deadline=None, suppress_health_check=SUPPRESSED, phases=PHASES)
@given(
    title=STRETCHES,
    parts=st.lists(st.tuples(st.sampled_from(PARTS), STRETCHES), max_size=6),
    label=STRETCHES,
    across=st.sampled_from([1, 3, 8, 12]),
    down=st.sampled_from([0, 1, 9, 50, 120]),
)
async def test_whatever_is_fitted_can_be_said(
    side: Side,
    tmp_path: Path,
    shows: str,
    title: Stretch,
    parts: list[tuple[type[Part], Stretch]],
    label: Stretch,
    across: int,
    down: int,
) -> None:
    """However far beyond all limits it was: it is never refused, neither new nor as an edit."""
    limits, media = side.platform.limits, None
    said_parts = (
        Title(Content(f"T{stretched(title)}")),
        *(kind(Content(stretched(one))) for kind, one in parts),
    )
    message = Message(said_parts, wall(label, across=across, down=down))
    if shows == "picture":
        name, media = picture(tmp_path, "teal")
        message = replace(message, picture=name, alt=said_parts[0].words)
    fitted = fit(message, limits, ENGLISH)
    posted = await side.platform.send(side.person, fitted, media)
    shown = await last(side)
    assert shown.words.startswith("T")
    assert len(shown.labels) == sum(map(len, fitted.rows))
    assert (len(shown.labels) > 0) == (down > 0)
    media = None if media is None else replace(media, ref=posted.media_ref)
    await side.platform.edit(side.person, posted.ref, replace(fitted, rows=fitted.rows[:1]), media)
    assert side.complaints() == []
