"""What a run needs of a platform: its stand-in, the apps of the people there, and what can go wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from bots.platform import Platform
from core.clock import ManualClock

Mishap = Callable[[], object]
"""Something that goes wrong once, now or with the next call that meets it; what it returns may be awaited."""


class Offered(Protocol):
    """A button as a person sees it."""

    @property
    def text(self) -> str: ...

    @property
    def data(self) -> str | None: ...


class Look(Protocol):
    """What a message showed at one time; `change` orders all changes of all chats of a platform."""

    @property
    def change(self) -> int: ...

    @property
    def buttons(self) -> Sequence[Sequence[Offered]]: ...


class Shown(Protocol):
    """A message in somebody's chat, as it is now and as it was."""

    @property
    def id(self) -> Any: ...  # a number here, a text there: only compared

    @property
    def from_bot(self) -> bool: ...

    @property
    def words(self) -> str: ...

    @property
    def now(self) -> Look: ...

    @property
    def versions(self) -> Sequence[Look]: ...

    @property
    def buttons(self) -> Sequence[Sequence[Offered]]: ...

    @property
    def labels(self) -> list[str]: ...

    @property
    def document(self) -> str | None: ...

    @property
    def file_name(self) -> str | None: ...

    def button(self, label: str) -> Offered:
        """The button that says this."""
        ...

    def transcript(self) -> str:
        """The message in one line, for failing tests."""
        ...


class Tap(Protocol):
    """A tap on a button; `toast` is what it was answered with, None where there was nothing to see."""

    @property
    def toast(self) -> str | None: ...


class Phone(Protocol):
    """A person's app: what they see in the private chat, and what they do there."""

    @property
    def chat(
        self,
    ) -> Sequence[Any]: ...  # of Shown; the platforms' own classes are compared by what they have

    @property
    def last(self) -> Any: ...

    @property
    def moment(self) -> int: ...

    async def says(self, text: str) -> object:
        """Write, or send a command: what begins with a slash."""
        ...

    async def uploads(self, name: str, data: bytes, *, caption: str = "") -> object:
        """Send a file."""
        ...

    async def presses_data(self, message: Any, data: str) -> Tap:
        """Tap a button that sends this, whether there is one or not."""
        ...

    async def sees(self, fragment: str, *, since: int | None = None) -> Any:
        """A message of the bot with these words."""
        ...


class Side(Protocol):
    """One platform of a run."""

    tells_zones: bool  # whether the platform says where a person's clock is

    @property
    def platform(self) -> Platform: ...

    def phone(self, number: int, *, name: str, lang: str = "en", zone: str = "UTC") -> Phone:
        """Somebody's app, in their language; `zone` counts where the platform tells it."""
        ...

    def has(self, phone: Phone) -> bool:
        """Whether this is an app of this platform."""
        ...

    def leaves(self, phone: Phone) -> None:
        """The person cannot be reached any more, until they write again."""
        ...

    def returns(self, phone: Phone) -> None:
        """The person can be reached again."""
        ...

    def file(self, ref: str) -> bytes:
        """The bytes of a file that the bot sent."""
        ...

    async def drained(self) -> None:
        """Wait until everything that people did was confirmed by the product."""
        ...

    def mishaps(self) -> list[Mishap]:
        """What goes wrong on the way in a shift of work, one thing a round."""
        ...

    def bad_welcome(self, phone: Phone) -> None:
        """Something goes wrong when this person arrives."""
        ...

    def bad_night(self) -> None:
        """Sending goes wrong while people sleep."""
        ...

    def unmet(self) -> list[object]:
        """The faults that no call has met yet."""
        ...

    def refused(self) -> list[object]:
        """What the platform would have refused, beside the faults that a test asked for."""
        ...

    def unanswered(self) -> list[str]:
        """The taps that nobody answered."""
        ...

    def surprises(self) -> list[object]:
        """In a run without faults: whatever did not succeed; also where no history is kept."""
        ...


def clock_of(clock: ManualClock) -> Callable[[], float]:
    """The clock of a run as the platforms read theirs: seconds since 1970."""
    return lambda: clock.now().timestamp()
