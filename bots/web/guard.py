"""Who may ask this server for what: peer, Host and Origin are checked before anything else is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: a form posted under that policy has no Origin to check.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """The names this server answers to; without a password it serves its own machine only."""

    hosts: frozenset[str]
    public_origin: str | None
    open_to_others: bool

    def refuses(self, request: web.BaseRequest) -> str | None:
        """Why a request is refused, or None."""
        if not self.open_to_others and not _is_loopback(request.remote):
            return "not from this machine"
        if request.host.lower() not in self.hosts:
            return "unknown host"
        if request.method != "POST":
            return None
        origin = request.headers.get("Origin", "").lower()
        if origin != self.public_origin and origin != f"http://{request.host.lower()}":
            return "foreign origin"
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return "foreign site"
        return None


def guard_for(*, host: str, port: int, public_url: str | None, password: bool) -> Guard:
    """The guard of a server bound to this host and port."""
    names = {"localhost", "127.0.0.1", "[::1]", _in_url(host)}
    hosts = {f"{name}:{port}" for name in names} | (names if port == 80 else set())
    origin = None
    # Without a password nobody comes from outside, whatever name the machine has there.
    if public_url is not None and password:
        parts = urlsplit(public_url.lower())
        hosts.add(parts.netloc)
        origin = f"{parts.scheme}://{parts.netloc}"
    return Guard(frozenset(name.lower() for name in hosts), origin, open_to_others=password)


def address_of(host: str, port: int) -> str:
    """Where a browser on this machine finds a server bound to `host`."""
    shown = "127.0.0.1" if host in {"", "0.0.0.0", "::"} else _in_url(host)  # noqa: S104  (compared, not bound)
    return f"http://{shown}:{port}/"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _is_loopback(peer: str | None) -> bool:
    try:
        address = ip_address((peer or "").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
