"""Google's status dashboards: `incidents.json` of Google Cloud, Workspace and Firebase.

Facts: documents of Google Cloud of 2026 and the schema beside them. A list of incidents, open and over,
newest first; an empty one is all well. An open incident has no `end`: neither `modified`, which moves for
weeks after, nor the affected locations tell. `status_impact` is the worst it came to, the newest post tells
how it is now. Only products in trouble are named: their absence says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._google_incidents import components_of, incident_of, is_incident
from statusherd.watch.formats._lists import each_once, entries, try_json
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.values import Object, link, load_json, objects
from statusherd.watch.reading.words import Notes

NAME = "google"

_DOCUMENT: Final = "incidents.json"
_WORKSPACE: Final = "https://www.google.com/appsstatus/dashboard/"
_HOSTS: Final = ("status.cloud.google.com", "status.firebase.google.com")
# What stands behind the dashboard's own place.
_BEHIND: Final = re.compile(
    r"/(?:(?:incidents|products)(?:\.schema)?\.json|(?:[a-z]{2}/)?(?:feed\.atom|summary|incidents/[^/]*)|summary)/?$"
)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
CLUES: Final = Clues(
    in_address=(
        at_host("status.cloud.google.com", "/incidents.json"),
        at_host("status.firebase.google.com", "/incidents.json"),
        (
            re.compile(r"^https?://(?:www\.)?google\.com/appsstatus"),
            "https://www.google.com/appsstatus/dashboard/incidents.json",
        ),
    )
)


def recognise(document: Document) -> Recognition | None:
    """A list of incidents with begin, status_impact and posts; an empty one by its address."""
    value = try_json(document)
    if not isinstance(value, list):
        return None
    if not value:
        is_there = _is_dashboard(document.url)
        return Recognition(92, "an empty list of Google's incidents") if is_there else None
    is_one = any(is_incident(row) and _names_parts(row) for row in objects(value))
    return Recognition(97, "a list of incidents with begin and status_impact") if is_one else None


def _names_parts(row: Object) -> bool:
    return "service_name" in row or "affected_products" in row


def _is_dashboard(url: str) -> bool:
    address = url.partition("?")[0]
    return address == _WORKSPACE + _DOCUMENT or address in (f"https://{h}/{_DOCUMENT}" for h in _HOSTS)


def endpoints(address: str) -> Endpoints:
    """The list of incidents of the dashboard that `address` lies in."""
    return Endpoints(look=(_base(address) + _DOCUMENT,) if _is_page(address) else (address,))


def _is_page(address: str) -> bool:
    """Tell whether an address is a dashboard's or one of its known parts, not a copy of its document."""
    path = urlsplit(address).path
    return not path.endswith(".json") or _BEHIND.search(path) is not None


def _base(address: str) -> str:
    """Return the address of the dashboard, with a slash at its end."""
    parts = urlsplit(address)
    if parts.hostname in ("www.google.com", "google.com") and parts.path.startswith("/appsstatus"):
        return _WORKSPACE
    path = "/" if parts.hostname in _HOSTS else _BEHIND.sub("/", parts.path)
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}/"


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the lists of one look, in any order; an incident that several have is read from the newest."""
    notes = Notes()
    told: list[tuple[Object, VendorIncident]] = []
    is_whole = bool(documents)
    for document in documents:
        listed = entries(load_json(document), is_incident, document, NAME, notes)
        base = document.url.partition("?")[0].rpartition("/")[0] + "/"
        told += [(row, incident_of(row, base, notes)) for row in listed.rows]
        is_whole = is_whole and listed.is_whole
    latest = each_once(told, lambda pair: pair[1].id, _is_newer)
    incidents = tuple(incident for _, incident in latest)
    components = components_of(latest, notes)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=_status(components, incidents, is_whole=is_whole),
        components=components,
        incidents=incidents,
        coverage=Coverage(incidents=is_whole, history=is_whole),
        warnings=notes.all,
        page_url=next((link(d.url.partition("?")[0].rpartition("/")[0] + "/") for d in documents), None),
    )


def _is_newer(one: tuple[Object, VendorIncident], other: tuple[Object, VendorIncident]) -> bool:
    return (one[1].updated_at or _LONG_AGO) > (other[1].updated_at or _LONG_AGO)


def _status(
    components: Sequence[Component], incidents: Sequence[VendorIncident], *, is_whole: bool
) -> Status:
    """Return the state; silence is good news where all of the list could be read."""
    says = effective_status(None, components, incidents, ())
    if says.is_trouble:
        return says
    return Status.OPERATIONAL if is_whole else Status.UNKNOWN
