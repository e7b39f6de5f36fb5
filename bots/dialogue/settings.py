"""Settings: one card, every line of it a button."""

from __future__ import annotations

from bots.dialogue import languages, places, settings_form, topic_names
from bots.dialogue.buttons import Pressed, data
from bots.dialogue.hours import checked_hours, clock_time, read_hours
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Button, Command, Message, Note, Para, Reply, Text, Title, Upload, says
from core import linking, mornings, people, topics
from core.domain.person import may
from core.domain.topics import topics_in
from core.store import people as people_rows
from i18n import N_, Content, Phrase, native_name

SLOT = "settings"


def settings(turn: Turn, _command: Command) -> Reply:
    """`/settings`."""
    return _shown(turn)


def settings_pressed(turn: Turn, _pressed: Pressed) -> Reply:
    """The same from a button."""
    return _shown(turn)


def _shown(turn: Turn) -> Reply:
    return Reply(form=settings_form.form(turn)) if turn.can_open else says(overview(turn))


def overview(turn: Turn) -> Message:
    """Everything that can be set, as it stands."""
    t, person = turn.t, turn.person
    spoken = people_rows.languages(turn.tx, person.id)
    place = t("unknown") if person.zone is None else t.place(person.zone)
    chats = linking.chats(turn.tx, person)
    lines = (
        t("My language: %(language)s", language=native_name(person.locale)),
        t("Languages you work in: %(languages)s", languages=t.join([t.language(one) for one in spoken])),
        t("Your place: %(place)s", place=place),
        t("Quiet hours: %(hours)s", hours=_hours(turn)),
        t("News of new work: yes") if person.nudges else t("News of new work: no"),
        _topics(turn),
        *(_summary(turn) if may(person, "read summary") else ()),
        *((t("Linked chats: %(number)s", number=t.number(chats)),) if chats > 1 else ()),
    )
    return Message(
        parts=(
            Title(t("Settings")),
            *(Para(line) for line in lines),
            Note(t("Your number here: %(number)s", number=t.number(person.id))),
        ),
        rows=(
            (Button(t("🌐 Language"), data("locales", SLOT)), Button(t("Work languages"), data("setlangs"))),
            (Button(t("Place"), data("setzone")), Button(t("Quiet hours"), data("setquiet"))),
            (Button(t("Sensitive topics"), data("settopics")),),
            (
                Button(_nudge_words(turn), data("setnudge", 0 if person.nudges else 1)),
                *((Button(t("Summary"), data("setsummary")),) if may(person, "read summary") else ()),
            ),
        ),
        slot=SLOT,
    )


def _nudge_words(turn: Turn) -> Phrase:
    t = turn.t
    return t("Stop news of new work") if turn.person.nudges else t("Tell me of new work")


def _topics(turn: Turn) -> Phrase:
    fine = topics_in(topics.chosen(turn.tx, turn.person).fine)
    named = topic_names.names(turn.t, fine) if fine else turn.t("none")
    return turn.t("Sensitive topics: %(topics)s", topics=named)


def _hours(turn: Turn) -> Phrase:
    person = turn.person
    if person.quiet_from == person.quiet_to:
        return turn.t("none")
    start, end = clock_time(person.quiet_from), clock_time(person.quiet_to)
    return turn.t("%(start)s to %(end)s", start=start, end=end)


def _summary(turn: Turn) -> tuple[Phrase, ...]:
    """When the summary comes; the place is asked for elsewhere, until then it is the hour of UTC."""
    t, time = turn.t, Content(clock_time(mornings.hour(turn.tx, turn.person)))
    when = t("%(time)s UTC", time=time) if turn.person.zone is None else time
    return (t("Summary of the day before: %(time)s", time=when),)


def set_languages(turn: Turn, _pressed: Pressed) -> Reply:
    """The languages a person works in."""
    turn.expect("languages", settings=True)
    return says(languages.ask_languages(turn))


def set_zone(turn: Turn, _pressed: Pressed) -> Reply:
    """Where the person is."""
    message = places.ask_zone(turn)
    turn.expect("zone", settings=True)
    return says(message)


def ask_quiet(turn: Turn, _pressed: Pressed) -> Reply:
    """When to be left alone."""
    turn.expect("quiet")
    t = turn.t
    message = Message(
        parts=(
            Title(t("When shall I be quiet?")),
            Para(t("Send two times, for example 22:00-08:00. Deadlines never fall into these hours.")),
        ),
        rows=(
            (
                Button(Content("22:00 – 08:00"), data("quiet", 22 * 60, 8 * 60)),
                Button(t("Never"), data("quiet", 0, 0)),
            ),
        ),
        slot=SLOT,
    )
    return says(message)


def quiet(turn: Turn, pressed: Pressed) -> Reply:
    """Quiet hours were chosen."""
    return _quiet(turn, *checked_hours(pressed.number(0), pressed.number(1)))


def type_quiet(turn: Turn, words: Text | Upload) -> Reply:
    """Quiet hours were typed."""
    return _quiet(turn, *read_hours(words.body if isinstance(words, Text) else ""))


def _quiet(turn: Turn, start: int, end: int) -> Reply:
    people.set_quiet(turn.tx, turn.person, start=start, end=end)
    turn.expect(None)
    turn.refresh()
    return says(overview(turn))


def set_nudge(turn: Turn, pressed: Pressed) -> Reply:
    """News of new work, on or off; it needs a place, for the quiet hours."""
    wanted = pressed.number() == 1
    if wanted and turn.person.zone is None:
        return set_zone(turn, pressed)
    people.set_nudges(turn.tx, turn.person, wanted=wanted, now=turn.now)
    turn.refresh()
    return says(overview(turn))


ROUTES: tuple[Route, ...] = (
    CommandRoute("settings", settings, N_("Language, place, quiet hours")),
    PressRoute("settings", settings_pressed),
    PressRoute("setlangs", set_languages),
    PressRoute("setzone", set_zone),
    PressRoute("setquiet", ask_quiet),
    PressRoute("quiet", quiet),
    StepRoute("quiet", type_quiet),
    PressRoute("setnudge", set_nudge),
)
