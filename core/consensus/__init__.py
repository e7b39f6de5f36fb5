"""From answers to truth: the methods, found by looking into this folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from core.consensus.contract import Method, Registry


@cache
def methods() -> Registry:
    """Every method by its name: each module of this package that defines `METHOD`."""
    found: dict[str, Method] = {}
    for module in pkgutil.iter_modules(__path__):
        method = getattr(importlib.import_module(f"{__name__}.{module.name}"), "METHOD", None)
        if method is not None:
            found[method.name] = method
    return found
