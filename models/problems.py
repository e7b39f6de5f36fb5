"""Every way in which a model can be unfit, each with its one-line meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class ModelProblem(StrEnum):
    """What is wrong with a model; the dialogue and the command line have a sentence for each."""

    # the two files
    NO_FILE = "no_file"
    TOO_LARGE = "too_large"
    CORRUPT = "corrupt"
    WRONG_HASH = "wrong_hash"
    BAD_CARD = "bad_card"
    UNKNOWN_FEATURES = "unknown_features"
    # the graph
    FOREIGN_FILES = "foreign_files"
    CUSTOM_OPERATORS = "custom_operators"
    WRONG_INPUT = "wrong_input"
    WRONG_OUTPUT = "wrong_output"
    NOT_FINITE = "not_finite"
    NO_CHANCES = "no_chances"
    BREAKS_OFF = "breaks_off"
    DEPENDS_ON_OTHERS = "depends_on_others"
    TOO_SLOW = "too_slow"
    NO_MEMORY = "no_memory"
    CRASHED = "crashed"
    # the model and the project
    LABELS_DIFFER = "labels_differ"
    NOT_THIS_KIND = "not_this_kind"


# Every %(name)s is a fact that a problem of this code carries. For operators; in a chat the dialogue has its own words.
MEANINGS: Final[dict[ModelProblem, str]] = {
    ModelProblem.NO_FILE: "There is no file %(name)s; a model is an .onnx file and its .json card side by side.",
    ModelProblem.TOO_LARGE: "The file %(name)s is larger than %(limit_mb)s MB.",
    ModelProblem.CORRUPT: "The model is damaged, or no ONNX model that this version can run; export it again.",
    ModelProblem.WRONG_HASH: "The card belongs to another model file: the SHA-256 differs.",
    ModelProblem.BAD_CARD: "The model card is wrong at %(field)s: %(trouble)s.",
    ModelProblem.UNKNOWN_FEATURES: "The model wants the features %(features)s; known are %(known)s.",
    ModelProblem.FOREIGN_FILES: "The model keeps data in other files; save it as one .onnx file.",
    ModelProblem.CUSTOM_OPERATORS: "The model needs the operators of %(domain)s; use standard ones only.",
    ModelProblem.WRONG_INPUT: "The model must take %(wanted)s; it takes %(found)s.",
    ModelProblem.WRONG_OUTPUT: "The model must give %(wanted)s; it gives %(found)s.",
    ModelProblem.NOT_FINITE: "The model gives numbers that are no numbers (NaN or infinite).",
    ModelProblem.NO_CHANCES: "The model's probabilities are below 0 or do not add up to 1;"
    " call the output logits if it gives scores.",
    ModelProblem.BREAKS_OFF: "The model breaks off while it works on a task.",
    ModelProblem.DEPENDS_ON_OTHERS: "What the model says of a task depends on the tasks beside it.",
    ModelProblem.TOO_SLOW: "The model needs more than the allowed %(limit_s)s s.",
    ModelProblem.NO_MEMORY: "The model needs more memory than it may have.",
    ModelProblem.CRASHED: "The model ends its process.",
    ModelProblem.LABELS_DIFFER: "The labels differ. Only in the project: %(missing)s. Only in the model: %(extra)s.",
    ModelProblem.NOT_THIS_KIND: "The model judges %(needs)s; tasks of this project hold %(found)s.",
}

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
NOTHING: Final = "–"


def facts_of(code: ModelProblem) -> set[str]:
    """The names of the facts that every problem of this code carries."""
    return set(_PLACEHOLDER.findall(MEANINGS[code]))


class BadModel(Exception):  # noqa: N818  (its name says what it is)
    """A model that is not used, and why; `facts` fill the sentence.

    >>> str(BadModel(ModelProblem.TOO_SLOW, limit_s=5))
    'too_slow'
    """

    def __init__(self, code: ModelProblem, **facts: object) -> None:
        if facts_of(code) != facts.keys():
            raise TypeError(f"{code} carries the facts {sorted(facts_of(code))}, not {sorted(facts)}")
        super().__init__(str(code))
        self.code = code
        self.facts: Mapping[str, object] = facts

    def __reduce__(self) -> tuple[object, ...]:
        return _made, (self.code, self.facts)  # it may cross from one process to another

    def again(self) -> BadModel:
        """The same for somebody else to raise; an exception that many raise would keep all their frames."""
        return BadModel(self.code, **self.facts)

    @property
    def sentence(self) -> str:
        """What is wrong, in English, for operators."""
        return MEANINGS[self.code] % {name: _written(value) for name, value in self.facts.items()}


def _made(code: ModelProblem, facts: Mapping[str, object]) -> BadModel:
    return BadModel(code, **facts)


def _written(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value)) or NOTHING
    return str(value)
