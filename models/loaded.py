"""A model that was checked against its card and is ready to predict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.intake.images import image_path
from models import trial
from models.batching import alike, pictures_together
from models.card import ImageInput, ModelCard, TextInput
from models.files import bounded
from models.graph import check_graph
from models.images import read_pixels
from models.outputs import faults, log_chances
from models.prediction import Prediction, predictions
from models.problems import BadModel, ModelProblem
from models.session import Session, Stop
from models.text import code_points

LARGEST: Final = 64 * 2**20  # bytes of an ONNX file
SECONDS: Final = 10.0  # for loading and trying a model
Content = Mapping[str, str]
Outcome = Prediction | BadModel | None
Together = tuple[list[int], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory; `size` is that of its file in bytes. Use it from one thread at a time."""

    card: ModelCard
    size: int
    _session: Session

    @classmethod
    def load(
        cls, onnx: Path | bytes, card: ModelCard, *, seconds: float = SECONDS, largest: int = LARGEST
    ) -> Loaded:
        """The model, after every check; for one of unknown origin use `models.probing`, which survives it.

        Raises:
            BadModel: with any code that is about the model file and its graph; TOO_SLOW after `seconds`.
        """
        data = bounded(onnx, most=largest, name="model")
        if hashlib.sha256(data).hexdigest() != card.sha256:
            raise BadModel(ModelProblem.WRONG_HASH)
        check_graph(data)
        stop = Stop()
        alarm = Timer(seconds, stop.now)
        alarm.daemon = True
        alarm.start()
        try:
            session = Session(data, card, stop=stop)
            trial.run(session, card, stop=stop)
        except BadModel:
            if stop.asked:
                raise BadModel(ModelProblem.TOO_SLOW, limit_s=f"{seconds:g}") from None
            raise
        finally:
            alarm.cancel()
        return cls(card, len(data), session)

    def predict(self, contents: Sequence[Content], media_dir: Path) -> list[Prediction | None]:
        """A prediction for each task, in their order; None where its content is missing or cannot be read.

        A content is {"text": …} or {"image": the name of a stored picture}, or both.

        Raises:
            BadModel: the first of what `outcomes` gives.
        """
        found: list[Prediction | None] = []
        for outcome in self.outcomes(contents, media_dir, stop=Stop()):
            if isinstance(outcome, BadModel):
                raise outcome
            found.append(outcome)
        return found

    def outcomes(self, contents: Sequence[Content], media_dir: Path, *, stop: Stop) -> list[Outcome]:
        """As `predict`, with what went wrong in the place of the task that it went wrong with.

        That is BREAKS_OFF (also when it was stopped), NOT_FINITE, NO_CHANCES or WRONG_OUTPUT.
        """
        found: list[Outcome] = [None] * len(contents)
        for places, batch in self._batches(contents, media_dir):
            for place, outcome in zip(places, self._of_all(batch, stop), strict=True):
                found[place] = outcome
        return found

    def _batches(self, contents: Sequence[Content], media_dir: Path) -> Iterator[Together]:
        given = self.card.input
        there = [
            (place, content[given.kind]) for place, content in enumerate(contents) if given.kind in content
        ]
        if not there:
            return
        if isinstance(given, TextInput):
            for rows, codes in alike(code_points([text for _, text in there], longest=given.longest)):
                yield [there[row][0] for row in rows.tolist()], codes
            return
        most = pictures_together(given)
        for start in range(0, len(there), most):
            places, pixels = _pictures(there[start : start + most], given, media_dir)
            if places:
                yield places, pixels

    def _of_all(self, batch: NDArray[Any], stop: Stop) -> Sequence[Outcome]:
        """One task that breaks the run does not break its neighbours'."""
        try:
            return self._of(self._session.run(batch, stop=stop))
        except BadModel as bad:
            if len(batch) == 1 or stop.asked:
                return [bad] * len(batch)
        return [self._of_all(batch[row : row + 1], stop)[0] for row in range(len(batch))]

    def _of(self, found: NDArray[np.float32]) -> Sequence[Outcome]:
        logits = self._session.logits
        wrong = faults(found, logits=logits)
        good = [row for row, fault in enumerate(wrong) if fault is None]
        rows = found if len(good) == len(found) else found[good]
        scores = log_chances(rows, logits=logits)
        made = predictions(scores, labels=self.card.labels, temperature=self.card.temperature)
        outcomes: list[Outcome] = list(wrong)
        for row, prediction in zip(good, made, strict=True):
            outcomes[row] = prediction
        return outcomes


def _pictures(
    there: Sequence[tuple[int, str]], given: ImageInput, media_dir: Path
) -> tuple[list[int], NDArray[np.float32]]:
    """Those that can be read: their places and their pixels."""
    batch = np.empty((len(there), given.channels, given.height, given.width), np.float32)
    places: list[int] = []
    for place, name in there:
        try:
            path = image_path(media_dir, name)
        except ValueError:
            continue
        if read_pixels(path, given, into=batch[len(places)]):
            places.append(place)
    return places, batch[: len(places)]
