"""The task kinds, one module each: a module here that defines KIND is a kind, nothing else to register."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from core.errors import Refused
from core.kinds.contract import Form, Kind, OneOf, Option, Shape

__all__ = ["Form", "Kind", "OneOf", "Option", "Shape", "kind_named", "kinds"]


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "contract")
    found: list[Kind] = [import_module(f"{__name__}.{name}").KIND for name in names]
    return MappingProxyType({kind.name: kind for kind in found})


def kind_named(name: str) -> Kind:
    """The kind of that name; raises Refused("unknown_kind")."""
    kind = kinds().get(name)
    if kind is None:
        raise Refused("unknown_kind", kind=name, options=", ".join(kinds()))
    return kind
