"""What a test does with Slack: people, channels, installations, ways to the app, and hostile deliveries."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Literal

from . import payloads
from .deliveries import Deliveries, Delivery, Late, Outcome
from .places import Channel, Grant, Space
from .refusal import Json
from .signed_http import Addresses, SignedHttp
from .sockets import Sockets
from .user import User
from .workspace import SCOPES, Workspace
from .world import Code, Mention, World


class Workspaces:
    """All workspaces of one app, and the ways to it."""

    def __init__(
        self,
        *,
        app_id: str,
        signing_secret: str,
        clock: Callable[[], float],
        wall: Callable[[], float],
        history: bool,
        ack_within: float,
        retry_unit: float,
        trigger_seconds: float,
        echoes: bool,
    ) -> None:
        self.deliveries = Deliveries(clock=clock, history=history, retry_unit=retry_unit)
        self.world = World(
            app_id=app_id,
            clock=clock,
            wall=wall,
            history=history,
            trigger_seconds=trigger_seconds,
            deliveries=self.deliveries,
        )
        complain = self.world.violations.append
        self.http = SignedHttp(secret=signing_secret, now=self.world.now, ack_within=ack_within)
        self.sockets = Sockets(app_id=app_id, ack_within=ack_within, complain=complain)
        self.deliveries.transport = self.sockets
        self._workspaces: dict[str, Workspace] = {}
        self._first = ""
        if echoes:
            self.world.on_change = self._echo

    # --- what was seen ----------------------------------------------------------------------------

    @property
    def violations(self) -> list[str]:
        """Everything that Slack refused for good reason, or that an app must not do."""
        return self.world.violations

    @property
    def mentions(self) -> list[Mention]:
        """Every markup in the app's words that would have called people."""
        return self.world.mentions

    @property
    def late(self) -> list[Late]:
        """Every try that the app did not confirm in time."""
        return self.deliveries.late

    def unacknowledged(self) -> list[Delivery]:
        """What the app has not confirmed yet, or never did."""
        return self.deliveries.unacknowledged()

    async def drained(self, timeout: float = 5) -> None:
        """Wait until everything was confirmed or given up."""
        await self.deliveries.drained(timeout)

    def bot_file(self, file_id: str) -> bytes:
        """The bytes of any file, such as a document the app sent."""
        for space in self.world.spaces.values():
            file = space.files.get(file_id)
            if file is not None and file.data is not None:
                return file.data
        raise AssertionError(f"no file {file_id!r}")

    # --- places and people ------------------------------------------------------------------------

    def workspace(
        self,
        team: str,
        *,
        bot_token: str | None = None,
        bot_user: str | None = None,
        name: str | None = None,
        scopes: tuple[str, ...] = SCOPES,
        installed: bool = True,
    ) -> Workspace:
        """A workspace, with the app in it unless said otherwise; asked for again it is the same one."""
        if team in self._workspaces:
            return self._workspaces[team]
        self._first = self._first or team
        space = Space(team, name or team.lower(), bot_user or f"UBOT{team}", f"B{team}")
        self.world.spaces[team] = space
        if installed:
            space.grant = Grant(bot_token or f"xoxb-{team}", team, scopes)
            self.world.grants[space.grant.token] = space.grant
        self._workspaces[team] = Workspace(self.world, space)
        return self._workspaces[team]

    def user(
        self,
        user_id: str,
        *,
        name: str = "Ana",
        display_name: str = "",
        locale: str = "en-US",
        tz: str = "America/Los_Angeles",
        team: str | None = None,
    ) -> User:
        """A person of the first workspace, or of another."""
        space = self.workspace(team or self._first)
        return space.user(user_id, name=name, display_name=display_name, locale=locale, tz=tz)

    def channel(
        self,
        channel_id: str,
        *,
        members: Iterable[User] = (),
        bot_in: bool = False,
        name: str = "",
        team: str | None = None,
    ) -> Channel:
        """A channel of the first workspace, or of another."""
        space = self.workspace(team or self._first)
        return space.channel(channel_id, members=members, bot_in=bot_in, name=name)

    def archive(self, channel: Channel) -> None:
        """Nobody can write there any more."""
        channel.archived = True

    def delete(self, channel: Channel) -> None:
        """The channel is gone."""
        channel.deleted = True

    def deactivate(self, user: User) -> None:
        """The person leaves the workspace."""
        user.account.deleted = True

    # --- installations ----------------------------------------------------------------------------

    def code(self, team: str, user: str, scopes: tuple[str, ...] = SCOPES) -> str:
        """What comes back from the page where somebody allows the app into their workspace."""
        if team not in self.world.spaces:
            self.workspace(team, installed=False)
        name = self.world.name("code.")
        self.world.codes[name] = Code(team, user, scopes)
        return name

    def uninstall(self, team: str) -> list[Delivery]:
        """The app is thrown out of a workspace; it is told twice, in no order to rely on."""
        space = self.world.space(team)
        told = [self._tokens_revoked(space), self._tell(space, {"type": "app_uninstalled"})]
        self._end(space, "account_inactive")
        return told

    def revoke(self, team: str) -> Delivery:
        """The token of a workspace is taken back."""
        space = self.world.space(team)
        told = self._tokens_revoked(space)
        self._end(space, "token_revoked")
        return told

    # --- ways to the app --------------------------------------------------------------------------

    async def deliver_to(
        self, url: str, *, commands: str | None = None, interactive: str | None = None
    ) -> None:
        """Deliver by signed HTTP from now on, after the app answered the challenge."""
        await self.http.open(Addresses(url, commands or url, interactive or url))
        self.deliveries.transport = self.http

    def use_sockets(self) -> None:
        """Deliver by Socket Mode from now on (as in the beginning)."""
        self.deliveries.transport = self.sockets

    async def connected(self, *, count: int = 1, timeout: float = 5) -> None:
        """Wait until the app has so many Socket Mode connections."""
        await self.sockets.connected(count=count, timeout=timeout)

    async def redeliver(self, delivery: Delivery) -> Outcome:
        """Tell the app something again, with the same ids, as after a lost confirmation."""
        return await self.deliveries.again(delivery)

    def loses(self, when: Literal["before", "after"], *, times: int = 1) -> None:
        """The next deliveries break off: before the app hears of them, or after it has answered."""
        self.deliveries.lose(when, times)

    async def forges(
        self,
        delivery: Delivery,
        *,
        secret: str | None = None,
        age: float = 0.0,
        team: str | None = None,
        replay: bool = False,
    ) -> int:
        """Send something like a delivery that Slack would not send; the HTTP status it is met with.

        Signed with another secret, sent `age` seconds ago, or from another team; a `replay` keeps its ids.
        """
        told = delivery.payload if replay else self._fresh(delivery.payload)
        if team is not None:
            told = _of_team(told, team)
        if self.deliveries.transport is self.sockets:
            copied = Delivery(0, delivery.kind, delivery.team, told)
            return (await self.sockets.send(copied, 0, "")).status
        url, body, kind = self.http.wire(delivery, told)
        return (await self.http.request(url, body, kind, secret=secret, age=age)).status

    # --- how --------------------------------------------------------------------------------------

    def _tell(self, space: Space, told: Json) -> Delivery:
        told = told | {"event_ts": self.world.ts()}
        return self.deliveries.post("events_api", space.id, payloads.event(self.world, space, told))

    def _tokens_revoked(self, space: Space) -> Delivery:
        return self._tell(space, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [space.bot_user]}})

    def _end(self, space: Space, trouble: str) -> None:
        if space.grant is not None:
            space.grant.trouble = trouble

    def _echo(self, space: Space, told: Json) -> None:
        if space.hears("im:history"):
            self.deliveries.post("events_api", space.id, payloads.event(self.world, space, told))

    def _fresh(self, told: Json) -> Json:
        fresh = copy.deepcopy(told)
        for key, letter in (("event_id", "Ev"), ("trigger_id", "trigger.")):
            if key in fresh:
                fresh[key] = self.world.name(letter)
        return fresh


def _of_team(told: Json, team: str) -> Json:
    told = copy.deepcopy(told)
    if "team_id" in told:
        told["team_id"] = team
        told["context_team_id"] = team
    for one in told.get("authorizations", ()):
        one["team_id"] = team
    if "event" in told:
        told["event"]["team"] = team
    if isinstance(told.get("team"), dict):
        told["team"]["id"] = told["user"]["team_id"] = team
    return told
