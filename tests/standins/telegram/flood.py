"""Telegram's limits on sending, which are unpublished; these are the usual observations."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from .params import Params
from .refusal import too_many

LONG_TEXT = 500
LARGE_UPLOAD = 100_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Flood:
    """Buckets for all chats and for each chat, and the queue of large uploads of one size."""

    per_second: float = 30
    per_chat: float = 1
    burst: float = 5
    upload_seconds: float = 0.5
    upload_backlog: float = 5
    _overall: _Bucket | None = None
    _chats: dict[int, _Bucket] = field(default_factory=dict)
    _uploads: dict[int, float] = field(default_factory=dict)

    def check(self, method: str, params: Params, clock: Callable[[], float]) -> None:
        """Count a sending or editing call, or refuse it with 429."""
        if not method.startswith(("send", "edit")) or method == "sendChatAction":
            return
        now, chat_id = clock(), params.chat_id() or 0
        if self._overall is None:
            self._overall = _Bucket(self.per_second, now)
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = _Bucket(self.burst, now)
        cost = 2.0 if len(params.text("text")) > LONG_TEXT else 1.0
        _refill(self._overall, now, rate=self.per_second, size=self.per_second)
        _refill(chat, now, rate=self.per_chat, size=self.burst)
        wait = max(
            (1 - self._overall.left) / self.per_second,
            (cost - chat.left) / self.per_chat,
        )
        if wait > 1e-9:
            raise too_many(math.ceil(wait))
        self._queue_uploads(params, now)
        self._overall.left -= 1
        chat.left -= cost

    def _queue_uploads(self, params: Params, now: float) -> None:
        for file in params.files.values():
            size = len(file.data)
            if size <= LARGE_UPLOAD:
                continue
            done = max(self._uploads.get(size, now), now) + self.upload_seconds
            if done - now > self.upload_backlog:
                raise too_many(60)
            self._uploads[size] = done


def _refill(bucket: _Bucket, now: float, *, rate: float, size: float) -> None:
    bucket.left = min(size, bucket.left + (now - bucket.at) * rate)
    bucket.at = now
