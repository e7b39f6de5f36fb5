"""`/healthz` and `/metrics`."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, generate_latest

from core.store import Store
from core.store.health import backlog

EVENTS = Counter("chatcrowd_events", "Events heard, by what became of them.", ["platform", "outcome"])
SENT = Counter("chatcrowd_messages", "Messages, by how they went out.", ["platform", "outcome"])
OWED = Gauge("chatcrowd_outbox_owed", "Messages owed and not yet delivered.")
WAITING = Gauge("chatcrowd_jobs_waiting", "Jobs that wait or run.")


def health_routes(store: Store) -> Sequence[web.RouteDef]:
    """The two pages for operators; they hold counts, never names."""

    async def healthz(_request: web.Request) -> web.Response:
        try:
            await store.read(backlog)
        except Exception:  # whatever is wrong with the database, the answer is the same
            return web.json_response({"ok": False}, status=503)
        return web.json_response({"ok": True})

    async def metrics(_request: web.Request) -> web.Response:
        owed, waiting = await store.read(backlog)
        OWED.set(owed)
        WAITING.set(waiting)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", healthz), web.get("/metrics", metrics)]
