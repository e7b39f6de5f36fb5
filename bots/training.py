"""A training from its material to a model in its place: computed in a process of its own, beside the conversation."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core import contest, training
from core.clock import Clock
from core.contest import Entered
from core.domain.project import Project
from core.intake.images import image_path, keep_picture
from core.store import Store, models, projects
from core.store.transaction import Transaction
from core.surroundings import surroundings
from models import folder
from models.card import ModelCard, read_card
from models.training.material import LEAST
from models.training.order import Order, Words
from models.training.problems import Trouble, parts_installed

PROCESS = "models.training"
MODELS = "models"
"""The folder, below the data folder, of models and their cards."""
SPOOL = "spool"
RENEW = 15.0
"""Seconds between two signs of life of a training that has nothing to tell."""
LONGEST_LINE = 2**20
GATHERING = "gathering"
REMARKS = ("warnings", "once", "unseen", "numbered")

Begin = Callable[[], Awaitable[asyncio.subprocess.Process]]
Told = Callable[[str, float], Awaitable[None]]
"""Called with what a training is doing and how much of it is done, 0 to 1; may raise to end it."""


class Untrained(Exception):  # noqa: N818  (its name says what it is)
    """There is no new model, and why (`models.training.problems.Trouble`)."""

    def __init__(self, code: str, facts: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Broken(Exception):  # noqa: N818
    """The process ended without an outcome: killed, or out of memory."""

    def __init__(self, code: int, trace: str) -> None:
        super().__init__(f"exit code {code}")
        self.code = code
        self.trace = trace


@dataclass(frozen=True, slots=True)
class Material:
    """What was written for a training to read."""

    tasks: int
    answers: int
    pictures: int

    @property
    def kind(self) -> str:
        """What a model of these tasks looks at."""
        return "image" if self.pictures * 2 > self.tasks else "text"


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that is in the models' folder and on no list yet.

    `picture` is the report's name in the media folder; `remarks` is what the training said of the model
    beside its card (`warnings`, `once`, `unseen`, `numbered` of `models.training.order.Done`).
    """

    card: ModelCard
    picture: str
    remarks: Mapping[str, Any]


async def begin() -> asyncio.subprocess.Process:
    """A process that trains one model; no signal of the terminal reaches it, and it ends with us."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", PROCESS),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=surroundings(),
        start_new_session=True,
        limit=LONGEST_LINE,
    )


async def train(
    store: Store,
    clock: Clock,
    *,
    data_dir: Path,
    project: Project,
    name: str,
    words: Mapping[str, str],
    told: Told,
    seed: int = 0,
    begin: Begin = begin,
) -> Trained:
    """Train a project's own model from what is known by now; nothing of it is in use afterwards.

    `name` is that of its files in the spool, which are gone at the end.

    Raises:
        Untrained: with the reason.
        Broken: when the process was killed.
        Exception: whatever `told` raises.
    """
    if not parts_installed():
        raise Untrained(Trouble.NO_TRAINING_PARTS, {})
    spool = data_dir / SPOOL / name
    try:
        await told(GATHERING, 0.0)
        written = await store.read(lambda tx: _write_material(tx, project, spool))
        if written.tasks < LEAST:  # which needs no process to be seen
            raise Untrained(Trouble.TOO_FEW, {"found": written.tasks, "needed": LEAST})
        order = _order(
            project, written, spool=spool, data_dir=data_dir, now=clock.now(), words=words, seed=seed
        )
        done = await _ordered(order, told=told, begin=begin)
        return await asyncio.to_thread(_kept, done, data_dir)
    finally:
        await asyncio.to_thread(shutil.rmtree, spool, ignore_errors=True)


def enlist(tx: Transaction, project_id: int, made: Trained, *, now: datetime) -> tuple[Project, Entered]:
    """Put a trained model on the list, and where its project lets it stand."""
    project = projects.find(tx, project_id)
    assert project is not None, "projects are never deleted"
    model_id = models.add(
        tx,
        project_id=project_id,
        name=None,
        digest=made.card.sha256,
        card=made.card.model_dump(mode="json"),
        report=made.picture,
        learned=0 if made.card.trained is None else made.card.trained.tasks,
        now=now,
    )
    return project, contest.enter(tx, project, model_id, now=now)


def _write_material(tx: Transaction, project: Project, spool: Path) -> Material:
    """The examples as JSON lines, read and written as they come."""
    spool.mkdir(parents=True, exist_ok=True)
    tasks = answers = pictures = 0
    with (spool / "material.jsonl").open("w", encoding="utf-8") as lines:
        for one in training.examples(tx, project.id, project.file):
            line = {
                "id": one.task_id,
                "content": one.content,
                "label": one.label,
                "weight": round(one.weight, 4),
                "lang": one.lang,
                "blind": one.blind,
                "gold": one.gold,
            }
            lines.write(json.dumps(line, ensure_ascii=True) + "\n")
            tasks, answers = tasks + 1, answers + one.answers
            pictures += "image" in one.content
    return Material(tasks, answers, pictures)


def _order(
    project: Project,
    written: Material,
    *,
    spool: Path,
    data_dir: Path,
    now: datetime,
    words: Mapping[str, str],
    seed: int,
) -> Order:
    labels = tuple(label.id for label in project.file.labels if not label.archived)
    names = {label.id: str(label.names.pick("en")) for label in project.file.labels if not label.archived}
    return Order.model_validate(
        {
            "material": spool / "material.jsonl",
            "kind": written.kind,
            "labels": labels,
            "out": spool / "made",
            "media": data_dir / "media",
            "title": str(project.file.title.pick("en")),
            "at": now,
            "seed": seed,
            "project": project.id,
            "answers": written.answers,
            "words": Words.model_validate({"labels": names, **words}),
        }
    )


async def _ordered(order: Order, *, told: Told, begin: Begin) -> Mapping[str, Any]:
    """What the process made; it does not outlive us, and neither does it outlive an error of ours."""
    process = await begin()
    assert process.stdin is not None
    assert process.stderr is not None
    complaint = asyncio.ensure_future(process.stderr.read())
    try:
        with contextlib.suppress(ConnectionError):  # it is gone already, which its code will tell
            process.stdin.write(order.model_dump_json().encode() + b"\n")
            await process.stdin.drain()
        outcome = await _heard(process, told)
        code = await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        trace = (await complaint).decode(errors="replace")[-2000:]
    if "done" in outcome:
        done: Mapping[str, Any] = outcome["done"]
        return done
    if "failed" in outcome:
        raise Untrained(str(outcome["failed"]), outcome.get("facts", {}))
    raise Broken(code, trace)


async def _heard(process: asyncio.subprocess.Process, told: Told) -> Mapping[str, Any]:
    """The last line of the process; empty when it ended without one."""
    assert process.stdout is not None
    stage, share = GATHERING, 0.0
    while True:
        reading = asyncio.ensure_future(process.stdout.readline())
        try:
            while not (await asyncio.wait({reading}, timeout=RENEW))[0]:
                await told(stage, share)
            line = reading.result()
        finally:
            reading.cancel()
        if not line:
            return {}
        said = json.loads(line)
        if "stage" not in said:
            return dict(said)
        stage, share = str(said["stage"]), float(said["progress"])
        await told(stage, share)


def _kept(done: Mapping[str, Any], data_dir: Path) -> Trained:
    """The finished files, each in its place before anybody is told of it."""
    card = read_card(Path(done["card"]))
    folder.keep(Path(done["onnx"]).read_bytes(), card, data_dir / MODELS)
    drawn = Path(done["picture"]).read_bytes()
    name = f"{hashlib.sha256(drawn).hexdigest()}.png"
    keep_picture(drawn, image_path(data_dir / "media", name))
    return Trained(card, name, {key: done.get(key, ()) for key in REMARKS})
