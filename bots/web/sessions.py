"""Who a browser is: a random secret in a cookie, proved by a keyed mark, so that no session needs a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Literal

Persona = Literal["worker", "requester", "moderator"]
PERSONAS: tuple[Persona, ...] = ("worker", "requester", "moderator")

FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=1)
REMEMBERED = 1000  # addresses


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that may use the chat."""

    secret: str = field(repr=False)
    user: str
    csrf: str = field(repr=False)

    def user_id(self, persona: Persona | None) -> str:
        """The user this browser is, one for each persona."""
        return self.user if persona is None else f"{self.user}:{persona}"


class Sessions:
    """Opens sessions for the one-time token or the password, and knows them again."""

    def __init__(
        self,
        *,
        fingerprint: Callable[[str], str],
        new_secret: Callable[[], str],
        token: str,
        password: str | None,
    ) -> None:
        self._fingerprint = fingerprint
        self._new_secret = new_secret
        self._token: str | None = token if password is None else None
        self._password = password

    def open_by_token(self, token: str) -> str | None:
        """The cookie of a new session, once; None for a wrong or used token."""
        if self._token is None or not _same(token, self._token):
            return None
        self._token = None
        return self._new_cookie()

    def open_by_password(self, password: str) -> str | None:
        """The cookie of a new session; None for a wrong password."""
        if self._password is None or not _same(password, self._password):
            return None
        return self._new_cookie()

    def recognise(self, cookie: str) -> Session | None:
        """The session that a cookie proves."""
        secret, _, mark = cookie.partition(".")
        if not secret or not _same(mark, self._mark(secret)):
            return None
        return Session(
            secret, self._fingerprint(f"web-user:{secret}"), self._fingerprint(f"web-csrf:{secret}")
        )

    def _new_cookie(self) -> str:
        secret = self._new_secret()
        return f"{secret}.{self._mark(secret)}"

    def _mark(self, secret: str) -> str:
        # The password is part of it: changing the password ends the sessions it opened.
        return self._fingerprint(f"web-session:{secret}:{self._password or ''}")


class Lockout:
    """Slows down whoever guesses passwords: after some tries each failure doubles the wait."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, datetime]] = {}

    def wait(self, address: str, *, now: datetime) -> timedelta:
        """How long this address has to wait before its next try."""
        count, last = self._failures.get(address, (0, now))
        if count < FREE_TRIES:
            return timedelta(0)
        wait = min(timedelta(seconds=2 ** min(count - FREE_TRIES + 1, 16)), LONGEST_WAIT)
        return max(last + wait - now, timedelta(0))

    def failed(self, address: str, *, now: datetime) -> None:
        """Count a wrong password."""
        count, _ = self._failures.pop(address, (0, now))
        self._failures[address] = (count + 1, now)
        if len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def passed(self, address: str) -> None:
        """Forget the failures of an address that knew the password."""
        self._failures.pop(address, None)


def same_csrf(session: Session, given: str) -> bool:
    """Whether a request carries the session's own CSRF token."""
    return _same(given, session.csrf)


def _same(given: str, right: str) -> bool:
    return compare_digest(given.encode("utf-8", "surrogateescape"), right.encode())
