"""What a training tells its requester, and what suggestions turned out to do: in words, for every outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bots.dialogue import effects, training_words
from bots.dialogue.auditing import audit
from bots.dialogue.fit import fit
from bots.dialogue.training_words import FAILURES, STAGES, WARNINGS, progress, trained, training_failed
from bots.dialogue.vocabulary import Limits, Part
from core.consensus.advisor import Audit
from core.consensus.anchoring import Anchoring, Span
from core.domain.project import Project
from core.domain.states import ProjectState
from core.domain.tested import tested as score_of  # whose own name would be taken for a test
from core.effect import Effect, read
from core.intake.project_model import ProjectFile
from i18n import translator_for
from models.training.problems import Trouble, Warned
from models.training.recipe import Stage
from tests.advice import CARD, EFFECT, MEASURED
from tests.spoken import labels, said
from tests.world import CHOICE

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
T = translator_for("en")
LOCALES = ("en", "es", "zh_Hans", "ar")


def project(**suggestions: Any) -> Project:
    """A running project with these settings of suggestions."""
    file = ProjectFile.model_validate(CHOICE | {"suggestions": suggestions})
    return Project(1, 1, ProjectState.RUNNING, None, 1, None, 0, 0, NOW, None, None, file)


OWN = project(model="own")


# --- on its way, and at its end -------------------------------------------------------------------


def test_every_stage_has_words() -> None:
    assert set(STAGES) == {"gathering", *(str(one) for one in Stage)}
    words = said(progress(T, OWN, share=0.4, stage="testing"))
    assert words.splitlines() == [
        "I am training a model for “Animals”…",
        "▰▰▰▰▱▱▱▱▱▱ 40%",
        "Testing it on tasks that it has not seen",
    ]
    assert "100%" not in said(progress(T, OWN, share=1.0, stage="something new"))


def test_a_new_model_tells_how_good_it_is_with_its_margin() -> None:
    """And what always saying the commonest label would reach, so that the number means something."""
    message = trained(T, OWN, card=CARD, serves=True, picture="a.png")
    assert said(message).splitlines() == [
        "The model of “Animals” is trained.",
        "It gets about 87 of 100 new tasks right, ± 5 (tested on 210 tasks).",
        "Always saying the commonest label would get 55.",
        "It learned from 340 tasks.",
        "It serves now: where it is sure enough, its suggestion stands on the card.",
        "The picture: which labels it takes for which, and what more answers would teach it.",
    ]
    assert (message.picture, message.alt) == ("a.png", "The report of the training")
    assert labels(message) == ["Suggestions", "Back to the project"]


@pytest.mark.parametrize(
    ("model", "serves", "sentence", "offered"),
    [
        ("own", False, "For now it runs in the shadow", False),
        ("none", False, "Nobody sees its suggestions yet.", True),
        ("pets", False, "The model “pets” goes on suggesting.", True),
    ],
)
def test_what_happens_next(model: str, serves: bool, sentence: str, offered: bool) -> None:
    message = trained(T, project(model=model), card=CARD, serves=serves, picture=None)
    assert sentence in said(message)
    assert ("Show its suggestions" in labels(message)) is offered


def test_a_model_that_was_never_tested_says_so() -> None:
    assert "How good it is was not tested." in said(
        trained(T, OWN, card={"labels": ["cat", "dog"]}, serves=True, picture=None)
    )


def test_the_margin_is_honest_at_the_edges() -> None:
    """Ten right of ten is not certain, and no margin is nothing."""
    few = score_of({"metrics": {"accuracy": 1.0, "baseline": 0.5, "tested_on": 10}})
    many = score_of({"metrics": {"accuracy": 0.5, "baseline": 0.5, "tested_on": 10**9}})
    assert few is not None
    assert many is not None
    assert few.margin >= 15
    assert many.margin == 1


def test_what_should_be_known_of_a_model_is_told() -> None:
    """Every remark of a training has words; labels that the picture cannot name are named beside it."""
    told_by_label = {Warned.CLASS_SEEN_ONCE, Warned.CLASS_NEVER_SEEN}
    assert set(WARNINGS) == {str(one) for one in Warned} - {str(one) for one in told_by_label}
    remarks = {"warnings": list(map(str, Warned)), "once": ["dog"], "unseen": [], "numbered": ["dog"]}
    words = said(trained(T, OWN, card=CARD, serves=True, picture="a.png", remarks=remarks))
    assert "It hardly knows these labels yet: Dog." in words
    assert "Its numbers stand for labels: 2. Dog." in words
    for sentence in WARNINGS.values():
        assert sentence in words


@pytest.mark.parametrize("locale", LOCALES)
def test_the_report_fits_under_its_picture(locale: str) -> None:
    """Its caption says all of it, whatever there is to remark."""
    t = translator_for(locale)
    remarks = {"warnings": ["few_blind", "out_of_time"], "once": ["dog"], "numbered": ["cat", "dog"]}
    message = trained(t, project(model="none"), card=CARD, serves=False, picture="a.png", remarks=remarks)
    assert fit(message, Limits(), t) == message


# --- why there is none ----------------------------------------------------------------------------


def test_every_trouble_has_words_of_its_own() -> None:
    assert set(FAILURES) >= {str(one) for one in Trouble}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", [*sorted(FAILURES), "something new"])
def test_a_training_without_a_model_says_what_to_do(code: str, locale: str) -> None:
    """In every language, also when the facts are missing; whoever has a model keeps it."""
    t = translator_for(locale)
    for facts in ({}, {"found": 4, "needed": 30, "label": "cat", "accuracy": 0.4, "baseline": 0.5}):
        message = training_failed(t, OWN, code=code, facts=facts)
        assert len(message.parts) == 4
        assert str(t("The model so far stays, and nothing else changes.")) in said(message)
        assert len(training_failed(t, project(), code=code, facts=facts).parts) == 3, "there is none to keep"


def test_too_few_says_how_many_are_missing() -> None:
    words = said(training_failed(T, OWN, code="too_few", facts={"found": 22, "needed": 30}))
    assert "8 more tasks are needed." in words
    assert "/addtasks 1" in words


def test_one_label_only_is_named() -> None:
    words = said(training_failed(T, OWN, code="one_class_only", facts={"found": 40, "label": "cat"}))
    assert "Every task that it could learn from is “Cat”." in words


# --- what suggestions do --------------------------------------------------------------------------


def words_of(parts: list[Part]) -> list[str]:
    """A line for each part."""
    return [str(part.words) for part in parts]


def effect_of(anchoring: Anchoring | None) -> Effect:
    """What a refit found."""
    found = read(NOW, EFFECT | {"anchoring": None if anchoring is None else anchoring.as_json()})
    assert found is not None
    return found


def test_progress_says_the_two_most_important_things() -> None:
    assert words_of(effects.brief(T, OWN, effect_of(MEASURED))) == [
        "Of 100 wrong suggestions people follow about 38, ± 6. "
        "Without seeing them they make the same mistake in 12.",
        "An answer takes 4.1 s with a suggestion and 6 s without one (medians).",
    ]


def test_it_is_too_early_before_enough_answers_of_the_control() -> None:
    early = "Too early to say what suggestions do: 17 of 50 answers without one."
    assert words_of(effects.brief(T, OWN, effect_of(replace(MEASURED, withheld=17)))) == [early]
    assert words_of(effects.brief(T, OWN, None))[0].startswith(
        "Too early to say what suggestions do: 0 of 50"
    )
    assert words_of(effects.brief(T, project(), None)) == [], "nothing is suggested there"


def test_what_cannot_be_told_apart_is_left_out() -> None:
    """Few wrong suggestions say nothing of how far people follow them."""
    few = replace(MEASURED, followed_wrong=Span(0.5, 0.1, 0.9, 4.0), seconds_withheld=None)
    assert words_of(effects.brief(T, OWN, effect_of(few))) == [
        "People say what is suggested 91% of the time when they see it, 84% when they do not.",
        "Answers are right 93% of the time with a suggestion, 90% without one, ± 6 points.",
    ]


def test_suggestions_that_cost_time_are_owned_up_to() -> None:
    slower = replace(MEASURED, pace=Span(1.1, 1.02, 1.2, 300.0))
    found = words_of(effects.swayed(T, effect_of(slower)))
    assert found[-1] == "Each compared with themselves, people take 10% more time, ± 9."


@pytest.mark.parametrize(
    ("found", "sentences"),
    [
        (
            Audit(40, 12, 1.0, 0.2, 0.07),
            [
                "Too early to say how often it would be wrong: 12 of 30 tasks are measured. "
                "Until then people are asked as before."
            ],
        ),
        (
            Audit(60, 48, 0.4, 0.05, 0.07),
            [
                "Of 100 that it settles alone 0.8 are wrong, hardly more than 5 (48 tasks measured).",
                "Your target allows 7, so it may settle tasks alone.",
            ],
        ),
        (
            Audit(60, 48, 6.0, 0.21, 0.07),
            [
                "Of 100 that it settles alone 12 are wrong, hardly more than 21 (48 tasks measured).",
                "Your target allows 7, so people are still asked.",
            ],
        ),
    ],
)
def test_the_audit_in_words(found: Audit, sentences: list[str]) -> None:
    """The measured error, and what follows from it."""
    assert words_of(audit(T, replace(effect_of(None), audit=found))) == sentences


@pytest.mark.parametrize("locale", LOCALES)
def test_every_line_is_said_in_every_language(locale: str) -> None:
    t = translator_for(locale)
    assert len(effects.swayed(t, effect_of(MEASURED))) == 5
    assert len(effects.brief(t, OWN, effect_of(MEASURED))) == effects.BRIEF
    assert training_words.tested_words(t, score_of(CARD))
