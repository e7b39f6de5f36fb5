"""What an hour of work pays, for whoever decides what is paid."""

from __future__ import annotations

from bots.dialogue.vocabulary import Note, Para, Part
from core.domain.fair_pay import FairPay, Floor, below
from i18n import Phrase, Translator


def lines(t: Translator, pay: FairPay | None, floor: Floor) -> list[Part]:
    """The pay of an active hour, and a warning when it is below the operator's floor; nothing when unknown."""
    if pay is None:
        return []
    parts: list[Part] = [Para(t("An hour of work pays %(pay)s", pay=hourly(t, pay)))]
    if below(pay, floor):
        parts.append(
            Para(
                t(
                    "⚠ That is less than the %(least)s an hour that count as fair here. "
                    "Please raise the reward, or make the tasks quicker.",
                    least=_least(t, pay, floor),
                )
            )
        )
    how = t.n(
        "By the latest %(count)s answer, breaks left out; %(seconds)s s each.",
        "By the latest %(count)s answers, breaks left out; %(seconds)s s each.",
        pay.answers,
        seconds=t.number(round(pay.seconds_each, 1)),
    )
    parts.append(Note(how))
    return parts


def hourly(t: Translator, pay: FairPay) -> Phrase:
    """Points, and money where they are worth any."""
    points = t.n("%(count)s point", "%(count)s points", round(pay.points_an_hour))
    money = pay.money_an_hour
    if money is None:
        return points
    return t("%(money)s (%(points)s)", money=t.money(money.amount, money.currency), points=points)


def _least(t: Translator, pay: FairPay, floor: Floor) -> Phrase:
    if pay.value is None:
        return t.n("%(count)s point", "%(count)s points", floor.points or 0)
    return t.money(floor.money[pay.value.currency], pay.value.currency)
