"""The list of models, and which of them serve a project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from core.domain.models import Model, Serving
from core.store.tables import model, serving
from core.store.transaction import Change, Statement, Transaction

_COLUMNS = (
    model.c.id,
    model.c.project_id,
    model.c.name,
    model.c.digest,
    model.c.card,
    model.c.report,
    model.c.learned,
    model.c.created_at,
    model.c.withdrawn_at,
)


def _model(*row: Any) -> Model:
    columns = list(row)
    columns[4] = json.loads(columns[4])
    return Model(*columns)


def add(
    tx: Transaction,
    *,
    project_id: int | None,
    name: str | None,
    digest: str,
    card: Mapping[str, Any],
    report: str | None = None,
    learned: int = 0,
    now: datetime,
) -> int:
    """Put a model on the list and return its id."""
    return int(
        tx.execute(
            insert(model)
            .values(
                project_id=project_id,
                name=name,
                digest=digest,
                card=json.dumps(card, ensure_ascii=False),
                report=report,
                learned=learned,
                created_at=now,
            )
            .returning(model.c.id)
        ).scalar_one()
    )


def find(tx: Transaction, model_id: int) -> Model | None:
    """A model by its id."""
    row = tx.execute(select(*_COLUMNS).where(model.c.id == model_id)).first()
    return None if row is None else _model(*row)


def named(tx: Transaction, name: str) -> Model | None:
    """An operator's model by its name, while it is not withdrawn."""
    row = tx.execute(select(*_COLUMNS).where(model.c.name == name, model.c.withdrawn_at.is_(None))).first()
    return None if row is None else _model(*row)


def offered(tx: Transaction) -> list[Model]:
    """The operator's models that projects may choose, by name."""
    rows = tx.execute(
        select(*_COLUMNS)
        .where(model.c.name.isnot(None), model.c.withdrawn_at.is_(None))
        .order_by(model.c.name)
    )
    return [_model(*row) for row in rows]


def own_of(tx: Transaction, project_id: int, *, most: int = 20) -> list[Model]:
    """The models that were trained for a project, newest first."""
    rows = tx.execute(
        select(*_COLUMNS).where(model.c.project_id == project_id).order_by(model.c.id.desc()).limit(most)
    )
    return [_model(*row) for row in rows]


def in_use(tx: Transaction, digest: str) -> bool:
    """Whether a model that was not withdrawn has this file."""
    query = select(model.c.id).where(model.c.digest == digest, model.c.withdrawn_at.is_(None)).limit(1)
    return tx.execute(query).first() is not None


def files(tx: Transaction) -> list[str]:
    """The digests of the files that are needed, also on a snapshot."""
    query = select(model.c.digest).where(model.c.withdrawn_at.is_(None)).distinct().order_by(model.c.digest)
    return [row.digest for row in tx.execute(query)]


def change(tx: Transaction, model_id: int, **values: Any) -> None:
    """Set columns of a model."""
    tx.execute(update(model).where(model.c.id == model_id).values(**values))


# --- which serve a project ----------------------------------------------------------------------------

_SERVING = select(
    serving.c.project_id,
    serving.c.champion,
    serving.c.challenger,
    serving.c.before,
    serving.c.trained_at,
    serving.c.trained_on,
    serving.c.changed_at,
).where(serving.c.project_id == bindparam("project"))
_LOOK = Statement(_SERVING, Serving)
_HOLD = Statement(_SERVING.with_for_update(key_share=True), Serving)


def _serve(insert_: Any) -> Any:
    names = ("project_id", "champion", "challenger", "before", "trained_at", "trained_on", "changed_at")
    row = insert_(serving).values(**{name: bindparam(name) for name in names})
    return row.on_conflict_do_update(
        index_elements=[serving.c.project_id], set_={name: row.excluded[name] for name in names[1:]}
    )


_SERVE = Change(_serve)


def serving_of(tx: Transaction, project_id: int) -> Serving:
    """Which models serve a project, also on a snapshot; none before the first."""
    return _LOOK.first(tx, project=project_id) or Serving(project_id)


def hold_serving(tx: Transaction, project_id: int) -> Serving:
    """The same, locked until the transaction ends."""
    return _HOLD.first(tx, project=project_id) or Serving(project_id)


def serve(tx: Transaction, one: Serving, *, now: datetime) -> None:
    """From now on these serve the project."""
    _SERVE.run(
        tx,
        project_id=one.project_id,
        champion=one.champion,
        challenger=one.challenger,
        before=one.before,
        trained_at=one.trained_at,
        trained_on=one.trained_on,
        changed_at=now,
    )


def served_by(tx: Transaction, model_id: int) -> list[int]:
    """The projects whose champion this is."""
    rows = tx.execute(
        select(serving.c.project_id).where(serving.c.champion == model_id).order_by(serving.c.project_id)
    )
    return [row.project_id for row in rows]
