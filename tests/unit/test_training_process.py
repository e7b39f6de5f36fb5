"""Training as a process: told on its input, telling on its output, and gone with whoever started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.surroundings import ALONE
from models.training.order import Done
from tests.trainings import of_messages

pytestmark = pytest.mark.timeout(300)  # it stands behind everything else of the machine, other tests too


@contextmanager
def process(line: str) -> Iterator[subprocess.Popen[str]]:
    """A training that was told this line; gone at the end."""
    command = [sys.executable, "-m", "models.training"]
    # nothing is inherited, so that it may keep compiled modules, and the next one starts in a second
    plain = {"PATH": os.environ["PATH"], **ALONE}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=plain
    ) as running:
        assert running.stdin is not None
        running.stdin.write(line + "\n")
        running.stdin.flush()
        try:
            yield running
        finally:
            running.kill()


def told(running: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """What it tells, line by line."""
    assert running.stdout is not None
    for line in running.stdout:
        yield json.loads(line)


def test_it_tells_how_far_it_is_and_how_it_ended(tmp_path: Path) -> None:
    with process(of_messages(tmp_path, 150).model_dump_json()) as running:
        *steps, last = told(running)
        assert running.wait() == 0
    shares = [step["progress"] for step in steps]
    assert shares == sorted(shares)
    assert list(dict.fromkeys(step["stage"] for step in steps)) == [
        "reading",
        "searching",
        "testing",
        "writing",
    ]
    done = Done.model_validate(last["done"])
    assert all(path.is_file() for path in (done.onnx, done.card, done.picture))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "sound"}, "bad_order"),
        ({"material": "nowhere.jsonl"}, "no_material"),
    ],
)
def test_what_cannot_be_done_is_a_code_and_no_accident(
    tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    ordered = {**json.loads(of_messages(tmp_path, 40).model_dump_json()), **change}
    with process(json.dumps(ordered)) as running:
        (*_, last) = told(running)
        assert running.wait() == 0
    assert last["failed"] == code


@pytest.mark.parametrize(
    ("stage", "end"), [("searching", "killed"), ("testing", "left alone"), ("writing", "killed")]
)
def test_a_training_that_is_broken_off_leaves_nothing_that_counts(
    tmp_path: Path, stage: str, end: str
) -> None:
    """Whether it is killed, or whoever asked is gone: no card without its model, and no process."""
    with process(of_messages(tmp_path, 150).model_dump_json()) as running:
        for step in told(running):
            if step.get("stage") == stage:
                break
        assert running.stdin is not None
        running.kill() if end == "killed" else running.stdin.close()
        assert running.wait(timeout=60) != 0
    for card in (tmp_path / "models").glob("*.json"):
        assert stage == "writing"
        assert card.with_suffix(".onnx").is_file()
