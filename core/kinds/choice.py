"""Single choice: exactly one of a few labels for a text, an image, or both."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from core.errors import Problem, Refused
from core.intake.problems import ProblemCode, problem
from core.kinds.contract import OneOf, Option, Shape

if TYPE_CHECKING:
    from core.intake.project_model import ProjectFile

FEWEST_LABELS = 2


class Choice:
    """The answer is a label's id; it is right or wrong, nothing between."""

    name = "choice"
    shape = Shape.CATEGORICAL
    content_columns = ("text", "image")
    example = (
        "project: Street scenes\n"
        "kind: choice\n"
        'instructions: {en: "What is in the picture?", es: "¿Qué hay en la imagen?"}\n'
        "labels: [{id: cat, en: Cat, es: Gato}, {id: dog, en: Dog, es: Perro}]\n"
    )

    def check_project(self, project: ProjectFile) -> Iterable[Problem]:
        """A choice needs two labels that are offered."""
        if sum(not label.archived for label in project.labels) < FEWEST_LABELS:
            yield problem(ProblemCode.TOO_FEW_LABELS, field="labels", limit=FEWEST_LABELS)

    def form(self, project: ProjectFile) -> OneOf:
        """The labels that are still offered, in the project's order."""
        return OneOf(
            tuple(Option(label.id, label.names) for label in project.labels if not label.archived),
        )

    def parse_answer(self, raw: str, project: ProjectFile) -> str:
        """The id of an offered label."""
        for label in project.labels:
            if label.id == raw:
                if label.archived:
                    raise Refused(ProblemCode.ARCHIVED_LABEL, value=raw)
                return label.id
        raise Refused(ProblemCode.UNKNOWN_LABEL, value=raw, options=_offered(project))

    def parse_gold(self, raw: str, project: ProjectFile) -> str:
        """The label with that id, or else with that text in any locale, in any case."""
        wanted = raw.strip().casefold()
        if any(label.id == wanted for label in project.labels):
            return self.parse_answer(wanted, project)
        meant = [
            label
            for label in project.labels
            if any(text.casefold() == wanted for text in label.names.values())
        ]
        offered = [label for label in meant if not label.archived]
        if len(offered) > 1:
            options = ", ".join(label.id for label in offered)
            raise Refused(ProblemCode.AMBIGUOUS_LABEL, value=raw, options=options)
        if meant and not offered:
            raise Refused(ProblemCode.ARCHIVED_LABEL, value=raw)
        return self.parse_answer(offered[0].id if offered else raw.strip(), project)

    def agreement(self, answer: str, truth: str) -> Fraction:
        """1 for the same label, else 0."""
        return Fraction(answer == truth)


def _offered(project: ProjectFile) -> str:
    return ", ".join(label.id for label in project.labels if not label.archived)


KIND = Choice()
