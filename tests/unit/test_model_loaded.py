"""A model is used only after it was checked against its card and tried; each task gets its own answer."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from PIL import Image

from core.intake.images import store_image
from models.batching import MOST_CODE_POINTS, MOST_TOGETHER, STEP, alike, pictures_together
from models.card import ImageInput, ModelCard, TextInput, write_card
from models.folder import add, load_from
from models.loaded import LARGEST, Loaded
from models.probe import probe
from models.problems import BadModel, ModelProblem
from models.session import Stop
from models.text import code_points
from tests import onnx_graphs as graphs
from tests.onnx_graphs import Node

GOOD = graphs.text_graph()
TEXTS = [{"text": "hello"}, {"text": "привет"}, {"text": "街道🙂"}, {"text": ""}]
SNOWMAN = {"text": "☃ in winter"}
FLOAT = TensorProto.FLOAT


def loaded(data: bytes, *, temperature: float = 1.0) -> Loaded:
    return Loaded.load(data, graphs.card_for(data, temperature=temperature))


def why_not(data: bytes | Path, card: ModelCard | None = None, **limits: float) -> BadModel:
    assert isinstance(data, bytes) or card is not None
    known = card or graphs.card_for(data if isinstance(data, bytes) else b"")
    with pytest.raises(BadModel) as bad:
        Loaded.load(data, known, **limits)  # type: ignore[arg-type]  # seconds or largest
    return bad.value


def photo(colour: tuple[int, int, int], media: Path) -> str:
    target = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(target, "JPEG")
    return store_image(target.getvalue(), media).name


def then(shape: tuple[str | int, ...], *steps: Node) -> bytes:
    """The good model, whose chances are called "fine" and go through further steps."""
    constants = {"first": np.array([0]), "two": np.array([0, 1]), "half": np.array(0.5, np.float32)}
    return graphs.graph(
        [*graphs.text_nodes(out="fine"), *steps],
        gives=[(OUT, FLOAT, shape)],
        constants={**graphs.TEXT_CONSTANTS, **constants},
    )


def step(operator: str, given: str, out: str = "probabilities", **attributes: Any) -> Node:
    return helper.make_node(operator, given.split(), [out], **attributes)


OUT = "probabilities"
COMPANY = [
    step("ReduceMean", "fine", "mean", axes=[0]),
    step("Add", "fine mean", "sum"),
    step("Mul", "sum half"),
]
UNFIT = [
    (ModelProblem.CORRUPT, b""),
    (ModelProblem.CORRUPT, GOOD[: len(GOOD) // 2]),
    (ModelProblem.CORRUPT, graphs.graph([step("NoSuchOperator", "codepoints")])),
    (ModelProblem.WRONG_INPUT, graphs.image_graph()),
    (ModelProblem.WRONG_OUTPUT, graphs.text_graph(out="chances")),
    (ModelProblem.WRONG_OUTPUT, then(("N", 2), step("Gather", "fine two", axis=1))),
    (ModelProblem.WRONG_OUTPUT, then(("N", "K"), step("Gather", "fine two", axis=1))),
    (ModelProblem.WRONG_OUTPUT, then(("N", 6), step("Concat", "fine fine", axis=1))),
    (ModelProblem.WRONG_OUTPUT, then((3,), step("ReduceMean", "fine", axes=[0], keepdims=0))),
    (ModelProblem.NO_CHANCES, graphs.text_graph(last="Identity")),
    (ModelProblem.NO_CHANCES, then(("N", 3), step("Mul", "fine half"))),
    (ModelProblem.NO_CHANCES, then(("N", 3), step("Neg", "fine"))),
    (ModelProblem.NOT_FINITE, graphs.poisoned_graph(point=0)),
    (ModelProblem.NOT_FINITE, graphs.poisoned_graph(point=0, value=float("inf"))),
    (ModelProblem.BREAKS_OFF, graphs.breaking_graph(point=0)),
    (ModelProblem.DEPENDS_ON_OTHERS, then(("N", 3), *COMPANY)),
]
OTHER_INPUTS = [
    ("codepoints", TensorProto.INT32, ("N", "L")),
    ("words", TensorProto.INT64, ("N", "L")),
    ("codepoints", TensorProto.INT64, (1, "L")),
    ("codepoints", TensorProto.INT64, ("N", 64)),
]


def test_texts_of_any_script_are_predicted_in_their_order(tmp_path: Path) -> None:
    found = loaded(GOOD).predict(TEXTS, tmp_path)
    assert [one.label if one else None for one in found] == ["one", "two", "three", "one"]
    assert found[3] is not None
    assert found[3].chances == pytest.approx((1 / 3,) * 3), "nothing to go by"


def test_scores_are_as_good_as_probabilities(tmp_path: Path) -> None:
    """The name of the output says which they are."""
    scores = loaded(graphs.text_graph(last="Identity", out="logits")).predict(TEXTS, tmp_path)
    for one, other in zip(scores, loaded(GOOD).predict(TEXTS, tmp_path), strict=True):
        assert one is not None
        assert other is not None
        assert one.label == other.label
        assert one.chances == pytest.approx(other.chances, abs=1e-5)


def test_confidence_is_calibrated_by_the_temperature_of_the_card(tmp_path: Path) -> None:
    (sure,) = loaded(GOOD).predict([{"text": "ab"}], tmp_path)
    (modest,) = loaded(GOOD, temperature=2).predict([{"text": "ab"}], tmp_path)
    assert sure is not None
    assert modest is not None
    assert modest.confidence == pytest.approx(np.e / (np.e + 2))
    assert sure.confidence == pytest.approx(np.e**2 / (np.e**2 + 2))


def test_a_task_without_content_gets_no_prediction(tmp_path: Path) -> None:
    found = loaded(GOOD).predict([{}, {"text": "a"}, {"image": "b"}], tmp_path)
    assert [one is None for one in found] == [True, False, True]
    assert loaded(GOOD).predict([], tmp_path) == []


def test_pictures_are_predicted_and_unreadable_ones_are_not(tmp_path: Path) -> None:
    """A name that leads elsewhere, a file that is gone, one that is no picture: None, and the others stand."""
    data = graphs.image_graph()
    model = Loaded.load(data, graphs.card_for(data, graphs.IMAGE))
    red, green, gone = (photo(colour, tmp_path) for colour in ((255, 0, 0), (0, 255, 0), (9, 9, 9)))
    broken = photo((0, 0, 255), tmp_path)
    (tmp_path / gone[:2] / gone).unlink()
    (tmp_path / broken[:2] / broken).write_bytes(b"%PDF no picture")
    names = [red, "../../etc/passwd", gone, broken, green]
    found = model.predict([{"image": name} for name in names], tmp_path)
    assert [one.label if one else None for one in found] == ["one", None, None, None, "two"]


def test_many_tasks_of_all_lengths_get_what_each_gets_alone(tmp_path: Path) -> None:
    """Texts of similar length run together, and come back in their own order."""
    chance = np.random.default_rng(1)
    alphabet = list("abжш街")
    texts = ["".join(chance.choice(alphabet, size=length)) for length in chance.integers(0, 90, size=150)]
    model = loaded(GOOD)
    together = model.predict([{"text": text} for text in texts], tmp_path)
    alone = [model.predict([{"text": text}], tmp_path)[0] for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert one is not None
        assert other is not None
        assert one.label == other.label
        assert one.chances == pytest.approx(other.chances, abs=1e-6)


def test_runs_are_bounded_and_hold_every_row_once() -> None:
    chance = np.random.default_rng(2)
    for longest, rows in ((8192, 40), (512, 200), (20, 64)):
        codes = code_points(
            ["x" * int(chance.integers(0, longest + 1)) for _ in range(rows)], longest=longest
        )
        seen = []
        for places, run in alike(codes):
            assert run.size <= max(MOST_CODE_POINTS, longest + STEP)
            assert len(run) <= MOST_TOGETHER
            assert run.shape[1] % STEP == 0
            width = min(run.shape[1], codes.shape[1])
            assert (run[:, :width] == codes[places, :width]).all()
            assert not codes[places, width:].any()
            seen += places.tolist()
        assert sorted(seen) == list(range(rows))
    assert pictures_together(ImageInput(width=512, height=512, mean=(0,) * 3, std=(1,) * 3)) == 1


@pytest.mark.parametrize(("code", "data"), UNFIT)
def test_an_unfit_model_is_refused_with_the_reason(code: ModelProblem, data: bytes) -> None:
    bad = why_not(data)
    assert bad.code is code
    assert bad.sentence


@pytest.mark.parametrize("given", OTHER_INPUTS, ids=str)
def test_another_input_is_refused(given: tuple[str, int, tuple[str | int, ...]]) -> None:
    """Another type or name, or a size that is fixed where it must be free."""
    nodes = [
        helper.make_node("Cast", [given[0]], ["as_float"], to=FLOAT),
        helper.make_node("ReduceSum", ["as_float"], ["scores"], keepdims=1),
        helper.make_node("Concat", ["scores"] * 3, ["logits"], axis=1),
    ]
    bad = why_not(graphs.graph(nodes, given=given, gives=[("logits", FLOAT, ("N", 3))]))
    assert bad.code is ModelProblem.WRONG_INPUT
    assert given[0] in bad.sentence


def test_pictures_of_another_size_than_the_card_says_are_refused() -> None:
    data = graphs.image_graph()
    other = graphs.IMAGE.model_copy(update={"width": 20})
    assert why_not(data, graphs.card_for(data, other)).code is ModelProblem.WRONG_INPUT


def test_more_or_fewer_labels_than_columns_are_refused() -> None:
    for labels in (("one", "two"), ("one", "two", "three", "four")):
        assert why_not(GOOD, graphs.card_for(GOOD, labels=labels)).code is ModelProblem.WRONG_OUTPUT


def test_a_card_that_lies_about_its_hash_is_caught(tmp_path: Path) -> None:
    """Also when the file was changed after it had been taken in."""
    assert why_not(GOOD, graphs.card_for(GOOD + b"\0")).code is ModelProblem.WRONG_HASH
    card = graphs.put(tmp_path, GOOD)
    graphs.lying_card(tmp_path, card.sha256, sha256="0" * 64)
    with pytest.raises(BadModel) as bad:
        load_from(tmp_path, card.sha256, seconds=10)
    assert bad.value.code is ModelProblem.WRONG_HASH


def test_a_huge_model_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.onnx").open("wb") as file:
        file.truncate(2**40)
    bad = why_not(tmp_path / "huge.onnx", graphs.card_for(GOOD))
    assert (bad.code, bad.facts["limit_mb"]) == (ModelProblem.TOO_LARGE, f"{LARGEST // 2**20}")
    assert why_not(GOOD, largest=100).code is ModelProblem.TOO_LARGE


def test_a_slow_model_is_stopped() -> None:
    """Between two operators, also within a loop that would go on for hours."""
    bad = why_not(graphs.slow_graph(10**12), seconds=0.2)
    assert (bad.code, bad.facts["limit_s"]) == (ModelProblem.TOO_SLOW, "0.2")


@pytest.mark.parametrize(
    ("data", "code"),
    [(graphs.poisoned_graph(), ModelProblem.NOT_FINITE), (graphs.breaking_graph(), ModelProblem.BREAKS_OFF)],
)
def test_one_poisonous_task_does_not_harm_its_neighbours(
    tmp_path: Path, data: bytes, code: ModelProblem
) -> None:
    """What goes wrong with a task stands in its place."""
    model = loaded(data)
    found = model.outcomes([*TEXTS, SNOWMAN, *TEXTS], tmp_path, stop=Stop())
    assert isinstance(found[4], BadModel)
    assert found[4].code is code
    assert found[:4] == found[5:] == loaded(GOOD).predict(TEXTS, tmp_path)
    with pytest.raises(BadModel):
        model.predict([SNOWMAN], tmp_path)


def test_a_probe_tells_what_loading_would_tell(tmp_path: Path) -> None:
    """In a process of its own."""
    good, bad = tmp_path / "good.onnx", tmp_path / "bad.onnx"
    good.write_bytes(GOOD)
    probe(good, graphs.card_for(GOOD))
    data = graphs.text_graph(last="Identity")
    bad.write_bytes(data)
    with pytest.raises(BadModel) as why:
        probe(bad, graphs.card_for(data))
    assert why.value.code is ModelProblem.NO_CHANCES


def test_a_probe_ends_what_is_slow_or_hungry(tmp_path: Path) -> None:
    """The service neither waits for the one nor gives memory to the other."""
    path = tmp_path / "model.onnx"
    slow = graphs.slow_graph(10**12)
    path.write_bytes(slow)
    with pytest.raises(BadModel) as why:
        probe(path, graphs.card_for(slow), seconds=0.5)
    assert why.value.code is ModelProblem.TOO_SLOW
    hungry = graphs.graph(
        [
            helper.make_node("ConstantOfShape", ["large"], ["zeros"]),
            helper.make_node("ReduceSum", ["zeros"], ["nothing"], keepdims=0),
            *graphs.text_nodes(out="fine"),
            helper.make_node("Add", ["fine", "nothing"], ["probabilities"]),
        ],
        constants={**graphs.TEXT_CONSTANTS, "large": np.array([2**20, 2**12])},
    )
    path.write_bytes(hungry)
    with pytest.raises(BadModel) as why:
        probe(path, graphs.card_for(hungry))
    assert why.value.code is ModelProblem.NO_MEMORY


def test_a_model_from_outside_is_kept_under_its_hash_or_not_at_all(tmp_path: Path) -> None:
    folder, card = tmp_path / "models", graphs.card_for(GOOD)
    (tmp_path / "mine.onnx").write_bytes(GOOD)
    write_card(card, tmp_path / "mine.json")
    write_card(graphs.card_for(GOOD, labels=("one", "two")), tmp_path / "wrong.json")
    with pytest.raises(BadModel):
        add(tmp_path / "mine.onnx", tmp_path / "wrong.json", folder)
    assert not folder.exists()
    assert add(tmp_path / "mine.onnx", tmp_path / "mine.json", folder) == card
    assert sorted(path.name for path in folder.iterdir()) == [f"{card.sha256}.json", f"{card.sha256}.onnx"]
    (found,) = load_from(folder, card.sha256, seconds=10).predict([{"text": "街"}], tmp_path)
    assert found is not None
    assert found.label == "three"


def test_a_text_is_cut_at_what_the_card_says(tmp_path: Path) -> None:
    """What lies behind counts for nothing."""
    short = TextInput(features="hashed-ngrams-1", longest=4)
    model = Loaded.load(GOOD, graphs.card_for(GOOD, short))
    (found,) = model.predict([{"text": "abcd" + "街" * 50}], tmp_path)
    assert found is not None
    assert found.label == "one"
