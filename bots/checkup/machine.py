"""This machine: the data folder, the secret, time zones, texts, the port and the address from outside."""

from __future__ import annotations

import asyncio
import errno
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.messages.pofile import PoFileError

from bots.checkup.asking import Asking, NoAnswer
from bots.checkup.finding import Finding, broken, fine, look
from bots.settings import Settings
from bots.trouble import explain
from core.vault import SHORTEST_SECRET
from i18n import catalogs, messages
from i18n.negotiation import LOCALES, locales_in

KEY = "secret.key"
_OTHERS_MAY = 0o077


def check_data_folder(folder: Path) -> Finding:
    """Whether files can be written where they belong."""
    about = "data folder"
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        mend = explain(error) or "Make room or give another CHATCROWD_DATA_DIR."
        return broken(about, f"{folder}: cannot be written", mend=mend)
    return fine(about, str(folder) if there == folder else f"{folder}: is made at the first start")


def check_secret(settings: Settings, *, data_exist: bool) -> Finding:
    """Whether the key that seals personal data is there, whole, and nobody else's to read."""
    about = "secret key"
    given = settings.secret_key.get_secret_value()
    if given:
        if len(given.encode()) >= SHORTEST_SECRET:
            return fine(about, "from CHATCROWD_SECRET_KEY")
        return look(
            about,
            "CHATCROWD_SECRET_KEY is short",
            mend=f"Take {SHORTEST_SECRET} characters or more, then run `chatcrowd keys rotate`.",
        )
    path = settings.data_dir / KEY
    try:
        found = path.stat()
    except OSError:
        if data_exist:
            return broken(
                about,
                f"{path} is missing",
                mend="Put the key back that belongs to this database, or nobody in it is recognised again.",
            )
        return fine(about, "is made at the first start")
    if found.st_size < SHORTEST_SECRET:
        return broken(about, f"{path} is damaged", mend="Put the right file back from your backup.")
    if stat.S_IMODE(found.st_mode) & _OTHERS_MAY:
        return broken(about, f"{path} can be read by others", mend=f"Run `chmod 600 {path}`.")
    return fine(about, f"{path}, for its owner only")


def check_zones() -> Finding:
    """Whether time zones are known here."""
    try:
        ZoneInfo("Europe/Madrid")
    except (ZoneInfoNotFoundError, OSError):
        return broken(
            "time zones", "no zone data", mend="Install the package tzdata, or the system's zone files."
        )
    return fine("time zones", "known")


def check_texts(root: Path = catalogs.ROOT, folder: Path = LOCALES) -> Finding:
    """Whether every language can be read, and, where the code lies beside it, whether it says everything."""
    about = "languages"
    locales = locales_in(folder)
    damaged = [locale for locale in locales if not _loads(locale, folder)]
    if damaged:
        return broken(
            about,
            f"cannot be read: {', '.join(damaged)}",
            mend="People would read English instead: restore the file, `python -m i18n.catalogs check` says where.",
        )
    wrong = list(catalogs.check(root, folder)) if (root / "babel.cfg").exists() else []
    if wrong:
        return look(
            about,
            f"{len(locales)} languages, {len(wrong)} texts are not in order",
            mend="Some sentences appear in English: `python -m i18n.catalogs check` lists them.",
        )
    return fine(about, f"{len(locales)}, complete")


def _loads(locale: str, folder: Path) -> bool:
    try:
        messages.load(messages.catalog_path(locale, folder), locale)
    except (PoFileError, ValueError, OSError):
        return False
    return True


async def check_port(settings: Settings, asking: Asking) -> Finding:
    """Whether the HTTP server can listen where it should, or does so already."""
    about = "HTTP port"
    if not settings.http_port:
        return fine(about, "any free one")
    try:
        server = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, settings.http_host, settings.http_port, start_serving=False
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE and await _is_ours(settings, asking):
            return fine(about, f"{settings.http_port}, a running chatcrowd answers there")
        mend = explain(error, settings) or "Check CHATCROWD_HTTP_HOST: this machine does not know that name."
        return broken(about, f"{settings.http_host}:{settings.http_port} cannot be used", mend=mend)
    server.close()
    return fine(about, f"{settings.http_port} is free")


async def _is_ours(settings: Settings, asking: Asking) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.http_host, settings.http_host)  # noqa: S104  (what is asked for)
    where = f"[{host}]" if ":" in host else host
    try:
        answer = await asking.get(f"http://{where}:{settings.http_port}/healthz")
    except NoAnswer:
        return False
    return set(answer.body) == {"ok"}


def check_public_url(settings: Settings) -> Iterator[Finding]:
    """Whether the address from outside is one that chat platforms accept."""
    if not settings.public_url:
        return
    parts = urlsplit(settings.public_url)
    if parts.scheme == "https" and parts.hostname:
        yield fine("public address", f"{parts.hostname}; whether it leads here cannot be seen from inside")
    else:
        yield broken(
            "public address",
            "is no HTTPS address",
            mend="Write CHATCROWD_PUBLIC_URL as https://chat.example.org: platforms call nothing else.",
        )


def on_this_machine(settings: Settings, *, data_exist: bool) -> tuple[Finding, ...]:
    """All that needs no network."""
    return (
        check_data_folder(settings.data_dir),
        check_secret(settings, data_exist=data_exist),
        check_zones(),
        check_texts(),
        *check_public_url(settings),
    )
