"""One question to a server, answered within seconds; nothing said about it holds the address or a token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bots.proxies import proxy_for
from core.clock import Clock, aware

PATIENCE = 5.0  # seconds


class NoAnswer(Exception):  # noqa: N818  (an outcome of asking)
    """Nobody answers there, or not in the way of an API; its text says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON answer, its headers, and when the server said it gave it, next to our own time."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]
    at: datetime
    theirs: datetime | None

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock is ahead of the server's."""
        return None if self.theirs is None else self.at - self.theirs


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, by which clock."""

    session: aiohttp.ClientSession
    clock: Clock

    async def get(self, url: str) -> Answer:
        """The answer to a GET. Raises NoAnswer."""
        return await self._ask("GET", url, {})

    async def post(self, url: str, *, token: str = "") -> Answer:
        """The answer to an empty POST, with `token` in the header that Slack reads. Raises NoAnswer."""
        return await self._ask("POST", url, {"Authorization": f"Bearer {token}"} if token else {})

    async def _ask(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        try:
            async with self.session.request(method, url, headers=headers, proxy=proxy_for(url)) as response:
                at = self.clock.now()
                body = json.loads(await response.read())
        except TimeoutError:
            raise NoAnswer("no answer within seconds") from None
        except aiohttp.InvalidURL:
            raise NoAnswer("that is no address") from None
        except (aiohttp.ClientError, OSError) as error:
            raise NoAnswer(
                f"out of reach ({type(error).__name__})"
            ) from None  # its text may hold the address
        except ValueError:
            raise NoAnswer(f"what answers there is no API (HTTP {response.status})") from None
        if not isinstance(body, dict):
            raise NoAnswer(f"what answers there is no API (HTTP {response.status})")
        return Answer(body, response.headers, at, _date(response.headers.get("Date")))


@asynccontextmanager
async def asking(clock: Clock, *, patience: float = PATIENCE) -> AsyncIterator[Asking]:
    """A session for the questions of one check-up."""
    timeout = aiohttp.ClientTimeout(total=patience)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Asking(session, clock)


def _date(header: str | None) -> datetime | None:
    try:
        return None if header is None else aware(parsedate_to_datetime(header))
    except ValueError:
        return None
