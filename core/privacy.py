"""What is kept of a person: a copy for them, and erasing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import audit
from core.domain.person import Person
from core.domain.states import ProjectState
from core.errors import Refused
from core.exporting import pseudonym
from core.overdue import take_back
from core.people import unseal_identity
from core.store import assignments, erasing, leaderboard, ledger, links, merging, own_data, webchat
from core.store import people as people_rows
from core.store import projects as project_rows
from core.store.transaction import Transaction
from core.vault import Vault

COPY = "own data"
"""The kind of job that writes a copy."""
FORGET = "forget files"
"""The kind of job that removes the files of somebody who was erased."""
WEB = "web"
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a person, counted."""

    answers: int
    points: int
    chats: int
    consents: tuple[tuple[int, datetime], ...]


def kept(tx: Transaction, person: Person) -> Kept:
    """What is kept of a person, in numbers."""
    return Kept(
        answers=own_data.count_answers(tx, person.id),
        points=people_rows.balance(tx, person.id),
        chats=len(links.accounts_of(tx, person.id)),
        consents=tuple(people_rows.consents(tx, person.id)),
    )


def sections(tx: Transaction, vault: Vault, person: Person) -> Iterator[tuple[str, Iterable[Record]]]:
    """Everything that is kept of a person, section by section, each row a flat record; on a snapshot.

    Times are ISO 8601 in UTC. Names and ids are unsealed: this is for that person only.
    """
    yield "person", own_data.profile(tx, person.id)
    yield "chats", (_chat(vault, one) for one in own_data.chats(tx, person.id))
    yield "languages", ({"language": lang} for lang in people_rows.languages(tx, person.id))
    yield (
        "consents",
        (
            {"version": version, "at": own_data.instant(at)}
            for version, at in people_rows.consents(tx, person.id)
        ),
    )
    yield (
        "pseudonyms",
        (
            {"project": one, "pseudonym": pseudonym(vault, project_id=one, person_id=person.id)}
            for one in own_data.projects_worked_in(tx, person.id)
        ),
    )
    names = leaderboard.names(tx, [person.id]).values()
    yield "leaderboard", ({"name": vault.unseal(one).decode()} for one in names)
    yield "projects", own_data.projects_owned(tx, person.id)
    yield "invitations", own_data.invitations(tx, person.id)
    yield "assignments", own_data.assignments(tx, person.id)
    yield "answers", own_data.answers(tx, person.id)
    yield "suggestions", own_data.suggestions(tx, person.id)
    yield "skills", own_data.skills(tx, person.id)
    yield "practice", own_data.practised(tx, person.id)
    yield "points", own_data.points(tx, person.id)
    yield "conduct", own_data.conduct(tx, person.id)
    yield "measures", own_data.measures(tx, person.id, unseal=vault.unseal)
    yield "appeals", own_data.appeals(tx, person.id, unseal=vault.unseal)
    yield "reports", own_data.reports(tx, person.id)


def _chat(vault: Vault, one: own_data.Chat) -> Record:
    workspace, user_id, name = unseal_identity(vault, one.sealed)
    return {"platform": one.platform, "workspace": workspace, "id": user_id, "name": name, "since": one.since}


def note_copy(tx: Transaction, person: Person, *, now: datetime) -> None:
    """Note that somebody asked for a copy."""
    audit.note(tx, who=person.id, did="copy.asked", about=f"person:{person.id}", now=now)


@dataclass(frozen=True, slots=True)
class Erased:
    """What is left to remove beside the database: the copies of these jobs, and these uploads."""

    jobs: tuple[int, ...]
    uploads: tuple[str, ...]


def may_erase(tx: Transaction, person: Person) -> None:
    """Raises Refused("own_projects") while the person has a project that is launched and has not ended."""
    for project_id, state in erasing.projects_of(tx, person.id):
        if state is not ProjectState.DRAFT:
            raise Refused("own_projects", project=project_id)


def erase(tx: Transaction, vault: Vault, person: Person, *, now: datetime) -> Erased:
    """Erase who a person is; what they did stays, as a number's that nothing leads to.

    Their chats, name, settings, messages and invitations go. Cards go back free, drafts end, and points that
    were not paid out go to nobody. Answers, the ledger and the audit trail stay: they name a number only.

    Raises:
        Refused: own_projects, while they own a project that is launched and has not ended.
    """
    links.lock_accounts(tx, (person.id,))
    held = own_data.chats(tx, person.id)
    ids = [one.id for one in held]
    ended = erasing.end_jobs(tx, ids, now=now)  # before looking at projects: one may just be made by a job
    merging.lock_work(tx, (person.id,))
    may_erase(tx, person)
    for project_id, _ in erasing.projects_of(tx, person.id):
        project_rows.change(tx, project_id, state=ProjectState.CLOSED, closed_at=now)
    for assignment_id in assignments.promised_to(tx, person.id):
        take_back(tx, assignment_id, why="erased", now=now)
    points = people_rows.balance(tx, person.id)
    if points > 0:
        ledger.forfeit(tx, person_id=person.id, points=points, now=now)
    for one in held:
        if one.platform == WEB:
            keys = webchat.keys(vault.mark, unseal_identity(vault, one.sealed)[1])
            erasing.forget_web(tx, keys, empty=vault.seal(b"[]"))
    erasing.empty_accounts(tx, ids, now=now)
    erasing.empty_person(tx, person.id, now=now)
    audit.note(tx, who=person.id, did="person.erased", about=f"person:{person.id}", now=now)
    return Erased(
        jobs=tuple(one.id for one in ended if one.kind == COPY),
        uploads=tuple(one.path for one in ended if one.path is not None),
    )
