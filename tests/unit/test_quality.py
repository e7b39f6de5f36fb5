"""A refit's report as values, and what is news in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from core import quality
from tests.reports import REPORT, suspect

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


def told(*reports: tuple[datetime, dict[str, Any]]) -> list[tuple[int, datetime]]:
    """Person and since when, in the last of several reports that followed each other."""
    before: dict[str, Any] | None = None
    for as_of, report in reports:
        before = json.loads(json.dumps(quality.dated(REPORT | report, before=before, as_of=as_of)))
    assert before is not None
    return [(one.person_id, one.since) for one in quality.read(reports[-1][0], before).suspects]


def test_a_report_survives_being_kept() -> None:
    kept = json.loads(json.dumps(quality.dated(REPORT, before=None, as_of=MONDAY)))
    found = quality.read(MONDAY, kept)
    assert found.alpha == 0.823
    assert found.confusion.counts == ((90, 10), (4, 96))
    assert found.claim == quality.Claim(0.95, 96, 3)
    assert found.measured
    assert not quality.read(MONDAY, kept | {"gold": 9, "claim": None}).measured


def test_a_slip_is_no_mix_up() -> None:
    """Two such answers are few, and one in a hundred is rare; labels are named when it is neither."""

    def pairs(*counts: list[int]) -> list[tuple[int, int]]:
        report = REPORT | {"labels": ["a", "b", "c"], "confusion": counts}
        return [(one.one, one.other) for one in quality.read(MONDAY, report).mix_ups]

    assert pairs([8, 2, 0], [0, 9, 0], [0, 0, 9]) == []
    assert pairs([495, 5, 0], [0, 500, 0], [0, 0, 500]) == []
    assert pairs([80, 20, 4], [0, 90, 0], [0, 0, 90]) == [(0, 1), (0, 2)]


def test_a_suspicion_is_news_once() -> None:
    """The day it came up stays its day, also when it was gone for a while, until it is far surer than before."""
    first = MONDAY, {"suspects": [suspect(7)]}
    gone: tuple[datetime, dict[str, Any]] = MONDAY + timedelta(hours=2), {"suspects": []}
    assert told(first, (TUESDAY, {"suspects": [suspect(7)]})) == [(7, MONDAY)]
    assert told(first, gone, (TUESDAY, {"suspects": [suspect(7, strength=2e4)]})) == [(7, MONDAY)]
    assert told(first, (TUESDAY, {"suspects": [suspect(7, strength=1e8)]})) == [(7, TUESDAY)]
    assert told(first, (TUESDAY, {"suspects": [suspect(7, "random")]})) == [(7, TUESDAY)], "another reason"
    assert told(first, (TUESDAY, {"suspects": [suspect(8)]})) == [(8, TUESDAY)], "another person"


def test_a_method_that_does_not_weigh_reports_no_suspects() -> None:
    report = {key: value for key, value in REPORT.items() if key != "suspects"} | {"claim": None, "gold": 0}
    found = quality.read(MONDAY, quality.dated(report, before=None, as_of=MONDAY))
    assert found.suspects == ()
    assert found.claim is None
