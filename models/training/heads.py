"""The algorithms: each learns from a matrix and ends as a net of layers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.neural_network import MLPClassifier

from models.training.layers import Bend, Floats, Layer, Link, Net, spread

Settings = dict[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learnt from: rows of a matrix (N, D), their labels, how much each counts."""

    matrix: Any
    truth: NDArray[np.int64]
    weights: Floats
    labels: int
    seed: int

    def at(self, rows: NDArray[np.int64]) -> Lesson:
        """Only these rows."""
        return Lesson(self.matrix[rows], self.truth[rows], self.weights[rows], self.labels, self.seed)

    def counted(self, *, balanced: bool) -> Floats:
        """The weights; balanced, every label seen counts as much in all."""
        if not balanced:
            return self.weights
        each = np.bincount(self.truth, weights=self.weights, minlength=self.labels)
        seen = each > 0
        share = np.divide(self.weights.sum() / seen.sum(), each, out=np.zeros(self.labels), where=seen)
        return np.asarray(self.weights * share[self.truth])


def logistic(lesson: Lesson, *, strength: float, balanced: bool) -> Net:
    """Multinomial logistic regression; the larger its strength, the closer it follows the examples."""
    model = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
    model.fit(lesson.matrix, lesson.truth, sample_weight=lesson.counted(balanced=balanced))
    return Net((spread(model.coef_.T, model.intercept_, seen=model.classes_, labels=lesson.labels),))


EPOCHS, LEAST_EPOCHS, STEPS = 40, 5, 200_000


def descent(lesson: Lesson, *, strength: float, balanced: bool) -> Net:
    """The same by averaged stochastic gradient descent, each label against all others: for many examples."""
    examples = len(lesson.truth)
    model = SGDClassifier(
        loss="log_loss",
        alpha=1 / (strength * examples),
        max_iter=min(EPOCHS, max(LEAST_EPOCHS, STEPS // examples)),
        tol=None,
        average=True,
        random_state=lesson.seed,
    )
    model.fit(lesson.matrix, lesson.truth, sample_weight=lesson.counted(balanced=balanced))
    last = spread(model.coef_.T, model.intercept_, seen=model.classes_, labels=lesson.labels, link=Link.EACH)
    return Net((last,), Link.EACH)


def bayes(lesson: Lesson, *, smoothing: float) -> Net:
    """Multinomial naive Bayes: nothing to fit but counts, so it needs the fewest examples."""
    model = MultinomialNB(alpha=smoothing)
    model.fit(lesson.matrix, lesson.truth, sample_weight=lesson.weights)
    # against their mean, which is the same to the softmax, the numbers stay small enough for 32 bits
    ratios = model.feature_log_prob_ - model.feature_log_prob_.mean(axis=0)
    last = spread(ratios.T, model.class_log_prior_, seen=model.classes_, labels=lesson.labels)
    return Net((last,))


def waves(lesson: Lesson, *, strength: float, width: float, number: int) -> Net:
    """Logistic regression on random Fourier features of a Gaussian kernel (Rahimi and Recht, 2007)."""
    chance = np.random.default_rng(lesson.seed)
    columns = lesson.matrix.shape[1]
    first = Layer(
        chance.normal(size=(columns, number)) / (width * np.sqrt(columns)),
        chance.uniform(0, 2 * np.pi, size=number),
        Bend.COSINE,
    )
    scale = np.sqrt(2 / number)
    inner = Net((first,))
    bent = np.cos(lesson.matrix @ first.weights + first.bias) * scale
    last = logistic(
        Lesson(bent, lesson.truth, lesson.weights, lesson.labels, lesson.seed),
        strength=strength,
        balanced=False,
    ).layers[0]
    return Net((*inner.layers, Layer(last.weights * scale, last.bias)))


def neurons(lesson: Lesson, *, hidden: int, decay: float) -> Net:
    """A network with one hidden layer."""
    model = MLPClassifier(
        hidden_layer_sizes=(hidden,),
        alpha=decay,
        max_iter=60,
        learning_rate_init=3e-3,
        random_state=lesson.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of rounds is what is wanted
        model.fit(lesson.matrix, lesson.truth, sample_weight=lesson.weights)
    first = Layer(model.coefs_[0], model.intercepts_[0], Bend.RELU)
    last = spread(model.coefs_[1], model.intercepts_[1], seen=model.classes_, labels=lesson.labels)
    return Net((first, last))


ALGORITHMS: dict[str, Callable[..., Net]] = {
    "logistic": logistic,
    "descent": descent,
    "bayes": bayes,
    "waves": waves,
    "neurons": neurons,
}


def learn(algorithm: str, lesson: Lesson, settings: Settings) -> Net:
    """What the algorithm makes of the lesson; with a single label seen, that label always."""
    seen = np.unique(lesson.truth)
    if len(seen) == 1:
        level = np.full(lesson.labels, -5.0)
        level[seen[0]] = 0.0
        return Net((Layer(np.zeros((lesson.matrix.shape[1], lesson.labels)), level),))
    return ALGORITHMS[algorithm](lesson, **settings)
