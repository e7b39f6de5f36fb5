"""What `chatcrowd doctor` notices, and that it neither changes anything nor gives a secret away."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import sys
import zoneinfo
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from alembic import command
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import create_engine, text

from bots import doctor
from bots.checkup.admins import check_admins
from bots.checkup.finding import Finding, Mark
from bots.checkup.machine import check_data_folder, check_texts, check_zones
from bots.settings import Settings
from bots.slack.manifest import SCOPES
from bots.telegram.webhook import path_of
from core import people
from core.clock import ManualClock, SystemClock
from core.domain.person import Role
from core.store import migrations, open_store
from core.vault import Vault
from tests.standins.slack import SlackStandIn
from tests.standins.telegram import TelegramStandIn
from tests.standins.telegram.client import BareBot

TOKEN = "42:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
BOT = "xoxb-1-2-AbCdEf"
APP = "xapp-1-A1-2-abcdef"
URL = "https://chat.example.org"
SECRETS = {"telegram_token", "telegram_webhook_secret", "secret_key", "web_password"}
SECRETS |= {f"slack_{name}" for name in ("bot_token", "app_token", "signing_secret", "client_secret")}

NOT_AT_ALL = timedelta(0)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but a test's own."""
    for name in [name for name in os.environ if name.startswith("CHATCROWD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def settings(tmp_path: Path, **given: Any) -> Settings:
    """Settings with a data folder of the test's own and any port."""
    fitting = {name: SecretStr(str(one)) if name in SECRETS else one for name, one in given.items()}
    return Settings.model_validate({"data_dir": tmp_path / "data", "http_port": 0, **fitting})


async def look(tmp_path: Path, *, ahead: timedelta = NOT_AT_ALL, **given: Any) -> dict[str, list[Finding]]:
    """What the doctor finds, by what it is about; our clock may be ahead of everybody else's."""
    clock = ManualClock(SystemClock().now() + ahead)
    return by_name(await doctor.examine(settings(tmp_path, **given), clock))


def by_name(findings: tuple[Finding, ...]) -> dict[str, list[Finding]]:
    """Findings by what they are about; each that is not fine says what to do, in a sentence."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        assert bool(one.mend) is (one.mark is not Mark.FINE), one
        assert not one.mend or one.mend.endswith("."), one
        found.setdefault(one.about, []).append(one)
    return found


def the(found: Mapping[str, list[Finding]], about: str) -> Finding:
    """The only finding about something."""
    (one,) = found[about]
    return one


def marks(found: Mapping[str, list[Finding]]) -> set[str]:
    """How everything went but the catalogs, which may lag behind while sentences are being written."""
    return {one.mark for about, several in found.items() if about != "languages" for one in several}


# --- a fresh machine ------------------------------------------------------------------------------


async def test_a_newcomers_machine_is_fine_and_stays_untouched(tmp_path: Path) -> None:
    found = await look(tmp_path)
    assert marks(found) == {Mark.FINE}
    assert "only the web chat" in the(found, "platforms").found
    assert "demo" in the(found, "admins").found
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    one = check_data_folder(tmp_path / "file")
    assert (one.mark, "CHATCROWD_DATA_DIR" in one.mend) == (Mark.BROKEN, True)
    assert check_data_folder(tmp_path / "file" / "below").mark is Mark.BROKEN
    assert check_data_folder(tmp_path / "new" / "below").mark is Mark.FINE


@pytest.mark.parametrize(
    ("content", "mode", "mark", "word"),
    [
        (b"k" * 32, 0o600, Mark.FINE, "owner only"),
        (b"k" * 32, 0o640, Mark.BROKEN, "chmod 600"),
        (b"k" * 9, 0o600, Mark.BROKEN, "backup"),
    ],
)
async def test_the_key_is_whole_and_nobody_elses(
    tmp_path: Path, content: bytes, mode: int, mark: Mark, word: str
) -> None:
    (tmp_path / "data").mkdir()
    key = tmp_path / "data" / "secret.key"
    key.write_bytes(content)
    key.chmod(mode)
    one = the(await look(tmp_path), "secret key")
    assert one.mark is mark
    assert word in one.found + one.mend


async def test_the_key_from_the_settings(tmp_path: Path) -> None:
    assert the(await look(tmp_path, secret_key="k" * 32), "secret key").mark is Mark.FINE
    one = the(await look(tmp_path, secret_key="short"), "secret key")
    assert one.mark is Mark.LOOK
    assert "short" not in one.mend


async def test_a_database_without_its_key(tmp_path: Path) -> None:
    """A new key would be made, and would open nothing."""
    (tmp_path / "data").mkdir()
    store = await open_store(f"sqlite:///{tmp_path / 'data' / 'chatcrowd.sqlite3'}")
    await store.close()
    one = the(await look(tmp_path), "secret key")
    assert one.mark is Mark.BROKEN
    assert "Put the key back" in one.mend


def test_a_host_without_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the system's files nor the package."""
    path = zoneinfo.TZPATH
    with monkeypatch.context() as bare:
        for name in [name for name in sys.modules if name.partition(".")[0] == "tzdata"]:
            bare.delitem(sys.modules, name)
        bare.setitem(sys.modules, "tzdata", None)
        zoneinfo.reset_tzpath(to=[])
        zoneinfo.ZoneInfo.clear_cache()
        try:
            assert "tzdata" in check_zones().mend
        finally:
            zoneinfo.reset_tzpath(to=path)
    assert check_zones().mark is Mark.FINE


def test_texts_that_are_damaged_or_incomplete(tmp_path: Path) -> None:
    folder = tmp_path / "locales"
    for locale in ("en", "es"):
        (folder / locale / "LC_MESSAGES").mkdir(parents=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n'
    english, spanish = (folder / one / "LC_MESSAGES" / "chatcrowd.po" for one in ("en", "es"))
    english.write_text(head.format("nplurals=2; plural=(n != 1);"), "utf-8")
    assert (damaged := check_texts(tmp_path, folder)).mark is Mark.BROKEN
    assert "es" in damaged.found
    spanish.write_text(head.format("nplurals=2; plural=(n != 1);"), "utf-8")
    assert check_texts(tmp_path, folder).mark is Mark.FINE, "an image holds no code to compare with"
    (tmp_path / "babel.cfg").write_text("[python: bots/**.py]\n")
    (tmp_path / "bots").mkdir()
    (tmp_path / "bots" / "saying.py").write_text('t("Good morning")\n')
    incomplete = check_texts(tmp_path, folder)
    assert incomplete.mark is Mark.LOOK
    assert "i18n.catalogs check" in incomplete.mend


@asynccontextmanager
async def serving(routes: list[web.RouteDef], *, port: int = 0) -> AsyncIterator[int]:
    """A server on the loopback; its port."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def test_the_port_is_free_ours_or_anothers(tmp_path: Path) -> None:
    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async with serving([web.get("/healthz", healthz)]) as port:
        ours = the(await look(tmp_path, http_port=port), "HTTP port")
    assert (ours.mark, "running" in ours.found) == (Mark.FINE, True)
    free = the(await look(tmp_path, http_port=port), "HTTP port")
    assert (free.mark, "free" in free.found) == (Mark.FINE, True)
    async with serving([], port=port):
        taken = the(await look(tmp_path, http_port=port), "HTTP port")
    assert taken.mark is Mark.BROKEN
    assert "CHATCROWD_HTTP_PORT" in taken.mend
    elsewhere = the(await look(tmp_path, http_port=port, http_host="192.0.2.1"), "HTTP port")
    assert (elsewhere.mark, "CHATCROWD_HTTP_HOST" in elsewhere.mend) == (Mark.BROKEN, True)


async def test_the_public_address_is_https(tmp_path: Path) -> None:
    good = the(await look(tmp_path, public_url=URL), "public address")
    assert (good.mark, "cannot be seen from inside" in good.found) == (Mark.FINE, True)
    for wrong in ("http://chat.example.org", "chat.example.org", "https://"):
        assert the(await look(tmp_path, public_url=wrong), "public address").mark is Mark.BROKEN


# --- the database ---------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database of the data folder is."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "chatcrowd.sqlite3"


async def test_a_running_service_is_information_and_the_file_stays_as_it_was(
    tmp_path: Path, database: Path
) -> None:
    store = await open_store(f"sqlite:///{database}")
    busy = the(await look(tmp_path), "database")
    assert (busy.mark, "a running chatcrowd" in busy.found) == (Mark.FINE, True)
    await store.close()
    before = hashlib.sha256(database.read_bytes()).digest()
    idle = await look(tmp_path)
    assert (the(idle, "database").mark, "running" in the(idle, "database").found) == (Mark.FINE, False)
    assert "durability" not in idle
    assert hashlib.sha256(database.read_bytes()).digest() == before


async def test_tables_of_another_version(tmp_path: Path, database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        command.upgrade(migrations.settings(connection), "0001")
    old = the(await look(tmp_path), "database")
    assert (old.mark, "chatcrowd migrate" in old.mend) == (Mark.LOOK, True)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    newer = the(await look(tmp_path), "database")
    assert (newer.mark, "newer version" in newer.mend) == (Mark.BROKEN, True)


async def test_a_database_that_takes_no_changes(tmp_path: Path, database: Path) -> None:
    store = await open_store(f"sqlite:///{database}")
    await store.close()
    holding = sqlite3.connect(database, isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    one = the(await look(tmp_path), "database")
    holding.execute("ROLLBACK")
    holding.close()
    assert one.mark is Mark.BROKEN
    assert "takes no changes" in one.found


async def test_a_database_that_may_lose_answers(tmp_path: Path, database: Path) -> None:
    """As on a network disk, where SQLite has no write-ahead log."""
    store = await open_store(f"sqlite:///{database}")
    await store.close()
    raw = sqlite3.connect(database)
    raw.execute("PRAGMA journal_mode=DELETE")
    raw.close()
    assert the(await look(tmp_path), "durability").mark is Mark.LOOK


async def test_a_file_that_is_no_database(tmp_path: Path, database: Path) -> None:
    database.write_bytes(b"not a database, but long enough to be looked at" * 99)
    one = the(await look(tmp_path), "database")
    assert (one.mark, "backup" in one.mend) == (Mark.BROKEN, True)


async def test_addresses_that_lead_nowhere(tmp_path: Path) -> None:
    for url in ("postgresql://u:s3cret@127.0.0.1:1/x", "postgresql://u:s3cret@[half"):
        one = the(await look(tmp_path, database_url=url), "database")
        assert (one.mark, "CHATCROWD_DATABASE_URL" in one.mend) == (Mark.BROKEN, True)
        assert "s3cret" not in one.mend + one.found


async def test_postgresql_is_looked_at_and_left_alone(tmp_path: Path, postgres_database: str) -> None:
    found = await look(tmp_path, database_url=postgres_database)
    one = the(found, "database")
    assert one.mark is Mark.FINE
    assert one.found.startswith("PostgreSQL ")
    assert "first start" in one.found
    assert "fsync" in the(found, "durability").mend, "the server of the tests runs without it"
    engine = create_engine(postgres_database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        tables = connection.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
        assert tables.scalar_one() == 0
        name = connection.engine.url.database
        connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    engine.dispose()
    assert "takes no changes" in the(await look(tmp_path, database_url=postgres_database), "database").found


async def test_postgresql_with_another_clock(tmp_path: Path, postgres_tables: str) -> None:
    found = await look(tmp_path, ahead=timedelta(minutes=2), database_url=postgres_tables)
    assert "newest" in the(found, "database").found
    assert the(found, "database clock").mark is Mark.LOOK
    assert "database clock" not in await look(tmp_path, database_url=postgres_tables)


# --- admins ---------------------------------------------------------------------------------------


def admins(*entries: str, granted: int = 0, demo: bool = False) -> list[Finding]:
    """What is found about these entries, where Slack and the web chat are served."""
    given = Settings.model_validate({"admins": frozenset(entries)})
    found = tuple(check_admins(given, served={"web", "slack"}, granted=granted, demo=demo))
    return by_name(found)["admins"]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["slack:T1:U2", "web:ana"], [Mark.FINE]),
        (["telegram:123"], [Mark.LOOK]),
        (["slack:U2"], [Mark.LOOK]),
        (["discord:1"], [Mark.BROKEN]),
        (["telegram:ana"], [Mark.BROKEN]),
        (["slack:ana"], [Mark.BROKEN]),
        (["xoxb-1-2-AbCdEf", "slack:T1:U2"], [Mark.BROKEN]),
        ([], [Mark.LOOK]),
    ],
)
def test_every_admin_is_an_account_on_a_platform_that_is_served(
    entries: list[str], expected: list[Mark]
) -> None:
    found = admins(*entries)
    assert [one.mark for one in found] == expected
    assert not any(entry in one.found + one.mend for entry in entries for one in found)


def test_nobody_need_be_named_where_somebody_is_an_admin_or_all_is_play() -> None:
    assert [one.mark for one in admins(granted=1)] == [Mark.FINE]
    assert [one.mark for one in admins(demo=True)] == [Mark.FINE]


async def test_an_admin_in_the_database_counts(
    tmp_path: Path, database: Path, clock: ManualClock, vault: Vault
) -> None:
    store = await open_store(f"sqlite:///{database}")
    who = people.Identity("web", "", "ana", "Ana", "en")
    now = clock.now()
    person = await store.write(
        lambda tx: people.arrive(tx, vault, who, admins=frozenset({"web:ana"}), now=now)
    )
    assert Role.ADMIN in person.roles
    await store.close()
    assert "1 in the database" in the(await look(tmp_path, web_password="x"), "admins").found


# --- Telegram -------------------------------------------------------------------------------------


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    """Telegram with our bot."""
    async with TelegramStandIn(token=TOKEN) as server:
        yield server


async def look_at_telegram(tmp_path: Path, server: TelegramStandIn, **given: Any) -> dict[str, list[Finding]]:
    """What is found where this stand-in is served."""
    merged = {"telegram_token": TOKEN, "telegram_api_url": server.url, **given}
    return await look(tmp_path, **merged)


async def test_a_bot_that_polls(tmp_path: Path, telegram: TelegramStandIn) -> None:
    await telegram.user(1001).says("/start")
    found = await look_at_telegram(tmp_path, telegram)
    assert the(found, "Telegram").found.startswith("@")
    assert the(found, "Telegram delivery").found == "polling, 1 updates wait"
    assert the(found, "clock").found == "agrees with the platforms"
    assert "platforms" not in found
    assert the(found, "admins").mark is Mark.LOOK


@pytest.mark.parametrize("token", ["42:wrong", "not a token/../x"])
async def test_a_token_that_telegram_does_not_know(
    tmp_path: Path, telegram: TelegramStandIn, token: str
) -> None:
    one = the(await look_at_telegram(tmp_path, telegram, telegram_token=token), "Telegram")
    assert (one.mark, "BotFather" in one.mend) == (Mark.BROKEN, True)
    assert token not in one.found + one.mend


async def test_a_telegram_out_of_reach(tmp_path: Path, telegram: TelegramStandIn) -> None:
    await telegram.stop()
    one = the(await look_at_telegram(tmp_path, telegram), "Telegram")
    assert (one.mark, "CHATCROWD_TELEGRAM_API_URL" in one.mend) == (Mark.BROKEN, True)
    bad = the(await look_at_telegram(tmp_path, telegram, telegram_api_url="nowhere"), "Telegram")
    assert (bad.mark, bad.found) == (Mark.BROKEN, "that is no address")


async def test_what_answers_may_be_something_else_or_nobody(tmp_path: Path) -> None:
    never = asyncio.Event()

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>Welcome</html>")

    async def silence(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    for answer, word in ((page, "no API"), (silence, "within seconds")):
        async with serving([web.post("/{any:.*}", answer)]) as port:
            given = settings(tmp_path, telegram_token=TOKEN, telegram_api_url=f"http://127.0.0.1:{port}")
            found = by_name(await doctor.examine(given, SystemClock(), patience=0.3))
        assert the(found, "Telegram").mark is Mark.BROKEN
        assert word in the(found, "Telegram").found


async def test_a_telegram_that_is_busy(tmp_path: Path) -> None:
    async def busy(_: web.Request) -> web.Response:
        return web.json_response({"ok": False, "error_code": 429, "description": "Too Many Requests"})

    async with serving([web.post("/{any:.*}", busy)]) as port:
        found = await look(tmp_path, telegram_token=TOKEN, telegram_api_url=f"http://127.0.0.1:{port}")
    assert "few minutes" in the(found, "Telegram").mend


async def set_webhook(server: TelegramStandIn, url: str) -> None:
    """Let the bot have this webhook."""
    async with BareBot(server.url, TOKEN) as client:
        status, answer = await client.call("setWebhook", url=url)
    assert status == 200, answer


async def test_a_webhook_that_polling_would_not_expect(tmp_path: Path, telegram: TelegramStandIn) -> None:
    await set_webhook(telegram, "https://127.0.0.1:8443/other")
    one = the(await look_at_telegram(tmp_path, telegram), "Telegram delivery")
    assert (one.mark, "removes it" in one.mend) == (Mark.LOOK, True)


async def test_the_webhook_of_the_settings(tmp_path: Path, telegram: TelegramStandIn) -> None:
    hook: dict[str, Any] = {"telegram_webhook_url": f"{URL}/", "telegram_webhook_secret": "abc"}
    fresh = the(await look_at_telegram(tmp_path, telegram, **hook), "Telegram delivery")
    assert (fresh.mark, "next start" in fresh.found) == (Mark.FINE, True)
    await set_webhook(telegram, f"{URL}{path_of(TOKEN)}")
    good = the(await look_at_telegram(tmp_path, telegram, **hook), "Telegram delivery")
    assert (good.mark, good.found) == (Mark.FINE, "webhook, 0 updates wait")
    telegram.webhook.last_error = "Connection refused"
    failed = the(await look_at_telegram(tmp_path, telegram, **hook), "Telegram delivery")
    assert (failed.mark, "Connection refused" in failed.found) == (Mark.LOOK, True)
    await set_webhook(telegram, f"{URL}/other")
    elsewhere = the(await look_at_telegram(tmp_path, telegram, **hook), "Telegram delivery")
    assert (elsewhere.mark, "replaces it" in elsewhere.mend) == (Mark.LOOK, True)


@pytest.mark.parametrize(
    ("url", "secret", "api", "word"),
    [
        ("http://chat.example.org", "abc", "yes", "HTTPS"),
        (URL, "", "yes", "CHATCROWD_TELEGRAM_WEBHOOK_SECRET"),
        (f"{URL}:8080", "abc", "", "8443"),
    ],
)
async def test_webhook_settings_that_telegram_refuses(
    tmp_path: Path, telegram: TelegramStandIn, url: str, secret: str, api: str, word: str
) -> None:
    """Also where the token is wrong: everything is said at once."""
    found = await look(
        tmp_path,
        telegram_token="none",
        telegram_api_url=telegram.url if api else "",
        telegram_webhook_url=url,
        telegram_webhook_secret=secret,
    )
    assert the(found, "Telegram").mark is Mark.BROKEN
    assert the(found, "Telegram delivery").mark is Mark.BROKEN
    assert word in the(found, "Telegram delivery").mend


@pytest.mark.parametrize(
    ("apart", "mark"),
    [
        (timedelta(seconds=10), Mark.FINE),
        (timedelta(minutes=-2), Mark.LOOK),
        (timedelta(hours=1), Mark.BROKEN),
    ],
)
async def test_a_clock_that_is_wrong(
    tmp_path: Path, telegram: TelegramStandIn, apart: timedelta, mark: Mark
) -> None:
    assert the(await look_at_telegram(tmp_path, telegram, ahead=apart), "clock").mark is mark


# --- Slack ----------------------------------------------------------------------------------------


@dataclass
class Slack:
    """Slack's answers to the three questions that are asked, and what came with them."""

    url: str = ""
    scopes: str | None = ",".join(SCOPES)
    refused: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        """Refuse what is to be refused."""
        method = request.match_info["method"]
        self.asked[method] = request.headers.get("Authorization", "")
        headers = {"x-oauth-scopes": self.scopes} if self.scopes is not None else {}
        if error := self.refused.get(method):
            return web.json_response({"ok": False, "error": error})
        return web.json_response(
            {"ok": True, "team": "Acme", "team_id": "T1", "user": "chatcrowd"}, headers=headers
        )


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """Slack where the app is installed as it should be."""
    one = Slack()
    async with serving([web.post("/api/{method}", one.answer)]) as port:
        one.url = f"http://127.0.0.1:{port}/api/"
        yield one


SOCKET: dict[str, Any] = {"slack_bot_token": BOT, "slack_app_token": APP}
HTTP: dict[str, Any] = {"slack_bot_token": BOT, "slack_signing_secret": "s1gn", "public_url": URL}
OAUTH: dict[str, Any] = {
    "slack_client_id": "1.2",
    "slack_client_secret": "cl1ent",
    "slack_signing_secret": "s1gn",
    "public_url": URL,
}


async def look_at_slack(tmp_path: Path, server: Slack, **given: Any) -> dict[str, list[Finding]]:
    """What is found where this Slack is served."""
    return await look(tmp_path, slack_api_url=server.url, admins=frozenset({"slack:T1:U2"}), **given)


@pytest.mark.parametrize(
    ("given", "asked", "word"),
    [
        (SOCKET, {"auth.test", "apps.connections.open"}, "Socket Mode"),
        (HTTP, {"auth.test"}, "HTTP"),
        (OAUTH, {"api.test"}, "HTTP"),
        ({**SOCKET, "slack_signing_secret": "s1gn"}, {"auth.test", "apps.connections.open"}, "not used"),
    ],
)
async def test_slack_is_well_in_every_way_of_serving_it(
    tmp_path: Path, slack: Slack, given: dict[str, Any], asked: set[str], word: str
) -> None:
    found = await look_at_slack(tmp_path, slack, **given)
    assert marks(found) == {Mark.FINE}
    assert set(slack.asked) == asked
    assert word in the(found, "Slack delivery").found
    assert the(found, "clock").found == "agrees with the platforms"
    assert slack.asked.get("auth.test", f"Bearer {BOT}") == f"Bearer {BOT}"
    assert slack.asked.get("apps.connections.open", f"Bearer {APP}") == f"Bearer {APP}"


async def test_the_workspace_is_named_with_its_id(tmp_path: Path, slack: Slack) -> None:
    """It is what CHATCROWD_ADMINS asks for."""
    assert (
        the(await look_at_slack(tmp_path, slack, **SOCKET), "Slack").found
        == "chatcrowd in Acme, workspace T1"
    )


async def test_it_is_well_with_a_strict_slack(tmp_path: Path) -> None:
    """The stand-in knows both tokens and what the app may do."""
    async with SlackStandIn() as strict:
        given = {**SOCKET, "slack_bot_token": "xoxb-T1", "slack_app_token": strict.app_token}
        found = await look(tmp_path, slack_api_url=strict.api_url, admins=frozenset({"slack:T1:U1"}), **given)
    assert marks(found) == {Mark.FINE}
    assert the(found, "Slack permissions").found == f"all {len(SCOPES)}"


async def test_permissions_that_are_missing_are_named(tmp_path: Path, slack: Slack) -> None:
    slack.scopes = "chat:write, commands,files:read,im:history,im:write,users:read,app_mentions:read"
    one = the(await look_at_slack(tmp_path, slack, **SOCKET), "Slack permissions")
    assert (one.mark, one.found) == (Mark.BROKEN, "missing: files:write")
    assert "reinstall the app" in one.mend
    slack.scopes = None
    assert the(await look_at_slack(tmp_path, slack, **SOCKET), "Slack permissions").mark is Mark.LOOK


@pytest.mark.parametrize(
    ("method", "error", "about", "word"),
    [
        ("auth.test", "invalid_auth", "Slack", "CHATCROWD_SLACK_BOT_TOKEN"),
        ("auth.test", "token_revoked", "Slack", "CHATCROWD_SLACK_BOT_TOKEN"),
        ("auth.test", "fatal_error", "Slack", "few minutes"),
        ("apps.connections.open", "invalid_auth", "Slack delivery", "CHATCROWD_SLACK_APP_TOKEN"),
        ("apps.connections.open", "missing_scope", "Slack delivery", "connections:write"),
        ("apps.connections.open", "forbidden_team", "Slack delivery", "Socket Mode"),
    ],
)
async def test_what_slack_refuses(
    tmp_path: Path, slack: Slack, method: str, error: str, about: str, word: str
) -> None:
    slack.refused[method] = error
    one = the(await look_at_slack(tmp_path, slack, **SOCKET), about)
    assert one.mark is Mark.BROKEN
    assert word in one.mend


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"slack_bot_token": "xoxp-1", "slack_app_token": APP}, ["xoxb-"]),
        ({"slack_bot_token": BOT, "slack_app_token": BOT}, ["xapp-"]),
        ({"slack_bot_token": BOT}, ["for Socket Mode"]),
        ({"slack_app_token": APP}, ["several workspaces"]),
        ({"slack_bot_token": BOT, "slack_signing_secret": "s1gn"}, ["CHATCROWD_PUBLIC_URL"]),
        ({**OAUTH, "public_url": "", "slack_app_token": APP}, ["CHATCROWD_PUBLIC_URL"]),
        ({**HTTP, "slack_client_id": "1.2"}, ["CHATCROWD_SLACK_CLIENT_SECRET"]),
        ({"slack_client_secret": "cl1ent"}, ["or neither", "several workspaces", "for Socket Mode"]),
    ],
)
async def test_slack_settings_that_do_not_fit_together(
    tmp_path: Path, slack: Slack, given: dict[str, Any], words: list[str]
) -> None:
    found = (await look_at_slack(tmp_path, slack, **given))["Slack"]
    wrong = [one for one in found if one.mark is Mark.BROKEN]
    assert len(wrong) == len(words)
    for one, word in zip(wrong, words, strict=True):
        assert word in one.mend


async def test_a_slack_out_of_reach(tmp_path: Path) -> None:
    async with serving([]) as port:
        pass
    found = await look(tmp_path, slack_api_url=f"http://127.0.0.1:{port}/api", **SOCKET)
    assert "CHATCROWD_SLACK_API_URL" in the(found, "Slack").mend
    assert "no platform" in the(found, "clock").found


# --- what is printed ------------------------------------------------------------------------------


async def test_no_secret_is_ever_printed(tmp_path: Path) -> None:
    """Whatever is wrong with it, and wherever it was pasted."""
    given: dict[str, Any] = {
        "telegram_token": TOKEN,
        "telegram_api_url": "http://127.0.0.1:1",
        "telegram_webhook_url": URL,
        "telegram_webhook_secret": "h00k secret",
        "slack_bot_token": "wrong-b0t",
        "slack_app_token": "wrong-4pp",
        "slack_signing_secret": "s1gning",
        "slack_client_id": "1.2",
        "slack_api_url": "http://127.0.0.1:1",
        "secret_key": "k3y",
        "web_password": "p4ss",
        "database_url": "postgresql://u:d4ta@127.0.0.1:1/x",
        "admins": frozenset({TOKEN}),
    }
    findings = await doctor.examine(settings(tmp_path, **given), SystemClock())
    assert not doctor.is_well(findings)
    page = StringIO()
    Console(file=page, width=400).print(doctor.table(findings))
    secrets = (TOKEN, TOKEN.partition(":")[2], "h00k", "b0t", "4pp", "s1gning", "k3y", "p4ss", "d4ta")
    assert [one for one in secrets if one in page.getvalue()] == []
    for mark in Mark:
        assert mark in page.getvalue()


def test_broken_is_what_fails() -> None:
    assert doctor.is_well((Finding("x", Mark.FINE, ""), Finding("y", Mark.LOOK, "", "Do.")))
    assert not doctor.is_well((Finding("x", Mark.BROKEN, "", "Do."),))
