"""What a project believes of its crowd between two refits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.consensus.advisor import Advisor, of_model
from core.consensus.calibration import Calibration
from core.consensus.crowd import Crowd, Evidence

if TYPE_CHECKING:
    from core.domain.suggestions import Hint

FOLLOWED = 0.5
"""Before it was measured, a vote that is what a model suggested before its person's eyes weighs this part of one
that is nobody's but theirs."""


@dataclass(frozen=True, slots=True)
class Believed:
    """The labels in their order, the crowd as a whole, and how far a confidence can be trusted."""

    generation: int
    method: str
    labels: tuple[str, ...]
    crowd: Crowd
    calibration: Calibration
    bar: float = 0.0  # bits: whose answers teach less about a task are asked when nobody better comes
    as_of: int = 0  # milliseconds since 1970
    followed: float = FOLLOWED  # what a vote weighs that follows a visible suggestion
    advisors: tuple[Advisor, ...] = ()  # what the words of models are worth
    typical: float = 0.0  # seconds that its people take for a task; 0: unknown

    def as_json(self) -> str:
        """Everything but the generation, which the row has."""
        return json.dumps(
            {
                "method": self.method,
                "labels": self.labels,
                "crowd": self.crowd.as_json(),
                "calibration": self.calibration.as_json(),
                "bar": self.bar,
                "as_of": self.as_of,
                "followed": self.followed,
                "advisors": [one.as_json() for one in self.advisors],
                "typical": self.typical,
            }
        )

    def index(self, label: str) -> int | None:
        """The place of a label; None for one that this model never met."""
        return self.labels.index(label) if label in self.labels else None

    def advisor(self, hint: Hint | None) -> Advisor | None:
        """Whoever said this; None while nothing is known of them."""
        return None if hint is None or not self.advisors else of_model(self.advisors, hint.model_id)

    def advice(self, hint: Hint | None, *, alone: bool) -> Evidence:
        """log P(the model says this | truth = k) for every k, when it is `alone`, and what counts of that beside
        people; nothing for a label or a model never met."""
        advisor = self.advisor(hint)
        label = None if advisor is None or hint is None else self.index(hint.label)
        if advisor is None or hint is None or label is None:
            return ()
        evidence = advisor.evidence(label, hint.confidence)
        return evidence if alone else tuple([self.calibration.trust * one for one in evidence])


@lru_cache(maxsize=256)
def parsed(generation: int, text: str) -> Believed:
    """What `as_json` wrote; a generation never changes, so reading one once is enough."""
    kept = json.loads(text)
    return Believed(
        generation,
        kept["method"],
        tuple(kept["labels"]),
        Crowd.from_json(kept["crowd"]),
        Calibration.from_json(kept["calibration"]),
        kept["bar"],
        kept["as_of"],
        kept.get("followed", FOLLOWED),
        tuple(map(Advisor.from_json, kept.get("advisors", ()))),
        kept.get("typical", 0.0),
    )
