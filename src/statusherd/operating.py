"""What the API does of runbooks and our own maintenance, on the configuration in force."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from statusherd.clock import Clock
from statusherd.maintaining import checked, freezes_in_the_way
from statusherd.model.errors import Refused, RefusedError
from statusherd.model.freezes import Conflict
from statusherd.model.own_maintenance import OwnMaintenance
from statusherd.model.runbooks import Plan, Run, Runbooks, RunState, Unplanned
from statusherd.respond import runbook
from statusherd.respond.conflicts import LONGEST, freezes_between
from statusherd.runbooks import Asked, Begun, approve, begin, carry_out
from statusherd.setup import Setup
from statusherd.store import own_maintenances, runbook_runs
from statusherd.store.engine import Store


class Operations:
    """Answers programs. `setup` is asked anew each time; `folder` is where what is run finds itself."""

    def __init__(self, store: Store, clock: Clock, setup: Callable[[], Setup], folder: Path) -> None:
        self._store = store
        self._clock = clock
        self._setup = setup
        self._folder = folder
        self._under_way: set[asyncio.Task[Run]] = set()
        self._is_over = False

    def now(self) -> datetime:
        """Return the time by which answers are made."""
        return self._clock.now()

    def runbooks(self) -> Runbooks:
        """Return the runbooks of the configuration in force."""
        return self._setup().runbooks

    def plans(self, name: str, step: int | None, values: Mapping[str, str]) -> tuple[Plan | Unplanned, ...]:
        """Return what a step would run, or where none is named, each that runs anything."""
        books = self.runbooks()
        if step is None:
            return runbook.plans(books, name, values)
        return (runbook.planned(books, name, step, values),)

    async def run(
        self, name: str, step: int | None, values: Mapping[str, str], author: str, incident: int | None
    ) -> Run:
        """Run a step and return how it ended; one that needs approval is proposed only."""
        self._refuse_the_late()
        plan, now = runbook.planned(self.runbooks(), name, step, values), self.now()
        begun = await self._store.write(lambda conn: begin(conn, plan, Asked(author, incident), now))
        if begun.run.state is RunState.WAITING:
            return begun.run
        return await self._carried_out(begun)

    async def approve(self, number: int, author: str) -> Run:
        """Approve what another person proposed, run it, and return how it ended."""
        self._refuse_the_late()
        books, now = self.runbooks(), self.now()
        begun = await self._store.write(lambda conn: approve(conn, books, number, author, now))
        return await self._carried_out(begun)

    async def stop(self) -> None:
        """Run nothing more, end what is being run, and write that down."""
        self._is_over = True
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _carried_out(self, begun: Begun) -> Run:
        """Run what was begun in a task of ours: it neither ends with the request, nor outlives the store."""
        task = asyncio.create_task(carry_out(self._store, begun, self._folder, self._clock))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    def _refuse_the_late(self) -> None:
        if self._is_over:
            raise RefusedError(Refused.CONFLICT, "the daemon is ending", remedy="Ask it again soon")

    async def runs(self) -> tuple[Run, ...]:
        """Return the last runs, the newest first."""
        return await self._store.read(runbook_runs.newest)

    async def maintenances(self) -> tuple[tuple[OwnMaintenance, ...], tuple[Conflict, ...]]:
        """Return our windows that are on or ahead, and the next time of every freeze."""
        now = self.now()
        windows = await self._store.read(lambda conn: own_maintenances.every(conn, now))
        return windows, tuple(freezes_between(self._setup().freezes, None, now, now + LONGEST))

    async def plan_maintenance(self, window: OwnMaintenance) -> tuple[OwnMaintenance, tuple[Conflict, ...]]:
        """Store a window; return it with its number, and the freezes that it falls into."""
        setup, now = self._setup(), self.now()
        made = checked(window, now)
        freezes = freezes_in_the_way(made, setup.freezes, [each.name for each in setup.services.services])
        return await self._store.write(lambda conn: own_maintenances.add(conn, made, now)), freezes
