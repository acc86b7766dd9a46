"""Early warnings: trouble that our probes or our people see and the vendor has not posted. Pure.

A warning is opened, joined to what the vendor posts later, or ends by itself. None is opened while the
vendor's page explains what we see, during its maintenance, or while most of what we probe fails at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.probes import Anomaly, Early, EarlyWarning, Probe, VendorReport, warning_id
from statusherd.model.records import Known, KnownIncident, KnownMaintenance
from statusherd.model.selection import names_region, selects
from statusherd.model.words import ChangeKind, MaintenancePhase, Status, Worded

AROUND: Final = timedelta(hours=1)
"""An incident that was over when we first saw it belongs to a warning that began so much after it at most."""
_LONGEST_TITLE: Final = 80


class Move(StrEnum):
    """What becomes of a warning."""

    OPEN = "open"
    JOIN = "join"
    END = "end"


class Withheld(Worded):
    """Why no warning is opened although we see trouble."""

    POSTED = "posted", "the vendor has posted trouble that explains it"
    MAINTENANCE = "maintenance", "the vendor works on it, as it announced"
    CANNOT_SEE_OUT = "cannot_see_out", "most of what we probe or read fails at once, so it is us"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of one vendor: by our probes and people, and on its page.

    `anomalies` are those that go on, and those that ended since the open `warning` began. `reports` are the
    newest, oldest first. `probes` are the vendor's by name, `sees_out` whether we see out at all.
    """

    vendor: str
    known: Known | None = None
    anomalies: tuple[Anomaly, ...] = ()
    reports: tuple[VendorReport, ...] = ()
    warning: EarlyWarning | None = None
    probes: Mapping[str, Probe] = field(default_factory=dict)
    sees_out: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a warning, and why, as a sentence."""

    move: Move
    warning: EarlyWarning
    reason: str


def judge(sight: Sight, early: Early, now: datetime) -> Step | Withheld | None:
    """Return what to do: a step, why nothing is done although there is trouble, or None."""
    if sight.warning is not None:
        return _joined(sight, sight.warning, now) or _ended(sight, sight.warning, early, now)
    grounds = _grounds(sight, early, now)
    if not grounds.speak:
        return None
    return _withheld(sight, grounds, early, now) or _opened(sight, grounds, now)


def change_of(step: Step, known: Known | None, page_url: str | None, now: datetime) -> Change:
    """Return a step as it stands in the log of changes."""
    warning = step.warning
    return Change(
        vendor=warning.vendor,
        kind=_KINDS[step.move],
        at=now,
        reason=step.reason,
        subject=warning.id,
        facets=(f"lead:{warning.lead:.0f}",) if warning.lead is not None else (),
        after=Status.DEGRADED.value,
        status=known.status if known else Status.UNKNOWN,
        since=warning.since,
        page_url=page_url,
    )


_KINDS: Final[Mapping[Move, ChangeKind]] = {
    Move.OPEN: ChangeKind.EARLY_WARNING,
    Move.JOIN: ChangeKind.EARLY_WARNING_JOINED,
    Move.END: ChangeKind.EARLY_WARNING_ENDED,
}


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What speaks for a warning: anomalies that go on, and enough reports, or none."""

    anomalies: tuple[Anomaly, ...]
    reports: tuple[VendorReport, ...]

    @property
    def speak(self) -> bool:
        return bool(self.anomalies or self.reports)


def _grounds(sight: Sight, early: Early, now: datetime) -> _Grounds:
    window = timedelta(seconds=early.report_window)
    near = tuple(report for report in sight.reports if now - window < report.at <= now)
    authors = {report.author.casefold() for report in near}
    going_on = tuple(each for each in sight.anomalies if each.until is None)
    return _Grounds(going_on, near if len(authors) >= early.reports else ())


def _opened(sight: Sight, grounds: _Grounds, now: datetime) -> Step:
    began = [each.since for each in grounds.anomalies] + [each.at for each in grounds.reports[:1]]
    told = (*(each.evidence for each in grounds.anomalies), *_told(grounds.reports))
    probes = tuple(each.probe for each in grounds.anomalies)
    warning = EarlyWarning(sight.vendor, warning_id(now), min(began), now, told, probes)
    return Step(Move.OPEN, warning, "; ".join(told))


def _told(reports: Sequence[VendorReport]) -> Iterator[str]:
    authors = list({report.author.casefold(): report.author for report in reversed(reports)}.values())[::-1]
    if authors:
        said = next((f': "{report.note}"' for report in reversed(reports) if report.note), "")
        yield f"{len(authors)} of us report trouble ({', '.join(authors)}){said}"


# What the vendor says


def _withheld(sight: Sight, grounds: _Grounds, early: Early, now: datetime) -> Withheld | None:
    if not sight.sees_out:
        return Withheld.CANNOT_SEE_OUT
    probes = [sight.probes.get(each.probe) for each in grounds.anomalies] or [None]
    if all(_is_posted(sight.known, probe, early, now) for probe in probes):
        return Withheld.POSTED
    if all(
        _is_posted(sight.known, probe, early, now) or _is_worked_on(sight.known, probe, early, now)
        for probe in probes
    ):
        return Withheld.MAINTENANCE
    return None


def _is_posted(known: Known | None, probe: Probe | None, early: Early, now: datetime) -> bool:
    """Tell whether the page explains what a probe finds. What is just over explains it for a while yet."""
    if known is None:
        return False
    calm = timedelta(seconds=early.calm)
    near = (
        i for i in known.incidents.values() if i.is_open or now - (i.resolved_at or i.first_seen_at) < calm
    )
    return known.disturbance is not None or any(_concerns(probe, each, known) for each in near)


def _is_worked_on(known: Known | None, probe: Probe | None, early: Early, now: datetime) -> bool:
    calm = timedelta(seconds=early.calm)
    windows = known.maintenances.values() if known else ()
    return known is not None and any(
        _runs(each, now, calm) and _concerns(probe, each, known) for each in windows
    )


def _runs(window: KnownMaintenance, now: datetime, calm: timedelta) -> bool:
    if window.phase is MaintenancePhase.IN_PROGRESS:
        return True
    if window.phase is MaintenancePhase.CANCELLED or window.starts_at is None:
        return False
    return window.starts_at <= now < (window.ends_at or window.starts_at) + calm


def _concerns(probe: Probe | None, posted: KnownIncident | KnownMaintenance, known: Known) -> bool:
    """Tell whether what is posted may be what a probe finds: unless both say where, and it is elsewhere."""
    if probe is None:
        return True
    if isinstance(posted, KnownIncident):
        keys, regions = posted.component_ids, posted.record.regions if posted.record else ()
    else:
        keys, regions = posted.record.component_ids if posted.record else (), ()
    named = [known.components[key] for key in keys if key in known.components]
    is_there = not probe.components or not named or any(selects(probe.components, each) for each in named)
    return is_there and names_region(probe.regions, regions)


# The ends of a warning


def _joined(sight: Sight, warning: EarlyWarning, now: datetime) -> Step | None:
    known = sight.known
    if known is None:
        return None
    probes = [sight.probes.get(name) for name in warning.probes] or [None]
    for incident in sorted(known.incidents.values(), key=lambda each: each.first_seen_at):
        if _belongs(incident, warning) and any(_concerns(probe, incident, known) for probe in probes):
            title = f' "{_plain(incident.record.title)}"' if incident.record else ""
            return _join(
                warning, incident.id, f"the vendor posted{title}", _posted_at(incident, warning, now), now
            )
    if known.disturbance is not None:
        seen = max(known.disturbance.since, warning.opened_at)
        return _join(warning, known.disturbance.id, "the vendor's page shows trouble", seen, now)
    return None


def _belongs(incident: KnownIncident, warning: EarlyWarning) -> bool:
    """Tell whether an incident may be what we warned of: none that explained it was open then."""
    if incident.is_open:
        return True
    began = incident.started_at or incident.first_seen_at
    return incident.first_seen_at > warning.opened_at and began > warning.since - AROUND


def _posted_at(incident: KnownIncident, warning: EarlyWarning, now: datetime) -> datetime:
    """Return when the vendor first said so, by its own stamps where they can be, else by our look."""
    seen = incident.first_seen_at if incident.first_seen_at > warning.opened_at else now
    updates = incident.record.updates if incident.record else ()
    stamps = [update.at for update in updates if warning.since <= update.at <= seen]
    return min(stamps, default=seen)


def _join(warning: EarlyWarning, cause: str, what: str, posted: datetime, now: datetime) -> Step:
    lead = max(0.0, (posted - warning.opened_at).total_seconds())
    joined = replace(warning, joined_at=now, cause=cause, lead=lead)
    after = f"{_minutes(lead)} after our warning" if lead else "before our warning was out"
    return Step(Move.JOIN, joined, f"{what} {after}")


def _ended(sight: Sight, warning: EarlyWarning, early: Early, now: datetime) -> Step | None:
    window = timedelta(seconds=early.report_window)
    if any(each.until is None for each in sight.anomalies):
        return None
    last = [each.until for each in sight.anomalies if each.until] + [
        each.at + window for each in sight.reports
    ]
    calm = now - max([warning.opened_at, *last])
    if calm < timedelta(seconds=early.calm):
        return None
    reason = f"all is as usual for {_minutes(calm.total_seconds())}; the vendor has posted nothing"
    return Step(Move.END, replace(warning, ended_at=now), reason)


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 2:
        return "1 minute" if minutes else "less than a minute"
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"


def _plain(title: str) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"
