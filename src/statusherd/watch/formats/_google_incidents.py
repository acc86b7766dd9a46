"""The incidents of Google's dashboards: their posts in Markdown, products and locations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from statusherd.model.records import Component, Update, VendorIncident
from statusherd.model.status import worst
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.reading.text import MAX_TEXT, plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, link, objects, string
from statusherd.watch.reading.words import Notes, fold, impact_of

STATES: Final[Mapping[str, Status]] = {
    "available": Status.OPERATIONAL,
    "serviceinformation": Status.OPERATIONAL,  # a notice: said, and no trouble
    "servicedisruption": Status.PARTIAL_OUTAGE,
    "serviceoutage": Status.MAJOR_OUTAGE,
}
_SEVERITIES: Final[Mapping[str, Impact]] = {
    "low": Impact.MINOR,
    "medium": Impact.MAJOR,
    "high": Impact.CRITICAL,
}
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_EVERYTHING: Final = "zall"
_EVERYWHERE: Final = "global"
_ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()<>#+.!~|-])")
_HARD_BREAK: Final = re.compile(r"\\$", re.MULTILINE)
_HEADING: Final = re.compile(r"^[ \t]*#[# \t]*", re.MULTILINE)
_PERMALINK: Final = re.compile(r"/?(incidents/[\w-]{1,100})")


def is_incident(row: Object) -> bool:
    """Tell whether a row has the keys of an incident."""
    told = "status_impact" in row or "updates" in row or "most_recent_update" in row
    return bool(string(row.get("id"))) and "begin" in row and told


def incident_of(row: Object, base: str, notes: Notes) -> VendorIncident:
    """Read one incident of the dashboard at `base`: open while it has no end, whatever its posts say."""
    ends_at = parse_time(row.get("end"))
    updates = tuple(_updates(row, ends_at))
    started_at = parse_time(row.get("begin")) or parse_time(row.get("created"))
    started_at = started_at or (updates[0].at if updates else None)
    return VendorIncident(
        id=(string(row.get("id")) or "")[:200],
        title=_title(row),
        impact=_impact(row, notes),
        phase=_phase(row, ends_at),
        started_at=started_at,
        updated_at=max((at for at in (started_at, ends_at, *(u.at for u in updates)) if at), default=None),
        resolved_at=ends_at,
        component_ids=tuple(product.id for product in _products(row)),
        regions=_regions(row),
        url=_url(row, base),
        updates=updates,
    )


def components_of(rows: Iterable[tuple[Object, VendorIncident]], notes: Notes) -> tuple[Component, ...]:
    """Return the products that incidents name, each once, as the newest posts of the open ones say."""
    found: dict[str, Component] = {}
    for row, incident in rows:
        state = _state(_newest(row).get("status"), notes) if incident.is_open else Status.OPERATIONAL
        for product in _products(row):
            old = found.get(product.id)
            states = (state, old.status) if old else (state,)
            found[product.id] = replace(product, status=worst(states) or Status.UNKNOWN)
    return tuple(found.values())


def plain_markdown(source: str | None) -> str:
    """Return Google's Markdown as plain text: without escapes, heading marks and bold marks."""
    text = _ESCAPED.sub(r"\1", (source or "")[: MAX_TEXT * 2])
    return plain_text(_HEADING.sub("", _HARD_BREAK.sub("", text)).replace("**", ""))


def _state(word: object, notes: Notes) -> Status:
    return notes.look_up(STATES, string(word), Status.UNKNOWN, "Google status")


def _title(row: Object) -> str:
    text = plain_markdown(string(row.get("external_desc")))
    return plain_line(text) or plain_line(string(row.get("service_name"))) or "(untitled)"


def _impact(row: Object, notes: Notes) -> Impact:
    """Return the worst that the incident came to; its severity counts where it says no state."""
    said = [_state(row.get("status_impact"), notes), _state(_newest(row).get("status"), notes)]
    if (state := worst(said)) is not None and (state.is_trouble or row.get("status_impact")):
        return impact_of(state)
    return notes.look_up(_SEVERITIES, row.get("severity"), Impact.UNKNOWN, "Google severity")


def _phase(row: Object, ends_at: datetime | None) -> Phase:
    if ends_at is not None:
        return Phase.RESOLVED
    return Phase.MONITORING if _says_available(_newest(row)) else Phase.INVESTIGATING


def _says_available(post: Object) -> bool:
    return fold(post.get("status")) == "available"


def _newest(row: Object) -> Object:
    """Return the newest post: the one named as such, else that of the list with the latest time."""
    named = as_object(row.get("most_recent_update"))
    return named or max(objects(row.get("updates")), key=lambda post: _at(post) or _LONG_AGO, default={})


def _at(post: Object) -> datetime | None:
    return parse_time(post.get("when")) or parse_time(post.get("created"))


def _updates(row: Object, ends_at: datetime | None) -> Iterator[Update]:
    posts = list(objects(row.get("updates"))) or [_newest(row)]
    # The list runs newest first; from its end, the stable sort keeps the order within one second.
    dated = [(at, post) for post in reversed(posts) if (at := _at(post)) is not None]
    for at, post in sorted(dated, key=lambda pair: pair[0]):
        yield Update(at, _post_phase(post, at, ends_at), plain_markdown(string(post.get("text"))))


def _post_phase(post: Object, at: datetime, ends_at: datetime | None) -> Phase:
    if not _says_available(post):
        return Phase.INVESTIGATING
    return Phase.RESOLVED if ends_at is not None and at >= ends_at else Phase.MONITORING


def _products(row: Object) -> Iterator[Component]:
    """Yield the products an incident names; "multiple products" without a list is the whole page."""
    found = {}
    for product in objects(row.get("affected_products")):
        if key := string(product.get("id")):
            name = string(product.get("current_title")) or string(product.get("title"))
            found[key] = Component(key[:200], plain_line(name) or key[:200])
    key = string(row.get("service_key"))
    if not found and key and key != _EVERYTHING:
        found[key] = Component(key[:200], plain_line(string(row.get("service_name"))) or key[:200])
    yield from found.values()


def _regions(row: Object) -> tuple[str, ...]:
    """Return the locations affected now or before; none where it is everywhere."""
    keys = ("currently_affected_locations", "previously_affected_locations")
    places = [place for key in keys for place in objects(row.get(key))]
    places = places or list(objects(_newest(row).get("affected_locations")))
    named = [string(place.get("id")) for place in places]
    regions = dict.fromkeys(plain_line(region, 100) for region in named if region)
    return () if _EVERYWHERE in regions else tuple(regions)


def _url(row: Object, base: str) -> str | None:
    """Return the incident's page, which the document names relative to its dashboard."""
    match = _PERMALINK.fullmatch(string(row.get("uri")) or "")
    return link(base + match[1]) if match else None
