"""What a platform with forms promises: it shows them whole, brings back what was filled in, and says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from bots.dialogue.vocabulary import Choice, Command, Field, Form, Heard, Submit, Text, Toast, Wrong
from i18n import Content, Phrase
from tests.contract.platforms import FormSide, Side
from tests.integration.telegram_ears import Ear, listening

FORM = Form(
    "1:new:7",
    Phrase("New & <project>"),
    (
        Field("title", Phrase("Title"), hint=Phrase("What is it *about*?"), value="Animals & <more>"),
        Field("text", Phrase("Instructions"), "text", value="line one\nline two", optional=True),
        Field(
            "kind",
            Phrase("Kind"),
            "one",
            value="b",
            choices=(Choice(Phrase("First"), "a"), Choice(Phrase("Second & last"), "b")),
        ),
        Field(
            "langs",
            Phrase("Languages"),
            "some",
            value=("en", "es"),
            choices=tuple(Choice(Content(name), name) for name in ("en", "es", "ar")),
            optional=True,
        ),
    ),
    Phrase("Create"),
    Phrase("All this can be changed later."),
)
STANDING = {"title": "Animals & <more>", "text": "line one\nline two", "kind": "b", "langs": ("en", "es")}


@pytest.fixture
def forms(any_side: Side) -> FormSide:
    """The platforms that show forms; the others ask step by step."""
    if not any_side.platform.limits.forms:
        pytest.skip("no forms here")
    return cast(FormSide, any_side)


class Clerk:
    """Answers a command with a form, and a form that was sent as it is told to."""

    def __init__(self, side: FormSide, form: Form, *answers: Wrong | Toast | None) -> None:
        self.side = side
        self.form = form
        self.answers = [*answers]
        self.opened: list[bool] = []

    async def __call__(self, heard: Heard) -> None:
        match heard.what:
            case Command(handle=str(handle)):
                self.opened.append(await self.side.platform.acknowledge(handle, self.form))
            case Submit(handle=handle):
                await self.side.platform.acknowledge(handle, self.answers.pop(0))


@asynccontextmanager
async def opened(side: FormSide, clerk: Clerk) -> Any:
    """The form is in front of the person."""
    ear = Ear()
    ear.then = clerk
    async with listening(side.platform, ear):
        await side.ready()
        await side.commands("newproject")
        await ear.until(1)
        yield ear


async def sent(side: FormSide, ear: Ear, values: Mapping[str, str | tuple[str, ...]]) -> Mapping[str, str]:
    """What is wrong with the form after it was sent."""
    found = await side.submits(values)
    await side.confirmed()
    return found


async def test_a_form_is_shown_as_it_is(forms: FormSide) -> None:
    """Its words, its fields with what stands in them, and what can be chosen."""
    clerk = Clerk(forms, FORM)
    async with opened(forms, clerk):
        shown = await forms.form()
    assert clerk.opened == [True]
    assert shown.title == "New & <project>"
    assert "All this can be changed later." in shown.words
    assert "What is it *about*?" in shown.words
    assert {name: one.value for name, one in shown.fields.items()} == STANDING
    assert [one.label for one in shown.fields.values()] == ["Title", "Instructions", "Kind", "Languages"]
    assert shown.fields["kind"].choices == ("First", "Second & last")
    assert shown.fields["langs"].choices == ("en", "es", "ar")
    assert forms.complaints() == []


async def test_what_was_filled_in_comes_back(forms: FormSide) -> None:
    """Letter by letter, with what was left as it stood, under the form's own data; then it closes."""
    async with opened(forms, Clerk(forms, FORM, None)) as ear:
        words = "<b>*Ünïcode*</b> & مرحبا <@U1>"
        assert await sent(forms, ear, {"title": words, "kind": "a", "langs": ()}) == {}
        heard = (await ear.until(2))[1]
    assert isinstance(heard.what, Submit)
    assert heard.what.data == FORM.data
    assert heard.what.values == STANDING | {"title": words, "kind": "a", "langs": ()}
    assert heard.sender.user_id == forms.person.user_id


async def test_what_is_wrong_stands_at_its_field(forms: FormSide) -> None:
    """The form stays open, is mended and heard again, perhaps under the same key: its faults left no trace."""
    wrong = Wrong({"title": Phrase("Too <short> & dull."), "": Phrase("Please look again.")})
    async with opened(forms, Clerk(forms, FORM, wrong, None)) as ear:
        found = await sent(forms, ear, {"title": "x"})
        assert "Too <short> & dull." in found["title"]
        assert any("Please look again." in words for words in found.values())
        assert await sent(forms, ear, {"title": "Street scenes"}) == {}
        heard = await ear.until(3)
    values = [one.what.values["title"] for one in heard if isinstance(one.what, Submit)]
    assert values == ["x", "Street scenes"]


async def test_a_form_that_comes_too_late_is_said_to_be(forms: FormSide) -> None:
    """Whoever answered then says it in words; later forms are shown again."""
    forms.slow()
    clerk = Clerk(forms, FORM)
    async with opened(forms, clerk):
        await forms.confirmed()
    assert clerk.opened == [False]


async def test_a_form_is_opened_once(forms: FormSide) -> None:
    """An event that comes twice opens nothing twice."""
    clerk = Clerk(forms, FORM)
    async with opened(forms, clerk) as ear:
        await forms.repeats()
        await ear.until(2)
    assert clerk.opened == [True, False]


async def test_a_form_beyond_all_limits_is_shown(forms: FormSide) -> None:
    """What is too long is cut, rather than that nothing opens."""
    long = Content("&<Wörter " * 800)
    choices = tuple(Choice(Content(f"{at} {long}"), str(at)) for at in range(150))
    fields = (
        Field("line", long, hint=long, value=long),
        Field("text", long, "text", value=long),
        Field("one", long, "one", value="3", choices=choices),
        Field("some", long, "some", value=("3", "4"), choices=choices),
    )
    clerk = Clerk(forms, replace(FORM, title=long, submit=long, note=long, fields=fields))
    async with opened(forms, clerk):
        shown = await forms.form()
    assert clerk.opened == [True]
    assert shown.title.startswith("&<W")
    assert shown.fields["one"].value == "3"
    assert shown.fields["some"].value == ("3", "4")
    assert forms.complaints() == []


async def test_words_meanwhile_are_heard(forms: FormSide) -> None:
    """An open form holds up nothing."""
    async with opened(forms, Clerk(forms, FORM, None)) as ear:
        await forms.types("and now?")
        assert (await ear.until(2))[1].what == Text("and now?")
        assert await sent(forms, ear, {}) == {}
        await ear.until(3)
