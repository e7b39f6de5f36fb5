"""The web chat as a platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from bots.dialogue.vocabulary import Answer, Limits, Message, Sender, Toast
from bots.platform import Address, Hear, Impossible, Media, NotSent, Posted
from bots.web.conversation import Conversation
from bots.web.entries import Said
from bots.web.guard import address_of, guard_for
from bots.web.history import History, Seals
from bots.web.incoming import LONGEST_TEXT
from bots.web.live import HEARTBEAT, Nudges
from bots.web.reception import Arrival, Reception
from bots.web.sessions import Lockout, Sessions
from bots.web.site import Site
from bots.web.spool import Spool, TooLarge
from core.clock import Clock, new_token
from core.store.base import Store

LIMITS = Limits(
    text=LONGEST_TEXT,
    caption=LONGEST_TEXT,
    toast=300,
    button=200,
    upload=200_000_000,
    attachment=2_000_000_000,
)


class Web:
    """A chat page on the product's own HTTP server, with its history in the database.

    `token` opens the first session, once; with a `password` that is asked for instead, and people may come
    from other machines. `on_arrival` is called before a new person's first event, with the role they try in
    the demo or None; it may be called again for the same person after a crash.
    """

    name = "web"
    bot = "web"
    limits = LIMITS
    listens_alone = False
    patient = True

    def __init__(
        self,
        *,
        store: Store,
        data_dir: Path,
        host: str,
        port: int,
        demo: bool,
        password: str | None,
        public_url: str | None,
        seal: Callable[[bytes], bytes],
        unseal: Callable[[bytes], bytes],
        fingerprint: Callable[[str], str],
        clock: Clock,
        token: str,
        on_arrival: Arrival | None = None,
        new_secret: Callable[[], str] = new_token,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        password = password or None
        self._clock = clock
        self._history = History(store=store, seals=Seals(seal, unseal, fingerprint), clock=clock)
        self._nudges = Nudges()
        self._spool = Spool(data_dir / "spool" / "web")
        self._reception = Reception(self._history, on_arrival)
        self._url = (
            f"{address_of(host, port)}?t={token}"
            if password is None
            else public_url or address_of(host, port)
        )
        personas = demo and password is None
        self._site = Site(
            guard=guard_for(host=host, port=port, public_url=public_url, password=password is not None),
            sessions=Sessions(fingerprint=fingerprint, new_secret=new_secret, token=token, password=password),
            lockout=Lockout(),
            clock=clock,
            data_dir=data_dir,
            cookie=f"chatcrowd_{port}",  # browsers do not tell ports apart
            has_password=password is not None,
            has_personas=personas,
        )
        self._conversation = Conversation(
            history=self._history,
            reception=self._reception,
            nudges=self._nudges,
            spool=self._spool,
            clock=clock,
            data_dir=data_dir,
            limits=self.limits,
            has_personas=personas,
            heartbeat=heartbeat,
        )

    @property
    def url(self) -> str:
        """The address for a person to open."""
        return self._url

    @property
    def invite_link(self) -> Callable[[str], str] | None:
        """A browser's chat is its own: an invitation is typed there."""
        return None

    async def who_is(self, sender: Sender) -> Sender:
        """A browser says all it knows with every event."""
        return sender

    # The page loads pictures by their name, so `media` is not needed; a chat without threads follows in order.
    async def send(
        self,
        to: Address,
        message: Message,
        media: Media | None,  # noqa: ARG002
        *,
        below: str | None = None,  # noqa: ARG002
    ) -> Posted:
        ref = await self._history.add(to.user_id, Said(message))
        self._nudges.nudge(to.user_id)
        return Posted(ref)

    async def edit(
        self,
        to: Address,
        ref: str,
        message: Message,
        media: Media | None,  # noqa: ARG002  (see send)
    ) -> Posted:
        if not await self._history.edit(to.user_id, ref, message):
            raise Impossible("no such message", gone=True)
        self._nudges.nudge(to.user_id)
        return Posted(ref)

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        self._reception.acknowledge(handle, answer if isinstance(answer, Toast) else None)
        return True

    async def fetch(self, handle: str, into: Path, most: int) -> None:
        try:
            await self._spool.copy(handle, into, most)
        except TooLarge as error:
            raise Impossible("too large") from error
        except OSError as error:
            raise NotSent("the upload is not here") from error

    async def show_menu(self, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        await self._history.set_menu(to.user_id, commands)
        self._nudges.nudge(to.user_id)

    async def forget(self, user_id: str) -> None:
        """Erase a person's chat; an open page shows it when it is loaded again."""
        await self._history.forget(user_id)

    def routes(self) -> Sequence[web.RouteDef]:
        site = self._site
        return [
            web.get("/", site.guarded(site.page)),
            web.post("/chat/login", site.guarded(site.login)),
            web.get("/chat/static/{name}", site.guarded(site.static)),
            web.get(r"/chat/media/{name:[0-9a-f]{64}\.(?:jpg|png)}", site.for_visitors(site.media)),
            *self._conversation.routes(site),
        ]

    async def listen(self, hear: Hear) -> None:
        self._spool.sweep(self._clock.now())
        self._nudges.open()
        self._reception.hear = hear
        try:
            await asyncio.Event().wait()
        finally:
            self._nudges.close()
            await self._reception.finish()
