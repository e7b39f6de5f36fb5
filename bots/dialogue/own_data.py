"""What is kept of a person: shown to them, copied for them, and erased when they say so."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Part, Reply, Title, Toast, says
from core import privacy
from core.people import CONSENT_VERSION
from i18n import N_

SLOT = "mydata"


def show(turn: Turn, _command: Command) -> Reply:
    """`/mydata`."""
    return says(_shown(turn))


def show_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return says(_shown(turn))


def _shown(turn: Turn) -> Message:
    t, kept = turn.t, privacy.kept(turn.tx, turn.person)
    parts: list[Part] = [
        Title(t("Your data")),
        Para(t("Kept of you are the names and ids of your chats, your settings, answers and points.")),
        Para(
            t(
                "%(answers)s · %(points)s · %(chats)s",
                answers=t.n("%(count)s answer", "%(count)s answers", kept.answers),
                points=t.n("%(count)s point", "%(count)s points", kept.points),
                chats=t.n("%(count)s chat", "%(count)s chats", kept.chats),
            )
        ),
    ]
    for version, at in kept.consents:
        agreed = t(
            "You agreed %(moment)s (version %(version)s).", moment=t.when(at, now=turn.now), version=version
        )
        parts.append(Para(agreed))
    if CONSENT_VERSION not in {version for version, _ in kept.consents}:
        parts.append(Para(t("It has changed since: you are asked again before the next card.")))
    parts.append(
        Note(t("Names and ids are sealed. Requesters see a pseudonym, another one in every project."))
    )
    return Message(
        parts=tuple(parts),
        rows=((Button(t("Get a copy"), data("mycopy")), Button(t("Erase me"), data("erase"))),),
        slot=SLOT,
    )


def copy(turn: Turn, _pressed: Pressed) -> Reply:
    """A file with everything, for this person only."""
    privacy.note_copy(turn.tx, turn.person, now=turn.now)
    turn.errand(privacy.COPY, project_id=None, details={})
    return says(toast=Toast(turn.t("I am writing it; the file comes in a moment.")))


def ask_erase(turn: Turn, _pressed: Pressed) -> Reply:
    """What erasing means, and the question whether to."""
    t, kept = turn.t, privacy.kept(turn.tx, turn.person)
    privacy.may_erase(turn.tx, turn.person)
    parts: list[Part] = [
        Title(t("Erase everything about you?")),
        Para(
            t(
                "Your names, ids, settings, roles and messages here are erased, and a card in hand goes back free."
            )
        ),
        Para(t("Your answers stay without a name: nobody can find out whose they were.")),
    ]
    if kept.points > 0:
        lost = t.n(
            "You lose %(count)s point that was not paid out.",
            "You lose %(count)s points that were not paid out.",
            kept.points,
        )
        parts.append(Para(lost))
    if kept.chats > 1:
        parts.append(Para(t("This holds for all your linked chats.")))
    parts.append(Note(t("It cannot be undone. If you write again, you begin as somebody new.")))
    message = Message(
        parts=tuple(parts),
        rows=((Button(t("Yes, erase me"), data("erase!")),), (Button(t("No"), data("mydata")),)),
        slot=SLOT,
    )
    return says(message)


def erase(turn: Turn, _pressed: Pressed) -> Reply:
    """The person is nobody from now on; this is the last that is said to them."""
    t = turn.t
    erased = privacy.erase(turn.tx, turn.house.vault, turn.person, now=turn.now)
    turn.refresh()
    if erased.jobs or erased.uploads:
        turn.errand(
            privacy.FORGET,
            project_id=None,
            details={"jobs": list(erased.jobs), "uploads": list(erased.uploads)},
        )
    # No slot: where this message stands is not remembered either.
    farewell = Message(
        parts=(
            Para(t("Done: you are erased here. Thank you for everything!")),
            Note(t("You may delete this chat now.")),
        ),
        locale=t.locale,
    )
    return says(farewell, toast=Toast(t("Erased.")))


ROUTES: tuple[Route, ...] = (
    CommandRoute("mydata", show, N_("What is kept of you"), while_banned=True),
    PressRoute("mydata", show_pressed, while_banned=True),
    PressRoute("mycopy", copy, while_banned=True),
    PressRoute("erase", ask_erase, while_banned=True),
    PressRoute("erase!", erase, for_strangers=False, while_banned=True),
)
