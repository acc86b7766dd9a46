"""Which services a Change touches: rows of Changes and service maps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from statusherd.model.changes import Change
from statusherd.model.records import Component, Maintenance, VendorIncident
from statusherd.model.services import Dependency, Service, TouchedBy
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, MaintenancePhase, Severity, Status
from statusherd.respond.meaning import meaning_of
from statusherd.respond.services import ServiceMap, find_ring
from statusherd.respond.severity import SeverityRules

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
API = Component("c1", "API", group="Core")
WEB = Component("c2", "Web")
EC2_US = Component("c3", "ec2", region="us-east-1")
EC2_EU = Component("c4", "ec2", region="eu-west-1")
PAGE = {component.id: component for component in (API, WEB, EC2_US, EC2_EU)}


def incident(*ids: str, regions: tuple[str, ...] = (), **facts: object) -> Change:
    about = VendorIncident("i1", "Trouble", Impact.MAJOR, component_ids=ids, regions=regions)
    return Change("acme", K.INCIDENT_OPENED, NOW, "because", incident=about, **facts)


def changed(kind: K, *components: Component, after: str = "partial_outage") -> Change:
    return Change("acme", kind, NOW, "because", components=components, after=after)


def service(*depends_on: str, name: str = "checkout", **facts: object) -> Service:
    vendors = [Dependency(*each.split("|")) for each in depends_on]
    regional = [
        replace(each, component=each.component or None, region=each.region or None) for each in vendors
    ]
    return Service(name, depends_on=tuple(regional), **facts)


@dataclass(frozen=True)
class Row:
    """A Change, and over what it touches a service: (service, way, why) each."""

    says: str
    change: Change
    services: tuple[Service, ...]
    touches: tuple[tuple[str, str, TouchedBy], ...] = ()
    page: dict[str, Component] = field(default_factory=lambda: PAGE)


def hit(
    way: str, by: TouchedBy = TouchedBy.NAMED, name: str = "checkout"
) -> tuple[tuple[str, str, TouchedBy]]:
    return ((name, way, by),)


WHOLE, UNKNOWN, GONE = TouchedBy.WHOLE_VENDOR, TouchedBy.UNKNOWN_COMPONENTS, TouchedBy.NO_SUCH_COMPONENT
MAINTAINED = Maintenance("m1", "Move", MaintenancePhase.SCHEDULED, NOW, component_ids=("c2",))

TABLE = [
    Row("another vendor", incident(), (service("other"),)),
    Row("the vendor by name and case", incident("c2"), (service("ACME"),), hit("ACME")),
    Row("the vendor by title", incident("c2"), (service("The acme*"),), hit("The acme*")),
    Row("a page-wide incident touches a component's dependents", incident(), (service("acme|API"),), hit("acme:API", WHOLE)),
    Row("a page-wide incident touches a region's dependents", incident(), (service("acme||eu-*"),), hit("acme@eu-*", WHOLE)),
    Row("the component by name", incident("c1"), (service("acme|api"),), hit("acme:api")),
    Row("the component by id", incident("c1"), (service("acme|c1"),), hit("acme:c1")),
    Row("the component by group", incident("c1"), (service("acme|core/*"),), hit("acme:core/*")),
    Row("one component of several", incident("c2", "c1"), (service("acme|API"),), hit("acme:API")),
    Row("another component", incident("c2"), (service("acme|API"),)),
    Row("the whole vendor by one of its components", incident("c2"), (service("acme"),), hit("acme")),
    Row("unknown components fall open", incident("c99"), (service("acme|API"),), hit("acme:API", UNKNOWN)),
    Row("known components decide beside unknown ones", incident("c99", "c2"), (service("acme|API"),)),
    Row("unknown components in another region", incident("c99", regions=("us",)), (service("acme|API|eu"),)),
    Row("a dependency that is not on the page falls open", incident("c2"), (service("acme|Gone"),), hit("acme:Gone", GONE)),
    Row("where the page lists nothing it is not missed", incident("c2", components=(WEB,)), (service("acme|Gone"),), page={}),
    Row("a component known from the look alone", incident("c1", components=(API,)), (service("acme|API"),), hit("acme:API"), page={}),
    Row("the component's region", incident("c3", "c4"), (service("acme|ec2|eu-*"),), hit("acme:ec2@eu-*")),
    Row("the component in another region", incident("c3"), (service("acme|ec2|eu-*"),)),
    Row("the region of the incident", incident("c1", regions=("eu-west-1",)), (service("acme|API|EU-*"),), hit("acme:API@EU-*")),
    Row("another region of the incident", incident("c1", regions=("us-east-1",)), (service("acme|API|eu-*"),)),
    Row("no component, the region", incident(regions=("eu-1",)), (service("acme||eu-*"),), hit("acme@eu-*")),
    Row("no component, another region", incident(regions=("us-1",)), (service("acme||eu-*"),)),
    Row("no region is everywhere", incident("c1"), (service("acme|API|eu-*"),), hit("acme:API@eu-*")),
    Row("two dependencies are one touch", incident("c1"), (service("acme", "acme|API"),), hit("acme")),
    Row("what names it goes before what is taken for it", incident("c2"), (service("acme|Gone", "acme|Web"),), hit("acme:Web")),
    Row("a component alone", changed(K.COMPONENT_CHANGED, API), (service("acme|API"),), hit("acme:API")),
    Row("a component alone, the vendor as a whole", changed(K.COMPONENT_CHANGED, API), (service("acme"),)),
    Row("a component alone, a dependency that is gone", changed(K.COMPONENT_CHANGED, API), (service("acme|Gone"),)),
    Row("a disturbance of components", changed(K.DISTURBANCE_OPENED, API), (service("acme|API"), service("acme|Web", name="w")), hit("acme:API")),
    Row("a disturbance of nothing in particular", changed(K.DISTURBANCE_OPENED), (service("acme|API"),), hit("acme:API", WHOLE)),
    Row("a maintenance", Change("acme", K.MAINTENANCE_ANNOUNCED, NOW, "", maintenance=MAINTAINED), (service("acme|API"), service("acme|Web", name="w")), hit("acme:Web", name="w")),
    Row("a page that cannot be read", changed(K.BLIND, after="timeout"), (service("acme|API"),), hit("acme:API", WHOLE)),
    Row("through a service", incident("c1"), (service(name="shop", needs=("PAY*",)), service("acme|API", name="pay")),
        (("pay", "acme:API", TouchedBy.NAMED), ("shop", "pay > acme:API", TouchedBy.NAMED))),
    Row("through two services", incident("c1"), (service(name="a", needs=("b",)), service(name="b", needs=("c",)), service("acme|API", name="c")),
        (("a", "b > c > acme:API", TouchedBy.NAMED), ("b", "c > acme:API", TouchedBy.NAMED), ("c", "acme:API", TouchedBy.NAMED))),
    Row("the shortest way is told", incident("c1"), (service(name="a", needs=("b", "c")), service(name="b", needs=("c",)), service("acme|API", name="c")),
        (("a", "c > acme:API", TouchedBy.NAMED), ("b", "c > acme:API", TouchedBy.NAMED), ("c", "acme:API", TouchedBy.NAMED))),
    Row("the most important first", incident("c1"), (service("acme", name="a"), service("acme", name="z", tier=1)),
        (("z", "acme", TouchedBy.NAMED), ("a", "acme", TouchedBy.NAMED))),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says)
def test_which_services_a_change_touches(row: Row) -> None:
    touched = ServiceMap(row.services).touched(row.change, "The Acme Company", row.page)
    assert tuple((touch.service, touch.via, touch.by) for touch in touched) == row.touches


def test_a_fallback_on_the_way_counts_unless_there_is_a_way_without() -> None:
    plain, cushioned = service("acme", name="plain"), service("acme", name="soft", fallback="a second vendor")
    (touch,) = [
        t for t in ServiceMap((service(needs=("soft",)), cushioned)).touched(incident(), "", PAGE) if t.chain
    ]
    assert (touch.cushion, touch.fallback) == ("soft", "a second vendor")
    both = ServiceMap((service(needs=("soft", "plain")), cushioned, plain)).touched(incident(), "", PAGE)
    (touch,) = [touch for touch in both if touch.service == "checkout"]
    assert (touch.chain, touch.cushion) == (("plain",), None)


@pytest.mark.parametrize(
    ("needs", "ring"),
    [
        ({"a": ("b",), "b": ()}, ()),
        ({"a": ("A",)}, ("a", "a")),
        ({"a*": ("a*",)}, ("a*", "a*")),
        ({"ab": ("a*",)}, ()),
        ({"a": ("b",), "b": ("c",), "c": ("a",)}, ("a", "b", "c", "a")),
        ({"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ()}, ()),
    ],
)
def test_services_that_need_each_other_in_a_ring_are_found(
    needs: dict[str, tuple[str, ...]], ring: tuple[str, ...]
) -> None:
    found = find_ring([Service(name, needs=patterns) for name, patterns in needs.items()])
    turned = found.index(ring[0]) if ring and ring[0] in found else 0
    assert (*found[turned:-1], *found[:turned], *ring[-1:]) == ring if ring else found == ()


def test_a_long_chain_of_services_is_followed_to_its_end() -> None:
    chain = [Service(f"s{n}", needs=(f"s{n + 1}",)) for n in range(1200)] + [service("acme", name="s1200")]
    assert find_ring(chain) == ()
    services = ServiceMap(chain[-300:])
    assert len(services.touched(incident(), "", PAGE)) == 300


def test_the_components_that_services_depend_on_are_told_to_the_comparison() -> None:
    services = ServiceMap((service("acme|API", "acme", "Other|API"), service("ac*|Web|eu", name="w")))
    assert [str(each) for each in services.depended_on("acme", "Acme")] == ["acme:API", "ac*:Web@eu"]


def test_a_first_look_is_judged_incident_by_incident() -> None:
    small = VendorIncident("small", "Trouble", Impact.MINOR, component_ids=("c1",))
    large = VendorIncident("large", "Trouble", Impact.CRITICAL, component_ids=("c2",))
    first = Change("acme", K.FIRST_LOOK, NOW, "", status=Status.MAJOR_OUTAGE, incidents=(small, large))
    meaning = meaning_of(first, "Acme", PAGE, ServiceMap((service("acme|API", tier=1),)), SeverityRules())
    assert meaning.judgement.severity is Severity.SEV3
    assert [touch.service for touch in meaning.touches] == ["checkout"]
    assert {key: part.judgement.severity for key, part in meaning.parts.items()} == {
        "small": Severity.SEV3,
        "large": Severity.SEV4,
    }


def test_every_way_to_be_touched_has_its_sentence() -> None:
    assert all(by.sentence for by in TouchedBy)
