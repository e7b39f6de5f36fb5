"""Diversity: what is chosen differs, in any script, and for pictures too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from core.intake.images import store_image
from models.spread import pick, sketches, spread, thumbnails


def test_texts_that_are_alike_are_not_chosen_together() -> None:
    """Of three kinds of sentences in three scripts, the first three chosen are one of each."""
    texts = [*(f"the parcel came late {at}" for at in range(9)), *(f"包裹来得太晚了 {at}" for at in range(9))]
    texts += [f"وصل الطرد متأخرا {at}" for at in range(9)]
    chosen = pick([{"text": one} for one in texts], [0.5] * 27, media_dir=Path(), most=3)
    assert {at // 9 for at in chosen} == {0, 1, 2}


def test_the_least_sure_comes_first() -> None:
    """Where nothing differs, doubt decides."""
    assert spread(np.ones((3, 1), dtype=np.float32), [0.1, 0.5, 0.2], most=1) == [1]


def test_pictures_differ_by_what_they_show(tmp_path: Path) -> None:
    """Light on the left and light on the right are two things, twice the same is one; what is no picture is nothing."""

    def stored(left: int, right: int, noise: int) -> str:
        picture = Image.new("L", (64, 64), left)
        picture.paste(right, (32, 0, 64, 64))
        picture.putpixel((0, 0), noise)
        path = tmp_path / "one.png"
        picture.save(path)
        return store_image(path, tmp_path).name

    names = [stored(20, 200, 1), stored(20, 200, 2), stored(200, 20, 3)]
    chosen = pick([{"image": one} for one in names], [0.5] * 3, media_dir=tmp_path, most=2)
    assert 2 in chosen
    assert len(chosen) == 2
    assert not thumbnails([None, "0" * 64 + ".png", "../x"], tmp_path).any()


def test_no_text_is_a_text() -> None:
    """Empty ones have a sketch, and nothing breaks on a short one."""
    found = sketches(["", "a", "ab", "abc"])
    assert found.shape == (4, 256)
    assert np.isfinite(found).all()
