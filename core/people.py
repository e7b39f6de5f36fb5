"""People: arriving, settings, roles and invitations."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import audit, mornings
from core.domain.person import Person, Role, may
from core.errors import Refused
from core.events import Event, RoleGranted
from core.overdue import return_all
from core.store import links
from core.store import people as rows
from core.store.transaction import Transaction
from core.vault import Vault

CONSENT_VERSION = 2
"""Of what people agree to; whoever agreed to an older one is asked again before the next card."""
INVITE_LASTS = timedelta(days=7)
QUIET = (22 * 60, 8 * 60)
NUDGE_ONCE_IN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a platform says is speaking."""

    platform: str
    workspace: str
    user_id: str
    name: str
    locale: str
    zone: str | None = None

    @property
    def key(self) -> str:
        """What makes the account the same one next time."""
        return f"{self.platform}:{self.workspace}:{self.user_id}"


def find(tx: Transaction, vault: Vault, who: Identity) -> Person | None:
    """The person behind an identity, locked, if they came before."""
    present, *before = vault.fingerprints(who.key)
    found = rows.find(tx, platform=who.platform, fingerprint=present)
    # While keys are replaced an account may still be under one before, or have moved since we looked.
    for fingerprint in (*before, present) if before else ():
        found = found or rows.find(tx, platform=who.platform, fingerprint=fingerprint)
    return found


def arrive(tx: Transaction, vault: Vault, who: Identity, *, admins: frozenset[str], now: datetime) -> Person:
    """The person behind an identity, made when they are new; `admins` are the keys of the first admins."""
    known = find(tx, vault, who)
    if known is None:
        roles = frozenset({Role.WORKER} | ({Role.ADMIN} if is_admin(who, admins) else set()))
        with suppress(_CameTwice), tx.nested():
            _add(tx, vault, who, roles=roles, now=now)
        known = find(tx, vault, who)
        assert known is not None, "it was just made"
        if Role.ADMIN in roles:
            mornings.plan(tx, known.id, now=now)
            _note_role(tx, None, known.id, Role.ADMIN, now=now)
    elif is_admin(who, admins) and Role.ADMIN not in known.roles:
        _add_role(tx, known, Role.ADMIN, now=now)
        _note_role(tx, None, known.id, Role.ADMIN, now=now)
        known = find(tx, vault, who)
        assert known is not None, "it was just found"
    return known


class _CameTwice(Exception):  # noqa: N818  (takes back what was added)
    """The first two events of a person were heard at the same moment; the other one made them."""


def _add(tx: Transaction, vault: Vault, who: Identity, *, roles: frozenset[Role], now: datetime) -> None:
    person_id = rows.add_person(tx, roles=roles, locale=who.locale, zone=who.zone, quiet=QUIET, now=now)
    made = rows.add_account(
        tx,
        person_id=person_id,
        platform=who.platform,
        fingerprint=vault.fingerprint(who.key),
        sealed=seal_identity(vault, who),
        now=now,
    )
    if not made:
        raise _CameTwice


def is_admin(who: Identity, admins: frozenset[str]) -> bool:
    """Whether the operator named this account as a first admin."""
    return f"{who.platform}:{who.user_id}" in admins or who.key in admins


def seal_identity(vault: Vault, who: Identity) -> bytes:
    """What is needed to write to the person, sealed."""
    return vault.seal(json.dumps([who.workspace, who.user_id, who.name], ensure_ascii=False).encode())


def unseal_identity(vault: Vault, sealed: bytes) -> tuple[str, str, str]:
    """Workspace, user id and name."""
    workspace, user_id, name = json.loads(vault.unseal(sealed))
    return workspace, user_id, name


def identity_key(platform: str, plain: bytes) -> str:
    """What makes an account the same one next time, from what was sealed of it."""
    workspace, user_id, _ = json.loads(plain)
    return f"{platform}:{workspace}:{user_id}"


def consent(tx: Transaction, person: Person, *, now: datetime) -> None:
    """The person agreed to how their answers are used."""
    rows.agree(tx, person.id, version=CONSENT_VERSION, now=now)


def agreed(person: Person) -> bool:
    """Whether the person agreed to what holds now."""
    return person.consented_at is not None and (person.consent_version or 1) >= CONSENT_VERSION


def set_locale(tx: Transaction, person: Person, locale: str) -> None:
    """The language the person is addressed in."""
    rows.change_person(tx, person.id, locale=locale, locale_chosen=True)


def set_zone(tx: Transaction, person: Person, zone: str, *, now: datetime) -> None:
    """Where the person's clock is; their summary moves with it."""
    if may(person, "read summary"):
        mornings.leave(tx, person.id, now=now)
    rows.change_person(tx, person.id, zone=zone)
    if may(person, "read summary"):
        mornings.arrive(tx, person.id, now=now)


def set_quiet(tx: Transaction, person: Person, *, start: int, end: int) -> None:
    """When the person is left alone, in minutes after local midnight."""
    rows.change_person(tx, person.id, quiet_from=start, quiet_to=end)


def set_nudges(tx: Transaction, person: Person, *, wanted: bool, now: datetime) -> None:
    """Whether the person wants to be told of new work; the first time after a day, as after every nudge."""
    first = now + NUDGE_ONCE_IN if wanted else None
    rows.change_person(tx, person.id, nudges=wanted, next_nudge_at=first)


def seen(tx: Transaction, person: Person, *, now: datetime) -> None:
    """The person is here; noted once an hour."""
    if now - person.seen_at > timedelta(hours=1):
        rows.change_person(tx, person.id, seen_at=now)


def set_languages(tx: Transaction, person: Person, langs: tuple[str, ...]) -> None:
    """The languages the person can judge."""
    rows.set_languages(tx, person.id, langs)


def became_unreachable(tx: Transaction, person: Person, *, now: datetime) -> None:
    """The person blocked the bot: nothing more is sent there, and their work goes back free.

    Who still reads another linked chat keeps their work: that chat is told of it from now on.
    """
    rows.change_account(tx, person.account_id, unreachable_at=now)
    reached = rows.by_id(tx, person.id)
    if reached is None or rows.reach(tx, reached.account_id).unreachable_at is not None:
        return_all(tx, person.id, now=now)
    else:
        links.move_chat(tx, person_id=person.id, leaves=person.account_id, to=reached.account_id)


def may_grant(person: Person, role: Role) -> bool:
    """Moderators grant requester, admins grant all."""
    return may(person, "grant requester" if role is Role.REQUESTER else "grant any role")


def invite(tx: Transaction, person: Person, role: Role, *, token: str, now: datetime) -> datetime:
    """Make a single-use invitation of `token` that carries `role`; returns when it expires.

    Raises:
        Refused: not_allowed.
    """
    if not may_grant(person, role):
        raise Refused("not_allowed", right=f"grant {role}")
    expires_at = now + INVITE_LASTS
    made = rows.add_invite(
        tx, token_hash=_hash(token), role=role, created_by=person.id, now=now, expires_at=expires_at
    )
    audit.note(tx, who=person.id, did="invite.made", about=f"invite:{made}", now=now, role=str(role))
    return expires_at


def redeem(tx: Transaction, person: Person, token: str, *, now: datetime) -> Role:
    """Take up an invitation and return the role it gave.

    Raises:
        Refused: unknown_invite (also when it expired or was used).
    """
    found = rows.find_invite(tx, _hash(token))
    if found is None or found.used_by is not None or found.expires_at <= now:
        raise Refused("unknown_invite")
    if not rows.use_invite(tx, found.id, person_id=person.id, now=now):
        raise Refused("unknown_invite")
    _add_role(tx, person, Role(found.role), now=now)
    audit.note(tx, who=person.id, did="invite.used", about=f"invite:{found.id}", now=now, role=found.role)
    return Role(found.role)


def grant(tx: Transaction, person: Person, *, person_id: int, role: Role, now: datetime) -> tuple[Event, ...]:
    """Give a person a role.

    Raises:
        Refused: not_allowed, unknown_person.
    """
    if not may_grant(person, role):
        raise Refused("not_allowed", right=f"grant {role}")
    other = rows.by_id(tx, person_id)
    if other is None:
        raise Refused("unknown_person")
    if role in other.roles:
        return ()
    _add_role(tx, other, role, now=now)
    _note_role(tx, person.id, other.id, role, now=now)
    return (RoleGranted(other.id, role),)


def give_role(tx: Transaction, person: Person, role: Role, *, now: datetime) -> None:
    """Give a role on the operator's word (first admins, the demo)."""
    if role not in person.roles:
        _add_role(tx, person, role, now=now)
        _note_role(tx, None, person.id, role, now=now)


def _add_role(tx: Transaction, person: Person, role: Role, *, now: datetime) -> None:
    held = rows.lock_roles(tx, person.id) or person.roles  # two may grant at the same moment
    rows.change_person(tx, person.id, roles=held | {role})
    if role in (Role.MODERATOR, Role.ADMIN):
        mornings.plan(tx, person.id, now=now)


def _note_role(tx: Transaction, who: int | None, to: int, role: Role, *, now: datetime) -> None:
    audit.note(tx, who=who, did="role.granted", about=f"person:{to}", now=now, role=str(role))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
