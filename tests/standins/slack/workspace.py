"""One workspace in the hands of a test: its people and channels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .places import Account, Channel, Space
from .user import User
from .world import World

SCOPES = (
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
    "app_mentions:read",
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace in the hands of a test."""

    world: World
    space: Space
    people: dict[str, User] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The team id."""
        return self.space.id

    @property
    def bot_token(self) -> str:
        """The token of the installation."""
        assert self.space.grant is not None, "the app was never installed here"
        return self.space.grant.token

    def user(
        self,
        user_id: str,
        *,
        name: str = "Ana",
        display_name: str = "",
        locale: str = "en-US",
        tz: str = "America/Los_Angeles",
        is_bot: bool = False,
    ) -> User:
        """A member of this workspace."""
        found = self.people.get(user_id)
        if found is None:
            im = Channel(f"D{user_id}", "directmessage", "im", {user_id}, bot_in=True)
            account = Account(user_id, self.id, name, display_name, locale, tz, im, is_bot)
            self.space.accounts[user_id] = account
            self.space.channels[im.id] = im
            found = self.people[user_id] = User(self.world, account)
        return found

    def channel(
        self, channel_id: str, *, members: Iterable[User] = (), bot_in: bool = False, name: str = ""
    ) -> Channel:
        """A channel of this workspace; asked for again it is the same one."""
        found = self.space.channels.get(channel_id)
        if found is None:
            people = {member.id for member in members}
            found = Channel(channel_id, name or channel_id.lower(), members=people, bot_in=bot_in)
            self.space.channels[channel_id] = found
        return found
