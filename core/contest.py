"""Champion and challenger: a newly trained model serves only when it is shown to be better on new tasks.

The first model of a project that beats guessing serves at once. Each later one runs in the shadow: it says
of every task what it would have suggested, and nobody sees it. Both are compared on tasks that neither can
have learned from and whose label people found without a suggestion on the screen. Only tasks count on which
one of the two is right and the other wrong; were both equally good, each would win half of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import comb, sqrt
from typing import Any

from core import serving
from core.domain.project import Project
from core.events import Event, ModelTookOver
from core.intake.project_model import OWN_MODEL
from core.store import contests, models, projects
from core.store.transaction import Transaction

LEAST = 30
"""On fewer tasks nothing is decided."""
MOST = 500
"""Who is not shown to be better on so many tasks goes."""
ERROR = 0.05
"""How likely a challenger that is no better may take over, however often one looks."""
_Z = 1.645  # one-sided, 95 %


class Entered(StrEnum):
    """What became of a newly trained model."""

    SERVES = "serves"
    SHADOW = "shadow"
    LISTED = "listed"  # the project shows no suggestions, or those of an operator's model
    GUESSES = "guesses"  # no better than always saying the commonest label


@dataclass(frozen=True, slots=True)
class Score:
    """How two models compare: on `compared` tasks, of which each was right on so many, or alone was right."""

    project_id: int
    champion: int
    challenger: int
    compared: int
    champion_right: int
    challenger_right: int
    only_champion: int
    only_challenger: int

    @property
    def chance(self) -> float:
        """An upper bound of the chance of such a score, were the challenger no better."""
        return min(1.0, 1 / evidence(won=self.only_challenger, lost=self.only_champion))

    @property
    def better(self) -> bool:
        """The challenger is shown to be better."""
        return self.compared >= LEAST and self.chance < ERROR

    @property
    def over(self) -> bool:
        """Nothing more is waited for."""
        return self.better or self.compared >= MOST


def evidence(*, won: int, lost: int) -> float:
    """How much likelier a better challenger makes this score than an equal one.

    The mixture of sign tests over every chance p to win from one half to one, all equally likely (Robbins
    1970): ∫ 2 · (2p)^won · (2 - 2p)^lost dp, here as an exact fraction. Under equality its expectation is 1
    at every moment, so it ever reaches 1 / `ERROR` with a chance of `ERROR` at most (Ville 1939): it may be
    looked at after each task, where the usual sign test may be looked at once.
    """
    n = won + lost + 1
    return float(Fraction(sum(comb(n, k) for k in range(won + 1)), n * comb(n - 1, won)))


def beats_guessing(card: Mapping[str, Any]) -> bool:
    """Whether a model's accuracy on tasks held out is above the share of the commonest label, allowing for chance.

    By the lower end of Wilson's one-sided 95 % interval (Wilson 1927).
    """
    metrics = card.get("metrics")
    if not metrics or not metrics.get("tested_on"):
        return False
    n, share = int(metrics["tested_on"]), float(metrics["accuracy"])
    middle = share + _Z**2 / (2 * n)
    spread = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return (middle - spread) / (1 + _Z**2 / n) > float(metrics["baseline"])


def enter(tx: Transaction, project: Project, model_id: int, *, now: datetime) -> Entered:
    """A newly trained model goes to the place that it has earned so far."""
    found = models.find(tx, model_id)
    assert found is not None, "it was just added"
    if not beats_guessing(found.card):
        models.change(tx, model_id, withdrawn_at=now)
        return Entered.GUESSES
    if project.file.suggestions.model != OWN_MODEL or not serving.fits(found, project.file):
        return Entered.LISTED
    held = models.hold_serving(tx, project.id)
    if held.champion is None:
        models.serve(tx, replace(held, champion=model_id, challenger=None), now=now)
        return Entered.SERVES
    models.serve(tx, replace(held, challenger=model_id), now=now)
    return Entered.SHADOW


def look(tx: Transaction, project_id: int) -> Score | None:
    """How challenger and champion compare by now, also on a snapshot; None when there are not two."""
    held = models.serving_of(tx, project_id)
    challenger = None if held.challenger is None else models.find(tx, held.challenger)
    if held.champion is None or challenger is None:
        return None
    said = contests.both_said(
        tx,
        project_id,
        champion=held.champion,
        challenger=challenger.id,
        since=challenger.created_at,
        most=MOST,
    )
    first = [one.champion == one.truth for one in said]
    second = [one.challenger == one.truth for one in said]
    return Score(
        project_id=project_id,
        champion=held.champion,
        challenger=challenger.id,
        compared=len(said),
        champion_right=sum(first),
        challenger_right=sum(second),
        only_champion=sum(a and not b for a, b in zip(first, second, strict=True)),
        only_challenger=sum(b and not a for a, b in zip(first, second, strict=True)),
    )


def conclude(tx: Transaction, score: Score, *, now: datetime) -> tuple[Event, ...]:
    """The contest is over: the challenger takes over or goes, unless somebody changed the two meanwhile."""
    held = models.hold_serving(tx, score.project_id)
    if not score.over or (held.champion, held.challenger) != (score.champion, score.challenger):
        return ()
    project, challenger = projects.find(tx, score.project_id), models.find(tx, score.challenger)
    assert project is not None, "it has models"
    assert challenger is not None, "models are never deleted"
    if not score.better or challenger.withdrawn_at or not serving.fits(challenger, project.file):
        models.serve(tx, replace(held, challenger=None), now=now)
        models.change(tx, challenger.id, withdrawn_at=now)
        return ()
    changed = replace(held, champion=score.challenger, challenger=None, before=score.champion)
    models.serve(tx, changed, now=now)
    return (
        ModelTookOver(
            owner_id=project.owner_id,
            project_id=project.id,
            model_id=score.challenger,
            compared=score.compared,
            right=score.challenger_right,
            right_before=score.champion_right,
        ),
    )
