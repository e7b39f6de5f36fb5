"""A look at an ONNX file before anything runs it: whole, all in one file, standard operators only.

A runtime may follow a graph's references to other files, so they are looked for here, in the bytes themselves.
Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), the encoding
that of https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from models.problems import BadModel, ModelProblem

STANDARD: Final = ("", "ai.onnx", "ai.onnx.ml")
"""Whose operators may be used."""
MOST_FIELDS: Final = 2_000_000
DEEPEST: Final = 60  # messages within messages; a graph within a graph takes four

_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Message:
    """The parts of a message that matter: which fields hold messages, and what two of them tell."""

    parts: Mapping[int, _Message] = field(default_factory=dict)
    domain: int | None = None
    elsewhere: tuple[int, ...] = ()


_TENSOR = _Message(elsewhere=(13, 14))  # external_data, data_location
_SPARSE = _Message({1: _TENSOR, 2: _TENSOR})
_within_attribute: dict[int, _Message] = {5: _TENSOR, 10: _TENSOR, 22: _SPARSE, 23: _SPARSE}
_ATTRIBUTE = _Message(_within_attribute)
_NODE = _Message({5: _ATTRIBUTE}, domain=7)
_GRAPH = _Message({1: _NODE, 5: _TENSOR, 15: _SPARSE})
_within_attribute |= {6: _GRAPH, 11: _GRAPH}
_TRAINING = _Message({1: _GRAPH, 2: _GRAPH})
_FUNCTION = _Message({7: _NODE, 11: _ATTRIBUTE})
_MODEL = _Message({7: _GRAPH, 20: _TRAINING, 25: _FUNCTION})
_THE_GRAPH: Final = 7

# The numbers of a forest stand in its attributes one by one (fields 7 and 8), millions of them: passed over in one go.
_NUMBERS = re.compile(rb"(?:\x3d.{4}|\x40[\x80-\xff]{0,9}[\x00-\x7f])++", re.DOTALL)


def check_graph(data: bytes) -> None:
    """The bytes are one whole ONNX model that needs nothing else.

    Raises:
        BadModel: CORRUPT, FOREIGN_FILES, or CUSTOM_OPERATORS with their domains.
    """
    look = _Look(data)
    look.into(_MODEL, start=0, end=len(data), depth=0)
    if not look.graphs:
        raise BadModel(ModelProblem.CORRUPT)
    if look.elsewhere:
        raise BadModel(ModelProblem.FOREIGN_FILES)
    if look.domains:
        raise BadModel(ModelProblem.CUSTOM_OPERATORS, domain=tuple(sorted(look.domains)))


class _Look:
    """One pass over the bytes, and what was found."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._seen = 0
        self.graphs = 0
        self.elsewhere = False
        self.domains: set[str] = set()

    def into(self, kind: _Message, *, start: int, end: int, depth: int) -> None:
        """Look at one message and those within."""
        if depth > DEEPEST:
            raise BadModel(ModelProblem.CORRUPT)
        for number, wire, value, ends in self._fields(kind, start, end):
            if number in kind.elsewhere and (wire == _LENGTH or value):
                self.elsewhere = True
            if wire != _LENGTH:
                continue
            if number == kind.domain:
                self._note(self._data[value:ends])
            within = kind.parts.get(number)
            if within is not None:
                self.graphs += kind is _MODEL and number == _THE_GRAPH
                self.into(within, start=value, end=ends, depth=depth + 1)

    def _note(self, raw: bytes) -> None:
        domain = raw[:64].decode("utf-8", "replace")
        if domain not in STANDARD and len(self.domains) < 5:
            self.domains.add(domain)

    def _fields(self, kind: _Message, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """Number, wire type, value (of text and messages where it begins), and where the field ends."""
        while at < end:
            if kind is _ATTRIBUTE:
                numbers = _NUMBERS.match(self._data, at, end)
                if numbers is not None:
                    at = numbers.end()
                    continue
            self._seen += 1
            key, at = self._varint(at, end)
            number, wire = key >> 3, key & 7
            value = at
            if wire == _VARINT:
                value, at = self._varint(at, end)
            elif wire == _LENGTH:
                length, value = self._varint(at, end)
                at = value + length
            elif wire in (_EIGHT, _FOUR):
                at += 8 if wire == _EIGHT else 4
            else:
                raise BadModel(ModelProblem.CORRUPT)
            if at > end or not number or key >= 2**32 or self._seen > MOST_FIELDS:
                raise BadModel(ModelProblem.CORRUPT)
            yield number, wire, value, at

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        value = 0
        for shift in range(0, 70, 7):
            if at >= end:
                break
            byte = self._data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, at
        raise BadModel(ModelProblem.CORRUPT)
