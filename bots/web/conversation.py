"""The requests of an open page: what it begins with, what changes, and what the person does."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import BodyPartReader, web
from pydantic import ValidationError

from bots.dialogue.vocabulary import Command, Heard, Limits, Press, Text, Upload
from bots.web.entries import Own, Said
from bots.web.frame import frame_texts, persona_name
from bots.web.guard import HEADERS
from bots.web.history import History
from bots.web.incoming import (
    LARGEST_BODY,
    LONGEST_NAME,
    Pressing,
    Saying,
    Sending,
    file_name,
    heard_text,
    language_of,
    sender_of,
)
from bots.web.live import Nudges, stream
from bots.web.reception import NotOpen, Reception
from bots.web.sessions import PERSONAS
from bots.web.site import Site, Visit, as_download, failure, read_all
from bots.web.spool import Spool, TooLarge
from bots.web.view import last_locale, toast_view, view
from core.clock import Clock
from i18n import translator_for

CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Conversation:
    """Serves the chats: everything here has a session."""

    history: History
    reception: Reception
    nudges: Nudges
    spool: Spool
    clock: Clock
    data_dir: Path
    limits: Limits
    has_personas: bool
    heartbeat: float

    def routes(self, site: Site) -> list[web.RouteDef]:
        """The addresses of the conversation."""
        return [
            web.get("/chat/open", site.for_visitors(self.open)),
            web.get("/chat/live", site.for_visitors(self.live), allow_head=False),
            web.post("/chat/say", site.for_visitors(self.say)),
            web.post("/chat/press", site.for_visitors(self.press)),
            web.post("/chat/upload", site.for_visitors(self.upload)),
            web.get(r"/chat/file/{ref:[0-9]{1,18}}", site.for_visitors(self.file)),
        ]

    async def open(self, request: web.Request, visit: Visit) -> web.Response:
        """All that a page needs to begin with."""
        opening = await self.history.opening(visit.user_id)
        t = translator_for(last_locale(opening.rows) or language_of(request))
        personas = PERSONAS if self.has_personas else ()
        return web.json_response(
            {
                "csrf": visit.session.csrf,
                "persona": visit.persona,
                "personas": [{"id": persona, "name": persona_name(t, persona)} for persona in personas],
                "locale": t.locale.replace("_", "-"),
                "dir": "rtl" if t.is_rtl else "ltr",
                "texts": frame_texts(t),
                "messages": [view(row, visit.query) for row in opening.rows],
                "menu": opening.menu,
                "version": opening.version,
                "upload": self.limits.upload,
                "text": self.limits.text,
            }
        )

    async def live(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """Changes as they happen; a page that comes back says the last version it saw."""
        seen = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        response = web.StreamResponse(
            headers={**HEADERS, "Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        events = stream(
            self.history,
            self.nudges,
            user_id=visit.user_id,
            after=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
            show=partial(view, query=visit.query),
            heartbeat=self.heartbeat,
        )
        async with aclosing(events):
            try:
                async for event in events:
                    await response.write(event)
            except ConnectionError:
                pass  # the page went away
        return response

    async def say(self, request: web.Request, visit: Visit) -> web.Response:
        """A written line or a command."""
        try:
            saying = Saying.model_validate_json(await read_all(request, LARGEST_BODY))
        except ValidationError:
            return failure("bad", 400)
        if not saying.text.strip():
            return failure("bad", 400)
        bubble = None if saying.arrival else Own(saying.id, saying.text)
        return await self._deliver(request, visit, saying.id, heard_text(saying.text), bubble)

    async def press(self, request: web.Request, visit: Visit) -> web.Response:
        """A pressed button; only the chat's own messages can be named by it."""
        try:
            pressing = Pressing.model_validate_json(await read_all(request, LARGEST_BODY))
        except ValidationError:
            return failure("bad", 400)
        row = await self.history.one(visit.user_id, pressing.message) if pressing.message else None
        ref = row.ref if row is not None and isinstance(row.entry, Said) else None
        press = Press(pressing.data, _key(visit, pressing.id), ref)

        async def remember() -> None:
            if ref is not None:
                await self.history.press(visit.user_id, ref, client=pressing.id, data=pressing.data)
                self.nudges.nudge(visit.user_id)

        return await self._heard(request, visit, press, press.handle, remember)

    async def upload(self, request: web.Request, visit: Visit) -> web.Response:
        """A file, streamed to the spool; its fields come first."""
        most = self.limits.upload
        if (request.content_length or 0) > most + LARGEST_BODY:
            return failure("too_large", 413)
        if request.content_type != "multipart/form-data":
            return failure("bad", 400)
        fields: dict[str, str] = {}
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    break
                if part.name != "file":
                    fields[(part.name or "")[:LONGEST_NAME]] = await _words(part)
                    continue
                sending = Sending.model_validate(fields)
                key = _key(visit, sending.id)
                size = await self.spool.keep(key, _chunks(part), most)
                name = file_name(part.filename)
                try:
                    what = Upload(name, key, size, sending.caption)
                    bubble = Own(sending.id, sending.caption, name, size)
                    return await self._deliver(request, visit, sending.id, what, bubble)
                finally:
                    self.spool.drop(key)
        except TooLarge:
            return failure("too_large", 413)
        except ValueError:  # also what pydantic and the multipart reader raise
            return failure("bad", 400)
        return failure("bad", 400)

    async def file(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """The file of a message, for nobody but the chat's own person."""
        row = await self.history.one(visit.user_id, request.match_info["ref"])
        attachment = row.entry.message.attachment if row and isinstance(row.entry, Said) else None
        if attachment is None:
            raise web.HTTPNotFound
        folder = self.data_dir.resolve()
        path = (folder / attachment.path).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise web.HTTPNotFound
        return as_download(path, attachment.name)

    async def _deliver(
        self,
        request: web.Request,
        visit: Visit,
        event_id: str,
        what: Text | Command | Upload,
        bubble: Own | None,
    ) -> web.Response:
        async def show() -> None:
            if bubble is not None and not await self.history.knows(visit.user_id, event_id):
                await self.history.add(visit.user_id, bubble)
                self.nudges.nudge(visit.user_id)

        return await self._heard(request, visit, what, _key(visit, event_id), show)

    async def _heard(
        self,
        request: web.Request,
        visit: Visit,
        what: Text | Command | Press | Upload,
        key: str,
        before: Callable[[], Awaitable[None]],
    ) -> web.Response:
        sender = sender_of(request, user_id=visit.user_id, persona=visit.persona)
        heard = Heard(key, sender, what, self.clock.now())
        try:
            toast = await self.reception.deliver(heard, persona=visit.persona, before=before)
        except NotOpen:
            return failure("starting", 503)
        return web.json_response({"toast": toast_view(toast)})


def _key(visit: Visit, event_id: str) -> str:
    # The inbox keeps it after everything else of a person was erased, so it tells nobody's id.
    whose = hashlib.sha256(visit.user_id.encode()).hexdigest()[:32]
    return f"web:{whose}:{event_id}"


async def _words(part: BodyPartReader) -> str:
    body = bytearray()
    async for chunk in _chunks(part):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge
    return body.decode()


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK):
        yield chunk
