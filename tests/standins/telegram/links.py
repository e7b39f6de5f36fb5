"""Which links Telegram accepts: a known protocol and a host with a dot."""

from __future__ import annotations

import re

_LINK = re.compile(r"^(?:([A-Za-z][A-Za-z0-9+.\-]*)://)?([^/?#\s]*)(.*)$", re.DOTALL)
_HOST = re.compile(r"^(?:[^@\s]*@)?([^:@\s]+)(?::\d{1,5})?$")


class WrongLink(ValueError):  # noqa: N818  (its name says what it is)
    """A link Telegram does not take; the text says why, in its words."""


def checked_link(url: str, *, secure: bool = False) -> str:
    """The link as Telegram keeps it; raises WrongLink."""
    found = _LINK.match(url.strip())
    scheme, host = (found[1] or "http").lower() if found else "", found[2] if found else ""
    if scheme in ("tg", "ton", "tonsite"):
        return url.strip()
    if scheme not in ("http", "https"):
        raise WrongLink(f"URL '{url}' is invalid: Unsupported URL protocol")
    if secure and scheme != "https":
        raise WrongLink(f"URL '{url}' is invalid: Only HTTPS links are allowed")
    if not host:
        raise WrongLink(f"URL '{url}' is invalid: URL host is empty")
    name = _HOST.match(host)
    if name is None or "." not in name[1].strip("."):
        raise WrongLink(f"URL '{url}' is invalid: Wrong HTTP URL")
    return url.strip() if found and found[1] else f"http://{url.strip()}"


def accepted_link(url: str) -> str | None:
    """The link as Telegram keeps it, or None."""
    try:
        return checked_link(url)
    except WrongLink:
        return None
