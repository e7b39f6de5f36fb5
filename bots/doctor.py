"""Looks at everything a start needs, side by side, and says what is to be mended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta
from importlib.metadata import version

from rich.table import Table
from rich.text import Text

from bots.checkup.admins import check_admins
from bots.checkup.asking import PATIENCE, asking
from bots.checkup.database import check_database
from bots.checkup.finding import Finding, Mark, Report, broken, fine, look
from bots.checkup.machine import check_port, on_this_machine
from bots.checkup.models import check_models
from bots.opening import is_demo
from bots.settings import Settings
from bots.slack.checkup import check_slack
from bots.slack.modes import is_served
from bots.telegram.checkup import check_telegram
from core.clock import Clock
from core.store.examining import Tables

CLOSE_ENOUGH = timedelta(seconds=30)
TOO_FAR = timedelta(minutes=5)
"""Slack's signatures are valid for so long."""

_STYLES = {Mark.FINE: "green", Mark.LOOK: "yellow", Mark.BROKEN: "bold red"}


async def examine(settings: Settings, clock: Clock, *, patience: float = PATIENCE) -> tuple[Finding, ...]:
    """Every finding; no platform is waited for longer than `patience` seconds."""
    async with asking(clock, patience=patience) as ask:
        (database, condition), port, telegram, slack = await asyncio.gather(
            check_database(settings, clock),
            check_port(settings, ask),
            check_telegram(settings, ask),
            check_slack(settings, ask),
        )
    data_exist = condition is not None and condition.tables is not Tables.ABSENT
    here = await asyncio.to_thread(on_this_machine, settings, data_exist=data_exist)
    needed = () if condition is None else condition.models
    models = await asyncio.to_thread(check_models, settings.data_dir, needed)
    served = _served(settings)
    return (
        fine("settings", "can be read"),
        *here,
        *database,
        *models,
        port,
        check_clock((telegram, slack)),
        *telegram.findings,
        *slack.findings,
        *_platforms(settings),
        *check_admins(
            settings,
            served=served,
            granted=0 if condition is None else condition.admins,
            demo=is_demo(settings) and served == {"web"},
        ),
    )


def check_clock(reports: Sequence[Report]) -> Finding:
    """Whether this machine's clock agrees with the platforms'."""
    apart = [abs(report.ahead) for report in reports if report.ahead is not None]
    if not apart:
        return fine("clock", "no platform to compare it with")
    most = max(apart)
    if most <= CLOSE_ENOUGH:
        return fine("clock", "agrees with the platforms")
    found = f"{most.total_seconds():.0f} seconds apart from the platforms"
    mend = "Let this machine take the time from the network (NTP): deadlines depend on it."
    if most < TOO_FAR:
        return look("clock", found, mend=mend)
    return broken("clock", found, mend=f"{mend} Slack's requests would be refused as too old.")


def _served(settings: Settings) -> frozenset[str]:
    telegram = {"telegram"} if settings.telegram_token.get_secret_value() else set()
    return frozenset({"web"} | telegram | ({"slack"} if is_served(settings) else set()))


def _platforms(settings: Settings) -> Iterator[Finding]:
    if _served(settings) == {"web"}:
        yield fine("platforms", "only the web chat runs; docs/setup.md leads to Telegram and Slack")


def table(findings: Sequence[Finding]) -> Table:
    """The findings as rows; below each that is not fine stands what to do."""
    rows = Table(title=f"chatcrowd {version('chatcrowd')}", show_header=False, box=None, pad_edge=False)
    rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for one in findings:
        found = Text(one.found)
        if one.mend:
            found.append(f"\n→ {one.mend}", style="bold")
        rows.add_row(Text(one.mark, style=_STYLES[one.mark]), Text(one.about), found)
    return rows


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing is broken."""
    return all(one.mark is not Mark.BROKEN for one in findings)
