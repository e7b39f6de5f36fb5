"""Slack in a run: the stand-in, the faults of its network, and a house that speaks on it alone."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bots.slack import ears
from bots.slack.api import Api
from bots.slack.manifest import EVENTS_PATH
from bots.slack.platform import Slack
from bots.slack.workspaces import Installed, OneWorkspace, Workspace
from core.clock import ManualClock
from core.store import Store
from core.vault import Vault
from tests.full_run.house import BOSS, House, serving
from tests.full_run.side import Mishap, Phone, clock_of
from tests.standins.slack import Call, Message, Press, SlackStandIn, User

SIGNING_SECRET = "shhh"
TEAM = "T1"
LOCALES = {"en": "en-GB", "zh": "zh-CN", "es": "es-ES", "ar": "ar"}
"""Language → what a person's Slack says its locale is."""
LEFT = ("channel_not_found", "user_not_found", "user_disabled")


@dataclass(frozen=True, slots=True)
class SlackTap:
    """A press, and what was whispered to the person since."""

    press: Press
    user: User
    since: int

    @property
    def toast(self) -> str | None:
        """The latest whisper; an answer that came with a message is not shown here."""
        told = [one.words for one in self.user.whispers if one.now.change > self.since]
        return told[-1] if told else None


@dataclass(frozen=True, slots=True)
class SlackPhone:
    """Somebody's Slack, with the app's private chat open."""

    user: User

    @property
    def chat(self) -> list[Message]:
        """The private chat; whispers are no part of it."""
        return self.user.chat

    @property
    def last(self) -> Message:
        """The newest message of the app."""
        return self.user.last

    @property
    def moment(self) -> int:
        """The present."""
        return self.user.moment

    async def says(self, text: str) -> None:
        """Write; what begins with a slash is typed as the app's command."""
        if text.startswith("/"):
            await self.user.command(text.removeprefix("/").removeprefix("crowd "))
        else:
            await self.user.says(text)

    async def uploads(self, name: str, data: bytes, *, caption: str = "") -> None:
        """Send a file; Slack lets no message beside it begin with a slash."""
        await self.user.uploads(name, data, caption=caption.removeprefix("/"))

    async def presses_data(self, message: Any, data: str) -> SlackTap:
        """Press a button that sends this, whether there is one or not."""
        since = self.user.moment
        return SlackTap(await self.user.presses_data(message, data), self.user, since)

    async def sees(self, fragment: str, *, since: int | None = None) -> Message:
        """A message of the app with these words."""
        return await self.user.sees(fragment, since=since)


@dataclass(slots=True)
class SlackSide:
    """Slack and the people on it."""

    server: SlackStandIn
    platform: Slack
    tells_zones: bool = True
    left: set[str] = field(default_factory=set)

    def phone(self, number: int, *, name: str, lang: str = "en", zone: str = "UTC") -> SlackPhone:
        """Somebody's Slack."""
        return SlackPhone(self.server.user(f"U{number}", name=name, locale=LOCALES[lang], tz=zone))

    def has(self, phone: Phone) -> bool:
        """Whether this is an app of this platform."""
        return isinstance(phone, SlackPhone)

    def leaves(self, phone: Phone) -> None:
        """The person is taken out of the workspace; nobody tells the app."""
        assert isinstance(phone, SlackPhone)
        self.server.deactivate(phone.user)
        self.left |= {phone.user.id, phone.user.dm.id}

    def returns(self, phone: Phone) -> None:
        """The person is let into the workspace again."""
        assert isinstance(phone, SlackPhone)
        phone.user.account.deleted = False

    def file(self, ref: str) -> bytes:
        """The bytes of a file that the app shared."""
        return self.server.bot_file(ref)

    async def drained(self) -> None:
        """Wait until every delivery was confirmed, the echoes of the app's own messages too."""
        await self.server.drained(timeout=30)

    def unmet(self) -> list[object]:
        """The faults that no call has met yet."""
        return list(self.server.faults.waiting)

    def refused(self) -> list[object]:
        """What a real Slack would have refused, or had to tell the person for us."""
        slack = self.server
        calls = [call for call in slack.calls if not self._right(call)]
        return [*slack.violations, *slack.late, *slack.mentions, *calls]

    def _right(self, call: Call) -> bool:
        if call.ok or call.fault is not None:
            return True
        return call.channel in self.left and call.error in LEFT

    def unanswered(self) -> list[str]:
        """What was not confirmed in time."""
        return [f"{one.about}: {one.attempts}" for one in self.server.unacknowledged()]

    def surprises(self) -> list[object]:
        """Whatever did not succeed."""
        return [how for how in self.server.calls.counts if how[1] != "ok"]

    def bad_welcome(self, phone: Phone) -> None:
        """Who this newcomer is cannot be learned."""
        assert isinstance(phone, SlackPhone)
        user = phone.user.id
        self.server.faults.fails(500, method="users.info", when=lambda _, params: params.text("user") == user)

    def bad_night(self) -> None:
        """Sending goes wrong while people sleep."""
        faults = self.server.faults
        faults.fails(502, method="chat.postMessage")
        faults.too_many(2, method="chat.postMessage")
        faults.resets_before(method="chat.postMessage")

    def mishaps(self) -> list[Mishap]:
        """What goes wrong on the way, one thing a round."""
        faults, sockets = self.server.faults, self.server.sockets

        def twice(go_wrong: Mishap, then: Mishap) -> Mishap:
            return lambda: (go_wrong(), then())

        mishaps: list[Mishap] = [
            lambda: faults.too_many(1, method="response_url"),
            twice(
                lambda: faults.too_many(1, method="response_url", times=2),
                lambda: faults.too_many(1, method="chat.update"),
            ),
            twice(
                lambda: faults.fails(500, method="response_url"),
                lambda: faults.fails(502, method="chat.update"),
            ),
            lambda: faults.garbage(method="response_url"),
            lambda: faults.resets_before(method="response_url"),
            twice(
                lambda: faults.resets_after(method="response_url"),
                lambda: faults.resets_after(method="chat.update"),
            ),
            twice(
                lambda: faults.resets_before(method="response_url"),
                lambda: faults.garbage(method="chat.update"),
            ),
            lambda: self._redelivers(9),
            lambda: self._confirmation_lost(),
        ]
        if self.server.deliveries.transport is sockets:
            mishaps += [
                lambda: self._connection_ends(sockets.ask_to_leave("refresh_requested")),
                lambda: self._connection_ends(sockets.cut()),
            ]
        else:
            mishaps += [
                lambda: self._forged(secret="a guess"),
                lambda: self._forged(age=600.0),
                lambda: self._forged(team="T99"),
            ]
        return mishaps

    async def _connection_ends(self, ending: Awaitable[None]) -> None:
        """The only connection goes, at a moment when nothing waits for its confirmation."""
        await self.drained()
        await ending

    async def _redelivers(self, most: int) -> None:
        """Slack tells what it told before once more, under the same names."""
        for one in list(self.server.deliveries)[-most:]:
            await self.server.redeliver(one)

    async def _confirmation_lost(self) -> None:
        """Somebody writes, and our confirmation gets lost: Slack tells it again."""
        await self.drained()
        self.server.loses("after")
        await self.server.user(f"U{BOSS}").says("/crowd help")

    async def _forged(self, **how: Any) -> None:
        """Somebody else pretends to be Slack."""
        tap = self.server.deliveries.of("block_actions")[-1]
        status = await self.server.forges(tap, **how)
        assert status == (200 if "team" in how else 401), how  # Bolt tells strangers to install the app


@dataclass(slots=True)
class SlackHouse(House):
    """A house that speaks on Slack alone."""

    server: SlackStandIn


@asynccontextmanager
async def slack_side(
    store: Store,
    vault: Vault,
    clock: ManualClock,
    data_dir: Path,
    *,
    over_http: bool = False,
    history: bool = True,
    ping: float = ears.PING,
) -> AsyncIterator[SlackSide]:
    """The stand-in and the adapter, which connects by itself or is called."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            SlackStandIn(signing_secret=SIGNING_SECRET, team=TEAM, history=history, retry_unit=0.001)
        )
        now = clock_of(clock)
        api = Api(server.api_url, clock=now)
        first = OneWorkspace()
        first.is_at(Workspace(TEAM, server.first.bot_token, server.first.space.bot_user))
        slack = Slack(
            data_dir=data_dir,
            api=api,
            workspaces=Installed(store=store, vault=vault, clock=clock, first=first),
            app_token="" if over_http else server.app_token,
            signing_secret=SIGNING_SECRET if over_http else "",
            clock=now,
            ping=ping,
        )
        stack.push_async_callback(slack.close)
        yield SlackSide(server, slack)


async def in_touch(side: SlackSide, door: socket.socket | None) -> None:
    """Wait until Slack can reach the product: at the door, or over the connection that it opens."""
    if door is None:
        await side.server.connected()
    else:
        await side.server.deliver_to(f"http://127.0.0.1:{door.getsockname()[1]}{EVENTS_PATH}")


@asynccontextmanager
async def slack_house(
    store: Store,
    clock: ManualClock,
    vault: Vault,
    data_dir: Path,
    *,
    over_http: bool = False,
    history: bool = True,
    ping: float = ears.PING,
) -> AsyncIterator[SlackHouse]:
    """Open the house; the store is closed by who opened it."""
    async with AsyncExitStack() as stack:
        door = socket.create_server(("127.0.0.1", 0)) if over_http else None
        if door is not None:
            stack.callback(door.close)
        side = await stack.enter_async_context(
            slack_side(store, vault, clock, data_dir, over_http=over_http, history=history, ping=ping)
        )
        service = await stack.enter_async_context(
            serving(
                store,
                clock,
                vault,
                data_dir,
                platforms=[side.platform],
                admins=frozenset({f"slack:{TEAM}:U{BOSS}"}),
                door=door,
            )
        )
        await in_touch(side, door)
        yield SlackHouse(service, clock, [side], side.server)
