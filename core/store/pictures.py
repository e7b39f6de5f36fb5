"""Pictures that a platform has: uploaded once, named by the platform's own id ever after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from core.store.tables import media
from core.store.transaction import Change, Transaction


def ref_of(tx: Transaction, *, platform: str, bot: str, name: str) -> str | None:
    """The platform's own id of an image that was uploaded before."""
    value = tx.execute(
        select(media.c.ref).where(media.c.platform == platform, media.c.bot == bot, media.c.name == name)
    ).scalar()
    return None if value is None else str(value)


def _keep(insert: Any) -> Any:
    row = insert(media).values(
        platform=bindparam("platform"), bot=bindparam("bot"), name=bindparam("name"), ref=bindparam("ref")
    )
    return row.on_conflict_do_update(
        index_elements=[media.c.platform, media.c.bot, media.c.name], set_={"ref": row.excluded.ref}
    )


_KEEP = Change(_keep)


def keep_ref(tx: Transaction, *, platform: str, bot: str, name: str, ref: str) -> None:
    """Remember the platform's own id of an image."""
    _KEEP.run(tx, platform=platform, bot=bot, name=name, ref=ref)
