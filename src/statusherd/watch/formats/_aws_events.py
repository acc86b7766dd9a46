"""The events of AWS's currentevents: what they say of themselves and of the services they touch."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from statusherd.model.records import Component, Update, VendorIncident
from statusherd.model.status import worst
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, objects, string
from statusherd.watch.reading.words import Notes, impact_of

LEVELS: Final[Mapping[str, Status]] = {
    "0": Status.OPERATIONAL,
    "1": Status.DEGRADED,  # "informational"; the first word on what becomes worse
    "2": Status.PARTIAL_OUTAGE,
    "3": Status.MAJOR_OUTAGE,
}
_PAGE: Final = "https://health.aws.amazon.com/health/status"
_ARN: Final = re.compile(r"arn:aws[a-z-]{0,20}:health:([a-z0-9-]{0,40}):[0-9]{0,20}:event/[\w./-]{1,300}")
# Directions end every region's name, also those with more parts: us-gov-west-1, eusc-de-east-1.
_REGION: Final = re.compile(
    r"(?:[a-z]{2}(?:-gov|-iso[a-z]?)?|eusc-[a-z]{2})-(?:central|(?:north|south)?(?:east|west)|north|south)-\d{1,2}"
)
_SLUG: Final = re.compile(rf"([\w.-]{{1,80}}?)-({_REGION.pattern})")
_RESOLVED: Final = re.compile(r"\s*\[RESOLVED\]\s*", re.IGNORECASE)
_ALL_SERVICES: Final = "multipleservices"


def is_event(row: Object) -> bool:
    """Tell whether a row has the keys of an event."""
    has_name = bool(string(row.get("service")) or string(row.get("arn")))
    return has_name and "status" in row and ("event_log" in row or "summary" in row)


def service_and_region(slug: str) -> tuple[str, str | None]:
    """Split "ec2-us-east-1"; services like "cloudfront" have no region."""
    match = _SLUG.fullmatch(slug)
    return (match[1], match[2]) if match else (slug, None)


def component_of(slug: str, name: str | None, status: Status) -> Component:
    """Return the component behind a service's slug: what people call it by is its short name."""
    service, region = service_and_region(slug)
    return Component(slug, service, plain_line(name) or None, region, status)


def incident_of(event: Object, notes: Notes) -> VendorIncident:
    """Read one event."""
    summary = plain_line(string(event.get("summary")))
    starts_at, ends_at = (parse_time(event.get(key)) for key in ("date", "end_time"))
    level = _level(event.get("status"), notes)
    is_over = level is Status.OPERATIONAL or ends_at is not None or _RESOLVED.match(summary) is not None
    updates = tuple(_updates(event, is_over=is_over))
    last = max((at for at in (starts_at, ends_at, *(u.at for u in updates)) if at), default=None)
    started_at = starts_at or (updates[0].at if updates else None)
    title = _RESOLVED.sub("", summary, count=1) or plain_line(string(event.get("service_name")))
    return VendorIncident(
        id=_id(event, title, started_at),
        title=title or "(untitled)",
        impact=_impact(event, level, is_over=is_over, notes=notes),
        phase=Phase.RESOLVED if is_over else Phase.INVESTIGATING,
        started_at=started_at,
        updated_at=last,
        resolved_at=(ends_at or last) if is_over else None,
        component_ids=tuple(_touched(event)),
        regions=_regions(event),
        url=_url(event),
        updates=updates,
    )


def components_of(events: Sequence[tuple[Object, VendorIncident]], notes: Notes) -> Iterator[Component]:
    """Yield the services that events name, each once, as the worst of the open ones says."""
    found: dict[str, Component] = {}
    for event, incident in events:
        for new in _services(event, notes, is_open=incident.is_open):
            old = found.get(new.id, new)
            status = worst((old.status, new.status)) or Status.UNKNOWN
            found[new.id] = replace(old, status=status, group=old.group or new.group)
    yield from found.values()


def _services(event: Object, notes: Notes, *, is_open: bool) -> Iterable[Component]:
    """Yield the services of an event with their state now; what is over leaves none in trouble."""
    impacted = as_object(event.get("impacted_services"))
    for slug in _touched(event):
        row = as_object(impacted.get(slug)) or event
        level = row.get("current", row.get("status"))
        status = _level(level, notes) if is_open else Status.OPERATIONAL
        yield component_of(slug, string(row.get("service_name")), status)


def _level(value: object, notes: Notes) -> Status:
    return notes.look_up(LEVELS, string(value), Status.UNKNOWN, "AWS status")


def _impact(event: Object, level: Status, *, is_over: bool, notes: Notes) -> Impact:
    """Return the impact of the event's level; of one that is over, the worst it reached."""
    if not is_over or level.is_trouble:
        return impact_of(level) if level is not Status.OPERATIONAL else Impact.UNKNOWN
    reached = [_level(as_object(row).get("max"), notes) for row in _impacted(event).values()]
    reached += [_level(row.get("status"), notes) for row in objects(event.get("event_log"))]
    return impact_of(worst(state for state in reached if state.is_trouble))


def _impacted(event: Object) -> Object:
    return as_object(event.get("impacted_services"))


def _touched(event: Object) -> Iterator[str]:
    """Yield the slugs an event names; "multiple services" without a list is the whole region."""
    own = string(event.get("service"))
    slugs = dict.fromkeys(filter(None, map(string, _impacted(event))))
    if own and service_and_region(own)[0] != _ALL_SERVICES:
        slugs.setdefault(own)
    yield from slugs


def _regions(event: Object) -> tuple[str, ...]:
    """Return the region by the event's own name or its service's; none is everywhere."""
    arn = _ARN.fullmatch(string(event.get("arn")) or "")
    region = arn[1] if arn and _REGION.fullmatch(arn[1]) else None
    region = region or service_and_region(string(event.get("service")) or "")[1]
    return (region,) if region else ()


def _id(event: Object, title: str, started_at: datetime | None) -> str:
    """Return the event's own name; before there were any (2023), what does not move while it goes on."""
    if arn := string(event.get("arn")):
        return arn[:500]
    parts = (string(event.get("service")) or "", title.casefold(), str(started_at or ""))
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:24]


def _url(event: Object) -> str | None:
    arn = string(event.get("arn")) or ""
    return f"{_PAGE}?eventID={quote(arn, safe=':/')}" if _ARN.fullmatch(arn) else None


def _updates(event: Object, *, is_over: bool) -> Iterator[Update]:
    """Yield the log, oldest first. Its levels are those of the posts: only words say that it is over."""
    dated = ((parse_time(row.get("timestamp")), row) for row in objects(event.get("event_log")))
    for at, row in sorted(((at, row) for at, row in dated if at), key=lambda pair: pair[0]):
        ends = is_over and _RESOLVED.match(string(row.get("summary")) or "") is not None
        yield Update(
            at, Phase.RESOLVED if ends else Phase.INVESTIGATING, plain_text(string(row.get("message")))
        )


LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def is_newer(one: VendorIncident, other: VendorIncident) -> bool:
    """Tell which of two tellings of one event was written later."""
    return (one.updated_at or LONG_AGO) > (other.updated_at or LONG_AGO)
