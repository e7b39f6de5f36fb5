"""What was imposed on somebody, in kind words: for the worker, and for those who decide."""

from __future__ import annotations

from datetime import datetime

from bots.dialogue.buttons import data
from bots.dialogue.project_views import title_of
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Quote, Reply, Title, says
from core import standing
from core.domain.standing import Measure, Restriction
from core.store import appeals, projects, restrictions
from core.store.transaction import Transaction
from core.vault import Vault
from i18n import N_, Content, Phrase, Translator

WHY: dict[str, str] = {
    "careless": N_("Your answers often differ from what others say, as if they were given by chance."),
    "too_fast": N_("Many of your answers came faster than a task can be read."),
    "same_answer": N_("You gave the same answer many times in a row."),
    "copying": N_("You took over nearly every suggestion, the wrong ones too."),
    "sharing": N_("Your answers are nearly always those of somebody else."),
    "gold": N_("Several of your answers were wrong where the answer is known."),
    "skips": N_("You skipped many tasks in a row."),
    "overdue": N_("Several of your tasks ran out of time in a row."),
    "spam": N_("What you sent was not work on the tasks."),
    "rude": N_("Something that you wrote could hurt others."),
    "other": N_("A moderator decided this."),
}
"""The reason as the worker reads it."""

HELPS: dict[str, str] = {
    "careless": N_("Please read each task to its end, and skip what you are unsure of: that is free."),
    "too_fast": N_("Please take the time that a task needs. Nobody minds if you are slow."),
    "same_answer": N_("Please look at each task anew. If the answer really is the same, just go on."),
    "copying": N_("A suggestion is only a guess of a machine. Please answer what you see yourself."),
    "gold": N_("Please read the instructions once more, and skip what you are unsure of: that is free."),
    "skips": N_("If these tasks are not for you, tap “Pause” or change your languages in the settings."),
    "overdue": N_("Please give back what you cannot finish: “Pause” is free, and “More time” helps once."),
}
"""What a worker can do about it, where a rule noticed."""

NAMES: dict[str, str] = {
    "careless": N_("careless"),
    "too_fast": N_("too fast"),
    "same_answer": N_("always the same answer"),
    "copying": N_("copies suggestions"),
    "sharing": N_("answers like somebody else"),
    "gold": N_("fails known answers"),
    "skips": N_("skips a lot"),
    "overdue": N_("often overdue"),
    "spam": N_("spam"),
    "rude": N_("rude"),
    "other": N_("another reason"),
}
"""The reason as moderators choose it."""


def notice(
    tx: Transaction, vault: Vault, t: Translator, restriction_id: int, *, now: datetime
) -> Message | None:
    """What the worker is told when something was imposed, with the way to dispute it."""
    one = restrictions.find(tx, restriction_id)
    return None if one is None else _told(tx, vault, t, one, now=now)


def _told(tx: Transaction, vault: Vault, t: Translator, one: Restriction, *, now: datetime) -> Message:
    parts: list[Part] = [Title(what(tx, t, one, now=now)), *_why(t, vault, one)]
    rows: tuple[tuple[Button, ...], ...] = ()
    if appeals.of_subject(tx, kind="measure", restriction_id=one.id) is None:
        parts.append(Note(t("If this is a mistake, tap “Appeal”: somebody else will look at it.")))
        rows = ((Button(t("Appeal"), data("appeal-measure", one.id)),),)
    return Message(parts=tuple(parts), rows=rows, locale=t.locale)


def what(tx: Transaction, t: Translator, one: Restriction, *, now: datetime) -> Phrase:
    """What was imposed, as the worker reads it."""
    match one.kind:
        case Measure.WARN:
            return t("A word about your answers")
        case Measure.CHECK:
            title = _title(tx, t, one.project_id)
            return t("“%(project)s” looks closer at your answers for a week", project=title)
        case Measure.RESTRICT:
            title = _title(tx, t, one.project_id)
            if one.until is None:
                return t("“%(project)s” has no more tasks for you", project=title)
            return t(
                "“%(project)s” has no tasks for you until %(time)s",
                project=title,
                time=t.when(one.until, now=now),
            )
        case Measure.PAUSE:
            assert one.until is not None, "a pause ends"
            return t("Your work is paused until %(time)s", time=t.when(one.until, now=now))
        case Measure.BAN:
            return t("You cannot take part any more")


def _why(t: Translator, vault: Vault, one: Restriction) -> tuple[Part, ...]:
    if one.words is not None:
        return Para(t("A moderator writes:")), Quote(Content(vault.unseal(one.words).decode()))
    why = Para(t(WHY.get(one.reason, WHY["other"])))
    if one.by_rule is None or one.reason not in HELPS:
        return (why,)
    parts: tuple[Part, ...] = (why, Para(t(HELPS[one.reason])))
    if one.kind is Measure.WARN:
        return (*parts, Note(t("Nothing else happens now. This comes from a rule, not from a person.")))
    if one.kind is Measure.CHECK:
        return (*parts, Note(t("You keep working and are paid as before.")))
    return parts


def lifted(tx: Transaction, t: Translator, restriction_id: int) -> Message | None:
    """What the worker is told when it is over before its time."""
    one = restrictions.find(tx, restriction_id)
    if one is None:
        return None
    if one.kind in (Measure.WARN, Measure.CHECK):
        words = (
            t("Your warning was taken back.")
            if one.kind is Measure.WARN
            else t("Nobody looks closer at your answers any more.")
        )
        return Message(parts=(Para(words),), locale=t.locale)
    words = (
        t("“%(project)s” has tasks for you again.", project=_title(tx, t, one.project_id))
        if one.kind is Measure.RESTRICT
        else t("You can work again. Welcome back!")
    )
    button = Button(t("Next task"), data("next"))
    return Message(parts=(Para(words),), rows=((button,),), locale=t.locale)


def barred(turn: Turn) -> Reply:
    """Whatever a banned person does: what is so, why, and what is left."""
    t = turn.t
    message = _in_the_way(turn, Measure.BAN)
    if message is None:
        return says(Message(parts=(Para(t("You cannot take part any more.")),)))
    left = Note(
        t("You can still send %(commands)s.", commands=t.join([t.command("/help"), t.command("/appeal")]))
    )
    return says(Message(parts=(*message.parts, left), rows=message.rows))


def paused(turn: Turn) -> Message | None:
    """Instead of a card, for a person whose work is paused; None when it is not."""
    if not standing.is_paused(turn.person, now=turn.now):
        return None
    return _in_the_way(turn, Measure.PAUSE)


def _in_the_way(turn: Turn, kind: Measure) -> Message | None:
    found = [one for one in standing.holding(turn.tx, turn.person.id, now=turn.now) if one.kind is kind]
    if not found:
        return None
    longest = max(found, key=lambda one: (one.until is None, one.until or one.at))
    return _told(turn.tx, turn.house.vault, turn.t, longest, now=turn.now)


def line(tx: Transaction, t: Translator, vault: Vault, one: Restriction, *, now: datetime) -> Phrase:
    """The same for moderators, in one line."""
    why = (
        Content(vault.unseal(one.words).decode())
        if one.words is not None
        else t(NAMES.get(one.reason, NAMES["other"]))
    )
    return t(
        "%(what)s: %(reason)s · %(who)s, %(time)s",
        what=measure(tx, t, one, now=now),
        reason=why,
        who=t("person %(number)s", number=one.by_person) if one.by_person is not None else t("a rule"),
        time=t.when(one.at, now=now),
    )


def measure(tx: Transaction, t: Translator, one: Restriction, *, now: datetime) -> Phrase:
    """What somebody is kept from, for moderators."""
    match one.kind:
        case Measure.WARN:
            return t("Warned")
        case Measure.CHECK:
            return t("More known tasks in “%(project)s”", project=_title(tx, t, one.project_id))
        case Measure.RESTRICT:
            return t("No tasks of “%(project)s”", project=_title(tx, t, one.project_id))
        case Measure.PAUSE:
            assert one.until is not None, "a pause ends"
            return t("Paused until %(time)s", time=t.when(one.until, now=now))
        case Measure.BAN:
            return t("Banned")


def _title(tx: Transaction, t: Translator, project_id: int | None) -> Content:
    project = None if project_id is None else projects.find(tx, project_id)
    return Content("") if project is None else title_of(t, project.file)
