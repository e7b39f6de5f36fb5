"""`chatcrowd models …` and `chatcrowd train`: what an operator does by hand, and what the doctor says of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bots.checkup.finding import Finding, Mark
from bots.checkup.models import check_models
from core.clock import ManualClock
from core.domain.models import Serving
from core.domain.person import Role
from core.domain.project import Project
from core.store import models, open_store, projects
from core.vault import Vault
from models.card import write_card
from tests import onnx_graphs as graphs
from tests.conftest import START
from tests.shadow import LABELS, biased_graph, own, put
from tests.unit.test_cli import chatcrowd, environment, sentence
from tests.world import World

__all__ = ["environment"]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model with its card beside it."""
    card = graphs.put(tmp_path / "mine", graphs.text_graph())
    return tmp_path / "mine" / f"{card.sha256}.onnx"


def made(tmp_path: Path, **suggestions: str) -> int:
    """A project in the operator's database, with a model of its own."""

    async def work() -> int:
        store = await open_store(f"sqlite:///{tmp_path / 'data' / 'chatcrowd.sqlite3'}")
        world = World(store, ManualClock(START), Vault(b"tests only: thirty-two bytes key"))
        owner = await world.person("owner", Role.REQUESTER)
        project = await world.project(owner, ["Latin"], labels=LABELS, suggestions=suggestions)
        await store.close()
        return project

    return asyncio.run(work())


def serving(tmp_path: Path, project_id: int) -> tuple[Project, int | None]:
    """The project as it stands, and its champion."""

    async def work() -> tuple[Project, int | None]:
        store = await open_store(f"sqlite:///{tmp_path / 'data' / 'chatcrowd.sqlite3'}")
        project = await store.read(lambda tx: projects.find(tx, project_id))
        held = await store.read(lambda tx: models.serving_of(tx, project_id))
        await store.close()
        assert project is not None
        return project, held.champion

    return asyncio.run(work())


def test_a_model_is_added_chosen_and_removed(tmp_path: Path, model: Path) -> None:
    """Its two files go into the data folder, and out of it; the project that it served goes on without."""
    project = made(tmp_path)
    assert chatcrowd("models", "list").stdout.startswith("There are no models")
    assert chatcrowd("models", "add", str(model), "--name", "scripts").exit_code == 0
    kept = tmp_path / "data" / "models"
    assert {path.suffix for path in kept.iterdir()} == {".onnx", ".json"}
    assert "already" in sentence(chatcrowd("models", "add", str(model), "--name", "scripts"))
    assert chatcrowd("models", "use", str(project), "scripts").exit_code == 0
    assert serving(tmp_path, project)[0].file.suggestions.model == "scripts"
    listed = chatcrowd("models", "list").stdout
    assert "scripts" in listed
    assert str(project) in listed
    assert f"projects {project}" in chatcrowd("models", "remove", "scripts").stdout
    assert not list(kept.iterdir())
    assert serving(tmp_path, project)[1] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("models", "add", "{model}", "--name", "own"), "means something else"),
        (("models", "add", "{model}", "--name", "two words"), "one short word"),
        (("models", "add", "{model}", "--name", "bad", "--card", "{other}"), "another model file"),
        (("models", "add", "{broken}", "--name", "bad"), "damaged"),
        (("models", "remove", "nothing"), "can’t find this model"),
        (("models", "use", "1", "nothing"), "can’t find this model"),
        (("models", "use", "77", "own"), "There is no project 77"),
        (("models", "rollback", "1"), "no model before"),
        (("train", "1"), "There is too little to learn from yet"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path, model: Path, arguments: tuple[str, ...], words: str
) -> None:
    """And nothing is kept."""
    made(tmp_path)
    other = graphs.put(tmp_path / "mine", biased_graph(1))
    broken = tmp_path / "mine" / "broken.onnx"
    broken.write_bytes(b"no model")
    card = graphs.card_for(b"no model")
    write_card(card, broken.with_suffix(".json"))
    names = {"model": model, "other": tmp_path / "mine" / f"{other.sha256}.json", "broken": broken}
    said = chatcrowd(*(one.format(**names) for one in arguments))
    assert said.exit_code == 1
    assert words in said.stderr
    assert not (tmp_path / "data" / "models").exists() or not list((tmp_path / "data" / "models").iterdir())


def test_the_own_model_before_serves_again(tmp_path: Path) -> None:
    """By one command, there and back."""
    project = made(tmp_path, model="own")

    async def work() -> tuple[int, int]:
        store = await open_store(f"sqlite:///{tmp_path / 'data' / 'chatcrowd.sqlite3'}")
        world = World(store, ManualClock(START), Vault(b"tests only: thirty-two bytes key"))
        first = await own(world, project, put(tmp_path, graphs.text_graph()))
        second = await own(world, project, put(tmp_path, biased_graph(1)))
        held = Serving(project, champion=second, before=first)
        await world.do(lambda tx: models.serve(tx, held, now=START))
        await store.close()
        return first, second

    first, second = asyncio.run(work())
    for served in (first, second):
        assert chatcrowd("models", "rollback", str(project)).exit_code == 0
        assert serving(tmp_path, project)[1] == served


def test_while_the_service_runs_the_operator_is_told_to_stop_it(tmp_path: Path, model: Path) -> None:
    """SQLite takes one process; PostgreSQL takes the command beside the service."""

    async def work() -> None:
        store = await open_store(f"sqlite:///{tmp_path / 'data' / 'chatcrowd.sqlite3'}")
        said = await asyncio.to_thread(chatcrowd, "models", "add", str(model), "--name", "scripts")
        assert "stop it first" in said.stderr
        await store.close()

    asyncio.run(work())


def by_name(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    """Findings by what they are about."""
    return {one.about: one for one in findings}


def test_the_doctor_notices_missing_and_damaged_files(tmp_path: Path) -> None:
    """It is worth a look, not a breakdown: everything else goes on."""
    card = put(tmp_path, graphs.text_graph())
    found = by_name(check_models(tmp_path, [card.sha256]))
    assert {one.mark for one in found.values()} == {Mark.FINE}
    assert "onnxruntime" in found["suggestions"].found
    path = tmp_path / "models" / f"{card.sha256}.onnx"
    path.write_bytes(path.read_bytes()[:-1])
    damaged = by_name(check_models(tmp_path, [card.sha256]))["model files"]
    assert (damaged.mark, damaged.found) == (Mark.LOOK, f"damaged: {card.sha256[:12]}")
    path.unlink()
    missing = by_name(check_models(tmp_path, [card.sha256]))["model files"]
    assert (missing.mark, missing.found) == (Mark.LOOK, f"missing: {card.sha256[:12]}")
    assert "model files" not in by_name(check_models(tmp_path, []))
