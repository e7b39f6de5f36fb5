"""Documentation is drawn or asserted, so it cannot rot."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from bots.__main__ import app
from bots.dialogue.routes import routes
from bots.settings import Settings
from bots.slack import installing, manifest

ROOT = Path(__file__).parents[2]


def test_the_picture_of_the_states_is_the_table_of_the_states() -> None:
    """docs/states.md is what docs/draw_states.py draws."""
    assert (ROOT / "docs" / "states.md").read_text(encoding="utf-8") == drawn("draw_states")


def test_the_page_of_rights_is_the_table_of_rights() -> None:
    """docs/rights.md is what docs/draw_rights.py makes of the rights and the routes."""
    assert (ROOT / "docs" / "rights.md").read_text(encoding="utf-8") == drawn("draw_rights")


def drawn(name: str) -> str:
    """What a script of the docs draws."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    page = drawing.page()
    assert isinstance(page, str)
    return page


def test_every_file_that_the_docs_name_exists() -> None:
    """A path in backticks that looks like one of our files is one."""
    for page in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for path in re.findall(
            r"`((?:bots|core|i18n|models|tests|docs)/[\w./-]+\.\w+)`", page.read_text("utf-8")
        ):
            assert (ROOT / path).exists(), f"{page.name} names {path}"


def test_the_setup_page_names_only_what_there_is() -> None:
    """Settings, commands of the dialogue and of the command line, and the addresses that Slack calls."""
    page = (ROOT / "docs" / "setup.md").read_text("utf-8")
    settings = {f"CHATCROWD_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"CHATCROWD_[A-Z_]+", page)) <= settings
    theirs = {"crowd", "invite", "newbot", "slack"}
    said = set(re.findall(r"`/([a-z]+)", page)) | set(re.findall(r"/crowd ([a-z]+)", page)) - {"failed"}
    assert said - theirs - routes().commands.keys() == set()
    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    known |= {group.name for group in app.registered_groups if group.name}
    assert set(re.findall(r"bin/chatcrowd ([a-z]+)", page)) <= known
    addresses = {manifest.EVENTS_PATH, manifest.OAUTH_PATH, installing.INSTALL_PATH}
    assert set(re.findall(r"example\.org(/[a-z/]+)", page)) <= addresses
