"""More answers or fewer: what each target costs from here on, in words, in buttons and as a curve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bots.dialogue.bars import exact_percent
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.errand_words import job_slot
from bots.dialogue.project_views import cost_words, slot, title_of
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import (
    Button,
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
from core import ordering, projects
from core.consensus.calibration import LEAST_GOLD
from core.errors import Refused
from core.ordering import Changed, Offer, Offers
from i18n import Phrase, Translator

FINE = 10_000
"""A button names a target in so many parts of one."""
BESIDE = 2
"""So many targets on either side of the present one are offered while none may be called by its percentage."""
A_ROW = 2
"""So many buttons stay readable side by side on a phone."""
ALMOST = 0.99


def show(turn: Turn, pressed: Pressed) -> Reply:
    """The targets that the project can be moved to, each with what it costs."""
    return says(_card(turn, pressed.number()))


def choose(turn: Turn, pressed: Pressed) -> Reply:
    """A target was tapped, or the way back."""
    t, project_id, target = turn.t, pressed.number(0), pressed.number(1) / FINE
    try:
        changed = ordering.set_confidence(turn.tx, turn.person, project_id, target, now=turn.now)
    except ValueError:
        raise Refused("unknown_button") from None
    if changed.before == changed.project.file.overlap.confidence:
        toast = Toast(t("It is like that already."))
        return replace(says(_card(turn, project_id)), toast=toast)
    measured = ordering.offers(turn.tx, turn.person, project_id, now=turn.now).measured
    return says(_changed(t, changed, measured=measured))


def curve_pressed(turn: Turn, pressed: Pressed) -> Reply:
    """The same as a picture, which takes a moment."""
    t, project_id = turn.t, pressed.number()
    project = projects.look(turn.tx, turn.person, project_id)
    if not marks(ordering.offers(turn.tx, turn.person, project_id, now=turn.now)):
        raise Refused("not_now")
    job = turn.errand("curve", project_id=project_id, details={})
    words = t("I am drawing the curve of “%(title)s”…", title=title_of(t, project.file))
    return says(Message(parts=(Para(words),), slot=job_slot(job)))


def _card(turn: Turn, project_id: int) -> Message:
    t = turn.t
    found = ordering.offers(turn.tx, turn.person, project_id, now=turn.now)
    parts: list[Part] = [
        Title(t("How sure should the labels of “%(title)s” be?", title=title_of(t, found.project.file)))
    ]
    if found.cost is not None:
        parts.append(Para(cost_words(t, found.cost)))
    rows: list[Row] = []
    if found.silence is not None:
        parts += _silence(t, found)
    elif found.measured:
        parts += _measured(t, found)
        buttons = [_button(t, found, one, exact_percent(t, one.target)) for one in found.ahead]
        rows += _rows(buttons)
        rows.append((Button(t("Show the curve"), data("curve", project_id)),))
    else:
        parts += _unmeasured(t, found)
        rows += _rows(
            [_button(t, found, one, _step(t, step)) for one, step in _steps(found) if abs(step) <= BESIDE]
        )
    rows.append((Button(t("Back to the project"), data("project", project_id)),))
    return Message(parts=tuple(parts), rows=tuple(rows), slot=slot(project_id))


# --- with percentages -----------------------------------------------------------------------------


def _measured(t: Translator, found: Offers) -> list[Part]:
    parts: list[Part] = [Para(t("Tasks settle at %(target)s now.", target=exact_percent(t, found.target)))]
    parts += [Para(_line(t, one)) for one in found.ahead]
    parts.append(Note(t("Expected from here on, by the answers so far. More of them make it more exact.")))
    return [*parts, *_limits(t, found)]


def _line(t: Translator, one: Offer) -> Phrase:
    facts = [t.n("about %(count)s more point", "about %(count)s more points", about(one.points))]
    if one.settled is not None:
        facts.append(t("%(share)s of the settled labels right", share=t.percent(min(one.settled, ALMOST))))
    if one.left:
        facts.append(t.n("%(count)s task for you to decide", "%(count)s tasks for you to decide", one.left))
    # Translators: a target and what it comes to: "90%: about 1,240 more points and 94% of the settled labels right".
    return t("%(target)s: %(facts)s", target=exact_percent(t, one.target), facts=t.join(facts))


def _limits(t: Translator, found: Offers) -> list[Part]:
    """What may stand in the way of more answers."""
    parts: list[Part] = []
    overlap, left = found.project.file.overlap, found.project.left
    if overlap.min == overlap.max:
        words = t.n(
            "Every task gets %(count)s answer in any case. Change the overlap in the project file for more.",
            "Every task gets %(count)s answers in any case. Change the overlap in the project file for more.",
            overlap.max,
        )
        parts.append(Note(words))
    if left is not None and any(one.points > left for one in found.ahead):
        words = t.n("The budget has %(count)s point left.", "The budget has %(count)s points left.", left)
        parts.append(Note(words))
    return parts


# --- without --------------------------------------------------------------------------------------


def _unmeasured(t: Translator, found: Offers) -> list[Part]:
    why = t.n(
        "I cannot give percentages yet: %(count)s of %(least)s tasks with a known answer has been judged.",
        "I cannot give percentages yet: %(count)s of %(least)s tasks with a known answer have been judged.",
        found.gold,
        least=t.number(LEAST_GOLD),
    )
    command = t.command(f"/addtasks {found.project.id}")
    how = t("Add tasks with a known answer (a column “gold”) with %(command)s.", command=command)
    guess = t("Until then the points on the buttons are a rough guess.")
    return [Para(why), Note(how), Note(guess), *_limits(t, found)]


def _steps(found: Offers) -> list[tuple[Offer, int]]:
    """The targets with their distance from the present one, in steps."""
    lower = sum(one.target < found.target for one in found.ahead)
    stands = any(one.target == found.target for one in found.ahead)
    return [
        (one, place - lower + (0 if stands or place < lower else 1)) for place, one in enumerate(found.ahead)
    ]


def _step(t: Translator, step: int) -> Phrase:
    match step:
        case 0:
            return t("As now")
        case 1:
            return t("A little surer")
        case -1:
            return t("A little less sure")
        case _ if step > 0:
            return t("Much surer")
        case _:
            return t("Much less sure")


# --- buttons --------------------------------------------------------------------------------------


def _button(t: Translator, found: Offers, one: Offer, name: Phrase) -> Button:
    words = t.n("%(name)s · ~%(count)s point", "%(name)s · ~%(count)s points", about(one.points), name=name)
    if one.target == found.target:
        words = t("✓ %(option)s", option=words)
    return Button(words, data("order!", found.project.id, round(one.target * FINE)))


def _rows(buttons: list[Button]) -> list[Row]:
    return [tuple(buttons[at : at + A_ROW]) for at in range(0, len(buttons), A_ROW)]


def about(points: int) -> int:
    """A number that does not pretend to be exact: three figures of it."""
    fine = int(10 ** max(0, len(str(points)) - 3))
    return round(points / fine) * fine


# --- what it came to ------------------------------------------------------------------------------


def _changed(t: Translator, changed: Changed, *, measured: bool) -> Message:
    before, after = changed.before, changed.project.file.overlap.confidence
    if measured:
        words = t(
            "Tasks settle at %(after)s now, no longer at %(before)s.",
            after=exact_percent(t, after),
            before=exact_percent(t, before),
        )
    elif after > before:
        words = t("Tasks must be surer now before they settle.")
    else:
        words = t("Tasks settle with less certainty now.")
    if after > before:
        most = t.number(changed.project.file.overlap.max)
        follows = t("Tasks that are not as sure get more answers, up to %(most)s each.", most=most)
    else:
        follows = t("Tasks that are sure enough settle in a few minutes. What is settled stays settled.")
    one = changed.project.id
    return Message(
        parts=(Title(words), Note(follows)),
        rows=(
            (
                Button(t("Undo"), data("order!", one, round(before * FINE))),
                Button(t("More answers or fewer"), data("order", one)),
            ),
            (Button(t("Back to the project"), data("project", one)),),
        ),
        slot=slot(one),
    )


def _silence(t: Translator, found: Offers) -> list[Part]:
    match found.silence:
        case "votes":
            why = t("This project counts votes, so its labels have no confidence to choose.")
            how = t("Set the method to dawid_skene in the project file, then answers are weighed.")
        case "not_begun":
            why = t("Nobody has answered yet.")
            how = t("Launch the project first.")
        case "ended":
            why = t("Nothing is open any more, so no more answers can come.")
            how = t("The labels are in the results.")
        case _:
            why = t("It is too early to say what more answers bring.")
            how = t("Come back when some more tasks are answered.")
    return [Para(why), Note(how)]


# --- the curve ------------------------------------------------------------------------------------


def marks(found: Offers) -> list[tuple[Any, ...]]:
    """What is drawn, as core.learning.charts takes it; nothing where no percentage may be shown."""
    if found.silence is not None or not found.measured or found.now is None:
        return []
    return [
        (one.target or None, one.points, one.accuracy, one.low, one.high, one.target == found.target)
        for one in (found.now, *found.ahead)
    ]


def curve(t: Translator, found: Offers, picture: str) -> Message:
    """The picture with what it shows."""
    assert found.now is not None, "a curve begins where the project stands"
    chosen = next((one for one in found.ahead if one.target == found.target), found.ahead[-1])
    shares = {
        "now": t.percent(min(found.now.accuracy or 0.0, ALMOST)),
        "then": t.percent(min(chosen.accuracy or 0.0, ALMOST)),
    }
    brings = t.n(
        "Of all labels about %(now)s are right as it stands, and %(then)s after about %(count)s more point.",
        "Of all labels about %(now)s are right as it stands, and %(then)s after about %(count)s more points.",
        about(chosen.points),
        **shares,
    )
    return Message(
        parts=(
            Title(t("What more answers bring to “%(title)s”", title=title_of(t, found.project.file))),
            Para(brings),
            Para(t("To the right: points for the next answers. Upwards: how many of all labels are right.")),
            Note(
                t(
                    "Each dot is a target, the full one is yours. The truth lies in the band 8 times in 10. "
                    "Tasks left for you to decide count with their likeliest label."
                )
            ),
        ),
        rows=((Button(t("More answers or fewer"), data("order", found.project.id)),),),
        picture=picture,
        alt=brings,
    )


ROUTES: tuple[Route, ...] = (
    PressRoute("order", show, right="run project"),
    PressRoute("order!", choose, right="run project"),
    PressRoute("curve", curve_pressed, right="run project"),
)
