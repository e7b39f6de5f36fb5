"""A real Chromium for end-to-end tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

REQUIRED = os.environ.get("CHATCROWD_REQUIRE_BROWSER") == "1"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# As root there is no sandbox; the others keep it from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A fresh browser; the test is skipped where there is none, unless it must be there."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        if REQUIRED:
            pytest.fail("no Chromium found, and CHATCROWD_REQUIRE_BROWSER=1")
        pytest.skip("no Chromium found")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        await browser.close()
