"""Suggestions beside the event loop: together, in order, and nobody waits for a bad model or a gone caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.card import ModelCard
from models.loaded import Content, Loaded
from models.prediction import Prediction
from models.problems import BadModel, ModelProblem
from models.queue import Queue
from models.suggester import Suggester
from models.warm import Warm
from models.worker import Limits
from tests import onnx_graphs as graphs

GOOD = graphs.text_graph()
PATIENCE = 0.5
LIMITS = Limits(together=16, waiting=32, models=2, running=PATIENCE)
WORDS = {"one": "abc", "two": "где", "three": "街道"}
HANGS = {"text": "☃"}
"""For this text the slow model goes round for hours."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
async def suggester(folder: Path) -> AsyncIterator[Suggester]:
    opened = Suggester(folder, folder.parent / "media", limits=LIMITS)
    yield opened
    await opened.close()


def asked(label: str, number: int = 0) -> Content:
    return {"text": WORDS[label] * (number % 9 + 1)}


def labels_of(found: list[object]) -> list[str | None]:
    return [one.label if isinstance(one, Prediction) else None for one in found]


def other_model(folder: Path, temperature: float) -> ModelCard:
    """One of many: the same graph under another hash."""
    unused = {f"unused {temperature}": graphs.TEXT_CONSTANTS["lows"]}
    data = graphs.graph(graphs.text_nodes(), constants={**graphs.TEXT_CONSTANTS, **unused})
    return graphs.put(folder, data, temperature=temperature)


async def test_everybody_gets_the_answer_to_their_own_question(suggester: Suggester, folder: Path) -> None:
    """Two hundred at once, more than there is room for: they wait in front of the door."""
    card = graphs.put(folder, GOOD)
    wanted = [list(WORDS)[number * 7 % 3] for number in range(200)]
    found = await asyncio.gather(
        *(suggester.suggest(card.sha256, asked(label, number)) for number, label in enumerate(wanted))
    )
    assert labels_of(list(found)) == wanted


async def test_many_come_back_in_their_order_with_gaps(suggester: Suggester, folder: Path) -> None:
    """More than a batch and more than there is room for; a task without a text has no prediction."""
    card = graphs.put(folder, GOOD)
    wanted = [[*WORDS, None][number * 5 % 4] for number in range(150)]
    contents = [{} if label is None else asked(label, n) for n, label in enumerate(wanted)]
    assert labels_of(list(await suggester.suggest_many(card.sha256, contents))) == wanted
    assert await suggester.suggest(card.sha256, {}) is None
    assert await suggester.suggest_many(card.sha256, []) == []


async def test_each_model_answers_with_its_own_card(suggester: Suggester, folder: Path) -> None:
    """Three models mixed, though only two stay in memory."""
    cards = [other_model(folder, temperature) for temperature in (1.0, 2.0, 4.0)]
    expected = {
        card.sha256: Loaded.load(folder / f"{card.sha256}.onnx", card).predict([asked("one")], folder)[0]
        for card in cards
    }
    asking = [(cards[number % 3].sha256, asked("one")) for number in range(60)]
    found = await asyncio.gather(*(suggester.suggest(*one) for one in asking))
    assert found == [expected[sha256] for sha256, _ in asking]
    assert len({one.confidence for one in expected.values() if one}) == 3


async def test_a_model_that_hangs_is_dropped_and_the_others_go_on(suggester: Suggester, folder: Path) -> None:
    """Its callers learn that it is too slow, those behind them too; it is not tried again until it is forgotten."""
    good, slow = graphs.put(folder, GOOD), graphs.put(folder, graphs.slow_graph(10**12, point=graphs.SNOWMAN))
    assert await suggester.suggest(slow.sha256, asked("two")) is not None
    hanging = [suggester.suggest(slow.sha256, HANGS) for _ in range(20)]
    fine = [suggester.suggest(good.sha256, asked("two")) for _ in range(20)]
    found = await asyncio.gather(*hanging, *fine, return_exceptions=True)
    assert [str(one) for one in found[:20]] == ["too_slow"] * 20
    assert labels_of(list(found[20:])) == ["two"] * 20
    with pytest.raises(BadModel) as bad:
        await suggester.suggest(slow.sha256, asked("two"))
    assert bad.value.sentence == f"The model needs more than the allowed {PATIENCE} s."
    suggester.forget(slow.sha256)
    assert await suggester.suggest(slow.sha256, asked("two")) is not None


async def test_the_loop_turns_while_a_model_hangs(suggester: Suggester, folder: Path) -> None:
    slow = graphs.put(folder, graphs.slow_graph(10**12, point=graphs.SNOWMAN))
    waiting = asyncio.ensure_future(suggester.suggest(slow.sha256, HANGS))
    turns = 0
    while not waiting.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 50
    with pytest.raises(BadModel):
        await waiting


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no model", ModelProblem.CORRUPT),
        (graphs.text_graph(last="Identity"), ModelProblem.NO_CHANCES),
        (graphs.image_graph(), ModelProblem.WRONG_INPUT),
    ],
)
async def test_a_bad_model_fails_its_own_callers_only(
    suggester: Suggester, folder: Path, data: bytes, code: ModelProblem
) -> None:
    good, bad = graphs.put(folder, GOOD), graphs.put(folder, data)
    both = [suggester.suggest(card.sha256, asked("three")) for card in (bad, good) * 10]
    found = await asyncio.gather(*both, return_exceptions=True)
    assert [one.code for one in found[::2] if isinstance(one, BadModel)] == [code] * 10
    assert labels_of(list(found[1::2])) == ["three"] * 10
    with pytest.raises(BadModel):
        await suggester.suggest_many(bad.sha256, [asked("one")] * 40)


async def test_a_poisonous_task_fails_alone(suggester: Suggester, folder: Path) -> None:
    card = graphs.put(folder, graphs.poisoned_graph())
    found = await suggester.suggest_many(card.sha256, [asked("one"), HANGS, asked("two")])
    assert isinstance(found[1], BadModel)
    assert labels_of(list(found)) == ["one", None, "two"]
    with pytest.raises(BadModel):
        await suggester.suggest(card.sha256, HANGS)


async def test_a_model_that_is_not_there_yet_may_come(suggester: Suggester, folder: Path) -> None:
    """What is no hash never will."""
    card = graphs.card_for(GOOD)
    with pytest.raises(BadModel) as bad:
        await suggester.suggest(card.sha256, asked("one"))
    assert bad.value.code is ModelProblem.NO_FILE
    graphs.put(folder, GOOD)
    assert await suggester.suggest(card.sha256, asked("one")) is not None
    with pytest.raises(BadModel) as bad:
        await suggester.suggest("../../etc/passwd", asked("one"))
    assert bad.value.code is ModelProblem.NO_FILE


async def test_callers_that_leave_break_nobody(suggester: Suggester, folder: Path) -> None:
    """At the door, in the queue, or while their batch runs; their room is free again."""
    card = graphs.put(folder, GOOD)
    callers = [asyncio.ensure_future(suggester.suggest(card.sha256, asked("two", n))) for n in range(120)]
    many = asyncio.ensure_future(suggester.suggest_many(card.sha256, [asked("one")] * 100))
    await asyncio.sleep(0)
    for caller in callers[::2]:
        caller.cancel()
    await asyncio.sleep(0)
    many.cancel()
    found = await asyncio.gather(*callers, many, return_exceptions=True)
    assert labels_of(list(found[1:120:2])) == ["two"] * 60
    assert all(isinstance(one, asyncio.CancelledError) for one in [*found[:120:2], found[120]])
    again = await suggester.suggest_many(card.sha256, [asked("three")] * 100)
    assert labels_of(list(again)) == ["three"] * 100


async def test_closing_answers_who_asked_and_nobody_else(folder: Path) -> None:
    """Those in front of the door too."""
    card = graphs.put(folder, GOOD)
    suggester = Suggester(folder, folder, limits=LIMITS)
    callers = [asyncio.ensure_future(suggester.suggest(card.sha256, asked("one"))) for _ in range(100)]
    await asyncio.sleep(0)
    await suggester.close()
    assert [caller.done() for caller in callers] == [True] * 100
    assert labels_of([caller.result() for caller in callers]) == ["one"] * 100
    with pytest.raises(RuntimeError):
        await suggester.suggest(card.sha256, asked("one"))
    await suggester.close()


async def test_closing_does_not_wait_for_a_model_that_hangs(folder: Path) -> None:
    """No longer than its patience."""
    slow = graphs.put(folder, graphs.slow_graph(10**12, point=graphs.SNOWMAN))
    suggester = Suggester(folder, folder, limits=LIMITS)
    caller = asyncio.ensure_future(suggester.suggest(slow.sha256, HANGS))
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await suggester.close()
    assert isinstance(caller.exception(), BadModel)


async def test_one_that_was_never_asked_closes() -> None:
    await Suggester(Path("nowhere"), Path("nowhere")).close()


def test_models_take_turns_and_tasks_keep_their_order() -> None:
    """A thousand tasks of one model do not keep those of another waiting."""
    loop = asyncio.new_event_loop()
    items = [({"text": str(number)}, loop.create_future()) for number in range(10)]
    queue = Queue()
    queue.put("a", items[:5])
    queue.put("b", items[5:6])
    queue.put("a", items[6:])
    taken = [queue.take(4), queue.take(4), queue.take(4), queue.take(4)]
    assert taken == [("a", items[:4]), ("b", items[5:6]), ("a", [items[4], *items[6:9]]), ("a", items[9:])]
    assert not queue
    loop.close()


def test_models_in_memory_are_bounded_by_number_and_by_size(folder: Path) -> None:
    """Those not used for longest go; a single one may be larger than all together may."""
    loaded = []
    for temperature in (1.0, 2.0, 3.0, 4.0):
        card = other_model(folder, temperature)
        loaded.append(Loaded.load(folder / f"{card.sha256}.onnx", card))
    names = [one.card.sha256 for one in loaded]
    warm = Warm(models=3, size=10**9)
    for one in loaded[:3]:
        warm.put(one)
    assert warm.get(names[0]) is loaded[0]
    warm.put(loaded[3])
    assert [name in warm for name in names] == [True, False, True, True]
    small = Warm(models=3, size=loaded[0].size + loaded[1].size)
    for one in loaded[:3]:
        small.put(one)
    assert small.size <= loaded[0].size + loaded[1].size
    assert len(small) == 2
    tiny = Warm(models=3, size=1)
    for one in loaded:
        tiny.put(one)
    assert [name in tiny for name in names] == [False, False, False, True]
