"""The probes of a config, judged against its vendors and what may be dialled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from statusherd import config_schema as schema
from statusherd.config_pace import too_often
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_records import Http, least_interval, reach_of
from statusherd.config_values import duration_text
from statusherd.model.probes import Early, Probe, ProbeKind
from statusherd.model.vendors import WatchedVendor
from statusherd.watch.addresses import Reach

_LONGEST_NAME: Final = 100


class ProbeReader:
    """Makes probes of what stands in the file, noting what is wrong."""

    def __init__(self, problems: Problems, vendors: Sequence[WatchedVendor], http: Http) -> None:
        self._problems = problems
        self._vendors = [vendor.name for vendor in vendors]
        self._http = http

    def read(self, sections: Sequence[tuple[KeyPath, schema.Probe]]) -> tuple[Probe, ...]:
        found: dict[str, Probe] = {}
        for path, given in sections:
            probe = self._probe(path, given)
            if probe is None:
                continue
            if probe.key in found:
                what = f"{quoted(probe.vendor)} has a probe named {quoted(probe.name)} above"
                self._problems.add((*path, "name"), f"{what}. Give this one another name")
            found.setdefault(probe.key, probe)
        if found and self._http.proxy:
            text = "probes dial by themselves and do not go through proxy. Let them out, or remove them"
            self._problems.warn(("probe",), text)
        return tuple(found.values())

    def _probe(self, path: KeyPath, given: schema.Probe) -> Probe | None:
        aim = self._aim(path, given)
        if given.vendor is None and not self._problems.at((*path, "vendor")):
            self._problems.add(path, "vendor is missing. Add the name of the vendor whose endpoint it is")
        if aim is None or given.vendor is None:
            return None
        kind, target = aim
        probe = Probe(
            vendor=given.vendor,
            name=given.name or _name(kind, target),
            kind=kind,
            target=target,
            **given.model_dump(
                exclude_none=True, exclude={"vendor", "name", *(each.value for each in ProbeKind)}
            ),
        )
        self._check(path, probe)
        return probe

    def _aim(self, path: KeyPath, given: schema.Probe) -> tuple[ProbeKind, str] | None:
        aims = [(kind, target) for kind in ProbeKind if (target := getattr(given, kind.value)) is not None]
        if any(self._problems.at((*path, kind.value)) for kind in ProbeKind):
            return None
        if len(aims) != 1:
            what = "says what to probe more than once" if aims else "does not say what to probe"
            self._problems.add(path, f"{what}. Keep to one of http, tcp, dns and tls")
            return None
        return aims[0]

    def _check(self, path: KeyPath, probe: Probe) -> None:
        if probe.vendor not in self._vendors:
            hint = did_you_mean(probe.vendor, self._vendors)
            self._problems.warn(
                (*path, "vendor"), f"{quoted(probe.vendor)} is no vendor of this file. {hint}"
            )
        if probe.expect_status and probe.kind is not ProbeKind.HTTP:
            self._problems.add((*path, "expect_status"), "is for http alone. Remove it")
        self._check_reach((*path, probe.kind.value), probe)
        least = least_interval(_address(probe), allow_private=self._http.allow_private)
        if probe.interval < least:
            self._problems.add((*path, "interval"), too_often(probe.interval))

    def _check_reach(self, path: KeyPath, probe: Probe) -> None:
        reach = reach_of(_address(probe))
        if reach is Reach.NEVER:
            self._problems.add(path, "is a reserved address and is never dialled. Correct it")
        elif reach is Reach.PRIVATE and not self._http.allow_private:
            text = "is in a private network and is not dialled. Set allow_private = true in [http]"
            self._problems.add(path, text)


def _address(probe: Probe) -> str:
    host = f"[{probe.target}]" if probe.kind is ProbeKind.DNS and ":" in probe.target else probe.target
    return probe.target if probe.kind is ProbeKind.HTTP else f"//{host}"


def _name(kind: ProbeKind, target: str) -> str:
    return f"{kind} {target.partition('://')[2] or target}"[:_LONGEST_NAME]


def read_early(given: schema.Early) -> Early:
    """Return what stands in [early]."""
    return Early(**given.model_dump(exclude_none=True))


def shown_probe(probe: Probe) -> dict[str, Any]:
    """Return a probe in the words of the file."""
    return {
        "vendor": probe.vendor,
        "name": probe.name,
        **{kind.value: probe.target if probe.kind is kind else None for kind in ProbeKind},
        "interval": duration_text(probe.interval),
        "timeout": duration_text(probe.timeout),
        "attempts": probe.attempts,
        "expect_status": list(probe.expect_status),
        "components": list(probe.components),
        "regions": list(probe.regions),
    }


def shown_early(early: Early) -> dict[str, Any]:
    """Return [early] in the words of the file."""
    return {
        "false_alarms": early.false_alarms,
        "reports": early.reports,
        "report_window": duration_text(early.report_window),
        "calm": duration_text(early.calm),
        "keep": duration_text(early.keep),
    }
