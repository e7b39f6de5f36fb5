"""The one who wants things judged: a project file, task files, and at the end the results."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from bots.dialogue.buttons import base36
from tests.soak.phone import Phone
from tests.soak.sides import PATIENCE, App, Side

LANGUAGES = ("en", "zh", "es", "ar")
WORDS = {"en": "Picture number", "zh": "图片编号", "es": "Imagen número", "ar": "الصورة رقم"}
PROJECT = """\
project: {{en: Street scenes, es: Escenas, zh: 街景, ar: مشاهد}}
kind: choice
instructions: {{en: What do you see?, es: ¿Qué ves?, zh: 你看到什么?, ar: ماذا ترى؟}}
labels:
  - {{id: cat, en: Cat, es: Gato, zh: 猫, ar: قطة}}
  - {{id: dog, en: Dog, es: Perro, zh: 狗, ar: كلب}}
  - {{id: bird, en: Bird, es: Pájaro, zh: 鸟, ar: طائر}}
overlap: {{min: 2, max: 4, confidence: 0.9}}
method: {method}
reward: 10
penalty: 5
time_limit: 2m
gold_share: 0.05
"""
LABELS = ("cat", "dog", "bird")
GOLD_EVERY = 20


def truth_of(words: str) -> int:
    """The ordinal of the label that is right for a card, which stands in the name of its picture."""
    found = re.search(r"\d+-(\d+)", words)
    assert found is not None, f"a card without a picture: {words}"
    return int(found[1]) % len(LABELS)


@dataclass(slots=True)
class Requester:
    """Plays the requester over the chat."""

    app: App
    rows: int  # of each task file
    method: str
    files: int = 0
    ids: set[str] = field(default_factory=set)
    project: int = 0

    @property
    def phone(self) -> Phone:
        """The requester's phone."""
        return Phone(self.app)

    async def join(self) -> None:
        """From /start to the last question."""
        await self.app.says("/start")
        for verb in self.app.joining:
            await self.phone.press(verb)
        await self.phone.get("next")

    async def make_project(self) -> None:
        """Send the project file; the draft's card comes back."""
        await self.app.uploads("streets.yaml", PROJECT.format(method=self.method).encode())
        _, add = await self.phone.get("addtasks")
        self.project = add.does.number(0)

    async def send_tasks(self) -> str:
        """Send one more task file, and return its name."""
        self.files += 1
        name = f"tasks-{self.files}.csv"
        await self.app.uploads(name, self._table(), caption=f"/addtasks {self.project}")
        return name

    def _table(self) -> bytes:
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(("id", "text", "lang", "gold", "shelf"))
        for row in range(self.rows):
            lang = LANGUAGES[row % len(LANGUAGES)]
            name = f"{self.files}-{row}"
            gold = LABELS[truth_of(name)] if row % GOLD_EVERY == 0 else ""
            table.writerow((name, f"{WORDS[lang]} {name}", lang, gold, f"shelf {row % 7}"))
            self.ids.add(name)
        return out.getvalue().encode()

    async def has_read(self, name: str) -> None:
        """Wait until a task file was brought in."""
        await self.phone.until(
            lambda: (
                True
                if any(
                    name in message.words and message.labels for message in self.app.chat if message.from_bot
                )
                else None
            ),
            f"that {name} was brought in",
            timeout=2 * PATIENCE,
        )

    async def launch(self) -> None:
        """People get its tasks from now on."""
        await self.phone.press("p-launch", base36(self.project))
        await self.phone.get("p-pause", base36(self.project))

    async def close(self) -> None:
        """Close the project for good."""
        await self.app.says(f"/project {self.project}")
        await self.phone.press("p-close", base36(self.project))
        await self.phone.press("p-close!", base36(self.project))
        await self.phone.until(lambda: self._closed() or None, "the project closed")

    def _closed(self) -> bool:
        found = self.phone.newest("results")
        return found is not None and all(key.does.verb != "p-close" for key in found[1])

    async def results(self, side: Side) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        """Both result files: a row per task, and a row per answer."""
        await self.app.says(f"/results {self.project}")
        tasks = await self._file(side, f"project-{self.project}-results.csv")
        answers = await self._file(side, f"project-{self.project}-answers.csv")
        return tasks, answers

    async def _file(self, side: Side, name: str) -> list[dict[str, str]]:
        message = await self.app.sees(name, timeout=PATIENCE)
        assert message.document is not None, message.transcript()
        table = side.file(message.document).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(table, newline="")))
