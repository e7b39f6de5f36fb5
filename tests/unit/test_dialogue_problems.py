"""Everything that can be wrong has one sentence, and a long list stays short."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bots.dialogue import problems
from bots.dialogue.bars import bar
from bots.dialogue.refusals import REFUSALS
from bots.dialogue.vocabulary import Note
from core.errors import Problem
from core.intake.problems import ProblemCode, facts_of, problem
from i18n import translator_for

ROOT = Path(__file__).resolve().parents[2]
_PLACE = re.compile(r"%\((\w+)\)s")
_RAISED = re.compile(r"Refused\(\s*\"(\w+)\"")


def example(code: ProblemCode) -> Problem:
    """A problem of that code with a fact for every place."""
    facts: dict[str, object] = dict.fromkeys(facts_of(code), "fact")
    facts |= {name: 1234 for name in facts if name.startswith("limit") or name in ("length", "count")}
    return problem(code, line=12, field="gold", value="Fox", **facts)


def test_every_problem_has_a_sentence() -> None:
    assert problems.WORDS.keys() == {str(code) for code in ProblemCode}


@pytest.mark.parametrize("code", ProblemCode)
def test_a_sentence_asks_only_for_what_its_problem_carries(code: ProblemCode) -> None:
    """A sentence never meets a fact that is not there, in any language."""
    assert set(_PLACE.findall(problems.WORDS[code])) <= facts_of(code) | {"field", "value"}
    for locale in ("en", "ar"):
        said = problems.placed(translator_for(locale), example(code))
        assert "%(" not in said
        assert said.strip("\u2066\u2067\u2068\u2069 .")


@pytest.mark.parametrize("code", ProblemCode)
def test_a_problem_survives_its_job(code: ProblemCode) -> None:
    """A job keeps problems as JSON between two batches."""
    kept = json.loads(json.dumps(problems.to_json(example(code))))
    assert problems.from_json(kept) == example(code)


def test_the_word_that_was_meant_is_offered() -> None:
    t = translator_for("en")
    found = problem(ProblemCode.UNKNOWN_KEY, line=3, field="rewrd", value="rewrd", did_you_mean="reward")
    assert problems.placed(t, found) == (
        "Line 3: rewrd is nothing that I know. Please remove or correct it. Did you mean “reward”?"
    )
    unlike = problem(ProblemCode.UNKNOWN_KEY, field="xyz", value="xyz", did_you_mean="")
    assert "mean" not in problems.sentence(t, unlike)


def test_a_long_list_is_cut() -> None:
    """Eight stand in the message; the rest is counted."""
    found = [problem(ProblemCode.BROKEN_QUOTES, line=line, last_line=line) for line in range(2, 103)]
    parts = problems.listed(translator_for("en"), found)
    assert len(parts) == 9
    assert parts[-1] == Note(translator_for("en").n("and %(count)s more", "and %(count)s more", 93))
    assert len(problems.listed(translator_for("en"), found[:8])) == 8
    assert len(problems.listed(translator_for("en"), found[:2], total=2)) == 2


def test_every_refusal_in_the_code_has_a_sentence() -> None:
    """Whoever writes a new refusal writes its sentence too."""
    raised = {
        reason
        for folder in ("core", "bots")
        for path in (ROOT / folder).rglob("*.py")
        for reason in _RAISED.findall(path.read_text("utf-8"))
    }
    assert len(raised) > 30
    assert raised <= REFUSALS.keys()


def test_a_bar_is_never_full_too_early_and_never_empty_too_long() -> None:
    t = translator_for("en")
    assert bar(t, 0.0) == "▱▱▱▱▱▱▱▱▱▱ 0%"
    assert bar(t, 0.001) == "▰▱▱▱▱▱▱▱▱▱ 1%"
    assert bar(t, 0.6) == "▰▰▰▰▰▰▱▱▱▱ 60%"
    assert bar(t, 0.999) == "▰▰▰▰▰▰▰▰▰▱ 99%"
    assert bar(t, 1.0) == "▰▰▰▰▰▰▰▰▰▰ 100%"


def test_a_bar_fills_from_the_right_for_who_reads_so() -> None:
    """The blocks stand inside a right-to-left isolate, which nothing around them can turn."""
    assert "\u2067▰▰▰▱▱▱▱▱▱▱\u2069" in bar(translator_for("ar"), 0.3)
