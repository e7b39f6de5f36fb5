"""Orders of trainings, and the material they name, written as the service would."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.training.order import Done, Order
from models.training.recipe import train
from tests.benchmarks.multilingual import TOPICS, Message, messages
from tests.digits import digits, kept

AT = "2026-03-01T09:00:00Z"
QUICK = {"seconds": 600, "candidates": 3}
"""A search that is enough where it does not matter which candidate wins, and never depends on the machine."""


def examples(drawn: Sequence[Message], **more: Any) -> list[dict[str, Any]]:
    """Messages as settled tasks."""
    return [
        {"id": place, "content": {"text": one.text}, "label": one.topic, "lang": one.language, **more}
        for place, one in enumerate(drawn)
    ]


def order(folder: Path, rows: Sequence[dict[str, Any]], **more: Any) -> Order:
    """An order to learn from these settled tasks; texts of the five topics unless it says otherwise."""
    material = folder / "material.jsonl"
    material.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = {"kind": "text", "labels": TOPICS, "title": "Messages", "at": AT, "limits": QUICK}
    return Order.model_validate({"material": material, "out": folder / "models", **told, **more})


def of_messages(folder: Path, number: int, **more: Any) -> Order:
    """An order to learn from so many messages."""
    return order(folder, examples(messages(number, seed=1)), **more)


def of_digits(folder: Path, number: int, **more: Any) -> Order:
    """An order to learn from the first so many handwritten digits."""
    media = folder / "media"
    rows = [
        {"id": place, "content": {"image": kept(picture, media)}, "label": str(digit)}
        for place, (picture, digit) in enumerate(digits()[:number])
    ]
    labels = [str(digit) for digit in range(10)]
    return order(folder, rows, kind="image", media=media, labels=labels, **more)


def trained(ordered: Order) -> Done:
    """Train as ordered, in this process."""
    return train(ordered, seconds=time.monotonic, tell=lambda _stage, _share: None)
