"""Field types of the project file: each says its limit and reports it as a problem of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, NoReturn
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    GetCoreSchemaHandler,
    PlainSerializer,
    ValidationInfo,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from core.errors import Problem
from core.intake.languages import LANGUAGES, UNDETERMINED, close_to, language_of, locale_tag
from core.intake.problems import ProblemCode, problem
from core.intake.texts import Texts, clean, is_blank, one_line
from core.intake.times import parse_duration, parse_moment, write_duration

_UTC: Final = ZoneInfo("UTC")
OURS: Final = "problems"  # the pydantic error type that carries our own problems


def refuse(*problems: Problem) -> NoReturn:
    """Leave a validator with problems of ours; their fields are relative to what is validated."""
    raise PydanticCustomError(OURS, "see the problems", {OURS: problems})


@dataclass(frozen=True, slots=True)
class AtMost:
    """Annotates Texts: every locale known, every text cleaned, not blank, and within the limit."""

    limit: int
    lines: bool = False

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A map of checked locales to checked texts, so that each fault is reported in its own place."""
        locales = core_schema.no_info_after_validator_function(_locale, core_schema.str_schema())
        texts = core_schema.no_info_after_validator_function(self._text, core_schema.str_schema())
        return core_schema.chain_schema(
            [
                core_schema.no_info_plain_validator_function(_as_map),
                core_schema.dict_schema(locales, texts, min_length=1),
                core_schema.no_info_plain_validator_function(Texts.of),
            ],
            serialization=core_schema.plain_serializer_function_ser_schema(_plain),
        )

    def _text(self, text: str) -> str:
        text = clean(text) if self.lines else one_line(text)
        if is_blank(text):
            refuse(problem(ProblemCode.BLANK))
        if len(text) > self.limit:
            refuse(problem(ProblemCode.TOO_LONG, value=text, limit=self.limit, length=len(text)))
        return text


@dataclass(frozen=True, slots=True)
class Between:
    """Annotates a number: its lowest and its highest value."""

    lowest: float
    highest: float

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The number's own reading, then the limits."""
        return core_schema.no_info_after_validator_function(self._within, handler(source))

    def _within(self, number: float) -> float:
        if not self.lowest <= number <= self.highest:
            refuse(
                problem(
                    ProblemCode.OUT_OF_RANGE,
                    value=f"{number:.15g}",
                    lowest=f"{self.lowest:.15g}",
                    highest=f"{self.highest:.15g}",
                )
            )
        return number


def _as_map(value: object) -> object:
    if isinstance(value, str):
        return {UNDETERMINED: value}
    return dict(value) if isinstance(value, Mapping) else value


def _plain(texts: Texts) -> str | dict[str, str]:
    return texts[UNDETERMINED] if list(texts) == [UNDETERMINED] else dict(texts)


def _locale(written: str) -> str:
    tag = locale_tag(written)
    if tag is None:
        refuse(_unknown_language(written))
    return tag


def _language(written: str) -> str:
    language = language_of(written)
    if language is None:
        refuse(_unknown_language(written))
    return language


def _unknown_language(written: str) -> Problem:
    close = close_to(written, sorted(LANGUAGES))
    return problem(ProblemCode.UNKNOWN_LANGUAGE, value=written, did_you_mean=close)


def _span(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    span = parse_duration(value) if isinstance(value, str) else None
    if span is None:
        refuse(problem(ProblemCode.BAD_DURATION, value=str(value)))
    return span


def _moment(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    moment = parse_moment(value, info.context["zone"] if info.context else _UTC)
    if moment is None:
        refuse(problem(ProblemCode.BAD_DATE, value=value))
    return moment


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", value):
        refuse(problem(ProblemCode.BAD_NAME, value=value))
    return value


Name = Annotated[str, AfterValidator(_name)]
Language = Annotated[str, AfterValidator(_language)]
Span = Annotated[timedelta, BeforeValidator(_span), PlainSerializer(write_duration, return_type=str)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
