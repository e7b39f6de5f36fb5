"""Where to go from here, and what a new role allows."""

from __future__ import annotations

from bots.dialogue.buttons import data
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Row, Title
from core.domain.person import Role
from i18n import Phrase

SLOT = "joining"
"""Joining is one message that is edited in place until the person is all set."""


def welcome_back(turn: Turn) -> Message:
    """Where to go from here, by role."""
    t, roles = turn.t, turn.person.roles
    rows: list[Row] = [(Button(t("Get a task"), data("next")),)]
    parts: list[Part] = [
        Title(t("You are all set.")),
        Para(t("Tap the button, or send /task whenever you have a minute.")),
    ]
    if roles & {Role.REQUESTER, Role.MODERATOR, Role.ADMIN}:
        rows.append(
            (Button(t("New project"), data("newproject")), Button(t("My projects"), data("projects")))
        )
    note = Note(t("/settings changes all this, /help shows what else I can do."))
    return Message(parts=(*parts, note), rows=tuple(rows), slot=SLOT)


def role_words(turn: Turn, role: Role) -> Phrase:
    """What a new role allows."""
    t = turn.t
    match role:
        case Role.REQUESTER:
            return t("You are a requester now: send /newproject to have something judged.")
        case Role.MODERATOR:
            return t("You are a moderator now: you get a summary every day, and /summary shows it any time.")
        case Role.ADMIN:
            return t("You are an admin now: /grant gives roles to others.")
        case Role.WORKER:
            return t("You are a worker: send /task to begin.")
