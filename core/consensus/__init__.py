"""From answers to truth: the methods, found by looking into this folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from core.consensus.contract import Method, Registry
from core.consensus.weighed import Weighed


@cache
def methods() -> Registry:
    """Every method by its name: each module here that defines `METHOD`, or a `LEARNER` that weighs votes."""
    found: dict[str, Method] = {}
    for one in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{one.name}")
        learner = getattr(module, "LEARNER", None)
        method = getattr(module, "METHOD", None) if learner is None else Weighed(learner)
        if method is not None:
            found[method.name] = method
    return found
