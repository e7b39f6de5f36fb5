"""`/review`: what waits for a moderator, one case after the other in one message, with the evidence and the buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from bots.dialogue import cards, case_cards, decided_words
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
from core.store import cases
from core.store import people as people_rows
from i18n import N_, Phrase, Translator

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
    parts, rows, picture = case_cards.card(turn, one)
    review.note_seen(turn.tx, turn.person, one, now=turn.now)
    head: tuple[Part, ...] = (Title(t("Review")), Note(counted(t, waits)))
    controls: Row = (Button(t("Skip"), data("review-next", str(one.kind), one.id)),)
    return Message(
        parts=(*head, *parts),
        rows=(*rows, controls),
        picture=picture,
        alt=t("The picture to judge") if picture is not None else None,
        slot=SLOT,
    )


def counted(t: Translator, waits: Mapping[Kind, int]) -> Phrase:
    """What waits, kind by kind."""
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


def called(t: Translator) -> Message:
    """Something new waits: one message, however much comes."""
    return Message(
        parts=(Para(t("Something new waits for your decision.")),),
        rows=((Button(t("Review"), data("review")),),),
        slot="review-news",
        locale=t.locale,
    )


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
    PressRoute("review", show_pressed, right="review"),
    PressRoute("review-next", skip, right="review"),
    PressRoute("review-settle", settle, right="review"),
    PressRoute("review-more", more, right="review"),
    PressRoute("review-cancel", cancel, right="review"),
    PressRoute("review-appeal", appeal, right="review"),
    PressRoute("review-case", case, right="review"),
)
