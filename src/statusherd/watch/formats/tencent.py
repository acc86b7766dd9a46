"""Tencent Cloud: the products of one region, behind its status page.

Facts: an answer of September 2026 for what belongs to no region, cut to one category by who kept it, and
clients of the API. No answer with an event in it was seen: what is read of events is what the names of the
fields promise, and their times only where they carry a zone, since the page may mean China's. The counts of
the summary are the rollup. The region stands in the address of a product's feed. A region that does not
exist answers with an empty list: that is no good news.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from statusherd.model.records import Component, Coverage, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._places import page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, load_json, number, objects, string, try_object
from statusherd.watch.reading.words import Notes, impact_of

NAME = "tencent"

STATES: Final[Mapping[str, Status]] = {
    "normal": Status.OPERATIONAL,
    "notify": Status.DEGRADED,
    "abnormal": Status.MAJOR_OUTAGE,
}
# A summary that counts some products as abnormal does not speak of all of them.
COUNTS: Final[Mapping[str, Status]] = {
    "NormalCount": Status.OPERATIONAL,
    "NotifyCount": Status.DEGRADED,
    "AbnormalCount": Status.PARTIAL_OUTAGE,
}
_PRODUCTS: Final = "v1/api/status/DescribeProductEventForRegionInPeriod?RegionId=non-regional"
_REGION: Final = re.compile(r"/rss/[\w-]{1,20}/([\w-]{1,60})/[^/]{1,100}$")
_NO_REGION: Final = "non-regional"
_TITLES: Final = ("EventTitle", "Title", "EventName", "Name")
_TEXTS: Final = ("EventDetail", "Detail", "Content", "Description")
_STARTS: Final = ("StartTime", "EventStartTime", "BeginTime")
_IDS: Final = ("EventId", "Id", "ID")
CLUES: Final = Clues(
    in_address=(
        at_host("status.cloud.tencent.com", f"/{_PRODUCTS}"),
        at_host("status.tencentcloud.com", f"/{_PRODUCTS}"),
    )
)


def recognise(document: Document) -> Recognition | None:
    """A Response whose Data hold categories of products with CurrentStatus."""
    products = [product for _, product in _products(_data(try_object(document)))]
    if not products or not all(map(_is_product, products)):
        return None
    return Recognition(95, "Response.Data.CategoryList: products with CurrentStatus")


def endpoints(address: str) -> Endpoints:
    """The products that belong to no region; those of a region where the address asks for it."""
    if "/v1/api/" in address:
        return Endpoints(look=(address,))
    return Endpoints(look=(page_root(address) + _PRODUCTS,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the regions that were asked for."""
    notes = Notes()
    datas = [_anchored(document) for document in documents]
    rows = [pair for data in datas for pair in _products(data)]
    components = {(leaf := _component(group, row, notes)).id: leaf for group, row in rows}
    incidents = _joined(_incidents(rows, notes))
    page_status = worst(state for data in datas if (state := _rollup(data)) is not None)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components.values(), incidents, ()),
        components=tuple(components.values()),
        incidents=incidents,
        coverage=Coverage(rollup=page_status is not None, components=True, incidents=True),
        warnings=notes.all,
        page_name="Tencent Cloud",
    )


def _data(root: Object) -> Object:
    return as_object(as_object(root.get("Response")).get("Data"))


def _products(data: Object) -> Iterable[tuple[str, Object]]:
    """Yield the products, each with the name of its category."""
    for category in objects(data.get("CategoryList")):
        group = plain_line(string(category.get("CategoryName")))
        for product in objects(category.get("ProductList")):
            yield group, product


def _is_product(row: Object) -> bool:
    return bool(plain_line(string(row.get("ProductId")))) and isinstance(row.get("CurrentStatus"), str)


def _anchored(document: Document) -> Object:
    root = as_object(load_json(document))
    error = as_object(as_object(root.get("Response")).get("Error"))
    if error:
        raise not_this(
            "Tencent Cloud", document, f"it reports the error {plain_line(string(error.get('Code')), 60)}"
        )
    data = _data(root)
    products = [product for _, product in _products(data)]
    if not products or not all(map(_is_product, products)):
        raise not_this("Tencent Cloud", document, "no products with CurrentStatus: the region may not exist")
    return data


def _rollup(data: Object) -> Status | None:
    """Return the worst state that the summary counts a product in; None where it counts none."""
    summary = as_object(data.get("Summary"))
    return worst(state for key, state in COUNTS.items() if (number(summary.get(key)) or 0) > 0)


def _component(group: str, row: Object, notes: Notes) -> Component:
    key = _key(row)
    return Component(
        id=key,
        name=plain_line(string(row.get("ProductName"))) or key,
        group=group or None,
        region=_region(row),
        status=_status(row, notes),
    )


def _status(row: Object, notes: Notes) -> Status:
    return notes.look_up(STATES, row["CurrentStatus"], Status.UNKNOWN, "product status")


def _key(row: Object) -> str:
    region, own = _region(row), plain_line(string(row["ProductId"]))
    return f"{region}/{own}" if region else own


def _region(row: Object) -> str | None:
    match = _REGION.search(string(row.get("Rss")) or "")
    return match[1] if match and match[1] != _NO_REGION else None


def _incidents(rows: Iterable[tuple[str, Object]], notes: Notes) -> Iterable[VendorIncident]:
    """Yield what products in trouble say of it; one that says nothing is told by its state alone."""
    for _, row in rows:
        event = as_object(row.get("CurrentEvent"))
        title = plain_line(_first(event, _TITLES) or string(row.get("ProductEventTitle")))
        status = _status(row, notes)
        if status.is_trouble and (title or event):
            yield _incident(row, event, title, status)


def _joined(incidents: Iterable[VendorIncident]) -> tuple[VendorIncident, ...]:
    """Return each event once, as of all products that tell of it."""
    prints: dict[str, list[VendorIncident]] = {}
    for incident in incidents:
        prints.setdefault(incident.id, []).append(incident)
    return tuple(
        replace(
            max(same, key=lambda incident: incident.impact.rank),
            component_ids=tuple(dict.fromkeys(key for one in same for key in one.component_ids)),
            regions=tuple(dict.fromkeys(region for one in same for region in one.regions)),
        )
        for same in prints.values()
    )


def _incident(row: Object, event: Object, title: str, status: Status) -> VendorIncident:
    name = title or plain_line(string(row.get("ProductName"))) or _key(row)
    started_at = parse_time(_first(event, _STARTS), zone=None)
    text = plain_text(_first(event, _TEXTS))
    region = _region(row)
    return VendorIncident(
        id=identity(_first(event, _IDS), f"{_key(row)} {name}", started_at),
        title=name,
        impact=impact_of(status),
        phase=Phase.INVESTIGATING,
        started_at=started_at,
        updated_at=started_at,
        component_ids=(_key(row),),
        regions=(region,) if region else (),
        updates=(Update(started_at, Phase.INVESTIGATING, text),) if started_at and text else (),
    )


def _first(row: Object, keys: Iterable[str]) -> str | None:
    return next((text for key in keys if (text := string(row.get(key)))), None)
