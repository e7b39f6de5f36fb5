"""Every conversation as a transcript that a project owner can read: playing it again says the same.

After a wording changed, `CHATCROWD_WRITE_TRANSCRIPTS=1 pytest tests/dialogues` writes them anew; read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.dialogues.replay import play, read

HERE = Path(__file__).parent
TRANSCRIPTS = sorted(HERE.glob("*/*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_conversation_goes_as_written(path: Path, tmp_path: Path) -> None:
    """What is said is what the transcript says, to the letter."""
    written = path.read_text(encoding="utf-8")
    played = await play(read(written), tmp_path)
    if os.environ.get("CHATCROWD_WRITE_TRANSCRIPTS") == "1":
        path.write_text(played, encoding="utf-8")
    else:
        assert played == written


def test_every_conversation_is_there_in_english_and_in_arabic() -> None:
    """The two folders hold the same conversations."""
    names = {folder: {path.name for path in (HERE / folder).glob("*.txt")} for folder in ("en", "ar")}
    assert names["en"] == names["ar"]
    assert names["en"]
