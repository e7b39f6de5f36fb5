"""Paying people out: what is owed, statements to be paid, and what the people are told."""

from __future__ import annotations

from decimal import Decimal

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Attachment,
    Button,
    Command,
    Message,
    Note,
    Para,
    Part,
    Reply,
    Row,
    Title,
    says,
)
from core import payouts
from core.domain.currencies import DIGITS
from core.domain.money import Money
from core.domain.payouts import PayoutState
from core.errors import Refused
from core.events import PayoutMoved
from core.payouts import Overview, Owed, reference
from core.store import payouts as rows
from core.store.payouts import Payout
from i18n import N_, Content, Phrase, Translator

JOB = "payout"
SLOT = "payout"
_STATES: dict[PayoutState, str] = {
    PayoutState.MAKING: N_("being made"),
    PayoutState.MADE: N_("to be paid"),
    PayoutState.PAID: N_("paid"),
    PayoutState.CANCELLING: N_("being cancelled"),
    PayoutState.CANCELLED: N_("cancelled"),
}


def payout(turn: Turn, _command: Command) -> Reply:
    """`/payout`: everything is added up, which takes a moment."""
    return _look(turn)


def payout_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return _look(turn)


def _look(turn: Turn) -> Reply:
    turn.errand(JOB, project_id=None, details={"do": "look"})
    return says(Message(parts=(Para(turn.t("I am adding up what is owed…")),), slot=SLOT))


def make(turn: Turn, pressed: Pressed) -> Reply:
    """A statement in a currency; it is filled in batches."""
    t, currency = turn.t, pressed.word().upper()
    if currency not in DIGITS:
        raise Refused("unknown_button")
    made = payouts.begin(turn.tx, turn.person, currency, minimum=turn.house.payout_minimum, now=turn.now)
    turn.errand(JOB, project_id=None, details={"do": "make", "payout": made})
    return says(Message(parts=(Para(t("I am making the statement…")),), slot=SLOT))


def ask_paid(turn: Turn, pressed: Pressed) -> Reply:
    """Marking as paid is for good, so it is asked."""
    t = turn.t
    return _ask(
        turn,
        pressed.number(),
        asks=t("Was all of it sent?"),
        means=t("Everybody is told that they were paid. This cannot be taken back."),
        yes=(t("Yes, it is paid"), "payout-paid!"),
    )


def paid(turn: Turn, pressed: Pressed) -> Reply:
    """The money was sent."""
    t = turn.t
    one = payouts.mark_paid(turn.tx, turn.person, pressed.number(), now=turn.now)
    words = t("Statement %(number)s is marked as paid. I am telling everybody.", number=t.number(one.id))
    return _ended(turn, one, does="tell", words=words)


def ask_cancel(turn: Turn, pressed: Pressed) -> Reply:
    """Cancelling is for good, too."""
    t = turn.t
    return _ask(
        turn,
        pressed.number(),
        asks=t("Cancel this statement?"),
        means=t("Everybody gets their points back. Do this only if no money was sent."),
        yes=(t("Yes, cancel it"), "payout-cancel!"),
    )


def cancel(turn: Turn, pressed: Pressed) -> Reply:
    """The money will not be sent."""
    t = turn.t
    one = payouts.cancel(turn.tx, turn.person, pressed.number(), now=turn.now)
    words = t("Statement %(number)s is cancelled. I am giving the points back.", number=t.number(one.id))
    return _ended(turn, one, does="cancel", words=words)


def _ask(turn: Turn, payout_id: int, *, asks: Phrase, means: Phrase, yes: tuple[Phrase, str]) -> Reply:
    """A statement, and what it means to end it so; `yes` is a button's words and verb."""
    one, words = _statement(turn, payout_id)
    label, verb = yes
    row = (Button(label, data(verb, one.id)), _back(turn.t))
    return says(Message(parts=(Title(asks), Para(words), Note(means)), rows=(row,), slot=SLOT))


def _ended(turn: Turn, one: Payout, *, does: str, words: Phrase) -> Reply:
    """What follows goes over everybody, so an errand does it."""
    turn.errand(JOB, project_id=None, details={"do": does, "payout": one.id})
    return says(Message(parts=(Para(words),), rows=((_back(turn.t),),), slot=SLOT))


def _statement(turn: Turn, payout_id: int) -> tuple[Payout, Phrase]:
    one = rows.find(turn.tx, payout_id)
    if one is None:
        raise Refused("unknown_payout")
    if one.state is not PayoutState.MADE:
        raise Refused("payout_ended")
    people, points, amount = rows.total(turn.tx, one.id)
    return one, _line(turn.t, one, people=people, points=points, amount=amount)


def _back(t: Translator) -> Button:
    return Button(t("Back"), data("payout"))


# --- what is owed ---------------------------------------------------------------------------------


def overview(t: Translator, found: Overview, minimum: dict[str, Decimal]) -> Message:
    """What is owed by currency and platform, with the buttons that pay it."""
    parts: list[Part] = [Title(t("Payouts"))]
    rows_: list[Row] = []
    busy = {one.currency for one, *_ in found.statements if one.state in rows.UNDER_WAY}
    for one in found.owed:
        parts += _owed(t, one, minimum.get(one.currency))
        if one.people and one.currency not in busy:
            words = t("Make a statement in %(currency)s", currency=Content(one.currency))
            rows_.append((Button(words, data("payout-make", one.currency)),))
    if not found.owed:
        parts.append(Para(t("Nothing is owed: no points of a project with a point value wait to be paid.")))
    for statement, people, points, amount in found.statements:
        parts.append(Para(_line(t, statement, people=people, points=points, amount=amount)))
        if statement.state is PayoutState.MADE:
            rows_.append(_ends(t, statement.id))
    return Message(parts=tuple(parts), rows=tuple(rows_), slot=SLOT, locale=t.locale)


def _owed(t: Translator, one: Owed, least: Decimal | None) -> list[Part]:
    money = t.money(one.amount, one.currency)
    people = t.n("%(count)s person", "%(count)s people", one.people)
    parts: list[Part] = [Para(t("Owed: %(money)s to %(people)s", money=money, people=people))]
    if one.by_platform:
        where = [
            t("%(platform)s: %(number)s", platform=Content(name.capitalize()), number=t.number(count))
            for name, count in sorted(one.by_platform.items())
        ]
        parts.append(Note(t.join(where)))
    if one.small and least is not None:
        few = t.n(
            "%(count)s person has less than %(least)s, which waits.",
            "%(count)s people have less than %(least)s, which waits.",
            one.small,
            least=t.money(least, one.currency),
        )
        parts.append(Note(few))
    return parts


def _line(t: Translator, one: Payout, *, people: int, points: int, amount: Decimal) -> Phrase:
    return t(
        "Statement %(number)s: %(money)s for %(points)s to %(people)s, %(state)s",
        number=t.number(one.id),
        money=t.money(amount, one.currency),
        points=t.n("%(count)s point", "%(count)s points", points),
        people=t.n("%(count)s person", "%(count)s people", people),
        state=t(_STATES[one.state]),
    )


def _ends(t: Translator, payout_id: int) -> Row:
    number = t.number(payout_id)
    return (
        Button(t("%(number)s is paid", number=number), data("payout-paid", payout_id)),
        Button(t("Cancel %(number)s", number=number), data("payout-cancel", payout_id)),
    )


def made(t: Translator, one: Payout, *, people: int, points: int, amount: Decimal) -> Message:
    """A statement is complete: how to go on."""
    parts = (
        Title(t("Statement %(number)s is ready", number=t.number(one.id))),
        Para(_line(t, one, people=people, points=points, amount=amount)),
        Para(t("Pay each line of the file with its reference, then mark the statement as paid.")),
        Note(t("People find their number in /settings; the file holds no names.")),
    )
    return Message(parts=parts, rows=(_ends(t, one.id), (_back(t),)), slot=SLOT, locale=t.locale)


def nothing_to_pay(t: Translator) -> Message:
    """A statement that would pay nobody."""
    return Message(parts=(Para(t("Nothing can be paid at the moment.")),), slot=SLOT, locale=t.locale)


def file(t: Translator, attachment: Attachment) -> Message:
    """The statement as a table."""
    return Message(
        parts=(
            Para(
                t("One row per person"),
            ),
        ),
        attachment=attachment,
        below=SLOT,
        locale=t.locale,
    )


def given_back(t: Translator, payout_id: int) -> Message:
    """A statement is cancelled."""
    words = t(
        "Statement %(number)s is cancelled: everybody has their points back.", number=t.number(payout_id)
    )
    return Message(parts=(Para(words),), rows=((_back(t),),), slot=SLOT, locale=t.locale)


# --- what people are told -------------------------------------------------------------------------


def told(t: Translator, event: PayoutMoved) -> Message:
    """What became of a person's points, in one message."""
    money = t.money(event.money.amount, event.money.currency)
    known = Content(reference(event.payout_id, event.person_id))
    match event.state:
        case PayoutState.PAID:
            parts: tuple[Part, ...] = (
                Title(t("You were paid %(money)s", money=money)),
                Note(t("Reference: %(reference)s", reference=known)),
            )
        case PayoutState.CANCELLED:
            back = t.n(
                "The payout of %(money)s was cancelled: your %(count)s point is back.",
                "The payout of %(money)s was cancelled: your %(count)s points are back.",
                event.points,
                money=money,
            )
            parts = (Para(back), Note(t("Nothing is lost: it counts for the next payout.")))
        case _:
            taken = t.n(
                "%(money)s for %(count)s point is on its way to you.",
                "%(money)s for %(count)s points is on its way to you.",
                event.points,
                money=money,
            )
            parts = (Para(taken), Note(t("Reference: %(reference)s", reference=known)))
    row = (Button(t("My points"), data("balance")),)
    return Message(parts=parts, rows=(row,), locale=t.locale)


def purse(turn: Turn) -> list[Part]:
    """What the person's points are worth, and what is on its way, for `/balance`."""
    t, found = turn.t, payouts.purse(turn.tx, turn.person)
    parts: list[Part] = []
    if found.worth:
        parts.append(Para(t("Of them can be paid out: %(money)s", money=_sums(t, found.worth))))
    if found.on_the_way:
        parts.append(Para(t("On its way to you: %(money)s", money=_sums(t, found.on_the_way))))
    return parts


def _sums(t: Translator, sums: tuple[Money, ...]) -> Phrase:
    return t.join([t.money(one.amount, one.currency) for one in sums])


ROUTES: tuple[Route, ...] = (
    CommandRoute("payout", payout, N_("Pay people for their points"), right="pay out"),
    PressRoute("payout", payout_pressed, right="pay out"),
    PressRoute("payout-make", make, right="pay out"),
    PressRoute("payout-paid", ask_paid, right="pay out"),
    PressRoute("payout-paid!", paid, right="pay out"),
    PressRoute("payout-cancel", ask_cancel, right="pay out"),
    PressRoute("payout-cancel!", cancel, right="pay out"),
)
