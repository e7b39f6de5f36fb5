"""The web chat from its other side: a page without a browser."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bots.platform import Address
from bots.web import Web
from core.store import Store
from tests.contract.platforms import Opener, Shown, Told
from tests.integration.telegram_ears import Ear, listening
from tests.standins.web_chat import TOKEN, Page, a_web, serving

Request = Callable[[], Coroutine[Any, Any, tuple[int, Any]]]


class WebSide:
    """A person with the page open, which repeats what was not taken."""

    secrets = (TOKEN,)
    stranger = None
    faults: Mapping[str, Callable[[], None]] = {}  # nothing lies between us and the page's history

    def __init__(self, platform: Web, page: Page, person: Address) -> None:
        self.platform = platform
        self.person = person
        self._page = page
        self._ids = itertools.count(1)
        self._tasks: list[asyncio.Task[Any]] = []
        self._last: Request | None = None

    async def ready(self) -> None:
        await asyncio.sleep(0)  # it listens from its first step on

    async def types(self, words: str) -> None:
        name = self._name()
        self._does(lambda: self._page.say(words, name))

    async def commands(self, name: str, args: str = "") -> None:
        await self.types(f"/{name} {args}".strip())

    async def taps(self, ref: str, label: str) -> Told:
        name = self._name()
        shown = next(one for one in await self._messages() if one["ref"] == ref)
        data = next(one["data"] for row in shown["rows"] for one in row if one["label"] == label)
        answer = self._does(lambda: self._page.press(data, ref, name))

        async def told() -> str:
            toast = (await answer)["toast"]
            return toast["words"] if toast else ""

        return told

    async def sends(self, name: str, data: bytes, caption: str = "") -> None:
        event = self._name()
        self._does(lambda: self._page.upload(name, data, event_id=event, caption=caption))

    async def repeats(self) -> None:
        assert self._last is not None
        self._does(self._last)

    def unconfirmed(self) -> int:
        return sum(not task.done() for task in self._tasks)

    async def confirmed(self) -> None:
        await asyncio.gather(*self._tasks)

    async def sees(self) -> list[Shown]:
        return [await self._shown(one) for one in await self._messages()]

    async def vanish(self, ref: str) -> None:
        """Single messages are not deleted here, but whole chats are."""
        assert ref in {one["ref"] for one in await self._messages()}
        await self.platform.forget(self.person.user_id)

    async def away(self) -> None:
        """There is no server but ours."""

    def passes(self, seconds: float) -> None:
        """Nothing of ours waits here."""

    def complaints(self) -> list[str]:
        return []

    # --- how --------------------------------------------------------------------------------------

    def _name(self) -> str:
        return f"e{next(self._ids)}"

    def _does(self, request: Request) -> asyncio.Task[Any]:
        async def until_taken() -> Any:
            while True:
                status, answer = await request()
                if status == 200:
                    return answer
                assert status in (500, 503), (status, answer)

        self._last = request
        task = asyncio.create_task(until_taken())
        self._tasks.append(task)
        return task

    async def _messages(self) -> list[dict[str, Any]]:
        opened = await self._page.open()
        return [one for one in opened["messages"] if not one["mine"]]

    async def _shown(self, view: dict[str, Any]) -> Shown:
        buttons = [button for row in view["rows"] for button in row]
        file = view["file"]
        return Shown(
            ref=view["ref"],
            words="\n".join(words for _, words in view["parts"]),
            labels=tuple(button["label"] for button in buttons),
            links=tuple(button["url"] for button in buttons if button.get("url")),
            picture=await self._load(view["picture"]) if view["picture"] else None,
            file=(file["name"], data) if file and (data := await self._load(file["url"])) else None,
        )

    async def _load(self, url: str) -> bytes | None:
        """What an address gives; nothing when there is nothing behind it."""
        status, data = await self._page.get(urlsplit(url).path)
        assert status in (200, 404)
        return bytes(data) if status == 200 else None


@asynccontextmanager
async def opened(store: Store, data_dir: Path) -> AsyncIterator[WebSide]:
    """A page that has said hello, so that its person is known."""
    platform = a_web(store, data_dir)
    async with serving(platform) as base, Page(base) as page:
        await page.enter()
        ear = Ear()
        async with listening(platform, ear):
            await asyncio.sleep(0)  # as in `ready`
            await page.say("hello", "hello")
        yield WebSide(platform, page, Address("", ear.heard[0].sender.user_id))


SIDES: dict[str, Opener] = {"web": opened}
