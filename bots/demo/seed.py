"""Setting the demo up: its projects are made and launched once, and handed to whoever tries the requester."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bots.demo.content import Item, project_files
from bots.demo.pictures import draw
from core import importing, people, projects
from core.clock import Clock
from core.domain.person import Person, Role
from core.intake.images import store_image
from core.intake.rows import TaskRow
from core.people import Identity
from core.store import Store
from core.store import people as people_rows
from core.store import projects as project_rows
from core.store.transaction import Transaction
from core.vault import Vault

HOUSE = Identity("web", "", "demo-house", "chatcrowd", "en")
"""Who has made the demo's projects: an account that no browser can be."""
NOBODY: frozenset[str] = frozenset()

Known = Mapping[str, Item]
"""The demo's tasks by what their cards show: a text, or the name of a stored picture."""


async def seed(store: Store, vault: Vault, *, clock: Clock, media_dir: Path) -> bool:
    """Make and launch the demo's projects when the database has no project; returns whether it did."""
    if await store.read(lambda tx: project_rows.of_owner(tx, None)):
        return False
    names = await asyncio.to_thread(store_pictures, media_dir)
    now = clock.now()
    return await store.write(lambda tx: _make(tx, vault, names, now=now))


def store_pictures(media_dir: Path) -> dict[str, str]:
    """Draw and store every picture; returns the stored name of each."""
    items = (item for _, tasks in project_files() for item in tasks)
    return {
        item.picture: store_image(draw(item.picture), media_dir).name
        for item in items
        if item.picture is not None
    }


def known(names: Mapping[str, str]) -> Known:
    """The demo's tasks by what their cards show, given the stored names of the pictures."""
    return {
        names[item.picture] if item.picture is not None else item.text or "": item
        for _, tasks in project_files()
        for item in tasks
    }


def take_over(tx: Transaction, vault: Vault, person: Person) -> bool:
    """Hand the demo's projects from the house to a person; False when somebody else has them."""
    house = people.find(tx, vault, HOUSE)
    found = [] if house is None else project_rows.of_owner(tx, house.id)
    for project in found:
        project_rows.change(tx, project.id, owner_id=person.id)
    return bool(found)


def _make(tx: Transaction, vault: Vault, names: Mapping[str, str], *, now: datetime) -> bool:
    if project_rows.of_owner(tx, None):
        return False
    house = people.arrive(tx, vault, HOUSE, admins=NOBODY, now=now)
    people.give_role(tx, house, Role.REQUESTER, now=now)
    house = people_rows.by_account(tx, house.account_id)
    for file, items in project_files():
        project_id = projects.create(tx, house, file, now=now)
        importing.add_tasks(tx, project_id, _rows(items, names), now=now)
        projects.launch(tx, house, project_id, now=now)
    return True


def _rows(items: tuple[Item, ...], names: Mapping[str, str]) -> list[TaskRow]:
    return [
        TaskRow(
            line=line,
            content={"image": names[item.picture]} if item.picture is not None else {"text": item.text or ""},
            external_id=item.id,
            lang=item.lang,
            gold=item.truth if item.gold else None,
        )
        for line, item in enumerate(items, start=2)
    ]
