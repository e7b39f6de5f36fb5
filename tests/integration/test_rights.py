"""Every command, every role, every language: what is allowed, what the menu shows, and what a forger gets."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bots.dialogue.refusals import REFUSALS
from bots.dialogue.routes import routes
from core.clock import ManualClock
from core.domain.person import Role
from core.store import Store
from core.vault import Vault
from tests.full_run.people import Somebody
from tests.full_run.requester import all_joined, with_requester
from tests.full_run.telegram import TelegramHouse, telegram_house
from tests.standins.telegram import User

EVERYONE = {"start", "help", "settings", "link", "unlink", "mydata", "cancel"}
WORKER = EVERYONE | {"task", "balance", "history", "leaderboard", "skills", "appeal"}
REQUESTER = WORKER | {
    "newproject",
    "projects",
    "project",
    "addtasks",
    "progress",
    "results",
    "train",
    "announce",
    "bonus",
}
MODERATOR = REQUESTER | {"summary", "grant", "review", "people", "ban", "unban", "adjust", "rules"}
ADMIN = MODERATOR | {"audit", "payout"}
MAY: dict[Role, set[str]] = {
    Role.WORKER: WORKER,
    Role.REQUESTER: REQUESTER,
    Role.MODERATOR: MODERATOR,
    Role.ADMIN: ADMIN,
}
"""Who may use which command, as the contract says; commands of later issues are added with them."""
CLIENTS = {"en": "en", "zh-hans": "zh_Hans", "es": "es", "ar": "ar"}


@pytest.fixture
async def house(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> AsyncIterator[TelegramHouse]:
    async with telegram_house(sqlite_store, clock, vault, tmp_path / "data") as house:
        yield house
    assert house.refused() == []
    assert house.unanswered() == []


async def of_role(house: TelegramHouse, boss: Somebody, role: Role, client: str, number: int) -> Somebody:
    """Somebody who joined by an invitation to a role, with an app in some language."""
    user = house.server.user(number, first_name=f"{role} {client}", language_code=client)
    one = Somebody(house, user, CLIENTS[client])
    start = "/start"
    if role is not Role.WORKER:
        await boss.says(f"/grant {role}")
        start = boss.user.last.words.splitlines()[-1]
    await all_joined([one], start=start)
    return one


def test_the_table_is_complete() -> None:
    """A new command must be given to somebody here."""
    assert set().union(*MAY.values()) == set(routes().commands)


async def test_every_command_by_every_role(house: TelegramHouse) -> None:
    """A command works for those who may use it; for others it is one sentence in their language, and nothing else."""
    boss, _ = await with_requester(house)
    for number, (role, client) in enumerate(zip(MAY, ("ar", "zh-hans", "es", "en"), strict=True), start=50):
        one = await of_role(house, boss, role, client, number)
        no = one.t(REFUSALS["not_allowed"])
        for command in sorted(routes().commands):
            since = one.user.moment
            await one.says(f"/{command}")
            told = [m.words for m in one.user.chat if m.from_bot and m.now.change > since]
            assert (told == [no]) is (command not in MAY[role]), (role, command, told)
            assert told, (role, command)


def menu_of(one: Somebody) -> list[dict[str, str]]:
    """The command menu as the person's app shows it."""
    assert isinstance(one.user, User)
    return one.user.commands


async def test_every_role_and_language_has_its_menu(house: TelegramHouse) -> None:
    """The command menu shows what the role allows, in the language that the bot speaks to the person."""
    boss, _ = await with_requester(house)
    for number, (role, client) in enumerate(itertools.product(MAY, CLIENTS), start=50):
        one = await of_role(house, boss, role, client, number)
        shown = {line["command"]: line["description"] for line in menu_of(one)}
        assert set(shown) == MAY[role], (role, client)
        for name, description in shown.items():
            assert description == one.t(routes().commands[name].describes)


async def test_a_menu_follows_the_person(house: TelegramHouse) -> None:
    """A new role and another language show in the menu with the next thing the person does."""
    boss, _ = await with_requester(house)
    one = await of_role(house, boss, Role.WORKER, "es", 50)
    assert "newproject" not in {line["command"] for line in menu_of(one)}
    await one.says("/settings")
    await one.taps("locales")
    await one.taps("locale", "ar", "settings")
    one.locale = "ar"
    assert {line["command"]: line["description"] for line in menu_of(one)}["task"] == one.t("Get a task")
    await boss.says("/grant 3 requester")
    await one.says("/help")
    assert {line["command"] for line in menu_of(one)} == REQUESTER


# --- presses that no button made -------------------------------------------------------------------

ONE = ("", "0", "1", "-1", "zzzzzzzzzzzzzzzz", "settings", "../x")
TWO = ("", "1", "-1", "zzzzzzzzzzzzzzzz")
MADE_UP = [(), *itertools.product(ONE, repeat=1), *itertools.product(TWO, repeat=2)]


async def test_forged_presses(house: TelegramHouse) -> None:
    """Whatever data an attacker sends, nothing breaks: each press is answered, and no event fails."""
    boss, owner = await with_requester(house)
    await owner.sends("p.yaml", PROJECT)
    await owner.sends("t.csv", b"text\n[a] one\n[b] two\n", caption="/addtasks 1")
    worker = await of_role(house, boss, Role.WORKER, "ar", 50)
    with capture_logs() as logs:
        for verb in sorted(routes().presses):
            for arguments in MADE_UP:
                for one in (worker, owner):
                    await one.press(one.user.last, ":".join(("1", verb, *arguments)))
            await house.calm()
        for nonsense in ("1", ":", "2:a:1:0", "1::", "1:nothing", "1:a:1:0:é", "x" * 64):
            await worker.press(worker.user.last, nonsense)
            await house.calm()
            assert worker.toast == worker.t(REFUSALS["unknown_button"])
    broken = {
        (line["event"], line.get("error")) for line in logs if line["log_level"] in ("error", "critical")
    }
    assert broken == set()


PROJECT = (
    b"project: Pets\ninstructions: Which?\nlabels: [{id: cat, en: Cat}, {id: dog, en: Dog}]\ngold_share: 0\n"
)
