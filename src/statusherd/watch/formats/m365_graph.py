"""Microsoft 365's service health, as a tenant sees it: Microsoft Graph below /admin/serviceAnnouncement/.

Facts: Microsoft's description of the API; no answer of it was seen. `healthOverviews` has a state for each
service that the tenant has, with `$expand=issues` also its issues, ended ones among them; `issues` with a
filter has those that are open. An issue is an advisory or an incident, says itself whether it is resolved,
and keeps its posts, HTML or text. Both want a token of an application with ServiceHealth.Read.All; without
one they answer 401. A list can go on behind `@odata.nextLink`, which is not followed: silence then means
nothing.

An advisory is a minor impact and an incident a major one, critical where the service is interrupted. States
that restore, verify or recover are still trouble. Planned work is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes, fold

NAME = "m365-graph"

STATES: Final[Mapping[str, Status]] = {
    "serviceoperational": Status.OPERATIONAL,
    "servicerestored": Status.OPERATIONAL,
    "falsepositive": Status.OPERATIONAL,
    "postincidentreviewpublished": Status.OPERATIONAL,
    "resolved": Status.OPERATIONAL,
    "resolvedexternal": Status.OPERATIONAL,
    "mitigated": Status.OPERATIONAL,
    "mitigatedexternal": Status.OPERATIONAL,
    "investigating": Status.DEGRADED,
    "investigationsuspended": Status.DEGRADED,
    "reported": Status.DEGRADED,
    "confirmed": Status.DEGRADED,
    "servicedegradation": Status.DEGRADED,
    "restoringservice": Status.DEGRADED,
    "verifyingservice": Status.DEGRADED,
    "extendedrecovery": Status.DEGRADED,
    "serviceinterruption": Status.MAJOR_OUTAGE,
}
CLASSES: Final[Mapping[str, Impact]] = {"advisory": Impact.MINOR, "incident": Impact.MAJOR}
_RECOVERING: Final = frozenset(["restoringservice", "verifyingservice", "extendedrecovery"])
_OVERVIEWS, _ISSUES = "healthOverviews", "issues"
_OPEN_ISSUES: Final = "issues?$filter=isResolved%20eq%20false"
_HOST: Final = "graph.microsoft.com"
_PLACE: Final = re.compile(r"^(.*?/(?:v1\.0|beta))(?:/.*)?$")
_PATH: Final = "admin/serviceAnnouncement"
_CONTEXT: Final = re.compile(r"admin/serviceAnnouncement/(healthOverviews|issues)(?:[(/?]|$)", re.IGNORECASE)
CLUES: Final = Clues(in_address=(at_host(_HOST, f"/v1.0/{_PATH}/{_OVERVIEWS}"),))


def recognise(document: Document) -> Recognition | None:
    """A list of Graph's with the states of services, or with issues that say whether they are resolved."""
    kind = _kind(try_object(document))
    return Recognition(96, f"a list of {kind} of serviceAnnouncement") if kind else None


def endpoints(address: str) -> Endpoints:
    """The states of the services and the open issues; all issues, ended ones too, as history."""
    parts = urlsplit(address)
    match = _PLACE.match(parts.path)
    root = f"{parts.scheme}://{parts.netloc}{match[1] if match else '/v1.0'}/{_PATH}/"
    return Endpoints(
        look=(root + _OVERVIEWS, root + _OPEN_ISSUES),
        history=(f"{root}{_OVERVIEWS}?$expand=issues",),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the lists of one look, in any order."""
    notes = Notes()
    lists = [_anchored(document) for document in documents]
    services = [row for kind, root in lists if kind == _OVERVIEWS for row in objects(root["value"])]
    leaves = {leaf.id: leaf for leaf in (_component(row, notes) for row in services)}
    ids = {leaf.name: leaf.id for leaf in leaves.values()}
    issues = [root for kind, root in lists if kind == _ISSUES]
    rows = [row for root in issues for row in objects(root["value"])]
    expanded = [row for service in services for row in objects(service.get("issues"))]
    incidents = once(_incident(row, ids, notes) for row in (*rows, *expanded))
    coverage = _coverage(lists)
    silence = Status.OPERATIONAL if coverage.incidents else Status.UNKNOWN
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, leaves.values(), incidents, (), silence=silence),
        components=tuple(leaves.values()),
        incidents=incidents,
        coverage=coverage,
        warnings=(*notes.all, *_cut(lists)),
        page_name="Microsoft 365",
    )


def _kind(root: Object) -> str:
    """Return which of the two lists `root` is, empty where it is neither.

    An empty list of issues is known by its context alone; without a service there is no list of services.
    """
    rows = root.get("value")
    if not isinstance(rows, list):
        return ""
    context = _CONTEXT.search(string(root.get("@odata.context")) or "")
    if rows and all(_is_service(as_object(row)) for row in rows):
        return _OVERVIEWS
    if rows and all(_is_issue(as_object(row)) for row in rows):
        return _ISSUES
    is_empty = not rows and context is not None and context[1].lower() == _ISSUES
    return _ISSUES if is_empty else ""


def _is_service(row: Object) -> bool:
    is_issue = "classification" in row or "isResolved" in row
    issues = row.get("issues", [])
    are_issues = isinstance(issues, list) and all(_is_issue(as_object(issue)) for issue in issues)
    return bool(_name(row)) and isinstance(row.get("status"), str) and not is_issue and are_issues


def _is_issue(row: Object) -> bool:
    has_end = isinstance(row.get("isResolved"), bool)
    return bool(plain_line(string(row.get("id")))) and has_end and "classification" in row


def _anchored(document: Document) -> tuple[str, Object]:
    root = as_object(load_json(document))
    error = as_object(root.get("error"))
    if error:
        code = plain_line(string(error.get("code")), 60) or "none"
        raise not_this("Microsoft Graph", document, f"it reports the error {code}")
    kind = _kind(root)
    if not kind:
        raise not_this("Microsoft Graph", document, "neither services with a state nor issues")
    return kind, root


def _coverage(lists: Sequence[tuple[str, Object]]) -> Coverage:
    is_whole = not _cut(lists)
    overviews = [list(objects(root["value"])) for kind, root in lists if kind == _OVERVIEWS]
    has_expanded = any(all("issues" in service for service in services) for services in overviews)
    has_issues = any(kind == _ISSUES for kind, _ in lists) or has_expanded
    return Coverage(
        components=bool(overviews) and is_whole,
        incidents=has_issues and is_whole,
        history=has_expanded,
    )


def _cut(lists: Iterable[tuple[str, Object]]) -> tuple[str, ...]:
    goes_on = any("@odata.nextLink" in root for _, root in lists)
    return ("a list goes on behind what was read: silence means nothing",) if goes_on else ()


def _name(row: Object) -> str:
    return plain_line(string(row.get("service")) or string(row.get("id")))


def _component(row: Object, notes: Notes) -> Component:
    name = _name(row)
    status = notes.look_up(STATES, row["status"], Status.UNKNOWN, "service status")
    return Component(plain_line(string(row.get("id"))) or name, name, status=status)


def _incident(row: Object, ids: Mapping[str, str], notes: Notes) -> VendorIncident:
    status = notes.look_up(STATES, string(row.get("status")), Status.UNKNOWN, "issue status")
    changed_at = parse_time(row.get("lastModifiedDateTime"))
    phase = _phase(row)
    updates = _updates(row, phase)
    started_at = parse_time(row.get("startDateTime")) or (updates[0].at if updates else None)
    service = plain_line(string(row.get("service")))
    key = plain_line(string(row["id"]))
    return VendorIncident(
        id=key,
        title=plain_line(string(row.get("title"))) or f"{service or 'Microsoft 365'}: {key}",
        impact=_impact(row, status, notes),
        phase=phase,
        started_at=started_at,
        updated_at=changed_at or (updates[-1].at if updates else started_at),
        resolved_at=(parse_time(row.get("endDateTime")) or changed_at) if phase is Phase.RESOLVED else None,
        component_ids=(ids.get(service, service),) if service else (),
        updates=updates,
    )


def _impact(row: Object, status: Status, notes: Notes) -> Impact:
    impact = notes.look_up(CLASSES, row.get("classification"), Impact.UNKNOWN, "classification")
    return Impact.CRITICAL if status is Status.MAJOR_OUTAGE and impact is Impact.MAJOR else impact


def _phase(row: Object) -> Phase:
    """Return where an issue stands: its own word on being resolved counts before its status."""
    if row["isResolved"] is True:
        return Phase.RESOLVED
    word = fold(row.get("status"))
    is_better = word in _RECOVERING or STATES.get(word) is Status.OPERATIONAL
    return Phase.MONITORING if is_better else Phase.INVESTIGATING


def _updates(row: Object, phase: Phase) -> tuple[Update, ...]:
    """Return the posts, oldest first; what is said of the impact where there is none."""
    posts = [
        (post.get("createdDateTime"), as_object(post.get("description")).get("content"))
        for post in objects(row.get("posts"))
    ]
    told = posts or [(row.get("startDateTime"), row.get("impactDescription"))]
    found = [
        (at, text)
        for stamp, words in told
        if (at := parse_time(stamp)) is not None and (text := plain_text(string(words)))
    ]
    found.sort(key=lambda post: post[0])
    last = len(found) - 1
    return tuple(
        Update(at, phase if index == last else Phase.INVESTIGATING, text)
        for index, (at, text) in enumerate(found)
    )
