"""Why something did not happen: a refusal is a normal outcome, told to the person in words by the dialogue."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


class Refused(Exception):  # noqa: N818  (a refusal is an outcome, not an error)
    """A rule of the game said no; `reason` names the rule, `facts` fill the sentence.

    >>> str(Refused("not_allowed", command="ban"))
    'not_allowed'
    """

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with what somebody sent: a code, where it is, and what stood there."""

    code: str
    line: int | None = None
    field: str | None = None
    value: str = ""
    facts: dict[str, object] = dataclasses.field(default_factory=dict)


class BadFile(Exception):  # noqa: N818  (its name says what it is)
    """A file that cannot be used at all, with every problem found in it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems
