"""What stands beside the simulated crowd: the product's own loops, driven by the manual clock."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bots.courier import Courier
from bots.postbox import Postbox
from bots.suggesting import Suggesting
from bots.teaching import Teaching
from bots.training import Untrained, enlist, train
from core import contest, training
from core.store import projects
from models.suggester import Suggester
from tests.benchmarks.helped_core import VAULT, Game

MODELS, MEDIA = "models", "media"


class Beside:
    """Trains when it is due, lets models compete, writes suggestions ahead, and brings tasks forward."""

    def __init__(self, game: Game, data_dir: Path, *, seed: int) -> None:
        self._game = game
        self._data_dir = data_dir
        self._seed = seed
        self.trained = 0
        courier = Courier(
            store=game.store, clock=game.clock, vault=VAULT, platforms={}, data_dir=data_dir, holder="bench"
        )
        self._suggesting = Suggesting(
            store=game.store,
            clock=game.clock,
            postbox=Postbox(VAULT, {}),
            courier=courier,
            suggester=Suggester(data_dir / MODELS, data_dir / MEDIA),
            holder="bench",
        )
        self._teaching = Teaching(store=game.store, media_dir=data_dir / MEDIA)

    async def step(self) -> None:
        """What became due meanwhile."""
        store, now = self._game.store, self._game.clock.now()
        for project_id in await store.read(lambda tx: training.due(tx, now=now)):
            await self._train(project_id)
        score = await store.read(lambda tx: contest.look(tx, self._game.project_id))
        if score is not None and score.over:
            await store.write(lambda tx: contest.conclude(tx, score, now=now))
        await self._suggesting.tick()
        await self._teaching.tick()

    async def close(self) -> None:
        """Let go of the models."""
        await self._suggesting.close()

    async def _train(self, project_id: int) -> None:
        store, clock = self._game.store, self._game.clock
        project = await store.read(lambda tx: projects.find(tx, project_id))
        assert project is not None
        await store.write(lambda tx: training.noted(tx, project_id, now=clock.now()))
        try:
            made = await train(
                store,
                clock,
                data_dir=self._data_dir,
                project=project,
                name=f"bench-{self.trained}",
                words={},
                told=_quietly,
                seed=self._seed,
            )
        except Untrained:
            return
        await store.write(lambda tx: enlist(tx, project_id, made, now=clock.now()))
        self.trained += 1


async def _quietly(_stage: str, _share: float) -> None:
    await asyncio.sleep(0)
