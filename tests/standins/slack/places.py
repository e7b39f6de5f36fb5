"""Workspaces, their people and channels, and what the app may do there."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.standins.telegram.waiting import Signal

from .files import StoredFile
from .messages import Message
from .refusal import Json, Refusal
from .views import View


@dataclass(slots=True, eq=False)
class Channel:
    """A place where messages stand: a direct chat with the app, or a channel of people."""

    id: str
    name: str
    kind: str = "channel"  # or "im"
    members: set[str] = field(default_factory=set)
    bot_in: bool = False
    archived: bool = False
    deleted: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    changed: Signal = field(default_factory=Signal)

    @property
    def posts(self) -> list[Message]:
        """The messages in order, without deleted ones."""
        return [message for message in self.messages.values() if not message.deleted]

    @property
    def last(self) -> Message:
        """The last message of the app."""
        for message in reversed(self.posts):
            if message.from_bot:
                return message
        raise AssertionError(f"the app wrote nothing in {self.name}")

    def below(self, message: Message) -> list[Message]:
        """The replies in the thread of a message."""
        return [one for one in self.posts if one.thread == message.id]

    async def sees(self, fragment: str, *, timeout: float = 5) -> Message:
        """The newest message of the app here that contains the fragment, now or soon."""

        def look() -> Message | None:
            found = [one for one in self.posts if one.from_bot and fragment in one.words]
            return found[-1] if found else None

        return await self.changed.until(
            look,
            timeout=timeout,
            otherwise=lambda: f"no {fragment!r} in {self.name} in {timeout} s, but:\n{self.transcript()}",
        )

    def transcript(self) -> str:
        """All of it, one line a message."""
        return "\n".join(message.transcript() for message in self.messages.values())

    def json(self) -> Json:
        """The place as a Channel object."""
        body: Json = {"id": self.id, "is_archived": self.archived}
        if self.kind == "im":
            (user,) = self.members
            return body | {"is_im": True, "user": user, "is_user_deleted": False}
        named = {"name": self.name, "is_channel": True, "is_im": False, "is_private": False}
        return body | named | {"is_member": self.bot_in, "num_members": len(self.members)}


@dataclass(slots=True, eq=False)
class Account:
    """A member of a workspace, with the direct chat with the app and what else of it they see."""

    id: str
    team: str
    name: str
    display_name: str
    locale: str
    tz: str
    im: Channel
    is_bot: bool = False
    deleted: bool = False
    whispers: list[Message] = field(default_factory=list)
    modals: list[View] = field(default_factory=list)
    home: View | None = None
    changed: Signal = field(default_factory=Signal)

    def json(self, *, locale: bool) -> Json:
        """The person as a User object; the locale only when it was asked for."""
        handle = self.name.lower().replace(" ", ".")
        names = {"real_name": self.name, "display_name": self.display_name}
        body: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": handle,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "profile": {**names, "real_name_normalized": self.name, "team": self.team},
        }
        if not self.deleted:
            body |= {"real_name": self.name, "tz": self.tz, "tz_label": self.tz, "tz_offset": 0}
        if locale:
            body["locale"] = self.locale
        return body


@dataclass(slots=True, eq=False)
class Grant:
    """What a bot token is good for."""

    token: str
    team: str
    scopes: tuple[str, ...]
    trouble: str = ""  # account_inactive or token_revoked once it is

    def need(self, *scopes: str) -> None:
        """Raise Refusal unless one of these was granted (none needed: always)."""
        if scopes and not set(scopes) & set(self.scopes):
            raise Refusal(
                "missing_scope", blame=True, needed=",".join(scopes), provided=",".join(self.scopes)
            )


@dataclass(slots=True, eq=False)
class Space:
    """A workspace: who and what is there, and whether the app is installed."""

    id: str
    name: str
    bot_user: str
    bot_id: str
    grant: Grant | None = None
    accounts: dict[str, Account] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)

    @property
    def installed(self) -> bool:
        """Whether the app can hear and speak here."""
        return self.grant is not None and not self.grant.trouble

    def hears(self, scope: str | None) -> bool:
        """Whether an event that needs this scope is delivered."""
        grant = self.grant
        return self.installed and grant is not None and (scope is None or scope in grant.scopes)

    def channel(self, channel_id: str) -> Channel:
        """A channel by its id; raises Refusal."""
        found = self.channels.get(channel_id)
        if found is None or found.deleted:
            raise Refusal("channel_not_found")
        return found

    def account(self, user_id: str) -> Account:
        """A person by their id; raises Refusal."""
        found = self.accounts.get(user_id)
        if found is None:
            raise Refusal("user_not_found")
        return found

    def team_json(self) -> Json:
        """The workspace as interactions name it."""
        return {"id": self.id, "domain": self.name}


def watchers(space: Space, channel: Channel) -> Sequence[Account]:
    """The people who see a channel."""
    return [space.accounts[user] for user in channel.members if user in space.accounts]
