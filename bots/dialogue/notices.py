"""What happened, in words for the people it concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bots.dialogue import (
    adjusting,
    appealing,
    bonuses,
    payouts,
    piloting,
    practice_words,
    reporting,
    reviewing,
    standing_words,
)
from bots.dialogue.announcing import slot as post_slot
from bots.dialogue.buttons import data
from bots.dialogue.cards import SLOT
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Row, Title
from bots.postbox import Postbox
from core import events
from core.domain.states import ProjectState
from core.events import Event
from core.store import chats, projects, task_views
from core.store import people as people_rows
from core.store.transaction import Transaction
from core.vault import Vault
from i18n import Content, Translator, translator_for


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for an account; `key` lets it be said once, `about` is the assignment of a reminder."""

    account_id: int
    message: Message
    key: str | None = None
    about: int | None = None


def announce(tx: Transaction, postbox: Postbox, happened: tuple[Event, ...], *, now: datetime) -> list[int]:
    """Owe a message for every event; returns the accounts that are to be written to."""
    accounts = []
    for event in happened:
        notice = _notice(tx, postbox.vault, event, now=now)
        _follow_up(tx, postbox, event, now=now)
        if notice is not None:
            postbox.owe_account(
                tx, notice.account_id, notice.message, now=now, key=notice.key, about=notice.about
            )
            accounts.append(notice.account_id)
    return accounts


def _follow_up(tx: Transaction, postbox: Postbox, event: Event, *, now: datetime) -> None:
    """Those who read that tasks wait read in the same place that they are done."""
    if not isinstance(event, events.ProjectFinished):
        return
    owner = people_rows.by_id(tx, event.owner_id)
    if owner is None:
        return
    post = chats.find_slot(tx, owner.account_id, post_slot(event.project_id))
    if post is None or not post.ref:
        return
    t = translator_for(owner.locale, owner.zone)
    title = _title(tx, t, event.project_id)
    words = t("Every task of “%(project)s” is settled. Thank you!", project=title)
    message = Message(parts=(Para(words),), below=post_slot(event.project_id), locale=t.locale)
    postbox.owe_account(tx, owner.account_id, message, now=now)


def _notice(tx: Transaction, vault: Vault, event: Event, *, now: datetime) -> Notice | None:
    match event:
        case events.ReminderDue(account_id=account, assignment_id=held):
            t = _voice(tx, account)
            return Notice(account, _reminder(t, event, now=now), _key("reminder", held, event.due_at), held)
        case events.BecameOverdue(account_id=account, assignment_id=held):
            return Notice(account, _overdue(_voice(tx, account), event), _key("overdue", held))
        case events.TakenBack(account_id=account):
            return _taken_back(tx, account, event.why)
        case events.AnswersPaid(person_id=person):
            return _to_person(tx, person, lambda t: _paid(t, event))
        case events.TaskEscalated(owner_id=owner, project_id=project, task_id=task):
            return _to_person(
                tx, owner, lambda t: _escalated(tx, t, project), key=_key("escalated", project, task)
            )
        case events.BudgetSpent(owner_id=owner, project_id=project):
            return _to_person(tx, owner, lambda t: _budget(tx, t, project))
        case events.ProjectFinished(owner_id=owner, project_id=project):
            return _to_person(tx, owner, lambda t: _finished(tx, t, project, event.why))
        case events.RoleGranted(person_id=person):
            return _to_person(tx, person, _role)
        case events.NewWork(person_id=person):
            return _to_person(tx, person, _new_work)
        case events.ChatLinked(account_id=account):
            return Notice(account, _linked(_voice(tx, account)))
        case events.ChatUnlinked(account_id=account, assignment_id=held):
            return Notice(account, _unlinked(_voice(tx, account), held))
        case events.ModelTookOver(owner_id=owner):
            return _to_person(tx, owner, lambda t: _took_over(tx, t, event))
        case events.PilotOver(owner_id=owner, project_id=project):
            return _to_person(tx, owner, lambda t: _pilot(tx, t, project), key=_key("pilot over", project))
        case events.BonusGiven(person_id=person):
            return _to_person(tx, person, lambda t: _bonus(tx, t, event))
        case events.PayoutMoved(person_id=person, payout_id=payout, state=state):
            return _to_person(
                tx, person, lambda t: payouts.told(t, event), key=_key("payout", payout, person, state)
            )
        case events.ModelUnusable(owner_id=owner, project_id=project, model_id=model):
            return _to_person(
                tx, owner, lambda t: _unusable(tx, t, project), key=_key("unusable", project, model)
            )
        case events.Imposed(person_id=person, restriction_id=imposed):
            return _perhaps(tx, person, lambda t: standing_words.notice(tx, vault, t, imposed, now=now))
        case events.Lifted(person_id=person, restriction_id=imposed):
            return _perhaps(tx, person, lambda t: standing_words.lifted(tx, t, imposed))
        case events.AppealDecided(person_id=person):
            return _perhaps(tx, person, lambda t: appealing.outcome(tx, t, event, now=now))
        case events.PointsAdjusted(person_id=person):
            return _to_person(tx, person, lambda t: adjusting.told(tx, t, event))
        case events.TaskReported(owner_id=owner):
            return _to_person(tx, owner, lambda t: reporting.told(tx, t, event))
        case events.SkillEnds(person_id=person):
            return _perhaps(tx, person, lambda t: practice_words.ends(tx, t, event))
        case events.CaseOpened(person_id=person):
            return _to_person(tx, person, reviewing.called)


def _key(*words: object) -> str:
    return ":".join(str(word) for word in words)


def _voice(tx: Transaction, account_id: int) -> Translator:
    person = people_rows.by_account(tx, account_id)
    return translator_for(person.locale, person.zone)


def _to_person(
    tx: Transaction, person_id: int, words: Callable[[Translator], Message], *, key: str | None = None
) -> Notice | None:
    person = people_rows.by_id(tx, person_id)
    if person is None:
        return None
    return Notice(person.account_id, words(translator_for(person.locale, person.zone)), key)


def _perhaps(tx: Transaction, person_id: int, words: Callable[[Translator], Message | None]) -> Notice | None:
    """A notice about something that may be gone by now."""
    person = people_rows.by_id(tx, person_id)
    message = None if person is None else words(translator_for(person.locale, person.zone))
    return None if person is None or message is None else Notice(person.account_id, message)


def _message(
    t: Translator,
    *parts: Part,
    button: Button | None = None,
    buttons: tuple[Button, ...] = (),
    slot: str | None = None,
) -> Message:
    row = buttons if button is None else (button,)
    rows = (row,) if row else ()
    return Message(parts=parts, rows=rows, slot=slot, locale=t.locale)


def _reminder(t: Translator, event: events.ReminderDue, *, now: datetime) -> Message:
    words = t("Your task is due %(time)s.", time=t.when(event.due_at, now=now))
    cost = (
        t.n("After that it costs %(count)s point.", "After that it costs %(count)s points.", event.penalty)
        if event.penalty
        else t("You can also pause it.")
    )
    return _message(
        t, Para(words), Note(cost), button=Button(t("Show the card"), data("show", event.assignment_id))
    )


def _overdue(t: Translator, event: events.BecameOverdue) -> Message:
    cost = (
        t.n(
            "The time for your task is over: %(count)s point was taken back.",
            "The time for your task is over: %(count)s points were taken back.",
            event.penalty,
        )
        if event.penalty
        else t("The time for your task is over. It costs you nothing.")
    )
    note = t("You can still answer it for a day, while the task is open.")
    return _message(
        t, Para(cost), Note(note), button=Button(t("Show the card"), data("show", event.assignment_id))
    )


def _taken_back(tx: Transaction, account_id: int, why: str) -> Notice | None:
    """The card in the chat says that it is closed; there is nothing to be told beside it."""
    if chats.find_slot(tx, account_id, SLOT) is None:
        return None
    t = _voice(tx, account_id)
    words = {
        "not_needed": t("This task has all the answers it needs. Thank you!"),
        "project_ended": t("This project has ended. Thank you!"),
        "linked": t(
            "This card went back, because you have another one or know its task. It costs you nothing."
        ),
        "topics": t("This card went back. It costs you nothing."),
        "imposed": t("This card went back. It costs you nothing."),
        "own_project": t("This card went back, because the project is yours now. It costs you nothing."),
    }.get(why, t("This card went back, because it was not touched. It costs you nothing."))
    message = _message(t, Para(words), button=Button(t("Next task"), data("next")), slot=SLOT)
    return Notice(account_id, message)


def _paid(t: Translator, event: events.AnswersPaid) -> Message:
    parts: list[Part] = [Title(t.n("%(count)s point for you", "%(count)s points for you", event.points))]
    if event.answers:
        settled = t.n(
            "%(count)s answer was settled, %(right)s of them right.",
            "%(count)s answers were settled, %(right)s of them right.",
            event.answers,
            right=t.number(event.right),
        )
        parts.append(Para(settled))
    if event.corrected:
        more = t.n(
            "%(count)s point came on top, because a decision was corrected.",
            "%(count)s points came on top, because a decision was corrected.",
            event.corrected,
        )
        parts.append(Para(more))
    rows: list[Row] = [(Button(t("Next task"), data("next")), Button(t("What was decided"), data("history")))]
    if event.right < event.answers:
        rows.append((Button(t("Was something wrong?"), data("appeals")),))
    return Message(parts=tuple(parts), rows=tuple(rows), locale=t.locale)


def _title(tx: Transaction, t: Translator, project_id: int) -> Content:
    project = projects.find(tx, project_id)
    return Content(project.file.title.pick(t.locale) if project else "")


def _escalated(tx: Transaction, t: Translator, project_id: int) -> Message:
    title = _title(tx, t, project_id)
    words = t.n(
        "In “%(project)s” opinions differ on %(count)s task. Please decide.",
        "In “%(project)s” opinions differ on %(count)s tasks. Please decide.",
        task_views.count_escalated(tx, project_id),
        project=title,
    )
    button = Button(t("Decide"), data("decide", project_id))
    return _message(t, Para(words), button=button, slot=f"escalated:{project_id}")


def _budget(tx: Transaction, t: Translator, project_id: int) -> Message:
    project = projects.find(tx, project_id)
    tried = project is not None and project.state is ProjectState.PILOT
    title = _title(tx, t, project_id)
    return _message(
        t,
        Para(
            t("The trial of “%(project)s” waits: its budget is used up.", project=title)
            if tried
            else t("“%(project)s” is paused: its budget is used up.", project=title)
        ),
        Note(
            t("Raise the budget, then it goes on by itself.")
            if tried
            else t("Raise the budget, then resume.")
        ),
        button=Button(t("Show the project"), data("project", project_id)),
    )


def _finished(tx: Transaction, t: Translator, project_id: int, why: str) -> Message:
    title = _title(tx, t, project_id)
    words = (
        t("“%(project)s” has reached its deadline.", project=title)
        if why == "deadline"
        else t("Every task of “%(project)s” is settled.", project=title)
    )
    return _message(t, Para(words), button=Button(t("Get the results"), data("results", project_id)))


def _pilot(tx: Transaction, t: Translator, project_id: int) -> Message:
    project = projects.find(tx, project_id)
    assert project is not None, "projects are never deleted"
    return piloting.over(t, project)


def _bonus(tx: Transaction, t: Translator, event: events.BonusGiven) -> Message:
    project = projects.find(tx, event.project_id)
    assert project is not None, "projects are never deleted"
    return bonuses.told(t, project, event)


def _role(t: Translator) -> Message:
    return _message(t, Para(t("You have a new role. Send /help to see what you can do now.")))


def _new_work(t: Translator) -> Message:
    return _message(
        t, Para(t("There is new work in your languages.")), button=Button(t("Get a task"), data("next"))
    )


def _linked(t: Translator) -> Message:
    return _message(
        t,
        Para(t("This chat is linked with your other one now: one balance, one queue.")),
        Note(t("Roles as moderator or admin must be granted anew.")),
    )


def _unlinked(t: Translator, held: int | None) -> Message:
    words = t("Your other chat is not linked with this one any more.")
    if held is None:
        return _message(t, Para(words))
    card = t("The card that was there is here now.")
    return _message(t, Para(words), Para(card), button=Button(t("Show the card"), data("show", held)))


def _took_over(tx: Transaction, t: Translator, event: events.ModelTookOver) -> Message:
    title = _title(tx, t, event.project_id)
    words = t("“%(project)s” has a better model: the newest one suggests from now on.", project=title)
    why = t.n(
        "On %(count)s new task it was right %(new)s times, the one before %(old)s times.",
        "On %(count)s new tasks it was right %(new)s times, the one before %(old)s times.",
        event.compared,
        new=t.number(event.right),
        old=t.number(event.right_before),
    )
    button = Button(t("Show the project"), data("project", event.project_id))
    return _message(t, Para(words), Note(why), button=button)


def _unusable(tx: Transaction, t: Translator, project_id: int) -> Message:
    title = _title(tx, t, project_id)
    words = t("The model of “%(project)s” cannot be used: its cards come without suggestions.", project=title)
    note = t("All else goes on. Please tell whoever runs this service, or train or choose another model.")
    button = Button(t("Show the project"), data("project", project_id))
    return _message(t, Para(words), Note(note), button=button)
