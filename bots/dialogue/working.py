"""The worker's loop: a card, an answer, the next card in the same message."""

from __future__ import annotations

from dataclasses import replace

from bots.dialogue import cards, consenting, practice_words, standing_words, topic_words
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.cards import SLOT
from bots.dialogue.earning import row_words
from bots.dialogue.languages import ask_languages
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Reply, Row, Title, Toast, says
from core import answering, people, rules, streaks
from core.admission import Gate
from core.assigning import Handed, next_task
from core.domain.states import AssignmentState
from core.domain.topics import Lack
from core.errors import Refused
from core.events import Event, Imposed
from core.kinds import kind_named
from core.store import assignments
from core.store import people as people_rows
from i18n import N_, Content

Undo = tuple[int, Content]


def task(turn: Turn, _command: Command) -> Reply:
    """`/task`: the card in hand, or a new one. It is posted below what was said, not edited far above."""
    return says(serve(turn, asked=True))


def next_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """A button that asks for a task."""
    return says(serve(turn, asked=True))


def serve(turn: Turn, *, asked: bool, undo: Undo | None = None) -> Message:
    """The next card in the card's message; or, in kind words, that there is none."""
    if not people.agreed(turn.person):
        return consenting.ask_again(turn, *cards.undo_row(turn.t, undo))
    if asked and not people_rows.languages(turn.tx, turn.person.id):
        return ask_languages(turn)
    waits = standing_words.paused(turn)
    if waits is not None:
        return replace(waits, slot=SLOT)
    handed = next_task(turn.tx, turn.person, asked=asked, now=turn.now, chance=turn.chance, gates=True)
    turn.tell(handed.events)
    if isinstance(handed, Handed):
        return cards.card(turn.t, handed.assignment, now=turn.now, undo=undo)
    if any(isinstance(one, Imposed) for one in handed.events):
        turn.refresh()  # their card ran out, and a rule had a word to say: what is left for them now
        return serve(turn, asked=asked, undo=undo)
    if not people_rows.languages(turn.tx, turn.person.id):
        return ask_languages(turn)
    if handed.gate is not None:
        return gate_card(turn, handed.gate, *cards.undo_row(turn.t, undo))
    return _nothing(turn, undo)


def gate_card(turn: Turn, gate: Gate, *rows: Row) -> Message:
    """What a project asks before its first card, in the card's message."""
    if gate.lack is Lack.TOPICS:
        return topic_words.question(turn.t, gate.project, *rows)
    if gate.lack is Lack.NOTICE:
        return topic_words.notice(turn.t, gate.project, *rows)
    assert gate.practice is not None, "a skill is asked for with how to earn it"
    return practice_words.offer(turn.t, gate.practice, *rows)


def _nothing(turn: Turn, undo: Undo | None) -> Message:
    t = turn.t
    words = (
        t("There is nothing to do right now. I will tell you when there is new work.")
        if turn.person.nudges
        else t("There is nothing to do right now. Please look in again later.")
    )
    look = Button(t("Look again"), data("next"))
    return Message(
        parts=(Title(t("All done")), Para(words)), rows=((look,), *cards.undo_row(t, undo)), slot=SLOT
    )


def answer(turn: Turn, pressed: Pressed) -> Reply:
    """A label was tapped: kept, and the next card follows in the same message."""
    held = answering.own(turn.tx, turn.person, pressed.number(0))
    if held.state is AssignmentState.ACTIVE and just_shown(turn):
        return says()
    options = kind_named(held.file.kind).form(held.file).options
    ordinal = pressed.number(1)
    if ordinal >= len(options):
        raise Refused("unknown_button")
    kept = answering.answer_held(turn.tx, turn.person, held, options[ordinal].id, now=turn.now)
    _tell(turn, kept.events)
    t = turn.t
    undo = None if kept.late else (held.id, cards.name_of(options[ordinal], t.locale))
    toast = t("Saved, though late. Thank you!") if kept.late else t("Saved. Thank you!")
    following = serve(turn, asked=False, undo=undo)
    days = streaks.answered(turn.tx, turn.person, now=turn.now)
    if days is not None and days > 1:
        toast = t("%(saved)s %(days)s.", saved=toast, days=row_words(t, days))
    return says(following, toast=Toast(toast))


def _tell(turn: Turn, events: tuple[Event, ...]) -> None:
    """What a tap brought about may change what its own person may do next."""
    turn.tell(events)
    if any(isinstance(one, Imposed) for one in events):
        turn.refresh()


def just_shown(turn: Turn) -> bool:
    """Whether a tap was meant for the card before: nobody reads and taps within the blink of an eye."""
    if not turn.house.reaction:
        return False
    shown = turn.slot(SLOT)
    return shown is not None and turn.now - shown.shown_at < turn.house.reaction


def skip(turn: Turn, pressed: Pressed) -> Reply:
    """Not this one: it never comes back to this worker."""
    held = answering.skip(turn.tx, turn.person, pressed.number(), now=turn.now)
    _tell(turn, rules.skipped(turn.tx, held, now=turn.now))
    return says(serve(turn, asked=False), toast=Toast(turn.t("Skipped.")))


def pause(turn: Turn, pressed: Pressed) -> Reply:
    """The card goes back without penalty, and nothing follows."""
    answering.give_back(turn.tx, turn.person, pressed.number(), now=turn.now)
    t = turn.t
    balance = people_rows.balance(turn.tx, turn.person.id)
    message = Message(
        parts=(
            Title(t("Paused")),
            Para(t("Your card went back, without a penalty.")),
            Note(t.n("You have %(count)s point.", "You have %(count)s points.", balance)),
        ),
        rows=((Button(t("Next task"), data("next")),),),
        slot=SLOT,
    )
    return says(message)


def keep(turn: Turn, pressed: Pressed) -> Reply:
    """A card that came by itself is kept: from now on its deadline counts."""
    held = answering.keep(turn.tx, turn.person, pressed.number(), now=turn.now)
    t = turn.t
    toast = t("Kept. Please answer by %(time)s.", time=t.when(held.due_at, now=turn.now))
    return says(cards.card(t, held, now=turn.now, undo=None), toast=Toast(toast))


def extend(turn: Turn, pressed: Pressed) -> Reply:
    """More time, once."""
    held = answering.extend(turn.tx, turn.person, pressed.number(), now=turn.now)
    t = turn.t
    toast = t("You have until %(time)s.", time=t.when(held.due_at, now=turn.now))
    return says(cards.card(t, held, now=turn.now, undo=None), toast=Toast(toast))


def undo(turn: Turn, pressed: Pressed) -> Reply:
    """The answer before is taken back and its card returns."""
    held = answering.undo(turn.tx, turn.person, pressed.number(), now=turn.now)
    toast = Toast(turn.t("Taken back. Please answer again."))
    return says(cards.card(turn.t, held, now=turn.now, undo=None), toast=toast)


def show(turn: Turn, pressed: Pressed) -> Reply:
    """From a reminder to the card itself."""
    held = answering.own(turn.tx, turn.person, pressed.number())
    if held.state not in (AssignmentState.ACTIVE, AssignmentState.OVERDUE):
        raise Refused("card_closed")
    if held.account_id != turn.person.account_id:
        assignments.change(turn.tx, held.id, account_id=turn.person.account_id)
    return says(cards.card(turn.t, held, now=turn.now, undo=None))


def sample(turn: Turn, _pressed: Pressed) -> Reply:
    """A button of a preview."""
    return says(toast=Toast(turn.t("This is a preview: nothing is saved.")))


ROUTES: tuple[Route, ...] = (
    CommandRoute("task", task, N_("Get a task"), right="work"),
    PressRoute("next", next_pressed, right="work"),
    PressRoute("a", answer, right="work", theirs=True),
    PressRoute("skip", skip, right="work", theirs=True),
    PressRoute("pause", pause, right="work", theirs=True),
    PressRoute("keep", keep, right="work", theirs=True),
    PressRoute("extend", extend, right="work", theirs=True),
    PressRoute("undo", undo, right="work", theirs=True),
    PressRoute("show", show, right="work", theirs=True),
    PressRoute("sample", sample),
)
