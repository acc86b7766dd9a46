"""Records of the domain as our JSON has them. The keys are a contract: docs/json.md."""

from __future__ import annotations

from dataclasses import asdict
from typing import TypeAlias

from statusherd.model.errors import LookError, StatusherdError
from statusherd.model.records import Component, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.stamps import iso
from statusherd.model.vendors import WatchedVendor

Json: TypeAlias = dict[str, object]


def snapshot_json(snapshot: Snapshot) -> Json:
    """Return a Snapshot as `inspect --json` prints it."""
    return {
        "source": snapshot.source,
        "format": snapshot.format,
        "observed_at": iso(snapshot.observed_at),
        "page_status": snapshot.page_status,
        "status": snapshot.status,
        "components": [component_json(component) for component in snapshot.components],
        "incidents": [incident_json(incident) for incident in snapshot.incidents],
        "maintenances": [maintenance_json(maintenance) for maintenance in snapshot.maintenances],
        "coverage": asdict(snapshot.coverage),
        "warnings": list(snapshot.warnings),
    }


def component_json(component: Component) -> Json:
    return {
        "id": component.id,
        "name": component.name,
        "group": component.group,
        "region": component.region,
        "status": component.status,
    }


def incident_json(incident: VendorIncident) -> Json:
    return {
        "id": incident.id,
        "title": incident.title,
        "impact": incident.impact,
        "phase": incident.phase,
        "started_at": iso(incident.started_at),
        "updated_at": iso(incident.updated_at),
        "resolved_at": iso(incident.resolved_at),
        "component_ids": list(incident.component_ids),
        "regions": list(incident.regions),
        "url": incident.url,
        "updates": [_update(update) for update in incident.updates],
    }


def maintenance_json(maintenance: Maintenance) -> Json:
    return {
        "id": maintenance.id,
        "title": maintenance.title,
        "phase": maintenance.phase,
        "starts_at": iso(maintenance.starts_at),
        "ends_at": iso(maintenance.ends_at),
        "component_ids": list(maintenance.component_ids),
        "url": maintenance.url,
        "updates": [_update(update) for update in maintenance.updates],
    }


def _update(update: Update) -> Json:
    return {"at": iso(update.at), "phase": update.phase, "text": update.text}


def vendor_json(vendor: WatchedVendor, interval: float) -> Json:
    """Return a watched vendor; `interval` is the one in force, in seconds."""
    return {
        "name": vendor.name,
        "title": vendor.title,
        "origin": vendor.origin,
        "format": vendor.format,
        "address": vendor.address,
        "page_url": vendor.page_url,
        "components": list(vendor.components),
        "regions": list(vendor.regions),
        "min_impact": vendor.min_impact,
        "interval": interval,
        "tags": list(vendor.tags),
    }


def error_json(error: StatusherdError) -> Json:
    """Return an error's kind and message; `catalog` and `config` stand beside the kinds of failed looks."""
    kind = error.kind.value if isinstance(error, LookError) else type(error).__name__.removesuffix("Error")
    return {"kind": kind.lower(), "message": str(error)}
