"""One prepared SQLite database, copied for every run, so that all contestants start from the same bytes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from core.store import Store, open_store
from tests.benchmarks.crowd import PLATFORM
from tests.benchmarks.preparing import MAJORITY, prepare


@dataclass(frozen=True, slots=True)
class Template:
    """A closed database file that nobody changes any more."""

    path: Path

    def copy(self, name: str) -> Path:
        """A fresh copy beside it."""
        target = self.path.with_name(f"{name}.sqlite3")
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.path, target)
        return target

    async def opened(self, name: str) -> Store:
        """A fresh copy as the product opens it."""
        return await open_store(f"sqlite:///{self.copy(name)}")


async def template(
    folder: Path,
    *,
    workers: list[str],
    tasks: int,
    veteran: int = 0,
    name: str = "template",
    platform: str = PLATFORM,
    workspace: str = "",
    method: str = MAJORITY,
) -> Template:
    """Prepare one."""
    path = folder / f"{name}.sqlite3"
    store = await open_store(f"sqlite:///{path}")
    try:
        await prepare(
            store,
            workers=workers,
            tasks=tasks,
            veteran=veteran,
            platform=platform,
            workspace=workspace,
            method=method,
        )
    finally:
        await store.close()
    return Template(path)


def names(count: int) -> list[str]:
    """Names of workers."""
    return [f"w{number}" for number in range(count)]
