"""A project's settings with defaults and limits; one that exists is valid, so its cards fit every chat."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from core.consensus import methods
from core.domain.currencies import DIGITS
from core.domain.money import Money, read_amount
from core.domain.rewards import half_up
from core.domain.rules import Rule, Setting, Strictness
from core.domain.topics import Topic, mask
from core.errors import Problem
from core.intake.checks import AtMost, Between, Language, Moment, Name, Span, refuse
from core.intake.labels import Label, check_labels
from core.intake.languages import close_to
from core.intake.problems import ProblemCode, problem
from core.intake.texts import Texts
from core.kinds import kind_named, kinds

SHORTEST: Final = 30  # seconds; below it nobody can read, think and tap
LONGEST: Final = 30 * 86_400


class Priority(StrEnum):
    """How a requester ranks a project or a task against others."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Order(StrEnum):
    """Which tasks go out first when a model exists."""

    UNSURE = "unsure"  # those where a person's answer teaches the model most, and some of the oldest
    GIVEN = "given"  # the order of the requester's files


def not_one_of(value: str, options: list[str]) -> Problem:
    """The problem of a word that is none of the known ones."""
    close = close_to(value, [str(option) for option in options])
    return problem(ProblemCode.NOT_ONE_OF, value=value, options=", ".join(options), did_you_mean=close)


def _kind(value: str) -> str:
    if value not in kinds():
        refuse(not_one_of(value, list(kinds())))
    return value


def _method(value: str) -> str:
    if value not in methods():
        refuse(not_one_of(value, sorted(methods())))
    return value


def _priority(value: object) -> object:
    if isinstance(value, str) and value.strip().lower() not in list(Priority):
        refuse(not_one_of(value, [str(one) for one in Priority]))
    return value.strip().lower() if isinstance(value, str) else value


def _order(value: object) -> object:
    if isinstance(value, str) and value.strip().lower() not in list(Order):
        refuse(not_one_of(value, [str(one) for one in Order]))
    return value.strip().lower() if isinstance(value, str) else value


def _topic(value: object) -> object:
    word = value.strip().lower() if isinstance(value, str) else value
    if isinstance(word, str) and word not in list(Topic):
        refuse(not_one_of(word, [str(one) for one in Topic]))
    return word


def _expires(span: timedelta) -> timedelta:
    if not timedelta(days=1) <= span <= timedelta(days=3650):
        refuse(problem(ProblemCode.OUT_OF_RANGE, value=str(span), lowest="1d", highest="3650d"))
    return span


def _time_limit(span: timedelta) -> timedelta:
    if not SHORTEST <= span.total_seconds() <= LONGEST or span.microseconds:
        refuse(problem(ProblemCode.OUT_OF_RANGE, value=str(span), lowest="30s", highest="30d"))
    return span


def _as_list(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class Overlap(_Part):
    """How many people judge a task, and how sure the result must be before fewer than `max` suffice."""

    min: Annotated[int, Between(1, 50)] = 2
    max: Annotated[int, Between(1, 50)] = 5
    confidence: Annotated[float, Between(0.5, 0.999)] = 0.95

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            refuse(
                problem(ProblemCode.OVERLAP_ORDER, field="min", value=str(self.min), highest=self.max),
            )
        return self


NO_MODEL: Final = "none"
OWN_MODEL: Final = "own"  # the project's own, trained from what its crowd decided


class Suggestions(_Part):
    """Which model's predictions are shown, from what confidence, and how many are withheld as a control."""

    model: Name = NO_MODEL  # or "own", or the name of one that the operator added
    show_above: Annotated[float, Between(0, 1)] = 0.6
    control_share: Annotated[float, Between(0, 1)] = 0.1
    train: bool = True  # by itself, whenever enough new tasks are settled
    order: Annotated[Order, BeforeValidator(_order)] = Order.UNSURE
    automatic: bool = False  # settle without asking anybody where model and audit allow it

    @property
    def wanted(self) -> bool:
        """Whether any model takes part."""
        return self.model != NO_MODEL


def _amount(value: object) -> object:
    if isinstance(value, Decimal):
        return value
    amount = read_amount(str(value))
    if amount is None:
        refuse(problem(ProblemCode.BAD_AMOUNT, value=str(value)))
    return amount


def _currency(value: str) -> str:
    code = value.strip().upper()
    if code not in DIGITS:
        close = close_to(code, [one.lower() for one in DIGITS]).upper()
        refuse(problem(ProblemCode.UNKNOWN_CURRENCY, value=value, did_you_mean=close))
    return code


class PointValue(_Part):
    """What a point is worth: an exact amount of a currency (ISO 4217)."""

    amount: Annotated[Decimal, BeforeValidator(_amount)]
    currency: Annotated[str, AfterValidator(_currency)]

    @property
    def money(self) -> Money:
        """The same as a value."""
        return Money(self.amount, self.currency)


class StreakBonus(_Part):
    """Points for so many days in a row with a right answer in the project; the count begins anew after it."""

    streak_days: Annotated[int, Between(2, 60)]
    points: Annotated[int, Between(1, 10_000)]


class Qualification(_Part):
    """A skill that workers earn by practice before their first card; projects of one owner share it by its name."""

    skill: Name
    expires: Annotated[Span, AfterValidator(_expires)] = timedelta(days=180)
    least: Annotated[float, Between(0.5, 1)] = Field(default=0.8, alias="pass")  # the share of right answers
    questions: Annotated[int, Between(3, 50)] = 10


def _strict(value: object) -> object:
    if isinstance(value, bool):  # YAML reads a bare off as a boolean
        return Strictness.NORMAL if value else Strictness.OFF
    if isinstance(value, str) and value.strip().lower() not in list(Strictness):
        refuse(not_one_of(value, [str(one) for one in Strictness]))
    return value.strip().lower() if isinstance(value, str) else value


Strict = Annotated[Strictness | None, BeforeValidator(_strict)]


class Rules(_Part):
    """How strict each rule of conduct is; none: as strict as the house is."""

    careless: Strict = None
    too_fast: Strict = None
    same_answer: Strict = None
    copying: Strict = None
    gold: Strict = None
    skips: Strict = None
    overdue: Strict = None

    @property
    def setting(self) -> Setting:
        """The rules that the project sets itself."""
        return _own_rules(self)


@lru_cache(maxsize=256)
def _own_rules(rules: Rules) -> Setting:
    return {rule: strict for rule in Rule if (strict := getattr(rules, rule.value)) is not None}


def _rules(value: object) -> object:
    if isinstance(value, bool | str):  # one word for all
        return dict.fromkeys((rule.value for rule in Rule), value)
    return value


class ProjectFile(_Part):
    """Everything a requester decides about a project. `title` is `project` in the file."""

    title: Annotated[Texts, AtMost(80)] = Field(alias="project")
    kind: Annotated[str, AfterValidator(_kind)] = "choice"
    instructions: Annotated[Texts, AtMost(500, lines=True)]
    labels: Annotated[tuple[Label, ...], AfterValidator(check_labels)] = ()
    languages: Annotated[tuple[Language, ...] | None, BeforeValidator(_as_list)] = None
    overlap: Overlap = Overlap()
    method: Annotated[str, AfterValidator(_method)] = "dawid_skene"
    reward: Annotated[int, Between(0, 10_000)] = 10
    penalty: Annotated[int, Between(0, 10_000)] = 5
    penalty_weight: Annotated[float, Between(0, 10)] = 1.0
    time_limit: Annotated[Span, AfterValidator(_time_limit)] = timedelta(hours=5)
    deadline: Moment | None = None
    priority: Annotated[Priority, BeforeValidator(_priority)] = Priority.NORMAL
    budget: Annotated[int, Between(0, 1_000_000_000)] | None = None
    suggestions: Suggestions = Suggestions()
    gold_share: Annotated[float, Between(0, 0.5)] = 0.05
    point_value: PointValue | None = None
    bonus: StreakBonus | None = None
    qualification: Qualification | None = None
    topics: Annotated[tuple[Annotated[Topic, BeforeValidator(_topic)], ...], BeforeValidator(_as_list)] = ()
    rules: Annotated[Rules, BeforeValidator(_rules)] = Rules()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        problems = list(kind_named(self.kind).check_project(self))
        if self.budget is not None and self.budget < self.reward:
            problems.append(
                problem(
                    ProblemCode.BUDGET_TOO_SMALL, field="budget", value=str(self.budget), reward=self.reward
                )
            )
        if problems:
            refuse(*problems)
        return self

    @property
    def sensitive(self) -> int:
        """Its topics as one number."""
        return mask(self.topics)

    @property
    def value(self) -> Money | None:
        """What a point is worth, when it is worth money."""
        return None if self.point_value is None else self.point_value.money

    @property
    def penalty_points(self) -> int:
        """λ × penalty in whole points, rounded half up: what a late answer costs."""
        return _penalty_points(self.penalty_weight, self.penalty)


@lru_cache(maxsize=256)
def _penalty_points(weight: float, penalty: int) -> int:
    return half_up(Fraction(repr(weight)) * penalty)
