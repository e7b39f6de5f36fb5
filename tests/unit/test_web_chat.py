"""The web chat over real HTTP: the ways in, events in, messages out, files both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bots.dialogue.vocabulary import (
    Attachment,
    Button,
    Command,
    Heard,
    Link,
    Message,
    Para,
    Press,
    Quote,
    Sender,
    Text,
    Title,
    Toast,
    Upload,
)
from bots.platform import Impossible, NotSent, Platform
from bots.web import Web
from bots.web.history import History, Seals
from bots.web.reception import NotOpen, Reception
from bots.web.sessions import FREE_TRIES
from core.clock import ManualClock
from core.intake.images import store_image
from core.store import Store
from core.vault import Vault
from i18n import Content, Phrase
from tests.standins.web_chat import NOON, TOKEN, Ear, Page, a_web, address, serving

CARD = Message(
    (Title(Content("Animals")), Quote(Content("مرحبا"))),
    rows=((Button(Content("Cat"), "a:cat"), Link(Content("Rules"), "https://example.org/")),),
    slot="card",
)
Open = Callable[..., Any]


@pytest.fixture
async def opened(sqlite_store: Store, tmp_path: Path) -> AsyncIterator[Open]:
    """Serves a chat with these settings; gives the chat, its ear and a page of it."""
    async with AsyncExitStack() as stack:

        async def open_one(*, persona: str | None = None, **settings: Any) -> tuple[Web, Ear, Page]:
            chat, ear = a_web(sqlite_store, tmp_path, **settings), Ear()
            base = await stack.enter_async_context(serving(chat, ear))
            return chat, ear, await stack.enter_async_context(Page(base, persona=persona))

        yield open_one


async def user_of(page: Page, ear: Ear) -> str:
    """The user id of a page, as the service hears it."""
    await page.say("hello", "who")
    return ear.heard[-1].sender.user_id


# --- the ways in ----------------------------------------------------------------------------------


async def test_the_printed_address_opens_the_chat_once(opened: Open) -> None:
    chat, _, page = await opened()
    assert chat.url.endswith(f"/?t={TOKEN}")
    assert (await page.enter())["messages"] == []
    async with Page(page.base) as other, other.session.get(chat.url) as answer:
        assert answer.status == 403
        assert "printed" in await answer.text()
    assert (await page.open())["messages"] == []


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(opened: Open) -> None:
    chat, _, page = await opened()
    async with page.session.get(chat.url) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize(
    "path", ["/", "/chat/open", "/chat/static/main.js", "/chat/file/1", "/chat/static/no.js"]
)
async def test_every_answer_has_safe_headers(opened: Open, path: str) -> None:
    _, _, page = await opened()
    await page.enter()
    async with page.session.get(page.base + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Referrer-Policy" in answer.headers
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


async def test_the_page_has_no_script_style_or_request_to_elsewhere(opened: Open) -> None:
    chat, _, page = await opened()
    async with page.session.get(chat.url) as answer:
        html = await answer.text()
    assert "style=" not in html
    assert "onclick" not in html
    assert html.count("<script") == html.count('<script type="module" src="/chat/static/')
    assert "http://" not in html
    assert "https://" not in html


@pytest.mark.parametrize("path", ["/chat/open", "/chat/live", "/chat/file/1", f"/chat/media/{'a' * 64}.png"])
async def test_without_a_session_nothing_is_told(opened: Open, path: str) -> None:
    _, _, page = await opened()
    status, _ = await page.get(path)
    assert status == 403


@pytest.mark.parametrize(
    "wrong", [{"X-CSRF-Token": "x"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_an_event_needs_the_pages_own_marks(opened: Open, wrong: dict[str, str]) -> None:
    _, ear, page = await opened()
    await page.enter()
    page.headers |= wrong
    assert (await page.say("hello"))[0] == 403
    assert ear.heard == []


async def test_a_foreign_host_name_gets_nothing(opened: Open) -> None:
    _, _, page = await opened()
    await page.enter()
    async with page.session.get(f"{page.base}/", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403


async def test_the_password_opens_and_wrong_ones_lock(opened: Open) -> None:
    clock = ManualClock(NOON)
    chat, _, page = await opened(password="open sesame", clock=clock, demo=True)
    assert TOKEN not in chat.url

    async def login(password: str) -> int:
        form = {"password": password}
        async with page.session.post(f"{page.base}/chat/login", headers=page.headers, data=form) as answer:
            return int(answer.status)

    for _ in range(FREE_TRIES):
        assert await login("wrong") == 403
    assert await login("open sesame") == 429
    clock.move(timedelta(minutes=1))
    assert await login("open sesame") == 200
    assert (await page.open())["personas"] == []


# --- events in ------------------------------------------------------------------------------------


async def test_words_and_commands_are_heard_with_who_where_and_when(opened: Open) -> None:
    _, ear, page = await opened()
    await page.enter()
    page.headers |= {"Accept-Language": "ar-EG,en;q=0.5", "X-Time-Zone": "Africa/Cairo"}
    assert (await page.say("hello", "one"))[0] == 200
    assert (await page.say("/Project P1", "two"))[0] == 200
    first, second = ear.heard
    assert first.what == Text("hello")
    assert second.what == Command("project", "P1")
    sender = first.sender
    assert (sender.platform, sender.locale, sender.zone) == ("web", "ar-EG", "Africa/Cairo")
    assert (first.key[:4], first.key[-4:]) == ("web:", ":one")
    assert sender.user_id not in first.key, "the inbox keeps it longer than the person may stay"
    assert first.sent_at == NOON
    assert [message["text"] for message in (await page.open())["messages"]] == ["hello", "/Project P1"]


async def test_a_repeated_event_has_the_same_key_and_one_bubble(opened: Open) -> None:
    _, ear, page = await opened()
    await page.enter()
    await asyncio.gather(*(page.say("hello", "same") for _ in range(3)))
    await page.say("hello", "same")
    assert len({heard.key for heard in ear.heard}) == 1
    assert len((await page.open())["messages"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"id": "x", "text": "  "},
        {"id": "x y", "text": "a"},
        {"id": "", "text": "a"},
        {"text": "a"},
        {"id": "x", "text": "a" * 20_001},
        [],
        None,
    ],
)
async def test_an_event_of_the_wrong_shape_is_refused(opened: Open, body: object) -> None:
    _, ear, page = await opened()
    await page.enter()
    assert await page.post("/chat/say", body) == (400, {"error": "bad"})
    assert ear.heard == []


async def test_a_body_without_end_is_cut_off(opened: Open) -> None:
    _, ear, page = await opened()
    await page.enter()
    status, _ = await page.say("a" * 200_000)
    assert status == 413
    assert ear.heard == []


async def test_a_press_names_its_message_and_brings_the_toast(opened: Open) -> None:
    chat, ear, page = await opened()
    await page.enter()
    user = await user_of(page, ear)
    ref = (await chat.send(address(user), CARD, None)).ref

    async def answer(heard: Heard) -> None:
        assert isinstance(heard.what, Press)
        await chat.acknowledge(heard.what.handle, Toast(Phrase("Saved."), alert=True))
        await chat.edit(address(user), ref, replace(CARD, parts=(Para(Content("Thanks!")),)), None)

    ear.then = answer
    assert await page.press("a:cat", ref) == (200, {"toast": {"words": "Saved.", "alert": True}})
    press = ear.heard[-1].what
    assert isinstance(press, Press)
    assert (press.data, press.message) == ("a:cat", ref)
    card = (await page.open())["messages"][-1]
    assert (card["parts"], card["before"], card["after"]) == ([["para", "Thanks!"]], ["Cat"], [])


async def test_a_press_on_a_message_of_another_names_none(opened: Open) -> None:
    chat, ear, page = await opened()
    await page.enter()
    ref = (await chat.send(address("somebody"), CARD, None)).ref
    assert (await page.press("a:cat", ref))[0] == 200
    press = ear.heard[-1].what
    assert isinstance(press, Press)
    assert press.message is None


async def test_a_failing_service_says_so_and_the_same_event_can_come_again(opened: Open) -> None:
    _, ear, page = await opened()
    await page.enter()
    calls = iter([True, False])

    async def fail_once(heard: Heard) -> None:
        if next(calls):
            raise RuntimeError("broken")

    ear.then = fail_once
    assert (await page.say("hello", "same"))[0] == 500
    assert (await page.say("hello", "same"))[0] == 200
    assert len((await page.open())["messages"]) == 1


async def test_nothing_is_accepted_before_somebody_listens(sqlite_store: Store, tmp_path: Path) -> None:
    chat = a_web(sqlite_store, tmp_path)
    async with serving(chat) as base, Page(base) as page:
        await page.enter()
        assert await page.say("hello") == (503, {"error": "starting"})
        assert (await page.open())["messages"] == []


async def test_a_toast_may_be_given_beside_the_event(opened: Open) -> None:
    """The service acknowledges a press in a task of its own, which ends after the press was heard."""
    chat, ear, page = await opened()
    await page.enter()
    beside: list[asyncio.Task[None]] = []

    async def saves(heard: Heard) -> None:
        assert isinstance(heard.what, Press)
        toast = Toast(Phrase("Saved."))
        beside.append(asyncio.create_task(chat.acknowledge(heard.what.handle, toast)))

    ear.then = saves
    assert (await page.press("a:cat", None))[1]["toast"]["words"] == "Saved."


async def test_a_late_toast_is_dropped(opened: Open) -> None:
    chat, _, _ = await opened()
    await chat.acknowledge("web:nobody:x", Toast(Phrase("late")))


async def test_stopping_waits_for_what_is_being_heard(sqlite_store: Store) -> None:
    """An event that was taken in is finished before the process goes."""
    release, done = asyncio.Event(), asyncio.Event()

    async def hear(heard: Heard) -> None:
        await release.wait()
        done.set()

    async def nothing() -> None:
        return None

    vault = Vault(b"k" * 32)
    seals = Seals(vault.seal, vault.unseal, vault.fingerprint)
    reception = Reception(History(store=sqlite_store, seals=seals, clock=ManualClock(NOON)), None)
    reception.hear = hear
    heard = Heard("k", Sender("web", "", "u", "Ana"), Text("hello"))
    request = asyncio.create_task(reception.deliver(heard, persona=None, before=nothing))
    await asyncio.sleep(0)
    request.cancel()  # the page goes away
    stopping = asyncio.create_task(reception.finish())
    await asyncio.sleep(0)
    with pytest.raises(NotOpen):
        await reception.deliver(replace(heard, key="k2"), persona=None, before=nothing)
    release.set()
    await stopping
    assert done.is_set()


# --- messages out ---------------------------------------------------------------------------------


async def test_it_is_a_platform(opened: Open) -> None:
    chat, _, _ = await opened()
    platform: Platform = chat
    assert (platform.name, platform.bot) == ("web", "web")


async def test_a_message_reaches_the_open_page_and_its_edit_too(opened: Open) -> None:
    chat, ear, page = await opened()
    await page.enter()
    user = await user_of(page, ear)
    version = (await page.open())["version"]
    async with page.live(version) as events:
        assert await anext(events) == ("menu", [])
        ref = (await chat.send(address(user), replace(CARD, locale="ar"), None)).ref
        kind, message = await anext(events)
        assert (kind, message["ref"], message["dir"]) == ("message", ref, "rtl")
        assert message["parts"] == [["title", "Animals"], ["quote", "مرحبا"]]
        assert message["rows"] == [
            [{"label": "Cat", "data": "a:cat"}, {"label": "Rules", "url": "https://example.org/"}]
        ]
        await chat.edit(address(user), ref, CARD, None)
        kind, edited = await anext(events)
        assert (kind, edited["ref"], edited["dir"]) == ("message", ref, "ltr")
        assert edited["version"] > message["version"]
        await chat.show_menu(address(user), [("task", "Get a task")])
        assert await anext(events) == ("menu", [["task", "Get a task"]])
    async with page.live(message["version"]) as events:  # the page comes back and missed the edit
        assert await anext(events) == ("menu", [["task", "Get a task"]])
        assert (await anext(events))[1]["version"] == edited["version"]


async def test_a_page_that_waits_hears_a_heartbeat(opened: Open) -> None:
    _, _, page = await opened(heartbeat=0.01)
    await page.enter()
    async with page.live(0) as events:
        assert await anext(events) == ("menu", [])
        assert await anext(events) == ("", None)


async def test_an_edit_of_what_is_gone_says_so(opened: Open) -> None:
    chat, _, _ = await opened()
    with pytest.raises(Impossible) as caught:
        await chat.edit(address("ana"), "77", CARD, None)
    assert caught.value.gone


async def test_a_link_that_is_no_address_leads_nowhere(opened: Open) -> None:
    chat, ear, page = await opened()
    await page.enter()
    user = await user_of(page, ear)
    rows = ((Link(Content("Rules"), "javascript:alert(1)"),),)
    await chat.send(address(user), replace(CARD, rows=rows), None)
    message = (await page.open())["messages"][-1]
    assert message["rows"] == [[{"label": "Rules", "url": None}]]


async def test_the_frame_speaks_the_language_of_the_last_message(opened: Open) -> None:
    chat, ear, page = await opened()
    await page.enter()
    user = await user_of(page, ear)
    await chat.send(address(user), replace(CARD, locale="ar"), None)
    opening = await page.open()
    assert (opening["locale"], opening["dir"]) == ("ar", "rtl")


# --- files ----------------------------------------------------------------------------------------


async def test_an_upload_is_fetched_while_it_is_heard_and_then_forgotten(
    opened: Open, tmp_path: Path
) -> None:
    chat, ear, page = await opened()
    await page.enter()
    content = b"id,text\n" * 400_000  # more than the server takes in other requests
    fetched, into = [], tmp_path / "fetched"

    async def fetch(heard: Heard) -> None:
        assert isinstance(heard.what, Upload)
        await chat.fetch(heard.what.handle, into, len(content))
        fetched.append(into.read_bytes())
        with pytest.raises(Impossible):
            await chat.fetch(heard.what.handle, into, len(content) - 1)

    ear.then = fetch
    status, _ = await page.upload("tasks.csv", content, caption="/addtasks P1")
    assert status == 200
    assert fetched == [content]
    upload = ear.heard[-1].what
    assert isinstance(upload, Upload)
    assert (upload.name, upload.size, upload.caption) == ("tasks.csv", len(content), "/addtasks P1")
    with pytest.raises(NotSent):
        await chat.fetch(upload.handle, into, len(content))
    assert list((tmp_path / "spool" / "web").iterdir()) == []
    bubble = (await page.open())["messages"][-1]
    assert bubble["file"] == {"name": "tasks.csv", "size": len(content)}


async def test_an_upload_over_the_limit_is_refused_and_leaves_nothing(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Web, "limits", replace(Web.limits, upload=1000))
    _, ear, page = await opened()
    await page.enter()
    assert await page.upload("a.csv", b"x" * 1001) == (413, {"error": "too_large"})
    assert await page.upload("a.csv", b"x" * 200_000, event_id="u2") == (413, {"error": "too_large"})
    assert list((tmp_path / "spool" / "web").glob("*")) == []
    assert ear.heard == []
    assert (await page.upload("a.csv", b"x" * 1000, event_id="u3"))[0] == 200


async def test_an_upload_without_a_file_is_refused(opened: Open) -> None:
    _, _, page = await opened()
    await page.enter()
    assert await page.post("/chat/upload", {}) == (400, {"error": "bad"})
    assert await page.upload("a.csv", b"x", event_id="no good id") == (400, {"error": "bad"})


async def test_what_a_crash_left_in_the_spool_is_swept(opened: Open, tmp_path: Path) -> None:
    spool = tmp_path / "spool" / "web"
    spool.mkdir(parents=True)
    (spool / "old").write_bytes(b"x")
    clock = ManualClock(NOON.replace(year=2100))
    await opened(clock=clock)
    assert list(spool.iterdir()) == []


async def test_a_stored_picture_is_served_by_its_name(opened: Open, tmp_path: Path) -> None:
    chat, ear, page = await opened()
    await page.enter()
    image = BytesIO()
    Image.new("RGB", (6, 4), "teal").save(image, "PNG")
    name = store_image(image.getvalue(), tmp_path / "media").name
    (tmp_path / "media" / "ff").mkdir()
    (tmp_path / "media" / "ff" / f"{'f' * 64}.html").write_bytes(b"picture")
    user = await user_of(page, ear)
    await chat.send(address(user), replace(CARD, picture=name, alt=Content("A cat")), None)
    message = (await page.open())["messages"][-1]
    assert message["alt"] == "A cat"
    async with page.session.get(page.base + message["picture"]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert Image.open(BytesIO(await answer.read())).size == (6, 4)
    for missing in (f"{'0' * 64}.png", "f" * 64, f"{'f' * 64}.html", "..", "../../chat.sqlite3"):
        assert (await page.get(f"/chat/media/{missing}"))[0] == 404


async def test_a_file_is_for_its_own_person_only(opened: Open, tmp_path: Path) -> None:
    chat, ear, page = await opened(demo=True, persona="requester")
    await page.enter()
    user = await user_of(page, ear)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x1").write_bytes(b"id,label\n")
    (tmp_path.parent / "outside").write_bytes(b"not yours")

    async def link(path: str) -> str:
        attachment = Attachment(path, "نتائج 1.csv")
        ref = (await chat.send(address(user), replace(CARD, attachment=attachment), None)).ref
        (message,) = [one for one in (await page.open())["messages"] if one["ref"] == ref]
        return str(message["file"]["url"])

    url = await link("out/x1")
    async with page.session.get(page.base + url) as answer:
        assert await answer.read() == b"id,label\n"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%D9")
        assert answer.content_type == "application/octet-stream"
    async with page.session.get(page.base + url.replace("requester", "worker")) as answer:
        assert answer.status == 404
    for outside in ("../outside", str(tmp_path.parent / "outside"), "out/missing"):
        async with page.session.get(page.base + await link(outside)) as answer:
            assert answer.status == 404


# --- the demo's roles -----------------------------------------------------------------------------


async def test_each_role_of_the_demo_is_a_person_who_arrives_once(opened: Open) -> None:
    arrived: list[tuple[str, str | None, int]] = []
    ears: list[Ear] = []

    async def on_arrival(sender: Sender, persona: str | None) -> None:
        arrived.append((sender.user_id, persona, len(ears[0].heard)))

    _, ear, page = await opened(demo=True, on_arrival=on_arrival)
    ears.append(ear)
    opening = await page.enter()
    assert [one["name"] for one in opening["personas"]] == ["Worker", "Requester", "Moderator"]
    for persona in ("worker", "moderator"):
        page.query = {"as": persona}
        for event_id in ("e1", "e2"):
            await page.say("hello", f"{persona}-{event_id}")
    assert [(persona, before) for _, persona, before in arrived] == [("worker", 0), ("moderator", 2)]
    assert len({user for user, *_ in arrived}) == 2
    page.query = {"as": "worker"}
    assert len((await page.open())["messages"]) == 2


async def test_outside_the_demo_there_is_one_role(opened: Open) -> None:
    arrived: list[str | None] = []

    async def on_arrival(sender: Sender, persona: str | None) -> None:
        arrived.append(persona)

    _, ear, page = await opened(on_arrival=on_arrival, persona="moderator")
    assert (await page.enter())["personas"] == []
    await page.say("hello")
    assert arrived == [None]
    assert ":" not in ear.heard[0].sender.user_id


async def test_the_first_start_leaves_no_bubble(opened: Open) -> None:
    _, ear, page = await opened()
    await page.enter()
    await page.post("/chat/say", {"id": "arrival", "text": "/start", "arrival": True})
    assert ear.heard[0].what == Command("start")
    assert (await page.open())["messages"] == []
