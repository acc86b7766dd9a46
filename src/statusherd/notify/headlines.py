"""The first line of a message: what a lock screen shows of it. It says all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert
from statusherd.model.records import Maintenance, VendorIncident
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, Severity
from statusherd.notify.group_words import alone, summed_up
from statusherd.notify.languages import later, say, word
from statusherd.notify.maintenance_words import begins_in, conflict_mark
from statusherd.notify.markup import one_line
from statusherd.notify.our_words import HEADLINES as HEADLINES_OF_OURS
from statusherd.notify.our_words import OURS, whose
from statusherd.notify.phrases import after, component_list, service_names, state, titled
from statusherd.notify.retelling import retold
from statusherd.notify.times import clock, length, window

ENDS: Final = frozenset(
    {K.INCIDENT_RESOLVED, K.INCIDENT_WITHDRAWN, K.DISTURBANCE_ENDED, K.MAINTENANCE_ENDED,
     K.MAINTENANCE_CANCELLED, K.SIGHTED, K.CAN_SEE_OUT, K.MISSED, K.GROUP_ENDED, K.OUR_INCIDENT_RESOLVED,
     K.EARLY_WARNING_JOINED, K.EARLY_WARNING_ENDED}
)  # fmt: skip
"""Changes after which nobody has to do anything."""
_TROUBLE: Final = frozenset(
    {K.FIRST_LOOK, K.INCIDENT_OPENED, K.INCIDENT_UPDATED, K.INCIDENT_REOPENED, K.INCIDENT_STALE,
     K.DISTURBANCE_OPENED, K.DISTURBANCE_CHANGED, K.EARLY_WARNING, K.GROUPED, K.DIGEST}
)  # fmt: skip
"""Changes that tell of trouble which goes on."""
_WAKES: Final = (Severity.SEV1, Severity.SEV2)


def headline(alert: Alert, zone: ZoneInfo) -> str:
    """Return the line that a lock screen shows: what happened, at whom, what it is about."""
    if len(alert.parts) == 1:
        return headline(alone(alert), zone)
    change = alert.change
    ours = change.kind in OURS
    vendor = whose(alert) if ours else one_line(alert.vendor_title, 80)
    mark, what = _HEADLINES[change.kind](alert, zone)
    mark = _answer(alert) or mark
    if (open_for := alert.circumstances.open_for) is not None:
        mark = say("STILL OPEN after {length}", length=length(timedelta(seconds=open_for)))
    # Of an incident of ours the severity is the word of a person or a sender: always worth the room.
    wakes = (ours or alert.severity in _WAKES) and change.kind not in ENDS
    start = f"{alert.severity} {mark}" if wakes else mark
    if not vendor or change.kind in (K.CANNOT_SEE_OUT, K.CAN_SEE_OUT, K.MISSED):
        text = f"{start}: {what}"
    elif at_risk(alert):
        at_stake = say("{services} at risk", services=service_names([t.service for t in alert.touches]))
        text = f"{start}: {at_stake}: {vendor}: {what}"
    else:
        text = f"{start}: {vendor}: {what}"
    return say("DRILL, not real: {text}", text=text) if alert.drill else text


def _answer(alert: Alert) -> str | None:
    """Return the mark of a message that is there because somebody answered, or nobody did."""
    circumstances = alert.circumstances
    if circumstances.acknowledged is not None:
        author = one_line(circumstances.acknowledged.author, 40)
        return say("ACKNOWLEDGED by {author}", author=author)
    return say("NOT ACKNOWLEDGED") if circumstances.unanswered is not None else None


def at_risk(alert: Alert) -> bool:
    """Tell whether an alert is of trouble that services of ours may feel."""
    is_trouble = alert.change.kind in _TROUBLE and impact_of(alert.change) is not Impact.NONE
    return bool(alert.touches) and is_trouble


def impact_of(change: Change) -> Impact | None:
    """Return the worst impact of the incidents that a Change is about; None where it is about none."""
    about = (change.incident,) if change.incident else change.incidents
    return max((i.impact for i in about), key=lambda impact: impact.rank, default=None)


def _incident(alert: Alert) -> VendorIncident:
    incident = alert.change.incident
    return incident or VendorIncident(alert.change.subject, "")


def _opened(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incident = _incident(alert)
    return say("OPENED"), f"{titled(incident)} ({word(incident.phase)})"


def _updated(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
    incident, before = _incident(alert), alert.change.before
    moved = say("now {state}", state=word(incident.phase))
    if before is not None and before != incident.phase:
        was = word(one_line(before))
        moved = say("now {state}, was {before}", state=word(incident.phase), before=was)
    # To a channel that hears of it for the first time it is no update: it is open.
    mark = _open_since(incident.started_at, alert, zone) if alert.opens else say("UPDATE")
    return mark, f"{titled(incident)} ({moved})"


def _open_since(start: datetime | None, alert: Alert, zone: ZoneInfo) -> str:
    today = alert.circumstances.at or alert.change.at
    return say("OPEN since {time}", time=clock(start, today, zone)) if start else say("OPEN")


def _reopened(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incident = _incident(alert)
    return say("REOPENED"), f"{titled(incident)} ({word(incident.phase)})"


def _resolved(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incident = _incident(alert)
    return after(later("RESOLVED"), incident.started_at, incident.resolved_at), titled(incident)


def _withdrawn(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    gone = say("gone from the page, and the vendor's history has it not")
    return say("WITHDRAWN"), f"{titled(_incident(alert))}: {gone}"


def _recorded(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    over = say("over before it was seen")
    return say("RECORDED"), f"{titled(_incident(alert))}: {over}"


def _edited(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    moved = ", ".join(map(word, alert.change.facets)) or word("text")
    changed = say("changed after its end ({what})", what=one_line(moved))
    return say("EDITED"), f"{titled(_incident(alert))}: {changed}"


def _stale(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return say("STALE"), f"{titled(_incident(alert))}: {retold(one_line(alert.change.reason))}"


def _first_look(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incidents = alert.change.incidents
    if not incidents:
        now = state(alert.change.status)
        return say("ALREADY IN TROUBLE"), say("{state}, no incident is posted", state=now)
    if len(incidents) == 1:
        return say("ALREADY OPEN"), f"{titled(incidents[0])} ({word(incidents[0].phase)})"
    several = say("{count} incidents, the worst is {worst}", count=len(incidents), worst=_worst(incidents))
    return say("ALREADY OPEN"), several


def _worst(incidents: Iterable[VendorIncident]) -> str:
    return titled(max(incidents, key=lambda incident: incident.impact.rank))


def _disturbed(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    if "components" in change.facets:
        listed = component_list(change.components, 3)
        return say("OPENED"), say("{components}, no incident is posted on it", components=listed)
    return say("OPENED"), say("{state}, no incident is posted", state=state(change.after))


def _disturbance_changed(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    mark = _open_since(alert.thread.opened_at, alert, zone) if alert.opens else say("UPDATE")
    if "components" in change.facets:
        listed = component_list(change.components, 3)
        return mark, say("now {components}, no incident is posted on it", components=listed)
    return mark, say("now {state}, no incident is posted", state=state(change.after))


def _disturbance_ended(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    if "taken_over" in change.facets:
        return say("TAKEN OVER"), say("an incident was posted and tells it from here on")
    mark = after(later("RESOLVED"), change.since, change.at)
    if "components" in change.facets:
        well = component_list(change.components, 3) or say("what services depend on is well again")
        return mark, say("{components}; no incident was posted on it", components=well)
    return mark, say("{state} again; no incident was posted", state=state(change.after))


def _components_changed(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return say("COMPONENTS CHANGED"), component_list(alert.change.components, 3)


def _maintenance(alert: Alert) -> Maintenance:
    found = alert.change.maintenance
    assert found is not None, "a maintenance change carries its maintenance"
    return found


def _maintained(mark: str, *, with_window: bool) -> Callable[[Alert, ZoneInfo], tuple[str, str]]:
    def words(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
        maintenance = _maintenance(alert)
        title = f'"{one_line(maintenance.title)}"'
        when = window(maintenance.starts_at, maintenance.ends_at, zone)
        clash = conflict_mark(alert)
        said = say(mark, span=begins_in(alert))
        return f"{said}{clash}", f"{title}, {when}" if with_window and when else title

    return words


def _maintenance_over(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    maintenance = _maintenance(alert)
    mark = after(later("MAINTENANCE ENDED"), maintenance.starts_at, alert.change.at)
    return mark, f'"{one_line(maintenance.title)}"'


def _blind(_alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    return say("CANNOT READ"), say("its status page. This says nothing about the vendor")


def _sighted(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    says = say("its status page says {state}", state=state(change.status))
    return after(later("READABLE AGAIN"), change.since, change.at), says


def _suspicious(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    text = later("its page shows {now} of {before} components; the old state is kept")
    return say("SUSPICIOUS"), say(text, now=change.after, before=change.before)


def _filter_rot(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    subject = one_line(alert.change.subject)
    return say("FILTER MATCHES NOTHING"), say('"{filter}" selects no component of its page', filter=subject)


def _moved(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    was, now = one_line(change.before or "unknown"), one_line(change.after or "unknown")
    return say("SOURCE MOVED"), say("its page answers as {now}, was {before}", now=now, before=was)


def _dark(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    blamed = say("most likely it is us, not the vendors")
    if change.subject:
        blamed = say("most likely it is the platform they share, not the vendors")
    return say("CANNOT SEE OUT"), f"{retold(one_line(change.reason))}: {blamed}"


def _light(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    again = say("status pages can be read again")
    return after(later("CAN SEE OUT AGAIN"), change.since, change.at), again


def _missed(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    incidents = alert.change.incidents
    if len(incidents) == 1:
        return say("OVER, in the quiet hours"), titled(incidents[0])
    several = say("{count} incidents, the worst was {worst}", count=len(incidents), worst=_worst(incidents))
    return say("OVER, in the quiet hours"), several


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
    K.MAINTENANCE_ANNOUNCED: _maintained(later("MAINTENANCE ANNOUNCED"), with_window=True),
    K.MAINTENANCE_STARTED: _maintained(later("MAINTENANCE STARTED"), with_window=True),
    K.MAINTENANCE_RESCHEDULED: _maintained(later("MAINTENANCE MOVED"), with_window=True),
    K.MAINTENANCE_EXTENDED: _maintained(later("MAINTENANCE EXTENDED"), with_window=True),
    K.MAINTENANCE_UPDATED: _maintained(later("MAINTENANCE UPDATE"), with_window=True),
    K.MAINTENANCE_REMINDER: _maintained(later("MAINTENANCE BEGINS {span}"), with_window=True),
    K.MAINTENANCE_ENDED: _maintenance_over,
    K.MAINTENANCE_CANCELLED: _maintained(later("MAINTENANCE CANCELLED"), with_window=False),
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
    **HEADLINES_OF_OURS,
}
