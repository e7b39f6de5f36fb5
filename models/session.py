"""The runtime's session of one graph: one thread, quiet, no files but the bytes it is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.card import ImageInput, ModelCard, TextInput
from models.problems import BadModel, ModelProblem

PROBABILITIES: Final = "probabilities"
LOGITS: Final = "logits"
CODEPOINTS: Final = "codepoints"
PIXELS: Final = "pixels"
_FATAL: Final = 4  # what goes wrong comes as an exception; standard error stays quiet
_FLOAT: Final = "tensor(float)"
_INT64: Final = "tensor(int64)"


class Stop:
    """Ends a run, or the loading of a graph, from another thread: between two operators, not within one."""

    def __init__(self) -> None:
        self.running = ort.RunOptions()
        self.running.log_severity_level = _FATAL
        self.loading: ort.SessionOptions | None = None

    def now(self) -> None:
        """End what is going on with this stop, and whatever would begin."""
        self.running.terminate = True
        # older runtimes cannot; a process of its own can (models.probe)
        cancel = getattr(self.loading, "set_load_cancellation_flag", None)
        if cancel is not None:
            cancel(True)

    @property
    def asked(self) -> bool:
        """It was."""
        return bool(self.running.terminate)


class Session:
    """A checked graph, ready to run; `logits` tells scores from probabilities."""

    def __init__(self, data: bytes, card: ModelCard, *, stop: Stop) -> None:
        """Raises BadModel: CORRUPT (also when it was stopped), NO_MEMORY, WRONG_INPUT, WRONG_OUTPUT."""
        stop.loading = options()
        try:
            self._session = ort.InferenceSession(data, stop.loading, providers=["CPUExecutionProvider"])
        except Exception as failure:  # the runtime raises whatever a damaged graph makes it raise
            raise BadModel(_code_of(failure, otherwise=ModelProblem.CORRUPT)) from None
        self._input = _check_input(self._session.get_inputs(), card)
        self._output = _check_output(self._session.get_outputs(), card)
        self._columns = len(card.labels)
        self.logits = self._output == LOGITS

    def run(self, batch: NDArray[Any], *, stop: Stop) -> NDArray[np.float32]:
        """What the graph gives for a batch, (N, K).

        Raises:
            BadModel: WRONG_OUTPUT when the shape is another one; BREAKS_OFF, also when it was stopped; NO_MEMORY.
        """
        try:
            (found,) = self._session.run([self._output], {self._input: batch}, stop.running)
        except Exception as failure:  # operators raise whatever they like
            raise BadModel(_code_of(failure, otherwise=ModelProblem.BREAKS_OFF)) from None
        if found.shape != (len(batch), self._columns):
            raise _wrong_output(self._columns, f"{list(found.shape)} for {len(batch)} tasks")
        return cast("NDArray[np.float32]", found)


def _code_of(failure: Exception, *, otherwise: ModelProblem) -> ModelProblem:
    # the runtime has no type of its own for this
    hungry = isinstance(failure, MemoryError) or re.search("bad.?alloc|allocate memory", str(failure))
    return ModelProblem.NO_MEMORY if hungry else otherwise


def options() -> ort.SessionOptions:
    """One thread that never spins, for a machine that has conversations to lead."""
    made = ort.SessionOptions()
    made.intra_op_num_threads = 1
    made.inter_op_num_threads = 1
    made.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    made.log_severity_level = _FATAL
    made.enable_mem_pattern = False  # one would be kept for every shape of a batch
    made.add_session_config_entry("session.intra_op.allow_spinning", "0")
    made.add_session_config_entry("session.inter_op.allow_spinning", "0")
    made.add_session_config_entry("session.load_model_format", "ONNX")  # what was looked at is what is loaded
    return made


def _check_input(found: list[Any], card: ModelCard) -> str:
    given = card.input
    name, kind = (CODEPOINTS, _INT64) if isinstance(given, TextInput) else (PIXELS, _FLOAT)
    shape: tuple[int | None, ...] = (None, None)
    if isinstance(given, ImageInput):
        shape = (None, given.channels, given.height, given.width)
    fits = (
        len(found) == 1 and found[0].name == name and found[0].type == kind and _like(found[0].shape, shape)
    )
    if not fits:
        wanted = f"{name} {kind} {_sizes(shape)}"
        raise BadModel(ModelProblem.WRONG_INPUT, wanted=wanted, found=_all_written(found))
    return name


def _check_output(found: list[Any], card: ModelCard) -> str:
    names = (PROBABILITIES, LOGITS)
    columns = len(card.labels)
    # a graph may leave open how many columns there are; what comes out is checked as it comes
    one_of_ours = len(found) == 1 and found[0].name in names and found[0].type == _FLOAT
    if one_of_ours and _like(found[0].shape, (None, columns)):
        return str(found[0].name)
    raise _wrong_output(columns, _all_written(found))


def _like(shape: list[Any], wanted: tuple[int | None, ...]) -> bool:
    """None is a size that must be free; a size that is free in the graph fits any."""
    return len(shape) == len(wanted) and all(
        not isinstance(size, int) or size == want for size, want in zip(shape, wanted, strict=True)
    )


def _wrong_output(columns: int, found: str) -> BadModel:
    wanted = f"{PROBABILITIES} or {LOGITS} {_FLOAT} [any, {columns}]"
    return BadModel(ModelProblem.WRONG_OUTPUT, wanted=wanted, found=found)


def _all_written(found: list[Any]) -> str:
    several = [f"{str(one.name)[:40]} {one.type} {_sizes(one.shape)}" for one in found[:4]]
    return "; ".join(several) or "nothing"


def _sizes(shape: Sequence[object]) -> str:
    return f"[{', '.join(str(size) if isinstance(size, int) else 'any' for size in shape)}]"
