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
Part = tuple[list[int], list[Outcome]]
FEW: Final = 16  # texts; fewer are not worth telling apart from the rest of their batch


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

        That is BREAKS_OFF (also when it was stopped), NO_MEMORY, NOT_FINITE, NO_CHANCES or WRONG_OUTPUT.
        """
        found: list[Outcome] = [None] * len(contents)
        for places, part in self.parts(contents, media_dir, stop=stop):
            for place, outcome in zip(places, part, strict=True):
                found[place] = outcome
        return found

    def parts(self, contents: Sequence[Content], media_dir: Path, *, stop: Stop) -> Iterator[Part]:
        """As `outcomes`, bit by bit: some places, and what was found for them, as soon as it is.

        A place that never comes has no content that can be read.
        """
        rows = _Rows(len(self.card.labels))
        enough = FEW if isinstance(self.card.input, TextInput) else 1  # one run of pictures takes long
        for places, batch in self._batches(contents, media_dir):
            self._run(batch, places, rows, stop=stop)
            if len(rows.places) >= enough:
                yield self._part(rows)
                rows = _Rows(len(self.card.labels))
        if rows.places:
            yield self._part(rows)

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

    def _run(self, batch: NDArray[Any], places: list[int], rows: _Rows, *, stop: Stop) -> None:
        """One task that breaks the run does not break its neighbours'."""
        try:
            rows.add(places, self._session.run(batch, stop=stop))
        except BadModel as bad:
            if len(places) == 1 or stop.asked:
                rows.add_broken(places, bad)
                return
            for row, place in enumerate(places):
                self._run(batch[row : row + 1], [place], rows, stop=stop)

    def _part(self, rows: _Rows) -> Part:
        logits = self._session.logits
        found = np.concatenate(rows.found)
        wrong = {**faults(found, logits=logits), **rows.broken}
        if wrong:
            found[list(wrong)] = 1 / found.shape[1]
        scores = log_chances(found, logits=logits)
        outcomes: list[Outcome] = list(
            predictions(scores, labels=self.card.labels, temperature=self.card.temperature)
        )
        for row, bad in wrong.items():
            outcomes[row] = bad
        return rows.places, outcomes


class _Rows:
    """What runs gave so far: for these places these rows, of which some are broken and hold nothing."""

    def __init__(self, columns: int) -> None:
        self.places: list[int] = []
        self.found: list[NDArray[np.float32]] = []
        self.broken: dict[int, BadModel] = {}
        self._columns = columns

    def add(self, places: list[int], found: NDArray[np.float32]) -> None:
        """What was given for these places."""
        self.places += places
        self.found.append(found)

    def add_broken(self, places: list[int], bad: BadModel) -> None:
        """Nothing was given for these places."""
        self.broken.update(dict.fromkeys(range(len(self.places), len(self.places) + len(places)), bad))
        self.add(places, np.zeros((len(places), self._columns), np.float32))


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
