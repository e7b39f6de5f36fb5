"""A service behind the web chat that answers as a test needs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bots.dialogue.vocabulary import (
    Attachment,
    Button,
    Code,
    Command,
    Heard,
    Link,
    Message,
    Note,
    Para,
    Press,
    Quote,
    Text,
    Title,
    Toast,
    Upload,
)
from bots.web import Web
from i18n import Content, Phrase
from tests.standins.web_chat import address

C = Content
ANSWERS = (
    (Button(C("Cat"), "a:cat"), Button(C("Dog"), "a:dog")),
    (Button(C("Skip"), "skip"), Button(C("Give back"), "back"), Button(C("Pause"), "pause")),
)
WELCOME = Message(
    (
        Title(C("Welcome to chatcrowd")),
        Para(C("Send /task to begin.")),
        Note(C("Change your language in /settings.")),
    ),
    rows=((Link(C("How answers are used"), "https://example.org/"),),),
)
ARABIC = Message(
    (
        Title(C("حيوانات")),
        Para(C("ماذا يقول النص؟")),
        Quote(C("وصل الطرد متأخرًا.")),
        Quote(C("It came late.")),
    ),
    rows=((Button(C("إيجابي"), "a:p"), Button(C("سلبي"), "a:n")),),
    locale="ar",
)


def card(number: int, picture: str | None = None) -> Message:
    """The task card of a number."""
    return Message(
        (Title(C(f"Animals {number}")), Para(C("What is it?")), Note(C(f"Task {number} · 10 points"))),
        rows=ANSWERS,
        picture=picture,
        alt=C("A teal square") if picture else None,
        slot="card",
    )


@dataclass
class Script:
    """A service that answers as the test needs it."""

    chat: Web
    picture: str
    cards: int = 0
    broken: bool = False
    received: bytes = b""
    folder: Path = Path()

    async def __call__(self, heard: Heard) -> None:
        if self.broken:
            raise RuntimeError("broken on purpose")
        chat, to, what = self.chat, address(heard.sender.user_id), heard.what
        match what:
            case Command("start"):
                await chat.show_menu(
                    to, [("task", "Get a task"), ("results", "Your files"), ("help", "Help")]
                )
                name = heard.sender.name
                await chat.send(to, replace(WELCOME, parts=(*WELCOME.parts, Para(C(name)))), None)
            case Command("task"):
                self.cards = 1
                await chat.send(to, card(1, self.picture), None)
            case Command("arabic"):
                await chat.send(to, ARABIC, None)
            case Command("results"):
                words = (Para(C("Here you are.")), Code(C("inv_9fK2")))
                file = Attachment("out.csv", "نتائج.csv")
                await chat.send(to, Message(words, attachment=file), None)
            case Press(data="a:cat" | "a:dog", message=str(ref)):
                self.cards += 1
                await chat.acknowledge(what.handle, Toast(Phrase("Saved.")))
                await chat.edit(to, ref, card(self.cards), None)
            case Upload():
                await chat.fetch(what.handle, self.folder / "in", 10_000_000)
                self.received = (self.folder / "in").read_bytes()
                await chat.send(to, Message((Para(C(f"Thank you for {what.name}.")),)), None)
            case Text(body):
                await chat.send(to, Message((Para(C(f"You said: {body}")),)), None)
            case _:
                pass
