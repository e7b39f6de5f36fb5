"""Making two people one who turn out to be: one balance, one queue, one answer to each task."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core import slots, standing
from core.domain.person import Role
from core.domain.states import AssignmentState, TaskState
from core.events import Event
from core.overdue import take_back
from core.store import answers, assignments, bonuses, leaderboard, ledger, merging, projects, qualified
from core.store import people as people_rows
from core.store.merging import Double, Settings, Side
from core.store.transaction import Transaction

_S = AssignmentState
KEPT_ROLES = frozenset({Role.WORKER, Role.REQUESTER})
"""What is granted with trust in one account does not pass to another: moderators and admins are named anew."""

_COUNTS_FIRST = (
    _S.ANSWERED,
    _S.ANSWERED_LATE,
    _S.SKIPPED,
    _S.EXPIRED,
    _S.OVERDUE,
    _S.ACTIVE,
    _S.RETURNED,
    _S.SUPERSEDED,
)
"""Of two assignments of one task, which counts: an answer, then what was met for good, then what is in hand."""


def merge(tx: Transaction, *, stays: int, gone: int, now: datetime) -> tuple[Event, ...]:
    """Make `gone` part of `stays`; the caller holds the accounts of both.

    Everything of `gone` moves, except what the survivor has already: of a task that both had, one
    assignment counts, and the other stays behind with its person, for history. Nothing paid is clawed back.
    """
    both = (stays, gone)
    merging.lock_work(tx, both)
    events: list[Event] = []
    aside: list[int] = []
    for double in merging.doubles(tx, stays=stays, gone=gone):
        spare = _spare(double)
        events += _end(tx, double, spare, whose=stays if spare is double.mine else gone, now=now)
        if spare is double.mine:
            aside.append(spare.assignment_id)
    for assignment_id in merging.open_in_own_projects(tx, both):
        events += take_back(tx, assignment_id, why="own_project", now=now)
    events += _one_card(tx, stays, gone, now=now)
    if aside:
        merging.put_aside(tx, aside, stays=stays, now=now)
    merging.weigh_anew(tx, both)
    merging.move_work(tx, stays=stays, gone=gone)
    merging.move_places(tx, stays=stays, gone=gone)
    merging.move_languages(tx, stays=stays, gone=gone)
    bonuses.move(tx, stays=stays, gone=gone)
    leaderboard.move(tx, stays=stays, gone=gone)
    merging.move_flags(tx, stays=stays, gone=gone)
    merging.move_consents(tx, stays=stays, gone=gone)
    merging.move_admissions(tx, stays=stays, gone=gone)
    qualified.move(tx, stays=stays, gone=gone, now=now)
    merging.move_things(tx, stays=stays, gone=gone, now=now)
    held = merging.lock_settings(tx, both)  # a payout holds whom it pays, so what it took is seen here
    points = people_rows.balance(tx, gone)
    if points:
        ledger.join(tx, gone=gone, stays=stays, points=points, now=now)
    _unite(tx, held[stays], held[gone])
    merging.merge_person(tx, stays=stays, gone=gone)
    events += standing.after_merge(tx, stays, now=now)
    return tuple(events)


def _spare(double: Double) -> Side:
    """The one of two assignments that does not count: the later answer, or what is less than an answer."""
    mine, theirs = double.mine, double.theirs
    if mine.reward_id is not None and theirs.reward_id is not None:
        return theirs  # both are settled and stay as they are
    return max(mine, theirs, key=_order)


def _order(side: Side) -> tuple[int, float, int]:
    if side.answered_at is not None and side.answer_id is not None:
        return 0, side.answered_at.timestamp(), side.answer_id
    return _COUNTS_FIRST.index(side.state), 0.0, side.assignment_id


def _end(tx: Transaction, double: Double, spare: Side, *, whose: int, now: datetime) -> tuple[Event, ...]:
    if spare.state in (_S.ACTIVE, _S.OVERDUE):
        return take_back(tx, spare.assignment_id, why="linked", now=now)
    if spare.answer_id is not None and spare.reward_id is None:
        _supersede(tx, double, spare, whose=whose, now=now)
    return ()


def _supersede(tx: Transaction, double: Double, spare: Side, *, whose: int, now: datetime) -> None:
    """An answer no longer votes: the promise for it goes back, and while the task is open its place is free."""
    project = projects.find(tx, double.project_id)
    assert project is not None, "a task has a project"
    before = slots.take_up(tx, double.task_id, project.file)
    counts = before.counts
    answers.void(tx, spare.assignment_id, now=now)
    assignments.move(tx, spare.assignment_id, was=spare.state, becomes=_S.SUPERSEDED, now=now)
    projects.release(tx, double.project_id, released=spare.reserve)
    votes = tuple(vote for vote in before.votes if vote.person_id != whose)
    if spare.late:
        after = before.become(votes, late=counts.late - 1)
    else:
        after = before.become(votes, answered=counts.answered - 1)
    if counts.state is TaskState.OPEN:
        slots.store(tx, before, after, now=now)
        return
    left = after.counts
    merging.shrink(tx, replace(left, target=left.free + left.active + left.answered))


def _one_card(tx: Transaction, stays: int, gone: int, *, now: datetime) -> tuple[Event, ...]:
    """Of two cards in hand, the one that was asked for stays, then the older; the other goes back free."""
    held = [card for one in (stays, gone) if (card := assignments.active_of(tx, one)) is not None]
    held.sort(key=lambda card: (not card.asked, card.claimed_at, card.id))
    return tuple(event for card in held[1:] for event in take_back(tx, card.id, why="linked", now=now))


def _unite(tx: Transaction, stays: Settings, gone: Settings) -> None:
    """The survivor's settings, with gaps filled: a place with what depends on it, a language that was chosen."""
    filled: dict[str, object] = {}
    if stays.zone is None:
        filled |= {"zone": gone.zone, "quiet_from": gone.quiet_from, "quiet_to": gone.quiet_to}
        filled |= {"nudges": gone.nudges, "next_nudge_at": gone.next_nudge_at}
    if gone.locale_chosen and not stays.locale_chosen:
        filled |= {"locale": gone.locale, "locale_chosen": True}
    roles = (stays.roles | gone.roles) & KEPT_ROLES
    if merging.owns_projects(tx, stays.id):  # what a moderator or admin began stays theirs to run
        roles |= {Role.REQUESTER}
    people_rows.change_person(
        tx,
        stays.id,
        roles=roles,
        seen_at=max(stays.seen_at, gone.seen_at),
        next_summary_at=None,
        **filled,
    )
