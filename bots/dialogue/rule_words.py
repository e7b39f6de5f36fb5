"""The rules of conduct in words that whoever they concern can read."""

from __future__ import annotations

import math

from core.domain.rules import COUNTED, Rule, Step, Strictness, ladder
from i18n import N_, Phrase, Translator

NAMES: dict[Rule, str] = {
    Rule.CARELESS: N_("Careless answers"),
    Rule.TOO_FAST: N_("Too fast"),
    Rule.SAME_ANSWER: N_("Always the same"),
    Rule.COPYING: N_("Copied suggestions"),
    Rule.GOLD: N_("Known tasks failed"),
    Rule.SKIPS: N_("Skips in a row"),
    Rule.OVERDUE: N_("Overdue in a row"),
}
"""As buttons and lists have them."""

SAYS: dict[Rule, str] = {
    Rule.CARELESS: N_(
        "Answers that differ from what others say, or what is known, as often as chance would."
    ),
    Rule.TOO_FAST: N_(
        "Answers that come much faster than people usually take, and are right no more often than by chance."
    ),
    Rule.SAME_ANSWER: N_("The same answer again and again, also where others contradict it."),
    Rule.COPYING: N_("Every suggestion taken over, the wrong ones too, or faster than a task can be read."),
    Rule.GOLD: N_("Wrong answers to tasks whose answer is known, as often as by chance."),
    Rule.SKIPS: N_("Tasks skipped in a row. A task that somebody reports is not skipped."),
    Rule.OVERDUE: N_("Tasks that ran out of time in a row, although a reminder came in time."),
}
"""What a rule watches."""

STRICT: dict[Strictness, str] = {
    Strictness.OFF: N_("off"),
    Strictness.MILD: N_("mild"),
    Strictness.NORMAL: N_("normal"),
    Strictness.STRICT: N_("strict"),
}

TAKES: dict[Step, str] = {
    Step.NUDGE: N_("after %(count)s: a kind word"),
    Step.MORE_GOLD: N_("after %(count)s: more tasks with a known answer, for a week"),
    Step.PAUSE: N_("after %(count)s: a pause of six hours"),
    Step.RESTRICT: N_("after %(count)s: no more tasks of the project, and a moderator looks"),
}

TELLS: dict[Rule, float] = {
    Rule.CARELESS: 0.6,
    Rule.TOO_FAST: 0.7,
    Rule.SAME_ANSWER: 0.7,
    Rule.COPYING: 0.8,
    Rule.GOLD: 0.8,
}
"""What an answer that nobody would defend comes to, in nats: by that a ladder is put into numbers."""


def name(t: Translator, rule: Rule) -> Phrase:
    """A rule in two words."""
    return t(NAMES[rule])


def strict_name(t: Translator, strict: Strictness) -> Phrase:
    """How strict, in a word."""
    return t(STRICT[strict])


def steps(t: Translator, rule: Rule, strict: Strictness) -> tuple[Phrase, ...]:
    """What a rule does, and after about how many clear cases in a row."""

    def count(most: float) -> Phrase | str:
        if rule in COUNTED:
            return t.number(int(most))
        return t("about %(number)s", number=t.number(math.ceil(most / TELLS[rule])))

    return tuple(t(TAKES[step], count=count(most)) for step, most in ladder(rule, strict).items())
