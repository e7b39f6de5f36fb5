"""Whatever people send, they get one clear sentence in their language, and nothing is lost or half-done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bots.dialogue.buttons import data
from bots.dialogue.problems import WORDS
from bots.dialogue.refusals import REFUSALS
from core.clock import ManualClock
from core.store import Store
from core.store.tables import job, project, task
from core.vault import Vault
from tests.full_run.impolite import BadUpload, project_files, said, task_files
from tests.full_run.people import Somebody, card_of
from tests.full_run.requester import all_joined, with_requester
from tests.full_run.telegram import TelegramHouse, telegram_house
from tests.standins.telegram import User

PROJECT = b"project: Animals\ninstructions: Which one?\nlabels: [{id: cat, en: Cat}, {id: dog, en: Dog}]\n"


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[TelegramHouse]:
    async with telegram_house(sqlite_store, clock, vault, tmp_path / "data") as house:
        yield house
    assert house.refused() == []
    assert house.unanswered() == []


async def counted(house: TelegramHouse) -> tuple[int, int, int]:
    """Projects, tasks, and jobs that wait."""

    def count(tx):  # type: ignore[no-untyped-def]  # a read in a test
        waiting = select(func.count()).where(job.c.state == "waiting")
        return tuple(
            tx.execute(one).scalar_one()
            for one in (
                select(func.count()).select_from(project),
                select(func.count()).select_from(task),
                waiting,
            )
        )

    return await house.service.store.read(count)


async def replies(one: Somebody, *, since: int) -> list[str]:
    """What the bot said since, message by message."""
    await one.house.calm()
    return [m.words for m in one.user.chat if m.from_bot and m.now.change > since]


# --- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["es", "ar"])
async def test_files_that_bring_no_tasks(house: TelegramHouse, locale: str) -> None:
    """One message names the file and says what is wrong with it; nothing is added or left behind."""
    _, owner = await with_requester(house, locale=locale)
    await owner.sends("p.yaml", PROJECT)
    for bad in task_files():
        told = await answer_to(owner, bad, caption="/addtasks 1")
        wrong = [words for words in told if said(owner.t, WORDS[bad.code]).search(words)]
        assert len(wrong) == 1, (bad.name, bad.code, told)
        assert bad.name in wrong[0]
        assert len(told) == (2 if bad.name.endswith(".png") else 1), told  # photos are counted in a message
        assert await counted(house) == (1, 0, 0), bad.name
    assert list((house.service.house.data_dir / "spool").iterdir()) == []
    await owner.sends("good.csv", b"text\nfine\n", caption="/addtasks 1")
    assert await counted(house) == (1, 1, 0)


@pytest.mark.parametrize("locale", ["zh_Hans"])
async def test_files_that_make_no_project(house: TelegramHouse, locale: str) -> None:
    """The same for project files; a good one is taken afterwards."""
    _, owner = await with_requester(house, locale=locale)
    for bad in project_files():
        told = await answer_to(owner, bad)
        assert len(told) == 1, (bad.name, told)
        assert said(owner.t, WORDS[bad.code]).search(told[0]), (bad.name, bad.code, told)
        assert await counted(house) == (0, 0, 0), bad.name
    await owner.sends("p.yaml", PROJECT)
    assert await counted(house) == (1, 0, 0)


async def answer_to(one: Somebody, bad: BadUpload, *, caption: str = "") -> list[str]:
    since = one.user.moment
    await one.sends(bad.name, bad.data, caption=caption)
    return await replies(one, since=since)


async def test_files_that_do_not_arrive(house: TelegramHouse) -> None:
    """Too large for the chat, lost on the way, or from somebody who may not: nothing is fetched in vain."""
    _, owner = await with_requester(house, locale="es")
    await owner.sends("p.yaml", PROJECT)
    fetched = len(house.server.calls.of("getFile"))
    since = owner.user.moment
    await owner.sends("huge.csv", b"text\n" + b"x\n" * 10_000_000, caption="/addtasks 1")
    assert await replies(owner, since=since) == [owner.t(REFUSALS["file_too_large"])]
    assert len(house.server.calls.of("getFile")) == fetched
    house.server.faults.fails(502, method="getFile")
    since = owner.user.moment
    await owner.sends("lost.csv", b"text\nx\n", caption="/addtasks 1")
    assert await replies(owner, since=since) == [owner.t(REFUSALS["file_not_fetched"])]
    fetched = len(house.server.calls.of("getFile"))
    worker = await newcomer(house, 50, "ar")
    await all_joined([worker])
    for caption in ("", "/addtasks 1"):
        since = worker.user.moment
        await worker.sends("mine.csv", b"text\nx\n", caption=caption)
        assert await replies(worker, since=since) == [worker.t(REFUSALS["not_allowed"])]
    assert len(house.server.calls.of("getFile")) == fetched
    assert await counted(house) == (1, 0, 0)


async def test_what_comes_back(house: TelegramHouse) -> None:
    """Columns that mean nothing to us come back, formulas are disarmed, an id that was there is left alone."""
    _, owner = await with_requester(house)
    await owner.sends("p.yaml", PROJECT)
    rows = 'id,text,=note,ref\n=a,"=1+1",-5,+49 30\nb,@you,-x,plain\nb,again,,\n'
    since = owner.user.moment
    await owner.sends("t.csv", rows.encode(), caption="/addtasks 1")
    assert said(owner.t, WORDS["duplicate_id"]).search("\n".join(await replies(owner, since=since)))
    since = owner.user.moment
    await owner.sends("t.csv", rows.encode(), caption="/addtasks 1")
    told = "\n".join(await replies(owner, since=since))
    assert len(said(owner.t, WORDS["duplicate_id"]).findall(told)) >= 1
    assert await counted(house) == (1, 2, 0)
    await owner.taps("p-launch", 1)
    await owner.says("/results 1")
    file = next(m for m in reversed(owner.user.chat) if "results" in (m.file_name or ""))
    assert file.document is not None
    written = house.server.bot_file(file.document).decode("utf-8-sig")
    assert written.splitlines() == [
        "id,text,label,confidence,answers,status,'=note,ref",
        "'=a,'=1+1,,,0,open,-5,'+49 30",
        "b,'@you,,,0,open,'-x,plain",
    ]


# --- words and presses -----------------------------------------------------------------------------


@pytest.mark.parametrize("client", ["en", "zh-hans", "es", "ar"])
async def test_words_where_a_tap_was_expected(house: TelegramHouse, client: str) -> None:
    """The question stands again, or a sentence says what to do; a sticker counts as words."""
    _, owner = await with_requester(house)
    await owner.sends("p.yaml", PROJECT)
    await owner.sends("t.csv", b"text\n[a] one\n[b] two\n", caption="/addtasks 1")
    await owner.taps("p-launch", 1)
    one = await newcomer(house, 50, client)
    await says(one, "hello?", one.t("Would you like to take part?"))
    await says(one, "/task", one.t("Would you like to take part?"))
    await sticker(house, one, one.t("Would you like to take part?"))
    await one.taps("join")
    await says(one, "Klingonese", one.t(REFUSALS["unknown_language"]))
    await sticker(house, one, one.t(REFUSALS["unknown_language"]))
    await one.taps("langs")
    await says(one, "Xyzzyville", one.t(REFUSALS["unknown_zone"]))
    await sticker(house, one, one.t(REFUSALS["unknown_zone"]))
    await one.taps("nozone")
    await one.says("/task")
    held = card_of(one)
    assert held is not None
    await says(one, "cat!", one.t(REFUSALS["nothing_expected"]))
    await sticker(house, one, one.t(REFUSALS["nothing_expected"]))
    await says(one, "/teleport", one.t(REFUSALS["unknown_command"]))
    await says(one, "/start no-such-invite", one.t(REFUSALS["unknown_invite"]))
    again = card_of(one)
    assert again is not None
    await one.press(again.message, again.data("Cat"))
    await house.calm()
    assert one.toast == one.t("Saved. Thank you!")


async def test_the_requester_mistypes(house: TelegramHouse) -> None:
    """Numbers that are none, projects of nobody, words in the middle of a new project."""
    _, owner = await with_requester(house, locale="ar")
    for words, reason in (
        ("/project seven", "unknown_project"),
        ("/addtasks 99", "unknown_project"),
        ("/progress -1", "unknown_project"),
        ("/results ٩", "unknown_project"),
        ("/grant requester", "not_allowed"),
    ):
        await says(owner, words, owner.t(REFUSALS[reason]))
    await owner.says("/newproject")
    before = await counted(house)
    await sticker(house, owner, owner.t(WORDS["blank"], field=owner.t("The title")))
    await owner.sends("x.csv", b"text\nx\n")
    assert owner.user.last.words == owner.t(REFUSALS["finish_first"])
    await says(owner, "/cancel", owner.t("Dropped. Send /help to see what I can do."))
    assert await counted(house) == before


async def test_presses_of_others_and_of_yesterday(house: TelegramHouse) -> None:
    """Foreign, doubled and old presses change nothing and say why."""
    _, owner = await with_requester(house)
    await owner.sends("p.yaml", PROJECT + b"overlap: {min: 1, max: 1}\n")
    await owner.sends("t.csv", b"text\n[a] one\n[b] two\n[c] three\n", caption="/addtasks 1")
    await owner.taps("p-launch", 1)
    ana, bob = await newcomer(house, 50, "es"), await newcomer(house, 51, "ar")
    await all_joined([ana, bob])
    for one in (ana, bob):
        await one.says("/task")
    of_ana, of_bob = card_of(ana), card_of(bob)
    assert of_ana is not None
    assert of_bob is not None

    for verb in ("a", "skip", "pause", "keep", "extend", "undo", "show"):
        await bob.press(of_bob.message, data(verb, of_ana.assignment, *((0,) if verb == "a" else ())))
        await house.calm()
        assert bob.toast == bob.t(REFUSALS["unknown_card"]), verb
    for verb in (
        "p-launch",
        "p-pause",
        "p-resume",
        "p-close!",
        "decide",
        "results",
        "file",
        "preview",
        "budget",
    ):
        await bob.press(of_bob.message, data(verb, 1, *((0,) if verb == "preview" else ())))
        await house.calm()
        assert bob.toast == bob.t(REFUSALS["not_allowed"]), verb
    await ana.press(of_ana.message, data("a", of_ana.assignment, 7))
    await house.calm()
    assert ana.toast == ana.t(REFUSALS["unknown_button"])

    tapped, yesterday = of_ana.data("Cat"), of_bob.data("Dog")
    for _ in range(3):
        await ana.press(of_ana.message, tapped)
    await house.calm()
    assert [press.toast for press in ana.presses[-3:]] == [
        ana.t("Saved. Thank you!"),
        ana.t("Already saved."),
        ana.t("Already saved."),
    ]
    await house.later(minutes=2)
    await ana.press(of_ana.message, data("undo", of_ana.assignment))
    await house.calm()
    assert ana.toast == ana.t(REFUSALS["undo_too_late"])
    await owner.taps("project", 1)
    await owner.taps("p-close", 1)
    await owner.taps("p-close!", 1)
    await bob.press(of_bob.message, yesterday)
    await house.calm()
    assert bob.toast == bob.t(REFUSALS["card_closed"])


async def newcomer(house: TelegramHouse, number: int, client: str) -> Somebody:
    user = house.server.user(number, first_name=f"N{number}", language_code=client)
    return Somebody(house, user, client.replace("zh-hans", "zh_Hans"))


async def says(one: Somebody, words: str, answer: str) -> None:
    """Words, and the one message that answers them."""
    since = one.user.moment
    await one.says(words)
    told = await replies(one, since=since)
    assert len(told) == 1, told
    assert answer in told[0], (words, told)


async def sticker(house: TelegramHouse, one: Somebody, answer: str) -> None:
    """A sticker, and the one message that answers it."""
    assert isinstance(one.user, User)
    server, account = house.server, one.user.account
    body = {
        "message_id": 999_000 + server.updates.last_id % 1000,
        "from": account.json(),
        "chat": account.chat_json(),
        "date": server.world.date(),
        "sticker": {"file_id": "S1", "file_unique_id": "u1", "type": "regular", "width": 512, "height": 512},
    }
    since = one.user.moment
    server.updates.post("message", body, queue=("chat", account.id))
    told = await replies(one, since=since)
    assert len(told) == 1, told
    assert answer in told[0], told
