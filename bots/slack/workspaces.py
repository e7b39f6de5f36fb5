"""The workspaces that have the app, and the token to speak with in each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bots.platform import Blocked
from core.clock import Clock
from core.store import Store, installations
from core.vault import Vault

PLATFORM = "slack"
FRESH = timedelta(minutes=1)
"""So long what was read is believed: another process may see a workspace come or go."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace that has the app."""

    team: str
    token: str = field(repr=False)
    bot_user: str
    bot_id: str = ""


class Workspaces(Protocol):
    """Finds the installation of a workspace."""

    async def find(self, team: str) -> Workspace | None:
        """The workspace, None when it does not have the app."""
        ...

    async def ended(self, team: str) -> None:
        """The app was taken out of a workspace, or its token revoked."""
        ...


class OneWorkspace:
    """The workspace of the operator's bot token."""

    def __init__(self) -> None:
        self._workspace: Workspace | None = None

    def is_at(self, workspace: Workspace) -> None:
        """What Slack said about the token."""
        self._workspace = workspace

    async def find(self, team: str) -> Workspace | None:
        if self._workspace is None or self._workspace.team != team:
            return None
        return self._workspace

    async def ended(self, team: str) -> None:
        if self._workspace is not None and self._workspace.team == team:
            self._workspace = None


class Installed:
    """The workspaces whose people installed the app, from the database; tokens are sealed there."""

    def __init__(
        self, *, store: Store, vault: Vault, clock: Clock, first: OneWorkspace | None = None
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._first = first
        self._known: dict[str, tuple[Workspace | None, datetime]] = {}

    async def find(self, team: str) -> Workspace | None:
        now = self._clock.now()
        known = self._known.get(team)
        if known is not None and now - known[1] < FRESH:
            return known[0]
        sealed = await self._store.read(lambda tx: installations.find(tx, PLATFORM, team))
        found = None if sealed is None else Workspace(**json.loads(self._vault.unseal(sealed)))
        if found is None and self._first is not None:
            found = await self._first.find(team)
        self._known[team] = found, now
        return found

    async def keep(self, workspace: Workspace) -> None:
        """The app was installed in a workspace, for the first time or again."""
        sealed = self._vault.seal(json.dumps(asdict(workspace)).encode())
        now = self._clock.now()
        await self._store.write(lambda tx: installations.keep(tx, PLATFORM, workspace.team, sealed, now))
        self._known.pop(workspace.team, None)

    async def ended(self, team: str) -> None:
        now = self._clock.now()
        await self._store.write(lambda tx: installations.end(tx, PLATFORM, team, now))
        if self._first is not None:
            await self._first.ended(team)
        self._known.pop(team, None)


async def at(workspaces: Workspaces, team: str) -> Workspace:
    """The workspace, for those who have something to say there.

    Raises:
        Blocked: when it does not have the app.
    """
    found = await workspaces.find(team)
    if found is None:
        raise Blocked("the workspace does not have the app")
    return found
