"""Files in both directions: Slack takes them in three steps, and gives them to those who hold the token."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bots.carrying import TooBig, save
from bots.platform import Impossible, NotSent
from bots.slack.api import UPLOAD_PATIENCE, Api

MOST_ATTACHMENT = 1_000_000_000
_DOWNLOAD = aiohttp.ClientTimeout(total=300.0, connect=10.0, sock_read=30.0)
_HOSTS = (".slack.com", ".slack-edge.com", ".slack-files.com")
_SLACK = re.compile(r"https://([A-Za-z0-9.-]+)(?::443)?/")
"""An address whose host every reader reads alike: without a user, a backslash or an odd port."""


async def upload(api: Api, token: str, path: Path, name: str) -> str:
    """Hand a file over; returns its id, by which it is still nobody's but ours.

    Raises:
        OSError: when it cannot be read.
        Refused, TryLater, NotSent
    """
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    place = await api.ask("files.getUploadURLExternal", token, filename=name, length=str(size))
    try:
        file_id, url = str(place["file_id"]), str(place["upload_url"])
    except KeyError as missing:
        raise NotSent("no place to upload to") from missing
    _check(url, api.url)
    file = await asyncio.to_thread(path.open, "rb")
    try:
        timeout = aiohttp.ClientTimeout(total=UPLOAD_PATIENCE)
        async with api.session.post(url, data=file, timeout=timeout, proxy=api.proxy(url)) as answer:
            if answer.status != HTTPStatus.OK:
                raise NotSent(f"the upload was answered with {answer.status}")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise NotSent(f"upload: {type(error).__name__}") from None
    finally:
        await asyncio.to_thread(file.close)
    return file_id


async def complete(api: Api, token: str, file_id: str, *, title: str, **where: Any) -> None:
    """The file is whole; with a `channel_id` it is shared there. Raises as `upload`."""
    arguments: dict[str, Any] = {"files": [{"id": file_id, "title": title}], **where}
    await api.call("files.completeUploadExternal", token, arguments)


async def fetch(api: Api, token: str, url: str, *, into: Path, most: int) -> None:
    """Download a file that a person sent; what is not complete is removed.

    Raises:
        NotSent: when it cannot be fetched.
        Impossible: when it is larger than `most`.
    """
    try:
        await _fetch(api, token, url, into, most)
    except BaseException:
        await asyncio.to_thread(into.unlink, missing_ok=True)
        raise


async def _fetch(api: Api, token: str, url: str, into: Path, most: int) -> None:
    _check(url, api.url)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with api.session.get(
            url, headers=headers, timeout=_DOWNLOAD, proxy=api.proxy(url), allow_redirects=False
        ) as answer:
            if answer.status != HTTPStatus.OK or _is_login(answer):
                raise NotSent(f"the file was answered with {answer.status}")
            await save(answer, into, most)
    except TooBig:
        raise Impossible(f"larger than {most} bytes") from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise NotSent(f"file: {type(error).__name__}") from None


def _is_login(answer: aiohttp.ClientResponse) -> bool:
    """Whether Slack shows its login page instead of the file, as it does to those it does not trust."""
    return answer.content_type == "text/html" and "attachment" not in answer.headers.get(
        "Content-Disposition", ""
    )


def _check(url: str, api_url: str) -> None:
    """A token and a file go to Slack only, wherever an address points."""
    found, ours = _SLACK.match(url), urlsplit(api_url)
    trusted = found is not None and f".{found[1].lower()}".endswith(_HOSTS)
    if not trusted and not url.startswith(f"{ours.scheme}://{ours.netloc}/"):
        raise NotSent("an address outside of Slack")
