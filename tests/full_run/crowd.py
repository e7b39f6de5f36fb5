"""A crowd of many languages, the project they work on, and what each of them thinks."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from zlib import crc32

from core.clock import chance_of
from tests.full_run.books import Books
from tests.full_run.house import House
from tests.full_run.people import Card, Somebody, card_of
from tests.full_run.side import Phone

NAMES: dict[str, dict[str, str]] = {
    "glad": {"en": "Glad", "zh": "高兴", "es": "Contento", "ar": "سعيد"},
    "sad": {"en": "Sad", "zh": "难过", "es": "Triste", "ar": "حزين"},
    "neither": {"en": "Neither", "zh": "都不是", "es": "Ninguno", "ar": "لا هذا ولا ذاك"},
}
LABELS = list(NAMES)
ASKS = {
    "en": "How does the writer feel?",
    "zh": "作者的心情如何？",
    "es": "¿Cómo se siente quien escribe?",
    "ar": "ما شعور الكاتب؟",
}
SAYINGS = {
    "en": "It rained, and nobody minded.",
    "zh": "下雨了，没人在意。",
    "es": "Llovió y a nadie le importó.",
    "ar": "أمطرت ولم يبالِ أحد.",
}
REWARD, PENALTY = 10, 5
OVERLAP = (2, 3)
CONFIDENCE = 0.8  # which three answers can reach; a majority is not asked how sure it is
LOCALES = {"en": "en", "zh": "zh_Hans", "es": "es", "ar": "ar"}
ZONES = {"en": "Europe/London", "zh": "Asia/Shanghai", "es": "Europe/Madrid", "ar": "Africa/Cairo"}
CITIES = {"en": "London", "zh": "上海", "es": "Madrid", "ar": "القاهرة"}


@dataclass(frozen=True, slots=True)
class Item:
    """A task of ours and its truth; `split` ones divide the crowd evenly, so that nobody wins."""

    id: str
    lang: str
    truth: str
    gold: bool
    split: bool


def items(each: int, *, golds: int) -> list[Item]:
    """So many tasks in every language, and so many gold ones beside them."""
    made = []
    for lang in NAMES["glad"]:
        for at in range(each + golds):
            truth = LABELS[at % len(LABELS)]
            made.append(Item(f"{lang}{at:02}", lang, truth, gold=at >= each, split=at == 1))
    return made


def project_file(title: str = "Moods", *, method: str = "majority") -> bytes:
    """The project as a requester keeps it in git."""
    labels = "\n".join(
        f"  - {{id: {one}, {', '.join(f'{lang}: {name!r}' for lang, name in names.items())}}}"
        for one, names in NAMES.items()
    )
    asks = "\n".join(f"  {lang}: {words!r}" for lang, words in ASKS.items())
    return (
        f"project: {{en: {title}, es: Ánimos}}\nkind: choice\ninstructions:\n{asks}\nlabels:\n{labels}\n"
        f"overlap: {{min: {OVERLAP[0]}, max: {OVERLAP[1]}, confidence: {CONFIDENCE}}}\n"
        f"method: {method}\nreward: {REWARD}\npenalty: {PENALTY}\n"
        "time_limit: 5h\nbudget: 5000\ngold_share: 0.2\n"
    ).encode()


def task_file(wanted: list[Item]) -> tuple[bytes, dict[int, str]]:
    """The tasks as CSV with a column of the requester's own and some bad rows: line → what is wrong with it."""
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(["id", "lang", "text", "gold", "source"])
    for at, one in enumerate(wanted):
        gold = NAMES[one.truth][one.lang] if one.gold else ""
        table.writerow([one.id, one.lang, f"[{one.id}] {SAYINGS[one.lang]}", gold, f"=HYPERLINK({at})"])
    first = len(wanted) + 2
    wrong = [
        (["again", "xx-nowhere", "[x] hm", "", ""], "unknown_language"),
        ([wanted[0].id, "en", "[y] the same id", "", ""], "duplicate_id"),
        (["empty", "en", "", "", ""], "no_content"),
        (["odd", "en", "[z] gold of its own", "furious", ""], "unknown_label"),
    ]
    table.writerows(row for row, _ in wrong)
    return written.getvalue().encode(), {first + at: code for at, (_, code) in enumerate(wrong)}


@dataclass(slots=True, eq=False)
class Worker(Somebody):
    """One of the crowd; `name` is how the books call them, `lang` what they read."""

    name: str = ""
    lang: str = "en"
    answers: int = 0
    habit: str = ""
    latest: str = ""
    away: bool = False
    zone_told: str = "UTC"
    phones: list[Phone] = field(default_factory=list)  # more than one once their accounts are linked
    changed_at: int = 0

    async def changes_phone(self) -> None:
        """Go on in the other chat."""
        self.user = self.other_phone
        self.changed_at = self.answers
        await self.user.says("/task")

    @property
    def other_phone(self) -> Phone:
        """The chat in which this person is not now."""
        return next(one for one in self.phones if one is not self.user)


@dataclass(slots=True)
class Crowd:
    """Everybody together, and the books of what they did."""

    house: House
    items: dict[str, Item]
    workers: list[Worker]
    books: Books = field(default_factory=Books)
    asked: Counter[str] = field(default_factory=Counter)

    def opinion(self, worker: Worker, task: str) -> str:
        """What this worker thinks of a task: mostly the truth, the same whenever they are asked."""
        item = self.items[task]
        if item.split:
            self.asked[task] += 1
            return LABELS[self.asked[task] % len(LABELS)]
        chance = chance_of(crc32(f"{worker.name} {task}".encode()))
        others = [one for one in LABELS if one != item.truth]
        return item.truth if chance.random() < 0.8 else chance.choice(others)

    async def answer(self, worker: Worker, card: Card) -> str:
        """Tap what this worker thinks; returns what was sent."""
        label = self.opinion(worker, card.task)
        data = card.data(NAMES[label][worker.lang])
        await worker.press(card.message, data)
        self.books.tapped[worker.name, card.task] = label
        worker.answers += 1
        worker.latest = card.task
        return data

    def check_card(self, worker: Worker, card: Card) -> None:
        """A card is in the worker's language: the question, the thing to judge, every label."""
        assert ASKS[worker.lang] in card.words
        assert SAYINGS[self.items[card.task].lang] in card.words
        offered = card.message.labels
        assert offered[: len(LABELS)] == [names[worker.lang] for names in NAMES.values()], offered

    def paid(self) -> set[str]:
        """The tasks that are paid once nothing can be undone: gold, and those with a winner."""
        return {task for task, votes in self.books.votes().items() if self.items[task].gold or _is_won(votes)}

    def in_hand(self, workers: list[Worker]) -> list[tuple[Worker, Card]]:
        """Who holds a card now, and is there."""
        return [(one, card) for one in workers if not one.away and (card := card_of(one)) is not None]


def _is_won(votes: Counter[str]) -> bool:
    """Whether the crowd agrees: all of the least that may decide, or most of the most that are asked."""
    least, most = OVERLAP
    if votes.total() < most:
        return len(votes) == 1 and votes.total() >= least
    ranked = [count for _, count in votes.most_common(2)]
    return len(ranked) == 1 or ranked[0] > ranked[1]
