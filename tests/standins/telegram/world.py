"""What the stand-in knows: people, chats, files, open callback queries; and who may be written to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .entities import Formatted
from .files import Files
from .messages import KEPT_WITHOUT_HISTORY, Message, Version
from .params import Params
from .profile import Profile
from .refusal import bad_request, forbidden
from .updates import Updates
from .waiting import Signal


@dataclass(slots=True, eq=False)
class Account:
    """A Telegram user and their private chat with the bot."""

    id: int
    first_name: str
    language_code: str | None
    username: str | None = None
    last_name: str | None = None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    changed: Signal = field(default_factory=Signal)

    def json(self) -> dict[str, Any]:
        """The person as a User object."""
        body: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if value := getattr(self, name):
                body[name] = value
        return body

    def chat_json(self) -> dict[str, Any]:
        """The private chat as a Chat object."""
        body: dict[str, Any] = {"id": self.id, "type": "private", "first_name": self.first_name}
        for name in ("last_name", "username"):
            if value := getattr(self, name):
                body[name] = value
        return body


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What the bot answered to a tap."""

    text: str = ""
    show_alert: bool = False


@dataclass(slots=True, eq=False)
class Query:
    """A tap that waits for its answer."""

    id: str
    account: Account
    message: Message
    data: str
    since: float
    answer: CallbackAnswer | None = None


class World:
    """All state of the stand-in, apart from HTTP."""

    def __init__(
        self,
        token: str,
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
        history: bool,
        callback_window: float,
        conflict_delay: float,
    ) -> None:
        self.token = token
        self.clock = clock
        self.history = history
        self.callback_window = callback_window
        self._epoch = wall() - clock()
        self.bot: dict[str, Any] = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Stand-in",
            "username": "standin_bot",
        }
        self.files = Files(clock)
        self.updates = Updates(clock, history=history, conflict_delay=conflict_delay)
        self.profile = Profile(str(self.bot["first_name"]))
        self.accounts: dict[int, Account] = {}
        self.queries: dict[str, Query] = {}
        self.change = 0
        self._last_message = 0
        self._last_query = 4_000_000_000

    def date(self) -> int:
        """Unix time, by the clock of the stand-in."""
        return int(self._epoch + self.clock())

    def account(self, params: Params) -> Account:
        """The account a call is about; raises Refusal when there is none."""
        if not params.text("chat_id"):
            raise bad_request("chat_id is empty")
        account = self.accounts.get(params.chat_id() or 0)
        if account is None:
            raise bad_request("chat not found")
        return account

    def reachable(self, params: Params) -> Account:
        """The account a call writes to; raises Refusal when the bot may not."""
        account = self.account(params)
        if account.deactivated:
            raise forbidden("user is deactivated")
        if not account.started:
            raise forbidden("bot can't initiate conversation with a user")
        if account.blocked:
            raise forbidden("bot was blocked by the user")
        return account

    def version(self, draft: Version) -> Version:
        """The draft with its place among all changes."""
        self.change += 1
        return Version(draft.words, draft.file, draft.markup, self.change)

    def post(self, account: Account, draft: Version, *, from_bot: bool) -> Message:
        """Put a message into a chat."""
        self._last_message += 1
        message = Message(
            id=self._last_message,
            chat_id=account.id,
            from_bot=from_bot,
            date=self.date(),
            versions=[self.version(draft)],
            posted=self.clock(),
        )
        account.messages[message.id] = message
        if not self.history and len(account.messages) > KEPT_WITHOUT_HISTORY:
            del account.messages[next(iter(account.messages))]
        account.changed.notify()
        return message

    def edit(self, account: Account, message: Message, draft: Version) -> None:
        """Give a message a new version."""
        version = self.version(draft)
        if self.history:
            message.versions.append(version)
        else:
            message.versions[:] = [version]
        message.edits += 1
        message.edit_date = self.date()
        account.changed.notify()

    def delete(self, account: Account, message: Message) -> None:
        """Take a message out of its chat."""
        message.deleted = True
        self.change += 1
        if not self.history:
            del account.messages[message.id]
        account.changed.notify()

    def message_json(self, account: Account, message: Message) -> dict[str, Any]:
        """The message as the bot gets it."""
        chat = account.chat_json()
        body = message.json(self.bot if message.from_bot else account.json(), chat)
        replied = account.messages.get(message.reply_to or 0)
        if replied and not replied.deleted:
            body["reply_to_message"] = replied.json(self.bot if replied.from_bot else account.json(), chat)
        return body

    def ask(self, account: Account, message: Message, data: str) -> Query:
        """A tap on a button: queue its callback query."""
        self._last_query += 1
        query = Query(str(self._last_query), account, message, data, self.clock())
        self.queries[query.id] = query
        body = {
            "id": query.id,
            "from": account.json(),
            "message": self.message_json(account, message),
            "chat_instance": str(-account.id),
            "data": data,
        }
        self.updates.post("callback_query", body, queue=("callback", account.id))
        return query

    def membership(self, account: Account, *, before: str, after: str) -> None:
        """Tell the bot that it was blocked or unblocked."""
        until = {"until_date": 0}
        body = {
            "chat": account.chat_json(),
            "from": account.json(),
            "date": self.date(),
            "old_chat_member": {"user": self.bot, "status": before, **(until if before == "kicked" else {})},
            "new_chat_member": {"user": self.bot, "status": after, **(until if after == "kicked" else {})},
        }
        self.updates.post("my_chat_member", body, queue=("chat", account.id))


def plain(text: str) -> Formatted:
    """A text without formatting."""
    return Formatted(text, (), text)
