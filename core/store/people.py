"""People, their accounts, languages and invites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from core.domain.person import Person, Role, roles_of, roles_text
from core.store.tables import account, consent, invite, ledger, person, person_language
from core.store.transaction import Change, Statement, Transaction

_PERSON_COLUMNS = (
    person.c.id,
    account.c.id.label("account_id"),
    person.c.roles,
    person.c.locale,
    person.c.zone,
    person.c.quiet_from,
    person.c.quiet_to,
    person.c.nudges,
    person.c.consented_at,
    account.c.step,
    account.c.draft,
    account.c.menu,
    person.c.seen_at,
    account.c.linked_at,
    person.c.streak,
    person.c.worked_on,
    person.c.rested_on,
    person.c.consent_version,
    person.c.banned,
    person.c.paused_until,
    person.c.restricted,
    person.c.checked_until,
)


def _person(row_id: int, account_id: int, roles: str, *rest: Any) -> Person:
    return Person(row_id, account_id, roles_of(roles), *rest)


_JOINED = select(*_PERSON_COLUMNS).join(account, account.c.person_id == person.c.id)
# Locking the account keeps two events of one person apart, whatever processes they reach. The person's own
# row stays free: paying writes to it while it holds tasks and projects that this event may wait for.
_BY_FINGERPRINT = Statement(
    _JOINED.where(
        account.c.platform == bindparam("platform"), account.c.fingerprint == bindparam("fingerprint")
    ).with_for_update(of=account, key_share=True),  # rows that only name the account need not wait
    _person,
)
_BY_ACCOUNT = Statement(_JOINED.where(account.c.id == bindparam("account")), _person)
# Two events of one person may come from two accounts: both hold the first of them, whichever that is.
_HOLD_FIRST = Statement(
    select(account.c.id)
    .where(account.c.person_id == bindparam("person"))
    .order_by(account.c.id)
    .limit(1)
    .with_for_update(of=account, key_share=True),
    int,
)
_known = person.alias("known")
_now_is = select(_known.c.merged_into).where(_known.c.id == bindparam("person")).scalar_subquery()
_BEST_REACHED = Statement(
    _JOINED.where(
        person.c.id == func.coalesce(_now_is, bindparam("person")),
        person.c.erased_at.is_(None),
    )
    .order_by(account.c.unreachable_at.isnot(None), account.c.leased_until.is_(None))
    .order_by(account.c.leased_until.desc(), account.c.id)
    .limit(1),
    _person,
)
_LOCK = Statement(
    select(person.c.roles)
    .where(person.c.id == bindparam("person"))
    .with_for_update(of=person, key_share=True),
    roles_of,
)


def find(tx: Transaction, *, platform: str, fingerprint: str) -> Person | None:
    """The person behind an account; nobody else acts for this person until the transaction ends."""
    found = _BY_FINGERPRINT.first(tx, platform=platform, fingerprint=fingerprint)
    if found is None:  # nobody yet; or the account went to another person while we waited for it
        found = _BY_FINGERPRINT.first(tx, platform=platform, fingerprint=fingerprint)
    if found is None or found.linked_at is None:
        return found
    while _HOLD_FIRST.first(tx, person=found.id) is None:
        pass  # while we waited the first one was unlinked; another one is the first now
    return by_account(tx, found.account_id)


def by_account(tx: Transaction, account_id: int) -> Person:
    """The person as seen from one of their accounts."""
    return _BY_ACCOUNT.one(tx, account=account_id)


def by_id(tx: Transaction, person_id: int) -> Person | None:
    """The person, at the reachable account that was in use last; of one who was merged, who they are now.

    None when there is nobody, or nobody any more.
    """
    return _BEST_REACHED.first(tx, person=person_id)


def now_is(tx: Transaction, person_id: int) -> int:
    """Who a person is now: themselves, unless they were merged."""
    found = tx.execute(select(person.c.merged_into).where(person.c.id == person_id)).scalar()
    return person_id if found is None else int(found)


_MERGED_INTO = Statement(select(person.c.id).where(person.c.merged_into == bindparam("person")), int)


def ids_of(tx: Transaction, person_id: int) -> frozenset[int]:
    """All numbers that a person ever had: their own, and those of the people who turned out to be them."""
    return frozenset([person_id, *_MERGED_INTO.all(tx, person=person_id)])


def lock_roles(tx: Transaction, person_id: int) -> frozenset[Role] | None:
    """The person's roles as they stand, locked until the transaction ends; None when there is nobody."""
    return _LOCK.first(tx, person=person_id)


def add_person(
    tx: Transaction,
    *,
    roles: frozenset[Role],
    locale: str,
    zone: str | None,
    quiet: tuple[int, int],
    now: datetime,
) -> int:
    """Make a person and return the id."""
    return int(
        tx.execute(
            insert(person)
            .values(
                roles=roles_text(roles),
                locale=locale,
                zone=zone,
                quiet_from=quiet[0],
                quiet_to=quiet[1],
                created_at=now,
                seen_at=now,
            )
            .returning(person.c.id)
        ).scalar_one()
    )


def _add_account(insert: Any) -> Any:
    return (
        insert(account)
        .values(
            person_id=bindparam("person"),
            platform=bindparam("on"),
            fingerprint=bindparam("print"),
            sealed=bindparam("closed"),
            tail=0,
            created_at=bindparam("now"),
        )
        .on_conflict_do_nothing(index_elements=[account.c.platform, account.c.fingerprint])
    )


_ADD_ACCOUNT = Change(_add_account)


def add_account(
    tx: Transaction, *, person_id: int, platform: str, fingerprint: str, sealed: bytes, now: datetime
) -> bool:
    """Make an account; False when another process made the same one at this moment."""
    return _ADD_ACCOUNT.run(tx, person=person_id, on=platform, print=fingerprint, closed=sealed, now=now) == 1


def change_person(tx: Transaction, person_id: int, **values: Any) -> None:
    """Set columns of a person; `roles` as a set."""
    if "roles" in values:
        values["roles"] = roles_text(values["roles"])
    tx.execute(update(person).where(person.c.id == person_id).values(**values))


def change_account(tx: Transaction, account_id: int, **values: Any) -> None:
    """Set columns of an account."""
    tx.execute(update(account).where(account.c.id == account_id).values(**values))


_SET_STEP = Change(
    update(account)
    .where(account.c.id == bindparam("account"))
    .values(step=bindparam("new_step"), draft=bindparam("new_draft"))
)


def set_step(tx: Transaction, account_id: int, *, step: str | None, draft: str | None) -> None:
    """Remember where the conversation stands."""
    _SET_STEP.run(tx, account=account_id, new_step=step, new_draft=draft)


@dataclass(frozen=True, slots=True)
class Reach:
    """What it takes to write to an account."""

    account_id: int
    person_id: int
    platform: str
    sealed: bytes
    menu: str | None
    unreachable_at: datetime | None


_REACH = Statement(
    select(
        account.c.id,
        account.c.person_id,
        account.c.platform,
        account.c.sealed,
        account.c.menu,
        account.c.unreachable_at,
    ).where(account.c.id == bindparam("account")),
    Reach,
)


def reach(tx: Transaction, account_id: int) -> Reach:
    """How to write to this account."""
    return _REACH.one(tx, account=account_id)


def set_languages(tx: Transaction, person_id: int, langs: tuple[str, ...]) -> None:
    """The languages a person works in, replacing those before."""
    tx.execute(delete(person_language).where(person_language.c.person_id == person_id))
    if langs:
        tx.execute(
            insert(person_language),
            [{"person_id": person_id, "lang": lang, "level": "fluent"} for lang in dict.fromkeys(langs)],
        )


_LANGUAGES = Statement(
    select(person_language.c.lang)
    .where(person_language.c.person_id == bindparam("person"))
    .order_by(person_language.c.lang),
    str,
)


def languages(tx: Transaction, person_id: int) -> tuple[str, ...]:
    """The languages a person works in."""
    return tuple(_LANGUAGES.all(tx, person=person_id))


def _agree(insert: Any) -> Any:
    row = insert(consent).values(
        person_id=bindparam("person"), version=bindparam("agreed"), at=bindparam("now")
    )
    return row.on_conflict_do_nothing(index_elements=[consent.c.person_id, consent.c.version])


_AGREE = Change(_agree)
_CONSENTS = Statement(
    select(consent.c.version, consent.c.at)
    .where(consent.c.person_id == bindparam("person"))
    .order_by(consent.c.version),
    lambda version, at: (version, at),
)


def agree(tx: Transaction, person_id: int, *, version: int, now: datetime) -> None:
    """Keep that a person agreed to a version; the first time counts."""
    _AGREE.run(tx, person=person_id, agreed=version, now=now)
    change_person(tx, person_id, consented_at=now, consent_version=version)


def consents(tx: Transaction, person_id: int) -> list[tuple[int, datetime]]:
    """The versions that a person agreed to, and when."""
    return _CONSENTS.all(tx, person=person_id)


def with_role(tx: Transaction, role: Role) -> list[int]:
    """The ids of everyone who holds a role."""
    rows = tx.execute(
        select(person.c.id).where(("," + person.c.roles + ",").contains(f",{role},")).order_by(person.c.id)
    )
    return [row.id for row in rows]


@dataclass(frozen=True, slots=True)
class Invite:
    """A single-use invitation that carries a role."""

    id: int
    role: str
    expires_at: datetime
    used_by: int | None


def add_invite(
    tx: Transaction, *, token_hash: str, role: Role, created_by: int, now: datetime, expires_at: datetime
) -> int:
    """Keep an invitation; only the hash of its token. Returns its id."""
    row = insert(invite).values(
        token_hash=token_hash, role=role, created_by=created_by, created_at=now, expires_at=expires_at
    )
    return int(tx.execute(row.returning(invite.c.id)).scalar_one())


def find_invite(tx: Transaction, token_hash: str) -> Invite | None:
    """The invitation of a token."""
    row = tx.execute(
        select(invite.c.id, invite.c.role, invite.c.expires_at, invite.c.used_by).where(
            invite.c.token_hash == token_hash
        )
    ).first()
    return Invite(*row) if row else None


def use_invite(tx: Transaction, invite_id: int, *, person_id: int, now: datetime) -> bool:
    """Use an invitation up; False when somebody else did."""
    return bool(
        tx.execute(
            update(invite)
            .where(invite.c.id == invite_id, invite.c.used_by.is_(None))
            .values(used_by=person_id, used_at=now)
        ).rowcount
    )


def balance(tx: Transaction, person_id: int) -> int:
    """A person's points: all that came minus all that went."""
    came = select(func.coalesce(func.sum(ledger.c.points), 0)).where(ledger.c.to_person == person_id)
    went = select(func.coalesce(func.sum(ledger.c.points), 0)).where(ledger.c.from_person == person_id)
    return int(tx.execute(select(came.scalar_subquery() - went.scalar_subquery())).scalar_one())


def to_nudge(tx: Transaction, *, now: datetime, most: int) -> list[int]:
    """People whom it is time to look after for new work, locked for this caller only."""
    rows = tx.execute(
        select(person.c.id)
        .where(person.c.next_nudge_at <= now)
        .order_by(person.c.next_nudge_at)
        .limit(most)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [row.id for row in rows]


def account_ids(tx: Transaction) -> list[int]:
    """Every account, oldest first."""
    return [row.id for row in tx.execute(select(account.c.id).order_by(account.c.id))]
