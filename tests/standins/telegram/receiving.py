"""Methods about receiving updates: polling, the webhook, and the quarrels between the two."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from .params import Params
from .refusal import bad_request, conflict
from .updates import Updates
from .webhook import Webhook, read_hook

Receive = Callable[[Params], Awaitable[str]]

_TAKES = {
    "getUpdates": frozenset({"offset", "limit", "timeout", "allowed_updates"}),
    "setWebhook": frozenset(
        {"url", "max_connections", "allowed_updates", "drop_pending_updates", "secret_token"}
    ),
    "deleteWebhook": frozenset({"drop_pending_updates"}),
    "getWebhookInfo": frozenset[str](),
}
_PROPER = {name.lower(): name for name in _TAKES}


class Receiving:
    """The four methods; each answers with the JSON text of its result."""

    def __init__(self, updates: Updates, webhook: Webhook, date: Callable[[], int]) -> None:
        self._updates = updates
        self._webhook = webhook
        self._date = date
        self._methods: dict[str, Receive] = {
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._info,
        }

    def proper_name(self, name: str) -> str:
        """The method as it is documented; unknown ones stay as they are."""
        return _PROPER.get(name.lower(), name)

    def find(self, name: str) -> Receive | None:
        """The method of this name, if it is one of these."""
        proper = _PROPER.get(name.lower())
        if proper is None:
            return None

        async def checked(params: Params) -> str:
            for given in params:
                if given not in _TAKES[proper]:
                    raise bad_request(f"the stand-in does not know the parameter {given!r} of {proper}")
            return await self._methods[proper](params)

        return checked

    async def _get_updates(self, params: Params) -> str:
        if self._webhook.hook is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        self._updates.want(params.structure("allowed_updates"))
        return await self._updates.poll(
            offset=params.integer("offset"),
            limit=params.integer("limit", 100),
            timeout=params.integer("timeout"),
        )

    async def _set_webhook(self, params: Params) -> str:
        hook = read_hook(params)
        if hook is None:
            return await self._delete_webhook(params)
        self._updates.want(params.structure("allowed_updates"))
        if params.truth("drop_pending_updates"):
            self._updates.drop_all()
        self._updates.end_polls("setWebhook request")
        await self._webhook.set(hook)
        return "true"

    async def _delete_webhook(self, params: Params) -> str:
        await self._webhook.remove()
        if params.truth("drop_pending_updates"):
            self._updates.drop_all()
        return "true"

    async def _info(self, _: Params) -> str:
        hook = self._webhook.hook
        info: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if hook:
            info["max_connections"] = hook.max_connections
            if self._webhook.last_error:
                info["last_error_date"] = self._date()
                info["last_error_message"] = self._webhook.last_error
        if self._updates.wanted:
            info["allowed_updates"] = self._updates.wanted
        return json.dumps(info)
