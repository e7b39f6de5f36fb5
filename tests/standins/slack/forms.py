"""What a person does with the home tab and with forms."""

# ruff: noqa: ASYNC109  (a test says how long it is ready to wait)

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import payloads, showing
from .deliveries import Delivery
from .person import Person
from .refusal import Json
from .views import View


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a form that was sent: close, errors, update, push, clear, or failed."""

    action: str
    delivery: Delivery
    errors: dict[str, str] = field(default_factory=dict)  # by block_id


class Forms(Person):
    """A person with the home tab and with forms."""

    async def opens_home(self) -> Delivery:
        """Look at the home tab."""
        self._act()
        told: Json = {"type": "app_home_opened", "user": self.account.id, "channel": self.account.im.id}
        told |= {"tab": "home", "event_ts": self._world.ts()}
        if self.account.home is not None:
            told["view"] = self._seen(self.account.home)
        return self._tell_event(told)

    async def sees_home(self, fragment: str, *, timeout: float = 5) -> View:
        """The home tab, as soon as it says this."""

        def look() -> View | None:
            view = self.account.home
            return view if view is not None and fragment in view.words else None

        return await self.until(look, timeout=timeout, what=f"a home tab with {fragment!r}")

    async def sees_modal(self, fragment: str = "", *, timeout: float = 5) -> View:
        """The form in front of this person, as soon as its title or words say this."""

        def look() -> View | None:
            view = self.account.modals[-1] if self.account.modals else None
            return view if view is not None and fragment in f"{view.title}\n{view.words}" else None

        return await self.until(look, timeout=timeout, what=f"a form with {fragment!r}")

    async def presses_home(self, label: str, *, timeout: float = 5) -> Delivery:
        """Press a button of the home tab."""
        assert self.account.home is not None, "the app has published no home tab"
        return await self._press_view(self.account.home, label, timeout)

    async def presses_modal(self, label: str, *, timeout: float = 5) -> Delivery:
        """Press a button inside the form."""
        return await self._press_view(self._top(), label, timeout)

    async def fills(self, **values: Any) -> View:
        """Put values into the fields of the form, by block id, action id or label."""
        view = self._top()
        view.fill(values)
        return view

    async def submits(self, *, timeout: float = 5, **values: Any) -> Submission:
        """Fill in and send the form; it closes unless the app says otherwise."""
        view = await self.fills(**values)
        unfinished = view.unfinished()
        assert not unfinished, f"the client does not send this form: {unfinished}"
        return await self._send(view, timeout)

    async def submits_again(self, view: View, *, timeout: float = 5) -> Submission:
        """Send a form that may be gone or empty by now, as an attacker or a second device could."""
        return await self._send(view, timeout)

    async def closes(self) -> Delivery | None:
        """Close the form without sending it; the app is told if it asked for that."""
        self._act()
        view = self._top()
        view.closed = True
        self.account.modals.remove(view)
        if not view.body.get("notify_on_close"):
            return None
        told = payloads.closing(self._world, self.account, view, cleared=False)
        return self._world.tell("interactive", self._space, told, account=self.account)

    def _top(self) -> View:
        assert self.account.modals, f"no form is open in front of {self.account.name}"
        return self.account.modals[-1]

    def _seen(self, view: View) -> Json:
        return view.json(app_id=self._world.app_id, bot_id=self._space.bot_id)

    async def _send(self, view: View, timeout: float) -> Submission:
        self._act()
        actions: list[str] = []

        def answered(delivery: Delivery) -> None:
            actions.append(showing.submitted(self._world, self.account, view, delivery.answer))

        told = payloads.submission(self._world, self.account, view)
        delivery = self._world.tell("interactive", self._space, told, account=self.account, then=answered)
        await delivery.answered(timeout=timeout)
        action = actions[0] if actions else "failed"
        return Submission(action, delivery, dict(view.errors) if action == "errors" else {})

    async def _press_view(self, view: View, label: str, timeout: float) -> Delivery:
        self._act()
        told = payloads.press_in_view(self._world, self.account, view, view.button(label))
        return await self._tell_press(told).answered(timeout=timeout)
