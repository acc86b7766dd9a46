"""Meta: metastatus.com, with a list of products (orgs), the states of their services, and each one's outages.

Facts: clients of 2024 to 2026; no whole body was seen. `/data/orgs.json` lists all products; a service has a
name and the words of the page ("No known issues", "High disruptions"). "Resolved" stays for hours after the
end. `/data/outages/<org>.json` has the outages that go on and such as ended lately, `<org>.history.json`
older ones: an outage names a service by `service_id`, has a status in the words of the services, and posts.
It has no title, and one time, which may be that of its last change: the oldest stamp is taken as the start.
Every other path answers with the page itself and 200. The outages are read where the address names a product;
planned work does not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import Entries, entries, identity, once, try_rows
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string
from statusherd.watch.reading.words import PHASES, Notes, fold, impact_of

NAME = "meta"

STATES: Final[Mapping[str, Status]] = {
    "noknownissues": Status.OPERATIONAL,
    "resolved": Status.OPERATIONAL,
    "lowdisruptions": Status.DEGRADED,
    "somedisruptions": Status.DEGRADED,
    "mediumdisruptions": Status.PARTIAL_OUTAGE,
    "highdisruptions": Status.MAJOR_OUTAGE,
    # A client looks for it in the singular too.
    "lowdisruption": Status.DEGRADED,
    "mediumdisruption": Status.PARTIAL_OUTAGE,
    "highdisruption": Status.MAJOR_OUTAGE,
}
_ORGS: Final = "data/orgs.json"
_DOCUMENT: Final = re.compile(r"^(.*/)data/(?:orgs|outages/([\w-]+)(\.history)?)\.json$")
_FEED: Final = re.compile(r"^(.*/)outage-events-feed-([\w-]+)\.rss$")
_PAGE: Final = re.compile(r"^(.*/)([\w-]+)/?$")
CLUES: Final = Clues(in_address=(at_host("metastatus.com", f"/{_ORGS}"),))


@dataclass(frozen=True, slots=True)
class _Place:
    """What an address names: the page's root, a product or None, and which of its documents."""

    root: str
    org: str | None = None
    has_outages: bool = False
    is_history: bool = False


@dataclass(frozen=True, slots=True)
class _List:
    place: _Place
    is_orgs: bool
    found: Entries


@dataclass(frozen=True, slots=True)
class _Product:
    """A product with its components by the ids that outages give its services."""

    id: str
    name: str
    services: Mapping[str, Component]


@dataclass(frozen=True, slots=True)
class _Post:
    """A post of an outage: the phase or the impact that its status stands for, None where it says neither."""

    at: datetime
    phase: Phase | None
    impact: Impact | None
    text: str


def recognise(document: Document) -> Recognition | None:
    """Products with services in the page's words, or outages of a service_id with posts."""
    rows = list(try_rows(document, '"services"', '"status"'))
    if _has_services(rows) and all(map(_is_org, rows)):
        words = {fold(service.get("status")) for row in rows for service in objects(row["services"])}
        is_sure = bool(words & STATES.keys() - {"resolved"})
        return Recognition(94 if is_sure else 50, "products with services and their states")
    rows = list(try_rows(document, '"service_id"', '"posts"'))
    if rows and all("service_id" in row and _is_outage(row) for row in rows):
        return Recognition(90, "outages with service_id, status and posts")
    return None


def endpoints(address: str) -> Endpoints:
    """The products; with them the outages of the one that the address names, and its feed in their place."""
    place = _place(address)
    if place.org is None:
        return Endpoints(look=(place.root + _ORGS,))
    outages = f"{place.root}data/outages/{place.org}"
    return Endpoints(
        look=(place.root + _ORGS, f"{outages}.json"),
        history=(f"{outages}.history.json",),
        fallbacks=((f"{place.root}outage-events-feed-{place.org}.rss", "feed"),),
    )


def _place(address: str) -> _Place:
    parts = urlsplit(address)
    host = f"{parts.scheme}://{parts.netloc}"
    if match := _DOCUMENT.match(parts.path):
        return _Place(host + match[1], match[2], has_outages=bool(match[2]), is_history=bool(match[3]))
    match = _FEED.match(parts.path) or _PAGE.match(parts.path)
    return _Place(host + match[1], match[2]) if match else _Place(f"{host}/")


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge products and outages. Of several products those are taken whose outages are there."""
    notes = Notes()
    lists = [_read(document, notes) for document in documents]
    outages = [one for one in lists if not one.is_orgs]
    products = _products(lists, {one.place.org for one in outages if one.place.org}, notes)
    components = tuple(component for product in products for component in product.services.values())
    unique = {component.id: component for component in components}
    incidents = once(
        _incident(row, _product_of(one, products), one.place, notes)
        for one in outages
        for row in one.found.rows
    )
    current = [one for one in outages if one.place.has_outages and not one.place.is_history]
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, unique.values(), incidents, ()),
        components=tuple(unique.values()),
        incidents=incidents,
        coverage=Coverage(
            components=bool(unique),
            incidents=bool(current) and all(one.found.is_whole for one in current),
            history=any(one.place.is_history for one in outages),
        ),
        warnings=notes.all,
        page_name=products[0].name if len(products) == 1 else "Meta",
    )


def _read(document: Document, notes: Notes) -> _List:
    """Read a list by its address, else by its entries: an empty one without an address is nobody's."""
    value = load_json(document)
    place = _place(document.url)
    is_orgs = _has_services(objects(value))
    if is_orgs and not place.has_outages:
        return _List(place, True, entries(value, _is_org, document, "Meta", notes))
    if value == [] and not place.has_outages:
        raise not_this("Meta", document, "an empty list is no list of products")
    return _List(place, False, entries(value, _is_outage, document, "Meta", notes))


def _is_org(row: Object) -> bool:
    services = row.get("services")
    has_id = bool(plain_line(string(row.get("id"))))
    return has_id and isinstance(services, list) and all("status" in as_object(one) for one in services)


def _has_services(rows: Iterable[Object]) -> bool:
    return any(_is_org(row) and row["services"] for row in rows)


def _is_outage(row: Object) -> bool:
    return "status" in row and isinstance(row.get("posts"), list)


def _products(lists: Iterable[_List], wanted: set[str], notes: Notes) -> list[_Product]:
    rows = [row for one in lists if one.is_orgs for row in one.found.rows]
    chosen = [row for row in rows if not wanted or string(row["id"]) in wanted]
    if rows and not chosen:
        notes.warn(f"the page has no product {', '.join(sorted(wanted))}")
    return [_product(row, notes) for row in chosen]


def _product(row: Object, notes: Notes) -> _Product:
    key = plain_line(string(row["id"]))
    name = plain_line(string(row.get("name"))) or key
    services = dict(_services(row, key, name, notes))
    return _Product(key, name, services)


def _services(row: Object, key: str, group: str, notes: Notes) -> Iterator[tuple[str, Component]]:
    for service in objects(row["services"]):
        name = plain_line(string(service.get("name")))
        own = plain_line(string(service.get("id"))) or name or key
        status = notes.look_up(STATES, service["status"], Status.UNKNOWN, "service status")
        yield own, Component(f"{key}/{own}", name or group, group=group, status=status)


def _product_of(one: _List, products: Sequence[_Product]) -> _Product | None:
    """Return whose outages a list has: the address tells, or there is but one."""
    if one.place.org:
        return next((product for product in products if product.id == one.place.org), None)
    return products[0] if len(products) == 1 else None


def _incident(row: Object, product: _Product | None, place: _Place, notes: Notes) -> VendorIncident:
    service = product.services.get(string(row.get("service_id")) or "") if product else None
    posts = _posts(row, notes)
    phase = _phase(row, posts, notes)
    stamps = sorted(at for at in (parse_time(row.get("time")), *(post.at for post in posts)) if at)
    title = _title(service, product)
    return VendorIncident(
        id=identity(row.get("id"), title, stamps[0] if stamps else None),
        title=title,
        impact=_impact(row, posts, notes),
        phase=phase,
        started_at=stamps[0] if stamps else None,
        updated_at=stamps[-1] if stamps else None,
        resolved_at=stamps[-1] if stamps and phase is Phase.RESOLVED else None,
        component_ids=(service.id,) if service else (),
        url=link(f"{place.root}{place.org}") if place.org else None,
        updates=tuple(Update(post.at, post.phase or Phase.INVESTIGATING, post.text) for post in posts),
    )


def _title(service: Component | None, product: _Product | None) -> str:
    """Make a title, which the source has not, of what does not move."""
    names = (service.name if service else None, product.name if product else None)
    return plain_line(f"{', '.join(dict.fromkeys(filter(None, names))) or 'Meta'}: disruption")


def _posts(row: Object, notes: Notes) -> list[_Post]:
    found = []
    for post in objects(row["posts"]):
        at = parse_time(post.get("time"))
        if at is not None:
            phase, impact = _meaning(post.get("status"), notes)
            found.append(_Post(at, phase, impact, plain_text(string(post.get("description")))))
    return sorted(found, key=lambda post: post.at)


def _meaning(word: object, notes: Notes) -> tuple[Phase | None, Impact | None]:
    """Return what a status says: of where an outage stands, or of how bad it is."""
    if (phase := PHASES.get(fold(word))) is not None:
        return phase, None
    status = notes.look_up(STATES, word, Status.UNKNOWN, "outage status")
    if status is Status.OPERATIONAL:
        return Phase.RESOLVED, None
    return None, None if status is Status.UNKNOWN else impact_of(status)


def _phase(row: Object, posts: Sequence[_Post], notes: Notes) -> Phase:
    """Return what the outage's own status says; of an open one the newest post tells how far it is."""
    own, _ = _meaning(row["status"], notes)
    told = [post.phase for post in reversed(posts) if post.phase]
    if own is not None or not told:
        return own or Phase.INVESTIGATING
    if row["status"] is None:
        return told[0]
    return next((phase for phase in told if phase is not Phase.RESOLVED), Phase.INVESTIGATING)


def _impact(row: Object, posts: Sequence[_Post], notes: Notes) -> Impact:
    """Return how bad it is, or was: the newest word for that."""
    _, own = _meaning(row["status"], notes)
    return own or next((post.impact for post in reversed(posts) if post.impact), Impact.UNKNOWN)
