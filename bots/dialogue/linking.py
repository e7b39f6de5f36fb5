"""Linking: the same person in two chats, by a code that is asked for in one and entered in the other."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.refusals import refusal
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Code,
    Command,
    Message,
    Note,
    Para,
    Reply,
    Text,
    Title,
    Upload,
    says,
)
from core import linking
from core.errors import Refused
from core.linking import Missed
from core.store import people as people_rows
from i18n import N_, Content

SLOT = "link"
STEP = "link"


def link(turn: Turn, command: Command) -> Reply:
    """`/link` gives a code, `/link CODE` asks whether to link with the chat that has it."""
    if command.args.strip():
        return _ask(turn, command.args)
    t = turn.t
    made = linking.offer(turn.tx, turn.house.vault, turn.person, token=turn.house.new_token(), now=turn.now)
    return says(
        Message(
            parts=(
                Title(t("Use one account on two platforms")),
                Para(t("In your other chat with me, send the word “link” and this code:")),
                Code(Content(made.code)),
                Note(t("It works once, until %(time)s.", time=t.when(made.expires_at, now=turn.now))),
            ),
            rows=((Button(t("I have a code"), data("link-enter")),),),
        )
    )


def enter(turn: Turn, _pressed: Pressed) -> Reply:
    """The person got a code in another chat."""
    turn.expect(STEP)
    words = turn.t("Please send me the code from your other chat.")
    return says(Message(parts=(Para(words),), slot=SLOT))


def entered(turn: Turn, words: Text | Upload) -> Reply:
    """The code was sent."""
    if isinstance(words, Upload):
        raise Refused("link_wanted")
    return _ask(turn, words.body)


def _ask(turn: Turn, code: str) -> Reply:
    """What linking will do, and the question whether to."""
    found = linking.look(turn.tx, turn.house.vault, turn.person, code, now=turn.now)
    if isinstance(found, Missed):
        return says(_missed(turn, found))
    turn.expect(None)
    t = turn.t
    message = Message(
        parts=(
            Title(t("Link these two chats?")),
            Para(t("Your points, answers and projects come together: one balance, one queue.")),
            Para(t("Roles as moderator or admin must be granted anew.")),
        ),
        rows=(
            (Button(t("Yes, link them"), data("link", linking.plain(code))),),
            (Button(t("No"), data("link-no")),),
        ),
        slot=SLOT,
    )
    return says(message)


def _missed(turn: Turn, missed: Missed) -> Message:
    t = turn.t
    if missed.expired:
        words = t("The time of this code is over. Please ask for a new one in your other chat.")
        return Message(parts=(Para(words),), slot=SLOT)
    words = t("This code is not right. Please look again at your other chat, and send it once more.")
    if missed.left == 0:
        return Message(parts=(Para(words), Note(refusal(t, Refused("link_tries")))), slot=SLOT)
    left = t.n("%(count)s try is left.", "%(count)s tries are left.", missed.left)
    return Message(parts=(Para(words), Note(left)), slot=SLOT)


def yes(turn: Turn, pressed: Pressed) -> Reply:
    """Both chats are one person's from now on."""
    linked = linking.link(turn.tx, turn.house.vault, turn.person, pressed.word(), now=turn.now)
    if isinstance(linked, Missed):
        return says(_missed(turn, linked))
    turn.tell(linked.events)
    turn.refresh()
    t = turn.t
    points = people_rows.balance(turn.tx, turn.person.id)
    message = Message(
        parts=(
            Para(t("Linked. In both chats you are the same person now.")),
            Note(t.n("You have %(count)s point.", "You have %(count)s points.", points)),
        ),
        rows=((Button(t("Get a task"), data("next")),),),
        slot=SLOT,
    )
    return says(message)


def no(turn: Turn, _pressed: Pressed) -> Reply:
    """The chats stay apart, or stay together."""
    return says(Message(parts=(Para(turn.t("All right, nothing has changed.")),), slot=SLOT))


def unlink(turn: Turn, _command: Command) -> Reply:
    """`/unlink`: what it will do, and the question whether to."""
    linking.need_several(turn.tx, turn.person)
    t = turn.t
    message = Message(
        parts=(
            Title(t("Unlink this chat?")),
            Para(t("Your points, answers, projects and roles stay with your other chat.")),
            Para(t("Here you begin anew, as somebody who has just come.")),
        ),
        rows=((Button(t("Yes, unlink it"), data("unlink")),), (Button(t("No"), data("link-no")),)),
        slot=SLOT,
    )
    return says(message)


def unlink_yes(turn: Turn, _pressed: Pressed) -> Reply:
    """This chat is a fresh person's from now on."""
    unlinked = linking.unlink(turn.tx, turn.person, now=turn.now)
    turn.tell(unlinked.events)
    turn.refresh()
    t = turn.t
    parts = [Para(t("Unlinked. Send /start to begin anew here."))]
    if unlinked.moved:
        parts.append(Para(t("The card that was here is in your other chat now.")))
    return says(Message(parts=tuple(parts), slot=SLOT))


ROUTES: tuple[Route, ...] = (
    CommandRoute("link", link, N_("Use one account in two chats")),
    CommandRoute("unlink", unlink, N_("Separate this chat again")),
    StepRoute(STEP, entered),
    PressRoute("link", yes),
    PressRoute("link-enter", enter),
    PressRoute("link-no", no),
    PressRoute("unlink", unlink_yes),
)
