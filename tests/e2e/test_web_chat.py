"""The web chat as a person meets it, in a real browser, with a scripted service behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, ViewportSize, expect

from bots.dialogue.vocabulary import Heard
from core.clock import SystemClock
from core.intake.images import store_image
from core.store import Store
from tests.e2e.looking import Complaints, problems
from tests.e2e.scripted import Script, card
from tests.standins.web_chat import a_port, a_web, address, serving

PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 360, "height": 640}
DESK: ViewportSize = {"width": 1180, "height": 860}


@pytest.fixture
def script(sqlite_store: Store, tmp_path: Path) -> Script:
    image = BytesIO()
    Image.new("RGB", (640, 400), "teal").save(image, "PNG")
    name = store_image(image.getvalue(), tmp_path / "media").name
    (tmp_path / "out.csv").write_bytes(b"id,label\n1,cat\n")
    chat = a_web(sqlite_store, tmp_path, demo=True, clock=SystemClock(), port=a_port(), heartbeat=1)
    return Script(chat, name, folder=tmp_path)


@pytest.fixture
async def served(script: Script) -> AsyncIterator[str]:
    async with serving(script.chat, script) as base:
        yield base


@asynccontextmanager
async def visit(browser: Browser, script: Script, **settings: Any) -> AsyncIterator[Page]:
    """A person who opens the printed address; the browser must have nothing to complain about."""
    context = await browser.new_context(**{"viewport": DESK, "locale": "en-GB", **settings})
    context.set_default_timeout(10_000)
    page = await context.new_page()
    complaints = Complaints(script.chat.url.partition("?")[0])
    complaints.watch(page)
    await page.goto(script.chat.url)
    await expect(page.get_by_role("heading", name="Welcome to chatcrowd")).to_be_visible()
    try:
        yield page
    finally:
        await context.close()
    expected = ("500 (Internal Server Error)", "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING")
    assert [line for line in complaints.found if not any(known in line for known in expected)] == []


def a_file(name: str, content: bytes) -> FilePayload:
    """A file that the person chooses."""
    return {"name": name, "mimeType": "text/csv", "buffer": content}


async def say(page: Page, words: str) -> None:
    """Write a message and send it."""
    await page.get_by_role("textbox", name="Write a message").fill(words)
    await page.get_by_role("button", name="Send", exact=True).click()


async def test_a_newcomer_is_welcomed_and_finds_everything_after_a_reload(
    browser: Browser, script: Script, served: str
) -> None:
    async with visit(browser, script) as page:
        assert page.url == f"{served}/?as=worker"
        await say(page, "hello there")
        await expect(page.get_by_text("You said: hello there")).to_be_visible()
        await page.reload()
        await expect(page.locator(".card")).to_have_count(2)
        await expect(page.locator(".bubble")).to_have_text("Youhello there" + await stamp(page, ".bubble"))
        await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")


async def test_a_command_is_tapped_with_its_number(browser: Browser, script: Script, served: str) -> None:
    """Also where a sentence in Chinese puts it in brackets of its own."""
    async with visit(browser, script) as page:
        await say(page, "first /task 12, then（/task 3）")
        await expect(page.get_by_role("button", name="/task 3", exact=True)).to_be_visible()
        await page.get_by_role("button", name="/task 12", exact=True).click()
        await expect(page.get_by_role("heading", name="Animals 1")).to_be_visible()
        await expect(page.locator(".bubble").last).to_contain_text("/task 12")


async def stamp(page: Page, selector: str) -> str:
    """The time that a message shows."""
    return await page.locator(f"{selector} time").inner_text()


async def test_tasks_are_done_by_keyboard_in_one_card(browser: Browser, script: Script, served: str) -> None:
    async with visit(browser, script) as page:
        await page.get_by_role("button", name="/task").click()
        image = page.get_by_role("img", name="A teal square")
        await expect(image).to_be_visible()
        await page.locator("body").press("1")
        current = page.locator(".card.current")
        await expect(current.get_by_role("heading")).to_have_text("Animals 2")
        await expect(page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
        await expect(page.locator("#aloud")).to_have_text(
            "Updated: Animals 2\nWhat is it?\nTask 2 · 10 points"
        )
        await expect(current.get_by_role("button", name="Cat")).to_be_focused()
        await expect(current.get_by_role("button", name="Cat")).to_be_enabled()
        await page.keyboard.press("2")
        await expect(current.get_by_role("heading")).to_have_text("Animals 3")
        await expect(current.locator(".trail.before .chip")).to_contain_text(["Cat", "Dog"])
        await expect(page.locator(".card")).to_have_count(2)
        await expect(image).to_have_count(0)


async def test_digits_are_words_in_the_composer(browser: Browser, script: Script, served: str) -> None:
    async with visit(browser, script) as page:
        await say(page, "/task")
        await expect(page.locator(".card.current h2")).to_have_text("Animals 1")
        await page.locator("body").press("w")  # a letter begins a message
        await page.keyboard.type("1 and 2")
        await expect(page.get_by_role("textbox")).to_have_value("w1 and 2")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("You said: w1 and 2")).to_be_visible()
        assert script.cards == 1


async def test_the_command_menu_by_keyboard_and_by_thumb(
    browser: Browser, script: Script, served: str
) -> None:
    async with visit(browser, script) as page:
        box = page.get_by_role("textbox")
        await page.locator("body").press("/")
        await expect(page.get_by_role("option")).to_have_count(3)
        await page.keyboard.type("ta")
        await expect(page.get_by_role("option")).to_have_text(["/taskGet a task"])
        await page.keyboard.press("Enter")
        await expect(page.locator(".card.current h2")).to_have_text("Animals 1")
        await expect(box).to_have_value("")
        await page.get_by_role("button", name="Commands").click()
        await page.get_by_role("option", name="/results").click()
        await expect(page.get_by_text("Here you are.")).to_be_visible()
        await expect(page.get_by_role("listbox")).to_be_hidden()


async def test_a_picture_can_be_enlarged_and_put_away(browser: Browser, script: Script, served: str) -> None:
    async with visit(browser, script) as page:
        await say(page, "/task")
        await page.get_by_role("button", name="Enlarge the picture").click()
        await expect(page.get_by_role("dialog").get_by_role("img", name="A teal square")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_arabic_turns_the_page_and_leaves_content_as_it_is(
    browser: Browser, script: Script, served: str
) -> None:
    async with visit(browser, script, viewport=PHONE) as page:
        await expect(page.locator("html")).to_have_attribute("dir", "ltr")
        await say(page, "/arabic")
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        await expect(page.locator("html")).to_have_attribute("lang", "ar")
        quotes = page.locator(".quote")
        sides = [
            await quote.evaluate("node => getComputedStyle(node).direction") for quote in await quotes.all()
        ]
        assert sides == ["rtl", "ltr"]
        first = await page.get_by_role("button", name="إيجابي").bounding_box()
        second = await page.get_by_role("button", name="سلبي").bounding_box()
        assert first is not None
        assert second is not None
        assert first["x"] > second["x"]
        assert await problems(page) == []


async def test_files_go_both_ways(browser: Browser, script: Script, served: str) -> None:
    async with visit(browser, script) as page:
        content = b"id,text\n1,hello\n" * 200_000
        await page.set_input_files("#file", a_file('مهام "1".csv', content))
        await expect(page.locator("#tray")).to_contain_text("3.2 MB")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_text('Thank you for مهام "1".csv.')).to_be_visible()
        assert script.received == content
        await expect(page.locator(".bubble .file")).to_contain_text("3.2 MB")
        await say(page, "/results")
        async with page.expect_download() as download:
            await page.get_by_role("link", name="نتائج.csv").click()
        found = await download.value
        assert found.suggested_filename == "نتائج.csv"
        await found.save_as(script.folder / "saved")
        assert (script.folder / "saved").read_bytes() == b"id,label\n1,cat\n"


async def test_a_dropped_file_waits_to_be_sent(browser: Browser, script: Script, served: str) -> None:
    async with visit(browser, script) as page:
        data = await page.evaluate_handle(
            "() => { const data = new DataTransfer(); data.items.add(new File(['a,b'], 'drop.csv')); return data; }"
        )
        await page.dispatch_event("#log", "dragover", {"dataTransfer": data})
        await expect(page.get_by_text("Drop the file to attach it")).to_be_visible()
        await page.dispatch_event("#log", "drop", {"dataTransfer": data})
        await expect(page.get_by_text("Drop the file to attach it")).to_be_hidden()
        await expect(page.locator("#tray")).to_contain_text("drop.csv")
        await page.get_by_role("button", name="Remove the file").click()
        await expect(page.locator("#tray")).to_be_hidden()


async def test_each_role_has_a_chat_of_its_own(browser: Browser, script: Script, served: str) -> None:
    async with visit(browser, script) as page:
        await expect(page.get_by_text("Demo worker")).to_be_visible()
        await say(page, "only the worker says this")
        await expect(page.get_by_text("You said: only")).to_be_visible()
        await page.get_by_role("button", name="Requester").click()
        await expect(page.get_by_text("Demo requester")).to_be_visible()
        await expect(page.locator(".card")).to_have_count(1)
        await expect(page.get_by_role("button", name="Requester")).to_have_attribute("aria-pressed", "true")
        await page.get_by_role("button", name="Worker").click()
        await expect(page.get_by_text("You said: only")).to_be_visible()
        await expect(page.locator(".card")).to_have_count(2)


async def test_a_message_that_failed_can_be_sent_again(browser: Browser, script: Script, served: str) -> None:
    async with visit(browser, script) as page:
        script.broken = True
        await say(page, "are you there?")
        again = page.get_by_role("button", name="Try again")
        await expect(again).to_be_visible()
        script.broken = False
        await again.click()
        await expect(page.get_by_text("You said: are you there?")).to_be_visible()
        await expect(again).to_be_hidden()
        await expect(page.locator(".bubble")).to_have_count(1)


async def test_the_page_outlives_a_restart_of_the_service(browser: Browser, script: Script) -> None:
    first = serving(script.chat, script)
    await first.__aenter__()
    async with visit(browser, script) as page:
        await say(page, "before")
        await expect(page.get_by_text("You said: before")).to_be_visible()
        users: list[str] = []
        await first.__aexit__(None, None, None)
        await expect(page.get_by_text("Reconnecting…")).to_be_visible()

        async def hear(heard: Heard) -> None:
            users.append(heard.sender.user_id)
            await script(heard)

        async with serving(script.chat, hear):
            await expect(page.get_by_text("Reconnecting…")).to_be_hidden(timeout=20_000)
            await say(page, "after")
            await expect(page.get_by_text("You said: after")).to_be_visible()
            await script.chat.send(address(users[0]), card(7), None)
            await expect(page.get_by_text("Animals 7")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE, SMALL], ids=["desk", "phone", "small"])
async def test_everybody_can_read_and_reach_everything(
    browser: Browser, script: Script, served: str, scheme: str, size: ViewportSize
) -> None:
    """Contrast of 4.5, names, thumb-sized controls, no sideways scrolling; without motion, so colours stand."""
    settings = {"color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    async with visit(browser, script, **settings) as page:
        await say(page, "/results")
        await say(page, "/task")
        await page.locator(".card.current").get_by_role("button", name="Cat").click()
        await expect(page.locator(".trail.before .chip")).to_be_visible()
        await page.set_input_files("#file", a_file("a.csv", b"a"))
        await page.get_by_role("button", name="Commands").click()
        await expect(page.locator(".card.current [aria-disabled]")).to_have_count(0)
        assert await problems(page) == []
        script.broken = True
        await page.keyboard.press("Escape")
        await say(page, "fails")
        await expect(page.get_by_role("button", name="Try again")).to_be_visible()
        assert await problems(page) == []


async def test_the_buttons_of_a_card_are_in_sight_on_a_small_phone(
    browser: Browser, script: Script, served: str
) -> None:
    async with visit(browser, script, viewport=SMALL, has_touch=True, is_mobile=True) as page:
        await say(page, "/task")
        await expect(page.get_by_role("img", name="A teal square")).to_be_visible()
        for name in ("Cat", "Dog", "Skip", "Give back", "Pause"):
            await expect(page.locator(".card.current").get_by_role("button", name=name)).to_be_in_viewport(
                ratio=1
            )


async def test_tab_walks_from_top_to_bottom(browser: Browser, script: Script, served: str) -> None:
    async with visit(browser, script) as page:
        walked = []
        for _ in range(12):
            await page.keyboard.press("Tab")
            walked.append(
                await page.evaluate(
                    "() => { const node = document.activeElement;"
                    " return (node.getAttribute('aria-label') ?? node.textContent).replace(/\\s+/g, ' ').trim(); }"
                )
            )
        assert walked[:9] == [
            *("Skip to the message field", "Worker", "Requester", "Moderator", "Chat", "/task"),
            *("1How answers are used(opens in a new window)", "Commands", "Attach a file"),
        ]
        assert walked[9:11] == ["Write a message", "Send"]


async def test_the_way_in_is_closed_to_others_and_readable(
    browser: Browser, script: Script, served: str
) -> None:
    page = await browser.new_page(viewport=SMALL, color_scheme="dark")
    await page.goto(f"{served}/")
    await expect(page.get_by_text("This chat is not open here yet.")).to_be_visible()
    assert await problems(page) == []


async def test_the_password_lets_in(browser: Browser, sqlite_store: Store, tmp_path: Path) -> None:
    chat = a_web(sqlite_store, tmp_path, password="open sesame", clock=SystemClock())
    async with serving(chat, Script(chat, "")):
        page = await browser.new_page()
        await page.goto(chat.url)
        await page.get_by_label("Password").fill("wrong")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("That was not the password. Please try again.")
        assert await problems(page) == []
        await page.get_by_label("Password").fill("open sesame")
        await page.get_by_role("button", name="Enter").click()
        await expect(page.get_by_role("heading", name="Welcome to chatcrowd")).to_be_visible()
        await expect(page.get_by_role("group", name="Try it as")).to_be_hidden()
