"""The grid: which algorithms, views of the material and settings are tried, the most promising ones first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product

from models.training.heads import Settings
from models.training.image_model import ImageView
from models.training.text_model import COMPACT, TextView

LARGE, SMALL = 2**16, 2**14
MANY_LABELS = 20
"""With more labels a small table, so that no model is larger than a few MB."""

UNEVEN = 3.0
"""From so many times as many examples of the commonest label as of the rarest, balanced ones are tried too."""

MANY_IMAGES = 5_000
"""Above it the slow algorithms are left out."""

STRENGTHS = (30.0, 200.0, 5.0, 1_000.0)
IMAGE_STRENGTHS = (0.3, 0.03, 2.0)

View = TextView | ImageView


@dataclass(frozen=True)
class Candidate:
    """An algorithm with its settings, and the view that it learns from."""

    algorithm: str
    view: View
    settings: Settings = field(hash=False)

    @property
    def described(self) -> Settings:
        """Everything that was chosen, for the model card."""
        return {**asdict(self.view), **self.settings}


def text_candidates(*, examples: int, labels: int, unevenness: float) -> list[Candidate]:
    """For texts: linear models on n-grams of several lengths."""
    algorithm = "logistic" if examples <= COMPACT else "descent"
    large = LARGE if labels <= MANY_LABELS else SMALL
    views = [
        TextView(shortest, longest, size, even)
        for (shortest, longest), even, size in [
            ((1, 4), True, large),
            ((2, 5), True, large),
            ((1, 3), True, large),
            ((1, 4), False, large),
            ((2, 5), False, large),
            ((1, 3), False, large),
            ((1, 4), True, SMALL),
        ]
    ]
    return [
        *_graded(algorithm, list(dict.fromkeys(views)), STRENGTHS, unevenness),
        *(Candidate("bayes", views[0], {"smoothing": smoothing}) for smoothing in (0.1, 0.01)),
    ]


def image_candidates(*, examples: int, unevenness: float) -> list[Candidate]:
    """For images: linear models, waves and neurons on shades and edges."""
    views = [ImageView(8, 8), ImageView(8, 4), ImageView(4, 0), ImageView(0, 4), ImageView(2, 0)]
    curved: list[View] = [ImageView(8, 8), ImageView(4, 0)] if examples <= MANY_IMAGES else []
    return [
        *_graded("logistic", views, IMAGE_STRENGTHS, unevenness),
        *(
            Candidate("waves", view, {"strength": strength, "width": width, "number": 800})
            for view in curved
            for width in (1.0, 0.6)
            for strength in (10.0, 1.0)
        ),
        *(
            Candidate("neurons", view, {"hidden": 64, "decay": decay})
            for view in curved
            for decay in (0.1, 3.0)
        ),
    ]


def _graded(
    algorithm: str, views: Sequence[View], strengths: tuple[float, ...], unevenness: float
) -> Iterator[Candidate]:
    for balanced, strength, view in product((False, True)[: 1 + (unevenness >= UNEVEN)], strengths, views):
        yield Candidate(algorithm, view, {"strength": strength, "balanced": balanced})
