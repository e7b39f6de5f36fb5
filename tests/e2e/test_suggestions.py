"""A project learns from its known answers, and the next worker sees what it makes of them: the whole product."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, expect

from tests.benchmarks.multilingual import TOPICS, messages
from tests.e2e.looking import problems
from tests.e2e.test_full_product import PHONE, Visitor, visiting
from tests.product import Running, running

KNOWN, OPEN = 240, 20
PATIENCE = 100_000
"""Milliseconds: a training takes a few seconds of a processor that others use, too."""
SHOTS = os.environ.get("CHATCROWD_SCREENSHOTS")
"""A folder for pictures of what was seen, for whoever wants to look."""

PROJECT = """
project: What is it about?
instructions: Which topic does the message have?
labels: [{labels}]
suggestions: {{model: own, show_above: 0.3, control_share: 0, train: false}}
gold_share: 0
"""


@pytest.fixture
async def product(tmp_path: Path) -> AsyncIterator[Running]:
    """`chatcrowd run` on a machine where nothing is set."""
    async with running("run", DATA_DIR=str(tmp_path / "data"), cwd=tmp_path) as service:
        yield service
        logs = await service.stop()
    assert '"level": "error"' not in logs, logs


def project_file() -> FilePayload:
    """The project, with a label for each topic."""
    labels = ", ".join(f"{{id: {one}, en: {one.title()}}}" for one in TOPICS)
    return {"name": "topics.yaml", "mimeType": "text/yaml", "buffer": PROJECT.format(labels=labels).encode()}


def task_file() -> FilePayload:
    """Many messages whose topic is known, and some that people are to judge."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("id", "text", "gold"))
    for at, one in enumerate(messages(KNOWN + OPEN, seed=3)):
        rows.writerow((f"t{at}", one.text, one.topic if at < KNOWN else ""))
    return {"name": "messages.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}


async def writes(me: Visitor, words: str) -> None:
    """Write a message as on a phone, where Enter begins a new line."""
    await me.page.get_by_role("textbox").fill(words)
    await me.page.get_by_role("button", name="Send", exact=True).click()


async def sends(me: Visitor, file: FilePayload) -> None:
    """Send a document."""
    await me.page.set_input_files("#file", file)
    await me.page.get_by_role("button", name="Send", exact=True).click()


async def shot(me: Visitor, name: str) -> None:
    """A picture of what is on screen, when somebody asked for it."""
    if SHOTS:
        await me.page.screenshot(path=Path(SHOTS) / f"{name}.png")


async def test_a_model_is_trained_in_chat_and_its_guess_stands_on_the_next_card(
    browser: Browser, product: Running
) -> None:
    """A file of known answers goes in, /train reports a picture and how good it is, and a worker reads the guess."""
    async with visiting(browser, product, viewport=PHONE, has_touch=True, is_mobile=True) as me:
        await me.joins()
        await me.tries("Requester")
        await me.joins()
        await sends(me, project_file())
        await expect(me.card).to_contain_text("What is it about?")
        await sends(me, task_file())
        await me.taps("3. What is it about?")
        await expect(me.page.get_by_role("heading", name="260 tasks added")).to_be_visible(timeout=PATIENCE)
        await writes(me, "/project 3")
        await expect(me.card.get_by_role("heading")).to_have_text("What is it about? (project 3)")
        await me.taps("Launch")
        await writes(me, "/train 3")
        trained = me.page.locator(".card").filter(has=me.page.get_by_role("img"))
        await expect(trained.last).to_be_visible(timeout=PATIENCE)
        await shot(me, "trained")
        await writes(me, "/project 3")
        leads = me.page.get_by_role("button", name="Suggestions", exact=True)
        await me.taps("Suggestions")
        await expect(leads).to_have_count(3)  # on three cards before; this one became the room
        await shot(me, "suggestions")
        assert await problems(me.page) == []

        await me.tries("Worker")
        seen = 0
        for _ in range(OPEN):
            await writes(me, "/task")
            await expect(me.card.get_by_role("button", name="Skip", exact=True)).to_be_visible()
            if await me.card.get_by_text("A model’s guess").count():
                seen += 1
                await shot(me, "guess")
                assert await problems(me.page) == []
                break
            await me.taps("Skip")
        assert seen, "most of the open tasks have a guess"
