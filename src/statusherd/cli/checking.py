"""Probes that the command line makes by itself, and how it tells what they find."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from statusherd.assembly import prober_of
from statusherd.cli.output import shown
from statusherd.cli.probe_views import usual_json
from statusherd.cli.stores import has_store, open_store
from statusherd.clock import SystemClock
from statusherd.config import Config
from statusherd.diagnosing import Check, Diagnostics
from statusherd.model.probes import Probe, Stage
from statusherd.model.stamps import iso
from statusherd.store.engine import Store


async def checked(
    config: Config, probes: Sequence[Probe], tell: Callable[[Check], None] | None
) -> Sequence[Check]:
    """Make probes; `tell` each as it comes, return them in their order."""
    if not has_store(config):
        return await _made(None, config, probes, tell)
    with open_store(config) as store:
        return await _made(store, config, probes, tell)


async def _made(
    store: Store | None, config: Config, probes: Sequence[Probe], tell: Callable[[Check], None] | None
) -> Sequence[Check]:
    clock, found = SystemClock(), {}
    async with prober_of(config, clock) as prober:
        diagnostics = Diagnostics(store, prober, clock, lambda: probes)
        async for check in diagnostics.checks([probe.vendor for probe in probes]):
            found[check.probe.key] = check
            if tell is not None:
                tell(check)
    return [found[probe.key] for probe in probes]


def check_json(check: Check) -> dict[str, object]:
    """Return a check as in `probe run --json`."""
    result = check.result
    return {
        "vendor": check.probe.vendor,
        "name": check.probe.name,
        "kind": check.probe.kind,
        "target": check.probe.target,
        "at": iso(result.at),
        "ok": result.ok,
        "latency_ms": result.latency_ms,
        "stage": result.stage,
        "stages_ms": {stage: result.stages_ms.get(stage) for stage in Stage},
        "detail": result.detail,
        "usual": usual_json(check.usual),
        "text": check.finding.text,
    }


def check_line(check: Check) -> str:
    """Return a check as a line for people."""
    mark = "ok  " if check.result.ok else "FAIL"
    return f"{mark} {shown(check.probe.vendor, 40)}: {shown(check.finding.text)}"
