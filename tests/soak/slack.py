"""Slack in a soak: what people do while nobody is there is lost, and what they wrote is told again for a while."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random

from bots.slack.manifest import EVENTS_PATH
from tests.full_run.slack import LOCALES, SIGNING_SECRET, TEAM
from tests.soak.deliveries import Watch, keys_of
from tests.soak.fuses import EVERYWHERE, IN_HASTE, Point
from tests.soak.sides import PATIENCE, Heard
from tests.soak.slack_app import Life, SlackApp
from tests.standins.slack import Delivery, SlackStandIn, Version

ADMIN = "U1"
CLIENTS = {"en": "en", "zh": "zh-hans", "es": "es", "ar": "ar"}
DRAFT = {"new-question": "What do you see?", "new-labels": "Cat\nDog"}
BETWEEN_DRAFTS = 1.0  # seconds
MOST_AGAIN = 300
AT_ONCE = 20
NOT_WRONG = ("used_url", "expired_trigger_id", "exchanged_trigger_id")
"""Refusals of what was told again, or came too late: the product says the same in another way."""


class SlackSide:
    """Slack and the people on it."""

    points: Sequence[Point] = (*EVERYWHERE, *IN_HASTE)

    def __init__(self, server: SlackStandIn, *, port: int = 0) -> None:
        self._server = server
        self._port = port
        self._life = Life(server.deliveries)
        self._again = 0
        sockets = server.sockets
        self._watch = Watch(sockets, lambda: bool(sockets.connections))
        server.deliveries.transport = self._watch
        self._town = server.channel("C1", bot_in=True, name="town")
        self.admin = self._app(ADMIN, name="Root", language="en")
        way = (
            ("--signing-secret", SIGNING_SECRET, "--port", str(port))
            if port
            else ("--app-token", server.app_token)
        )
        self.arguments = (
            *("--platform", "slack", "--api", server.api_url, "--token", server.first.bot_token),
            *("--team", TEAM, "--admin", f"slack:{TEAM}:{ADMIN}", *way),
        )

    def worker(self, number: int) -> SlackApp:
        """Somebody's app."""
        languages = list(CLIENTS)
        return self._app(f"U{1000 + number}", name=f"W{number}", language=languages[number % len(languages)])

    def _app(self, name_of: str, *, name: str, language: str) -> SlackApp:
        user = self._server.user(name_of, name=name, locale=LOCALES[language], tz="UTC")
        self._town.members.add(user.id)
        return SlackApp(user, CLIENTS[language], self._life, self._town)

    def file(self, ref: str) -> bytes:
        """The bytes of a file that the app shared."""
        return self._server.bot_file(ref)

    async def service_runs(self) -> None:
        """Over Socket Mode it calls by itself; over HTTP Slack has to be told where it is, once it is there."""
        if not self._port:
            await self._server.connected(timeout=PATIENCE)
            return
        async with asyncio.timeout(PATIENCE):
            await _listens(self._port)
        await self._server.deliver_to(f"http://127.0.0.1:{self._port}{EVENTS_PATH}")
        self._watch.way, self._watch.connected = self._server.http, self._watch.met
        self._server.deliveries.transport = self._watch

    @property
    def drafts(self) -> int:
        """The forms that closed."""
        return self.admin.forms_sent

    async def make_drafts(self, stop: asyncio.Event) -> None:
        """Form after form: each that was sent until it closed is one project."""
        while not stop.is_set():
            await self.admin.fill("newproject", DRAFT | {"new-title": f"Draft {self.drafts}"})
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BETWEEN_DRAFTS)

    def died(self) -> None:
        """What was on its way to the service is lost."""
        self._watch.died()
        self._life.deaths += 1
        for account in self._server.first.space.accounts.values():
            account.changed.notify()

    def tell_again(self, chance: Random) -> None:
        """Some of the latest deliveries come again while people work."""
        told = [one for one in self._told() if one.acknowledged][-AT_ONCE:]
        again = chance.sample(told, min(5, len(told)))
        self._again += len(again)
        self._life.tell(self._tell(again, after=chance.uniform(0.0, 2.0)))

    async def _tell(self, told: Sequence[Delivery], *, after: float) -> None:
        await asyncio.sleep(after)
        await asyncio.gather(*(self._server.redeliver(one) for one in told))

    async def tell_all_again(self) -> int:
        """What people did last, all of it."""
        told = [one for one in self._told() if one.acknowledged][-MOST_AGAIN:]
        for at in range(0, len(told), AT_ONCE):
            await self._tell(told[at : at + AT_ONCE], after=0.0)
        await self.drained()
        return len(told)

    async def drained(self) -> None:
        """Wait until everything was confirmed or given up."""
        await asyncio.gather(*self._life.waiting)
        await self._server.drained(PATIENCE)

    def heard(self) -> Heard:
        """What was confirmed must have been worked on; what was not may have been."""
        told = list(self._told())
        must = frozenset(key for one in told if one.acknowledged for key in keys_of(one))
        return Heard(must, frozenset(key for one in told for key in keys_of(one)))

    def looks(self, version: Version) -> object:
        """Words, buttons and files."""
        return version.words, version.buttons, [file.name for file in version.files]

    def empty_edits(self) -> int:
        """Slack takes what changes nothing."""
        return sum(
            before.shows_the_same(after)
            for account in self._server.first.space.accounts.values()
            for message in account.im.messages.values()
            for before, after in zip(message.versions, message.versions[1:], strict=False)
        )

    def wrong(self) -> list[str]:
        """What Slack refused for good reason, and what a living service did not confirm in time."""
        server = self._server
        late = [f"not confirmed in time: {one}" for one in self._watch.unexplained()]
        calls = [
            f"{call.method}: {call.error or call.status}"
            for call in server.calls
            if not call.ok and call.error not in NOT_WRONG
        ]
        return [*server.violations, *map(str, server.mentions), *late, *calls]

    def figures(self) -> list[tuple[str, str]]:
        """How the deliveries fared."""
        people = list(self._told())
        lost = sum(not one.acknowledged for one in people)
        return [
            (
                "deliveries",
                f"{len(self._watch.tries)}, {len(people)} of them of people, {lost} lost at a kill",
            ),
            ("told again", f"{self._again} while people worked"),
            ("slowest confirmation", f"{self._watch.slowest():.2f} s"),
        ]

    def _told(self) -> list[Delivery]:
        """What people did; the app's own messages, which Slack tells it too, are not among it."""
        return [one for one in self._server.deliveries if one.account is not None]


@asynccontextmanager
async def slack_side(*, over_http: bool = False) -> AsyncIterator[SlackSide]:
    """A stand-in of its own."""
    async with SlackStandIn(signing_secret=SIGNING_SECRET, team=TEAM, retry_unit=1.0) as server:
        yield SlackSide(server, port=_free_port() if over_http else 0)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


async def _listens(port: int) -> None:
    """Knock until somebody opens."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        await writer.wait_closed()
        return
