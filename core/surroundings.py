"""The environment of a process that does one piece of work for us: without our settings, which hold keys and tokens."""

from __future__ import annotations

import os
import sys

OURS = "CHATCROWD_"
ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""One processor is enough for it: the others have conversations to lead."""


def surroundings(**otherwise: str) -> dict[str, str]:
    """What was found here but for our settings; `otherwise` holds where nothing is named."""
    found = {name: value for name, value in os.environ.items() if not name.upper().startswith(OURS)}
    return {**otherwise, **found, **ALONE, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
