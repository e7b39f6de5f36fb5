"""Project files: YAML to a checked project and back, every fault named in our own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from core.errors import BadFile, Problem
from core.intake.checks import OURS
from core.intake.labels import Label
from core.intake.languages import UNDETERMINED, close_to
from core.intake.problems import ProblemCode, problem
from core.intake.project_model import (
    Overlap,
    PointValue,
    Priority,
    ProjectFile,
    Qualification,
    Rules,
    StreakBonus,
    Suggestions,
)
from core.intake.texts import Texts
from core.intake.yaml_reading import Document, Steps, dotted, read_yaml

__all__ = [
    "Label",
    "Overlap",
    "Priority",
    "ProjectFile",
    "Suggestions",
    "Texts",
    "build_project",
    "read_project_file",
    "to_yaml",
]

LARGEST: Final = 256 * 1024
_PARTS: Final[dict[str, type[BaseModel]]] = {
    "": ProjectFile,
    "overlap": Overlap,
    "suggestions": Suggestions,
    "point_value": PointValue,
    "bonus": StreakBonus,
    "qualification": Qualification,
    "rules": Rules,
}
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
# steps of our models that nobody writes in a file
_UNWRITTEN: Final = ("names", "[key]", UNDETERMINED)
_SHAPES: Final = {"dict_type": "map", "model_type": "map", "list_type": "list", "tuple_type": "list"}


def read_project_file(data: bytes, *, zone: ZoneInfo) -> ProjectFile:
    """The project that a YAML file describes; raises BadFile with every problem found.

    A date without a zone is taken in `zone`.
    """
    if len(data) > LARGEST:
        raise BadFile(problem(ProblemCode.FILE_TOO_LARGE, limit_mb=LARGEST / 2**20))
    document = read_yaml(_text(data))
    if document.content is None:
        raise BadFile(problem(ProblemCode.EMPTY_FILE))
    if not isinstance(document.content, dict):
        raise BadFile(problem(ProblemCode.WRONG_SHAPE, line=1, field="file", expected="map"))
    return _build(document.content, zone=zone, document=document)


def build_project(settings: Mapping[str, object], *, zone: ZoneInfo) -> ProjectFile:
    """The same from settings gathered one by one; raises BadFile, whose problems name their fields."""
    return _build(settings, zone=zone, document=Document())


def to_yaml(project: ProjectFile) -> str:
    """A project file that reads back as the same project."""
    settings = project.model_dump(mode="json", by_alias=True, exclude_none=True)
    if not settings["rules"]:
        del settings["rules"]
    settings["labels"] = [_label(label) for label in settings["labels"]]
    return yaml.dump(settings, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


class _Dumper(yaml.SafeDumper):
    """Writes equal things out each time, since project files may hold no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  (the base class names it)
        return True


def _label(dumped: dict[str, object]) -> dict[str, object]:
    kept = dumped if dumped["archived"] else {"id": dumped["id"], "names": dumped["names"]}
    names = kept["names"]
    if isinstance(names, dict) and "names" not in names:
        return {**{key: value for key, value in kept.items() if key != "names"}, **names}
    return kept


def _text(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise BadFile(problem(ProblemCode.UNKNOWN_ENCODING)) from None


def _build(settings: Mapping[str, object], *, zone: ZoneInfo, document: Document) -> ProjectFile:
    try:
        project = ProjectFile.model_validate(dict(settings), context={"zone": zone})
    except ValidationError as refused:
        details = refused.errors(include_url=False)
        found = [one for error in details for one in _found(error, document)]
        raise BadFile(*document.problems, *found) from None
    if document.problems:
        raise BadFile(*document.problems)
    return project


def _found(error: ErrorDetails, document: Document) -> list[Problem]:
    """Our problems for one finding of pydantic."""
    path: Steps = tuple(step for step in error["loc"] if step not in _UNWRITTEN)
    line, where = document.line_of(path), dotted(path)
    if error["type"] == OURS:
        ours: tuple[Problem, ...] = error["ctx"][OURS]
        return [_placed(found, path=path, document=document) for found in ours]
    shown = error["input"]
    value = str(shown) if isinstance(shown, str | int | float) else ""
    if shown is None:
        return [problem(ProblemCode.BLANK, line=line, field=where)]
    match error["type"]:
        case "missing":
            return [problem(ProblemCode.MISSING_KEY, line=line, field=where)]
        case "extra_forbidden":
            part = _PARTS.get(dotted(path[:-1]), Label)
            known = [option.alias or name for name, option in part.model_fields.items()]
            close = close_to(str(path[-1]), known)
            return [
                problem(
                    ProblemCode.UNKNOWN_KEY, line=line, field=where, value=str(path[-1]), did_you_mean=close
                )
            ]
        case "too_short":
            return [problem(ProblemCode.BLANK, line=line, field=where)]
        case "dict_type" | "model_type" | "list_type" | "tuple_type" | "string_type" | "bool_parsing" as kind:
            expected = _SHAPES.get(kind, "yes or no" if kind == "bool_parsing" else "text")
            return [
                problem(ProblemCode.WRONG_SHAPE, line=line, field=where, value=value, expected=expected),
            ]
        case _:
            return [problem(ProblemCode.NOT_A_NUMBER, line=line, field=where, value=value)]


def _placed(found: Problem, *, path: Steps, document: Document) -> Problem:
    """A validator's problem, with the whole path to its field and the line of it."""
    inner = [int(number) - 1 if number else key for number, key in _STEP.findall(found.field or "")]
    path = (*path, *inner)
    return problem(
        ProblemCode(found.code),
        line=document.line_of(path),
        field=dotted(path),
        value=found.value,
        **found.facts,
    )
