"""Deliveries over HTTP, signed as Slack signs them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from .deliveries import Delivery, Outcome
from .refusal import Json

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the app listens; Slack asks for each of them separately."""

    events: str
    commands: str
    interactive: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app said to one request."""

    status: int
    headers: dict[str, str]
    body: str

    def value(self) -> Any:
        """The body as data: an object, a text, or None."""
        if not self.body.strip():
            return None
        kind = self.headers.get("content-type", "")
        return json.loads(self.body) if kind.startswith("application/json") else self.body


def sign(secret: str, timestamp: str, body: str) -> str:
    """The signature of a request."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class SignedHttp:
    """The way to an app that has a public address."""

    def __init__(self, *, secret: str, now: Callable[[], float], ack_within: float) -> None:
        self.secret = secret
        self.ack_within = ack_within
        self._now = now
        self._session: aiohttp.ClientSession | None = None
        self.addresses: Addresses | None = None

    async def open(self, addresses: Addresses) -> None:
        """Deliver to this place from now on, after the app has shown that it is its own."""
        if self._session is None:
            # One connection for each delivery on its way: a slow app must not hold up the others here.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self.addresses = addresses
        challenge = f"challenge-{hashlib.sha256(addresses.events.encode()).hexdigest()[:16]}"
        said = {"token": "verification", "type": "url_verification", "challenge": challenge}
        answer = await self.request(addresses.events, json.dumps(said), "application/json")
        told = answer.value()
        found = told.get("challenge") if isinstance(told, dict) else str(told)
        assert answer.status == 200, f"the app did not answer the challenge: {answer}"
        assert found == challenge, f"the app did not answer the challenge: {answer}"

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, delivery: Delivery, attempt: int, reason: str) -> Outcome:
        """One signed request; anything but 200 in time is no confirmation."""
        if self.addresses is None:
            return Outcome("connection_failed")
        url, body, kind = self.wire(delivery)
        headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
        try:
            async with asyncio.timeout(self.ack_within):
                answer = await self.request(url, body, kind, headers=headers)
        except TimeoutError:
            return Outcome("http_timeout")
        except (aiohttp.ClientError, OSError):
            return Outcome("connection_failed")
        if answer.status != 200:
            no_retry = answer.headers.get("x-slack-no-retry") == "1"
            return Outcome("http_error", status=answer.status, no_retry=no_retry)
        return Outcome(answer=answer.value(), status=200)

    def wire(self, delivery: Delivery, payload: Json | None = None) -> tuple[str, str, str]:
        """Address, body and content type of a delivery."""
        assert self.addresses is not None
        told = delivery.payload if payload is None else payload
        if delivery.kind == "events_api":
            return self.addresses.events, json.dumps(told), "application/json"
        if delivery.kind == "slash_commands":
            return self.addresses.commands, urlencode(told), FORM
        return self.addresses.interactive, urlencode({"payload": json.dumps(told)}), FORM

    async def request(
        self,
        url: str,
        body: str,
        kind: str,
        *,
        secret: str | None = None,
        age: float = 0.0,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """A request signed with the secret (or another), as if it had been sent `age` seconds ago."""
        assert self._session is not None, "the stand-in was not told where the app listens"
        timestamp = str(int(self._now() - age))
        signed = {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.secret if secret is None else secret, timestamp, body),
            **(headers or {}),
        }
        async with self._session.post(
            url, data=body.encode(), headers=signed, allow_redirects=False
        ) as answer:
            text = await answer.text()
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, text)
