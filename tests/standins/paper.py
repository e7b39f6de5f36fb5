"""A chat on paper: a platform in memory whose chats read like transcripts."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from bots.dialogue.vocabulary import (
    HOME,
    Answer,
    Button,
    Clip,
    Code,
    Command,
    Form,
    Heard,
    Home,
    Limits,
    Message,
    Note,
    Place,
    Press,
    Quote,
    Said,
    Sender,
    Submit,
    Text,
    Title,
    Toast,
    Upload,
    Wrong,
)
from bots.platform import Address, Hear, Impossible, Media, Posted


@dataclass(slots=True)
class Chat:
    """One person's chat: what stands there now, and everything that ever happened, in order."""

    messages: dict[str, Message] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)
    menu: list[str] = field(default_factory=list)
    home: Message | None = None
    elsewhere: list[Message] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    wrong: Wrong | None = None

    @property
    def last(self) -> Message:
        """The newest message."""
        return list(self.messages.values())[-1]


class Paper:
    """A platform without a network."""

    name = "paper"
    bot = "paper"
    listens_alone = False
    patient = True

    def __init__(self, *, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.chats: dict[str, Chat] = {}
        self.files: dict[str, bytes] = {}
        self.data_dir = Path()
        self.refuse: Callable[[str, Message], Exception | None] = lambda _user, _message: None
        self._refs = itertools.count(1)
        self._toasts: dict[str, str] = {}

    @property
    def invite_link(self) -> Callable[[str], str] | None:
        return None

    def chat(self, user_id: str) -> Chat:
        """Somebody's chat."""
        return self.chats.setdefault(user_id, Chat())

    async def who_is(self, sender: Sender) -> Sender:
        return sender

    async def send(
        self, to: Address, message: Message, media: Media | None, *, below: str | None = None
    ) -> Posted:
        self._check(to, message)
        ref = str(next(self._refs))
        chat = self.chat(to.user_id)
        if message.place == HOME:
            chat.home = message
            return Posted(ref)
        if message.place is not None:
            chat.elsewhere.append(message)
            return Posted(ref)
        chat.messages[ref] = message
        chat.log.append(written(message) if below is None else f"(below)\n{written(message)}")
        return Posted(ref, None if media is None else media.path.name)

    async def edit(self, to: Address, ref: str, message: Message, media: Media | None) -> Posted:
        self._check(to, message)
        chat = self.chat(to.user_id)
        if ref not in chat.messages:
            raise Impossible("no such message", gone=True)
        chat.messages[ref] = message
        chat.log.append(written(message, edited=True))
        return Posted(ref, None if media is None else media.path.name)

    def _check(self, to: Address, message: Message) -> None:
        failure = self.refuse(to.user_id, message)
        if failure is not None:
            raise failure

    async def acknowledge(self, handle: str, answer: Answer | None) -> bool:
        user_id, _, _ = handle.partition("/")
        chat = self.chat(user_id)
        match answer:
            case Toast():
                chat.toasts.append(answer.words)
                chat.log.append(f"    ~ {answer.words}")
            case Form():
                chat.forms.append(answer)
            case Wrong():
                chat.wrong = answer
            case None:
                chat.wrong = None
        return True

    async def fetch(self, handle: str, into: Path, most: int) -> None:
        data = self.files[handle]
        if len(data) > most:
            raise Impossible("too large")
        await asyncio.to_thread(into.write_bytes, data)

    async def show_menu(self, to: Address, commands: Sequence[tuple[str, str]]) -> None:
        self.chat(to.user_id).menu = [name for name, _ in commands]

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    async def listen(self, hear: Hear) -> None:  # noqa: ARG002  # people speak to the desk directly
        await asyncio.Event().wait()


def written(message: Message, *, edited: bool = False) -> str:
    """A message as lines of a transcript."""
    lines = []
    for part in message.parts:
        mark = {Title: "# ", Quote: "> ", Note: "· ", Code: "` "}.get(type(part), "")
        lines += [f"{mark}{line}" for line in part.words.splitlines()]
    if message.picture is not None:
        lines.insert(0, f"(picture: {message.alt})")
    if message.attachment is not None:
        lines.append(f"(file: {message.attachment.name})")
    for row in message.rows:
        lines.append(" ".join(f"[{one.label}]" for one in row))
    head = "bot*" if edited else "bot:"
    return "\n".join(f"{head if at == 0 else '    '} {line}" for at, line in enumerate(lines))


class Someone:
    """A person who speaks through paper, one event at a time."""

    def __init__(
        self, paper: Paper, hear: Hear, settle: Callable[[], object], user_id: str, *, locale: str, name: str
    ) -> None:
        self.paper = paper
        self.user_id = user_id
        self._hear = hear
        self._settle = settle
        self._sender = Sender("paper", "", user_id, name, locale)
        self._keys = itertools.count(1)

    @property
    def chat(self) -> Chat:
        """What this person sees."""
        return self.paper.chat(self.user_id)

    @property
    def last(self) -> Message:
        """The newest message this person sees."""
        return self.chat.last

    async def says(self, words: str, *, key: str | None = None) -> Message:
        """Type words or a command; returns the newest message afterwards."""
        self.chat.log.append(f"you: {words}")
        name, _, args = words.removeprefix("/").partition(" ")
        what = Command(name.lower(), args) if words.startswith("/") else Text(words)
        return await self._does(what, key)

    async def taps(self, label: str, *, key: str | None = None) -> Message:
        """Tap the newest button that begins with `label`."""
        button = self.button(label)
        self.chat.log.append(f"you: [{button.label}]")
        return await self.presses(button.data, key=key)

    async def chooses(self, verb: str, nth: int = 0) -> Message:
        """Tap the `nth` button of a verb on the newest message that has one, in whatever language it speaks."""
        for message in reversed(self.chat.messages.values()):
            found = [
                one
                for row in message.rows
                for one in row
                if isinstance(one, Button) and one.data.split(":")[1] == verb
            ]
            if found:
                at = "" if nth == 0 else f".{nth}"
                self.chat.log.append(f"you: [{found[nth].label}] @{verb}{at}")
                return await self.presses(found[nth].data)
        raise AssertionError(f"no button @{verb} in:\n" + "\n".join(self.chat.log[-4:]))

    async def presses(self, data: str, *, key: str | None = None) -> Message:
        """Press a button by its data, also one that was never there."""
        number = next(self._keys)
        return await self._does(Press(data, f"{self.user_id}/{number}"), key or f"{self.user_id}-{number}")

    async def sends(self, name: str, data: bytes, *, caption: str = "") -> Message:
        """Send a file."""
        self.chat.log.append(f"you: (file: {name}) {caption}".rstrip())
        handle = f"{self.user_id}/{name}/{next(self._keys)}"
        self.paper.files[handle] = data
        return await self._does(Upload(name, handle, len(data), caption), None)

    def button(self, label: str) -> Button:
        """The newest button whose label begins so."""
        for message in reversed(self.chat.messages.values()):
            for row in message.rows:
                for one in row:
                    if isinstance(one, Button) and one.label.startswith(label):
                        return one
        raise AssertionError(f"no button {label!r} in:\n" + "\n".join(self.chat.log[-4:]))

    async def looks_home(self) -> Message:
        """Look at the dashboard."""
        await self._heard(Home())
        assert self.chat.home is not None
        return self.chat.home

    async def commands(self, name: str, args: str = "", *, place: Place | None = None) -> None:
        """A command from a menu, which a form may answer."""
        await self._heard(Command(name, args, f"{self.user_id}/{next(self._keys)}"), place=place)

    async def presses_in(self, place: Place, data: str) -> None:
        """Press a button that stands somewhere else."""
        await self._heard(Press(data, f"{self.user_id}/{next(self._keys)}"), place=place)

    async def clips(self, words: str) -> None:
        """Somebody's words are to become a task."""
        await self._heard(Clip(words, f"{self.user_id}/{next(self._keys)}"))

    async def fills(self, **values: str | tuple[str, ...]) -> Wrong | None:
        """Send the newest form with these fields, the others as they stand; gives what is wrong with it."""
        form = self.chat.forms[-1]
        standing = {one.name: one.value for one in form.fields}
        assert values.keys() <= standing.keys(), f"no such field in {list(standing)}"
        await self._heard(Submit(form.data, standing | values, f"{self.user_id}/{next(self._keys)}"))
        return self.chat.wrong

    async def _heard(self, what: Said, *, place: Place | None = None, key: str | None = None) -> None:
        name = f"paper:{key or f'{self.user_id}-{next(self._keys)}'}"
        await self._hear(Heard(name, self._sender, what, place=place))
        done = self._settle()
        if asyncio.iscoroutine(done):
            await done

    async def _does(self, what: Said, key: str | None) -> Message:
        await self._heard(what, key=key)
        return self.last
