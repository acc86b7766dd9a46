"""A recorded history shows what its page showed at any instant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statusherd.model.errors import ParseError
from statusherd.model.records import Component, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look
from statusherd.watch.formats import statuspage as statuspage_format
from statusherd.watch.imitation import LISTED, PageDocuments, PageFacts, page_documents
from statusherd.watch.past import PastIncident, moments, page_at, read_history, vendors_of
from statusherd.watch.reading.documents import Document

T0 = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def post(minutes: float, status: str, body: str = "words") -> dict[str, object]:
    return {"created_at": after(minutes).isoformat(), "status": status, "body": body, "native_id": "u"}


def line(*posts: dict[str, object], **facts: object) -> str:
    row: dict[str, object] = {
        "vendor": "acme",
        "native_id": "i1",
        "title": "API errors",
        "impact": "major",
        "components": ["API"],
        "started_at": T0.isoformat(),
        "status": "resolved",
        "updates": list(posts),
        "url": "https://acme.example/i1",
    }
    return json.dumps(row | facts)


def look(history: Sequence[PastIncident], at: datetime) -> Snapshot:
    return parse(page_at(history, at), at)


def parse(documents: PageDocuments, at: datetime) -> Snapshot:
    bodies = (documents.summary, documents.incidents)
    return statuspage_format.parse([Document(body) for body in bodies], Look("acme", at))


def phases(history: Sequence[PastIncident], *minutes: float) -> list[Phase | None]:
    """The phase of the one incident at each of these minutes, None where it is not on the page."""
    found: list[Phase | None] = []
    for minute in minutes:
        incidents = look(history, after(minute)).incidents
        found.append(incidents[0].phase if incidents else None)
    return found


def test_incident_shows_from_its_first_post_and_takes_the_phase_of_the_newest() -> None:
    history = read_history(
        [line(post(0, "investigating"), post(10, "identified"), post(20, "monitoring"), post(30, "resolved"))]
    )
    assert phases(history, -1, 0, 10, 25, 30, 500) == [
        None,
        Phase.INVESTIGATING,
        Phase.IDENTIFIED,
        Phase.MONITORING,
        Phase.RESOLVED,
        Phase.RESOLVED,
    ]


def test_components_and_rollup_are_bad_only_while_the_incident_is_open() -> None:
    history = read_history([line(post(0, "investigating"), post(30, "resolved"), components=["API", "Web"])])
    before, during, later = (look(history, after(minute)) for minute in (-5, 5, 35))
    assert [c.name for c in before.components] == ["API", "Web"]
    assert {c.status for c in before.components} == {Status.OPERATIONAL}
    assert {c.status for c in during.components} == {Status.PARTIAL_OUTAGE}
    assert (before.page_status, during.page_status, later.page_status) == (
        Status.OPERATIONAL,
        Status.PARTIAL_OUTAGE,
        Status.OPERATIONAL,
    )
    assert during.open_incidents[0].component_ids == tuple(c.id for c in during.components)


def test_incident_posted_after_the_fact_is_over_when_first_seen() -> None:
    history = read_history([line(post(120, "resolved"), resolved_at=after(30).isoformat())])
    assert phases(history, 60, 119, 120) == [None, None, Phase.RESOLVED]
    seen = look(history, after(121)).incidents[0]
    assert (seen.started_at, seen.resolved_at) == (T0, after(30))


def test_back_dated_end_does_not_close_an_incident_whose_posts_still_called_it_open() -> None:
    history = read_history(
        [line(post(0, "investigating"), post(60, "resolved"), resolved_at=after(5).isoformat())]
    )
    assert phases(history, 6, 59, 60) == [Phase.INVESTIGATING, Phase.INVESTIGATING, Phase.RESOLVED]


def test_end_dated_behind_the_post_that_tells_it_is_told_with_the_post() -> None:
    history = read_history([line(post(10, "resolved"), resolved_at=after(180).isoformat())])
    for minute in (10, 200):
        incident = look(history, after(minute)).incidents[0]
        assert (incident.phase, incident.resolved_at) == (Phase.RESOLVED, after(10))


def test_posts_without_a_phase_keep_it_until_the_exported_end() -> None:
    posts = (post(0, "unknown"), post(10, "unknown"), post(20, "unknown"))
    history = read_history([line(*posts, resolved_at=after(20).isoformat())])
    assert phases(history, 0, 10, 19, 20) == [
        Phase.INVESTIGATING,
        Phase.INVESTIGATING,
        Phase.INVESTIGATING,
        Phase.RESOLVED,
    ]
    last = look(history, after(20)).incidents[0]
    assert [update.phase for update in last.updates][-1] is Phase.RESOLVED


def test_end_after_the_last_post_closes_by_itself_at_that_moment() -> None:
    history = read_history([line(post(0, "investigating"), resolved_at=after(45).isoformat())])
    assert moments(history) == (T0, after(45))
    assert phases(history, 44, 45) == [Phase.INVESTIGATING, Phase.RESOLVED]


def test_unknown_word_keeps_the_phase_before_it() -> None:
    posts = (post(0, "identified"), post(5, "word of tomorrow"), post(9, "resolved"))
    assert phases(read_history([line(*posts)]), 5) == [Phase.IDENTIFIED]


def test_incident_without_an_end_stays_open() -> None:
    history = read_history([line(post(0, "investigating"), status="investigating", resolved_at=None)])
    assert phases(history, 60 * 24 * 300) == [Phase.INVESTIGATING]


def test_stale_end_of_an_incident_that_was_reopened_does_not_close_it() -> None:
    posts = (post(0, "investigating"), post(10, "resolved"), post(20, "investigating"))
    history = read_history([line(*posts, status="investigating", resolved_at=after(10).isoformat())])
    assert phases(history, 10, 20, 999) == [Phase.RESOLVED, Phase.INVESTIGATING, Phase.INVESTIGATING]


def test_postmortem_leaves_a_resolved_incident_resolved_as_of_its_end() -> None:
    posts = (post(0, "investigating"), post(10, "resolved"), post(5000, "postmortem"))
    incident = look(read_history([line(*posts)]), after(6000)).incidents[0]
    assert (incident.phase, incident.resolved_at) == (Phase.RESOLVED, after(10))


def test_posts_out_of_order_are_put_in_order() -> None:
    newest_first = (post(30, "resolved"), post(10, "identified"), post(0, "investigating"))
    assert phases(read_history([line(*newest_first)]), 0, 10, 30) == [
        Phase.INVESTIGATING,
        Phase.IDENTIFIED,
        Phase.RESOLVED,
    ]


def test_posts_of_one_instant_listed_newest_first_end_with_the_newest() -> None:
    posts = (post(30, "resolved"), post(30, "monitoring"), post(0, "investigating"))
    assert phases(read_history([line(*posts)]), 30) == [Phase.RESOLVED]


def test_incident_without_posts_shows_from_its_start_to_its_end() -> None:
    history = read_history([line(resolved_at=after(15).isoformat())])
    assert phases(history, -1, 0, 15) == [None, Phase.INVESTIGATING, Phase.RESOLVED]


def test_unknown_impact_is_left_open_by_the_page() -> None:
    history = read_history([line(post(0, "investigating"), impact="unknown", status="investigating")])
    documents = page_at(history, T0)
    assert json.loads(documents.summary)["incidents"][0]["impact"] is None
    assert look(history, T0).open_incidents[0].impact is Impact.UNKNOWN


def test_list_ends_after_the_newest_fifty_but_the_summary_has_what_is_open() -> None:
    old = line(post(0, "investigating"), native_id="old", status="investigating")
    newer = [
        line(post(n, "investigating"), post(n + 0.5, "resolved"), native_id=f"n{n}") for n in range(1, 61)
    ]
    documents = page_at(read_history([old, *newer]), after(100))
    listed = [row["id"] for row in json.loads(documents.incidents)["incidents"]]
    assert len(listed) == LISTED
    assert listed[0] == "n60"
    assert [row["id"] for row in json.loads(documents.summary)["incidents"]] == ["old"]


def test_page_without_a_history_yet_is_well() -> None:
    history = read_history([line(post(0, "investigating"))])
    assert look(history, after(-60)).status is Status.OPERATIONAL


def test_page_stays_the_same_between_its_moments() -> None:
    history = read_history([line(post(0, "investigating"), post(30, "resolved"))])
    assert page_at(history, after(1)) == page_at(history, after(29))
    assert page_at(history, after(29)) != page_at(history, after(30))


def test_later_line_of_the_same_incident_replaces_the_earlier() -> None:
    history = read_history(
        [line(post(0, "investigating"), title="first"), line(post(0, "resolved"), title="second")]
    )
    assert [incident.title for incident in history] == ["second"]


def test_vendors_are_told_apart() -> None:
    history = read_history([line(vendor="b"), "", line(vendor="a")])
    assert vendors_of(history) == ("a", "b")


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        (line(vendor=None), "vendor"),
        (line(started_at=None), "no start"),
    ],
)
def test_line_that_is_no_incident_is_named_by_its_number(bad: str, what: str) -> None:
    with pytest.raises(ParseError, match=f"line 3.*{what}"):
        read_history([line(), "", bad])


def test_written_page_is_read_back_as_it_was_written() -> None:
    incident = VendorIncident(
        id="abc",
        title="API errors",
        impact=Impact.CRITICAL,
        phase=Phase.MONITORING,
        started_at=after(-3),
        updated_at=after(7),
        component_ids=("c1",),
        url="https://acme.example/abc",
        updates=(Update(T0, Phase.INVESTIGATING, "One"), Update(after(7), Phase.MONITORING, "Two")),
    )
    window = Maintenance(
        id="m1",
        title="Move",
        phase=MaintenancePhase.SCHEDULED,
        starts_at=after(600),
        ends_at=after(660),
        component_ids=("c2",),
        url="https://acme.example/m1",
        updates=(Update(T0, MaintenancePhase.SCHEDULED, "Soon"),),
    )
    components = (
        Component("c1", "API", status=Status.MAJOR_OUTAGE),
        Component("c2", "Web", status=Status.MAINTENANCE),
    )
    page = PageFacts("p1", "Acme", "https://acme.example")
    snapshot = parse(page_documents(page, components, (incident,), (window,)), after(8))
    assert snapshot.incidents == (incident,)
    assert snapshot.maintenances == (window,)
    assert snapshot.components == components
    assert snapshot.page_status is Status.MAJOR_OUTAGE
    assert snapshot.warnings == ()


def test_real_history_reads_at_every_moment_and_never_flips_back(recorded_history: Path) -> None:
    whole = read_history(recorded_history.read_text().splitlines())
    for vendor in vendors_of(whole):
        history = [incident for incident in whole if incident.vendor == vendor]
        over: set[str] = set()
        for moment in moments(history):
            snapshot = look(history, moment)
            assert not snapshot.warnings
            now_over = {incident.id for incident in snapshot.incidents if not incident.is_open}
            listed = {incident.id for incident in snapshot.incidents}
            flipped_back = (over & listed) - now_over
            assert not flipped_back - _reopened(history)
            over |= now_over
        assert over | {i.id for i in snapshot.open_incidents} == {i.id for i in history}


def _reopened(history: Sequence[PastIncident]) -> set[str]:
    """Those whose own posts call them open after they called them over."""
    found = set()
    for incident in history:
        words = [post.phase for post in incident.posts]
        ends = [n for n, word in enumerate(words) if word is Phase.RESOLVED]
        if ends and any(word is not Phase.RESOLVED for word in words[ends[0] :]):
            found.add(incident.id)
    return found
