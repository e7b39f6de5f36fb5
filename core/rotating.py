"""Replacing the key of the vault: everything that is sealed is sealed anew, batch by batch.

Meanwhile both keys are known, so whatever is half-way done is read and recognised; each row says by which
key it was closed, so a run that was killed is simply begun again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core import audit
from core.people import identity_key
from core.store import sealed as rows
from core.store.sealed import LASTING, TABLES, Key, Sealed
from core.store.transaction import Transaction
from core.vault import Unsealable, Vault

BATCH = 500


class WrongSecret(Exception):  # noqa: N818  (its name says what it is)
    """None of the secrets that were given is the one that closed this database."""


@dataclass(frozen=True, slots=True)
class Step:
    """A batch: where it ended (None: at the end of the table), rows sealed anew, and rows that no key opens."""

    last: Key | None
    renewed: int
    lost: int


def whole(tx: Transaction, vault: Vault) -> Vault:
    """The vault with the key that outlives its secrets, which is kept at the first start.

    Raises:
        WrongSecret: when no secret of this vault opens it.
    """
    kept = rows.find_key(tx, LASTING)
    if kept is None:
        rows.keep_key(tx, LASTING, vault.seal(vault.lasting))
        return vault
    try:
        return vault.with_lasting(vault.unseal(kept))
    except Unsealable:
        raise WrongSecret from None


def is_behind(tx: Transaction, vault: Vault) -> bool:
    """Whether a run was interrupted: what is sealed anew last is still sealed with a key before."""
    kept = rows.find_key(tx, LASTING)
    return kept is not None and not vault.is_present(kept)


def step(tx: Transaction, vault: Vault, table: str, *, after: Key | None) -> Step:
    """Seal the next rows of a table with the present key."""
    batch = rows.after(tx, table, after, most=BATCH)
    renewed = lost = 0
    for one in batch:
        if not one.sealed or vault.is_present(one.sealed):
            continue
        try:
            plain = vault.unseal(one.sealed)
        except Unsealable:
            lost += 1
            continue
        rows.replace(tx, table, one.key, vault.seal(plain), fingerprint=_fingerprint(vault, one, plain))
        renewed += 1
    return Step(batch[-1].key if len(batch) == BATCH else None, renewed, lost)


def _fingerprint(vault: Vault, one: Sealed, plain: bytes) -> str | None:
    return None if one.platform is None else vault.fingerprint(identity_key(one.platform, plain))


def note(tx: Transaction, vault: Vault, *, renewed: int, now: datetime) -> None:
    """Note that the keys were replaced; the operator did it."""
    audit.note(tx, who=None, did="keys.rotated", about=f"key:{vault.name}", now=now, rows=renewed)


__all__ = ["BATCH", "TABLES", "Step", "WrongSecret", "is_behind", "note", "step", "whole"]
