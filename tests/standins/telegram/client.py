"""A bare Bot API client: what the stand-in answers, without any library's opinion."""

from __future__ import annotations

import io
from types import TracebackType
from typing import Any, Self

import aiohttp


class BareBot:
    """Calls methods with a JSON body and hands back status and answer as they are."""

    def __init__(self, url: str, token: str = "42:TEST") -> None:
        self._methods = f"{url}/bot{token}/"
        self._files = f"{url}/file/bot{token}/"
        self._session = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def call(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of the answer; bytes travel as an upload."""
        if any(isinstance(value, bytes) for value in params.values()):
            form = aiohttp.FormData()
            for name, value in params.items():
                if isinstance(value, bytes):
                    form.add_field(name, io.BytesIO(value), filename=f"{name}.bin")
                else:
                    form.add_field(name, str(value))
            request = self._session.post(self._methods + method, data=form)
        else:
            request = self._session.post(self._methods + method, json=params)
        async with request as answer:
            return answer.status, await answer.json()

    async def does(self, method: str, **params: Any) -> Any:
        """The result of a call that must work."""
        status, body = await self.call(method, **params)
        assert status == 200, body
        assert body["ok"] is True, body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """The code and description of a call that must not work."""
        status, body = await self.call(method, **params)
        assert body["ok"] is False, body
        assert body["error_code"] == status, body
        return str(f"{status} {body['description']}")

    async def download(self, path: str) -> tuple[int, bytes]:
        """The status and bytes behind a file path."""
        async with self._session.get(self._files + path) as answer:
            return answer.status, await answer.read()
