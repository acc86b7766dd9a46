"""The early warnings that are open: judged anew from what is seen, and believed once they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from statusherd.model.changes import Change
from statusherd.model.probes import Anomaly, EarlyWarning, VendorReport
from statusherd.setup import Setup
from statusherd.states import States, describe
from statusherd.store import early as rows
from statusherd.watch import early

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A step of a warning, and the Change that tells of it."""

    step: early.Step
    change: Change


class Warnings:
    """The open warnings, of each vendor one at most."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._open: dict[str, EarlyWarning] = {}
        self._withheld: dict[str, early.Withheld] = {}

    @property
    def open(self) -> Mapping[str, EarlyWarning]:
        """The open warnings by vendor."""
        return self._open

    def take_up(self, open_ones: Iterable[EarlyWarning]) -> None:
        """Go on with the warnings that the store holds open."""
        self._open = {each.vendor: each for each in open_ones}

    def judge(
        self,
        anomalies: Mapping[str, tuple[Anomaly, ...]],
        reports: Mapping[str, tuple[VendorReport, ...]],
        setup: Setup,
        now: datetime,
        *,
        sees_out: bool,
    ) -> tuple[Judgement, ...]:
        """Return what becomes of the warnings; anomalies and reports are given by vendor."""
        found = []
        for vendor in sorted({*anomalies, *reports, *self._open}):
            probes = {probe.name: probe for probe in setup.probes if probe.vendor == vendor}
            sight = early.Sight(
                vendor,
                self._states.known_of(vendor),
                anomalies.get(vendor, ()),
                reports.get(vendor, ()),
                self._open.get(vendor),
                probes,
                sees_out,
            )
            verdict = early.judge(sight, setup.early, now)
            self._note_withheld(vendor, verdict)
            if isinstance(verdict, early.Step):
                found.append(Judgement(verdict, self._change(verdict, setup, now)))
        return tuple(found)

    def believe(self, judgements: Iterable[Judgement]) -> None:
        """Take for true what was written."""
        for each in judgements:
            warning = each.step.warning
            self._open.pop(warning.vendor, None)
            if warning.is_open:
                self._open[warning.vendor] = warning
            log.info("change", **describe(each.change))

    def _note_withheld(self, vendor: str, verdict: early.Step | early.Withheld | None) -> None:
        """Log once why nobody is warned."""
        why = verdict if isinstance(verdict, early.Withheld) else None
        if why is not None and self._withheld.get(vendor) is not why:
            log.info("no early warning", vendor=vendor, why=why.sentence)
        self._withheld.pop(vendor, None)
        if why is not None:
            self._withheld[vendor] = why

    def _change(self, step: early.Step, setup: Setup, now: datetime) -> Change:
        vendor = setup.vendors.get(step.warning.vendor)
        page = (vendor.page_url or vendor.address) if vendor else None
        return early.change_of(step, self._states.known_of(step.warning.vendor), page, now)


def write(conn: Connection, judgements: Iterable[Judgement]) -> None:
    """Write warnings as they stand now, each with its Change."""
    for each in judgements:
        rows.save_warning(conn, each.step.warning, each.change)
