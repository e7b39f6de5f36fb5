"""Messages of direct chats and channels, with everything they ever showed."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import reading
from .files import StoredFile
from .mrkdwn import reads
from .reading import Button
from .refusal import Json

KEPT_WITHOUT_HISTORY = 50


@dataclass(frozen=True, slots=True)
class Version:
    """What a message showed at one time; `change` orders all changes of all chats."""

    text: str
    blocks: tuple[Json, ...] = ()
    files: tuple[StoredFile, ...] = ()
    change: int = 0

    @property
    def words(self) -> str:
        """All that a reader sees; the text counts only where there are no blocks."""
        return reading.words(self.blocks) if self.blocks else reads(self.text)

    @property
    def buttons(self) -> list[list[Button]]:
        """The buttons, row by row."""
        return reading.rows(self.blocks)

    @property
    def labels(self) -> list[str]:
        """What the buttons say, in reading order."""
        return [button.label for row in self.buttons for button in row]

    @property
    def picture(self) -> str | None:
        """The file id (or address) of the picture it shows."""
        return reading.picture(self.blocks)

    @property
    def alt(self) -> str:
        """The picture in words."""
        return reading.alt_text(self.blocks)

    def shows_the_same(self, other: Version) -> bool:
        """Whether a reader could tell the two apart."""
        return self.blocks == other.blocks and self.files == other.files and self.text == other.text


@dataclass(slots=True, eq=False)
class Message:
    """A message as it is now, and as it was."""

    id: str  # its ts
    channel: str
    author: str  # a user id, the bot's own for its messages
    from_bot: bool
    versions: list[Version]
    thread: str | None = None
    whisper: bool = False  # shown to one person, kept by nobody
    edits: int = 0
    deleted: bool = False
    posted: float = 0.0
    metadata: Json = field(default_factory=dict)

    @property
    def now(self) -> Version:
        """What the message shows now."""
        return self.versions[-1]

    @property
    def words(self) -> str:
        """All that a reader sees of it."""
        return self.now.words

    @property
    def text(self) -> str:
        """The text as it was sent: what a notification says when there are blocks."""
        return self.now.text

    @property
    def blocks(self) -> tuple[Json, ...]:
        """The blocks as they were sent."""
        return self.now.blocks

    @property
    def buttons(self) -> list[list[Button]]:
        """The buttons, row by row."""
        return self.now.buttons

    @property
    def labels(self) -> list[str]:
        """What the buttons say, in reading order."""
        return self.now.labels

    @property
    def picture(self) -> str | None:
        """The file id (or address) of the picture it shows."""
        return self.now.picture

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """The files it shares."""
        return self.now.files

    @property
    def document(self) -> str | None:
        """The file id of the first file it shares."""
        return self.files[0].id if self.files else None

    @property
    def file_name(self) -> str | None:
        """The name of the first file it shares."""
        return self.files[0].name if self.files else None

    def button(self, label: str, *, version: int = -1) -> Button:
        """The button that says `label`, or begins with it; an AssertionError names what there is."""
        return reading.find_button(self.versions[version].buttons, label, self.words)

    def transcript(self) -> str:
        """The message in one line, for failing tests."""
        who = "whisper" if self.whisper else "bot" if self.from_bot else "user"
        files = "".join(f" [{file.name}]" for file in self.files)
        rows = "".join(f" {[button.label for button in row]}" for row in self.buttons)
        shows = f" [picture {self.picture}]" if self.picture else ""
        state = " (deleted)" if self.deleted else f" ({self.edits} edits)" if self.edits else ""
        below = f" (below {self.thread})" if self.thread else ""
        return f"#{self.id} {who}{files}{shows}: {self.words!r}{rows}{state}{below}"
