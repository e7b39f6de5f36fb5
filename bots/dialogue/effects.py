"""What suggestions do to a project, in words: following, time, agreement, and how right the model is."""

from __future__ import annotations

from bots.dialogue.auditing import audit
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.project_views import title_of
from bots.dialogue.routes import PressRoute, Route
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Message, Note, Para, Part, Reply, Row, Title, says
from core import projects
from core.consensus.advisor import EDGES
from core.consensus.anchoring import Anchoring, Span
from core.domain.project import Project
from core.effect import BandRight, Effect, effect
from i18n import N_, Phrase, Translator

BRIEF = 2
"""So many lines in /progress; the rest is behind a button."""
ENOUGH = 50
"""So many answers with a suggestion in sight, and so many without, before anything is said."""
FEWEST_WRONG = 20
"""So many wrong suggestions seen, and so many unseen, before it is said how far people follow them."""
LEAST_JUDGED = 20
"""A band of confidence is worth a line from so many tasks on."""


def brief(t: Translator, project: Project, found: Effect | None) -> list[Part]:
    """What matters most, for /progress; nothing where nothing is suggested."""
    if found is None and not project.file.suggestions.wanted:
        return []
    return swayed(t, found)[:BRIEF]


def way_there(t: Translator, project: Project, found: Effect | None) -> tuple[Row, ...]:
    """The button to the rest of it, where there is any."""
    if found is None:
        return ()
    return ((Button(t("What suggestions do"), data("effect", project.id)),),)


def show(turn: Turn, pressed: Pressed) -> Reply:
    """Everything that was measured."""
    t, project_id = turn.t, pressed.number()
    project = projects.look(turn.tx, turn.person, project_id)
    found = effect(turn.tx, turn.person, project_id)
    parts: list[Part] = [Title(t("What suggestions do in “%(title)s”", title=title_of(t, project.file)))]
    parts += swayed(t, found)
    if found is not None:
        parts += [Para(_right(t, one)) for one in found.bands if one.tasks >= LEAST_JUDGED]
    if project.file.suggestions.automatic:
        parts += audit(t, found)
    if found is not None:
        parts.append(Note(t("Measured: %(moment)s", moment=t.when(found.as_of, now=turn.now))))
    rows: tuple[Row, ...] = (
        (
            Button(t("Progress"), data("progress", project_id)),
            Button(t("Suggestions"), data("models", project_id)),
        ),
    )
    return says(Message(parts=tuple(parts), rows=rows, slot=f"progress:{project_id}"))


# --- with a suggestion in sight, and without ------------------------------------------------------


def swayed(t: Translator, found: Effect | None) -> list[Part]:
    """What is measured, the most important first."""
    one = None if found is None else found.anchoring
    if one is None or min(one.shown, one.withheld) < ENOUGH:
        return [Para(_early(t, 0 if one is None else one.withheld))]
    lines = (_following(t, one), _time(t, one), _agreement(t, one), _rightness(t, one), _pace(t, one))
    return [Para(words) for words in lines if words is not None]


def _early(t: Translator, withheld: int) -> Phrase:
    return t.n(
        "Too early to say what suggestions do: %(count)s of %(least)s answers without one.",
        "Too early to say what suggestions do: %(count)s of %(least)s answers without one.",
        min(withheld, ENOUGH),
        least=t.number(ENOUGH),
    )


def _following(t: Translator, one: Anchoring) -> Phrase | None:
    """How far people follow suggestions that are wrong."""
    seen, unseen = one.followed_wrong, one.wrong_alone
    if seen is None or unseen is None or min(seen.of, unseen.of) < FEWEST_WRONG:
        return None
    return t(
        "Of 100 wrong suggestions people follow about %(followed)s, ± %(margin)s. "
        "Without seeing them they make the same mistake in %(anyway)s.",
        followed=t.number(round(100 * seen.value)),
        margin=t.number(margin(seen)),
        anyway=t.number(round(100 * unseen.value)),
    )


def _time(t: Translator, one: Anchoring) -> Phrase | None:
    """How long an answer takes: half of them less, half of them more."""
    if one.seconds_shown is None or one.seconds_withheld is None:
        return None
    return t(
        "An answer takes %(seen)s s with a suggestion and %(unseen)s s without one (medians).",
        seen=t.number(round(one.seconds_shown, 1)),
        unseen=t.number(round(one.seconds_withheld, 1)),
    )


def _agreement(t: Translator, one: Anchoring) -> Phrase | None:
    """How often people say what the model says."""
    seen, unseen = one.agreed_shown, one.agreed_withheld
    if seen is None or unseen is None:
        return None
    return t(
        "People say what is suggested %(seen)s of the time when they see it, %(unseen)s when they do not.",
        seen=t.percent(seen.value),
        unseen=t.percent(unseen.value),
    )


def _rightness(t: Translator, one: Anchoring) -> Phrase | None:
    """Whether it helps or misleads in the end."""
    seen, unseen, helped = one.right_shown, one.right_withheld, one.helped
    if seen is None or unseen is None or helped is None:
        return None
    return t(
        "Answers are right %(seen)s of the time with a suggestion, %(unseen)s without one, ± %(margin)s points.",
        seen=t.percent(seen.value),
        unseen=t.percent(unseen.value),
        margin=t.number(margin(helped)),
    )


def _pace(t: Translator, one: Anchoring) -> Phrase | None:
    """Time, each person compared with themselves."""
    if one.pace is None or one.saved is None:
        return None
    share, around = t.percent(abs(one.saved)), t.number(margin(one.pace))
    words = (
        N_("Each compared with themselves, people take %(share)s more time, ± %(margin)s.")
        if one.saved < 0
        else N_("Each compared with themselves, people save %(share)s of the time, ± %(margin)s.")
    )
    return t(words, share=share, margin=around)


def margin(span: Span) -> int:
    """Half of an interval, in hundredths; never none."""
    return max(1, round(50 * (span.high - span.low)))


def _right(t: Translator, one: BandRight) -> Phrase:
    most = next((edge for edge in EDGES if edge > one.least), 1.0)
    return t.n(
        "Where it is %(least)s to %(most)s sure, it is right %(right)s of the time (%(count)s task).",
        "Where it is %(least)s to %(most)s sure, it is right %(right)s of the time (%(count)s tasks).",
        one.tasks,
        least=t.percent(one.least),
        most=t.percent(most),
        right=t.percent(one.right),
    )


ROUTES: tuple[Route, ...] = (PressRoute("effect", show, right="run project"),)
