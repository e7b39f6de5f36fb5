"""What must hold of the game after anything that happens, recounted from the rows alone."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import select

from core.clock import milliseconds
from core.domain.deadlines import warned
from core.domain.states import AssignmentState, TaskState
from core.intake.project_model import ProjectFile
from core.store.people import balance
from core.store.projects import read_spec
from core.store.tables import (
    account,
    answer,
    appeal,
    assignment,
    ledger,
    person,
    person_language,
    place,
    project,
    project_version,
    restriction,
    task,
)
from core.store.transaction import Transaction

_S = AssignmentState
LATE = {_S.OVERDUE, _S.ANSWERED_LATE, _S.EXPIRED}


def check(tx: Transaction) -> None:
    """Everything at once; an AssertionError says what is broken. Answers are worth what a majority makes them."""
    _check(tx, by_label=True)


def check_weighed(tx: Transaction) -> None:
    """The same where votes weigh: what an answer is worth is not recounted, only that it is paid once."""
    _check(tx, by_label=False)


def _check(tx: Transaction, *, by_label: bool) -> None:
    tasks = _rows(tx, task)
    assignments = _rows(tx, assignment)
    given = _rows(tx, answer)
    answers = [row for row in given if row["voided_at"] is None]
    entries = _rows(tx, ledger)
    files = {
        (row["project_id"], row["version"]): read_spec(row["spec"]) for row in _rows(tx, project_version)
    }
    check_slots(tasks, assignments, answers, files)
    now_is = {row["id"]: row["merged_into"] or row["id"] for row in _rows(tx, person)}
    check_merged(tx, assignments, now_is)
    check_hands(assignments, answers, entries, now_is)
    check_promises(tx, assignments, answers, entries)
    late = {row["assignment_id"] for row in given if row["late"]}
    overdue = {
        row["id"]
        for row in assignments
        if row["state"] in LATE or (row["state"] == _S.SUPERSEDED and row["id"] in late)
    }
    check_paid(tasks, assignments, answers, entries)
    if by_label:
        check_points(tx, tasks, assignments, answers, entries, files, now_is, overdue)


def _rows(tx: Transaction, table: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in tx.execute(select(table))]


def check_slots(
    tasks: list[dict[str, Any]],
    assignments: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    files: dict[tuple[int, int], ProjectFile],
) -> None:
    """Each task's counts are the counts of its cards and answers, and never more than the overlap."""
    active = Counter(row["task_id"] for row in assignments if row["state"] == _S.ACTIVE)
    in_time = Counter(row["task_id"] for row in answers if not row["late"])
    late = Counter(row["task_id"] for row in answers if row["late"])
    votes = defaultdict(list)
    for row in sorted(answers, key=lambda one: one["id"]):
        votes[row["task_id"]].append([row["person_id"], row["value"], milliseconds(row["at"])])
    most = {key[0]: 0 for key in files}
    for (project_id, _), file in files.items():
        most[project_id] = max(most[project_id], file.overlap.max)
    for row in tasks:
        counts = (row["active"], row["answered"], row["late"])
        assert counts == (active[row["id"]], in_time[row["id"]], late[row["id"]]), row
        assert row["free"] + row["active"] + row["answered"] == row["target"], row
        if row["gold"] is None:
            allowed = max(most[row["project_id"]], row["at_most"] or 0)
            assert row["active"] + row["answered"] <= allowed, row
        if row["held_at"] is not None and row["state"] == TaskState.OPEN:
            assert row["free"] == 0, "what is held goes to nobody"
        if row["state"] == TaskState.OPEN:
            kept = [] if row["votes"] is None else [vote[:3] for vote in json.loads(row["votes"])["v"]]
            assert kept in ([], votes[row["id"]]), "what is kept of the votes is what the answers say"
        else:
            assert row["active"] == 0, "a task that ended holds no card"
            assert row["settle_at"] is None, "a task ends once"


def check_merged(tx: Transaction, assignments: list[dict[str, Any]], now_is: dict[int, int]) -> None:
    """Who was merged is a row of history: nobody speaks for it, it holds nothing, and it leads to somebody."""
    gone = {one for one, is_now in now_is.items() if one != is_now}
    assert not gone & set(now_is.values()), "one step leads to who they are now"
    assert all(row["roles"] == "" for row in _rows(tx, person) if row["id"] in gone)
    for table, column in (
        (account, "person_id"),
        (person_language, "person_id"),
        (place, "person_id"),
        (project, "owner_id"),
        (restriction, "person_id"),
        (appeal, "person_id"),
    ):
        assert not gone & {row[column] for row in _rows(tx, table)}, table.name
    held = [row for row in assignments if row["state"] in (_S.ACTIVE, _S.OVERDUE)]
    assert not gone & {row["person_id"] for row in held}
    superseded = [row["person_id"] for row in assignments if row["state"] == _S.SUPERSEDED]
    assert set(superseded) <= gone
    chats = Counter(row["person_id"] for row in _rows(tx, account))
    assert all(row["linked_at"] for row in _rows(tx, account) if chats[row["person_id"]] > 1)


def check_hands(
    assignments: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    entries: list[dict[str, Any]],
    now_is: dict[int, int],
) -> None:
    """Nobody holds two cards; nobody has a task twice, or two answers to it; answers belong to answered cards.

    Of people who are one by now, this holds of what is not yet paid: history stays as it happened.
    """
    held = Counter(now_is[row["person_id"]] for row in assignments if row["state"] == _S.ACTIVE)
    assert all(count == 1 for count in held.values()), held
    pairs = Counter((row["task_id"], row["person_id"]) for row in assignments)
    assert all(count == 1 for count in pairs.values()), pairs
    answered = sorted(row["id"] for row in assignments if row["state"] in (_S.ANSWERED, _S.ANSWERED_LATE))
    assert sorted(row["assignment_id"] for row in answers) == answered
    paid = {row["assignment_id"] for row in entries if row["kind"] == "reward"}
    said = Counter((row["task_id"], now_is[row["person_id"]]) for row in answers)
    for row in answers:
        if row["assignment_id"] not in paid:
            assert said[row["task_id"], now_is[row["person_id"]]] == 1, row
    owners = {row["id"]: row["person_id"] for row in assignments}
    assert all(row["person_id"] == owners[row["assignment_id"]] for row in answers)


def check_promises(
    tx: Transaction,
    assignments: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    entries: list[dict[str, Any]],
) -> None:
    """What a project reserved is what its open cards and unpaid answers may still earn; spent is what was paid."""
    paid = {row["assignment_id"] for row in entries if row["kind"] == "reward"}
    open_states = {_S.ACTIVE, _S.OVERDUE}
    answered = {row["assignment_id"] for row in answers}
    for row in _rows(tx, project):
        promised = sum(
            one["reserve"]
            for one in assignments
            if one["project_id"] == row["id"]
            and (one["state"] in open_states or (one["id"] in answered and one["id"] not in paid))
        )
        assert row["reserved"] == promised, row
        gave = sum(one["points"] for one in entries if one["from_project"] == row["id"])
        took = sum(one["points"] for one in entries if one["to_project"] == row["id"])
        assert row["spent"] == gave - took, row
        assert row["budget"] is None or row["spent"] + row["reserved"] <= row["budget"], row


def check_paid(
    tasks: list[dict[str, Any]],
    assignments: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    entries: list[dict[str, Any]],
) -> None:
    """Every answer to a task that ended well was paid, once, and never more than was promised."""
    known = {row["id"]: row for row in tasks}
    promised = {row["id"]: row["reserve"] for row in assignments}
    rewards = Counter(row["assignment_id"] for row in entries if row["kind"] == "reward")
    assert all(count == 1 for count in rewards.values()), rewards
    paid: Counter[int] = Counter()
    for row in entries:
        if row["kind"] in ("reward", "correction") and row["assignment_id"] is not None:
            paid[row["assignment_id"]] += row["points"]
    assert all(0 <= points <= promised[held] for held, points in paid.items()), paid
    for row in answers:
        of = known[row["task_id"]]
        if of["gold"] is None and of["state"] in (TaskState.SETTLED, TaskState.CANCELLED):
            assert row["assignment_id"] in rewards, row


def check_points(
    tx: Transaction,
    tasks: list[dict[str, Any]],
    assignments: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    entries: list[dict[str, Any]],
    files: dict[tuple[int, int], ProjectFile],
    now_is: dict[int, int],
    overdue: set[int],
) -> None:
    """Every balance is the sum of r(R) − λ·p(t) over the person's cards, by the rule and not by the ledger."""
    known = {row["id"]: row for row in tasks}
    given = {row["assignment_id"]: row for row in answers}
    first = {row["assignment_id"]: row["points"] for row in entries if row["kind"] == "reward"}
    paid = set(first)
    task_of = {row["id"]: row["task_id"] for row in assignments}
    upheld = [row for row in _rows(tx, appeal) if row["outcome"] == "upheld" and row["kind"] == "answer"]
    revised = {task_of[row["assignment_id"]] for row in upheld}
    expected: Counter[int] = Counter()
    for row in assignments:
        one, of = given.get(row["id"]), known[row["task_id"]]
        truth = of["gold"] if of["gold"] is not None else of["label"]
        if of["gold"] is not None:
            earns = one is not None and row["id"] in paid  # due a minute later, by the clockwork
        else:
            earns = one is not None and of["state"] in (TaskState.SETTLED, TaskState.CANCELLED)
            assert (row["id"] in paid) is earns, (row, of)
        if earns and one is not None:
            in_full = of["state"] == TaskState.CANCELLED and (of["gold"] is None or of["settled_by"])
            right = in_full or one["value"] == truth
            # Nothing is taken back from who was right until somebody else's appeal was upheld.
            kept = first[row["id"]] if row["task_id"] in revised else 0
            expected[now_is[row["person_id"]]] += row["reserve"] if right else kept
        file = files[row["project_id"], row["version"]]
        fair = warned(reminded_at=row["reminded_at"], due_at=row["due_at"], time_limit=file.time_limit)
        if row["id"] in overdue and fair:
            expected[now_is[row["person_id"]]] -= row["penalty"]
    for row in entries:  # what does not come of answers, such as bonuses, payouts and adjustments
        if row["assignment_id"] is None and row["kind"] != "link":
            if row["to_person"] is not None:
                expected[now_is[row["to_person"]]] += row["points"]
            if row["from_person"] is not None:
                expected[now_is[row["from_person"]]] -= row["points"]
    for row in _rows(tx, person):
        assert balance(tx, row["id"]) == expected[row["id"]], row["id"]
