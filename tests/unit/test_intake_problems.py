"""Problems carry what their sentences need."""

from __future__ import annotations

from pathlib import Path

import pytest

import core
from core.intake.problems import MEANINGS, SHOWN, ProblemCode, facts_of, problem


def test_every_code_has_a_meaning_and_is_raised_somewhere() -> None:
    """No sentence is missing, and no translator works on one that nobody will ever read."""
    assert set(MEANINGS) == set(ProblemCode)
    folder = Path(core.__path__[0])
    sources = [*folder.glob("intake/*.py"), *folder.glob("kinds/*.py")]
    written = "".join(source.read_text() for source in sources if source.name != "problems.py")
    unused = [code.name for code in ProblemCode if f"ProblemCode.{code.name}" not in written]
    assert unused == []


def test_a_problem_without_its_facts_cannot_be_built() -> None:
    assert facts_of(ProblemCode.TOO_LONG) == {"limit", "length"}
    with pytest.raises(TypeError, match="length"):
        problem(ProblemCode.TOO_LONG, limit=3)


def test_a_long_value_is_cut_to_fit_a_message() -> None:
    shown = problem(ProblemCode.BLANK, value="x" * 5_000).value
    assert len(shown) == SHOWN
    assert shown.endswith("…")
