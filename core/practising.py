"""Earning a skill: practice tasks with instant explanations, until enough of them are right.

Nothing of practice is evidence about a task, and it neither earns nor costs points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from core import standing
from core.domain.person import Person, require
from core.domain.project import Project
from core.domain.states import ProjectState
from core.domain.topics import Lack
from core.errors import Refused
from core.events import Event, SkillEnds
from core.intake.project_model import ProjectFile, Qualification
from core.kinds import kind_named
from core.overdue import take_back
from core.store import admissions, assignments, projects, qualified
from core.store import people as people_rows
from core.store import practice as rows
from core.store.practice import Attempt, Given
from core.store.qualified import Held
from core.store.transaction import Transaction

AGAIN = timedelta(days=1)
"""Who did not pass may try again after so long."""
TRIES, WITHIN = 3, timedelta(days=30)
"""So many tries at most within so long."""
NOT_NOW = timedelta(days=7)
"""Who does not want to practise now is asked again after so long."""
FEWEST = 3
"""An attempt never has fewer tasks."""
RENEWS = timedelta(days=7)
"""So long before a skill ends its holder is told, and may practise again; a quarter of the time of a short one."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How somebody stands with the skill of a project."""

    project: Project
    skill_id: int
    policy: Qualification
    tasks: int  # of the attempt that is open, or of the next one
    held: Held | None  # it may be over
    open: Attempt | None
    again_at: datetime | None  # when they may try again, after attempts that failed
    enough: bool  # whether there are practice tasks enough that they can read

    def ready(self, now: datetime) -> bool:
        """Whether they may practise now."""
        if self.open is not None:
            return True
        return (
            self.enough
            and not self.holds(now + lead(self.policy))
            and (self.again_at is None or self.again_at <= now)
        )

    def holds(self, now: datetime) -> bool:
        """Whether they hold the skill at that moment."""
        return self.held is not None and now < self.held.expires_at


def lead(policy: Qualification) -> timedelta:
    """How long before its end a skill may be renewed."""
    return min(RENEWS, policy.expires / 4)


def needed(policy: Qualification, tasks: int) -> int:
    """How many of so many tasks must be right."""
    return math.ceil(Fraction(repr(policy.least)) * tasks)


def outlook(tx: Transaction, person: Person, project: Project) -> Outlook | None:
    """How somebody stands with what a project requires; None when it requires nothing."""
    skill_id, policy = qualified.required_by(tx, project.id), project.file.qualification
    if skill_id is None or policy is None:
        return None
    held = qualified.held(tx, person_id=person.id, skill_id=skill_id)
    before = rows.attempts(tx, person_id=person.id, skill_id=skill_id)
    ongoing = next((one for one in before if one.ended_at is None and _can_end(tx, one.id)), None)
    tasks = policy.questions if held is None else max(FEWEST, -(-policy.questions // 2))
    return Outlook(
        project=project,
        skill_id=skill_id,
        policy=policy,
        tasks=tasks if ongoing is None else ongoing.tasks,
        held=held,
        open=ongoing,
        again_at=_again_at(before, held),
        enough=len(_usable(tx, person.id, skill_id)) >= tasks,
    )


def _again_at(before: Sequence[Attempt], held: Held | None) -> datetime | None:
    """After a failed attempt tomorrow; after so many, when the first of them is long ago."""
    since = None if held is None else held.earned_at
    failed = [
        one.ended_at
        for one in before
        if one.ended_at is not None and one.passed is False and (since is None or one.ended_at > since)
    ]
    if not failed:
        return None
    tomorrow = failed[-1] + AGAIN
    return tomorrow if len(failed) < TRIES else max(tomorrow, failed[-TRIES] + WITHIN)


def _usable(tx: Transaction, person_id: int, skill_id: int) -> list[int]:
    """The practice tasks that somebody can read and whose known answer is still offered."""
    offered: dict[int, frozenset[str]] = {}
    found = []
    for practice_id, project_id, known in rows.readable(tx, skill_id=skill_id, person_id=person_id):
        if project_id not in offered:
            offered[project_id] = _offered(_file(tx, project_id))
        if known in offered[project_id]:
            found.append(practice_id)
    return found


def _offered(file: ProjectFile) -> frozenset[str]:
    return frozenset(one.id for one in file.labels if not one.archived)


def _can_end(tx: Transaction, attempt_id: int) -> bool:
    """Whether the known answer of every task that is left is still offered: else nobody could be right."""
    return all(known in _offered(_file(tx, project_id)) for project_id, known in rows.left(tx, attempt_id))


def _file(tx: Transaction, project_id: int) -> ProjectFile:
    project = projects.find(tx, project_id)
    assert project is not None, "projects are never deleted"
    return project.file


def start(
    tx: Transaction, person: Person, project_id: int, *, now: datetime, chance: Random
) -> tuple[Given, ProjectFile, int]:
    """Begin to practise for a project, or go on; returns the task that is next, its file, and how many there are.

    Raises:
        Refused: not_allowed, banned, paused, restricted, practice_over, practice_later, skill_held.
    """
    require(person, "work")
    standing.need_free_there(tx, person, project_id, now=now)
    project = projects.find(tx, project_id)
    if project is None or project.state not in (ProjectState.RUNNING, ProjectState.PILOT):
        raise Refused("practice_over")
    seen = outlook(tx, person, project)
    told = admissions.lack(tx, person_id=person.id, project_id=project_id, now=now)
    if seen is None or project.owner_id == person.id or told in (Lack.TOPICS, Lack.NOTICE):
        raise Refused("practice_over")
    if seen.open is None and not seen.ready(now):
        raise Refused("skill_held" if seen.holds(now + lead(seen.policy)) else "practice_later")
    followed = assignments.active_of(tx, person.id)
    if followed is not None and not followed.asked:
        take_back(tx, followed.id, why="untouched", now=now)  # practice stands in its place on the screen
    if seen.open is not None:
        # The one it began for may ask for it no more, or have ended.
        rows.go_on_for(tx, seen.open.id, project_id=project_id)
        return _next(tx, seen.open.id, tasks=seen.open.tasks)
    rows.drop(tx, person_id=person.id, skill_id=seen.skill_id, now=now)
    chosen = _draw(tx, person.id, seen, chance=chance)
    attempt_id = rows.begin(
        tx, person_id=person.id, skill_id=seen.skill_id, project_id=project_id, tasks=chosen, now=now
    )
    return _next(tx, attempt_id, tasks=len(chosen))


def _next(tx: Transaction, attempt_id: int, *, tasks: int) -> tuple[Given, ProjectFile, int]:
    following = rows.next_of(tx, attempt_id)
    assert following is not None, "an attempt ends with its last answer"
    return following, _file(tx, following.project_id), tasks


def _draw(tx: Transaction, person_id: int, seen: Outlook, *, chance: Random) -> list[int]:
    """Tasks that they did not meet yet come first, then any; never in the order of the last attempt."""
    usable = _usable(tx, person_id, seen.skill_id)
    met = rows.met(tx, person_id=person_id, skill_id=seen.skill_id)
    known = frozenset(met)
    fresh, old = ([one for one in usable if (one in known) is again] for again in (False, True))
    chance.shuffle(fresh)
    chance.shuffle(old)
    chosen = [*fresh, *old][: seen.tasks]
    chance.shuffle(chosen)
    if chosen == met[-len(chosen) :]:
        chosen = [*chosen[1:], chosen[0]]
    return chosen


@dataclass(frozen=True, slots=True)
class Judged:
    """A practice answer, judged at once; at the end of the attempt, what came of it."""

    given: Given
    file: ProjectFile
    right: bool
    attempt: Attempt  # with this answer
    expires_at: datetime | None = None  # until when the skill is held, when it was earned just now
    again_at: datetime | None = None  # when they may try again, when it was not


def own(tx: Transaction, person: Person, given_id: int) -> tuple[Given, ProjectFile]:
    """A practice task in the person's hand, and the project file that its labels come from.

    Raises:
        Refused: not_allowed, unknown_card, already_saved.
    """
    require(person, "work")
    one = rows.given(tx, given_id)
    if one is None or one.person_id != person.id:
        raise Refused("unknown_card")
    if one.value is not None:
        raise Refused("already_saved")
    return one, _file(tx, one.project_id)


def own_attempt(tx: Transaction, person: Person, attempt_id: int) -> Attempt:
    """An attempt of the person that has not ended.

    Raises:
        Refused: not_allowed, unknown_card, card_closed.
    """
    require(person, "work")
    found = rows.find(tx, attempt_id)
    if found is None or found.person_id != person.id:
        raise Refused("unknown_card")
    if found.ended_at is not None:
        raise Refused("card_closed")
    return found


def answer(tx: Transaction, person: Person, given_id: int, raw: str, *, now: datetime) -> Judged:
    """Keep an answer to a practice task; the last one ends the attempt.

    Raises:
        Refused: not_allowed, unknown_card, already_saved, card_closed, practice_over, unknown_label.
    """
    one, file = own(tx, person, given_id)
    attempt = _attempt(tx, one.attempt_id)
    if attempt.ended_at is not None:
        raise Refused("card_closed")
    policy = _file(tx, attempt.project_id).qualification
    if policy is None or one.gold not in _offered(file):
        raise Refused("practice_over")
    value = kind_named(file.kind).parse_answer(raw, file)
    right = value == one.gold
    if not rows.answer(tx, one.id, value=value, right=right, now=now):
        raise Refused("already_saved")
    attempt = _attempt(tx, one.attempt_id)
    if attempt.answered < attempt.tasks:
        return Judged(one, file, right, attempt)
    passed = attempt.right >= needed(policy, attempt.tasks)
    rows.end(tx, attempt.id, passed=passed, now=now)
    attempt = _attempt(tx, attempt.id)
    held = qualified.held(tx, person_id=person.id, skill_id=attempt.skill_id)
    if not passed:
        again = _again_at(rows.attempts(tx, person_id=person.id, skill_id=attempt.skill_id), held)
        assert again is not None, "an attempt just failed"
        admissions.put_off(tx, person_id=person.id, project_id=attempt.project_id, until=again)
        return Judged(one, file, right, attempt, again_at=again)
    begins = now if held is None else max(now, held.expires_at)  # who renews it early loses nothing
    until = begins + policy.expires
    remind = until - lead(policy)
    qualified.earn(tx, person_id=person.id, skill_id=attempt.skill_id, now=now, until=until, remind=remind)
    return Judged(one, file, right, attempt, expires_at=until)


def _attempt(tx: Transaction, attempt_id: int) -> Attempt:
    found = rows.find(tx, attempt_id)
    assert found is not None, "attempts are never deleted while somebody practises"
    return found


def not_now(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> None:
    """The person does not want to practise for a project at the moment.

    Raises:
        Refused: not_allowed, practice_over.
    """
    require(person, "work")
    project = projects.find(tx, project_id)
    if project is None or project.file.qualification is None:
        raise Refused("practice_over")
    admissions.put_off(tx, person_id=person.id, project_id=project_id, until=now + NOT_NOW)


def remind(tx: Transaction, *, now: datetime, most: int = 20) -> tuple[tuple[Event, ...], int]:
    """Tell some of the people whose skill ends soon, once, never in quiet hours; returns how many were looked at."""
    events: list[Event] = []
    due = qualified.to_remind(tx, now=now, most=most)
    for one in due:
        person = people_rows.by_id(tx, one.person_id)
        if person is not None and person.quiet is not None and person.quiet.holds(now):
            qualified.remind_at(tx, one, person.quiet.end_after(now))
            continue
        qualified.remind_at(tx, one, None)
        project_id = qualified.used_in(tx, one.skill_id)
        if person is not None and project_id is not None and now < one.expires_at:
            events.append(SkillEnds(person.id, one.skill_id, project_id, one.expires_at))
    return tuple(events), len(due)
