"""What the web asks about runbooks and our own maintenance: no more of the program is known here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from statusherd.model.freezes import Conflict
from statusherd.model.own_maintenance import OwnMaintenance
from statusherd.model.runbooks import Plan, Run, Runbooks, Unplanned


class OperationsDesk(Protocol):
    """Where the API is answered. Raises RefusedError and NoSuchIncidentError for what is not done."""

    def now(self) -> datetime:
        """Return the time by which answers are made."""

    def runbooks(self) -> Runbooks:
        """Return the runbooks of the configuration in force."""

    def plans(self, name: str, step: int | None, values: Mapping[str, str]) -> tuple[Plan | Unplanned, ...]:
        """Return what a step would run, or where none is named, each that runs anything."""

    async def run(
        self, name: str, step: int | None, values: Mapping[str, str], author: str, incident: int | None
    ) -> Run:
        """Run a step and return how it ended; one that needs approval is proposed only."""

    async def approve(self, number: int, author: str) -> Run:
        """Approve what another person proposed, run it, and return how it ended."""

    async def stop(self) -> None:
        """Run nothing more, and end what is being run."""

    async def runs(self) -> tuple[Run, ...]:
        """Return the last runs, the newest first."""

    async def maintenances(self) -> tuple[tuple[OwnMaintenance, ...], tuple[Conflict, ...]]:
        """Return our windows that are on or ahead, and the next time of every freeze."""

    async def plan_maintenance(self, window: OwnMaintenance) -> tuple[OwnMaintenance, tuple[Conflict, ...]]:
        """Store a window; return it with its number, and the freezes that it falls into."""
