"""A process that works for us finds this machine, and none of our secrets."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core.surroundings import surroundings


def test_our_settings_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and tokens do not go to a process that draws, trains or looks at a stranger's model."""
    monkeypatch.setenv("CHATCROWD_SECRET_KEY", "a secret of ours")
    monkeypatch.setenv("chatcrowd_telegram_token", "another one")
    monkeypatch.setenv("ELSEWHERE", "stays")
    seen = subprocess.run(
        [sys.executable, "-c", "import os, core.surroundings; print(dict(os.environ))"],
        env=surroundings(),
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert "a secret of ours" not in seen
    assert "another one" not in seen
    assert "stays" in seen


def test_what_is_named_here_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What we would choose gives way to what the operator named."""
    monkeypatch.setenv("MPLCONFIGDIR", "theirs")
    assert surroundings(MPLCONFIGDIR="ours", OTHER="ours")["MPLCONFIGDIR"] == "theirs"
    assert surroundings(OTHER="ours")["OTHER"] == "ours"
