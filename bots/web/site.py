"""The page, the ways in, and the files: all that the web chat serves besides the conversation."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, quote, urlsplit

from aiohttp import web

from bots.web.frame import gate_texts
from bots.web.guard import HEADERS, Guard
from bots.web.incoming import language_of
from bots.web.sessions import PERSONAS, Lockout, Persona, Session, Sessions, same_csrf
from core.clock import Clock
from core.intake.images import image_path
from i18n import Translator, translator_for

STATIC = Path(__file__).parent / "static"
PICTURES = {".png": "image/png", ".jpg": "image/jpeg"}
A_YEAR = 365 * 24 * 3600
LONGEST_LOGIN = 4096  # bytes

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who makes a request, and as whom."""

    session: Session
    persona: Persona | None

    @property
    def user_id(self) -> str:
        """The user of the chat that is asked for."""
        return self.session.user_id(self.persona)

    @property
    def query(self) -> str:
        """What addresses inside this chat end with."""
        return "" if self.persona is None else f"?as={self.persona}"


Visited = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Site:
    """Guards every request, and serves what is not conversation."""

    guard: Guard
    sessions: Sessions
    lockout: Lockout
    clock: Clock
    data_dir: Path
    cookie: str
    has_password: bool
    has_personas: bool

    def guarded(self, handler: Handler) -> Handler:
        """A handler that only allowed peers reach, under allowed names, with safe headers on every answer."""

        async def handle(request: web.Request) -> web.StreamResponse:
            refusal = self.guard.refuses(request)
            if refusal is not None:
                return web.Response(status=403, text=f"{refusal}\n", headers=HEADERS)
            try:
                response = await handler(request)
            except web.HTTPException as error:
                error.headers.update(HEADERS)
                raise
            if not response.prepared:
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
            return response

        return handle

    def for_visitors(self, handler: Visited) -> Handler:
        """A guarded handler that needs a session, and for changes its CSRF token."""

        async def handle(request: web.Request) -> web.StreamResponse:
            session = self.session_of(request)
            if session is None:
                return failure("session", 403)
            if request.method == "POST" and not same_csrf(session, request.headers.get("X-CSRF-Token", "")):
                return failure("session", 403)
            return await handler(request, Visit(session, self.persona_of(request)))

        return self.guarded(handle)

    def session_of(self, request: web.Request) -> Session | None:
        """The session that a request proves."""
        return self.sessions.recognise(request.cookies.get(self.cookie, ""))

    def persona_of(self, request: web.Request) -> Persona | None:
        """The role that the person tries, where roles can be tried."""
        if not self.has_personas:
            return None
        asked = request.query.get("as")
        return next((persona for persona in PERSONAS if persona == asked), PERSONAS[0])

    async def page(self, request: web.Request) -> web.Response:
        """The chat, or the way in."""
        if self.session_of(request) is not None:
            return self._html("page.html", request)
        cookie = self.sessions.open_by_token(request.query.get("t", ""))
        if cookie is not None:
            # Not a redirect: a strict cookie would not come along when another program opened the address.
            response = self._html("page.html", request)
            self._remember(response, request, cookie)
            return response
        if self.has_password:
            return self._html("login.html", request)
        return self._html("closed.html", request, status=403)

    async def login(self, request: web.Request) -> web.Response:
        """Open a session for the password."""
        address, now = request.remote or "", self.clock.now()
        if self.lockout.wait(address, now=now):
            return self._html("login.html", request, status=429, trouble="locked")
        # Counted before it is compared, so that tries at the same moment all count.
        self.lockout.failed(address, now=now)
        form = parse_qs((await read_all(request, LONGEST_LOGIN)).decode("utf-8", "replace"))
        cookie = self.sessions.open_by_password(form.get("password", [""])[0])
        if cookie is None:
            return self._html("login.html", request, status=403, trouble="wrong")
        self.lockout.passed(address)
        response = web.Response(status=303, headers={"Location": "/"})
        self._remember(response, request, cookie)
        return response

    async def static(self, request: web.Request) -> web.StreamResponse:
        """A part of the page."""
        name = request.match_info["name"]
        if name not in _static_names():
            raise web.HTTPNotFound
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if name.endswith(".js"):
            kind = "text/javascript"  # some systems' tables say otherwise, and nosniff is strict
        return web.FileResponse(STATIC / name, headers={"Content-Type": kind, "Cache-Control": "no-cache"})

    async def media(self, request: web.Request, _: Visit) -> web.StreamResponse:
        """A stored picture, by the name that tasks know it under."""
        path = image_path(self.data_dir / "media", request.match_info["name"])
        if not path.is_file():
            raise web.HTTPNotFound
        kept = {
            "Content-Type": PICTURES[path.suffix],
            "Cache-Control": "private, max-age=86400, immutable",
        }
        return web.FileResponse(path, headers=kept)

    def _html(
        self, name: str, request: web.Request, *, status: int = 200, trouble: str | None = None
    ) -> web.Response:
        t = translator_for(language_of(request))
        body = _template(name).substitute(_words(t, trouble))
        return web.Response(text=body, content_type="text/html", charset="utf-8", status=status)

    def _remember(self, response: web.Response, request: web.Request, cookie: str) -> None:
        public = self.guard.public_origin
        secure = public is not None and urlsplit(public).scheme == "https" and public.endswith(request.host)
        response.set_cookie(
            self.cookie, cookie, max_age=A_YEAR, httponly=True, samesite="Strict", secure=secure, path="/"
        )


def failure(name: str, status: int) -> web.Response:
    """An answer that the page knows a sentence for."""
    return web.json_response({"error": name}, status=status)


def as_download(path: Path, name: str) -> web.FileResponse:
    """A file that the browser saves and never shows."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    kind = "application/octet-stream"
    return web.FileResponse(path, headers={"Content-Type": kind, "Content-Disposition": disposition})


async def read_all(request: web.Request, most: int) -> bytes:
    """The body of a request.

    Raises:
        web.HTTPRequestEntityTooLarge: when it is longer than `most` bytes.
    """
    body = bytearray()
    async for chunk in request.content.iter_chunked(16_384):
        body += chunk
        if len(body) > most:
            raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body))
    return bytes(body)


def _words(t: Translator, trouble: str | None) -> dict[str, str]:
    texts = gate_texts(t)
    words = {name: escape(text) for name, text in texts.items()}
    said = f'<p class="trouble" role="alert">{words[trouble]}</p>' if trouble else ""
    return {
        **words,
        "trouble": said,
        "lang": t.locale.replace("_", "-"),
        "dir": "rtl" if t.is_rtl else "ltr",
    }


@cache
def _template(name: str) -> Template:
    return Template((STATIC / name).read_text("utf-8"))


@cache
def _static_names() -> frozenset[str]:
    return frozenset(path.name for path in STATIC.iterdir() if path.suffix in {".css", ".js", ".svg"})
