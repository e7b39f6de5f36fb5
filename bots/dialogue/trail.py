"""The audit trail in words: who saw, exported and changed what, for admins."""

from __future__ import annotations

import json
import re
from datetime import datetime

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.granting import NAMES
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Part, Reply, Row, Title, says
from core import audit
from core.audit import Entry
from core.domain.person import Role
from core.errors import Refused
from i18n import N_, Content, Phrase, Translator

SLOT = "audit"
_ABOUT = re.compile(r"(?:(person|project)\s*)?#?([0-9]{1,15})\Z")

DONE: dict[str, str] = {
    "audit.read": N_("%(who)s looked at the audit trail."),
    "role.granted": N_("%(who)s gave %(about)s the role %(role)s."),
    "invite.made": N_("%(who)s made an invitation as %(role)s."),
    "invite.used": N_("%(who)s took up an invitation as %(role)s."),
    "chats.linked": N_("%(who)s linked two chats: person %(gone)s is %(about)s now."),
    "chat.unlinked": N_("%(who)s unlinked a chat of %(about)s."),
    "project.made": N_("%(who)s made %(about)s."),
    "project.launched": N_("%(who)s launched %(about)s."),
    "project.paused": N_("%(who)s paused %(about)s."),
    "project.resumed": N_("%(who)s resumed %(about)s."),
    "project.closed": N_("%(who)s ended %(about)s."),
    "project.changed": N_("%(who)s changed the rules of %(about)s: version %(version)s."),
    "budget.changed": N_("%(who)s changed the budget of %(about)s to %(budget)s points."),
    "project.fetched": N_("%(who)s fetched the file of %(about)s."),
    "results.exported": N_("%(who)s exported the results of %(about)s."),
    "task.decided": N_("%(who)s decided %(about)s of project %(project)s."),
    "summary.read": N_("%(who)s read the summary of %(about)s."),
    "suspect.seen": N_("%(who)s saw what stands out about %(about)s in project %(project)s."),
    "project.tried": N_("%(who)s began a trial of %(about)s."),
    "bonus.given": N_("%(who)s gave person %(to)s a bonus of %(points)s points in %(about)s."),
    "payout.begun": N_("%(who)s began payout statement %(about)s in %(currency)s."),
    "payout.exported": N_("%(who)s got payout statement %(about)s as a file."),
    "payout.paid": N_("%(who)s marked payout statement %(about)s as paid."),
    "payout.cancelled": N_("%(who)s cancelled payout statement %(about)s."),
    "copy.asked": N_("%(who)s asked for a copy of their own data."),
    "person.erased": N_("%(who)s erased their own data."),
    "keys.rotated": N_("%(who)s renewed the keys."),
}
"""A sentence for everything that is noted; what is not in here is shown as it is written."""


def show(turn: Turn, command: Command) -> Reply:
    """`/audit [person or project]`: the newest entries. That somebody looked is an entry too."""
    person_id, project_id = _wanted(command.args)
    message = _page(turn, before=None, person_id=person_id, project_id=project_id)
    about = f"person:{person_id}" if person_id else f"project:{project_id}" if project_id else "everything"
    audit.note(turn.tx, who=turn.person.id, did="audit.read", about=about, now=turn.now)
    return says(message)


def older(turn: Turn, pressed: Pressed) -> Reply:
    """The entries before those."""
    before, person_id, project_id = (pressed.number(at) for at in range(3))
    return says(_page(turn, before=before, person_id=person_id or None, project_id=project_id or None))


def _wanted(words: str) -> tuple[int | None, int | None]:
    """Of whom, or of which project; a number alone is a person's."""
    asked = words.strip().casefold()
    if not asked:
        return None, None
    found = _ABOUT.match(asked)
    if found is None:
        raise Refused("unknown_person")
    number = int(found[2])
    return (None, number) if found[1] == "project" else (number, None)


def _page(turn: Turn, *, before: int | None, person_id: int | None, project_id: int | None) -> Message:
    t = turn.t
    page = audit.page(turn.tx, turn.person, before=before, person_id=person_id, project_id=project_id)
    parts: list[Part] = [Title(t("Audit trail"))]
    for one in page.entries:
        parts += [Para(sentence(t, one)), Note(_stamp(t, one, now=turn.now))]
    if not page.entries:
        parts.append(Para(t("There is nothing here.")))
    rows: tuple[Row, ...] = ()
    if page.before is not None:
        further = data("audit", page.before, person_id or 0, project_id or 0)
        rows = ((Button(t("Older entries"), further),),)
    else:
        hint = t(
            "%(command)s shows one person, and %(other)s one project.",
            command=t.command("/audit 12"),
            other=t.command("/audit project 3"),
        )
        parts.append(Note(hint))
    return Message(parts=tuple(parts), rows=rows, slot=SLOT)


def _stamp(t: Translator, one: Entry, *, now: datetime) -> Phrase:
    return t("No. %(number)s · %(moment)s", number=t.number(one.id), moment=t.when(one.at, now=now))


def sentence(t: Translator, one: Entry) -> Phrase:
    """What an entry says."""
    who = t("The service") if one.who is None else t("Person %(number)s", number=one.who)
    words = DONE.get(one.did)
    facts: dict[str, str | int | None] = json.loads(one.details)
    if words is None:
        listed = ", ".join(f"{name} {value}" for name, value in facts.items())
        return t("%(who)s: %(what)s", who=who, what=Content(f"{one.did} {one.about} {listed}".strip()))
    said: dict[str, object] = {name: "–" if value is None else value for name, value in facts.items()}
    if facts.get("role") in set(Role):
        said["role"] = t(NAMES[Role(str(facts["role"]))])
    return t(words, who=who, about=_about(t, one.about), **said)


def _about(t: Translator, about: str) -> Phrase | Content:
    """The thing that an entry is about."""
    kind, _, name = about.partition(":")
    match kind:
        case "person":
            return t("person %(number)s", number=name)
        case "project":
            return t("project %(number)s", number=name)
        case "task":
            return t("task %(number)s", number=name)
        case _:
            return Content(name or about)


ROUTES: tuple[Route, ...] = (
    CommandRoute("audit", show, N_("Who saw and changed what"), right="read audit"),
    PressRoute("audit", older, right="read audit"),
)
