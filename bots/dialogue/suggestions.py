"""Suggestions in a project, for its requester: which model makes them, what it may do, and the way back."""

from __future__ import annotations

from dataclasses import replace

from bots.dialogue.auditing import audit
from bots.dialogue.bars import exact_percent
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.errand_words import job_slot
from bots.dialogue.project_views import slot, title_of
from bots.dialogue.routes import CommandRoute, PressRoute, Route
from bots.dialogue.training_words import progress, tested_words
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
from bots.dialogue.which import number_in, which
from core import advising
from core.advising import Advice
from core.domain.models import Model
from core.domain.suggestions import AUDIT_ANSWERS, AUDITED
from core.domain.tested import tested
from core.effect import effect
from core.errors import Refused
from core.intake.project_model import NO_MODEL, OWN_MODEL
from core.training import TRAIN
from i18n import N_, Content, Phrase, Translator

NAMED = "named"
OFFERED = 8
"""So many of the operator's models have a button."""


def show(turn: Turn, pressed: Pressed) -> Reply:
    """What suggests now, and what could."""
    return says(_card(turn, pressed.number()))


def _card(turn: Turn, project_id: int) -> Message:
    t = turn.t
    found = advising.look(turn.tx, turn.person, project_id)
    parts: list[Part] = [
        Title(t("Suggestions in “%(title)s”", title=title_of(t, found.project.file))),
        *_serving(turn, found),
        *_policy(t, found),
    ]
    if found.training:
        parts.append(Note(t("A training is under way.")))
    return Message(parts=tuple(parts), rows=_rows(t, found), slot=slot(project_id))


def _serving(turn: Turn, found: Advice) -> list[Part]:
    """Which model suggests, and how good it is."""
    t, wanted = turn.t, found.project.file.suggestions
    one = found.champion
    if not wanted.wanted:
        return [Para(t("No model suggests anything here: people judge by themselves."))]
    if one is None:
        parts: list[Part] = [Para(t("There is no model yet, so nothing is suggested."))]
        if wanted.model == OWN_MODEL:
            parts.append(
                Note(
                    t("It trains by itself once enough tasks are settled. You can also try it now.")
                    if wanted.train
                    else t("Train it once some tasks are settled.")
                )
            )
        return parts
    parts = [Para(_named(turn, one)), *tested_words(t, tested(one.card))]
    if found.challenger is not None:
        parts.append(
            Para(t("A newer one runs in the shadow. It takes over once it proves better on new tasks."))
        )
    return parts


def _named(turn: Turn, one: Model) -> Phrase:
    t = turn.t
    if one.name is not None:
        return t("The model “%(name)s” suggests.", name=Content(one.name))
    return t.n(
        "Its own model suggests. It learned from %(count)s task: %(time)s.",
        "Its own model suggests. It learned from %(count)s tasks: %(time)s.",
        one.learned,
        time=t.when(one.created_at, now=turn.now),
    )


def _policy(t: Translator, found: Advice) -> list[Part]:
    """From when on a suggestion stands on a card, and what happens without asking anybody."""
    wanted = found.project.file.suggestions
    if not wanted.wanted:
        return [
            Note(t("A model can make people faster, and I measure whether it misleads them. You decide."))
        ]
    parts: list[Part] = [
        Para(
            t(
                "A suggestion stands on the card when the model is at least %(share)s sure.",
                share=exact_percent(t, wanted.show_above),
            )
        ),
        Note(
            t(
                "%(share)s of them are held back, to measure what they do. Both numbers are in the project file.",
                share=exact_percent(t, wanted.control_share),
            )
            if wanted.control_share
            else t(
                "None is held back, so nobody can measure what they do. Both numbers are in the project file."
            )
        ),
    ]
    if wanted.automatic:
        parts.append(Para(t("Where model and answers are sure enough, nobody else is asked.")))
    return parts


def _rows(t: Translator, found: Advice) -> tuple[Row, ...]:
    one, wanted = found.project.id, found.project.file.suggestions
    rows: list[Row] = [
        (
            _ticked(t, t("No suggestions"), data("model!", one, NO_MODEL), on=not wanted.wanted),
            _ticked(t, t("Own model"), data("model!", one, OWN_MODEL), on=wanted.model == OWN_MODEL),
        )
    ]
    for model in found.offered[:OFFERED]:
        words = t("Model “%(name)s”", name=Content(model.name or ""))
        rows.append((_ticked(t, words, data("model!", one, NAMED, model.id), on=wanted.model == model.name),))
    moves: list[Button] = []
    if not found.training:
        moves.append(Button(t("Train now"), data("train", one)))
    if found.can_go_back:
        moves.append(Button(t("Previous model"), data("model-back", one)))
    rows.append(tuple(moves))
    if wanted.wanted:
        rows.append((Button(t("Settle without asking"), data("auto", one)),))
    rows.append((Button(t("Back to the project"), data("project", one)),))
    return tuple(row for row in rows if row)


def _ticked(t: Translator, words: Phrase, pressing: str, *, on: bool) -> Button:
    return Button(t("✓ %(option)s", option=words) if on else words, pressing)


# --- choosing -------------------------------------------------------------------------------------


def choose(turn: Turn, pressed: Pressed) -> Reply:
    """No model, the project's own, or one of the operator's was tapped."""
    t, project_id, which_one = turn.t, pressed.number(0), pressed.word(1)
    tx, person, now = turn.tx, turn.person, turn.now
    if which_one == NAMED:
        advising.choose_named(tx, person, project_id, pressed.number(2), now=now)
    elif which_one in (NO_MODEL, OWN_MODEL):
        advising.choose(tx, person, project_id, model=which_one, now=now)
    else:
        raise Refused("unknown_button")
    toast = t("Nothing is suggested any more.") if which_one == NO_MODEL else t("Saved.")
    return says(_card(turn, project_id), toast=Toast(toast))


def back(turn: Turn, pressed: Pressed) -> Reply:
    """The model before suggests again."""
    advising.back(turn.tx, turn.person, pressed.number(), now=turn.now)
    toast = Toast(turn.t("The model before suggests again."))
    return says(_card(turn, pressed.number()), toast=toast)


# --- settling without asking ----------------------------------------------------------------------


def automatic(turn: Turn, pressed: Pressed) -> Reply:
    """What settling without asking means, and what it was measured to cost."""
    return says(_automatic(turn, pressed.number()))


def _automatic(turn: Turn, project_id: int) -> Message:
    t = turn.t
    found = advising.look(turn.tx, turn.person, project_id)
    file = found.project.file
    on = file.suggestions.automatic
    explained = t(
        "Where the model and the answers so far are as sure as your target of %(target)s, nobody else is asked. "
        "Some tasks then settle by one answer, or by none.",
        target=exact_percent(t, file.overlap.confidence),
    )
    honest = t.n(
        "A model can be wrong in the same way again and again. So 1 task in %(share)s, drawn by chance, "
        "still goes to %(count)s person, who sees no suggestion.",
        "A model can be wrong in the same way again and again. So 1 task in %(share)s, drawn by chance, "
        "still goes to %(count)s people, who see no suggestion.",
        AUDIT_ANSWERS,
        share=t.number(AUDITED),
    )
    state = t("It is on.") if on else t("It is off.")
    switch = (
        Button(t("Always ask people"), data("auto!", project_id, 0))
        if on
        else Button(t("Settle without asking"), data("auto!", project_id, 1))
    )
    return Message(
        parts=(
            Title(t("Settle without asking? %(state)s", state=state)),
            Para(explained),
            Para(honest),
            *audit(t, effect(turn.tx, turn.person, project_id)),
        ),
        rows=((switch,), (Button(t("Back"), data("models", project_id)),)),
        slot=slot(project_id),
    )


def switch_automatic(turn: Turn, pressed: Pressed) -> Reply:
    """Settling without asking was switched on or off."""
    t, project_id, on = turn.t, pressed.number(0), pressed.number(1) == 1
    advising.choose(turn.tx, turn.person, project_id, automatic=on, now=turn.now)
    toast = t("Sure tasks settle without asking now.") if on else t("People are always asked now.")
    return replace(says(_automatic(turn, project_id)), toast=Toast(toast))


# --- training -------------------------------------------------------------------------------------


def train_command(turn: Turn, command: Command) -> Reply:
    """`/train ID`."""
    project_id = number_in(command.args)
    return _train(turn, project_id) if project_id else which(turn, "train", act=_train, only_open=True)


def train_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """The same from a button."""
    return _train(turn, pressed.number())


def _train(turn: Turn, project_id: int) -> Reply:
    project = advising.may_train(turn.tx, turn.person, project_id)
    job = turn.errand(TRAIN, project_id=project_id, details={})
    return says(replace(progress(turn.t, project, share=0.0, stage="gathering"), slot=job_slot(job)))


ROUTES: tuple[Route, ...] = (
    CommandRoute("train", train_command, N_("Train a project’s own model"), right="run project"),
    PressRoute("train", train_pressed, right="run project"),
    PressRoute("models", show, right="run project"),
    PressRoute("model!", choose, right="run project"),
    PressRoute("model-back", back, right="run project"),
    PressRoute("auto", automatic, right="run project"),
    PressRoute("auto!", switch_automatic, right="run project"),
)
