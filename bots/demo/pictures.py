"""The pictures of the demo, each drawn by a few lines of its own."""

from __future__ import annotations

from collections.abc import Callable

from bots.demo import living, made
from bots.demo.brush import Canvas

DRAWINGS: dict[str, Callable[[], Canvas]] = {
    "house": made.house_picture,
    "cat": living.cat_picture,
    "sailboat": made.sailboat_picture,
    "tree": living.tree_picture,
    "cake": made.cake_picture,
    "rain": made.rain_picture,
    "cat-in-window": living.cat_in_window_picture,
    "bicycle": made.bicycle_picture,
    "cactus": living.cactus_picture,
    "moon": made.moon_picture,
    "bird": living.bird_picture,
    "castle": made.castle_picture,
    "apple-tree": living.apple_tree_picture,
    "apple": made.apple_picture,
    "bus": made.bus_picture,
    "snail": living.snail_picture,
    "boat-at-sunset": made.boat_at_sunset_picture,
    "lighthouse": made.lighthouse_picture,
    "potted-flower": living.potted_flower_picture,
    "ice-cream": made.ice_cream_picture,
    "butterfly": living.butterfly_picture,
    "balloon": made.balloon_picture,
    "fish": living.fish_picture,
    "barn": made.barn_picture,
}


def draw(name: str) -> bytes:
    """The picture of that name as PNG, the same bytes every time."""
    return DRAWINGS[name]().png()
