"""Granting roles: to a person by number, or by an invitation that can be passed on once."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Code, Command, Message, Note, Para, Part, Reply, Title, says
from core import people
from core.domain.person import Role
from core.errors import Refused
from i18n import N_, Content, Phrase, Translator

NAMES: dict[Role, str] = {
    Role.WORKER: N_("worker"),
    Role.REQUESTER: N_("requester"),
    Role.MODERATOR: N_("moderator"),
    Role.ADMIN: N_("admin"),
}


def grant(turn: Turn, command: Command) -> Reply:
    """`/grant ROLE` makes an invitation, `/grant PERSON ROLE` gives a role at once."""
    match command.args.split():
        case []:
            return _ask(turn)
        case [role]:
            return _invite(turn, _role(turn, role))
        case [person, role]:
            return _give(turn, person, _role(turn, role))
        case _:
            raise Refused("unknown_role", options=_options(turn))


def invite_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """An invitation from a button."""
    return _invite(turn, _role(turn, pressed.word()))


def _ask(turn: Turn) -> Reply:
    t = turn.t
    return says(
        Message(
            parts=(
                Title(t("Whom would you like to invite?")),
                Para(t("You get a link that works once, for seven days.")),
                Note(
                    t(
                        "For somebody who is here already, send %(example)s with their number.",
                        example=t.command("/grant 12 requester"),
                    )
                ),
            ),
            rows=tuple((Button(t(NAMES[role]), data("grant", str(role))),) for role in _grantable(turn)),
        )
    )


def _invite(turn: Turn, role: Role) -> Reply:
    t = turn.t
    token = turn.house.new_token()
    expires_at = people.invite(turn.tx, turn.person, role, token=token, now=turn.now)
    links: list[Part] = [Code(Content(link(token))) for _, link in sorted(turn.house.invite_links.items())]
    return says(
        Message(
            parts=(
                Title(t("An invitation as %(role)s", role=t(NAMES[role]))),
                Para(
                    t(
                        "Pass this on to one person. It works once, until %(moment)s.",
                        moment=t.when(expires_at, now=turn.now),
                    )
                ),
                *links,
                Note(t("In the chat, these words do the same:")),
                Code(Content(f"/start {token}")),
            )
        )
    )


def _give(turn: Turn, number: str, role: Role) -> Reply:
    t = turn.t
    person_id = number.lstrip("#")
    if not person_id.isdecimal() or len(person_id) > 15:
        raise Refused("unknown_person")
    events = people.grant(turn.tx, turn.person, person_id=int(person_id), role=role, now=turn.now)
    turn.tell(events)
    words = (
        t("Person %(number)s is %(role)s now.", number=int(person_id), role=t(NAMES[role]))
        if events
        else t("Person %(number)s is %(role)s already.", number=int(person_id), role=t(NAMES[role]))
    )
    return says(Message(parts=(Para(words),)))


def _role(turn: Turn, word: str) -> Role:
    """The role of that name, in English or in the person's language."""
    wanted = word.strip().casefold()
    for role, name in NAMES.items():
        if wanted in (str(role), turn.t(name).casefold()):
            return role
    raise Refused("unknown_role", options=_options(turn))


def _grantable(turn: Turn) -> list[Role]:
    return [role for role in NAMES if role is not Role.WORKER and people.may_grant(turn.person, role)]


def _options(turn: Turn) -> Phrase:
    t: Translator = turn.t
    return t.join(t.command(str(role)) for role in _grantable(turn))


ROUTES: tuple[Route, ...] = (
    CommandRoute("grant", grant, N_("Give somebody a role"), right="grant requester"),
    PressRoute("grant", invite_pressed, right="grant requester"),
)
