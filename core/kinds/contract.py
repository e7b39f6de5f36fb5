"""What a task kind must say about itself so that everything else can work with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from core.errors import Problem

if TYPE_CHECKING:
    from core.intake.project_model import ProjectFile


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen: its id never changes, its names (locale → text) may."""

    id: str
    names: Mapping[str, str]
    archived: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """The form of a kind whose answer is exactly one of some options."""

    options: tuple[Option, ...]


Form = OneOf  # becomes a union when a kind needs another form


class Shape(StrEnum):
    """How answers of a kind can be aggregated; a consensus method says which shapes it takes."""

    CATEGORICAL = "categorical"


class Kind(Protocol):
    """A kind of task: what it judges, how it is asked, and what an answer is worth. It knows no chat."""

    @property
    def name(self) -> str:
        """The word for it in project files."""
        ...

    @property
    def shape(self) -> Shape:
        """How its answers are aggregated."""
        ...

    @property
    def content_columns(self) -> tuple[str, ...]:
        """The columns of a task file that it judges; a task needs at least one of them."""
        ...

    @property
    def example(self) -> str:
        """A small project file of this kind, for help texts and for the contract tests."""
        ...

    def check_project(self, project: ProjectFile) -> Iterable[Problem]:
        """What a project of this kind lacks."""
        ...

    def form(self, project: ProjectFile) -> Form:
        """What a worker is asked to fill in."""
        ...

    def parse_answer(self, raw: str, project: ProjectFile) -> str:
        """The canonical text of a worker's answer; raises Refused when it is none."""
        ...

    def parse_gold(self, raw: str, project: ProjectFile) -> str:
        """The canonical answer that a requester's file means; raises Refused when it means none."""
        ...

    def agreement(self, answer: str, truth: str) -> Fraction:
        """How right a canonical answer is, from 0 to 1: the share r of the reward that it earns."""
        ...
