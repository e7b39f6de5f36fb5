"""What our Slack says, against the strict stand-in over real HTTP, with every fault."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bots.dialogue.vocabulary import (
    HOME,
    Attachment,
    Button,
    Choice,
    Field,
    Form,
    Heard,
    Message,
    Para,
    Place,
    Press,
    Sender,
    Submit,
    Toast,
    Upload,
    Wrong,
)
from bots.platform import Address, Blocked, Impossible, Media, NotSent, Platform, TryLater
from bots.slack.hearing import place_ref
from bots.slack.platform import Slack
from i18n import Phrase
from tests.integration.slack_ears import ANA, SECRETS, Line, heard, no_complaints, speaking, stand_in
from tests.integration.telegram_ears import CARD, picture, said
from tests.standins.slack import SlackStandIn, User

BO = Address("T1", "U2")


@pytest.fixture
async def server() -> AsyncIterator[SlackStandIn]:
    async with stand_in() as server:
        with no_complaints(server):
            yield server


@pytest.fixture
async def line(server: SlackStandIn, tmp_path: Path) -> AsyncIterator[Line]:
    async with speaking(server, tmp_path) as line:
        yield line


@pytest.fixture
def slack(line: Line) -> Slack:
    return line.slack


@pytest.fixture
def ana(server: SlackStandIn) -> User:
    return server.user("U1", name="Ana", locale="es-ES", tz="Europe/Madrid")


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    path.write_bytes(picture("teal"))
    return path


@pytest.fixture
def dog(tmp_path: Path) -> Path:
    path = tmp_path / "dog.png"
    path.write_bytes(picture("navy"))
    return path


# --- saying ----------------------------------------------------------------------------------------


async def test_it_is_a_platform(slack: Slack) -> None:
    """What front desk and courier need of one, and what Slack can carry."""
    platform: Platform = slack
    assert (platform.name, platform.bot, platform.patient, platform.listens_alone) == (
        "slack",
        "slack",
        False,
        False,
    )
    limits = platform.limits
    assert (limits.commands, limits.forms, limits.home, limits.toasts) == ("/crowd ", True, True, False)
    assert platform.invite_link is None
    await platform.show_menu(ANA, [("task", "x")])


async def test_a_card_is_sent_and_edited(slack: Slack, ana: User) -> None:
    """The second card stands where the first was, without its buttons when it has none."""
    posted = await slack.send(ANA, CARD, None)
    assert posted.ref == f"{ana.dm.id}:{ana.last.id}"
    assert ana.last.words == "Task 1\na <cat>\n2 h left"
    assert ana.last.labels == ["Cat", "Dog"]
    assert ana.last.text == "Task 1\na &lt;cat&gt;\n2 h left"
    again = await slack.edit(ANA, posted.ref, said("Done"), None)
    assert again == posted
    assert (len(ana.chat), ana.last.words, ana.last.labels) == (1, "Done", [])
    assert await slack.edit(ANA, posted.ref, said("Done"), None) == posted


async def test_a_reply_stands_in_the_thread(slack: Slack, ana: User) -> None:
    """Of the message that it follows."""
    posted = await slack.send(ANA, CARD, None)
    reply = await slack.send(ANA, said("25 % done"), None, below=posted.ref)
    first = ana.chat[0]
    assert [one.words for one in ana.dm.below(first)] == ["25 % done"]
    await slack.edit(ANA, reply.ref, said("50 % done"), None)
    assert [one.words for one in ana.dm.below(first)] == ["50 % done"]


async def test_a_reply_to_a_message_that_is_gone(slack: Slack, ana: User) -> None:
    """It is said all the same, by itself."""
    posted = await slack.send(ANA, CARD, None)
    del ana.dm.messages[ana.last.id]
    await slack.send(ANA, said("25 % done"), None, below=posted.ref)
    assert (ana.last.words, ana.last.thread) == ("25 % done", None)


async def test_what_cannot_be_built_is_impossible(
    slack: Slack, server: SlackStandIn, ana: User, tmp_path: Path
) -> None:
    """Too long a button, a file that is not there: never a crash of the courier."""
    with pytest.raises(Impossible, match="2000"):
        await slack.send(ANA, said("x", rows=((Button(Phrase("A"), "x" * 2001),),)), None)
    for path in ("missing.csv", "../secret", "/etc/passwd"):
        with pytest.raises(Impossible):
            await slack.send(ANA, said("x", attachment=Attachment(path, "x.csv")), None)
    assert len(server.calls) == 0


# --- places ----------------------------------------------------------------------------------------


async def test_a_whisper_is_said_to_one_among_others(slack: Slack, server: SlackStandIn, ana: User) -> None:
    """Also in a thread; nothing comes privately."""
    channel = server.channel("C1", members=[ana], bot_in=True)
    there = said("Only you see this", place=Place("whisper", place_ref("C1")))
    await slack.send(ANA, there, None)
    assert [(one.words, one.channel) for one in ana.whispers] == [("Only you see this", "C1")]
    first = await ana.writes("hello", channel)
    await slack.send(ANA, replace(there, place=Place("whisper", place_ref("C1", thread=first.id))), None)
    assert ana.whispers[-1].thread == first.id
    assert ana.chat == []


async def test_a_post_is_said_to_everybody(slack: Slack, server: SlackStandIn, ana: User) -> None:
    """It can be followed by a reply in its thread."""
    channel = server.channel("C1", members=[ana], bot_in=True)
    posted = await slack.send(ANA, said("12 tasks wait", place=Place("post", place_ref("C1"))), None)
    assert channel.last.words == "12 tasks wait"
    await slack.send(ANA, said("All done"), None, below=posted.ref)
    assert [one.words for one in channel.below(channel.posts[0])] == ["All done"]


@pytest.mark.parametrize("kind", ["whisper", "post"])
@pytest.mark.parametrize("why", ["deleted", "archived", "not in it", "unknown"])
async def test_a_place_that_cannot_be_written_to(
    slack: Slack, server: SlackStandIn, ana: User, why: str, kind: str
) -> None:
    """What is said otherwise comes privately, once."""
    channel = server.channel("C1", members=[ana], bot_in=why != "not in it")
    if why == "deleted":
        server.delete(channel)
    if why == "archived":
        server.archive(channel)
    name = "C404" if why == "unknown" else "C1"
    place = Place("whisper" if kind == "whisper" else "post", place_ref(name))
    message = said("12 tasks wait", place=place, otherwise=Phrase("Invite me to the channel first."))
    await slack.send(ANA, message, None)
    await slack.send(ANA, replace(message, otherwise=None), None)
    assert [one.words for one in ana.chat] == ["Invite me to the channel first.", "12 tasks wait"]
    assert (channel.posts, ana.whispers) == ([], [])


async def test_a_place_that_was_opened_by_a_command(line: Line, server: SlackStandIn, ana: User) -> None:
    """A command lets us answer where we are no member; when that is used up, it comes privately."""
    channel = server.channel("C9", members=[ana])
    async with heard(line) as ear:
        await (await ana.command("post 1", channel=channel)).answered()
        place = ear.heard[0].place
        assert place is not None
        await line.slack.send(ANA, said("12 tasks wait", place=replace(place, kind="post")), None)
        assert channel.last.words == "12 tasks wait"
        for at in range(5):
            await line.slack.send(ANA, said(f"w{at}", place=place), None)
        assert [one.words for one in ana.whispers] == ["w0", "w1", "w2", "w3"]
        assert [one.words for one in ana.chat] == ["w4"]


@pytest.mark.parametrize("word", ["used_url", "expired_url", "channel_not_found"])
async def test_a_place_that_was_open_once(line: Line, server: SlackStandIn, ana: User, word: str) -> None:
    """However Slack says no: it is not asked for ever."""
    place = Place("whisper", place_ref("C1", response_url=f"{server.url}/actions/T1/R1"))
    server.faults.refuses(word, method="response_url")
    await line.slack.send(ANA, said("Your balance", place=place), None)
    assert [one.words for one in ana.chat] == ["Your balance"]


async def test_the_dashboard_is_shown_at_home(slack: Slack, ana: User) -> None:
    """It replaces what stood there."""
    await slack.send(ANA, replace(CARD, place=HOME), None)
    await slack.send(ANA, replace(said("Your day"), place=HOME), None)
    assert ana.home is not None
    assert (ana.home.words, ana.chat) == ("Your day", [])


# --- forms -----------------------------------------------------------------------------------------

FORM = Form(
    data="1:settings",
    title=Phrase("Settings"),
    fields=(
        Field("name", Phrase("Name"), value="Ana"),
        Field("lang", Phrase("Language"), "one", choices=(Choice(Phrase("English"), "en"),), optional=True),
    ),
    submit=Phrase("Save"),
)


async def asked(line: Line, ana: User) -> str:
    """Somebody has typed a command; the handle by which it can be answered."""
    await (await ana.command("settings")).answered()
    handle = line.ear.heard[-1].what.handle  # type: ignore[union-attr]  # a command has one
    assert handle is not None
    return handle


async def test_a_form_is_shown_filled_in_and_corrected(line: Line, ana: User) -> None:
    """Faults come back with the confirmation, at their fields; without faults it closes."""
    async with heard(line) as ear:
        assert await line.slack.acknowledge(await asked(line, ana), FORM)
        assert (await ana.sees_modal("Settings")).value("name") == "Ana"

        async def refuse(one: Heard) -> None:
            assert isinstance(one.what, Submit)
            wrong = Wrong({"name": Phrase("Too short."), "": Phrase("Nothing was saved.")})
            assert await line.slack.acknowledge(one.what.handle, wrong)

        ear.then = refuse
        told = await ana.submits(name="x")
        assert (told.action, told.errors) == ("errors", {"name": "Too short. Nothing was saved."})
        ear.then = None
        told = await ana.submits(name="Ana María", lang="English")
        assert told.action == "close"
        sent = [one.what for one in ear.heard if isinstance(one.what, Submit)]
        assert [one.values for one in sent] == [
            {"name": "x", "lang": ""},
            {"name": "Ana María", "lang": "en"},
        ]


async def test_a_form_whose_trigger_is_over(tmp_path: Path) -> None:
    """Or spent, or never was: nobody crashes, and the front desk knows that it was not seen."""
    now = [0.0]
    async with (
        stand_in(clock=lambda: now[0]) as server,
        speaking(server, tmp_path) as line,
        heard(line),
    ):
        ana = server.user("U1")
        handle = await asked(line, ana)
        now[0] += 3.1
        assert not await line.slack.acknowledge(handle, FORM)
        handle = await asked(line, ana)
        assert await line.slack.acknowledge(handle, FORM)
        assert not await line.slack.acknowledge(handle, FORM)
        assert not await line.slack.acknowledge("slack:T1:t:long-gone", FORM)
        assert [call.error for call in server.calls.of("views.open")] == [
            "expired_trigger_id",
            "",
            "exchanged_trigger_id",
        ]


@pytest.mark.parametrize("fault", ["fails", "too_many", "garbage", "resets_before", "held"])
async def test_a_form_that_slack_does_not_open(
    line: Line, server: SlackStandIn, ana: User, fault: str
) -> None:
    """Also when Slack takes so long that the trigger is over meanwhile."""
    async with heard(line):
        handle = await asked(line, ana)
        hold = None
        match fault:
            case "fails":
                server.faults.fails(method="views.open")
            case "too_many":
                server.faults.too_many(1, method="views.open")
            case "garbage":
                server.faults.garbage(method="views.open")
            case "resets_before":
                server.faults.resets_before(method="views.open")
            case _:
                hold = server.faults.hold_before(method="views.open")
        assert not await line.slack.acknowledge(handle, FORM)
        if hold is not None:
            hold.release()


async def test_a_form_that_cannot_be_built(line: Line, server: SlackStandIn, ana: User) -> None:
    """A menu without choices: the person is told, nobody crashes."""
    async with heard(line):
        handle = await asked(line, ana)
        server.faults.refuses("invalid_arguments", method="views.open")
        empty = replace(FORM, fields=(Field("a", Phrase("A"), "one"),))
        assert not await line.slack.acknowledge(handle, empty)


# --- answers to presses ----------------------------------------------------------------------------


async def test_a_toast_is_whispered(line: Line, server: SlackStandIn, ana: User) -> None:
    """Where the press was; letter by letter, and it calls nobody."""
    async with heard(line) as ear:
        await line.slack.send(ANA, CARD, None)
        await ana.presses(ana.last, "Cat")
        what = ear.heard[0].what
        assert isinstance(what, Press)
        assert await line.slack.acknowledge(what.handle, Toast(Phrase("*Saved* <!here> & _so_")))
        assert [one.words for one in ana.whispers] == ["*Saved* <!here> & _so_"]
        assert await line.slack.acknowledge(what.handle, None)
        assert await line.slack.acknowledge("slack:T1:t:long-gone", Toast(Phrase("x")))
        server.faults.fails(method="response_url")
        assert await line.slack.acknowledge(what.handle, Toast(Phrase("x")))
        assert len(ana.whispers) == 1


async def press(line: Line, ana: User) -> str:
    """A card was sent and pressed; where it stands."""
    posted = await line.slack.send(ANA, CARD, None)
    await ana.presses(ana.last, "Cat")
    return posted.ref


async def test_a_press_is_answered_by_its_own_way(line: Line, server: SlackStandIn, ana: User) -> None:
    """Five times, then by a call; every edit is seen once."""
    async with heard(line):
        ref = await press(line, ana)
        for at in range(7):
            await line.slack.edit(ANA, ref, said(f"now {at}"), None)
            assert ana.last.words == f"now {at}"
        assert (len(ana.chat), ana.last.edits, ana.whispers) == (1, 7, [])
        assert len(server.calls.of("response_url", error="")) == 5
        assert len(server.calls.of("chat.update", error="")) == 2
        await ana.presses_data(ana.last, "1:a:0")
        await line.ear.until(2)
        await line.slack.edit(ANA, ref, said("fresh"), None)
        assert len(server.calls.of("response_url", error="")) == 6


async def test_a_press_is_forgotten_after_half_an_hour(line: Line, server: SlackStandIn, ana: User) -> None:
    """Slack would not take an answer any more."""
    async with heard(line):
        ref = await press(line, ana)
        line.now.seconds += 30 * 60
        await line.slack.edit(ANA, ref, said("later"), None)
        assert ana.last.words == "later"
        assert server.calls.of("response_url") == []


@pytest.mark.parametrize(
    "fault", ["used", "expired", "404", "too many", "500", "garbage", "reset before", "reset after", "both"]
)
async def test_an_answer_that_does_not_arrive_is_said_by_a_call(
    line: Line, server: SlackStandIn, ana: User, fault: str
) -> None:
    """The card is what it should be, nothing is doubled, and nothing whispered."""
    faults = server.faults
    prepare: dict[str, Callable[[], None]] = {
        "used": lambda: faults.refuses("used_url", method="response_url"),
        "expired": lambda: faults.refuses("expired_url", method="response_url"),
        "404": lambda: faults.fails(404, method="response_url"),
        "too many": lambda: faults.too_many(30, method="response_url"),
        "500": lambda: faults.fails(500, method="response_url"),
        "garbage": lambda: faults.garbage(method="response_url"),
        "reset before": lambda: faults.resets_before(method="response_url"),
        "reset after": lambda: faults.resets_after(method="response_url"),
        "both": lambda: faults.fails(500, times=2),
    }
    async with heard(line):
        ref = await press(line, ana)
        prepare[fault]()
        if fault == "both":
            with pytest.raises(NotSent):
                await line.slack.edit(ANA, ref, said("next"), None)
        await line.slack.edit(ANA, ref, said("next"), None)
        assert (len(ana.chat), ana.last.words, ana.whispers) == (1, "next", [])
        assert faults.waiting == []
        await line.slack.edit(ANA, ref, said("and on"), None)
        assert (len(ana.chat), ana.last.words) == (1, "and on")


# --- refusals and faults ---------------------------------------------------------------------------


async def test_people_who_cannot_be_reached(slack: Slack, server: SlackStandIn, ana: User) -> None:
    """Deactivated, never there, or in a workspace that we are not in: final until they write."""
    posted = await slack.send(ANA, CARD, None)
    server.deactivate(ana)
    with pytest.raises(Blocked):
        await slack.send(ANA, CARD, None)
    with pytest.raises(Blocked):
        await slack.edit(ANA, posted.ref, said("x"), None)
    for nobody in (Address("T1", "U404"), Address("T404", "U1")):
        with pytest.raises(Blocked):
            await slack.send(nobody, CARD, None)


async def test_a_message_that_is_gone(slack: Slack, server: SlackStandIn, ana: User) -> None:
    """The courier then posts a new one."""
    await slack.send(ANA, CARD, None)
    ana.last.deleted = True
    with pytest.raises(Impossible) as told:
        await slack.edit(ANA, f"{ana.dm.id}:1.000001", CARD, None)
    assert told.value.gone


@pytest.mark.parametrize(
    ("error", "means"),
    [
        ("token_revoked", Blocked),
        ("account_inactive", Blocked),
        ("invalid_auth", NotSent),
        ("missing_scope", NotSent),
        ("internal_error", NotSent),
        ("msg_too_long", Impossible),
        ("something_new", Impossible),
    ],
)
async def test_refusals_are_told_in_the_words_of_a_platform(
    slack: Slack, server: SlackStandIn, ana: User, error: str, means: type[Exception]
) -> None:
    """For new messages and for edits alike."""
    posted = await slack.send(ANA, CARD, None)
    server.faults.refuses(error, method="chat.postMessage")
    with pytest.raises(means):
        await slack.send(ANA, CARD, None)
    server.faults.refuses(error, method="chat.update")
    with pytest.raises(means):
        await slack.edit(ANA, posted.ref, said("x"), None)


@pytest.mark.parametrize("fault", ["fails", "bad gateway", "garbage", "nonsense", "before", "after"])
async def test_what_may_or_may_not_have_been_sent(
    slack: Slack, server: SlackStandIn, ana: User, fault: str
) -> None:
    """The courier repeats it; nobody else does, and the next call works."""
    faults: dict[str, Callable[[], None]] = {
        "fails": lambda: server.faults.fails(500, method="chat.postMessage"),
        "bad gateway": lambda: server.faults.fails(502, method="chat.postMessage"),
        "garbage": lambda: server.faults.garbage(method="chat.postMessage"),
        "nonsense": lambda: server.faults.garbage(b'{"ok":true}', method="chat.postMessage"),
        "before": lambda: server.faults.resets_before(method="chat.postMessage"),
        "after": lambda: server.faults.resets_after(method="chat.postMessage"),
    }
    faults[fault]()
    with pytest.raises(NotSent):
        await slack.send(ANA, CARD, None)
    assert len(server.calls.of("chat.postMessage")) == 1
    await slack.send(ANA, CARD, None)
    assert len(ana.chat) == (2 if fault == "after" else 1)


async def test_a_method_rests_in_its_workspace_only(
    slack: Slack, line: Line, server: SlackStandIn, ana: User
) -> None:
    """As long as Slack says, without asking again; edits and other workspaces go on."""
    posted = await slack.send(ANA, CARD, None)
    server.faults.too_many(30, method="chat.postMessage")
    for passed, left in ((0, 30), (0, 30), (10, 20), (19, 1)):
        line.now.seconds += passed
        with pytest.raises(TryLater) as told:
            await slack.send(ANA, CARD, None)
        assert told.value.seconds == left
    assert len(server.calls.of("chat.postMessage")) == 2
    await slack.edit(ANA, posted.ref, said("goes on"), None)
    line.now.seconds += 1
    await slack.send(ANA, CARD, None)
    assert len(ana.chat) == 2


async def test_no_token_is_ever_told(
    slack: Slack,
    server: SlackStandIn,
    ana: User,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not in errors, whatever they hide, and not in any log."""
    caplog.set_level(logging.DEBUG)
    faults = server.faults
    told = []
    mishaps: list[Callable[[], None]] = [
        faults.fails,
        faults.garbage,
        faults.resets_before,
        lambda: faults.too_many(0),
        lambda: faults.refuses("invalid_auth"),
        lambda: faults.refuses("invalid_blocks", detail={"errors": ["no"]}),
    ]
    for go_wrong in mishaps:
        go_wrong()
        with pytest.raises((NotSent, TryLater, Impossible)) as failed:
            await slack.send(ANA, CARD, None)
        error: BaseException | None = failed.value
        while error is not None:
            told.append(f"{error!r} {error.args}")
            error = error.__cause__ or error.__context__
    out = capsys.readouterr()
    everything = "\n".join([*told, caplog.text, out.out, out.err])
    assert "invalid_auth" in everything
    assert not any(secret in everything for secret in SECRETS)


async def test_a_server_that_is_away(server: SlackStandIn, slack: Slack, ana: User) -> None:
    """Nothing but waiting helps, and then all is well."""
    await server.stop()
    with pytest.raises(NotSent):
        await slack.send(ANA, CARD, None)
    assert await slack.acknowledge("x", Toast(Phrase("never raises")))
    stranger = Sender("slack", "T1", "U1", "", introduced=False)
    assert await slack.who_is(stranger) == stranger
    await server.start()
    await slack.send(ANA, CARD, None)
    assert len(ana.chat) == 1


# --- who somebody is -------------------------------------------------------------------------------


async def test_slack_says_who_somebody_is(slack: Slack, ana: User) -> None:
    """With their language and their zone."""
    found = await slack.who_is(Sender("slack", "T1", "U1", "", introduced=False))
    assert (found.name, found.locale, found.zone) == ("Ana", "es-ES", "Europe/Madrid")
    assert found.introduced


@pytest.mark.parametrize("fault", ["fails", "garbage", "nonsense", "too many", "refuses", "before", "held"])
async def test_somebody_of_whom_nothing_is_known(
    slack: Slack, server: SlackStandIn, ana: User, fault: str
) -> None:
    """They are served all the same, and soon: nobody waits for Slack's memory."""
    faults = server.faults
    hold = faults.hold_before(method="users.info") if fault == "held" else None
    match fault:
        case "fails":
            faults.fails(method="users.info")
        case "garbage":
            faults.garbage(method="users.info")
        case "nonsense":
            faults.garbage(b'{"ok":true,"user":7}', method="users.info")
        case "too many":
            faults.too_many(9, method="users.info")
        case "refuses":
            faults.refuses("user_not_found", method="users.info")
        case "before":
            faults.resets_before(method="users.info")
    stranger = Sender("slack", "T1", "U1", "", introduced=False)
    async with asyncio.timeout(2.5):
        assert await slack.who_is(stranger) == stranger
    if hold is not None:
        hold.release()


# --- files from people -----------------------------------------------------------------------------


async def test_files_are_fetched(line: Line, server: SlackStandIn, ana: User, tmp_path: Path) -> None:
    """Several in one message, byte for byte."""
    async with heard(line) as ear:
        await ana.uploads("a.csv", b"text\na\n", more=[("b.bin", bytes(range(256)) * 5000)], caption="both")
        uploads = [one.what for one in await ear.until(2)]
    for at, data in enumerate([b"text\na\n", bytes(range(256)) * 5000]):
        what = uploads[at]
        assert isinstance(what, Upload)
        assert (what.size, what.caption) == (len(data), "both")
        into = tmp_path / f"in{at}"
        await line.slack.fetch(what.handle, into, len(data))
        assert into.read_bytes() == data
        with pytest.raises(Impossible):
            await line.slack.fetch(what.handle, tmp_path / "large", len(data) - 1)
    assert not (tmp_path / "large").exists()


@pytest.mark.parametrize(
    "fault", ["fails", "resets_before", "login", "gone workspace", "elsewhere", "no url"]
)
async def test_files_that_do_not_arrive(
    line: Line, server: SlackStandIn, ana: User, tmp_path: Path, fault: str
) -> None:
    """Nothing is left behind, and no stranger gets a token."""
    async with heard(line) as ear:
        await ana.uploads("a.csv", b"text\na\n")
        (one,) = await ear.until(1)
    assert isinstance(one.what, Upload)
    handle = one.what.handle
    match fault:
        case "fails":
            server.faults.fails(method="download")
        case "resets_before":
            server.faults.resets_before(method="download", times=2)  # reading is repeated once by itself
        case "login":
            handle = handle.replace("/files-pri/", "/files-pri/other")
        case "gone workspace":
            handle = handle.replace("T1 ", "T404 ")
        case "elsewhere":
            handle = "T1 http://127.0.0.1:9/files-pri/a.csv"
        case "no url":
            handle = "T1 "
    with pytest.raises(NotSent):
        await line.slack.fetch(handle, tmp_path / "in", 1000)
    assert not (tmp_path / "in").exists()


# --- files to people -------------------------------------------------------------------------------


async def test_a_file_goes_to_the_person(
    slack: Slack, server: SlackStandIn, ana: User, tmp_path: Path
) -> None:
    """Byte for byte, under the name it should have, with words beside it; in a thread where there is one."""
    (tmp_path / "out").mkdir()
    data = "id,label\n1,猫\n".encode() * 1000
    (tmp_path / "out" / "7.csv").write_bytes(data)
    results = said("Here *you* are <!here>", attachment=Attachment("out/7.csv", "ré su 猫.csv"))
    posted = await slack.send(ANA, results, None)
    assert posted.media_ref is None
    assert (ana.last.file_name, ana.last.words) == ("ré su 猫.csv", "Here *you* are <!here>")
    assert server.bot_file(ana.last.document or "") == data
    await slack.send(ANA, CARD, None)
    await slack.send(ANA, results, None, below=f"{ana.dm.id}:{ana.last.id}")
    (below,) = ana.dm.below(ana.chat[1])
    assert server.bot_file(below.document or "") == data
    await slack.send(ANA, Message((), attachment=Attachment("out/7.csv", "a.csv")), None)
    assert (ana.last.file_name, ana.last.words) == ("a.csv", "")


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "upload", "conversations.open", "files.completeUploadExternal"]
)
async def test_a_file_that_does_not_get_through(
    slack: Slack, server: SlackStandIn, ana: User, tmp_path: Path, method: str
) -> None:
    """At whatever step: it is tried again as a whole, and comes once."""
    (tmp_path / "a.csv").write_bytes(b"id\n")
    message = said("x", attachment=Attachment("a.csv", "a.csv"))
    for go_wrong in (server.faults.fails, server.faults.resets_before):
        go_wrong(method=method)
        with pytest.raises(NotSent):
            await slack.send(ANA, message, None)
    await slack.send(ANA, message, None)
    assert [one.file_name for one in ana.chat] == ["a.csv"]


# --- pictures --------------------------------------------------------------------------------------

SHOWN = replace(CARD, picture="x.png", alt=Phrase("an animal"))


async def test_a_picture_is_uploaded_once(slack: Slack, server: SlackStandIn, ana: User, cat: Path) -> None:
    """Afterwards it is named by Slack's id for it, in new messages and in edits."""
    first = await slack.send(ANA, SHOWN, Media(cat))
    assert first.media_ref is not None
    assert server.bot_file(first.media_ref) == picture("teal")
    assert (ana.last.picture, ana.last.now.alt) == (first.media_ref, "an animal")
    second = await slack.send(ANA, SHOWN, Media(cat, first.media_ref))
    edited = await slack.edit(ANA, second.ref, replace(SHOWN, rows=()), Media(cat, first.media_ref))
    assert first.media_ref == second.media_ref == edited.media_ref
    assert len(server.calls.of("upload")) == 1


async def test_two_who_see_it_at_once_upload_it_once(
    slack: Slack, server: SlackStandIn, ana: User, cat: Path, dog: Path
) -> None:
    """The second waits for the first; another picture does not."""
    server.user("U2")
    posted = await asyncio.gather(
        slack.send(ANA, SHOWN, Media(cat)),
        slack.send(BO, SHOWN, Media(cat)),
        slack.send(BO, SHOWN, Media(dog)),
    )
    assert posted[0].media_ref == posted[1].media_ref != posted[2].media_ref
    assert len(server.calls.of("upload")) == 2


async def test_a_picture_that_slack_has_not_looked_at(
    slack: Slack, line: Line, server: SlackStandIn, ana: User, cat: Path
) -> None:
    """It is tried again a little later with the same file; in the end it is shown."""
    server.world.slow_files = 2
    for _ in range(2):
        with pytest.raises(TryLater):
            await slack.send(ANA, SHOWN, Media(cat))
        line.now.seconds += 1
    posted = await slack.send(ANA, SHOWN, Media(cat))
    assert ana.last.picture == posted.media_ref
    assert len(server.calls.of("upload")) == 1
    server.violations.clear()  # the refusals of a picture that is not ready yet


async def test_a_picture_that_is_not_ready_for_the_answer_to_a_press(
    line: Line, server: SlackStandIn, ana: User, cat: Path
) -> None:
    """The next card of somebody who is quick: it comes, however it is said."""
    async with heard(line):
        ref = await press(line, ana)
        server.world.slow_files = 2
        with pytest.raises(TryLater):
            await line.slack.edit(ANA, ref, SHOWN, Media(cat))
        line.now.seconds += 1
        posted = await line.slack.edit(ANA, ref, SHOWN, Media(cat))
        assert (len(ana.chat), ana.last.picture) == (1, posted.media_ref)
    server.violations.clear()  # as above


async def test_a_picture_that_slack_never_shows(
    slack: Slack, line: Line, server: SlackStandIn, ana: User, cat: Path
) -> None:
    """After a minute the message is given up, and the next one begins anew."""
    server.world.slow_files = 1000
    with pytest.raises(TryLater):
        await slack.send(ANA, SHOWN, Media(cat))
    line.now.seconds += 61
    with pytest.raises(Impossible):
        await slack.send(ANA, SHOWN, Media(cat))
    server.world.slow_files = 0
    await slack.send(ANA, SHOWN, Media(cat))
    assert len(server.calls.of("upload")) == 2
    server.violations.clear()  # as above


@pytest.mark.parametrize("later", [1, 3600])
@pytest.mark.parametrize("way", ["send", "edit"])
async def test_a_picture_that_vanished_is_uploaded_again(
    slack: Slack, line: Line, server: SlackStandIn, ana: User, cat: Path, later: int, way: str
) -> None:
    """Somebody deleted the file, or it is of another workspace: the message comes at once, with a new one."""
    first = await slack.send(ANA, SHOWN, Media(cat))
    server.first.space.files[first.media_ref or ""].deleted = True
    line.now.seconds += later
    media = Media(cat, first.media_ref)
    if way == "send":
        second = await slack.send(ANA, SHOWN, media)
    else:
        second = await slack.edit(ANA, first.ref, SHOWN, media)
    assert second.media_ref not in (None, first.media_ref)
    assert ana.last.picture == second.media_ref
    assert len(server.calls.of("upload")) == 2
    server.violations.clear()  # the refusal of the file that is gone


async def test_a_picture_of_another_process(slack: Slack, server: SlackStandIn, ana: User, cat: Path) -> None:
    """An id that this workspace never had."""
    posted = await slack.send(ANA, SHOWN, Media(cat, "F404"))
    assert server.bot_file(posted.media_ref or "") == picture("teal")
    server.violations.clear()  # as above


async def test_a_picture_is_replaced_and_lost_in_place(slack: Slack, ana: User, cat: Path, dog: Path) -> None:
    """By another one, by words; a file that is lost is told in words."""
    posted = await slack.send(ANA, SHOWN, Media(cat))
    second = await slack.edit(ANA, posted.ref, SHOWN, Media(dog))
    assert ana.last.picture == second.media_ref != posted.media_ref
    await slack.edit(ANA, posted.ref, said("Thanks"), None)
    assert (ana.last.picture, ana.last.words, len(ana.chat)) == (None, "Thanks", 1)
    await slack.send(ANA, Message((Para(Phrase("What is it?")),), picture="x.png", alt=Phrase("a cat")), None)
    assert ana.last.words == "a cat\nWhat is it?"
    with pytest.raises(Impossible):
        await slack.send(ANA, SHOWN, Media(cat.parent / "missing.png"))
