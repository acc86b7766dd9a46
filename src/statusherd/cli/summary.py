"""A vendor's components, incidents and maintenances in words, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from statusherd.cli.moments import ago, local
from statusherd.cli.output import count, shown
from statusherd.cli.states import word
from statusherd.model.records import Component, Maintenance, Snapshot, VendorIncident
from statusherd.model.words import Status

_MOST: Final = 40
"""So many components are listed one by one."""
_WORDS: Final = 240


def snapshot_lines(snapshot: Snapshot, now: datetime) -> list[str]:
    """Return what one look found, as lines."""
    page = f", the page itself says {word(snapshot.page_status)}" if snapshot.page_status else ""
    return [
        f"{shown(snapshot.source)}: {word(snapshot.status)}{page}",
        f"  {snapshot.format}{_page(snapshot)}",
        *component_lines(snapshot.components),
        *incident_lines("Open incidents", snapshot.open_incidents, now),
        *_past(snapshot),
        *maintenance_lines([m for m in snapshot.maintenances if not m.phase.is_over], now),
        *(f"  Note: {shown(warning)}" for warning in snapshot.warnings),
    ]


def _page(snapshot: Snapshot) -> str:
    parts = [shown(part) for part in (snapshot.page_name, snapshot.page_url) if part]
    return f" page: {', '.join(parts)}" if parts else ""


def _past(snapshot: Snapshot) -> list[str]:
    over = len(snapshot.incidents) - len(snapshot.open_incidents)
    return [f"  {count(over, 'resolved incident')} listed"] if over else []


def component_lines(components: Sequence[Component], *, every: bool = False) -> list[str]:
    """Return how many components are in which state, and those that are not operational; or `every` one."""
    if not components:
        return ["  No components"]
    counts = Counter(component.status for component in components)
    totals = ", ".join(
        f"{number} {status.value.replace('_', ' ')}" for status, number in counts.most_common()
    )
    listed = [c for c in components if every or c.status is not Status.OPERATIONAL]
    more = len(listed) - _MOST if not every else 0
    lines = [f"    {word(c.status)}  {_called(c)}" for c in (listed if every else listed[:_MOST])]
    return [
        f"  {count(len(components), 'component')}: {totals}",
        *lines,
        *([f"    … and {more} more"] if more > 0 else []),
    ]


def _called(component: Component) -> str:
    group = f"{shown(component.group)} / " if component.group else ""
    region = f" ({shown(component.region)})" if component.region else ""
    return f"{group}{shown(component.name)}{region}"


def incident_lines(head: str, incidents: Iterable[VendorIncident], now: datetime) -> list[str]:
    """Return incidents under a heading, each with the vendor's last words."""
    lines = [line for incident in incidents for line in _incident(incident, now)]
    return [f"  {head}:", *lines] if lines else []


def _incident(incident: VendorIncident, now: datetime) -> list[str]:
    when = ""
    if incident.started_at:
        when = f", since {local(incident.started_at, now)} ({ago(incident.started_at, now)})"
        if incident.resolved_at:
            when = f", {local(incident.started_at, now)} to {local(incident.resolved_at, now)}"
    lines = [f"    {shown(incident.title)}", f"      {incident.phase}, impact {incident.impact}{when}"]
    if incident.updates:
        last = incident.updates[-1]
        lines.append(f"      {local(last.at, now)}: {shown(last.text, _WORDS)}")
    return [*lines, f"      {shown(incident.url)}"] if incident.url else lines


def maintenance_lines(maintenances: Iterable[Maintenance], now: datetime) -> list[str]:
    """Return planned and running maintenance; nothing where there is none."""
    lines = [line for maintenance in maintenances for line in _maintenance(maintenance, now)]
    return ["  Maintenance:", *lines] if lines else []


def _maintenance(maintenance: Maintenance, now: datetime) -> list[str]:
    begin = local(maintenance.starts_at, now) if maintenance.starts_at else "?"
    end = local(maintenance.ends_at, now) if maintenance.ends_at else "?"
    phase = maintenance.phase.value.replace("_", " ")
    return [f"    {shown(maintenance.title)}", f"      {phase}, {begin} to {end}"]
