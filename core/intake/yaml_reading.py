"""YAML without its traps: no aliases, no tags, no types; every plain value stays the text it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import yaml

from core.errors import BadFile, Problem
from core.intake.problems import ProblemCode, problem

DEEPEST: Final = 8
MOST_NODES: Final = 5_000
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
# libyaml is many times faster; where it was not built, the slow parser reads the same.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Steps: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"


@dataclass(slots=True)
class Document:
    """What stood in a YAML file, on which line each thing began, and what was wrong with it."""

    content: Plain = None
    lines: dict[Steps, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: Steps) -> int | None:
        """The line of the nearest thing on the way to a path."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def dotted(path: Steps) -> str:
    """A path as a person writes it, counted from one: `labels[2].en`."""
    written = ""
    for step in path:
        written += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if written else step
    return written


def read_yaml(text: str) -> Document:
    """One YAML document of maps, lists and texts; raises BadFile when it is none.

    Plain scalars are kept as texts, so `no: Ja` is Norwegian, `1.0` stays `1.0` and dates are dates.
    """
    document = Document()
    try:
        events = _allowed(yaml.parse(text, Loader=_LOADER))
        first = next(events, None)
        if first is not None:
            document.content = _node(events, first, document=document, path=())
        if next(events, None) is not None:
            raise BadFile(problem(ProblemCode.YAML_MANY_DOCUMENTS))
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        raise BadFile(problem(ProblemCode.YAML_BROKEN, line=mark.line + 1 if mark else 1)) from None
    except yaml.reader.ReaderError as broken:
        line = text.count("\n", 0, broken.position) + 1 if isinstance(broken.position, int) else 1
        raise BadFile(problem(ProblemCode.YAML_BROKEN, line=line)) from None
    except yaml.YAMLError:
        raise BadFile(problem(ProblemCode.YAML_BROKEN, line=1)) from None
    return document


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _allowed(events: Iterator[yaml.Event]) -> Iterator[yaml.NodeEvent | yaml.CollectionEndEvent]:
    """The events of the content, up to the limits."""
    depth = 0
    for count, event in enumerate(events):
        line = _line(event)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST or count > MOST_NODES:
            raise BadFile(problem(ProblemCode.YAML_TOO_DEEP, line=line))
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise BadFile(problem(ProblemCode.YAML_ALIAS, line=line, value=event.anchor))
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            raise BadFile(problem(ProblemCode.YAML_TAG, line=line, value=event.tag))
        if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            yield event


def _node(events: Iterator[yaml.Event], event: yaml.Event, *, document: Document, path: Steps) -> Plain:
    document.lines.setdefault(path, _line(event))
    if isinstance(event, yaml.ScalarEvent):
        return None if event.implicit[0] and event.value in _NULLS else str(event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Plain] = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_node(events, item, document=document, path=(*path, len(items))))
        return items
    return _mapping(events, document=document, path=path)


def _mapping(events: Iterator[yaml.Event], *, document: Document, path: Steps) -> Plain:
    entries: dict[str, Plain] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise BadFile(problem(ProblemCode.YAML_BROKEN, line=line))
        key = str(event.value).strip()
        where = (*path, key)
        if key in entries:
            found = problem(ProblemCode.DUPLICATE_KEY, line=line, field=dotted(where), value=key)
            document.problems.append(found)
            _node(events, next(events), document=Document(), path=where)
            continue
        document.lines[where] = line
        entries[key] = _node(events, next(events), document=document, path=where)
    return entries
