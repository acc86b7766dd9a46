"""The first line of a message: what a lock screen shows of it. It says all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert
from statusherd.model.records import Component, Maintenance, VendorIncident
from statusherd.model.services import Touch
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, Severity
from statusherd.notify.group_words import summed_up
from statusherd.notify.markup import one_line
from statusherd.notify.times import clock, length, window

ENDS: Final = frozenset(
    {K.INCIDENT_RESOLVED, K.INCIDENT_WITHDRAWN, K.DISTURBANCE_ENDED, K.MAINTENANCE_ENDED,
     K.MAINTENANCE_CANCELLED, K.SIGHTED, K.CAN_SEE_OUT, K.MISSED, K.GROUP_ENDED}
)  # fmt: skip
"""Changes after which nobody has to do anything."""
_TROUBLE: Final = frozenset(
    {K.FIRST_LOOK, K.INCIDENT_OPENED, K.INCIDENT_UPDATED, K.INCIDENT_REOPENED, K.INCIDENT_STALE,
     K.DISTURBANCE_OPENED, K.DISTURBANCE_CHANGED, K.GROUPED, K.DIGEST}
)  # fmt: skip
"""Changes that tell of trouble which goes on."""
_WAKES: Final = (Severity.SEV1, Severity.SEV2)


def headline(alert: Alert, zone: ZoneInfo) -> str:
    """Return the line that a lock screen shows: what happened, at whom, what it is about."""
    if len(alert.parts) == 1:
        return headline(replace(alert.parts[0], drill=alert.drill), zone)
    change = alert.change
    vendor = one_line(alert.vendor_title, 80)
    mark, what = _HEADLINES[change.kind](alert, zone)
    if (open_for := alert.circumstances.open_for) is not None:
        mark = f"STILL OPEN after {length(timedelta(seconds=open_for))}"
    wakes = alert.severity in _WAKES and change.kind not in ENDS
    start = f"{alert.severity} {mark}" if wakes else mark
    if change.kind in (K.CANNOT_SEE_OUT, K.CAN_SEE_OUT, K.MISSED):
        text = f"{start}: {what}"
    elif at_risk(alert):
        text = f"{start}: {_services(alert.touches)} at risk: {vendor}: {what}"
    else:
        text = f"{start}: {vendor}: {what}"
    return f"DRILL, not real: {text}" if alert.drill else text


def at_risk(alert: Alert) -> bool:
    """Tell whether an alert is of trouble that services of ours may feel."""
    is_trouble = alert.change.kind in _TROUBLE and impact_of(alert.change) is not Impact.NONE
    return bool(alert.touches) and is_trouble


def impact_of(change: Change) -> Impact | None:
    """Return the worst impact of the incidents that a Change is about; None where it is about none."""
    about = (change.incident,) if change.incident else change.incidents
    return max((i.impact for i in about), key=lambda impact: impact.rank, default=None)


def _services(touches: tuple[Touch, ...]) -> str:
    """Return services as in "checkout", "checkout and search", "checkout, search and 3 more services"."""
    names = [one_line(touch.service, 40) for touch in touches[:2]]
    if len(touches) > 2:
        more = len(touches) - 2
        return f"{', '.join(names)} and {more} more {'service' if more == 1 else 'services'}"
    return " and ".join(names)


def _incident(alert: Alert) -> VendorIncident:
    incident = alert.change.incident
    return incident or VendorIncident(alert.change.subject, "")


def _opened(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incident = _incident(alert)
    return "OPENED", f"{titled(incident)} ({incident.phase})"


def _updated(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
    incident, before = _incident(alert), alert.change.before
    moved = f"now {incident.phase}"
    if before is not None and before != incident.phase:
        moved = f"{moved}, was {one_line(before)}"
    # To a channel that hears of it for the first time it is no update: it is open.
    mark = _open_since(incident.started_at, alert, zone) if alert.opens else "UPDATE"
    return mark, f"{titled(incident)} ({moved})"


def _open_since(start: datetime | None, alert: Alert, zone: ZoneInfo) -> str:
    return f"OPEN since {clock(start, alert.change.at, zone)}" if start else "OPEN"


def _reopened(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incident = _incident(alert)
    return "REOPENED", f"{titled(incident)} ({incident.phase})"


def _resolved(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incident = _incident(alert)
    return _after("RESOLVED", incident.started_at, incident.resolved_at), titled(incident)


def _withdrawn(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return "WITHDRAWN", f"{titled(_incident(alert))}: gone from the page, and the vendor's history has it not"


def _recorded(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return "RECORDED", f"{titled(_incident(alert))}: over before it was seen"


def _edited(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    moved = ", ".join(alert.change.facets) or "text"
    return "EDITED", f"{titled(_incident(alert))}: changed after its end ({one_line(moved)})"


def _stale(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return "STALE", f"{titled(_incident(alert))}: {one_line(alert.change.reason)}"


def _first_look(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incidents = alert.change.incidents
    if not incidents:
        return "ALREADY IN TROUBLE", f"{state(alert.change.status)}, no incident is posted"
    if len(incidents) == 1:
        return "ALREADY OPEN", f"{titled(incidents[0])} ({incidents[0].phase})"
    return "ALREADY OPEN", f"{len(incidents)} incidents, the worst is {_worst(incidents)}"


def _worst(incidents: Iterable[VendorIncident]) -> str:
    return titled(max(incidents, key=lambda incident: incident.impact.rank))


def _disturbed(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    if "components" in change.facets:
        return "OPENED", f"{component_list(change.components, 3)}, no incident is posted on it"
    return "OPENED", f"{state(change.after)}, no incident is posted"


def _disturbance_changed(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    mark = _open_since(alert.thread.opened_at, alert, zone) if alert.opens else "UPDATE"
    if "components" in change.facets:
        return mark, f"now {component_list(change.components, 3)}, no incident is posted on it"
    return mark, f"now {state(change.after)}, no incident is posted"


def _disturbance_ended(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    if "taken_over" in change.facets:
        return "TAKEN OVER", "an incident was posted and tells it from here on"
    mark = _after("RESOLVED", change.since, change.at)
    if "components" in change.facets:
        well = component_list(change.components, 3) or "what services depend on is well again"
        return mark, f"{well}; no incident was posted on it"
    return mark, f"{state(change.after)} again; no incident was posted"


def _components_changed(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return "COMPONENTS CHANGED", component_list(alert.change.components, 3)


def _maintenance(alert: Alert) -> Maintenance:
    found = alert.change.maintenance
    assert found is not None, "a maintenance change carries its maintenance"
    return found


def _maintained(mark: str, *, with_window: bool) -> Callable[[Alert, ZoneInfo], tuple[str, str]]:
    def words(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
        maintenance = _maintenance(alert)
        title = f'"{one_line(maintenance.title)}"'
        when = window(maintenance.starts_at, maintenance.ends_at, zone)
        return f"MAINTENANCE {mark}", f"{title}, {when}" if with_window and when else title

    return words


def _maintenance_over(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    maintenance = _maintenance(alert)
    mark = _after("MAINTENANCE ENDED", maintenance.starts_at, alert.change.at)
    return mark, f'"{one_line(maintenance.title)}"'


def _blind(_alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return "CANNOT READ", "its status page. This says nothing about the vendor"


def _sighted(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    return _after("READABLE AGAIN", change.since, change.at), f"its status page says {state(change.status)}"


def _suspicious(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    return "SUSPICIOUS", f"its page shows {change.after} of {change.before} components; the old state is kept"


def _filter_rot(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return "FILTER MATCHES NOTHING", f'"{one_line(alert.change.subject)}" selects no component of its page'


def _moved(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    was, now = one_line(change.before or "unknown"), one_line(change.after or "unknown")
    return "SOURCE MOVED", f"its page answers as {now}, was {was}"


def _dark(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    fault = "the platform they share" if change.subject else "us"
    return "CANNOT SEE OUT", f"{one_line(change.reason)}: most likely it is {fault}, not the vendors"


def _light(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    return _after("CAN SEE OUT AGAIN", change.since, change.at), "status pages can be read again"


def _missed(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incidents = alert.change.incidents
    if len(incidents) == 1:
        return "OVER, in the quiet hours", titled(incidents[0])
    return "OVER, in the quiet hours", f"{len(incidents)} incidents, the worst was {_worst(incidents)}"


def _grouped(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return summed_up(alert, ENDS)


_HEADLINES: Final[Mapping[K, Callable[[Alert, ZoneInfo], tuple[str, str]]]] = {
    K.FIRST_LOOK: _first_look,
    K.INCIDENT_OPENED: _opened,
    K.INCIDENT_UPDATED: _updated,
    K.INCIDENT_RESOLVED: _resolved,
    K.INCIDENT_REOPENED: _reopened,
    K.INCIDENT_RECORDED: _recorded,
    K.INCIDENT_EDITED: _edited,
    K.INCIDENT_WITHDRAWN: _withdrawn,
    K.INCIDENT_STALE: _stale,
    K.DISTURBANCE_OPENED: _disturbed,
    K.DISTURBANCE_CHANGED: _disturbance_changed,
    K.DISTURBANCE_ENDED: _disturbance_ended,
    K.COMPONENT_CHANGED: _components_changed,
    K.MAINTENANCE_ANNOUNCED: _maintained("ANNOUNCED", with_window=True),
    K.MAINTENANCE_STARTED: _maintained("STARTED", with_window=True),
    K.MAINTENANCE_RESCHEDULED: _maintained("MOVED", with_window=True),
    K.MAINTENANCE_EXTENDED: _maintained("EXTENDED", with_window=True),
    K.MAINTENANCE_UPDATED: _maintained("UPDATE", with_window=True),
    K.MAINTENANCE_ENDED: _maintenance_over,
    K.MAINTENANCE_CANCELLED: _maintained("CANCELLED", with_window=False),
    K.BLIND: _blind,
    K.SIGHTED: _sighted,
    K.SUSPICIOUS: _suspicious,
    K.FILTER_ROT: _filter_rot,
    K.SOURCE_MOVED: _moved,
    K.CANNOT_SEE_OUT: _dark,
    K.CAN_SEE_OUT: _light,
    K.MISSED: _missed,
    K.GROUPED: _grouped,
    K.GROUP_ENDED: _grouped,
    K.DIGEST: _grouped,
}


# Words that the other parts of a message use too


def titled(incident: VendorIncident) -> str:
    """Return an incident's impact and title as in 'major incident "API errors"'."""
    title = one_line(incident.title)
    return f'{_kind_of(incident)} "{title}"' if title else _kind_of(incident)


def _kind_of(incident: VendorIncident) -> str:
    if incident.impact in (Impact.MINOR, Impact.MAJOR, Impact.CRITICAL):
        return f"{incident.impact} incident"
    return "notice" if incident.impact is Impact.NONE else "incident"


def state(status: str | None) -> str:
    """Return a state as people say it: "partial outage"."""
    return one_line(status or "unknown").replace("_", " ")


def component_list(components: Iterable[Component], most: int) -> str:
    """Return components with their states, the worst first, at most `most` of them by name."""
    by_rank = sorted(components, key=lambda c: (-c.status.rank, c.group or "", c.name))
    named = [f"{_component(c)} ({state(c.status)})" for c in by_rank[:most]]
    if len(by_rank) > most:
        named.append(f"and {len(by_rank) - most} more")
    return ", ".join(named)


def _component(component: Component) -> str:
    name = one_line(component.name, 80)
    return f"{one_line(component.group, 60)}/{name}" if component.group else name


def _after(mark: str, start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None or end < start:
        return mark
    return f"{mark} after {length(end - start)}"
