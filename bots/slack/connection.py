"""Socket Mode as we need it: nothing is lost when a connection is replaced or cut, and no address is logged."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

import aiohttp
import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient

_log = structlog.get_logger(__name__)

GLANCE = 0.25
"""Seconds between two looks at whether it was cut: what people press meanwhile is lost to them."""
_TICKET = re.compile(r"ticket=[^&'\"\s]+")


class Discreet(logging.Filter):
    """The library names addresses, and whoever has one that is fresh hears in our place."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _TICKET.sub("ticket=…", record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True


class Connection(SocketModeClient):
    """The library's client, which loses what Slack tells it in two moments; here it does not.

    A connection that ends as announced it would replace twice, and drop what came over the first
    replacement; one that is cut it would notice only when the next sign of life is due.
    """

    _leaves: object = None

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        watch = aiohttp.TraceConfig()
        watch.on_request_end.append(self._address_used)
        watch.on_request_exception.append(self._address_used)
        watch.freeze()
        self.aiohttp_client_session.trace_configs.append(watch)

    async def _address_used(self, *_about: object) -> None:
        """It counts once, whatever came of it: the library would try a spent one for ever."""
        self.wss_uri = None

    async def enqueue_message(self, message: str) -> None:
        if '"disconnect"' in message:
            self._leaves = self.current_session
        await super().enqueue_message(message)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        if force and self.current_session is self._leaves:
            self.stale = True
        await super().connect_to_new_endpoint()

    async def stay_connected(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(GLANCE)
            if self.current_session is None or not self.current_session.closed:
                continue
            try:
                await self.connect_to_new_endpoint()
            except Exception as trouble:  # whatever it was, it is tried until it works
                _log.warning("no connection to Slack", why=type(trouble).__name__)
                await asyncio.sleep(self.ping_interval)


async def closed(client: Connection) -> None:
    """Close a connection and wait for the tasks that served it, which the library only cancels."""
    tasks = [
        task
        for task in (client.message_processor, client.current_session_monitor, client.message_receiver)
        if task is not None
    ]
    await client.close()  # type: ignore[no-untyped-call]  # as above
    await asyncio.gather(*tasks, return_exceptions=True)
