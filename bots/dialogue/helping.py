"""Help, cancelling, and which commands a person's menu shows."""

from __future__ import annotations

from bots.dialogue.buttons import data
from bots.dialogue.routes import CommandRoute, Route, routes
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Reply, Title, says
from core.domain.person import RIGHTS, Role
from i18n import N_, Phrase, Translator

NEEDS_NUMBER = frozenset({"project", "addtasks", "progress", "results", "train"})


def help_(turn: Turn, _command: Command) -> Reply:
    """`/help`: what can be done here, by this person."""
    t = turn.t
    lines = [
        Para(t("%(command)s – %(description)s", command=t.command(f"/{name}"), description=words))
        for name, words in menu(t, turn.person.roles)
    ]
    message = Message(
        parts=(Title(t("What I can do")), *lines, Note(t("Your answers are saved the moment you tap."))),
        rows=((Button(t("Get a task"), data("next")),),),
    )
    return says(message)


def menu(t: Translator, roles: frozenset[Role]) -> list[tuple[str, Phrase]]:
    """The commands these roles may use, with their descriptions."""
    return [
        (route.name, t(route.describes))
        for route in routes().commands.values()
        if route.right is None or roles & RIGHTS[route.right]
    ]


def menu_key(locale: str, roles: frozenset[Role]) -> str:
    """What a menu depends on: when it is the same, the menu shown is still right."""
    return f"{locale}:{','.join(sorted(roles))}:{len(routes().commands)}"


def cancel(turn: Turn, _command: Command) -> Reply:
    """`/cancel`: whatever was begun is dropped; the command itself did that."""
    return says(Message(parts=(Para(turn.t("Dropped. Send /help to see what I can do.")),)))


ROUTES: tuple[Route, ...] = (
    CommandRoute("help", help_, N_("What I can do"), while_banned=True),
    CommandRoute("cancel", cancel, N_("Drop what was begun")),
)
