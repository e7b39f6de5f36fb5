"""Active learning beside the conversation: looks which tasks differ, and brings them forward in small units."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import structlog

from core import teaching
from core.store import Store
from models.spread import pick

log = structlog.get_logger("teaching")


class Teaching:
    """Fills the foremost lane of every project whose model would learn from it."""

    def __init__(self, *, store: Store, media_dir: Path) -> None:
        self._store = store
        self._media_dir = media_dir

    async def tick(self) -> None:
        """One round for every project that wants one; two processes at once bring forward a little more."""
        for project_id in await self._store.read(teaching.due):
            size, found = await self._store.read(partial(teaching.unsure, project_id=project_id))
            if not size:
                continue
            chosen = await asyncio.to_thread(
                pick,
                [one.content for one in found],
                [one.confidence for one in found],
                media_dir=self._media_dir,
                most=size,
            )
            ids = [found[at].task_id for at in chosen]
            moved = await self._store.write(
                partial(teaching.bring_forward, project_id=project_id, chosen=ids, size=size)
            )
            log.info("tasks brought forward", project=project_id, tasks=moved)
