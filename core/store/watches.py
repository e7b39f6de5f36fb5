"""What rules watch of each worker, and how strict the house is, as rows."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, delete, select

from core.domain.rules import Rule, Setting, Step, Strictness
from core.domain.watch import GRID, Watch
from core.store.tables import house, watch
from core.store.transaction import Change, Statement, Transaction

_COMPACT = json.JSONEncoder(separators=(",", ":"))
NOBODY = Watch()
_NUMBERS = len(NOBODY) - 2
_HEAD = _NUMBERS + GRID


@dataclass(frozen=True, slots=True)
class Watched:
    """One worker of a project as the rules see them, and what the house wants of rules; still as they are kept."""

    evidence: bytes | None = None
    step: Step = Step.NONE
    skips: int = 0
    missed: int = 0
    house: str | None = None

    @property
    def watch(self) -> Watch:
        """What their answers came to."""
        return _read(self.evidence)

    @property
    def setting(self) -> Setting:
        """How strict the house is."""
        return _setting(self.house)


def _read(packed: bytes | None) -> Watch:
    if packed is None:
        return NOBODY
    kept = array("f", packed).tolist()
    careless, too_fast, same, label, alone, copying, believing, gold, pace, timed = kept[:_NUMBERS]
    knows, said = tuple(kept[_NUMBERS:_HEAD]), tuple(kept[_HEAD:])
    return Watch(
        careless, too_fast, same, int(label), alone, copying, believing, gold, pace, timed, knows, said
    )


def _write(one: Watch) -> bytes:
    *numbers, knows, said = one
    return array("f", (*numbers, *knows, *said)).tobytes()


@lru_cache(maxsize=64)
def _setting(text: str | None) -> Mapping[Rule, Strictness]:
    kept = {} if text is None else json.loads(text)
    return {Rule(rule): Strictness(strict) for rule, strict in kept.items()}


def watched(evidence: bytes | None, step: int | None, skips: int | None, *rest: Any) -> Watched:
    """From the columns of an outer join."""
    missed, rules = rest
    return Watched(evidence, Step(step or 0), skips or 0, missed or 0, rules)


HOUSE = select(house.c.rules).where(house.c.id == 1).scalar_subquery()
COLUMNS = (watch.c.evidence, watch.c.step, watch.c.skips, watch.c.missed, HOUSE)
_ONE = (watch.c.project_id == bindparam("project"), watch.c.person_id == bindparam("person"))
_KEY = [watch.c.project_id, watch.c.person_id]


def _keep(insert: Any) -> Any:
    row = insert(watch).values(
        project_id=bindparam("project"),
        person_id=bindparam("person"),
        evidence=bindparam("evidence"),
        before=bindparam("before"),
        answer_id=bindparam("answer"),
        step=bindparam("step"),
        skips=0,
        missed=bindparam("missed"),
    )
    names = ("evidence", "before", "answer_id", "step", "skips", "missed")
    return row.on_conflict_do_update(index_elements=_KEY, set_={name: row.excluded[name] for name in names})


def _more(column: str) -> Any:
    def build(insert: Any) -> Any:
        row = insert(watch).values(
            project_id=bindparam("project"), person_id=bindparam("person"), **{column: 1}
        )
        counted = watch.c[column]
        return row.on_conflict_do_update(index_elements=_KEY, set_={column: counted + 1}).returning(counted)

    return build


_KEEP = Change(_keep)
_SKIPPED = Statement(_more("skips"), int)
_MISSED = Statement(_more("missed"), int)
_HOUSE = Statement(select(house.c.rules).where(house.c.id == 1), str)


def keep(
    tx: Transaction,
    one: Watch,
    *,
    project_id: int,
    person_id: int,
    before: bytes | None,
    answer_id: int,
    step: Step,
    missed: int,
) -> None:
    """Write down what an answer came to; it ends a row of skipped cards."""
    _KEEP.run(
        tx,
        project=project_id,
        person=person_id,
        evidence=_write(one),
        before=before,
        answer=answer_id,
        step=int(step),
        missed=missed,
    )


def unsaid(tx: Transaction, *, project_id: int, person_id: int, answer_id: int) -> None:
    """The last answer was taken back: what it came to is forgotten, not what was done because of it."""
    tx.execute(
        watch.update()
        .where(
            watch.c.project_id == project_id, watch.c.person_id == person_id, watch.c.answer_id == answer_id
        )
        .values(evidence=watch.c.before, answer_id=None)
    )


def skipped(tx: Transaction, *, project_id: int, person_id: int) -> int:
    """One more card skipped; returns how many in a row."""
    return _SKIPPED.one(tx, project=project_id, person=person_id)


def missed(tx: Transaction, *, project_id: int, person_id: int) -> int:
    """One more card overdue; returns how many in a row."""
    return _MISSED.one(tx, project=project_id, person=person_id)


def forget(tx: Transaction, person_id: int, *, project_id: int | None) -> None:
    """Nothing is held against somebody any more, in one project or in all: they begin anew."""
    where = [watch.c.person_id == person_id]
    if project_id is not None:
        where.append(watch.c.project_id == project_id)
    tx.execute(delete(watch).where(*where))


def house_setting(tx: Transaction) -> Setting:
    """How strict the house is."""
    return _setting(_HOUSE.first(tx))


def lock_house(tx: Transaction) -> Setting:
    """The same, held until the transaction ends."""
    _MAKE.run(tx)
    text = tx.execute(
        select(house.c.rules).where(house.c.id == 1).with_for_update(of=house, key_share=True)
    ).scalar_one()
    return _setting(text)


def set_house(tx: Transaction, setting: Setting) -> None:
    """How strict the house is from now on."""
    text = _COMPACT.encode({str(rule): str(strict) for rule, strict in sorted(setting.items())})
    tx.execute(house.update().where(house.c.id == 1).values(rules=text))


_MAKE = Change(
    lambda insert: insert(house).values(id=1, rules="{}").on_conflict_do_nothing(index_elements=[house.c.id])
)
