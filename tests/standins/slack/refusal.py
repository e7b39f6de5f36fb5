"""How Slack says no."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):  # noqa: N818  (it is an answer of Slack, not a failure of the stand-in)
    """An error answer; `blame` when a client that keeps the rules would never meet it."""

    def __init__(
        self, error: str, *, blame: bool = False, retry_after: int | None = None, **detail: Any
    ) -> None:
        super().__init__(error)
        self.error = error
        self.blame = blame
        self.retry_after = retry_after
        self.detail = detail

    @property
    def status(self) -> int:
        """The HTTP status: only too many requests are told by it."""
        return 200 if self.retry_after is None else 429

    def body(self) -> Json:
        """The answer as Slack writes it."""
        return {"ok": False, "error": self.error, **self.detail}


def invalid_arguments(*messages: str) -> Refusal:
    """A call whose parameters are wrong."""
    told = [f"[ERROR] {message}" for message in messages]
    return Refusal("invalid_arguments", blame=True, response_metadata={"messages": told})


def invalid_blocks(errors: list[str]) -> Refusal:
    """A message whose blocks break the rules."""
    told = [f"[ERROR] {error}" for error in errors]
    return Refusal("invalid_blocks", blame=True, errors=errors, response_metadata={"messages": told})


def ratelimited(retry_after: int) -> Refusal:
    """Too many calls; nothing happened."""
    return Refusal("ratelimited", retry_after=retry_after)
