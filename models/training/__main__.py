"""The process of its own that trains: asked by one line on its standard input, answering by lines on its output.

It stands behind everything else of the machine, uses one processor, and ends when whoever asked ends.
Lines are {"stage": …, "progress": 0…1}, and at last {"done": …} or {"failed": code, "facts": …}.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from typing import TextIO

from core.surroundings import ALONE

POLITE = 10
LONGEST_ORDER = 1_000_000


def main() -> None:
    """Read the order, train, and say how it ended; the exit code is 0 also when there is no model."""
    os.nice(POLITE)
    os.environ.update(ALONE)
    asking, telling = sys.stdin.buffer, sys.stdout
    sys.stdout = sys.stderr  # nothing else may come between
    line = asking.readline(LONGEST_ORDER)
    threading.Thread(target=_end_with, args=(asking.fileno(),), daemon=True).start()
    try:
        _say(telling, _answer(line, telling))
    except BrokenPipeError:
        os._exit(1)


def _answer(line: bytes, telling: TextIO) -> Mapping[str, object]:
    from pydantic import ValidationError

    from models.training.order import Order
    from models.training.problems import CannotTrain, Trouble, parts_installed

    try:
        order = Order.model_validate_json(line)
    except ValidationError:
        return {"failed": Trouble.BAD_ORDER, "facts": {}}
    if not parts_installed():
        return {"failed": Trouble.NO_TRAINING_PARTS, "facts": {}}
    from models.training.recipe import train

    try:
        done = train(
            order,
            seconds=time.monotonic,
            tell=lambda stage, share: _say(telling, {"stage": stage, "progress": round(share, 3)}),
        )
    except CannotTrain as reason:
        return {"failed": reason.code, "facts": dict(reason.facts)}
    except Exception:  # whoever asked is told so much; what it was is for whoever runs the service
        traceback.print_exc()
        return {"failed": Trouble.BROKEN, "facts": {}}
    return {"done": done.model_dump(mode="json")}


def _say(telling: TextIO, what: Mapping[str, object]) -> None:
    telling.write(json.dumps(what, ensure_ascii=True) + "\n")
    telling.flush()


def _end_with(asking: int) -> None:
    os.read(asking, 1)  # nothing more is said, so it returns when the other end is gone
    os._exit(1)


if __name__ == "__main__":
    main()
