"""Which words, buttons and steps lead where: data that can be printed, one table from every room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from bots.dialogue.buttons import Pressed
from bots.dialogue.turn import Turn
from bots.dialogue.vocabulary import Clip, Command, Home, Reply, Submit, Text, Upload

ROOMS = (
    "joining",
    "languages",
    "places",
    "working",
    "reporting",
    "practising",
    "topics",
    "earning",
    "payouts",
    "leaderboard",
    "bonuses",
    "appealing",
    "skills",
    "settings",
    "settings_form",
    "summary_hour",
    "requesting",
    "project_form",
    "projects",
    "piloting",
    "ordering",
    "suggestions",
    "effects",
    "filling",
    "clipping",
    "announcing",
    "deciding",
    "reviewing",
    "members",
    "measures",
    "rules",
    "adjusting",
    "granting",
    "trail",
    "own_data",
    "consenting",
    "linking",
    "summaries",
    "dashboard",
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
    while_banned: bool = False


@dataclass(frozen=True, slots=True)
class PressRoute:
    """A button's verb and the right that it needs; the right to its object is checked by the use case it calls."""

    verb: str
    act: Callable[[Turn, Pressed], Reply]
    right: str | None = None
    theirs: bool = False  # it is about one thing of the person who presses, which to others is not there
    before_joining: bool = False
    while_banned: bool = False
    for_strangers: bool = True  # whether somebody who was never here becomes a person by pressing it


@dataclass(frozen=True, slots=True)
class StepRoute:
    """What a conversation expects next: words, or a file."""

    step: str
    act: Callable[[Turn, Text | Upload], Reply]
    right: str | None = None
    theirs: bool = False  # as of a button
    before_joining: bool = False
    while_banned: bool = False


@dataclass(frozen=True, slots=True)
class FormRoute:
    """A form that was sent, by the verb of its data; rights are checked by the use cases it calls."""

    verb: str
    act: Callable[[Turn, Pressed, Submit], Reply]
    right: str | None = None


@dataclass(frozen=True, slots=True)
class SurfaceRoute:
    """What some platforms have beside the conversation: a dashboard, other people's words."""

    hears: type[Home] | type[Clip]
    act: Callable[[Turn, Any], Reply]


Route = CommandRoute | PressRoute | StepRoute | FormRoute | SurfaceRoute


@dataclass(frozen=True, slots=True)
class Routes:
    """All routes, by what leads to them."""

    commands: Mapping[str, CommandRoute]
    presses: Mapping[str, PressRoute]
    steps: Mapping[str, StepRoute]
    forms: Mapping[str, FormRoute]
    surfaces: Mapping[type, SurfaceRoute]


@cache
def routes() -> Routes:
    """The routes of every room.

    Raises:
        ValueError: when two rooms claim the same.
    """
    tables: dict[type, dict[Any, Any]] = {
        kind: {} for kind in (CommandRoute, PressRoute, StepRoute, FormRoute, SurfaceRoute)
    }
    for room in ROOMS:
        for route in import_module(f"bots.dialogue.{room}").ROUTES:
            key, table = _key(route), tables[type(route)]
            if key in table:
                raise ValueError(f"two routes for {key}")
            table[key] = route
    return Routes(*tables.values())


def _key(route: Route) -> str | type:
    match route:
        case CommandRoute(name=key):
            return key
        case StepRoute(step=key):
            return key
        case PressRoute(verb=key) | FormRoute(verb=key):
            return key
        case SurfaceRoute(hears=what):
            return what


__all__ = [
    "CommandRoute",
    "FormRoute",
    "PressRoute",
    "Route",
    "Routes",
    "StepRoute",
    "SurfaceRoute",
    "routes",
]
