"""What the stand-in knows, apart from HTTP: workspaces, messages, tickets for an answer, and every fault seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .blocks import Checked
from .deliveries import Deliveries, Delivery, Kind, Then
from .files import PICTURES, StoredFile
from .messages import KEPT_WITHOUT_HISTORY, Message, Version
from .mrkdwn import pings, stray
from .places import Account, Channel, Grant, Space, watchers
from .refusal import Json, Refusal

RESPONSE_USES = 5
RESPONSE_SECONDS = 30 * 60


@dataclass(frozen=True, slots=True)
class Mention:
    """A markup in the app's words that calls people."""

    markup: str
    where: str


@dataclass(slots=True, eq=False)
class Trigger:
    """The right to open one modal, for a short while."""

    account: Account
    since: float
    used: bool = False


@dataclass(slots=True, eq=False)
class ResponseUrl:
    """Where an app can answer a command or a press for half an hour."""

    account: Account
    channel: Channel
    message: Message | None
    since: float
    uses: int = 0


@dataclass(slots=True, eq=False)
class Code:
    """What an installation can be exchanged for, once."""

    team: str
    user: str
    scopes: tuple[str, ...]
    used: bool = False


Told = Callable[[Space, Json], None]


class World:
    """All state of the stand-in."""

    def __init__(
        self,
        *,
        app_id: str,
        clock: Callable[[], float],
        wall: Callable[[], float],
        history: bool,
        trigger_seconds: float,
        deliveries: Deliveries,
    ) -> None:
        self.app_id = app_id
        self.clock = clock
        self.history = history
        self.trigger_seconds = trigger_seconds
        self.deliveries = deliveries
        self.url = ""
        self._epoch = wall() - clock()
        self._last_ts = (0, 0)
        self._ids = 0
        self.change = 0
        self.spaces: dict[str, Space] = {}
        self.grants: dict[str, Grant] = {}
        self.codes: dict[str, Code] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.uploads: dict[str, StoredFile] = {}
        self.violations: list[str] = []
        self.mentions: list[Mention] = []
        self.slow_files = 0
        self.on_change: Told | None = None  # the app gets its own messages as events

    # --- names and moments ------------------------------------------------------------------------

    def now(self) -> float:
        """Unix time, by the clock of the stand-in."""
        return self._epoch + self.clock()

    def ts(self) -> str:
        """The id of a new message: unique, and in order."""
        second = int(self.now())
        last, count = self._last_ts
        self._last_ts = (
            (second, 1) if second > last else (last + (count + 1) // 1_000_000, (count + 1) % 1_000_000)
        )
        return f"{self._last_ts[0]}.{self._last_ts[1]:06d}"

    def name(self, letter: str) -> str:
        """A new id that begins with a letter."""
        self._ids += 1
        return f"{letter}{self._ids:09d}"

    def changed(self) -> int:
        """The number of a change that has just happened."""
        self.change += 1
        return self.change

    def space(self, team: str) -> Space:
        """A workspace of the test."""
        assert team in self.spaces, f"there is no workspace {team}"
        return self.spaces[team]

    def tell(
        self, kind: Kind, space: Space, payload: Json, *, account: Account, then: Then | None = None
    ) -> Delivery:
        """Deliver what somebody did, if the app is installed where they are."""
        if not space.installed:
            return self.deliveries.nobody(kind, space.id, payload, account)
        return self.deliveries.post(kind, space.id, payload, account=account, then=then)

    # --- messages ---------------------------------------------------------------------------------

    def examine(self, where: str, text: str, checked: Checked | None) -> None:
        """Note what the words of the app would do: break the markup, or call people."""
        found = list(checked.stray) if checked else []
        called = list(checked.pings) if checked else []
        if (raw := stray(text)) is not None:
            found.append(raw)
        called += pings(text)
        self.violations += [f"{where}: a raw < that is no markup: {raw!r}" for raw in found]
        self.mentions += [Mention(markup, where) for markup in called]

    def post(
        self,
        space: Space,
        channel: Channel,
        draft: Version,
        *,
        author: str,
        thread: str | None = None,
    ) -> Message:
        """Put a message into a channel for everybody there."""
        message = Message(
            id=self.ts(),
            channel=channel.id,
            author=author,
            from_bot=author == space.bot_user,
            versions=[replace(draft, change=self.changed())],
            thread=thread,
            posted=self.clock(),
        )
        channel.messages[message.id] = message
        if not self.history and len(channel.messages) > KEPT_WITHOUT_HISTORY:
            del channel.messages[next(iter(channel.messages))]
        self._seen(space, channel)
        if message.from_bot:
            self._echo(space, channel, {**self.message_json(space, message)})
        return message

    def whisper(
        self, space: Space, account: Account, channel: Channel, draft: Version, *, thread: str | None = None
    ) -> Message:
        """Show a message to one person only."""
        message = Message(
            id=self.ts(),
            channel=channel.id,
            author=space.bot_user,
            from_bot=True,
            versions=[replace(draft, change=self.changed())],
            thread=thread,
            whisper=True,
            posted=self.clock(),
        )
        account.whispers.append(message)
        if not self.history:
            del account.whispers[:-KEPT_WITHOUT_HISTORY]
        account.changed.notify()
        return message

    def edit(self, space: Space, channel: Channel, message: Message, draft: Version) -> None:
        """Give a message a new version."""
        before = self.message_json(space, message)
        version = replace(draft, change=self.changed())
        if self.history:
            message.versions.append(version)
        else:
            message.versions[:] = [version]
        message.edits += 1
        self._seen(space, channel)
        if not message.whisper:
            told = {"subtype": "message_changed", "message": self.message_json(space, message)}
            self._echo(space, channel, told | {"previous_message": before, "hidden": True})

    def delete(self, space: Space, channel: Channel, message: Message) -> None:
        """Take a message away."""
        message.deleted = True
        self.change += 1
        if not self.history:
            channel.messages.pop(message.id, None)
        self._seen(space, channel)
        if not message.whisper:
            told = {"subtype": "message_deleted", "deleted_ts": message.id, "hidden": True}
            self._echo(space, channel, told)

    def message_json(self, space: Space, message: Message) -> Json:
        """The message as apps get it."""
        now = message.now
        body: Json = {"type": "message", "user": message.author, "text": now.text, "ts": message.id}
        body["team"] = space.id
        if message.from_bot:
            body |= {"bot_id": space.bot_id, "app_id": self.app_id}
        if now.blocks:
            body["blocks"] = list(now.blocks)
        if now.files:
            body["files"] = [file.json(self.url) for file in now.files]
            body["upload"] = False
        if message.thread:
            body["thread_ts"] = message.thread
        if message.edits:
            body["edited"] = {"user": message.author, "ts": message.id}
        return body

    def _seen(self, space: Space, channel: Channel) -> None:
        channel.changed.notify()
        for account in watchers(space, channel):
            account.changed.notify()

    def _echo(self, space: Space, channel: Channel, told: Json) -> None:
        if self.on_change is None or channel.kind != "im":
            return
        body = {"type": "message", "channel": channel.id, "channel_type": "im", "ts": self.ts(), **told}
        self.on_change(space, body | {"event_ts": body["ts"]})

    # --- tickets ----------------------------------------------------------------------------------

    def trigger(self, account: Account) -> str:
        """The right to open a modal for somebody."""
        name = self.name("trigger.")
        self.triggers[name] = Trigger(account, self.clock())
        if not self.history and len(self.triggers) > 1000:
            del self.triggers[next(iter(self.triggers))]
        return name

    def pull(self, trigger_id: str) -> Account:
        """Use a trigger up; raises Refusal."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self.clock() - trigger.since > self.trigger_seconds:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.account

    def response_url(self, account: Account, channel: Channel, message: Message | None = None) -> str:
        """The address where an app can answer this person."""
        name = f"{account.team}/{self.name('R')}"
        self.response_urls[name] = ResponseUrl(account, channel, message, self.clock())
        if not self.history and len(self.response_urls) > 1000:
            del self.response_urls[next(iter(self.response_urls))]
        return f"{self.url}/actions/{name}"

    # --- files ------------------------------------------------------------------------------------

    def knows_file(self, space: Space) -> Callable[[Json], bool]:
        """Whether a picture block of this workspace may show a file."""

        def knows(source: Any) -> bool:
            by_url = source.get("url")
            for file in space.files.values():
                if file.id == source.get("id") or by_url in (
                    f"{self.url}{file.path}",
                    file.json(self.url)["url_private"],
                ):
                    return _presentable(file)
            return False

        return knows


def _presentable(file: StoredFile) -> bool:
    if file.unready:
        file.unready -= 1
        return False
    return file.complete and not file.deleted and file.mime in PICTURES
