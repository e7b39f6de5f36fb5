"""Codes that link two accounts, the tries that missed, and which accounts a person has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal, select, update

from core.store.tables import account, assignment, job, link_code, link_try
from core.store.transaction import Change, Statement, Transaction
from core.store.types import Instant


@dataclass(frozen=True, slots=True)
class Code:
    """A code that somebody was given; only its hash is kept."""

    id: int
    person_id: int
    account_id: int
    expires_at: datetime
    used_at: datetime | None


_COLUMNS = (
    link_code.c.id,
    link_code.c.person_id,
    link_code.c.account_id,
    link_code.c.expires_at,
    link_code.c.used_at,
)
_OF_HASH = Statement(select(*_COLUMNS).where(link_code.c.code_hash == bindparam("hashed")), Code)


def add_code(
    tx: Transaction, *, person_id: int, account_id: int, code_hash: str, expires_at: datetime
) -> None:
    """Keep a code in place of the person's older ones."""
    tx.execute(delete(link_code).where(link_code.c.person_id == person_id))
    tx.execute(
        insert(link_code).values(
            person_id=person_id, account_id=account_id, code_hash=code_hash, expires_at=expires_at
        )
    )


def find_code(tx: Transaction, code_hash: str) -> Code | None:
    """The code of a hash, used and expired ones too."""
    return _OF_HASH.first(tx, hashed=code_hash)


def use_codes(tx: Transaction, *, stays: int, gone: int, now: datetime) -> None:
    """Use up the codes of both; they are the survivor's now, so that a second tap is told what happened."""
    tx.execute(
        update(link_code)
        .where(link_code.c.person_id.in_([stays, gone]))
        .values(person_id=stays, used_at=func.coalesce(link_code.c.used_at, literal(now, Instant)))
    )


@dataclass(frozen=True, slots=True)
class Tries:
    """How often somebody entered a wrong code, and when last."""

    tries: int
    tried_at: datetime


_TRIES = Statement(
    select(link_try.c.tries, link_try.c.tried_at).where(link_try.c.account_id == bindparam("account")), Tries
)


def _count(insert: Any) -> Any:
    row = insert(link_try).values(
        account_id=bindparam("account"), tries=bindparam("counted"), tried_at=bindparam("now")
    )
    return row.on_conflict_do_update(
        index_elements=[link_try.c.account_id],
        set_={"tries": row.excluded.tries, "tried_at": row.excluded.tried_at},
    )


_COUNT = Change(_count)


def tries_of(tx: Transaction, account_id: int) -> Tries | None:
    """The wrong codes that an account entered."""
    return _TRIES.first(tx, account=account_id)


def count_tries(tx: Transaction, account_id: int, *, tries: int, now: datetime) -> None:
    """Remember how many wrong codes an account entered."""
    _COUNT.run(tx, account=account_id, counted=tries, now=now)


def lock_accounts(tx: Transaction, people: tuple[int, ...]) -> None:
    """Hold every account of these people, so that nothing they say is worked on before this ends.

    An event holds its own account and then the first one of its person. Taken from the last to the
    first, this waits for such an event instead of keeping it from its second step.
    """
    tx.execute(
        select(account.c.id)
        .where(account.c.person_id.in_(people))
        .order_by(account.c.id.desc())
        .with_for_update(of=account, key_share=True)
    ).all()


_ACCOUNTS = Statement(
    select(account.c.id)
    .where(account.c.person_id == bindparam("person"))
    .order_by(account.c.unreachable_at.isnot(None), account.c.leased_until.is_(None))
    .order_by(account.c.leased_until.desc(), account.c.id),
    int,
)


def accounts_of(tx: Transaction, person_id: int) -> list[int]:
    """A person's accounts, the one where they are best reached first."""
    return _ACCOUNTS.all(tx, person=person_id)


def move_chat(tx: Transaction, *, person_id: int, leaves: int, to: int) -> None:
    """What a chat was to be told of a person's cards and jobs, another chat of theirs is told from now on."""
    tx.execute(
        update(assignment)
        .where(assignment.c.person_id == person_id, assignment.c.account_id == leaves)
        .values(account_id=to)
    )
    tx.execute(update(job).where(job.c.account_id == leaves, job.c.ended_at.is_(None)).values(account_id=to))


def give_account(tx: Transaction, account_id: int, person_id: int) -> None:
    """An account belongs to a fresh person and begins anew; codes that were asked for there are void."""
    tx.execute(delete(link_code).where(link_code.c.account_id == account_id))
    tx.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(person_id=person_id, linked_at=None, step=None, draft=None, menu=None)
    )
