"""The `chatcrowd` command: what it says when something is wrong, and how it starts and stops."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import signal
import socket
import sqlite3
import sys
from pathlib import Path

import aiohttp
import pytest
import yaml
from pydantic import SecretStr
from telegram.error import InvalidToken
from typer.testing import CliRunner, Result

from bots.__main__ import app
from bots.opening import for_crowd, is_demo, is_loopback
from bots.settings import Settings
from bots.slack.manifest import manifest
from bots.trouble import Trouble, explain
from core.clock import ManualClock
from core.domain.person import Role
from core.store import open_store
from core.vault import Vault
from tests.product import PATIENCE, running, said, start
from tests.standins.telegram import TelegramStandIn
from tests.world import World

TOKEN = "42:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.fixture(autouse=True)
def environment(data_folder: Path) -> None:
    """No settings but a test's own."""


def chatcrowd(*arguments: str, **environment: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(
        app, arguments, env={f"CHATCROWD_{name}": value for name, value in environment.items()}
    )


def sentence(result: Result) -> str:
    """The one line that a failed command says, and nothing else."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].endswith(".")
    return lines[0]


# --- one clear sentence ---------------------------------------------------------------------------


def test_every_wrong_setting_is_named_and_none_is_repeated() -> None:
    """What stands in a setting may be a secret."""
    said = sentence(chatcrowd("run", HTTP_PORT="s3cret", LOG_LEVEL="LOUD"))
    assert "CHATCROWD_HTTP_PORT" in said
    assert "CHATCROWD_LOG_LEVEL" in said
    assert "s3cret" not in said


def test_a_setting_left_empty_is_not_set() -> None:
    """As in a copied example file whose lines were not filled in."""
    assert chatcrowd("version", HTTP_PORT="", DATABASE_URL="").exit_code == 0
    assert Settings(_env_file=None).http_port == 8080  # type: ignore[call-arg]  # pydantic-settings' own argument


def test_a_settings_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("CHATCROWD_ADMINS=web:Jos\xe9\n".encode("latin-1"))
    assert "UTF-8" in sentence(chatcrowd("run"))


@pytest.mark.parametrize("url", ["mysql://u:s3cret@127.0.0.1/x", "chatcrowd.sqlite3"])
def test_a_database_that_is_not_supported(url: str) -> None:
    said = sentence(chatcrowd("migrate", DATABASE_URL=url))
    assert "postgresql://" in said
    assert "s3cret" not in said


def test_an_address_that_is_none() -> None:
    said = sentence(chatcrowd("migrate", DATABASE_URL="postgresql://u:s3cret@[half"))
    assert "CHATCROWD_DATABASE_URL" in said
    assert "s3cret" not in said


def test_a_database_that_is_not_there() -> None:
    said = sentence(chatcrowd("migrate", DATABASE_URL="postgresql://u:s3cret@127.0.0.1:1/x"))
    assert "the server runs" in said
    assert "s3cret" not in said


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    assert chatcrowd("migrate").exit_code == 0
    with sqlite3.connect(tmp_path / "data" / "chatcrowd.sqlite3") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert "newer version" in sentence(chatcrowd("migrate"))


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert "CHATCROWD_DATA_DIR" in sentence(chatcrowd("migrate"))


def test_a_webhook_without_its_secret() -> None:
    address = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_WEBHOOK_URL": "https://bot.example.org/"}
    assert "CHATCROWD_TELEGRAM_WEBHOOK_SECRET" in sentence(chatcrowd("run", **address))
    address["TELEGRAM_WEBHOOK_URL"] = "http://bot.example.org/"
    assert "HTTPS" in sentence(chatcrowd("run", **address))


async def test_postgresql_without_its_driver(tmp_path: Path) -> None:
    """The driver is an extra: who needs it is told how to get it."""
    program = "import sys; sys.modules['psycopg'] = None; from bots.__main__ import main; main()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, "migrate"),
        env={**os.environ, "CHATCROWD_DATABASE_URL": "postgresql://u@127.0.0.1:1/x"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert said.decode().startswith("PostgreSQL needs its driver")
    assert len(said.splitlines()) == 1


def test_the_doctor_says_what_to_mend_and_fails_only_where_it_must(tmp_path: Path) -> None:
    """A newcomer's machine is well; what is broken stands in the table, with what to do."""
    well = chatcrowd("doctor")
    assert well.exit_code == 0, well.output
    assert "✗" not in well.stdout
    assert not (tmp_path / "data").exists()
    ill = chatcrowd("doctor", SLACK_BOT_TOKEN="xoxp-s3cret", SLACK_API_URL="http://127.0.0.1:1")
    assert ill.exit_code == 1
    assert "✗" in ill.stdout
    assert "xoxb-" in ill.stdout
    assert "s3cret" not in ill.output


def test_the_doctor_reads_the_settings_first() -> None:
    assert "CHATCROWD_HTTP_PORT" in sentence(chatcrowd("doctor", HTTP_PORT="none"))


def test_the_manifest_can_be_pasted() -> None:
    """YAML and nothing else, for Socket Mode unless an address is given."""
    socket_mode = yaml.safe_load(chatcrowd("manifest").stdout)
    assert socket_mode == manifest(public_url=None, socket_mode=True)
    over_http = yaml.safe_load(chatcrowd("manifest", "--http", "https://chat.example.org").stdout)
    assert over_http == manifest(public_url="https://chat.example.org", socket_mode=False)
    assert "HTTPS" in sentence(chatcrowd("manifest", "--http", "http://chat.example.org"))


def test_our_own_mistakes_are_not_explained_away() -> None:
    """A mistake of ours ends with its traceback, also beside a trouble of the operator's."""
    assert explain(RuntimeError("x")) is None
    assert explain(ExceptionGroup("", [Trouble("Do this."), RuntimeError("x")])) is None
    assert explain(ExceptionGroup("", [Trouble("Do this.")])) == "Do this."
    assert "BotFather" in str(explain(InvalidToken()))


# --- what is served where -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("chat.example", False)],
)
def test_the_demo_is_for_this_machine_only(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    assert is_demo(Settings(http_host=host)) is loopback


def test_there_is_no_demo_where_a_bot_or_a_password_is_set() -> None:
    assert not is_demo(Settings(telegram_token=SecretStr(TOKEN)))
    assert not is_demo(Settings(web_password=SecretStr("x")))


def test_the_crowd_never_works_on_real_projects(tmp_path: Path) -> None:
    """Whatever is set, it gets a database of its own, and nobody from outside."""
    real = Settings(
        database_url="postgresql://127.0.0.1/x", telegram_token=SecretStr(TOKEN), http_host="0.0.0.0"
    )
    crowd = for_crowd(real)
    assert is_demo(crowd)
    assert crowd.database == f"sqlite:///{tmp_path / 'data' / 'demo' / 'chatcrowd.sqlite3'}"


# --- files by hand --------------------------------------------------------------------------------


@pytest.fixture
async def project(clock: ManualClock, vault: Vault, tmp_path: Path) -> int:
    """A launched project in the database that the command opens."""
    (tmp_path / "data").mkdir()
    store = await open_store(f"sqlite:///{tmp_path / 'data' / 'chatcrowd.sqlite3'}")
    try:
        world = World(store, clock, vault)
        return await world.project(await world.person("ana", Role.REQUESTER), ["first"])
    finally:
        await store.close()


def test_a_file_is_brought_in_and_the_results_come_out(project: int, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("id,text,lang\na,one,en\nb,,en\nc,three,en\na,again,en\n", "utf-8")
    brought = chatcrowd("import", str(project), "more.csv")
    assert brought.exit_code == 0
    assert brought.stdout.strip() == "2 tasks added, 2 rows left out."
    assert re.findall(r"Line (\d)", brought.stderr) == ["3", "5"]
    written = chatcrowd("export", str(project), "--out", "out")
    assert written.exit_code == 0
    with (tmp_path / "out" / f"project-{project}-results.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == ["first", "one", "three"]
    assert chatcrowd("export", str(project), "--format", "jsonl").exit_code == 0
    lines = (tmp_path / f"project-{project}-results.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["open"] * 3


def test_a_file_that_cannot_be_used(project: int, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "other.csv").write_text("colour\nred\n", "utf-8")
    for name in ("empty.csv", "other.csv"):
        assert sentence(chatcrowd("import", str(project), name))
    assert chatcrowd("import", str(project), "missing.csv").exit_code == 2


def test_a_project_that_is_not_there(project: int, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("text\none\n", "utf-8")
    for command in (("import", "99", "more.csv"), ("export", "99")):
        assert "no project 99" in sentence(chatcrowd(*command))
    assert not list(tmp_path.glob("project-99*"))


# --- starting and stopping ------------------------------------------------------------------------


async def test_it_starts_answers_and_stops() -> None:
    """The box names an address that works, logs are JSON, and SIGTERM ends all in good order."""
    async with running("run") as service:
        assert "Try it as worker" in service.box
        base = service.url.partition("?")[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{base}healthz") as answer:
                assert (answer.status, await answer.json()) == (200, {"ok": True})
            async with session.get(service.url) as answer:
                assert answer.status == 200
                assert "chatcrowd" in await answer.text()
        logs = [json.loads(line) for line in (await service.stop()).splitlines()]
    assert "demo projects made" in [line["event"] for line in logs]
    assert not [line for line in logs if line["level"] in ("warning", "error")]


async def test_a_second_process_is_told_why_it_cannot_start(tmp_path: Path) -> None:
    """On the same SQLite file, and on the same port."""
    async with running("run") as service:
        assert "stop it first" in await said(await start("run", HTTP_PORT="0"))
        port = service.url.rpartition("/")[0].rpartition(":")[2]
        other = await said(await start("run", HTTP_PORT=port, DATA_DIR=str(tmp_path / "other")))
        assert f"port {port}" in other
        assert "CHATCROWD_HTTP_PORT" in other


async def test_an_address_of_another_machine() -> None:
    assert "CHATCROWD_HTTP_HOST" in await said(await start("run", HTTP_HOST="192.0.2.1", WEB_PASSWORD="x"))


async def test_the_demo_has_a_crowd(tmp_path: Path) -> None:
    async with running("demo") as service:
        assert "12 simulated workers" in service.box
        await service.stop()
    assert (tmp_path / "data" / "demo" / "chatcrowd.sqlite3").exists()


async def test_telegram_is_served_and_the_token_stays_secret() -> None:
    """The same command, with a token: people are heard, and the menu is set in every language."""
    async with TelegramStandIn(token=TOKEN) as server:
        ana = server.user(1001, first_name="Ana", language_code="es")
        async with running(
            "run", TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=server.url, LOG_LEVEL="DEBUG"
        ) as service:
            assert "https://t.me/" in service.box
            assert "Try it as" not in service.box
            await ana.says("/start")
            await ana.sees("participar", timeout=PATIENCE)
            await ana.until(lambda: "Tus puntos" in str(ana.commands) or None, timeout=PATIENCE)
            logs = await service.stop()
    assert TOKEN not in logs
    assert TOKEN.partition(":")[2] not in logs


async def test_a_token_that_telegram_does_not_know() -> None:
    async with TelegramStandIn(token=TOKEN) as server:
        process = await start("run", TELEGRAM_TOKEN="42:wrong", TELEGRAM_API_URL=server.url, HTTP_PORT="0")
        line = await said(process)
    assert "BotFather" in line
    assert "42:wrong" not in line


async def test_it_waits_for_a_telegram_that_is_out_of_reach_and_can_be_stopped_meanwhile() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        process = await start("run", TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=address, HTTP_PORT="0")
        assert process.stderr is not None
        line = json.loads(await asyncio.wait_for(process.stderr.readline(), PATIENCE))
        assert "out of reach" in line["event"]
        assert TOKEN not in str(line)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 15)
        assert process.returncode == 0
