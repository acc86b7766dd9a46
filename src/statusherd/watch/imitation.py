"""Documents in Statuspage's shape, written from records: what a page would answer. Pure.

The reverse of `formats/statuspage`, for replays, drills and tests. What the format reads from these
documents is what was written, so long as titles and texts are plain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from statusherd.model.records import Component, Maintenance, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status

LISTED: Final = 50
"""Incidents and windows that a page lists; older ones are on its history pages only."""

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_ROLLUPS: Final[Mapping[Status, tuple[str, str]]] = {
    Status.OPERATIONAL: ("none", "All Systems Operational"),
    Status.MAINTENANCE: ("maintenance", "Service Under Maintenance"),
    Status.DEGRADED: ("minor", "Minor Service Outage"),
    Status.PARTIAL_OUTAGE: ("major", "Partial System Outage"),
    Status.MAJOR_OUTAGE: ("critical", "Major Service Outage"),
    Status.UNKNOWN: ("unknown", "Unknown"),
}
_COMPONENT_WORDS: Final[Mapping[Status, str]] = {
    Status.OPERATIONAL: "operational",
    Status.MAINTENANCE: "under_maintenance",
    Status.DEGRADED: "degraded_performance",
    Status.PARTIAL_OUTAGE: "partial_outage",
    Status.MAJOR_OUTAGE: "major_outage",
    Status.UNKNOWN: "unknown",
}

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says of itself. `updated_at` moves whenever anything on it does."""

    id: str
    name: str
    url: str
    updated_at: datetime = _LONG_AGO


@dataclass(frozen=True, slots=True)
class PageDocuments:
    """The bodies of a page's documents, by what they list."""

    summary: bytes
    status: bytes
    components: bytes
    incidents: bytes
    unresolved: bytes
    maintenances: bytes
    upcoming: bytes
    active: bytes


@dataclass(frozen=True, slots=True)
class _Writer:
    page: PageFacts
    components: Mapping[str, Row]

    def document(self, **parts: object) -> bytes:
        head = {
            "id": self.page.id,
            "name": self.page.name,
            "url": self.page.url,
            "time_zone": "Etc/UTC",
            "updated_at": _stamp(self.page.updated_at),
        }
        return json.dumps({"page": head, **parts}, ensure_ascii=False).encode()

    def incident(self, incident: VendorIncident) -> Row:
        at = [update.at for update in incident.updates if update.phase is Phase.MONITORING]
        row = self._entry(incident, _appeared_at(incident))
        return row | {
            "impact": None if incident.impact is Impact.UNKNOWN else incident.impact.value,
            "started_at": _stamp(incident.started_at),
            "updated_at": _stamp(incident.updated_at or _appeared_at(incident)),
            "monitoring_at": _stamp(at[0] if at else None),
            "resolved_at": _stamp(incident.resolved_at),
        }

    def maintenance(self, window: Maintenance) -> Row:
        first = window.updates[0].at if window.updates else window.starts_at
        last = window.updates[-1].at if window.updates else first
        return self._entry(window, first) | {
            "impact": "maintenance",
            "updated_at": _stamp(last),
            "monitoring_at": None,
            "resolved_at": _stamp(last if window.phase.is_over else None),
            "scheduled_for": _stamp(window.starts_at),
            "scheduled_until": _stamp(window.ends_at),
        }

    def _entry(self, entry: VendorIncident | Maintenance, created_at: datetime | None) -> Row:
        return {
            "id": entry.id,
            "name": entry.title,
            "status": entry.phase.value,
            "created_at": _stamp(created_at),
            "shortlink": entry.url,
            "page_id": self.page.id,
            "incident_updates": [_post(entry.id, update) for update in reversed(entry.updates)],
            "components": [self.components[i] for i in entry.component_ids if i in self.components],
            "reminder_intervals": None,
        }


def stable_id(*parts: str) -> str:
    """Return twelve characters that depend on `parts` only: an id as pages give them."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def page_documents(
    page: PageFacts,
    components: Sequence[Component] = (),
    incidents: Sequence[VendorIncident] = (),
    maintenances: Sequence[Maintenance] = (),
    *,
    rollup: Status | None = None,
) -> PageDocuments:
    """Write all documents of a page.

    Without a `rollup` of its own the page says the worst that its parts say. As on a real page the
    summary leaves out what is over, and the lists end after the 50 newest.
    """
    said = rollup or effective_status(None, components, incidents, maintenances, silence=Status.OPERATIONAL)
    writer = _Writer(page, {c.id: _component(page, n, c) for n, c in enumerate(components, 1)})
    status = dict(zip(("indicator", "description"), _ROLLUPS[said], strict=True))
    rows = list(writer.components.values())
    listed = [writer.incident(i) for i in sorted(incidents, key=_appeared_at, reverse=True)]
    unresolved = [row for row in listed if row["status"] != Phase.RESOLVED]
    windows = {m.id: writer.maintenance(m) for m in sorted(maintenances, key=_starts_at, reverse=True)}
    upcoming = _in_phase(maintenances, windows, MaintenancePhase.SCHEDULED)
    active = _in_phase(maintenances, windows, MaintenancePhase.IN_PROGRESS)
    return PageDocuments(
        summary=writer.document(
            components=rows, incidents=unresolved, scheduled_maintenances=active + upcoming, status=status
        ),
        status=writer.document(status=status),
        components=writer.document(components=rows),
        incidents=writer.document(incidents=listed[:LISTED]),
        unresolved=writer.document(incidents=unresolved),
        maintenances=writer.document(scheduled_maintenances=list(windows.values())[:LISTED]),
        upcoming=writer.document(scheduled_maintenances=upcoming),
        active=writer.document(scheduled_maintenances=active),
    )


def _in_phase(
    maintenances: Iterable[Maintenance], rows: Mapping[str, Row], phase: MaintenancePhase
) -> list[Row]:
    chosen = (window for window in maintenances if window.phase is phase)
    return [rows[window.id] for window in sorted(chosen, key=_starts_at)]


def _component(page: PageFacts, position: int, component: Component) -> Row:
    return {
        "id": component.id,
        "name": component.name,
        "status": _COMPONENT_WORDS[component.status],
        "position": position,
        "description": None,
        "showcase": True,
        "group_id": None,
        "page_id": page.id,
        "group": False,
        "only_show_if_degraded": False,
    }


def _post(entry: str, update: Update) -> Row:
    at = _stamp(update.at)
    return {
        "id": stable_id(entry, str(at), update.phase, update.text),
        "status": update.phase.value,
        "body": update.text,
        "incident_id": entry,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": None,
        "deliver_notifications": True,
    }


def _appeared_at(incident: VendorIncident) -> datetime:
    first = incident.updates[0].at if incident.updates else incident.started_at
    return first or _LONG_AGO


def _starts_at(window: Maintenance) -> datetime:
    return window.starts_at or _LONG_AGO


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.}{moment.microsecond:06d}Z"
