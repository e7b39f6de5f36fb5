"""Every platform, in every way it can be reached, for the tests of their contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.store import Store
from tests.contract.platforms import Side, platforms, ways

ALL = {name: opener for platform in platforms() for name, opener in ways(platform).items()}
PLAIN = [next(iter(ways(platform))) for platform in platforms() if ways(platform)]


@pytest.fixture(params=PLAIN)
async def side(request: pytest.FixtureRequest, sqlite_store: Store, tmp_path: Path) -> AsyncIterator[Side]:
    """Each platform, in its plainest way."""
    async with ALL[request.param](sqlite_store, tmp_path) as opened:
        yield opened


@pytest.fixture(params=ALL)
async def any_side(
    request: pytest.FixtureRequest, sqlite_store: Store, tmp_path: Path
) -> AsyncIterator[Side]:
    """Each platform, in each way it can be heard."""
    async with ALL[request.param](sqlite_store, tmp_path) as opened:
        yield opened
