"""What a tap waits for is plain Python: the numerical libraries belong to processes of their own."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("core.learning", "scipy", "matplotlib")
LOOK = f"""
import sys
import bots.opening, bots.runner
from bots.dialogue.routes import routes
from core.consensus import methods
routes(), methods()
print([name for name in sys.modules if name.startswith({HEAVY!r})])
"""


def test_the_service_starts_without_what_only_a_refit_needs() -> None:
    """Neither the dialogue nor any consensus method brings it along."""
    seen = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=60, check=True
    )
    assert seen.stdout.strip() == "[]"
