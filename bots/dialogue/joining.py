"""Joining: consent, languages, time zone and whether to be told of new work; each asked once."""

from __future__ import annotations

from bots.dialogue.buttons import Pressed, data
from bots.dialogue.routes import CommandRoute, PressRoute, Route, StepRoute
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
    Text,
    Title,
    Upload,
    says,
)
from core import people
from core.domain.person import Role
from core.errors import Refused
from core.store import people as people_rows
from i18n import (
    N_,
    Phrase,
    available_locales,
    find_zone,
    native_name,
    parse_languages,
    working_languages,
    zones_for_locale,
)

SLOT = "joining"
FIRST_LANGUAGES = 9


def start(turn: Turn, command: Command) -> Reply:
    """`/start [invite]`."""
    token = command.args.strip()
    if turn.person.consented_at is None:
        if token:
            turn.expect("joining", invite=token)
        return begin(turn)
    if token:
        role = people.redeem(turn.tx, turn.person, token, now=turn.now)
        turn.refresh()
        return says(Message(parts=(Para(role_words(turn, role)),)))
    return says(welcome_back(turn))


def begin(turn: Turn) -> Reply:
    """What this is, what is kept, and the question whether to take part."""
    if turn.person.step != "joining":
        turn.expect("joining")
    return says(_invitation(turn))


def _invitation(turn: Turn) -> Message:
    t = turn.t
    return Message(
        parts=(
            Title(t("Welcome!")),
            Para(t("Here you do small tasks right in this chat: look, tap an answer, get points.")),
            Para(
                t(
                    "Kept are your answers, your points and your settings. Requesters never see your name; "
                    "they see answers under a pseudonym."
                )
            ),
            Para(t("Would you like to take part?")),
        ),
        rows=(
            (Button(t("Yes, I agree"), data("join")),),
            (Button(t("🌐 Language"), data("locales", "joining")),),
        ),
        slot=SLOT,
    )


def expecting(turn: Turn, _words: Text | Upload) -> Reply:
    """Words where a tap was expected: the question again."""
    return says(_invitation(turn))


def join(turn: Turn, _pressed: Pressed) -> Reply:
    """The person agreed."""
    token = turn.draft.get("invite") if turn.person.step == "joining" else None
    people.consent(turn.tx, turn.person, now=turn.now)
    turn.expect(None)
    turn.refresh()
    said: list[Message] = []
    if token:
        try:
            role = people.redeem(turn.tx, turn.person, str(token), now=turn.now)
            turn.refresh()
            said.append(Message(parts=(Para(role_words(turn, role)),)))
        except Refused as refused:
            from bots.dialogue.refusals import refusal

            said.append(Message(parts=(Para(refusal(turn.t, refused)),)))
    guess = turn.person.locale.partition("_")[0]
    if not people_rows.languages(turn.tx, turn.person.id):
        people.set_languages(turn.tx, turn.person, (guess,))
    return says(ask_languages(turn), *said)


# --- the language of the interface ----------------------------------------------------------------


def locales(turn: Turn, pressed: Pressed) -> Reply:
    """The languages in which I can speak."""
    back = pressed.word()
    rows: list[Row] = [
        (Button(native_name(locale), data("locale", locale.replace("_", "-"), back)),)
        for locale in available_locales()
    ]
    message = Message(
        parts=(Para(turn.t("In which language shall I speak to you?")),), rows=tuple(rows), slot=back
    )
    return says(message)


def locale(turn: Turn, pressed: Pressed) -> Reply:
    """An interface language was chosen."""
    chosen = pressed.word(0).replace("-", "_")
    if chosen not in available_locales():
        raise Refused("unknown_button")
    people.set_locale(turn.tx, turn.person, chosen)
    turn.refresh()
    if pressed.word(1) == SLOT and turn.person.consented_at is None:
        return says(_invitation(turn))
    from bots.dialogue.settings import overview

    return says(overview(turn))


# --- the languages a person works in --------------------------------------------------------------


def ask_languages(turn: Turn) -> Message:
    """Which languages the person can judge: tap to switch, or type."""
    turn.expect("languages")
    t = turn.t
    chosen = people_rows.languages(turn.tx, turn.person.id)
    guess = turn.person.locale.partition("_")[0]
    offered = dict.fromkeys((*chosen, guess, *working_languages()[:FIRST_LANGUAGES]))
    buttons = [
        Button(
            t("✓ %(language)s", language=native_name(tag)) if tag in chosen else native_name(tag),
            data("lang", tag),
        )
        for tag in offered
    ]
    rows: list[Row] = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    if chosen:
        rows.append((Button(t("Done"), data("langs")),))
    return Message(
        parts=(
            Title(t("Which languages do you read well?")),
            Para(t("You get tasks in these languages. Tap to switch, or type others.")),
        ),
        rows=tuple(rows),
        slot=SLOT,
    )


def switch_language(turn: Turn, pressed: Pressed) -> Reply:
    """A working language was switched on or off."""
    tags, _ = parse_languages(pressed.word())
    if not tags:
        raise Refused("unknown_button")
    chosen = people_rows.languages(turn.tx, turn.person.id)
    wanted = tuple(one for one in chosen if one not in tags) if tags[0] in chosen else (*chosen, *tags)
    people.set_languages(turn.tx, turn.person, wanted)
    return says(ask_languages(turn))


def type_languages(turn: Turn, words: Text | Upload) -> Reply:
    """Working languages were typed."""
    tags, _unknown = parse_languages(words.body) if isinstance(words, Text) else ((), ())
    if not tags:
        raise Refused("unknown_language")
    chosen = people_rows.languages(turn.tx, turn.person.id)
    people.set_languages(turn.tx, turn.person, tuple(dict.fromkeys((*chosen, *tags))))
    return says(ask_languages(turn))


def languages_done(turn: Turn, _pressed: Pressed) -> Reply:
    """On to the time zone, which is asked once."""
    if not people_rows.languages(turn.tx, turn.person.id):
        raise Refused("unknown_language")
    turn.expect(None)
    if turn.person.zone is None:
        return says(ask_zone(turn))
    return says(welcome_back(turn))


# --- time zone and nudges -------------------------------------------------------------------------


def ask_zone(turn: Turn) -> Message:
    """Where the person's clock is."""
    turn.expect("zone")
    t = turn.t
    zones = zones_for_locale(turn.person.locale)[:6]
    buttons = [Button(t.place(zone), data("zone", zone)) for zone in zones]
    rows: list[Row] = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    rows.append((Button(t("Skip"), data("nozone")),))
    return Message(
        parts=(
            Title(t("Where are you?")),
            Para(t("Then deadlines show your time, and nights stay quiet. Type a large city near you.")),
        ),
        rows=tuple(rows),
        slot=SLOT,
    )


def zone(turn: Turn, pressed: Pressed) -> Reply:
    """A time zone was chosen."""
    found = find_zone(pressed.word())
    if pressed.word() not in found:
        raise Refused("unknown_zone")
    return _zone(turn, pressed.word())


def type_zone(turn: Turn, words: Text | Upload) -> Reply:
    """A place was typed: taken when it is clear, else the candidates as buttons."""
    found = find_zone(words.body) if isinstance(words, Text) else ()
    if not found:
        raise Refused("unknown_zone")
    if len(found) == 1:
        return _zone(turn, found[0])
    t = turn.t
    rows: tuple[Row, ...] = tuple((Button(t.place(one), data("zone", one)),) for one in found)
    return says(Message(parts=(Para(t("Which one do you mean?")),), rows=rows, slot=SLOT))


def _zone(turn: Turn, name: str) -> Reply:
    people.set_zone(turn.tx, turn.person, name, now=turn.now)
    turn.refresh()
    return _after_zone(turn)


def no_zone(turn: Turn, _pressed: Pressed) -> Reply:
    """Not now; /settings asks again."""
    return _after_zone(turn)


def _after_zone(turn: Turn) -> Reply:
    from_settings = turn.person.step == "zone" and bool(turn.draft.get("settings"))
    turn.expect(None)
    if from_settings:
        from bots.dialogue.settings import overview

        return says(overview(turn))
    if turn.person.zone is None:
        return says(welcome_back(turn))
    t = turn.t
    message = Message(
        parts=(
            Title(t("Shall I tell you when there is new work?")),
            Para(t("At most once a day, never at night.")),
        ),
        rows=((Button(t("Yes, please"), data("nudge", 1)), Button(t("No, thanks"), data("nudge", 0))),),
        slot=SLOT,
    )
    return says(message)


def nudge(turn: Turn, pressed: Pressed) -> Reply:
    """Whether to be told of new work."""
    people.set_nudges(turn.tx, turn.person, wanted=pressed.number() == 1, now=turn.now)
    turn.refresh()
    return says(welcome_back(turn))


# --- and then -------------------------------------------------------------------------------------


def welcome_back(turn: Turn) -> Message:
    """Where to go from here, by role."""
    t, roles = turn.t, turn.person.roles
    rows: list[Row] = [(Button(t("Get a task"), data("next")),)]
    parts: list[Part] = [
        Title(t("You are all set.")),
        Para(t("Tap the button, or send /task whenever you have a minute.")),
    ]
    if roles & {Role.REQUESTER, Role.MODERATOR, Role.ADMIN}:
        rows.append(
            (Button(t("New project"), data("newproject")), Button(t("My projects"), data("projects")))
        )
    note = Note(t("/settings changes all this, /help shows what else I can do."))
    return Message(parts=(*parts, note), rows=tuple(rows), slot=SLOT)


def role_words(turn: Turn, role: Role) -> Phrase:
    """What a new role allows."""
    t = turn.t
    match role:
        case Role.REQUESTER:
            return t("You are a requester now: send /newproject to have something judged.")
        case Role.MODERATOR:
            return t("You are a moderator now: you get a summary every day, and /summary shows it any time.")
        case Role.ADMIN:
            return t("You are an admin now: /grant gives roles to others.")
        case Role.WORKER:
            return t("You are a worker: send /task to begin.")


ROUTES: tuple[Route, ...] = (
    CommandRoute("start", start, N_("Begin"), before_joining=True),
    StepRoute("joining", expecting, before_joining=True),
    PressRoute("join", join, before_joining=True),
    PressRoute("locales", locales, before_joining=True),
    PressRoute("locale", locale, before_joining=True),
    StepRoute("languages", type_languages),
    PressRoute("lang", switch_language),
    PressRoute("langs", languages_done),
    StepRoute("zone", type_zone),
    PressRoute("zone", zone),
    PressRoute("nozone", no_zone),
    PressRoute("nudge", nudge),
)
