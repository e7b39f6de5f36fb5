"""The process of its own that computes one refit: asked on its standard input, answering on its standard output.

It has its own memory, which goes with it, stands behind everything else of the machine, and ends when
whoever asked ends.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading

POLITE = 10


def main() -> None:
    """Read what is asked, look at the project's answers, and write the outcome."""
    os.nice(POLITE)
    asking, telling = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may come between
    address, project_id, now = pickle.load(asking)  # noqa: S301  (from the process that started this one)
    threading.Thread(target=_end_with, args=(asking.fileno(),), daemon=True).start()

    from core import refitting
    from core.store.opening import reading

    with reading(address) as tx:
        given = refitting.sheet(tx, project_id, now=now)
    outcome = None if given is None else refitting.refit(given)
    pickle.dump(outcome, telling, protocol=pickle.HIGHEST_PROTOCOL)
    telling.flush()


def _end_with(asking: int) -> None:
    os.read(asking, 1)  # nothing more is said, so it returns when the other end is gone
    os._exit(1)


if __name__ == "__main__":
    main()
