"""A whole training: from settled tasks to a model, its card and its picture."""

from __future__ import annotations

import hashlib
import os
import platform
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from models.card import Metrics, ModelCard, Trained, write_card
from models.leading import leaders
from models.training import calibrating as measured
from models.training.grouping import groups
from models.training.heads import learn
from models.training.layers import Floats
from models.training.learning_curve import Curve, learning_curve
from models.training.material import Material, checked, rare, read_material
from models.training.order import Done, Order
from models.training.parity import check_parity
from models.training.problems import CannotTrain, Trouble, Warned
from models.training.report import Report, draw, numbered
from models.training.search import Found, Model, Space, Spaces, judging, lesson, search
from models.training.splitting import LEAST_TESTED, SHARE, folds, held_out
from models.training.subjects import Subject, image_subject, text_subject

FOR_SEARCH, FOR_CURVE = 0.65, 0.85
"""By these parts of its time the search, and the learning curve, must have come to their ends."""


class Stage(StrEnum):
    """What a training is doing."""

    READING = "reading"
    SEARCHING = "searching"
    TESTING = "testing"
    WRITING = "writing"


Tell = Callable[[Stage, float], None]
"""Called with the stage and how much of the whole is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Tested:
    """What a model that had not seen the held-out examples made of them."""

    truth: NDArray[np.int64]
    guesses: NDArray[np.int64]
    metrics: Metrics
    low: float
    high: float
    curve: Curve


def train(order: Order, *, seconds: Callable[[], float], tell: Tell) -> Done:
    """Train as ordered; `seconds` is a clock that only ever goes on.

    The winner of the search is tested on a fifth of the tasks that the search never saw. The model that is
    written then learns from all of them, at the same settings and temperature.

    Raises:
        CannotTrain: with the reason; nothing is written then.
    """
    with threadpool_limits(limits=1):  # the other processors have conversations to lead
        return _train(order, seconds=seconds, tell=tell)


def _train(order: Order, *, seconds: Callable[[], float], tell: Tell) -> Done:
    began = seconds()

    def until(part: float) -> Callable[[], float]:
        return lambda: part * order.limits.seconds - (seconds() - began)

    tell(Stage.READING, 0.0)
    subject = _subject(order)
    material = subject.material
    chance = np.random.default_rng(order.seed)
    group = groups(
        [*keys, *([f"group {one.group}"] if one.group else [])]
        for keys, one in zip(subject.keys, material.examples, strict=True)
    )
    allowed, few_blind = _allowed(material)
    learnt, tested = held_out(material.truth, group, allowed, chance=chance)
    rest = material.at(learnt)

    tell(Stage.SEARCHING, 0.05)
    spaces = Spaces(subject.space, subject.given[learnt])
    common = Counter(rest.truth.tolist()).most_common()
    found = search(
        subject.candidates(len(rest), common[0][1] / common[-1][1])[: order.limits.candidates],
        spaces,
        rest,
        folds(rest.truth, group[learnt], chance=chance),
        seed=order.seed % 2**32,
        left=until(FOR_SEARCH),
        tell=lambda share: tell(Stage.SEARCHING, 0.05 + 0.6 * share),
    )
    temperature = _temperature(found, rest)

    tell(Stage.TESTING, 0.65)
    outcome = _test(
        found, spaces, rest, subject.given[tested], material.truth[tested], temperature,
        seed=order.seed, chance=chance, left=until(FOR_CURVE),
    )  # fmt: skip

    tell(Stage.WRITING, 0.9)
    final = _final(subject, found, seed=order.seed)
    onnx = subject.graph(final).SerializeToString(deterministic=True)
    check_parity(onnx, final, [subject.given[tested], subject.awkward])
    sha256 = hashlib.sha256(onnx).hexdigest()
    card = ModelCard(
        title=order.title,
        input=subject.input,
        labels=order.labels,
        sha256=sha256,
        temperature=temperature,
        metrics=outcome.metrics,
        trained=_trained(order, found, material),
    )
    picture = draw(_report(order, outcome))
    paths = _write(order.out, sha256, onnx=onnx, card=card, picture=picture)
    once, unseen = rare(material, order.labels, seen=1), rare(material, order.labels, seen=0)
    warnings = {
        Warned.CLASS_SEEN_ONCE: once,
        Warned.CLASS_NEVER_SEEN: unseen,
        Warned.FEW_BLIND: few_blind,
        Warned.OUT_OF_TIME: not found.complete,
        Warned.UNREADABLE: subject.unreadable,
        Warned.CAPPED: material.left_out,
    }
    return Done(
        onnx=paths[0],
        card=paths[1],
        picture=paths[2],
        sha256=sha256,
        algorithm=found.candidate.algorithm,
        examples=len(material),
        accuracy_low=outcome.low,
        accuracy_high=outcome.high,
        temperature=temperature,
        curve=outcome.curve.points,
        numbered=numbered(order.labels, order.words),
        unseen=unseen,
        once=once,
        warnings=tuple(str(code) for code, there in warnings.items() if there),
        seconds=round(seconds() - began, 3),
        **outcome.metrics.model_dump(),
    )


def _subject(order: Order) -> Subject:
    material = read_material(order.material, kind=order.kind, labels=order.labels, most=order.limits.examples)
    if order.kind == "text":
        return text_subject(material)
    assert order.media is not None  # an order of images without a folder is refused
    subject = image_subject(material, order.media)
    checked(subject.material)
    return subject


def _allowed(material: Material) -> tuple[NDArray[np.bool_], bool]:
    """Which examples may be tested on, and whether too few are blind to insist on that."""
    blind = np.array([one.blind for one in material.examples])
    if blind.sum() >= max(LEAST_TESTED, SHARE * len(material)):
        return blind, False
    return np.ones(len(material), dtype=bool), True


def _temperature(found: Found, rest: Material) -> float:
    rows = judging(rest)
    return measured.temperature_of(found.chances[rows], rest.truth[rows], rest.weights[rows])


def _test(
    found: Found,
    spaces: Spaces,
    rest: Material,
    given: NDArray[Any],
    truth: NDArray[np.int64],
    temperature: float,
    *,
    seed: int,
    chance: np.random.Generator,
    left: Callable[[], float],
) -> _Tested:
    """Learn from the rest, look at the held-out examples, and refuse what is no better than guessing."""
    candidate = found.candidate
    space = spaces.of(candidate.view)
    whole = lesson(space, candidate, rest, seed=seed % 2**32)

    def predicted(rows: NDArray[np.int64]) -> Floats:
        net = learn(candidate.algorithm, whole.at(rows), candidate.settings)
        return space.model(net, candidate.algorithm).chances(given)

    chances = measured.tempered(predicted(np.arange(len(rest))), temperature)
    guesses = leaders(chances)
    counted = np.bincount(rest.truth, weights=rest.weights, minlength=rest.labels) + 0.5
    prior: Floats = counted / counted.sum()
    judged = judging(rest)
    before = measured.tempered(found.chances[judged], temperature)
    if not measured.better_than_guessing(
        np.concatenate([before, chances]), np.concatenate([rest.truth[judged], truth]), prior
    ):
        raise CannotTrain(
            Trouble.NOT_BETTER_THAN_GUESSING,
            accuracy=float((guesses == truth).mean()),
            baseline=float((truth == prior.argmax()).mean()),
            examples=len(rest),
        )
    right = int((guesses == truth).sum())
    metrics = Metrics(
        accuracy=right / len(truth),
        macro_f1=measured.macro_f1(guesses, truth),
        log_loss=float(measured.losses(chances, truth).mean()),
        calibration_error=measured.calibration_error(chances, guesses, truth),
        baseline=float((truth == prior.argmax()).mean()),
        tested_on=len(truth),
    )
    curve = learning_curve(
        lambda rows: float((leaders(predicted(rows)) == truth).mean()),
        examples=len(rest),
        last=metrics.accuracy,
        chance=chance,
        left=left,
    )
    return _Tested(truth, guesses, metrics, *measured.wilson(right, len(truth)), curve)


def _final(subject: Subject, found: Found, *, seed: int) -> Model:
    """The winner, once more, from all examples."""
    candidate = found.candidate
    space: Space = subject.space(subject.given, candidate.view)
    whole = lesson(space, candidate, subject.material, seed=seed % 2**32)
    return space.model(learn(candidate.algorithm, whole, candidate.settings), candidate.algorithm)


def _trained(order: Order, found: Found, material: Material) -> Trained:
    settings = {
        **found.candidate.described,
        "seed": order.seed,
        "tried": found.tried,
        "search_complete": found.complete,
        "learnt_from_tested": True,
    }
    return Trained(
        at=order.at,
        project=order.project,
        tasks=len(material),
        answers=order.answers,
        languages=tuple(sorted({one.lang for one in material.examples if one.lang})),
        algorithm=found.candidate.algorithm,
        settings=settings,
        software={"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "scikit-learn", "onnx", "onnxruntime")},
    )


def _report(order: Order, outcome: _Tested) -> Report:
    confusion = np.zeros((len(order.labels), len(order.labels)), dtype=np.int64)
    np.add.at(confusion, (outcome.truth, outcome.guesses), 1)
    return Report(
        order.labels,
        confusion,
        outcome.curve,
        outcome.metrics.baseline,
        outcome.low,
        outcome.high,
        order.words,
    )


def _write(
    out: Path, sha256: str, *, onnx: bytes, card: ModelCard, picture: bytes
) -> tuple[Path, Path, Path]:
    """Each file whole or not at all, and the card last: without one there is no model."""
    out.mkdir(parents=True, exist_ok=True)
    paths = tuple(out / f"{sha256}{ending}" for ending in (".onnx", ".json", ".png"))
    for path, data in ((paths[2], picture), (paths[0], onnx)):
        new = path.with_name(f".new-{path.name}")
        new.write_bytes(data)
        os.replace(new, path)
    write_card(card, paths[1])
    return paths[0], paths[1], paths[2]
