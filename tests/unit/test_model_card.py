"""Model cards: what is read is what was written, and whatever is wrong is named."""

from __future__ import annotations

import json
import os
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.card import (
    LARGEST,
    ImageInput,
    Metrics,
    ModelCard,
    TextInput,
    Trained,
    check_fits,
    read_card,
    write_card,
)
from models.problems import MEANINGS, BadModel, ModelProblem, facts_of

TEXT = TextInput(features="hashed-ngrams-1", longest=512)
IMAGE = ImageInput(width=224, height=224, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225), fit="cover")
FULL = ModelCard(
    title="Mood of Straße 街 شارع",
    input=TEXT,
    labels=("good", "bad", "so-so_2"),
    sha256="ab" * 32,
    temperature=1.37,
    metrics=Metrics(
        accuracy=0.91, macro_f1=0.9, log_loss=0.31, calibration_error=0.02, baseline=0.4, tested_on=200
    ),
    trained=Trained(
        at=datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        project=7,
        tasks=800,
        answers=2400,
        languages=("en", "zh", "ar"),
        algorithm="sgd",
        settings={"alpha": 1e-6, "bits": 16, "averaged": True, "loss": "log_loss"},
        software={"scikit-learn": "1.9.1"},
    ),
)


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(FULL.model_dump_json()), **fields}).encode()


def why_not(source: Path | bytes) -> BadModel:
    with pytest.raises(BadModel) as bad:
        read_card(source)
    return bad.value


@pytest.mark.parametrize("given", [TEXT, IMAGE])
def test_a_card_is_read_as_it_was_written(tmp_path: Path, given: TextInput | ImageInput) -> None:
    """Every field, with its type: a flag stays a flag and a number keeps its digits."""
    card = FULL.model_copy(update={"input": given})
    write_card(card, tmp_path / "model.json")
    again = read_card(tmp_path / "model.json")
    assert again == card
    assert again.trained is not None
    assert [type(value) for value in again.trained.settings.values()] == [float, int, bool, str]
    assert [found.name for found in tmp_path.iterdir()] == ["model.json"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 2),
        ("title", ""),
        ("labels", ["good"]),
        ("labels", ["good", "good"]),
        ("labels", ["good", "<b>"]),
        ("labels", ["good", "bad\n"]),
        ("labels", [f"l{n}" for n in range(101)]),
        ("sha256", "AB" * 32),
        ("sha256", "../../etc/passwd"),
        ("temperature", 0),
        ("temperature", -1),
        ("temperature", float("nan")),
        ("temperature", float("inf")),
        ("temperature", "hot"),
        ("surprise", 1),
        ("input.kind", "sound"),
        ("input.longest", 0),
        ("input.longest", 10**9),
    ],
)
def test_a_wrong_value_is_named_by_its_place(field: str, value: object) -> None:
    """The card is refused, and the first step of the place is what was wrong."""
    head, _, rest = field.partition(".")
    inner: Any = {**TEXT.model_dump(), rest: value} if rest else value
    bad = why_not(changed(**{head: inner}))
    assert bad.code is ModelProblem.BAD_CARD
    assert str(bad.facts["field"]).split(".")[0] == head
    assert bad.sentence.startswith(f"The model card is wrong at {head}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 7},
        {"height": 513},
        {"channels": 2},
        {"channels": 1},
        {"mean": [0.5]},
        {"std": [0.0, 1.0, 1.0]},
        {"fit": "tile"},
    ],
    ids=str,
)
def test_a_picture_has_a_sane_size_and_a_number_for_each_channel(wrong: dict[str, object]) -> None:
    bad = why_not(changed(input={**json.loads(IMAGE.model_dump_json()), **wrong}))
    assert bad.code is ModelProblem.BAD_CARD


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff\xfe", b"null", b"[" * 60_000], ids=repr)
def test_what_is_no_card_is_refused_as_one(data: bytes) -> None:
    assert why_not(data).code is ModelProblem.BAD_CARD


def test_features_of_another_version_are_refused_by_name() -> None:
    bad = why_not(changed(input={**TEXT.model_dump(), "features": "hashed-ngrams-9"}))
    assert bad.code is ModelProblem.UNKNOWN_FEATURES
    assert "hashed-ngrams-9" in bad.sentence


def test_a_large_card_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A file of a terabyte (with a hole in it) costs nothing."""
    path = tmp_path / "model.json"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert why_not(path).code is ModelProblem.TOO_LARGE
    assert why_not(b" " * (LARGEST + 1)).code is ModelProblem.TOO_LARGE


def test_only_a_plain_file_is_a_card(tmp_path: Path) -> None:
    """Neither a folder, nor nothing, nor a pipe that nobody writes to keeps anybody waiting."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "nothing", tmp_path / "pipe", Path("/dev/zero")):
        assert why_not(path).code is ModelProblem.NO_FILE


def test_a_model_fits_a_project_with_its_labels_and_its_columns() -> None:
    """In whatever order the project has its labels."""
    check_fits(FULL, labels=["so-so_2", "good", "bad"], kind_columns=["text", "image"])


@pytest.mark.parametrize(
    ("labels", "missing", "extra"),
    [
        (["good", "bad"], (), ("so-so_2",)),
        (["good", "bad", "so-so_2", "new"], ("new",), ()),
        (["good", "bad", "renamed"], ("renamed",), ("so-so_2",)),
    ],
)
def test_labels_that_changed_are_named(
    labels: list[str], missing: tuple[str, ...], extra: tuple[str, ...]
) -> None:
    with pytest.raises(BadModel) as bad:
        check_fits(FULL, labels=labels, kind_columns=["text"])
    assert bad.value.code is ModelProblem.LABELS_DIFFER
    assert bad.value.facts == {"missing": missing, "extra": extra}


def test_a_model_of_texts_does_not_judge_pictures() -> None:
    with pytest.raises(BadModel) as bad:
        check_fits(FULL, labels=FULL.labels, kind_columns=["image"])
    assert bad.value.code is ModelProblem.NOT_THIS_KIND
    assert bad.value.sentence == "The model judges text; tasks of this project hold image."


def test_every_problem_has_a_sentence_that_its_facts_fill() -> None:
    """A problem that lacks a fact cannot be made, and one that crossed a process says the same."""
    assert set(MEANINGS) == set(ModelProblem)
    for code in ModelProblem:
        bad = BadModel(code, **dict.fromkeys(facts_of(code), "so"))
        again = pickle.loads(pickle.dumps(bad))
        assert (again.code, again.sentence) == (bad.code, bad.sentence)
        assert "%" not in bad.sentence
    with pytest.raises(TypeError):
        BadModel(ModelProblem.TOO_SLOW)
