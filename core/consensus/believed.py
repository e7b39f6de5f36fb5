"""What a project believes of its crowd between two refits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from core.consensus.calibration import Calibration
from core.consensus.crowd import Crowd


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
            }
        )

    def index(self, label: str) -> int | None:
        """The place of a label; None for one that this model never met."""
        return self.labels.index(label) if label in self.labels else None


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
    )
