"""Pictures as files of a workspace: uploaded once, named ever after; Slack takes a moment to look at them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from bots.platform import Impossible, Media, TryLater
from bots.slack import files
from bots.slack.api import Api, Refused
from bots.slack.workspaces import Workspace

READY_WITHIN = 60.0
"""Seconds after which a picture that Slack still does not show never will be."""
LOOK_AGAIN = 1.0
MOST = 10_000

Call = Callable[[str | None], Awaitable[dict[str, Any]]]


class Pictures:
    """Which file of a workspace is which picture, as long as nobody has written it down."""

    def __init__(self, api: Api, *, clock: Callable[[], float]) -> None:
        self._api = api
        self._clock = clock
        self._fresh: dict[tuple[str, str], tuple[str, float]] = {}
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def show(
        self, there: Workspace, media: Media | None, call: Call
    ) -> tuple[dict[str, Any], str | None]:
        """Make a call with the id of a picture; one that the workspace no longer has is uploaded again.

        Raises:
            TryLater: while Slack has not looked at the picture.
            Impossible: when it never will.
            Refused: when it is not about the picture; and as an upload does.
        """
        if media is None:
            return await call(None), None
        if media.ref is not None:
            try:
                return await call(media.ref), media.ref
            except Refused as refused:
                if not _is_about_picture(refused):
                    raise
            self._forget(there, media.path, media.ref)
        picture = await self._uploaded(there, media.path)
        try:
            return await call(picture), picture
        except Refused as refused:
            if not _is_about_picture(refused):
                raise
            raise self._not_yet(there, media.path, refused) from refused

    async def _uploaded(self, there: Workspace, path: Path) -> str:
        """The id of a picture; whoever wants the same one meanwhile waits for it."""
        key = (there.team, path.name)
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key in self._fresh:
                return self._fresh[key][0]
            return await self._upload(there, path)

    async def _upload(self, there: Workspace, path: Path) -> str:
        file_id = await files.upload(self._api, there.token, path, path.name)
        await files.complete(self._api, there.token, file_id, title=path.name)
        while len(self._fresh) >= MOST:
            del self._fresh[next(iter(self._fresh))]
        self._fresh[there.team, path.name] = file_id, self._clock()
        return file_id

    def _forget(self, there: Workspace, path: Path, file_id: str) -> None:
        """The workspace no longer has this file."""
        fresh = self._fresh.get((there.team, path.name))
        if fresh is not None and fresh[0] == file_id:
            del self._fresh[there.team, path.name]

    def _not_yet(self, there: Workspace, path: Path, refused: Refused) -> TryLater | Impossible:
        fresh = self._fresh.get((there.team, path.name))
        if fresh is None or self._clock() - fresh[1] < READY_WITHIN:
            return TryLater(LOOK_AGAIN)
        del self._fresh[there.team, path.name]
        return Impossible(" ".join((refused.error, *refused.details)))


def _is_about_picture(refused: Refused) -> bool:
    return any("slack_file" in one or "slack file" in one for one in (refused.error, *refused.details))
