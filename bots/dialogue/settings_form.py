"""All settings in one form, where a platform has forms."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.dashboard import dashboard
from bots.dialogue.hours import clock_time, read_hours, read_time, written_hours
from bots.dialogue.refusals import refusal
from bots.dialogue.routes import FormRoute, Route
from bots.dialogue.topic_names import NAMES
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Choice, Field, Form, Reply, Submit, Words, Wrong, says
from core import mornings, people, topics
from core.domain.person import may
from core.domain.topics import Topic, topics_in
from core.errors import Refused
from core.store import people as people_rows
from i18n import available_locales, find_zone, native_name, working_languages

VERB = "set-form"
MOST_LANGUAGES = 100


def form(turn: Turn) -> Form:
    """Everything that can be set, as it stands."""
    t, person = turn.t, turn.person
    chosen = people_rows.languages(turn.tx, person.id)
    offered = tuple(dict.fromkeys((*chosen, *working_languages())))[:MOST_LANGUAGES]
    return Form(
        data=data(VERB),
        title=t("Settings"),
        fields=(
            Field(
                "locale",
                t("In which language shall I speak to you?"),
                "one",
                value=person.locale,
                choices=tuple(Choice(native_name(one), one) for one in available_locales()),
            ),
            Field(
                "languages",
                t("Which languages do you read well?"),
                "some",
                t("You get tasks in these languages."),
                chosen,
                tuple(Choice(native_name(one), one) for one in offered),
            ),
            Field(
                "zone",
                t("Where are you?"),
                hint=t("Then deadlines show your time, and nights stay quiet. Type a large city near you."),
                value=t.place(person.zone) if person.zone else "",
                optional=True,
            ),
            Field(
                "quiet",
                t("When shall I be quiet?"),
                hint=t("Two times, for example 22:00-08:00. Leave it empty for never."),
                value=written_hours(person.quiet_from, person.quiet_to),
                optional=True,
            ),
            Field(
                "nudges",
                t("Shall I tell you when there is new work?"),
                "one",
                t("At most once a day, never at night."),
                str(int(person.nudges)),
                (Choice(t("Yes, please"), "1"), Choice(t("No, thanks"), "0")),
            ),
            Field(
                "topics",
                t("Which topics are fine for you?"),
                "some",
                t("You get tasks about these only when they are marked."),
                topics_in(topics.chosen(turn.tx, person).fine),
                tuple(Choice(t(NAMES[one]), one) for one in Topic),
                optional=True,
            ),
            *(_summary(turn) if may(person, "read summary") else ()),
        ),
        submit=t("Save"),
        locale=t.locale,
    )


def _summary(turn: Turn) -> tuple[Field, ...]:
    t = turn.t
    return (
        Field(
            "summary",
            t("When shall I send you the summary?"),
            hint=t("It is about the day before. Send a time, for example 08:30."),
            value=clock_time(mornings.hour(turn.tx, turn.person)),
        ),
    )


def sent(turn: Turn, _pressed: Pressed, submit: Submit) -> Reply:
    """Everything is kept, or each field says what is wrong with it and nothing is."""
    values, errors = submit.values, dict[str, Words]()
    zone = quiet = None
    try:
        zone = _zone(turn, str(values.get("zone", "")))
    except Refused as refused:
        errors["zone"] = refusal(turn.t, refused)
    try:
        typed = str(values.get("quiet", ""))
        quiet = read_hours(typed) if typed.strip() else (0, 0)
    except Refused as refused:
        errors["quiet"] = refusal(turn.t, refused)
    minute = None
    if may(turn.person, "read summary") and "summary" in values:
        try:
            minute = read_time(str(values["summary"]))
        except Refused as refused:
            errors["summary"] = refusal(turn.t, refused)
    locale, spoken = str(values.get("locale", "")), tuple(values.get("languages", ()))
    if locale not in available_locales() or not set(spoken) <= _known(turn):
        raise Refused("unknown_button")
    fine = tuple(one for one in Topic if one in values.get("topics", ()))
    if not spoken:
        errors["languages"] = refusal(turn.t, Refused("unknown_language"))
    wanted = values.get("nudges") == "1"
    if wanted and zone is None and "zone" not in errors:
        errors["zone"] = turn.t("I need your place for the quiet hours.")
    if errors or quiet is None:
        return Reply(wrong=Wrong(errors))
    people.set_locale(turn.tx, turn.person, locale)
    people.set_languages(turn.tx, turn.person, spoken)
    if zone is not None and zone != turn.person.zone:
        people.set_zone(turn.tx, turn.person, zone, now=turn.now)
    if minute is not None and minute != mornings.hour(turn.tx, turn.person):
        mornings.set_hour(turn.tx, turn.person, minute, now=turn.now)
    people.set_quiet(turn.tx, turn.person, start=quiet[0], end=quiet[1])
    if wanted != turn.person.nudges:
        people.set_nudges(turn.tx, turn.person, wanted=wanted, now=turn.now)
    if "topics" in values and set(fine) != set(topics_in(topics.chosen(turn.tx, turn.person).fine)):
        turn.tell(topics.choose(turn.tx, turn.person, fine, now=turn.now))
    turn.refresh()
    return says(*((dashboard(turn),) if turn.limits.home else ()))


def _known(turn: Turn) -> set[str]:
    return {*people_rows.languages(turn.tx, turn.person.id), *working_languages()}


def _zone(turn: Turn, words: str) -> str | None:
    """The place that was typed; the one that stands when it was not touched."""
    standing = turn.person.zone
    if not words.strip():
        return standing
    if standing is not None and words.strip() == turn.t.place(standing):
        return standing
    found = find_zone(words)
    if not found:
        raise Refused("unknown_zone")
    if len(found) > 1:
        raise Refused("several_zones", places=turn.t.join([turn.t.place(one) for one in found]))
    return found[0]


ROUTES: tuple[Route, ...] = (FormRoute(VERB, sent),)
