"""A model of unknown origin is loaded and run in a process of its own, which may hang, grow or die in its place."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from core.surroundings import surroundings
from models.card import ModelCard, read_card
from models.loaded import LARGEST, SECONDS, Loaded
from models.problems import BadModel, ModelProblem

MEMORY: Final = 2**30  # bytes, on top of what the process has before it looks at the model
TO_BEGIN: Final = 20.0  # seconds that a busy machine may take to start the process
POLITE: Final = 10


def probe(
    onnx: Path,
    card: ModelCard,
    *,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    largest: int = LARGEST,
) -> None:
    """Wait until the model has passed every check of `Loaded.load`; call it in a thread, since it takes a second.

    Raises:
        BadModel: as `Loaded.load`; TOO_SLOW or CRASHED also when the process had to be ended, or ended itself.
    """
    command = [
        sys.executable,
        "-m",
        "models.probe",
        str(onnx.absolute()),
        str(seconds),
        str(memory),
        str(largest),
    ]
    too_slow = BadModel(ModelProblem.TOO_SLOW, limit_s=f"{seconds:g}")
    try:
        ended = subprocess.run(  # noqa: S603  (our own module)
            command,
            input=card.model_dump_json().encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings(),
            timeout=TO_BEGIN + 2 * seconds,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_slow from None
    if ended.returncode == -signal.SIGXCPU:
        raise too_slow
    with contextlib.suppress(ValueError, KeyError, TypeError):  # it died before it could say anything
        told = json.loads(ended.stdout)
        if told["code"] is None and ended.returncode == 0:
            return
        raise BadModel(ModelProblem(told["code"]), **told["facts"])
    raise BadModel(ModelProblem.CRASHED)


def main() -> None:
    """In that process: the card on standard input, the outcome as JSON on standard output."""
    onnx, seconds, memory, largest = sys.argv[1:]
    card = read_card(sys.stdin.buffer.read())
    _confine(seconds=float(seconds), memory=int(memory))
    told: dict[str, object] = {"code": None}
    try:
        Loaded.load(Path(onnx), card, seconds=float(seconds), largest=int(largest))
    except BadModel as bad:
        told = {"code": bad.code, "facts": dict(bad.facts)}
    except MemoryError:
        told = {"code": ModelProblem.NO_MEMORY, "facts": {}}
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    os._exit(0)  # what the model left behind need not be taken apart


def _confine(*, seconds: float, memory: int) -> None:
    os.nice(POLITE)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0]) if os.path.exists("/proc") else 0
    space = pages * resource.getpagesize() + memory
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime + seconds) + 2
    for what, limit in (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),  # it writes no files
    ):
        with contextlib.suppress(ValueError, OSError):  # a stricter limit of the system stays
            resource.setrlimit(what, (limit, limit))


if __name__ == "__main__":
    main()
