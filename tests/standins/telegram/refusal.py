"""How the Bot API says no: a code, a description, and how long to wait."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818  (a refusal is an ordinary answer of the Bot API)
    """An `ok: false` answer with the code and the words of the real server."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The JSON object that travels."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(why: str) -> Refusal:
    """400: the call is wrong and will stay wrong."""
    return Refusal(400, f"Bad Request: {why}")


def forbidden(why: str) -> Refusal:
    """403: final for this person until they write again."""
    return Refusal(403, f"Forbidden: {why}")


def conflict(why: str) -> Refusal:
    """409: somebody else is receiving the updates."""
    return Refusal(409, f"Conflict: {why}")


def too_many(retry_after: int) -> Refusal:
    """429: wait this many seconds."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
