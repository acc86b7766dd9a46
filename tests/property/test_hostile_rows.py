"""Very many rows, and rows that share what is long: read at a cost that grows with the size alone."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hostile import own_documents, parts, read, read_body

from inputs import look_at
from statusherd.watch.formats import format_named
from statusherd.watch.reading.documents import Document

SECONDS = 8.0
"""For some kilobytes that stand for very many rows: a reader that makes each of them anew takes minutes."""
RECORD = {
    "Id": "a1",
    "Status__c": "Investigating",
    "Category__c": "Service Disruption",
    "Incident_Title__c": "Slow",
    "Impacted_Cells__c": "a;b",
    "Start_Time__c": "2026-03-02T11:00:00.000+0000",
    "Last_Updated__c": "2026-03-02T11:30:00.000+0000",
    "Log__c": "We look.",
}


def own(name: str) -> Any:
    """The JSON of a format's page on which all is well."""
    (document,) = (d for d in own_documents(name) if d.url.endswith("/all_well.json"))
    return json.loads(document.text)


# Rows of many formats


def _riot(count: int) -> Any:
    rows = [{"id": 1, "titles": [{"content": "x" * 9}] * 3, "updates": [{"created_at": 1772449200}] * 3}]
    return {"id": "EUW1", "locales": [], "incidents": rows * count, "maintenances": rows * count}


def _playstation(count: int) -> Any:
    entries = [{"statusType": "Outage", "startDate": "2026-03-02T09:00:00Z"}] * 20
    services = [{"serviceName": f"s{number % 997}", "status": entries} for number in range(count // 20)]
    countries = [{"countryCode": f"c{n % 50}", "services": services[n::100]} for n in range(100)]
    return {"regionName": "SCEA", "status": [], "countries": countries}


def _algolia(count: int) -> Any:
    log = [{"t": 1772449200000 + n, "v": {"title": "x", "status": "major_outage"}} for n in range(count)]
    return {"incidents": {"c1-de": log, "c2-de": log}}


def _meta(count: int) -> Any:
    posts = [{"status": "resolved", "description": "<b>x</b>", "time": 1772449200 + n} for n in range(9)]
    return [{"id": n, "service_id": 1, "status": "resolved", "posts": posts} for n in range(count // 9)]


def _xbox(count: int) -> Any:
    incident = {"Begin": "2026-03-02T09:00:00Z", "Stage": {"Message": "x"}}
    scenario = {"Name": "s", "Status": {"Name": "Impacted"}, "Incidents": [incident] * 10}
    rows = [
        {"Name": f"n{n}", "Status": {"Name": "None"}, "Scenarios": [scenario]} for n in range(count // 10)
    ]
    return {"CoreServices": rows}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("riot", _riot),
        ("playstation", _playstation),
        ("algolia", _algolia),
        ("meta", _meta),
        ("xbox", _xbox),
    ],
)
def test_time_grows_with_the_size_alone(name: str, make: Any) -> None:
    took = []
    for count in (3_000, 12_000):
        body = json.dumps(make(count))
        began = time.process_time()
        assert read_body(name, body) is not None
        took.append(time.process_time() - began)
    assert took[1] < 12 * took[0] + 1


def many_components() -> bytes:
    rows = [{"id": n, "name": "x", "state": "operational", "parent_id": n - 1} for n in range(30_000)]
    return json.dumps({"components": rows}).encode()


def many_notices() -> bytes:
    notice = {"type": "unplanned", "state": "open", "components": [{"id": n} for n in range(50)]}
    rows = [notice | {"id": n, "began_at": f"the {n % 9}th of March 26, 8pm"} for n in range(3_000)]
    return json.dumps({"notices": rows}).encode()


def many_names() -> bytes:
    rows = [{"name": name, "status": "operational"} for n in range(20_000) for name in ("A", f"A ({n})")]
    return json.dumps(own("openstatus") | {"components": rows}).encode()


def many_posts() -> bytes:
    posts = [{"status": "odd", "body": "x", "created_at": "2026-03-02T11:00:00Z"} for _ in range(30_000)]
    rows = [{"name": "x", "status": "started", "incident_updates": posts}]
    return json.dumps(own("rootly") | {"incidents": rows}).encode()


def many_counters() -> bytes:
    counters = {f"count_status_{n}": 1 for n in range(1, 100_000)}
    return json.dumps({"counters": counters}).encode()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("sorry", many_components()),
        ("sorry", many_notices()),
        ("openstatus", many_names()),
        ("rootly", many_posts()),
        ("statushub", many_counters()),
    ],
    ids=["components", "notices", "names", "posts", "counters"],
)
def test_megabytes_of_rows_are_read_in_time(name: str, body: bytes) -> None:
    assert read_body(name, body) is not None


# Rows that share


def page(incidents: str, planned: str = "[]", cells: str = "a,b") -> bytes:
    spans = (("cellList", cells), ("incidents", incidents), ("planned-outages", planned))
    body = "".join(f'<span data-id="{name}">{text}</span>' for name, text in spans)
    return f"<!DOCTYPE html><html><body>{body}</body></html>".encode(errors="replace")


def many_steps() -> bytes:
    """One long text that each step of very many events points to."""
    step = {"status": "Opened", "severity": "Minor", "titleToken": "m", "messageToken": "m"}
    events = {str(n): {"products": {"1": {"history": {"1772448000": step}}}} for n in range(15_000)}
    messages = {"en": {"m": {"htmlMessage": "<b>{startDateTime} &amp;</b> " * 10_000}}}
    incidents = {"incidents": events, "messages": messages}
    return json.dumps({"incidentEvent": incidents, "maintenanceEvent": {"maintenance": {}}}).encode()


def many_references() -> bytes:
    """Very many incidents that all claim one long post."""
    reference = {"incidentUpdates": {"data": [{"id": "p"}]}}
    own = {"outage": True, "resolvedAt": None}
    rows = [{"id": str(n), "attributes": own, "relationships": reference} for n in range(15_000)]
    post = {"createdAt": "2026-03-02T11:00:00Z", "description": "<b>word</b> " * 20_000}
    included = [{"id": "p", "type": "incidentUpdate", "attributes": post}]
    return json.dumps({"data": rows, "included": included}).encode()


def many_records() -> bytes:
    cells = ",".join(f"c{n}" for n in range(200))
    rows = [RECORD | {"Id": str(n), "Impacted_Cells__c": cells} for n in range(2_000)]
    return page(json.dumps(rows), json.dumps(rows[:500]), ",".join(f"c{n}" for n in range(100_000)))


MANY = [("adobe", many_steps()), ("zendesk", many_references()), ("okta", many_records())]


@pytest.mark.parametrize(("name", "body"), MANY, ids=[name for name, _ in MANY])
def test_what_many_rows_share_is_not_told_by_each(name: str, body: bytes) -> None:
    snapshot = read_body(name, body)
    assert snapshot is not None
    assert sum(len(u.text) for i in snapshot.incidents for u in i.updates) <= len(body)


def test_entries_that_share_long_lists_are_read_in_time() -> None:
    rows = ",".join(f'{{id:{n},title:"a",monitors:a,comments:b}}' for n in range(2_000))
    tags = ",".join(f'{{tag:"{n}"}}' for n in range(2_000))
    comments = ",".join('{commented_at:1767259800,comment:"b"}' for _ in range(2_000))
    home = f"(function(a,b){{return {{monitors:[],allRecentIncidents:[{rows}]}}}}([{tags}],[{comments}]))"
    page = f'<!doctype html><script>const data = [{{type:"data",data:{home}}}]</script>'
    began = time.process_time()
    assert format_named("kener").parse([Document(page.encode())], look_at("kener"))
    assert time.process_time() - began < SECONDS


def test_places_that_name_each_other_are_read_or_refused_in_time() -> None:
    """Some kilobytes: thousands of rows that all are one."""
    for part in parts("onlineornot"):
        many = [
            [place] * 3_000 if isinstance(place, int) else value
            for value in part.root
            for place in [value[0] if isinstance(value, list) and value else None]
        ]
        read("onlineornot", *part.with_value((), many))
