"""Practice in words: what a project asks for, a practice task, what was right and why, and what came of it."""

from __future__ import annotations

from datetime import datetime

from bots.dialogue import cards
from bots.dialogue.buttons import data
from bots.dialogue.cards import SLOT
from bots.dialogue.project_views import title_of
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Quote, Row, Title
from core.events import SkillEnds
from core.intake.project_model import ProjectFile
from core.intake.texts import Texts
from core.kinds import kind_named
from core.practising import Judged, Outlook, needed
from core.store import projects
from core.store.practice import Given
from core.store.transaction import Transaction
from i18n import Content, Phrase, Translator

SECONDS = 18
"""What a practice task takes, with reading why."""


def offer(t: Translator, one: Outlook, *rows: Row) -> Message:
    """A project asks for a skill: what practice is, and that it costs nothing."""
    title = title_of(t, one.project.file)
    begun = one.open is not None and one.open.answered
    begin = Button(t("Go on") if begun else t("Start"), data("practise", one.project.id))
    later = Button(t("Not now"), data("practise-later", one.project.id))
    return Message(
        parts=(
            Title(t("“%(project)s” asks for a skill", project=title)),
            Para(how_long(t, one)),
            Note(
                t(
                    "Each answer is explained at once. Practice brings no points, and nothing counts against you."
                )
            ),
        ),
        rows=((begin, later), *rows),
        slot=SLOT,
    )


def how_long(t: Translator, one: Outlook) -> Phrase:
    """How much practice is left, and what it takes to pass."""
    if one.open is not None and one.open.answered:
        return t(
            "Practice done: %(done)s of %(count)s",
            done=t.number(one.open.answered),
            count=t.number(one.open.tasks),
        )
    minutes = max(1, round(one.tasks * SECONDS / 60))
    tasks = t.n("%(count)s practice task", "%(count)s practice tasks", one.tasks)
    about = t.n("about %(count)s minute", "about %(count)s minutes", minutes)
    right = t.number(needed(one.policy, one.tasks))
    # Translators: "10 practice tasks, about 3 minutes. Right answers needed: 8"
    return t(
        "%(tasks)s, %(minutes)s. Right answers needed: %(right)s", tasks=tasks, minutes=about, right=right
    )


def card(t: Translator, given: Given, file: ProjectFile, *, tasks: int) -> Message:
    """A practice task; it looks like a card, and says that it is none."""
    form = kind_named(file.kind).form(file)
    pause = (Button(t("Pause"), data("practise-pause", given.attempt_id)),)
    return Message(
        parts=(
            Title(_place(t, given, tasks)),
            *cards.body(t, file, given.content, given.context)[1:],
        ),
        rows=(*cards.answer_rows(form, t, "pa", given.id), pause),
        picture=given.content.get("image"),
        alt=t("The picture to judge") if "image" in given.content else None,
        slot=SLOT,
    )


def _place(t: Translator, given: Given, tasks: int) -> Phrase:
    return t("Practice %(number)s of %(count)s", number=t.number(given.place), count=t.number(tasks))


def explained(t: Translator, one: Judged, *, now: datetime) -> Message:
    """The same task with what is right and why; behind the last one, what came of it."""
    given = one.given
    truth = cards.label_name(one.file, given.gold, t.locale)
    said = (
        t("Right: “%(label)s”.", label=truth)
        if one.right
        else t("Not quite. It is “%(label)s”.", label=truth)
    )
    # What was read before answering need not stand there again: a picture's caption is short.
    shown = (Quote(Content(given.content["text"])),) if given.content.get("text") else ()
    parts: list[Part] = [Title(_place(t, given, one.attempt.tasks)), *shown, Para(said)]
    if given.whys:
        parts.append(Para(Content(Texts.of(given.whys).pick(t.locale))))
    over = one.attempt.answered >= one.attempt.tasks
    if over:
        parts += _outcome(t, one, now=now)
    if not over:
        row: Row = (
            Button(t("Next"), data("pn", one.attempt.id)),
            Button(t("Pause"), data("practise-pause", one.attempt.id)),
        )
    elif one.expires_at is not None:
        row = (Button(t("Next task"), data("next")),)
    else:
        row = (Button(t("Other tasks"), data("next")),)
    return Message(
        parts=tuple(parts),
        rows=(row,),
        picture=given.content.get("image"),
        alt=t("The picture to judge") if "image" in given.content else None,
        slot=SLOT,
    )


def _outcome(t: Translator, one: Judged, *, now: datetime) -> list[Part]:
    right = t(
        "Right answers: %(right)s of %(count)s",
        right=t.number(one.attempt.right),
        count=t.number(one.attempt.tasks),
    )
    if one.expires_at is not None:
        until = t("The skill is yours until %(date)s.", date=t.date(one.expires_at.date()))
        return [Title(t("Well done!")), Para(right), Note(until)]
    parts: list[Part] = [Title(t("Not yet, and that is all right.")), Para(right)]
    if one.again_at is not None:
        again = t.when(one.again_at, now=now)
        parts.append(Note(t("You can try again from %(time)s. Your points stay as they are.", time=again)))
    return parts


def paused(t: Translator, attempt_id: int) -> Message:
    """Practice waits."""
    return Message(
        parts=(Title(t("Paused")), Para(t("Your practice waits for you. What you did is kept."))),
        rows=(
            (
                Button(t("Go on"), data("pn", attempt_id)),
                Button(t("Other tasks"), data("practise-other", attempt_id)),
            ),
        ),
        slot=SLOT,
    )


def ends(tx: Transaction, t: Translator, event: SkillEnds) -> Message | None:
    """A skill ends soon."""
    project = projects.find(tx, event.project_id)
    if project is None or project.file.qualification is None:
        return None
    words = t(
        "Your skill “%(skill)s” for “%(project)s” ends on %(date)s.",
        skill=Content(project.file.qualification.skill),
        project=title_of(t, project.file),
        date=t.date(event.expires_at.date()),
    )
    return Message(
        parts=(Para(words), Note(t("A short practice renews it."))),
        rows=((Button(t("Practise"), data("practise", event.project_id)),),),
        locale=t.locale,
    )
