"""A house that speaks on both platforms, with one service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from core.clock import ManualClock
from core.store import Store
from core.vault import Vault
from tests.full_run.house import BOSS, House, serving
from tests.full_run.slack import in_touch, slack_side
from tests.full_run.telegram import telegram_side


@asynccontextmanager
async def house_of_both(
    store: Store, clock: ManualClock, vault: Vault, data_dir: Path
) -> AsyncIterator[House]:
    """Telegram, where admin and requester are, and Slack; the store is closed by who opened it."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(telegram_side(clock, data_dir))
        slack = await stack.enter_async_context(slack_side(store, vault, clock, data_dir))
        service = await stack.enter_async_context(
            serving(
                store,
                clock,
                vault,
                data_dir,
                platforms=[telegram.platform, slack.platform],
                admins=frozenset({f"telegram:{BOSS}"}),
            )
        )
        await in_touch(slack, None)
        yield House(service, clock, [telegram, slack])
