"""The rules of conduct: what each does, and how strict it is, for a project and for the house."""

from __future__ import annotations

from dataclasses import replace

from bots.dialogue import rule_words
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import slot, title_of
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
from core import rules
from core.domain.rules import COUNTED, Rule, Setting, Strictness, strictness
from core.errors import Refused
from i18n import N_, Phrase

ALL, LEVELS = tuple(Rule), tuple(Strictness)
HOUSE = 0
"""Instead of a project's number."""
AS_HOUSE = len(LEVELS)
A_ROW = 2


def house(turn: Turn, _command: Command) -> Reply:
    """`/rules`."""
    return says(_list(turn, HOUSE))


def house_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return says(_list(turn, HOUSE))


def house_one(turn: Turn, pressed: Pressed) -> Reply:
    """A rule as it is for every project that does not say otherwise."""
    return says(_one(turn, HOUSE, _rule(pressed.number())))


def house_choose(turn: Turn, pressed: Pressed) -> Reply:
    """How strict it is there from now on."""
    rule, at = _rule(pressed.number(0)), pressed.number(1)
    if at >= AS_HOUSE:
        raise Refused("unknown_button")
    rules.set_for_house(turn.tx, turn.person, rule, LEVELS[at], now=turn.now)
    return _saved(turn, HOUSE, rule)


def show(turn: Turn, pressed: Pressed) -> Reply:
    """The rules of a project."""
    return says(_list(turn, _project(pressed)))


def show_one(turn: Turn, pressed: Pressed) -> Reply:
    """One of them: what it does, and how strict it may be."""
    return says(_one(turn, _project(pressed), _rule(pressed.number(1))))


def choose(turn: Turn, pressed: Pressed) -> Reply:
    """How strict a rule is in the project from now on."""
    project_id, rule, at = _project(pressed), _rule(pressed.number(1)), pressed.number(2)
    if at > AS_HOUSE:
        raise Refused("unknown_button")
    chosen = None if at == AS_HOUSE else LEVELS[at]
    rules.set_for_project(turn.tx, turn.person, project_id, rule, chosen, now=turn.now)
    return _saved(turn, project_id, rule)


def _saved(turn: Turn, project_id: int, rule: Rule) -> Reply:
    toast = Toast(turn.t("Saved. It holds from the next answer on."))
    return replace(says(_one(turn, project_id, rule)), toast=toast)


def _project(pressed: Pressed) -> int:
    project_id = pressed.number(0)
    if project_id == HOUSE:
        raise Refused("unknown_project", project=project_id)
    return project_id


def _rule(at: int) -> Rule:
    if at >= len(ALL):
        raise Refused("unknown_button")
    return ALL[at]


def _settings(turn: Turn, project_id: int) -> tuple[Phrase, Setting, Setting]:
    """The heading, what was chosen here, and what holds where nothing was."""
    t = turn.t
    if project_id == HOUSE:
        return t("Rules for every project"), rules.of_house(turn.tx, turn.person), {}
    project, own, usual = rules.of_project(turn.tx, turn.person, project_id)
    return t("Rules of “%(title)s”", title=title_of(t, project.file)), own, usual


def _list(turn: Turn, project_id: int) -> Message:
    t = turn.t
    title, own, usual = _settings(turn, project_id)
    parts: list[Part] = [Title(title)]
    for rule in ALL:
        level = rule_words.strict_name(t, strictness(rule, own, usual))
        parts.append(Para(t("%(rule)s: %(level)s", rule=rule_words.name(t, rule), level=level)))
    parts.append(Note(t("Each is told to whoever it concerns, with the reason, and can be appealed.")))
    buttons = [Button(rule_words.name(t, rule), _data("rule", project_id, at)) for at, rule in enumerate(ALL)]
    rows: list[Row] = [tuple(buttons[at : at + A_ROW]) for at in range(0, len(buttons), A_ROW)]
    if project_id != HOUSE:
        rows.append((Button(t("Back to the project"), data("project", project_id)),))
    return Message(parts=tuple(parts), rows=tuple(rows), slot=_slot(project_id))


def _one(turn: Turn, project_id: int, rule: Rule) -> Message:
    t = turn.t
    title, own, usual = _settings(turn, project_id)
    now = strictness(rule, own, usual)
    parts: list[Part] = [
        Title(t("%(rules)s: %(rule)s", rules=title, rule=rule_words.name(t, rule))),
        Para(t(rule_words.SAYS[rule])),
    ]
    parts += [Para(line) for line in rule_words.steps(t, rule, now)]
    if now is Strictness.OFF:
        parts.append(Para(t("This rule is off: nothing happens.")))
    elif rule not in COUNTED:
        parts.append(
            Note(t("The numbers are for plain cases in a row. Good answers in between count against it."))
        )
    at = ALL.index(rule)

    def button(words: Phrase, level: int, *, chosen: bool) -> Button:
        return Button(
            t("✓ %(choice)s", choice=words) if chosen else words, _data("rule!", project_id, at, level)
        )

    rows: list[Row] = [
        tuple(
            button(
                rule_words.strict_name(t, one),
                LEVELS.index(one),
                chosen=own.get(rule, _usual(project_id)) is one,
            )
            for one in pair
        )
        for pair in (LEVELS[:2], LEVELS[2:])
    ]
    if project_id != HOUSE:
        level = rule_words.strict_name(t, strictness(rule, usual))
        words = t("As everywhere (%(level)s)", level=level)
        rows.append((button(words, AS_HOUSE, chosen=rule not in own),))
    rows.append((Button(t("All rules"), _data("rules", project_id)),))
    return Message(parts=tuple(parts), rows=tuple(rows), slot=_slot(project_id))


def _data(verb: str, project_id: int, *numbers: int) -> str:
    """A button of the project's room, or of the house's."""
    return data(f"house-{verb}", *numbers) if project_id == HOUSE else data(verb, project_id, *numbers)


def _usual(project_id: int) -> Strictness | None:
    return Strictness.NORMAL if project_id == HOUSE else None


def _slot(project_id: int) -> str:
    return "rules" if project_id == HOUSE else slot(project_id)


ROUTES: tuple[Route, ...] = (
    CommandRoute("rules", house, N_("The rules of conduct"), right="set rules"),
    PressRoute("house-rules", house_pressed, right="set rules"),
    PressRoute("house-rule", house_one, right="set rules"),
    PressRoute("house-rule!", house_choose, right="set rules"),
    PressRoute("rules", show, right="run project"),
    PressRoute("rule", show_one, right="run project"),
    PressRoute("rule!", choose, right="run project"),
)
