"""What `vendor list` and `vendor show` tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from statusherd.cli import states
from statusherd.cli.moments import ago, local
from statusherd.cli.output import count, shown, table
from statusherd.cli.probe_views import Probed, probe_json, probe_lines, read
from statusherd.cli.records import component_json, incident_json, maintenance_json, vendor_json
from statusherd.cli.stores import has_store, open_store, watched_vendor, watched_vendors
from statusherd.cli.summary import component_lines, incident_lines, maintenance_lines
from statusherd.config import Config
from statusherd.config_values import duration_text
from statusherd.model.records import Component
from statusherd.model.stamps import iso
from statusherd.model.vendors import WatchedVendor
from statusherd.store.engine import Store
from statusherd.store.glance import VendorRow, vendor_rows
from statusherd.store.known import StoredState, load_state
from statusherd.store.state import (
    StoredIncident,
    StoredMaintenance,
    components_of,
    incidents_of,
    maintenances_of,
)

RECENT: Final = 10
"""So many incidents and maintenances are shown, the newest."""

Listed = tuple[WatchedVendor, states.Shown, float]
"""A vendor, its state, and the seconds between two looks at it."""


def listed(config: Config) -> Sequence[Listed]:
    """Return the watched vendors by name."""
    if not has_store(config):
        return _listed(config, watched_vendors(config, None), {})
    with open_store(config) as store:
        rows = {row.name: row for row in store.read_now(vendor_rows)}
        return _listed(config, watched_vendors(config, store), rows)


def _listed(
    config: Config, vendors: Mapping[str, WatchedVendor], rows: Mapping[str, VendorRow]
) -> Sequence[Listed]:
    return [
        (vendor, states.Shown(name, vendor.title, vendor.origin, rows.get(name)), config.interval_of(vendor))
        for name, vendor in sorted(vendors.items())
    ]


def listed_json(vendor: WatchedVendor, state: states.Shown, interval: float) -> dict[str, object]:
    """Return a vendor as in `vendor list --json`."""
    return vendor_json(vendor, interval) | {"status": state.status, "state": states.as_json(state)}


def listed_table(vendors: Sequence[Listed]) -> list[str]:
    """Return the vendors as lines of a table."""
    head = ("VENDOR", "STATE", "FROM", "FORMAT", "EVERY", "WATCHED", "ADDRESS")
    return table(head, [_cells(*vendor) for vendor in vendors])


def _cells(vendor: WatchedVendor, state: states.Shown, interval: float) -> tuple[str, ...]:
    return (
        shown(vendor.name, 40),
        states.word(state.status),
        vendor.origin.value,
        shown(vendor.format),
        duration_text(interval),
        _filters(vendor),
        shown(vendor.address, 80),
    )


def _filters(vendor: WatchedVendor) -> str:
    """Return what is watched of a vendor, in a few words."""
    parts = [shown(", ".join(filters), 40) for filters in (vendor.components, vendor.regions) if filters]
    if vendor.min_impact.rank > 0:
        parts.append(f"impact {vendor.min_impact} or worse")
    return "; ".join(parts) or "all"


@dataclass(frozen=True, slots=True)
class View:
    """One vendor with all that the store holds of it. Incidents and maintenances are the newest first."""

    vendor: WatchedVendor
    state: states.Shown
    interval: float
    stored: StoredState | None = None
    components: Sequence[Component] = ()
    incidents: Sequence[StoredIncident] = ()
    maintenances: Sequence[StoredMaintenance] = ()
    probes: Sequence[Probed] = ()


def view_of(config: Config, name: str) -> View:
    """Return a vendor as it is known now; raise StatusherdError where it is not watched."""
    if not has_store(config):
        vendor = watched_vendor(config, None, name)
        return View(vendor, states.Shown(name, vendor.title, vendor.origin), config.interval_of(vendor))
    with open_store(config) as store:
        return _view(store, watched_vendor(config, store, name), config)


def _view(store: Store, vendor: WatchedVendor, config: Config) -> View:
    name = vendor.name
    probes = [probe for probe in config.probes if probe.vendor == name]
    row = {row.name: row for row in store.read_now(vendor_rows)}.get(name)
    still_open = store.read_now(lambda conn: incidents_of(conn, name, open_only=True))
    newest = store.read_now(lambda conn: incidents_of(conn, name, limit=RECENT))
    ahead = store.read_now(lambda conn: maintenances_of(conn, name, ahead=True))
    held = store.read_now(lambda conn: maintenances_of(conn, name, limit=RECENT))
    return View(
        vendor,
        states.Shown(name, vendor.title, vendor.origin, row),
        config.interval_of(vendor),
        store.read_now(lambda conn: load_state(conn, name)) if row else None,
        store.read_now(lambda conn: components_of(conn, name)),
        tuple({each.incident.id: each for each in (*still_open, *newest)}.values()),
        tuple({each.maintenance.id: each for each in (*ahead, *held)}.values()),
        store.read_now(lambda conn: read(conn, probes, datetime.now(UTC))) if probes else (),
    )


def view_json(view: View) -> dict[str, object]:
    """Return a vendor as in `vendor show --json`."""
    return {
        "vendor": listed_json(view.vendor, view.state, view.interval),
        "components": [component_json(component) for component in view.components],
        "incidents": [
            incident_json(each.incident) | {"first_seen_at": iso(each.first_seen_at), "stale": each.stale}
            for each in view.incidents
        ],
        "maintenances": [
            maintenance_json(each.maintenance) | {"first_seen_at": iso(each.first_seen_at)}
            for each in view.maintenances
        ],
        "looks": _looks_json(view.stored) if view.stored else None,
        "probes": [probe_json(each) for each in view.probes],
    }


def _looks_json(stored: StoredState) -> dict[str, object]:
    known = stored.known
    return {
        "first_seen_at": iso(known.first_seen_at),
        "seen_at": iso(stored.seen_at),
        "changed_at": iso(stored.changed_at),
        "failed_looks": known.failed_looks,
        "failing_since": iso(known.failing_since),
        "blind_since": iso(known.blind_since),
        "suspicious_looks": known.suspicious_looks,
        "filters_without_match": list(known.rotten_filters),
        "validators": [
            {"url": v.url, "etag": v.etag, "last_modified": v.last_modified} for v in stored.validators
        ],
    }


def view_lines(view: View, now: datetime) -> list[str]:
    """Return a vendor as lines for people."""
    vendor = view.vendor
    incidents = [each.incident for each in view.incidents]
    ahead = [each.maintenance for each in view.maintenances if not each.maintenance.phase.is_over]
    over = [incident for incident in incidents if not incident.is_open]
    return [
        f"{shown(vendor.name)}: {states.explained(view.state, now)}{_since(view, now)}",
        f"  {shown(vendor.title)}, {vendor.format} at {shown(vendor.address)}",
        f"  from {_origin(view)}, every {duration_text(view.interval)}, watched: {_filters(vendor)}",
        *_look_lines(view, now),
        *probe_lines(view.probes, now),
        *component_lines(view.components, every=True),
        *incident_lines("Open incidents", [i for i in incidents if i.is_open], now),
        *incident_lines("Recent incidents", over, now),
        *maintenance_lines(ahead, now),
    ]


def _since(view: View, now: datetime) -> str:
    row = view.state.row
    return f", since {local(row.since, now)} ({ago(row.since, now)})" if row and row.since else ""


def _origin(view: View) -> str:
    return "the config file" if view.vendor.origin == "config" else "statusherd vendor add"


def _look_lines(view: View, now: datetime) -> list[str]:
    row, stored = view.state.row, view.stored
    if row is None or stored is None:
        return ["  never looked at"]
    lines = [f"  last read {ago(row.seen_at, now)} ago"] if row.seen_at else ["  never read"]
    if row.failing_since:
        failed = count(stored.known.failed_looks, "look")
        why = f": {shown(row.error)}" if row.error else ""
        lines.append(f"  {failed} failed since {local(row.failing_since, now)}{why}")
    lines += [f"  filter {shown(rotten)!r} matches no component" for rotten in stored.known.rotten_filters]
    return lines
