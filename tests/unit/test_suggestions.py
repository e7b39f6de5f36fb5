"""What stands on a card is drawn fairly: a control share, an audit, and sometimes a wrong one on gold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from core.domain.suggestions import AUDITED, PLANTED_SHARE, Hint, Screen, audited, drawn
from core.intake.project_model import Suggestions

POLICY = Suggestions(model="own", show_above=0.6, control_share=0.2)
HINT = Hint(3, "cat", 0.9, "dog")
LABELS = ("cat", "dog")
PLAIN = next(one for one in range(1, 100) if not audited(one))


def screens(times: int = 4_000, *, hint: Hint = HINT, **changes: Any) -> Counter[tuple[Screen, str] | None]:
    """What was drawn, so many times."""
    chance = Random(4)
    given: dict[str, Any] = {"policy": POLICY, "offered": LABELS, "task_id": PLAIN, "gold": None} | changes
    found = (drawn(hint, chance=chance, **given) for _ in range(times))
    return Counter(None if one is None else (one.screen, one.label) for one in found)


def test_the_control_share_is_taken_among_what_would_have_been_shown() -> None:
    """A fifth is withheld, the rest shown, and nothing else happens."""
    found = screens()
    assert found.keys() == {(Screen.SHOWN, "cat"), (Screen.WITHHELD, "cat")}
    assert found[Screen.WITHHELD, "cat"] / 4_000 == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": POLICY.model_copy(update={"model": "none"})},
        {"hint": replace(HINT, confidence=0.59)},
        {"hint": replace(HINT, label="horse")},
        {"task_id": next(one for one in range(1, 100) if audited(one))},
    ],
    ids=["no model", "unsure", "a label not offered", "audited"],
)
def test_what_is_not_worth_showing_is_not_even_withheld(changes: dict[str, Any]) -> None:
    """No model, an unsure one, a label that is not offered, a task of the audit: the card has nothing."""
    assert screens(50, **changes) == {None: 50}


def test_gold_shows_a_wrong_one_now_and_then() -> None:
    """The label that comes next when the model is right, its own when it is wrong; never the truth."""
    right, wrong = screens(gold="cat"), screens(gold="dog")
    assert right[Screen.PLANTED, "dog"] / 4_000 == pytest.approx(PLANTED_SHARE, abs=0.02)
    assert right[Screen.PLANTED, "cat"] == 0
    assert wrong[Screen.PLANTED, "cat"] / 4_000 == pytest.approx(PLANTED_SHARE, abs=0.02)
    assert screens(hint=replace(HINT, second=None), gold="cat")[Screen.PLANTED, "dog"] == 0


def test_one_task_in_ten_is_audited_and_stays_so() -> None:
    """By its number alone, without a pattern that somebody could work by."""
    chosen = [one for one in range(20_000) if audited(one)]
    assert len(chosen) == pytest.approx(20_000 / AUDITED, rel=0.05)
    assert len({one % AUDITED for one in chosen}) == AUDITED
    assert chosen == [one for one in range(20_000) if audited(one)]
