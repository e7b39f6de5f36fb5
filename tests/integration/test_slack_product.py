"""`chatcrowd run` with the settings of Slack, as an operator starts it, in both ways that Slack reaches it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.opening import a_free_port
from tests.product import running, said, start
from tests.standins.slack import SlackStandIn


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as slack:
        yield slack
    assert slack.violations == []
    assert slack.late == []


async def test_over_socket_mode(slack: SlackStandIn, tmp_path: Path) -> None:
    """Two tokens are all it takes: no address, no open port."""
    async with running(
        "run",
        cwd=tmp_path,
        DATA_DIR=str(tmp_path / "data"),
        SLACK_BOT_TOKEN="xoxb-T1",
        SLACK_APP_TOKEN="xapp-1",
        SLACK_API_URL=slack.api_url,
    ) as service:
        assert "Slack, by Socket Mode: type /crowd start" in service.box
        await slack.connected()
        ana = slack.user("U1", name="Ana", locale="es-ES", tz="Europe/Madrid")
        await ana.says("hola")
        await ana.sees("¿Quieres participar?")
        await slack.drained(timeout=10)
        logs = await service.stop()
    assert '"level": "error"' not in logs, logs
    assert "xoxb-" not in logs
    assert "hola" not in logs


async def test_over_http(slack: SlackStandIn, tmp_path: Path) -> None:
    """With the signing secret Slack calls us, on the one HTTP server."""
    port = a_free_port("127.0.0.1")
    async with running(
        "run",
        cwd=tmp_path,
        DATA_DIR=str(tmp_path / "data"),
        HTTP_PORT=str(port),
        PUBLIC_URL="https://crowd.example.org",
        SLACK_BOT_TOKEN="xoxb-T1",
        SLACK_SIGNING_SECRET="shhh",
        SLACK_API_URL=slack.api_url,
    ) as service:
        assert "Slack, by HTTP: type /crowd start" in service.box
        await slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        ana = slack.user("U1", name="Ana", locale="en-GB", tz="Europe/London")
        await ana.command("start")
        await ana.sees("Would you like to take part?")
        await slack.drained(timeout=10)
        logs = await service.stop()
    assert '"level": "error"' not in logs, logs


async def test_a_token_that_slack_does_not_know(slack: SlackStandIn, tmp_path: Path) -> None:
    """One sentence says which one, and what to do."""
    wrong = {"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_APP_TOKEN": "xapp-1"}
    process = await start(
        "run", cwd=tmp_path, DATA_DIR=str(tmp_path / "data"), SLACK_API_URL=slack.api_url, **wrong
    )
    assert "Slack does not know this bot token" in await said(process)
    wrong = {"SLACK_BOT_TOKEN": "xoxb-T1", "SLACK_APP_TOKEN": "xapp-wrong"}
    process = await start(
        "run", cwd=tmp_path, DATA_DIR=str(tmp_path / "data"), SLACK_API_URL=slack.api_url, **wrong
    )
    assert "Slack does not know this app token" in await said(process)
    slack.violations.clear()  # a wrong token is one, and was the point
