"""Updates pushed to the bot: order kept per queue only, repeated until the bot says 2xx."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from .params import Params
from .refusal import bad_request
from .updates import Update, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_SECRET = re.compile(r"^[A-Za-z0-9_-]{1,256}$")
_PORTS = {443, 80, 88, 8443}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Hook:
    """Where updates go, as setWebhook was told."""

    url: str
    secret: str
    max_connections: int


def read_hook(params: Params) -> Hook | None:
    """The webhook of a call, checked; None when the url is empty."""
    url = params.text("url")
    if not url:
        return None
    secret = params.text("secret_token")
    if secret and not _SECRET.match(secret):
        raise bad_request("secret token contains unallowed characters")
    most = params.integer("max_connections", 40)
    if not 1 <= most <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    parts = urlsplit(url)
    # Loopback may be plain HTTP on any port: a stated exception, so that tests need no certificate.
    if parts.hostname not in _LOOPBACK:
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in _PORTS:
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    return Hook(url, secret, most)


class Webhook:
    """The side of Telegram that calls the bot."""

    def __init__(
        self, updates: Updates, *, unit: float, clock: Callable[[], float], call: Callable[[str, Params], Any]
    ) -> None:
        self._updates = updates
        self._unit = unit
        self._clock = clock
        self._call = call
        self._queues: dict[tuple[str, int], deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(40)
        self.hook: Hook | None = None
        self.last_error: str | None = None

    async def set(self, hook: Hook) -> None:
        """Deliver to this place from now on, beginning with what is pending."""
        await self.remove()
        self.hook = hook
        self._places = asyncio.Semaphore(hook.max_connections)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        self._updates.on_arrival = self._take
        for update in self._updates.pending:
            self._take(update)

    async def remove(self) -> None:
        """Deliver nothing any more; what is pending stays."""
        self.hook, self._updates.on_arrival = None, None
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._queues.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _take(self, update: Update) -> None:
        queue = self._queues.get(update.queue)
        if queue is not None:
            queue.append(update)
            return
        self._queues[update.queue] = deque([update])
        task = asyncio.get_running_loop().create_task(self._drain(update.queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, key: tuple[str, int]) -> None:
        queue, failures = self._queues[key], 0
        while queue:
            update = queue[0]
            if self._clock() > update.expires:
                queue.popleft()
                self._updates.done_with(update)
                continue
            async with self._places:
                wait = await self._deliver(update)
            if wait is None:
                queue.popleft()
                self._updates.done_with(update)
                failures = 0
                continue
            # The first repetition comes at once, then 2, 4, 8 ... seconds apart.
            delay = wait or (min(2.0**failures, _LONGEST_WAIT) if failures else 0.0)
            failures += 1
            await asyncio.sleep(delay * self._unit)
        del self._queues[key]

    async def _deliver(self, update: Update) -> float | None:
        """None when the bot took it, else the seconds it asked for (0: it did not say)."""
        assert self.hook is not None
        assert self._session is not None
        headers = {"Content-Type": "application/json"}
        if self.hook.secret:
            headers[SECRET_HEADER] = self.hook.secret
        if urlsplit(self.hook.url).hostname not in _LOOPBACK:
            self.last_error = "the stand-in delivers to loopback only"
            return _LONGEST_WAIT
        try:
            async with self._session.post(
                self.hook.url, data=update.body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.last_error = f"Connection failed: {error}"
            return 0.0
        if 200 <= answer.status < 300:
            self._answered(body)
            return None
        self.last_error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        asked = answer.headers.get("Retry-After", "")
        return float(asked) if asked.isdigit() else 0.0

    def _answered(self, body: bytes) -> None:
        """Carry out the method a bot may put into its answer; Telegram tells it no result."""
        try:
            values = json.loads(body) if body else None
        except ValueError:
            return
        if not isinstance(values, dict) or not isinstance(values.get("method"), str):
            return
        method = str(values.pop("method"))
        if not method.lower().startswith("get") and method.lower() not in ("setwebhook", "deletewebhook"):
            self._call(method, Params(values))
