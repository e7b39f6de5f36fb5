"""Messages of a private chat, with everything they ever showed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .entities import Formatted
from .files import StoredFile
from .markup import Button, Markup

KEPT_WITHOUT_HISTORY = 50


@dataclass(frozen=True, slots=True)
class Version:
    """What a message showed at one time; `change` orders all changes of all chats."""

    words: Formatted
    file: StoredFile | None = None
    markup: Markup | None = None
    change: int = 0

    def shows_the_same(self, other: Version) -> bool:
        """Whether a reader could tell the two apart: text, formatting, file and keyboard."""
        return (
            self.words.text == other.words.text
            and self.words.entities == other.words.entities
            and self.file == other.file
            and self.markup == other.markup
        )

    @property
    def buttons(self) -> list[list[Button]]:
        """The inline keyboard, row by row."""
        return [list(row) for row in self.markup.rows] if self.markup else []


@dataclass(slots=True, eq=False)
class Message:
    """A message in the chat of one user: as it is now, and as it was."""

    id: int
    chat_id: int
    from_bot: bool
    date: int
    versions: list[Version]
    edits: int = 0
    edit_date: int = 0
    deleted: bool = False
    posted: float = 0.0
    reply_to: int | None = None
    commands: list[dict[str, Any]] = field(default_factory=list)

    @property
    def now(self) -> Version:
        """What the message shows now."""
        return self.versions[-1]

    @property
    def words(self) -> str:
        """The text, or the caption of a file."""
        return self.now.words.text

    @property
    def text(self) -> str:
        """The text of a message without a file."""
        return "" if self.now.file else self.words

    @property
    def caption(self) -> str:
        """The text below a photo or document."""
        return self.words if self.now.file else ""

    @property
    def html(self) -> str:
        """The text or caption as the bot wrote it."""
        return self.now.words.html

    @property
    def photo(self) -> str | None:
        """The file_id of the photo, if it is one."""
        file = self.now.file
        return file.file_id if file and file.kind == "photo" else None

    @property
    def document(self) -> str | None:
        """The file_id of the document, if it is one."""
        file = self.now.file
        return file.file_id if file and file.kind == "document" else None

    @property
    def file_name(self) -> str | None:
        """The name of the attached file."""
        return self.now.file.name if self.now.file else None

    @property
    def buttons(self) -> list[list[Button]]:
        """The inline keyboard, row by row."""
        return self.now.buttons

    @property
    def labels(self) -> list[str]:
        """What the buttons say, in reading order."""
        return [button.text for row in self.buttons for button in row]

    def button(self, label: str, *, version: int = -1) -> Button:
        """The button that says `label`, or begins with it; an AssertionError names what there is."""
        buttons = [button for row in self.versions[version].buttons for button in row]
        for matches in (
            [button for button in buttons if button.text == label],
            [button for button in buttons if button.text.startswith(label)],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                raise AssertionError(f"{len(matches)} buttons begin with {label!r} below {self.words!r}")
        labels = [button.text for button in buttons]
        raise AssertionError(f"no button {label!r} below {self.words!r}, only {labels}")

    def transcript(self) -> str:
        """The message in one line, for failing tests."""
        who = "bot" if self.from_bot else "user"
        file = f" [{self.now.file.kind} {self.now.file.name}]" if self.now.file else ""
        rows = "".join(f" {[button.text for button in row]}" for row in self.buttons)
        state = " (deleted)" if self.deleted else f" ({self.edits} edits)" if self.edits else ""
        return f"#{self.id} {who}{file}: {self.words!r}{rows}{state}"

    def json(self, sender: dict[str, Any], chat: dict[str, Any]) -> dict[str, Any]:
        """The message as a Message object."""
        now = self.now
        body: dict[str, Any] = {"message_id": self.id, "from": sender, "chat": chat, "date": self.date}
        if self.edit_date:
            body["edit_date"] = self.edit_date
        entities = [entity.json() for entity in now.words.entities] + self.commands
        if now.file is None:
            body["text"] = now.words.text
            if entities:
                body["entities"] = entities
        else:
            body[now.file.kind] = (
                now.file.photo_json() if now.file.kind == "photo" else now.file.document_json()
            )
            if now.words.text:
                body["caption"] = now.words.text
                if entities:
                    body["caption_entities"] = entities
        if now.markup and now.markup.rows:
            body["reply_markup"] = now.markup.json()
        return body
