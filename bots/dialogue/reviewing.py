"""`/review`: what waits for a moderator, one case after the other in one message, with the evidence and the buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bots.dialogue import appealing, cards, decided_words, evidence_words, reporting, standing_words
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
    Command,
    Message,
    Note,
    Para,
    Part,
    Quote,
    Reply,
    Row,
    Title,
    Toast,
    says,
)
from core import appeals, deciding, evidence, flags, review, settling, standing
from core.domain.standing import Measure
from core.errors import Refused
from core.kinds import kind_named
from core.review import Kind, Waiting
from core.store import appeals as appeal_rows
from core.store import cases, restrictions
from core.store import people as people_rows
from i18n import N_, Content, Phrase, Translator

SLOT = "review"
PAUSE = timedelta(days=1)

BECAUSE: dict[str, str] = {
    "random": "careless",
    "constant": "same_answer",
    "contrary": "careless",
    "slow_burn": "careless",
    "colluding": "sharing",
    "too_fast": "too_fast",
    "following": "copying",
}
"""What a suspicion comes to when a moderator shares it: a reason that the worker can read."""


def show(turn: Turn, _command: Command) -> Reply:
    """`/review`."""
    return says(_next(turn, None))


def show_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return says(_next(turn, None))


def skip(turn: Turn, pressed: Pressed) -> Reply:
    """The one after this; after the last one comes the first again."""
    return says(_next(turn, _waiting(pressed.word(0), pressed.number(1))))


def _waiting(kind: str, number: int) -> Waiting:
    if kind not in list(Kind):
        raise Refused("unknown_button")
    return Waiting(Kind(kind), number)


# --- what is shown ------------------------------------------------------------------------------------


def _next(turn: Turn, after: Waiting | None) -> Message:
    t = turn.t
    waits = review.counts(turn.tx, turn.person)
    one = review.following(turn.tx, turn.person, after)
    if one is None:
        words = (
            t("Nothing waits for a decision.")
            if not waits
            else t("What waits is for somebody else to decide.")
        )
        again = Button(t("Look again"), data("review"))
        return Message(parts=(Title(t("Review")), Para(words)), rows=((again,),), slot=SLOT)
    parts, rows, picture = _card(turn, one)
    head: tuple[Part, ...] = (Title(t("Review")), Note(_counts(t, waits)))
    controls: Row = (Button(t("Skip"), data("review-next", str(one.kind), one.id)),)
    return Message(
        parts=(*head, *parts),
        rows=(*rows, controls),
        picture=picture,
        alt=t("The picture to judge") if picture is not None else None,
        slot=SLOT,
    )


def _counts(t: Translator, waits: dict[Kind, int]) -> Phrase:
    return t.join(_count(t, kind, number) for kind, number in waits.items())


def _count(t: Translator, kind: Kind, number: int) -> Phrase:
    match kind:
        case Kind.APPEAL:
            return t.n("%(count)s appeal", "%(count)s appeals", number)
        case Kind.FLAGGED:
            return t.n("%(count)s reported task", "%(count)s reported tasks", number)
        case Kind.ESCALATED:
            return t.n("%(count)s task without agreement", "%(count)s tasks without agreement", number)
        case Kind.RULE:
            return t.n("%(count)s case of a rule", "%(count)s cases of rules", number)
        case Kind.SUSPECT:
            return t.n("%(count)s person who stands out", "%(count)s people who stand out", number)


Shown = tuple[tuple[Part, ...], tuple[Row, ...], str | None]
"""The parts of a case, its buttons, and its picture."""


def _card(turn: Turn, one: Waiting) -> Shown:
    match one.kind:
        case Kind.ESCALATED:
            return _escalated(turn, one.id)
        case Kind.APPEAL:
            return _appeal(turn, one.id)
        case Kind.FLAGGED:
            return _flagged(turn, one.id)
        case _:
            return _person(turn, one.id)


def _escalated(turn: Turn, task_id: int) -> Shown:
    t = turn.t
    found = evidence.of_task(turn.tx, turn.house.vault, turn.person, task_id)
    file = found.project.file
    settle: list[Row] = [
        (
            Button(
                t("Settle as “%(label)s”", label=cards.name_of(option, t.locale)),
                data("review-settle", task_id, ordinal),
            ),
        )
        for ordinal, option in enumerate(kind_named(file.kind).form(file).options)
    ]
    others: Row = (
        Button(t("Ask more people"), data("review-more", task_id)),
        Button(t("Cancel the task"), data("review-cancel", task_id)),
    )
    return evidence_words.task(turn, found), (*settle, others), found.content.get("image")


def _appeal(turn: Turn, appeal_id: int) -> Shown:
    t = turn.t
    found = appeal_rows.find(turn.tx, appeal_id)
    assert found is not None, "it was just found"
    parts: list[Part] = [Para(t("Person %(number)s appeals.", number=found.person_id))]
    picture = None
    if found.restriction_id is not None:
        held = restrictions.find(turn.tx, found.restriction_id)
        assert held is not None, "nothing imposed is ever deleted"
        parts.append(Para(standing_words.line(turn.tx, t, turn.house.vault, held, now=turn.now)))
        yes, no = t("Take it back"), t("Keep it as it is")
    else:
        assert found.assignment_id is not None, "an appeal is about something"
        words = appealing.subject(turn.tx, t, found)
        parts += () if words is None else (Para(words),)
        about = appeal_rows.subject(turn.tx, found.assignment_id)
        seen = evidence.of_task(turn.tx, turn.house.vault, turn.person, about.task_id)
        parts += evidence_words.task(turn, seen)
        picture = seen.content.get("image")
        yes, no = _outcomes(turn, found)
    if found.words is not None:
        parts += (Para(t("They write:")), Quote(Content(turn.house.vault.unseal(found.words).decode())))
    rows: tuple[Row, ...] = (
        (Button(yes, data("review-appeal", found.id, 1)),),
        (Button(no, data("review-appeal", found.id, 0)),),
    )
    return tuple(parts), rows, picture


def _outcomes(turn: Turn, found: appeal_rows.Appeal) -> tuple[Phrase, Phrase]:
    t = turn.t
    assert found.assignment_id is not None, "an appeal about a card"
    if found.kind == appeals.Kind.PENALTY:
        return t("Give the points back"), t("Keep it as it is")
    one = appeal_rows.judged(turn.tx, found.assignment_id)
    if one is None:
        return t("They are right"), t("Keep it as it is")
    seen = evidence.of_task(turn.tx, turn.house.vault, turn.person, one.task_id)
    label = cards.label_name(seen.project.file, one.value, t.locale)
    return t("They are right: “%(label)s”", label=label), t("Keep it as it is")


def _flagged(turn: Turn, case_id: int) -> Shown:
    t = turn.t
    case = cases.find(turn.tx, case_id)
    assert case is not None, "it was just found"
    assert case.task_id is not None, "a report is about a task"
    found = evidence.of_task(turn.tx, turn.house.vault, turn.person, case.task_id)
    reported = cases.flags_of(turn.tx, case_id)
    parts: list[Part] = [
        Para(
            t(
                "Person %(number)s reports: %(reason)s",
                number=person_id,
                reason=t(reporting.WHY.get(why, reporting.WHY["other"])),
            )
        )
        for person_id, why in reported
    ]
    if len(reported) >= flags.ENOUGH:
        parts.append(Note(t("Nobody gets this task until you decide.")))
    rows: tuple[Row, ...] = (
        (
            Button(t("The task is fine"), data("review-case", case_id, "keep")),
            Button(t("Cancel the task"), data("review-case", case_id, "cancel")),
        ),
    )
    return (*parts, *evidence_words.task(turn, found)), rows, found.content.get("image")


def _person(turn: Turn, case_id: int) -> Shown:
    t = turn.t
    case = cases.find(turn.tx, case_id)
    assert case is not None, "it was just found"
    assert case.person_id is not None, "such a case is about a person"

    def button(words: Phrase, act: str) -> Button:
        return Button(words, data("review-case", case_id, act))

    rows: list[Row] = [(button(t("Nothing is wrong"), "dismiss"), button(t("Warn"), "warn"))]
    if case.project_id is not None:
        rows.append((button(t("No more tasks of this project"), "restrict"),))
    rows.append((button(t("Pause for a day"), "pause"), button(t("Ban"), "ban")))
    rows.append((Button(t("Show the person"), data("member", case.person_id)),))
    return evidence_words.suspicion(turn, case), tuple(rows), None


# --- what is decided ----------------------------------------------------------------------------------


def _decide(turn: Turn, one: Waiting, act: Callable[[], Phrase]) -> Reply:
    """Who comes second is told who decided what, and goes on with the next."""
    try:
        toast = act()
    except Refused as refused:
        if refused.reason != "decided_before":
            raise
        toast = decided_words.decided(turn, one)
    return says(_next(turn, one), toast=Toast(toast, alert=len(toast) > 60))


def settle(turn: Turn, pressed: Pressed) -> Reply:
    """The tapped label is the truth from now on."""
    t, task_id = turn.t, pressed.number(0)

    def act() -> Phrase:
        found = evidence.of_task(turn.tx, turn.house.vault, turn.person, task_id)
        options = kind_named(found.project.file.kind).form(found.project.file).options
        if pressed.number(1) >= len(options):
            raise Refused("unknown_button")
        option = options[pressed.number(1)]
        turn.tell(settling.decide(turn.tx, turn.person, task_id, option.id, now=turn.now))
        return t("Settled as “%(label)s”.", label=cards.name_of(option, t.locale))

    return _decide(turn, Waiting(Kind.ESCALATED, task_id), act)


def more(turn: Turn, pressed: Pressed) -> Reply:
    """Somebody else is asked as well."""
    task_id = pressed.number()

    def act() -> Phrase:
        turn.tell(deciding.ask_more(turn.tx, turn.person, task_id, now=turn.now))
        return turn.t("More people are asked.")

    return _decide(turn, Waiting(Kind.ESCALATED, task_id), act)


def cancel(turn: Turn, pressed: Pressed) -> Reply:
    """Nobody should judge this task."""
    task_id = pressed.number()

    def act() -> Phrase:
        turn.tell(deciding.cancel(turn.tx, turn.person, task_id, now=turn.now))
        review.close_reports(turn.tx, task_id, by=turn.person.id, outcome="cancel", now=turn.now)
        return turn.t("Cancelled; everybody is paid in full.")

    return _decide(turn, Waiting(Kind.ESCALATED, task_id), act)


def appeal(turn: Turn, pressed: Pressed) -> Reply:
    """The worker is right, or the decision stays."""
    appeal_id, upheld = pressed.number(0), bool(pressed.number(1))
    outcome = appeals.UPHELD if upheld else appeals.DISMISSED

    def act() -> Phrase:
        turn.tell(appeals.decide(turn.tx, turn.person, appeal_id, outcome=outcome, now=turn.now))
        return turn.t("Done; they are told.")

    return _decide(turn, Waiting(Kind.APPEAL, appeal_id), act)


ACTS = ("keep", "cancel", "dismiss", *Measure)


def case(turn: Turn, pressed: Pressed) -> Reply:
    """What becomes of a reported task, or of somebody who stands out."""
    case_id, act_ = pressed.number(0), pressed.word(1)
    if act_ not in ACTS:
        raise Refused("unknown_button")
    known = cases.find(turn.tx, case_id)
    if known is None:
        raise Refused("unknown_case")

    def act() -> Phrase:
        found = review.take(turn.tx, turn.person, case_id, outcome=act_, now=turn.now)
        if found.kind == Kind.FLAGGED:
            return _of_task(turn, found, act_)
        return _of_person(turn, found, act_)

    return _decide(turn, Waiting(Kind(known.kind), case_id), act)


def _of_task(turn: Turn, found: cases.Case, act: str) -> Phrase:
    assert found.task_id is not None, "a report is about a task"
    if act == "cancel":
        turn.tell(deciding.cancel(turn.tx, turn.person, found.task_id, now=turn.now))
        return turn.t("Cancelled; everybody is paid in full.")
    if act != "keep":
        raise Refused("unknown_button")
    turn.tell(flags.keep(turn.tx, turn.person, found, now=turn.now))
    return turn.t("The task goes out as before.")


def _of_person(turn: Turn, found: cases.Case, act: str) -> Phrase:
    if act == "dismiss":
        return turn.t("Done. Nobody is told.")
    if act not in list(Measure):
        raise Refused("unknown_button")
    assert found.person_id is not None, "such a case is about a person"
    now_is = people_rows.by_id(turn.tx, found.person_id)
    measure = Measure(act)
    turn.tell(
        standing.act(
            turn.tx,
            turn.person,
            found.person_id if now_is is None else now_is.id,
            kind=measure,
            reason=str(
                found.details.get("reason") or BECAUSE.get(str(found.details.get("suspicion")), "other")
            ),
            project_id=found.project_id if measure is Measure.RESTRICT else None,
            lasts=PAUSE if measure is Measure.PAUSE else None,
            now=turn.now,
        )
    )
    return turn.t("Done; they are told.")


ROUTES: tuple[Route, ...] = (
    CommandRoute("review", show, N_("What waits for a decision"), right="review"),
    PressRoute("review", show_pressed),
    PressRoute("review-next", skip),
    PressRoute("review-settle", settle),
    PressRoute("review-more", more),
    PressRoute("review-cancel", cancel),
    PressRoute("review-appeal", appeal),
    PressRoute("review-case", case),
)
