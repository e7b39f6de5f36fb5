"""The whole product as a newcomer meets it: one command, one address, three roles, a real browser."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.e2e.looking import Complaints, problems
from tests.product import Running, running

DESK: ViewportSize = {"width": 1180, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
FIVE = 5
HOME = "Europe/Madrid"
PATIENCE = 60_000
"""Milliseconds: the picture of a day is drawn in a process of its own, the first time with a look at all fonts."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the browser, and the address without the token."""

    page: Page
    base: str

    @property
    def card(self) -> Locator:
        """The newest card that has buttons."""
        return self.page.locator(".card.current")

    async def tries(self, persona: str) -> None:
        """Switch the role."""
        await self.page.get_by_role("button", name=persona, exact=True).click()
        await expect(self.page).to_have_url(f"{self.base}?as={persona.lower()}")

    async def says(self, words: str) -> None:
        """Write a message."""
        await self.page.get_by_role("textbox").fill(words)
        await self.page.keyboard.press("Enter")

    async def taps(self, label: str) -> None:
        """Tap a button of the newest card; buttons of a card that just changed take a moment."""
        button = self.card.get_by_role("button", name=label, exact=True)
        await expect(button).to_be_enabled()
        await button.click()

    async def reads(self) -> None:
        """Look at a card for a moment: a tap within the blink of an eye was meant for the card before."""
        await self.page.evaluate("() => new Promise((done) => setTimeout(done, 450))")

    async def rests(self) -> None:
        """Wait until nothing moves any more and the newest message stands at the end of the list."""
        await self.page.wait_for_function(
            """() => {
                const log = document.getElementById("log");
                return document.getAnimations().length === 0
                    && log.scrollHeight - log.scrollTop - log.clientHeight < 2;
            }"""
        )

    async def joins(self) -> None:
        """Agree, and keep what the browser knows."""
        await self.taps("Yes, I agree")
        await self.taps("Done")
        await self.taps("No, thanks")
        await expect(self.card.get_by_role("heading")).to_have_text("You are all set.")


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Running]:
    """`chatcrowd run` on a machine where nothing is set."""
    async with running("run", DATA_DIR=str(tmp_path / "data"), cwd=tmp_path) as service:
        yield service
        logs = await service.stop()
    assert '"level": "error"' not in logs, logs


@asynccontextmanager
async def visiting(browser: Browser, product: Running, **settings: Any) -> AsyncIterator[Visitor]:
    """A person who opens the printed address; the browser must have nothing to complain about."""
    base = product.url.partition("?")[0]
    given = {"viewport": DESK, "locale": "en-GB", "timezone_id": HOME, **settings}
    context: BrowserContext = await browser.new_context(**given)
    context.set_default_timeout(15_000)
    page = await context.new_page()
    complaints = Complaints(base)
    complaints.watch(page)
    await page.goto(product.url)
    try:
        yield Visitor(page, base)
    finally:
        await context.close()
    assert complaints.found == []


async def answered(visitor: Visitor) -> tuple[bool, str]:
    """Answer the card with its first label; returns whether it was a picture, and the label."""
    await expect(visitor.card.get_by_role("button", name="Skip", exact=True)).to_be_visible()
    image = visitor.card.get_by_role("img")
    pictured = await image.count() > 0
    if pictured:
        await expect(image).to_have_js_property("complete", value=True)
        assert await image.evaluate("(img) => img.naturalWidth") == 600
    await visitor.card.locator(".body").evaluate("(body) => { body.dataset.read = 'yes'; }")
    first = visitor.card.locator(".press").first
    label = await first.locator("bdi").inner_text()
    await visitor.reads()
    await first.click()
    # Two cards may read alike, down to the label that can be taken back: the next one is built anew.
    await expect(visitor.card.locator(".body[data-read]")).to_have_count(0)
    await expect(visitor.card.get_by_role("button", name=f"Undo “{label}”")).to_be_visible()
    return pictured, label


async def test_a_newcomer_is_worker_requester_and_moderator(
    browser: Browser, product: Running, tmp_path: Path
) -> None:
    """Join, answer five cards, undo, pause; then see the same work as its requester and as a moderator."""
    async with visiting(browser, product) as me:
        await me.joins()
        await me.taps("Get a task")
        seen = [await answered(me) for _ in range(FIVE)]
        assert {pictured for pictured, _ in seen} == {True, False}
        await me.taps(f"Undo “{seen[-1][1]}”")
        await expect(me.page.get_by_text("Taken back.")).to_be_visible()
        await expect(me.card.get_by_role("button", name="Undo")).to_have_count(0)
        await me.taps("Pause")
        await expect(me.card.get_by_role("heading")).to_have_text("Paused")
        await me.says("/balance")
        await expect(me.card.get_by_role("heading")).to_have_text("You have 0 points.")

        await me.tries("Requester")
        await me.joins()
        await me.taps("My projects")
        await me.taps("Pictures")
        await expect(me.card.get_by_role("heading")).to_have_text("Pictures (project 1)")
        await me.taps("Progress")
        await expect(me.card).to_contain_text("in the last hour")
        await me.says("/results 1")
        async with me.page.expect_download() as download:
            await me.page.get_by_role("link", name="project-1-answers.csv").click()
        await (await download.value).save_as(tmp_path / "answers.csv")
        with (tmp_path / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == sum(pictured for pictured, _ in seen[:-1])
        assert {row["answer"] for row in rows} == {"animal"}
        await me.says("/newproject")
        await expect(me.card.get_by_role("heading")).to_have_text("What is the project called?")
        await me.says("/cancel")
        await expect(me.page.get_by_text("Dropped.")).to_be_visible()

        await me.tries("Moderator")
        await me.joins()
        await me.says(f"/summary {datetime.now(ZoneInfo(HOME)).date()}")  # the real service has the real date
        summary = me.page.locator(".card").last
        await expect(summary.get_by_role("heading")).to_contain_text("Summary of", timeout=PATIENCE)
        await expect(summary).to_contain_text(f"Answers: {FIVE - 1} ↑ (0 · 0)")
        await expect(summary.get_by_role("img")).to_have_js_property("complete", value=True)


async def test_on_a_phone_a_card_is_seen_whole(browser: Browser, product: Running) -> None:
    """The picture gives way to the buttons, and nothing is too faint, too small or too wide."""
    async with visiting(browser, product, viewport=PHONE, has_touch=True, is_mobile=True) as me:
        await expect(me.page.get_by_role("button", name="Yes, I agree")).to_be_visible()
        assert await problems(me.page) == []
        await me.joins()
        await me.taps("Get a task")
        await expect(me.card.get_by_role("button", name="Skip", exact=True)).to_be_visible()
        while not await me.card.get_by_role("img").count():
            await answered(me)
        await expect(me.card.get_by_role("img")).to_have_js_property("complete", value=True)
        await me.rests()
        header = await me.page.locator("header").bounding_box()
        body = await me.card.locator(".body").bounding_box()
        writing = await me.page.get_by_role("textbox").bounding_box()
        assert header is not None
        assert body is not None
        assert writing is not None
        assert body["y"] >= header["y"] + header["height"]
        assert body["y"] + body["height"] <= writing["y"]
        assert await problems(me.page) == []


async def test_a_reader_of_arabic_is_spoken_to_in_arabic(browser: Browser, product: Running) -> None:
    """From the first sentence on, from right to left, in tasks and buttons, too."""
    async with visiting(browser, product, locale="ar") as me:
        await expect(me.page.locator("html")).to_have_attribute("dir", "rtl")
        await me.card.locator(".press").first.click()
        await expect(me.card).to_contain_text("العربية")
        await me.says("/task")
        await expect(me.card.get_by_role("button", name="حيوان")).to_be_visible()
        await expect(me.card).to_have_attribute("dir", "rtl")
        assert await problems(me.page) == []
