"""Slack's Web API and response URLs over one session, and what their refusals mean for the one who sends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bots.platform import Blocked, Impossible, NotSent, TryLater
from bots.proxies import proxy_for

SLACK = "https://slack.com/api/"
PATIENCE = 15.0
"""Seconds for one call, its answer included."""
UPLOAD_PATIENCE = 120.0
_SHORTEST_REST = 1.0

_BLOCKED = frozenset(
    {
        *("account_inactive", "token_revoked", "user_not_found", "user_disabled", "users_not_found"),
        *("cannot_dm_bot", "user_not_visible", "messages_tab_disabled", "channel_not_found", "is_archived"),
        *("restricted_action", "org_login_required", "team_not_found", "app_not_installed"),
    }
)
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_LATER = frozenset(
    {
        *("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"),
        *("rate_limited", "message_limit_exceeded", "team_added_to_org", "ekm_access_denied"),
        # What the operator has to mend must not cost anybody a message meanwhile.
        *("invalid_auth", "not_authed", "token_expired", "missing_scope", "no_permission"),
        *("access_denied", "not_allowed_token_type", "two_factor_setup_required"),
    }
)


class Refused(Exception):  # noqa: N818  (an answer of Slack's)
    """Slack said no, in its own word; `details` are what it says about a message's form."""

    def __init__(self, error: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(error, *details)
        self.error = error
        self.details = details


class Api:
    """Calls by method name; every failure is one of the platform's words, or Slack's own in `Refused`."""

    def __init__(self, url: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url or SLACK
        self._clock = clock
        self._client: AsyncWebClient | None = None
        self._session: aiohttp.ClientSession | None = None
        self._rests: dict[tuple[str, str], float] = {}
        self._proxies: dict[str, str | None] = {}

    @property
    def client(self) -> AsyncWebClient:
        """slack_sdk's client on our session: it neither opens one for each call nor repeats what may have arrived."""
        if self._client is None:
            self._client = AsyncWebClient(
                base_url=self.url,
                session=self.session,
                timeout=int(PATIENCE),
                retry_handlers=[],
            )
            self._client.proxy = self.proxy(self.url)  # by itself it would also send loopback through one
        return self._client

    @property
    def session(self) -> aiohttp.ClientSession:
        """The one session."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=PATIENCE)
            )
        return self._session

    def proxy(self, url: str) -> str | None:
        """The proxy for an address, looked up once for its host."""
        host = url.partition("://")[2].partition("/")[0]
        if host not in self._proxies:
            self._proxies[host] = proxy_for(url)
        return self._proxies[host]

    async def close(self) -> None:
        """Close all connections."""
        session, self._session, self._client = self._session, None, None
        if session is not None:
            await session.close()

    async def call(self, method: str, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """One call with a JSON body.

        Raises:
            Refused: with Slack's word.
            TryLater: also without asking, while Slack wants this method to rest.
            NotSent: nothing sensible came back; whether it took effect is not known.
        """
        return await self._asked(method, token, json=dict(arguments))

    async def ask(self, method: str, token: str, **arguments: str) -> dict[str, Any]:
        """The same for methods that read, and take no JSON."""
        return await self._asked(method, token, data=arguments)

    async def _asked(self, method: str, token: str, **body: Any) -> dict[str, Any]:
        self._check_rest(method, token)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = await self.client.api_call(method, headers=headers, **body)
        except SlackApiError as error:
            raise self._refused(method, token, error.response) from None  # the original may show the request
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, SlackClientError) as error:
            raise NotSent(f"{method}: {type(error).__name__}") from None
        except (AttributeError, TypeError, KeyError) as error:  # an answer that is no object
            raise NotSent(f"{method}: nonsense, {type(error).__name__}") from None
        found = answer.data
        if not isinstance(found, dict):
            raise NotSent(f"{method}: nonsense")
        return found

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        """Use a response URL; it has no rate of its own, but few uses. Raises as `call`."""
        try:
            async with self.session.post(url, json=body, proxy=self.proxy(url)) as answer:
                said = (await answer.read()).decode(errors="replace")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotSent(f"response_url: {type(error).__name__}") from None
        if answer.status == HTTPStatus.OK:
            if said.strip() == "ok" or '"ok":true' in said.replace(" ", ""):
                return
            if '"error":' not in said:
                raise NotSent("response_url: nonsense")
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise TryLater(_seconds(answer.headers.get("Retry-After")))
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NotSent(f"response_url: {answer.status}")
        raise Refused(_word_of(said))

    def _refused(self, method: str, token: str, response: Any) -> Exception:
        status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
        data = getattr(response, "data", None)
        headers = getattr(response, "headers", {}) or {}
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._rest(method, token, headers.get("Retry-After"))
        if not isinstance(data, dict) or not isinstance(data.get("error"), str):
            return NotSent(f"{method}: {status}")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return NotSent(f"{method}: {status}")
        found = data.get("errors") or data.get("response_metadata", {}).get("messages") or ()
        return Refused(data["error"], tuple(str(one) for one in found))

    def _check_rest(self, method: str, token: str) -> None:
        until = self._rests.get((method, token))
        if until is None:
            return
        left = until - self._clock()
        if left > 0:
            raise TryLater(left)
        del self._rests[method, token]

    def _rest(self, method: str, token: str, seconds: str | None) -> TryLater:
        """Slack counts by method and workspace, so everybody else there waits as well."""
        wait = _seconds(seconds)
        self._rests[method, token] = self._clock() + wait
        return TryLater(wait)


def outcome(refused: Refused) -> NotSent | Blocked | Impossible:
    """What Slack's no means for a message to a private chat."""
    if refused.error in _BLOCKED:
        return Blocked(refused.error)
    if refused.error in _LATER:
        return NotSent(refused.error)
    return Impossible(" ".join((refused.error, *refused.details)), gone=refused.error in _GONE)


def _seconds(header: str | None) -> float:
    return float(header) if header is not None and header.isdigit() else _SHORTEST_REST


def _word_of(said: str) -> str:
    """Slack's word in the answer to a response URL: JSON, or the bare word."""
    try:
        found = json.loads(said)["error"]
    except (ValueError, KeyError, TypeError):
        found = said.strip()[:80]
    return str(found) or "unknown"


__all__ = ["SLACK", "Api", "Refused", "outcome"]
