"""What `probe list` and `vendor show` tell of probes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from statusherd.cli.moments import ago
from statusherd.cli.output import shown, table
from statusherd.cli.stores import has_store, open_store, watched_vendor
from statusherd.config import Config
from statusherd.config_values import duration_text
from statusherd.model.probes import Anomaly, Probe, ProbeResult
from statusherd.model.stamps import iso
from statusherd.store import probes as rows
from statusherd.watch.probe_words import ms
from statusherd.watch.usual import REMEMBERED, Usual, usual


@dataclass(frozen=True, slots=True)
class Probed:
    """A probe with what the store holds of it."""

    probe: Probe
    newest: ProbeResult | None = None
    usual: Usual | None = None
    anomaly: Anomaly | None = None


def listed(config: Config, vendor: str | None, now: datetime) -> Sequence[Probed]:
    """Return the probes of a vendor, or all; raise StatusherdError where it is neither watched nor probed."""
    probes = probes_of(config, vendor)
    if not probes or not has_store(config):
        return [Probed(probe) for probe in probes]
    with open_store(config) as store:
        return store.read_now(lambda conn: read(conn, probes, now))


def read(conn: Connection, probes: Sequence[Probe], now: datetime) -> list[Probed]:
    """Return what a store holds of some probes."""
    newest, hours = rows.newest(conn), rows.hours_since(conn, now - REMEMBERED)
    unusual = {(each.vendor, each.probe): each for each in rows.anomalies(conn)}
    return [
        Probed(
            probe,
            newest.get(of := (probe.vendor, probe.name)),
            usual(hours[of], now) if hours.get(of) else None,
            unusual.get(of),
        )
        for probe in probes
    ]


def probes_of(config: Config, vendor: str | None) -> Sequence[Probe]:
    """Return the probes of a vendor, or all; raise StatusherdError where it is neither watched nor probed."""
    if vendor is None:
        return config.probes
    found = [probe for probe in config.probes if probe.vendor == vendor]
    if not found:
        _refuse_unknown(config, vendor)
    return found


def _refuse_unknown(config: Config, vendor: str) -> None:
    if not has_store(config):
        watched_vendor(config, None, vendor)
        return
    with open_store(config) as store:
        watched_vendor(config, store, vendor)


def probe_json(each: Probed) -> dict[str, object]:
    """Return a probe as in `probe list --json`."""
    probe = each.probe
    return {
        "vendor": probe.vendor,
        "name": probe.name,
        "kind": probe.kind,
        "target": probe.target,
        "interval": probe.interval,
        "attempts": probe.attempts,
        "newest": _newest_json(each.newest) if each.newest else None,
        "usual": usual_json(each.usual),
        "unusual_since": iso(each.anomaly.since) if each.anomaly else None,
        "evidence": each.anomaly.evidence if each.anomaly else None,
    }


def _newest_json(result: ProbeResult) -> dict[str, object]:
    return {
        "at": iso(result.at),
        "ok": result.ok,
        "latency_ms": result.latency_ms,
        "stage": result.stage,
        "detail": result.detail,
        "attempts": result.attempts,
        "failed": result.failed,
    }


def usual_json(found: Usual | None) -> dict[str, object] | None:
    """Return what is usual of a probe, None where that is not known."""
    if found is None:
        return None
    latency = None if found.latency_ms is None else round(found.latency_ms, 3)
    return {"latency_ms": latency, "errors": found.errors, "rounds": found.rounds}


def probe_table(found: Sequence[Probed], now: datetime) -> list[str]:
    """Return the lines of a list of probes."""
    return table(
        ("VENDOR", "PROBE", "EVERY", "LAST", "FOUND", "USUAL"), [_cells(each, now) for each in found]
    )


def _cells(each: Probed, now: datetime) -> tuple[str, ...]:
    probe, newest = each.probe, each.newest
    normal = each.usual.latency_ms if each.usual else None
    return (
        shown(probe.vendor, 40),
        shown(probe.name, 60),
        duration_text(probe.interval),
        f"{ago(newest.at, now)} ago" if newest else "never",
        found_words(newest, each.anomaly),
        ms(normal) if normal is not None else "",
    )


def found_words(newest: ProbeResult | None, anomaly: Anomaly | None) -> str:
    """Return what a round found in a few words."""
    if newest is None:
        return ""
    failed = (
        f"{newest.failed} of {newest.attempts} failed: {newest.detail}" if newest.failed else newest.detail
    )
    time = f" in {ms(newest.latency_ms)}" if newest.latency_ms is not None else ""
    mark = "UNUSUAL, " if anomaly else ""
    return shown(f"{mark}{failed}{time}", 80)


def probe_lines(found: Sequence[Probed], now: datetime) -> list[str]:
    """Return the lines that `vendor show` has of a vendor's probes."""
    made = [(each, each.newest) for each in found if each.newest]
    lines = [
        f"    {shown(each.probe.name, 60)}: {found_words(newest, each.anomaly)}, {ago(newest.at, now)} ago"
        for each, newest in made
    ]
    return ["  Probes", *lines] if lines else []
