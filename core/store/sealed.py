"""What is sealed, wherever it is kept: row by row, for whoever replaces the key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select, update

from core.store.tables import account, inbox, installation, outbox, vault_key, web_message
from core.store.transaction import Transaction

_SEALED: Mapping[str, tuple[Table, str, str]] = {
    "account": (account, "id", "sealed"),
    "outbox": (outbox, "id", "payload"),
    "inbox": (inbox, "key", "payload"),
    "web_message": (web_message, "id", "payload"),
    "installation": (installation, "id", "sealed"),
    "vault_key": (vault_key, "name", "sealed"),
}
TABLES = tuple(_SEALED)
"""In the order in which they are sealed anew; the keys come last, and say by this whether all is done."""
LASTING = "lasting"
Key = int | str


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed thing, and the row that it is in; of an account also its platform."""

    key: Key
    sealed: bytes
    platform: str | None


def after(tx: Transaction, name: str, key: Key | None, *, most: int) -> list[Sealed]:
    """The rows of a table with something sealed after a row, in order and held until the transaction ends."""
    table, key_name, sealed_name = _SEALED[name]
    at, sealed = table.c[key_name], table.c[sealed_name]
    columns: list[Any] = [at, sealed, *([account.c.platform] if table is account else [])]
    query = select(*columns).where(sealed.isnot(None))
    if key is not None:
        query = query.where(at > key)
    rows = tx.execute(query.order_by(at).limit(most).with_for_update(of=table, key_share=True))
    return [Sealed(row[0], bytes(row[1]), row[2] if table is account else None) for row in rows]


def replace(tx: Transaction, name: str, key: Key, sealed: bytes, *, fingerprint: str | None) -> None:
    """Write what is sealed anew, and of an account its fingerprint."""
    table, key_name, sealed_name = _SEALED[name]
    values = {sealed_name: sealed} | ({} if fingerprint is None else {"fingerprint": fingerprint})
    tx.execute(update(table).where(table.c[key_name] == key).values(**values))


def find_key(tx: Transaction, name: str) -> bytes | None:
    """A kept key, sealed."""
    found = tx.execute(select(vault_key.c.sealed).where(vault_key.c.name == name)).scalar_one_or_none()
    return None if found is None else bytes(found)


def keep_key(tx: Transaction, name: str, sealed: bytes) -> None:
    """Keep a key; whoever was first is right."""
    with tx.nested():
        if find_key(tx, name) is None:
            tx.execute(vault_key.insert().values(name=name, sealed=sealed))
