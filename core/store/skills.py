"""What everybody's work says of them, by kind and language."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from core.domain.reliability import Seen
from core.store.tables import reliability
from core.store.transaction import Statement, Transaction

_r = reliability


def _mine(kind: str, lang: str, right: float, wrong: float) -> tuple[str, str, Seen]:
    return kind, lang, Seen(right, wrong)


_OF_PERSON = Statement(
    select(_r.c.kind, _r.c.lang, _r.c.right, _r.c.wrong)
    .where(_r.c.person_id == bindparam("person"))
    .order_by(_r.c.kind, _r.c.lang, _r.c.project_id),
    _mine,
)
_OF_CROWD = Statement(
    select(_r.c.right, _r.c.wrong)
    .where(_r.c.kind == bindparam("of_kind"), _r.c.lang == bindparam("in_lang"))
    .order_by(_r.c.person_id, _r.c.project_id, _r.c.lang)
    .limit(bindparam("most")),
    Seen,
)


def of_person(tx: Transaction, person_id: int) -> list[tuple[str, str, Seen]]:
    """Kind, language and what was seen of a person's answers, project by project."""
    return _OF_PERSON.all(tx, person=person_id)


def of_crowd(tx: Transaction, *, kind: str, lang: str, most: int) -> list[Seen]:
    """What was seen of some people's answers at one kind in one language, those who came first."""
    return _OF_CROWD.all(tx, of_kind=kind, in_lang=lang, most=most)
