"""Which words, buttons and steps lead where: data that can be printed, one table from every room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from bots.dialogue.buttons import Pressed
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Command, Press, Reply, Text, Upload

ROOMS = (
    "joining",
    "languages",
    "places",
    "working",
    "earning",
    "settings",
    "requesting",
    "projects",
    "filling",
    "deciding",
    "granting",
    "summaries",
    "helping",
)


@dataclass(frozen=True, slots=True)
class CommandRoute:
    """A command: what it does, the right that it needs, and how menus describe it (a message id)."""

    name: str
    act: Callable[[Turn, Command], Reply]
    describes: str
    right: str | None = None
    before_joining: bool = False


@dataclass(frozen=True, slots=True)
class PressRoute:
    """A button's verb; rights to its object are checked by the use case it calls."""

    verb: str
    act: Callable[[Turn, Pressed], Reply]
    before_joining: bool = False


@dataclass(frozen=True, slots=True)
class StepRoute:
    """What a conversation expects next: words, or a file."""

    step: str
    act: Callable[[Turn, Text | Upload], Reply]
    before_joining: bool = False


Route = CommandRoute | PressRoute | StepRoute


@dataclass(frozen=True, slots=True)
class Routes:
    """All routes, by what leads to them."""

    commands: Mapping[str, CommandRoute]
    presses: Mapping[str, PressRoute]
    steps: Mapping[str, StepRoute]


@cache
def routes() -> Routes:
    """The routes of every room.

    Raises:
        ValueError: when two rooms claim the same.
    """
    commands: dict[str, CommandRoute] = {}
    presses: dict[str, PressRoute] = {}
    steps: dict[str, StepRoute] = {}
    for room in ROOMS:
        for route in import_module(f"bots.dialogue.{room}").ROUTES:
            match route:
                case CommandRoute(name=key):
                    table: dict[str, object] = commands  # type: ignore[assignment]  # the three differ in values only
                case PressRoute(verb=key):
                    table = presses  # type: ignore[assignment]  # as above
                case StepRoute(step=key):
                    table = steps  # type: ignore[assignment]  # as above
            if key in table:
                raise ValueError(f"two routes for {key}")
            table[key] = route
    return Routes(commands, presses, steps)


__all__ = ["CommandRoute", "Press", "PressRoute", "Route", "Routes", "StepRoute", "routes"]
