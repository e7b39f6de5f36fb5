"""What models' words are worth, learned from what people said of the same tasks; NumPy, for refits only.

Only tasks with two answers of people or a known truth tell anything, and of their truth only what people say,
so a model and the first person who agrees with it never confirm each other. But that the model agreed may be why
a task has one answer only. So each task that tells something stands for all of its sort: of the same band, and
agreed with or contradicted by the first person, who answered before anything could be stopped. The audited
tasks, which always get three answers, see to it that there are some of each sort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.consensus.advisor import EDGES, Advisor, Band, band_of
from core.domain.suggestions import AUDITED, audited
from core.store.suggestions import hint_of

if TYPE_CHECKING:
    from core.consensus.crowd import Fit
    from core.domain.suggestions import Hint
    from core.learning.record import Record
    from core.refitting import Sheet, Words
    from core.store.refits import TaskRow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROUNDS = 5
"""People's doubts make any model look worse than it is. In so many rounds of expectation and maximisation, with what
people say held fast, that is taken back (Dawid & Skene 1979, the model being one more worker)."""
DOUBT = 10.0
"""A model is drawn towards knowing nothing with the weight of so many tasks, a band towards the whole model, and a
row of either towards what its accuracy says of it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one model said of the record's tasks: (T,) each; label -1 where it said nothing, or nothing new."""

    labels: Ints
    bands: Ints
    confidences: Floats


def heard(given: Sheet, words: Words, labels: Sequence[str]) -> Heard:
    """The words of one model on tasks that it was not trained on."""
    place = {label: at for at, label in enumerate(labels)}
    said = [_new(row, words.said.get(row.id), words.trained_at) for row in given.tasks]
    return _columns(said, place)


def carried(given: Sheet, model_id: int, labels: Sequence[str]) -> Heard:
    """The same words, where tasks carry them and are judged with them."""
    place = {label: at for at, label in enumerate(labels)}
    words = given.words[model_id]
    said = []
    for row in given.tasks:
        hint = _new(row, hint_of(row.hint), words.trained_at)
        said.append(None if hint is None or hint.model_id != model_id or audited(row.id) else hint)
    return _columns(said, place)


def _new(row: TaskRow, hint: Hint | None, trained_at: datetime | None) -> Hint | None:
    """What a model says of a task that was settled when it was trained, or is gold, may be learned by heart.

    Audited tasks are never learned from, but for gold.
    """
    if hint is None or trained_at is None:
        return hint
    if row.gold is not None:
        return None
    settled_before = row.reopened or (row.settled_at is not None and row.settled_at <= trained_at)
    return None if settled_before and not audited(row.id) else hint


def _columns(said: Sequence[Hint | None], place: dict[str, int]) -> Heard:
    labels = [-1 if one is None else place.get(one.label, -1) for one in said]
    confidences = [0.0 if one is None else one.confidence for one in said]
    return Heard(
        np.array(labels, np.int64),
        np.array([band_of(one) for one in confidences], np.int64),
        np.array(confidences, np.float64),
    )


def consulted(
    given: Sheet, record: Record, fit: Fit, labels: Sequence[str]
) -> tuple[tuple[Advisor, ...], Floats | None]:
    """What is learned of every model that said something, and (T, K) what their words add to the tasks' chances."""
    found = tuple(
        advisor(model_id, heard(given, words, labels), given, record, fit)
        for model_id, words in given.words.items()
    )
    if not found or record.labels_n < 2:
        return (), None
    return found, sum(
        (advice(one, carried(given, one.model_id, labels)) for one in found),
        start=np.zeros((record.tasks_n, record.labels_n)),
    )


def stands(given: Sheet, record: Record, labels: Sequence[str]) -> Floats | None:
    """(T,) for how many tasks each stands that tells of who answered it; None where no model said anything.

    A task that one person and a model agreed on tells nothing of that person; without those that are like it
    but for a second answer, everybody would be known by the tasks they were contradicted in.
    """
    hints = [None if row.gold is not None else hint_of(row.hint) for row in given.tasks]
    if not any(hints):
        return None
    spoke = _columns(hints, {label: at for at, label in enumerate(labels)})
    answers = np.bincount(record.tasks, minlength=record.tasks_n)
    counted = (spoke.labels >= 0) & (record.known < 0)
    return _stand_for(spoke, record, met=counted & (answers >= 1), told=counted & (answers >= 2))


def _stand_for(spoke: Heard, record: Record, *, met: Flags, told: Flags) -> Floats:
    """(T,) how many tasks that were `met` there are for each that was `told` of, band by band and by whether the
    first person said what the model said; 1 for others."""
    first = np.full(record.tasks_n, -1, np.int64)
    first[record.tasks[::-1]] = record.labels[::-1]
    sort = 2 * spoke.bands + (first == spoke.labels)
    size = 2 * len(EDGES)
    ratio = np.bincount(sort[met], minlength=size) / np.maximum(np.bincount(sort[told], minlength=size), 1)
    return np.where(told, np.clip(ratio, 1.0, AUDITED)[sort], 1.0)


def advisor(model_id: int, spoke: Heard, given: Sheet, record: Record, fit: Fit) -> Advisor:
    """What the model's words are worth, from a fit that people alone made."""
    weights = _weights(spoke, given, record)
    counts = _counts(spoke, weights, fit.posterior)
    for _ in range(ROUNDS):
        doubted = advised(fit.posterior, _table(np.log(_bands(counts)), spoke))
        counts = _counts(spoke, weights, doubted)
    says = _bands(counts)
    bands = []
    for least, own, table in zip(EDGES, counts, says, strict=True):
        judged = float(own.sum())
        right = float(np.trace(own)) / judged if judged else 0.0
        bands.append(Band(least, round(judged, 2), round(right, 4), _rounded(table)))
    return Advisor(model_id, tuple(bands))


def _bands(counts: Floats) -> Floats:
    """(B, K, K) P(says l | truth k), band by band."""
    together = counts.sum(axis=0)
    whole = _drawn(together, _as_right(_knowing_nothing(together), together))
    return np.array([_drawn(own, _as_right(whole, own)) for own in counts])


def _weights(spoke: Heard, given: Sheet, record: Record) -> Floats:
    """(T,) how many tasks each task that tells something stands for, made to sum to how many really do."""
    answers = np.bincount(record.tasks, minlength=record.tasks_n)
    speaks = spoke.labels >= 0
    gold = np.array([row.gold is not None for row in given.tasks], np.bool_)
    tells = speaks & ((answers >= 2) | (record.known >= 0))
    met = speaks & (answers >= 1) & ~gold
    weights = tells * _stand_for(spoke, record, met=met, told=met & tells)
    squares = float((weights**2).sum())
    if not squares:
        return weights
    effective = float(weights.sum()) ** 2 / squares  # Kish (1965): what so unequal weights are worth
    scaled: Floats = weights * (effective / weights.sum())
    return scaled


def _counts(spoke: Heard, weights: Floats, posterior: Floats) -> Floats:
    """(B, K, K) by band: how often the model said l where the truth is k."""
    size = posterior.shape[1]
    counts = np.zeros((len(EDGES), size, size))
    rows = np.flatnonzero(weights > 0)
    np.add.at(
        counts.transpose(0, 2, 1),
        (spoke.bands[rows], spoke.labels[rows]),
        posterior[rows] * weights[rows, None],
    )
    return counts


def _knowing_nothing(counts: Floats) -> Floats:
    """(K, K) what the model says, whatever the truth: starting from here, nothing is learned from its words."""
    size = len(counts)
    said = counts.sum(axis=0) + DOUBT / size
    return np.tile(said / said.sum(), (size, 1))


def _drawn(counts: Floats, parent: Floats) -> Floats:
    """(K, K) the counts as shares, drawn towards a parent."""
    drawn: Floats = (counts + DOUBT * parent) / (counts.sum(axis=1, keepdims=True) + DOUBT)
    return drawn


def _as_right(whole: Floats, own: Floats) -> Floats:
    """(K, K) what the whole model would say, were it as often right as it is in one band."""
    usual = np.clip(np.diag(whole), 1e-6, 1 - 1e-6)
    judged = own.sum(axis=1)
    expected = float(judged @ usual)
    typical = float(usual.mean())
    right = (float(np.trace(own)) + DOUBT * typical) / (judged.sum() + DOUBT)
    before = (expected + DOUBT * typical) / (judged.sum() + DOUBT)
    odds = right / (1 - right) * (1 - before) / before if 0 < right < 1 and 0 < before < 1 else 1.0
    diagonal = usual * odds / (usual * odds + 1 - usual)
    found = whole * ((1 - diagonal) / (1 - usual))[:, None]
    np.fill_diagonal(found, diagonal)
    drawn: Floats = found / found.sum(axis=1, keepdims=True)
    return drawn


def _rounded(says: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(max(one, 1e-4)) for one in row) for row in says.round(5))


def advice(found: Advisor, spoke: Heard) -> Floats:
    """(T, K) log P(the model says what it said | truth = k); zeros where it says nothing."""
    return _table(np.log(np.array([band.says for band in found.bands])), spoke)


def _table(says: Floats, spoke: Heard) -> Floats:
    table = says[spoke.bands, :, np.maximum(spoke.labels, 0)]
    return np.where(spoke.labels[:, None] >= 0, table, 0.0)


def advised(posterior: Floats, words: Floats) -> Floats:
    """(T, K) the posteriors with a model's word."""
    weighed = posterior * np.exp(words - words.max(axis=1, keepdims=True))
    whole = weighed.sum(axis=1, keepdims=True)
    found: Floats = np.where(whole > 0, weighed / np.where(whole > 0, whole, 1.0), posterior)
    return found
