"""The graph is the model: the same label always, the same chances within 1e-4, for any text and any picture."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import numpy_helper

from models.leading import leaders
from models.text import LONGEST, code_points
from models.training.graphs import image_graph, text_graph
from models.training.hashing import FACTOR, PRIME, buckets
from models.training.heads import ALGORITHMS, Lesson, Settings, learn
from models.training.image_model import ImageView, image_space
from models.training.layers import Link
from models.training.parity import AWKWARD, awkward_pixels, check_parity, run
from models.training.problems import CannotTrain, Trouble
from models.training.text_model import TextModel, TextView, text_space
from tests.benchmarks.multilingual import TOPICS, messages

DRAWN = messages(240, seed=5)
CODES = code_points([one.text for one in DRAWN], longest=LONGEST)
TRUTH = np.array([TOPICS.index(one.topic) for one in DRAWN])
EVEN, COUNTED = TextView(1, 4, 2**12, True), TextView(2, 5, 2**12, False)
TEXT_HEADS: list[tuple[str, TextView, Settings]] = [
    ("logistic", EVEN, {"strength": 200.0, "balanced": False}),
    ("logistic", COUNTED, {"strength": 1000.0, "balanced": True}),
    ("descent", EVEN, {"strength": 200.0, "balanced": False}),
    ("descent", COUNTED, {"strength": 5.0, "balanced": True}),
    ("bayes", COUNTED, {"smoothing": 0.1}),
]
IMAGE_HEADS: list[tuple[str, Settings]] = [
    ("logistic", {"strength": 0.3, "balanced": False}),
    ("waves", {"strength": 10.0, "width": 1.0, "number": 100}),
    ("neurons", {"hidden": 16, "decay": 0.1}),
]


def text_model(algorithm: str, view: TextView, settings: Settings) -> TextModel:
    space = text_space(CODES, view)
    lesson = Lesson(space.matrix(algorithm), TRUTH, np.ones(len(TRUTH)), 5, 7)
    return space.model(learn(algorithm, lesson, settings), algorithm)


@pytest.mark.parametrize(("algorithm", "view", "settings"), TEXT_HEADS)
def test_a_text_graph_says_what_the_fitted_model_says(
    algorithm: str, view: TextView, settings: Settings
) -> None:
    """In every script, for joined emoji, direction marks, lone surrogates, nothing at all and 5,000 letters."""
    model = text_model(algorithm, view, settings)
    graph = text_graph(model).SerializeToString()
    fresh = code_points([one.text for one in messages(200, seed=6)], longest=LONGEST)
    awkward = code_points(AWKWARD, longest=LONGEST)
    assert check_parity(graph, model, [fresh, awkward]) < 1e-4
    found = run(graph, awkward)
    assert np.abs(found.sum(axis=1) - 1).max() < 1e-5
    assert found.min() > 0


def test_a_text_has_the_same_chances_alone_and_among_longer_ones() -> None:
    """What fills up a row counts for nothing, nor do n-grams that reach into it."""
    graph = text_graph(text_model(*TEXT_HEADS[0])).SerializeToString()
    among = run(graph, code_points(AWKWARD, longest=LONGEST))
    for text, chances in zip(AWKWARD, among, strict=True):
        alone = run(graph, code_points([text], longest=LONGEST))[0]
        assert alone == pytest.approx(chances, abs=1e-5), text[:20]


def test_the_buckets_are_those_of_plain_python() -> None:
    """The hash again, letter by letter, with whole numbers of any size."""
    for text in AWKWARD:
        codes = code_points([text], longest=40)
        letters = [code for code in codes[0].tolist() if code]
        for length, found in zip((2, 3), buckets(codes, shortest=2, longest=3, size=97), strict=True):
            expected = []
            for start in range(max(0, len(letters) - length + 1)):
                hashed = 1
                for letter in letters[start : start + length]:
                    hashed = (hashed * FACTOR + letter) % PRIME
                expected.append(hashed % 97)
            assert found[0][found[0] >= 0].tolist() == expected


@pytest.mark.parametrize("algorithm", ["logistic", "descent"])
@pytest.mark.parametrize("labels", [(0, 1, 2), (1, 2)])
def test_the_fitted_model_says_what_the_library_says(algorithm: str, labels: tuple[int, ...]) -> None:
    """With as many labels as there are, with two of them, and with columns for those that nobody has."""
    from sklearn.linear_model import LogisticRegression, SGDClassifier

    chance = np.random.default_rng(2)
    truth = np.array(labels)[chance.integers(0, len(labels), 90)]
    matrix = chance.normal(size=(90, 4)) + truth[:, None]
    lesson = Lesson(matrix, truth, np.ones(90), 4, 3)
    found = learn(algorithm, lesson, {"strength": 1.0, "balanced": False}).chances(matrix)
    library = (
        LogisticRegression(C=1.0, max_iter=300, tol=1e-3)
        if algorithm == "logistic"
        else SGDClassifier(loss="log_loss", alpha=1 / 90, max_iter=40, tol=None, average=True, random_state=3)
    )
    assert found[:, labels] == pytest.approx(library.fit(matrix, truth).predict_proba(matrix), abs=1e-5)
    assert found[:, 3].max() < 1e-5


def test_few_examples_learn_the_same_from_their_coordinates() -> None:
    """Coordinates among each other are a shortcut, not another model."""
    space, truth = text_space(CODES[:80], EVEN), TRUTH[:80]
    settings: Settings = {"strength": 30.0, "balanced": False}
    weights = np.ones(len(truth))
    compact = learn("logistic", Lesson(space.compact, truth, weights, 5, 0), settings)
    whole = learn("logistic", Lesson(space.whole, truth, weights, 5, 0), settings)
    fresh = code_points([one.text for one in messages(100, seed=8)], longest=LONGEST)
    short = space.model(compact, "logistic").chances(fresh)
    long = TextModel(EVEN, whole.layers[0].weights * space.scale[:, None], whole.layers[0].bias, Link.SOFTMAX)
    assert short == pytest.approx(long.chances(fresh), abs=5e-3)
    assert leaders(short).tolist() == leaders(long.chances(fresh)).tolist()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("view", [ImageView(8, 8), ImageView(0, 4), ImageView(2, 0)])
@pytest.mark.parametrize(("algorithm", "settings"), IMAGE_HEADS)
def test_an_image_graph_says_what_the_fitted_model_says(
    algorithm: str, settings: Settings, view: ImageView, channels: int
) -> None:
    """For noise, for blank pictures and for the sharpest edges."""
    chance = np.random.default_rng(4)
    truth = chance.integers(0, 3, 90)
    pixels = chance.uniform(-1, 1, (90, channels, 32, 32)).astype(np.float32)
    pixels[truth == 1, :, :16] += 0.5
    space = image_space(pixels, view)
    lesson = Lesson(space.matrix(algorithm), truth, np.ones(90), 3, 7)
    model = space.model(learn(algorithm, lesson, settings), algorithm)
    graph = image_graph(model, channels=channels).SerializeToString()
    assert check_parity(graph, model, [pixels, awkward_pixels(channels)]) < 1e-4


def test_a_graph_that_says_something_else_is_refused() -> None:
    """A single weight is off."""
    model = text_model(*TEXT_HEADS[0])
    graph = text_graph(model)
    for constant in graph.graph.initializer:
        values = numpy_helper.to_array(constant)
        if values.ndim == 2:
            wrong = values.copy()
            wrong[1:] = -wrong[1:]
            constant.CopyFrom(numpy_helper.from_array(wrong, constant.name))
    with pytest.raises(CannotTrain) as refused:
        check_parity(graph.SerializeToString(), model, [CODES])
    assert refused.value.code is Trouble.PARITY_FAILED
    assert refused.value.facts["other_labels"]


def test_graphs_have_standard_operators_only() -> None:
    """Any runtime can run them."""
    graph = text_graph(text_model(*TEXT_HEADS[2]))
    assert [one.domain for one in graph.opset_import] == [""]
    assert {node.domain for node in graph.graph.node} == {""}


def test_every_algorithm_is_checked_here() -> None:
    assert {head[0] for head in [*TEXT_HEADS, *IMAGE_HEADS]} == ALGORITHMS.keys()
