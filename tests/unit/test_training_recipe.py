"""A whole training, on texts in five scripts and on pictures: what it learns, what it says, when it refuses."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from models.card import ImageInput, read_card
from models.images import pixels
from models.leading import leaders
from models.loaded import Loaded
from models.text import LONGEST, code_points
from models.training.calibrating import losses, tempered
from models.training.parity import run
from models.training.problems import CannotTrain, Trouble, Warned
from tests.benchmarks.multilingual import TOPICS, messages
from tests.digits import digits, kept
from tests.trainings import QUICK, examples, of_digits, of_messages, order, trained

FRESH = messages(1_000, seed=77)
TRUTH = np.array([TOPICS.index(one.topic) for one in FRESH])


def test_three_hundred_texts_in_six_languages_teach_far_more_than_guessing(tmp_path: Path) -> None:
    """What the card claims comes true on a thousand fresh texts, and the temperature makes it truer."""
    done = trained(of_messages(tmp_path, 300, limits={**QUICK, "candidates": 8}))
    found = run(done.onnx.read_bytes(), code_points([one.text for one in FRESH], longest=LONGEST))
    chances = found.astype(np.float64)
    right = float((leaders(chances) == TRUTH).mean())
    assert right > 0.60
    assert float(np.mean(np.bincount(TRUTH).argmax() == TRUTH)) < 0.32
    assert done.accuracy_low - 0.05 < right < done.accuracy_high + 0.05
    assert losses(tempered(chances, done.temperature), TRUTH).mean() < losses(chances, TRUTH).mean() + 0.01
    card = read_card(done.card)
    assert card.labels == TOPICS
    assert card.sha256 == done.sha256
    assert card.trained is not None
    assert card.trained.languages == ("ar", "en", "es", "hi", "ru", "zh")
    assert sorted(path.suffix for path in (tmp_path / "models").iterdir()) == [".json", ".onnx", ".png"]
    said = Loaded.load(done.onnx, card).predict([{"text": one.text} for one in FRESH[:50]], tmp_path)
    assert [one and one.label for one in said] == [TOPICS[place] for place in leaders(chances[:50]).tolist()]


def test_six_hundred_digits_are_enough_for_ninety_five_of_a_hundred(tmp_path: Path) -> None:
    """Pictures from scratch; tested on the digits that were not given."""
    done = trained(of_digits(tmp_path, 600))
    card = read_card(done.card)
    assert isinstance(card.input, ImageInput)
    assert card.input.channels == 1
    rest = digits()[600:]
    found = run(done.onnx.read_bytes(), pixels([picture for picture, _ in rest], card.input))
    assert float(np.mean(leaders(found) == np.array([digit for _, digit in rest]))) >= 0.95


def test_the_same_order_gives_the_same_model(tmp_path: Path) -> None:
    """To the last bit, as long as there is time for the whole search."""
    ordered = of_messages(tmp_path, 120, seed=5)
    first = trained(ordered)
    content = {path.name: path.read_bytes() for path in (tmp_path / "models").iterdir()}
    again = trained(ordered.model_copy(update={"out": tmp_path / "again"}))
    assert again.sha256 == first.sha256
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == content


def test_a_label_seen_once_or_never_is_said_and_kept(tmp_path: Path) -> None:
    """The card has the project's labels, each with a chance above nothing."""
    rows = examples(messages(200, seed=1))
    rows = [row for row in rows if row["label"] != "praise"]
    rows += [{**examples(messages(1, seed=9))[0], "label": "praise"}]
    done = trained(order(tmp_path, rows, labels=["other", *TOPICS]))
    assert done.once == ("praise",)
    assert done.unseen == ("other",)
    assert {Warned.CLASS_SEEN_ONCE, Warned.CLASS_NEVER_SEEN} <= set(done.warnings)
    found = run(done.onnx.read_bytes(), code_points(["", "x"], longest=LONGEST))
    assert found.shape == (2, 6)
    assert found.min() > 0


def test_two_labels_of_very_different_frequency_can_be_learnt(tmp_path: Path) -> None:
    rows = [row for row in examples(messages(500, seed=1)) if row["label"] in {"delivery", "praise"}]
    done = trained(order(tmp_path, rows, labels=["praise", "delivery"]))
    assert done.accuracy > done.baseline


def test_copies_do_not_make_a_model_look_good(tmp_path: Path) -> None:
    """Every text four times with another number: what is held out is as foreign as without the copies."""
    drawn = examples(messages(60, seed=1))
    rows = [
        {**row, "id": f"{row['id']}-{copy}", "content": {"text": f"{row['content']['text']} {copy}!"}}
        for row in drawn
        for copy in range(4)
    ]
    with suppress(CannotTrain):  # it may also be told that it knows nothing
        assert trained(order(tmp_path, rows)).accuracy < 0.7


def test_only_blind_examples_are_tested_on(tmp_path: Path) -> None:
    """Answers given with a suggestion on the screen never judge a model; here they all say the same label."""
    blind = examples(messages(200, seed=1))
    shown = [{**row, "label": "praise", "blind": False} for row in examples(messages(60, seed=3))]
    done = trained(order(tmp_path, [*blind, *shown]))
    assert done.tested_on in range(47, 58)
    assert done.baseline < 0.25  # the commonest label is that of the examples shown
    assert Warned.FEW_BLIND not in done.warnings
    few = trained(order(tmp_path, [*blind[:10], *[{**row, "blind": False} for row in blind[10:]]]))
    assert few.tested_on in range(35, 46)
    assert Warned.FEW_BLIND in few.warnings


@pytest.mark.parametrize(
    ("number", "changed", "code"),
    [
        (29, {}, Trouble.TOO_FEW),
        (100, {"label": "praise"}, Trouble.ONE_CLASS_ONLY),
        (100, {"content": {"text": "the same"}}, Trouble.NO_VALIDATION),
        (100, {"group": "all"}, Trouble.NO_VALIDATION),
        (100, {"label": "gone"}, Trouble.TOO_FEW),
        (100, {"content": {"text": " "}}, Trouble.TOO_FEW),
        (100, {"weight": -1}, Trouble.NO_MATERIAL),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(
    tmp_path: Path, number: int, changed: dict[str, object], code: Trouble
) -> None:
    """With the reason, and without a file."""
    rows = [{**row, **changed} for row in examples(messages(number, seed=1))]
    with pytest.raises(CannotTrain) as refused:
        trained(order(tmp_path, rows))
    assert refused.value.code is code
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("seed", range(3))
def test_labels_that_have_nothing_to_do_with_the_texts_are_refused(tmp_path: Path, seed: int) -> None:
    """A model that knows nothing would only mislead."""
    chance = np.random.default_rng(seed)
    rows = examples(messages(100, seed=seed))
    for row in rows:
        row["label"] = TOPICS[chance.integers(5)]
    with pytest.raises(CannotTrain) as refused:
        trained(order(tmp_path, rows))
    assert refused.value.code is Trouble.NOT_BETTER_THAN_GUESSING
    assert set(refused.value.facts) == {"accuracy", "baseline", "examples"}


def test_pictures_that_are_none_are_left_out_or_refused(tmp_path: Path) -> None:
    """A few are told of; most of them mean that something is wrong."""
    ordered = of_digits(tmp_path, 200)
    rows = [json.loads(line) for line in ordered.material.read_text().splitlines()]
    broken = kept(b"GIF89a, says its name", tmp_path / "media")
    for row in rows[:20]:
        row["content"] = {"image": broken}
    rows[20]["content"] = {"image": "../../etc/passwd"}
    told = {"kind": "image", "media": tmp_path / "media", "labels": ordered.labels}
    done = trained(order(tmp_path, rows, **told))
    assert done.examples == 179
    assert Warned.UNREADABLE in done.warnings
    for row in rows[:150]:
        row["content"] = {"image": broken}
    with pytest.raises(CannotTrain) as refused:
        trained(order(tmp_path, rows, **told))
    assert refused.value.code is Trouble.UNREADABLE_IMAGES


def test_only_the_newest_examples_are_looked_at(tmp_path: Path) -> None:
    done = trained(of_messages(tmp_path, 400, limits={**QUICK, "examples": 250}))
    assert done.examples == 250
    assert {Warned.CAPPED} <= set(done.warnings)
