"""Forms as modals: whatever a form asks fits a view, and what was filled in comes back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.dialogue.vocabulary import Choice, Field, Form, Wrong
from bots.slack import forms
from i18n import Content, Phrase
from tests.standins.slack.blocks import check_view
from tests.standins.slack.views import View

ONE = tuple(Choice(Phrase(label), label.lower()) for label in ("Cat", "Dog", "Cow"))


def form(*fields: Field, **more: Any) -> Form:
    """A form of these fields."""
    told = {"data": "1:settings", "title": Phrase("Settings"), "submit": Phrase("Save"), **more}
    return Form(fields=fields, **told)


def shown(asked: Form) -> View:
    """The form as a strict Slack shows it."""
    body = forms.view(asked)
    checked = check_view(body, "modal", lambda _: False)
    return View("V1", "modal", "U1", "T1", {**body, "blocks": list(checked.blocks)}, "hash", "V1")


def sent(asked: Form, **values: Any) -> dict[str, Any]:
    """What comes back when somebody fills it in and sends it."""
    view = shown(asked)
    view.fill(values)
    assert view.unfinished() == []
    return forms.values_of(view.json(app_id="A1", bot_id="B1"))


# --- shown ----------------------------------------------------------------------------------------


def test_a_form_shows_what_stands_in_it() -> None:
    """Labels, hints, what was chosen before, and a note above all."""
    view = shown(
        form(
            Field("name", Phrase("Title"), value="Cats", hint=Phrase("Short")),
            Field("text", Phrase("Words"), "text", optional=True),
            Field("one", Phrase("Which"), "one", value="dog", choices=ONE),
            Field("some", Phrase("Some"), "some", value=("cat", "cow"), choices=ONE),
            note=Phrase("All can be changed later."),
        )
    )
    assert (view.title, view.private_metadata) == ("Settings", "1:settings")
    assert view.words.startswith("All can be changed later.\nTitle\nShort\n")
    assert [one.initial for one in view.fields] == ["Cats", "", "dog", ("cat", "cow")]
    assert [one.multiline for one in view.fields] == [False, True, False, False]
    assert [one.optional for one in view.fields] == [False, True, False, False]


_TEXT = st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=9), st.integers(1, 900))
_CHOICES = st.lists(
    st.builds(Choice, _TEXT.map(Content), st.integers(0, 10**6).map(str)),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.value,
).map(tuple)
_FIELDS = st.lists(
    st.builds(
        Field,
        st.text("abc", min_size=1, max_size=20),
        _TEXT.map(Content),
        st.sampled_from(["line", "text", "one", "some"]),
        st.none() | _TEXT.map(Content),
        _TEXT,
        _CHOICES,
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda field: field.name,
)


@settings(max_examples=60, deadline=None)
@given(_FIELDS, _TEXT, _TEXT, st.none() | _TEXT)
def test_any_form_is_within_slacks_limits(
    fields: list[Field], title: str, submit: str, note: str | None
) -> None:
    """However long its words are."""
    shown(form(*fields, title=Content(title), submit=Content(submit), note=note and Content(note)))


def test_long_words_are_cut_where_slack_is_short() -> None:
    """A title has room for 24 characters, a choice for 75; the cut can be seen."""
    choices = (Choice(Phrase("c" * 80), "c"),)
    view = shown(
        form(Field("a", Phrase("A"), "one", choices=choices), title=Phrase("New project: " + "x" * 30))
    )
    assert view.title == "New project: xxxxxxxxxx…"
    assert view.fields[0].options == (("c" * 74 + "…", "c"),)


def test_more_choices_than_a_menu_holds() -> None:
    """A hundred are offered, and what is chosen already is one of them."""
    many = tuple(Choice(Phrase(f"n{at}"), str(at)) for at in range(130))
    view = shown(
        form(
            Field("one", Phrase("One"), "one", choices=many, value="120"),
            Field("some", Phrase("Some"), "some", choices=many, value=("5", "129"), optional=True),
        )
    )
    assert [len(one.options) for one in view.fields] == [100, 100]
    assert view.fields[0].initial == "120"
    assert view.fields[1].initial == ("5", "129")


def test_a_value_that_is_no_choice_any_more() -> None:
    """Nothing is chosen then."""
    view = shown(
        form(
            Field("one", Phrase("One"), "one", choices=ONE, value="gone"),
            Field("some", Phrase("Some"), "some", choices=ONE, value=("gone",), optional=True),
        )
    )
    assert [one.initial for one in view.fields] == ["", ()]


def test_a_part_of_a_value_is_no_choice() -> None:
    """One value of several fields is compared as a whole."""
    choices = (Choice(Phrase("English"), "en"), Choice(Phrase("Kyrgyz"), "ky"))
    view = shown(form(Field("some", Phrase("Some"), "some", choices=choices, value="eng", optional=True)))
    assert view.fields[0].initial == ()


# --- sent -----------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_what_was_typed_comes_back(text: str) -> None:
    """Letter by letter; nothing is escaped in a form."""
    asked = form(Field("a", Phrase("A"), "text", optional=True))
    assert sent(asked, a=text) == {"a": text}


def test_what_was_chosen_comes_back() -> None:
    """As values, also those that nobody touched."""
    asked = form(
        Field("one", Phrase("One"), "one", choices=ONE, optional=True),
        Field("some", Phrase("Some"), "some", choices=ONE, value=("cow",), optional=True),
        Field("line", Phrase("Line"), value="as it was"),
    )
    assert sent(asked) == {"one": "", "some": ("cow",), "line": "as it was"}
    assert sent(asked, one="Dog", some=["Cat", "Dog"]) == {
        "one": "dog",
        "some": ("cat", "dog"),
        "line": "as it was",
    }
    assert sent(asked, some=[])["some"] == ()


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("errors", "placed"),
    [
        ({"b": "Too long."}, {"b": "Too long."}),
        ({"": "Nothing changed."}, {"a": "Nothing changed."}),
        ({"": "Closed.", "a": "Too short."}, {"a": "Closed. Too short."}),
        ({"a": "Too short.", "": "Closed."}, {"a": "Too short. Closed."}),
        ({"gone": "Not there."}, {"a": "Not there."}),
    ],
)
def test_faults_stand_at_their_fields(errors: dict[str, str], placed: dict[str, str]) -> None:
    """What is wrong with the whole stands at the first."""
    wrong = Wrong({name: Phrase(words) for name, words in errors.items()})
    assert forms.errors(wrong, ["a", "b"]) == placed
