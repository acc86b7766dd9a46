"""RSS and Atom: what a feed says is open, over or planned, and what is no feed at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statusherd.model.errors import LookError, ParseError
from statusherd.model.records import Snapshot, VendorIncident
from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, feed
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "feed"
NOW = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"https://status.acme.example/{name}")


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return feed.parse(documents, Look("acme", now))


def rss(
    *items: str, head: str = "<title>Acme status</title><link>https://status.acme.example</link>"
) -> Document:
    return Document(
        f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()
    )


def item(
    title: str = "Slow API", *, text: str = "", hours_ago: float = 1, guid: str | None = "g1", more: str = ""
) -> str:
    date = (NOW - timedelta(hours=hours_ago)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    ident = f"<guid>{guid}</guid>" if guid else ""
    return f"<item><title>{title}</title>{ident}<pubDate>{date}</pubDate><description>{text}</description>{more}</item>"


def only(snapshot: Snapshot) -> VendorIncident:
    assert len(snapshot.incidents) == 1
    return snapshot.incidents[0]


def phase_of(**told: str) -> Phase:
    return only(read(rss(item(**told)))).phase


# Statuspage and Instatus: one item per incident


def test_posts_of_a_statuspage_item_are_updates_oldest_first_across_new_year() -> None:
    incident = read(fixture("statuspage_monitoring.rss"), now=at("2026-01-01T00:45")).incidents[0]
    assert [(u.at, u.phase, u.text) for u in incident.updates] == [
        (at("2025-12-31T23:50"), Phase.INVESTIGATING, "Jobs wait for minutes."),
        (at("2026-01-01T00:10"), Phase.MONITORING, "A fix is in place. We have not yet resolved everything."),
        (at("2026-01-01T00:40"), Phase.MONITORING, "We keep watching."),
    ]
    assert incident.phase is Phase.MONITORING
    assert incident.started_at == at("2025-12-31T23:50")


def test_postmortem_leaves_the_incident_over_since_it_was_resolved() -> None:
    incident = read(fixture("statuspage_monitoring.rss"), now=at("2026-01-01T00:45")).incidents[1]
    assert incident.phase is Phase.RESOLVED
    assert incident.resolved_at == at("2025-12-20T08:30")


def test_statuspage_scheduled_event_has_its_announced_window() -> None:
    snapshot = read(fixture("statuspage_monitoring.rss"), now=at("2026-01-01T00:45"))
    window = snapshot.maintenances[0]
    assert (window.phase, window.starts_at, window.ends_at) == (
        MaintenancePhase.SCHEDULED,
        at("2026-01-05T22:00"),
        at("2026-01-06T01:30"),
    )
    assert snapshot.rereads_at == at("2026-01-05T22:00")


@pytest.mark.parametrize(
    ("now", "phase"),
    [("2026-05-10T09:00", MaintenancePhase.SCHEDULED), ("2026-05-10T10:00", MaintenancePhase.IN_PROGRESS)],
)
def test_instatus_maintenance_begins_when_it_was_published_for(now: str, phase: MaintenancePhase) -> None:
    window = read(fixture("instatus_maintenance_and_incident.atom"), now=at(now)).maintenances[0]
    assert window.phase is phase
    assert window.ends_at == at("2026-05-10T11:00")


def test_incident_whose_title_ends_with_maintenance_stays_an_incident() -> None:
    snapshot = read(fixture("instatus_maintenance_and_incident.atom"), now=at("2026-05-10T10:00"))
    assert [(i.id, i.phase) for i in snapshot.incidents] == [
        ("tag:status.acme.example,2005:Incident/i1", Phase.IDENTIFIED)
    ]
    assert snapshot.status is Status.DEGRADED


def test_running_duration_is_no_part_of_the_updates() -> None:
    snapshot = read(fixture("instatus_maintenance_and_incident.atom"), now=at("2026-05-10T10:00"))
    assert not any("Duration" in update.text for update in snapshot.incidents[0].updates)


# Feeds with one item per update


def test_updates_of_a_service_are_split_into_events_after_the_end() -> None:
    snapshot = read(fixture("service_updates.rss"), now=at("2026-08-18T18:00"))
    assert [(i.id, i.title, i.phase, len(i.updates)) for i in snapshot.incidents] == [
        ("net-eu-1@2026-08-18T01:00:00Z", "Packet loss", Phase.RESOLVED, 2),
        ("net-eu-1@2026-08-18T16:00:00Z", "Packet loss", Phase.INVESTIGATING, 1),
        ("console@2026-08-16T17:00:00Z", "Slow console", Phase.RESOLVED, 1),
    ]


def test_service_operating_normally_in_the_text_ends_what_the_title_keeps_open() -> None:
    snapshot = read(fixture("service_updates.rss"), now=at("2026-08-18T18:00"))
    assert snapshot.incidents[2].phase is Phase.RESOLVED


def test_updates_with_one_page_are_one_incident() -> None:
    snapshot = read(fixture("monitors_per_update.rss"), now=at("2026-07-06T12:30"))
    assert [(i.id, i.phase) for i in snapshot.incidents] == [
        ("https://acme.betteruptime.example/incident/703", Phase.INVESTIGATING),
        ("https://acme.betteruptime.example/incident/702", Phase.RESOLVED),
    ]


def test_recovery_ends_the_outage_of_its_own_monitor_where_nothing_else_ties_them() -> None:
    snapshot = read(
        rss(
            item("API recovered", guid="3", hours_ago=1),
            item("Web went down", guid="2", hours_ago=2),
            item("API went down", guid="1", hours_ago=30),
        )
    )
    assert [(i.title, i.phase) for i in snapshot.incidents] == [
        ("API went down", Phase.RESOLVED),
        ("Web went down", Phase.INVESTIGATING),
    ]


def test_shared_link_to_the_list_of_incidents_ties_nothing() -> None:
    link = "<link>https://status.acme.example/incidents</link>"
    snapshot = read(rss(item("One", guid="1", more=link), item("Two", guid="2", more=link)))
    assert len(snapshot.open_incidents) == 2


def test_guid_with_a_fragment_of_the_list_page_ties_nothing() -> None:
    items = [item(f"Slow {n}", guid=f"https://status.acme.example/history#{n}") for n in range(3)]
    assert len(read(rss(*items)).open_incidents) == 3


def test_one_guid_for_all_items_is_no_identity() -> None:
    snapshot = read(rss(item("One"), item("Two"), item("Three")))
    assert len({incident.id for incident in snapshot.incidents}) == 3


def test_kuma_monitor_keeps_its_identity_and_words_while_its_stamps_move() -> None:
    def poll(second: str) -> VendorIncident:
        return only(
            read(
                rss(
                    item(
                        "Checkout is down",
                        guid=f"undefined-2026-03-16 11:00:{second}",
                        text=f"Checkout has been down since 2026-03-16 11:00:{second} UTC",
                        more="<link>https://kuma.example/status/acme</link>",
                    )
                )
            )
        )

    first, second = poll("29.945"), poll("49.946")
    assert first.id == second.id
    assert [u.text for u in first.updates] == [u.text for u in second.updates]
    assert first.is_open


# Where a state may stand


@pytest.mark.parametrize(
    "title",
    [
        "Resolved: Major outage",
        "[Resolved] Major outage",
        "Major outage - Resolved",
        "Major outage (RESOLVED)",
        "RESOLVED - Investigating login errors",
        "Service is operating normally: [RESOLVED] Packet loss",
        "Payments - Operational",
        "搜索服务异常（已恢复）",  # noqa: RUF001
    ],
)
def test_resolved_in_a_position_of_its_own_wins_over_other_words(title: str) -> None:
    assert phase_of(title=title) is Phase.RESOLVED


@pytest.mark.parametrize(
    "text",
    [
        "&lt;p&gt;&lt;strong&gt;Status:&lt;/strong&gt; resolved&lt;/p&gt;&lt;p&gt;We investigated.&lt;/p&gt;",
        "&lt;h3&gt;Status: RESOLVED&lt;/h3&gt;&lt;p&gt;Severity: available&lt;/p&gt;",
        (
            "&lt;p&gt;&lt;em&gt;Resolved&lt;/em&gt; - Done. &lt;span&gt;(11:30 UTC — Mar 16)&lt;/span&gt;&lt;/p&gt;"
            "&lt;p&gt;&lt;em&gt;Investigating&lt;/em&gt; - Odd. &lt;span&gt;(11:00 UTC — Mar 16)&lt;/span&gt;&lt;/p&gt;"
        ),
        "&lt;p&gt;&lt;em&gt;Investigating&lt;/em&gt; - Odd.&lt;/p&gt;&lt;p&gt;&lt;em&gt;Fixed&lt;/em&gt; - Done.&lt;/p&gt;",
        "The issue has been resolved and the service is operating normally.",
    ],
)
def test_resolved_is_read_from_the_text(text: str) -> None:
    assert phase_of(text=text) is Phase.RESOLVED


@pytest.mark.parametrize(
    "text",
    [
        "We have not yet resolved this.",
        "Most of it has been resolved but uploads still fail.",
        "The issue will be marked resolved once the queue is empty.",
        "Part of it has been resolved. We continue to investigate.",
        "Resolved issues are listed on the page.",
    ],
)
def test_resolved_in_doubtful_prose_leaves_a_young_item_open(text: str) -> None:
    assert phase_of(text=text) is Phase.INVESTIGATING


def test_newest_post_decides_and_not_the_first_resolved() -> None:
    text = (
        "&lt;p&gt;Mar 16, 11:40 UTC&lt;br&gt;&lt;b&gt;Investigating&lt;/b&gt; - It is back.&lt;/p&gt;"
        "&lt;p&gt;Mar 16, 10:00 UTC&lt;br&gt;&lt;b&gt;Resolved&lt;/b&gt; - Gone.&lt;/p&gt;"
        "&lt;p&gt;Mar 16, 09:00 UTC&lt;br&gt;&lt;b&gt;Investigating&lt;/b&gt; - Odd.&lt;/p&gt;"
    )
    assert phase_of(text=text) is Phase.INVESTIGATING


def test_category_tells_the_state_and_cstate_its_end() -> None:
    assert phase_of(more="<category>identified</category>") is Phase.IDENTIFIED
    told = item("[Resolved] API outage", more="<category>2026-03-16 11:30:00</category>")
    assert only(read(rss(told))).resolved_at == at("2026-03-16T11:30")


def test_title_and_identity_stay_the_same_when_the_state_moves() -> None:
    before, after = (only(read(rss(item(t, guid=None)))) for t in ("API outage", "[Resolved] API outage"))
    assert (before.id, before.title) == (after.id, after.title)


# Age and the future


def test_item_without_a_phase_word_is_open_for_a_day() -> None:
    young, old = (read(rss(item(hours_ago=hours))) for hours in (23.9, 24.1))
    assert young.status is Status.DEGRADED
    assert young.rereads_at == NOW + timedelta(hours=0.1)
    assert (old.status, old.rereads_at) == (Status.OPERATIONAL, None)
    assert "a day" in old.warnings[0]


def test_item_with_an_open_phase_word_stays_open_whatever_its_age() -> None:
    assert read(rss(item("Identified: Slow API", hours_ago=5000))).status is Status.DEGRADED


def test_item_of_the_future_is_planned_work_even_with_a_phase_word() -> None:
    snapshot = read(rss(item("Investigating: cables", hours_ago=-48)))
    assert snapshot.incidents == ()
    assert snapshot.maintenances[0].phase is MaintenancePhase.SCHEDULED
    assert snapshot.status is Status.OPERATIONAL
    assert snapshot.rereads_at == NOW + timedelta(hours=48)


def test_clock_a_minute_ahead_makes_no_maintenance_of_an_outage() -> None:
    assert read(rss(item("Investigating: API down", hours_ago=-1 / 60))).status is Status.DEGRADED


# What makes a feed


def test_atom_entries_of_xhtml_without_a_state_are_open_for_a_day_unless_they_say_that_it_is_over() -> None:
    snapshot = read(fixture("entries_of_xhtml_without_a_state.atom"))
    assert [(i.title, i.phase) for i in snapshot.incidents] == [
        ("Fault report: backbone router in FSN1", Phase.INVESTIGATING),
        ("Storage box BX-17 is slow", Phase.RESOLVED),
        ("Limited availability of small servers", Phase.RESOLVED),
    ]
    first = snapshot.incidents[0]
    assert first.id == first.url
    assert first.started_at == at("2026-03-16T08:30")
    assert [u.text for u in first.updates] == [
        "Some racks cannot be reached.\nWe & our carrier look into it."
    ]
    assert (snapshot.status, snapshot.rereads_at) == (Status.DEGRADED, at("2026-03-17T08:30"))


@pytest.mark.parametrize("title", ["[Beendet] Router in FSN1", "Abgeschlossen: Router in FSN1"])
def test_german_words_for_the_end_of_work_are_read(title: str) -> None:
    assert phase_of(title=title) is Phase.RESOLVED


def test_feed_without_items_is_operational() -> None:
    snapshot = read(rss())
    assert (snapshot.status, snapshot.page_status, snapshot.page_name) == (
        Status.OPERATIONAL,
        None,
        "Acme status",
    )
    assert snapshot.coverage.incidents
    assert snapshot.coverage.history
    assert not snapshot.coverage.rollup


def test_rss_1_of_an_old_network_page_is_read_with_its_zone() -> None:
    incident = only(read(fixture("old_style.rdf"), now=at("2026-03-02T08:00")))
    assert (incident.phase, incident.started_at) == (Phase.IDENTIFIED, at("2026-03-02T06:00"))


def test_two_feeds_of_one_vendor_list_an_incident_once() -> None:
    document = rss(item("Identified: Slow API"))
    assert len(read(document, document).incidents) == 1


def test_the_feeds_own_date_is_no_change() -> None:
    heads = (
        f"<title>A</title><lastBuildDate>Mon, 16 Mar 2026 11:0{n}:00 GMT</lastBuildDate>" for n in range(2)
    )
    one, other = (read(rss(item("Identified: X"), head=head)) for head in heads)
    assert one == other


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   \n",
        "k",
        "/etc/hostname",
        "{}",
        "<html><body>Sign in</body></html>",
        "<!doctype html><rss><channel><title>x</title></channel></rss>",
        "<rss version='2.0'></rss>",
        "<rss><channel></channel></rss>",
        "<Error><Code>AccessDenied</Code></Error>",
        "<rss/>",
    ],
)
def test_what_is_no_feed_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))


def test_feed_that_was_cut_off_is_refused_at_every_byte() -> None:
    whole = rss(item("Identified: One", guid="1"), item("[Resolved] Two", guid="2")).body
    for length in range(len(whole) - len("</rss>") + 1):
        with pytest.raises(LookError):
            read(Document(whole[:length]))


def test_path_of_a_file_is_refused_and_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_bytes(rss().body)
    with pytest.raises(ParseError):
        read(Document(str(secret).encode()))


def test_html_entities_and_bare_ampersands_are_mended() -> None:
    incident = only(read(rss(item("Q&A &hellip; down", text="&nbsp;AT&T &copy; &nosuch;"))))
    assert incident.title == "Q&A … down"
    assert incident.updates[0].text == "AT&T © &nosuch;"


def test_broken_markup_that_swallows_an_item_is_refused() -> None:
    broken = rss(item("One", guid="1").replace("</item>", ""), item("Two", guid="2"))
    with pytest.raises(ParseError, match="1 of 2 items"):
        read(broken)


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", "text/xml; charset=us-ascii"),
        ("utf-8", "text/xml; charset=hex"),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("utf-16-le", ""),
        ("utf-16-be", "text/xml; charset=utf-8"),
        ("iso-8859-1", "application/rss+xml; charset=ISO-8859-1"),
        ("cp1252", "application/rss+xml"),
    ],
)
def test_bytes_tell_the_encoding_before_labels_do(encoding: str, content_type: str) -> None:
    body = rss(item("Identified: Störung in Zürich")).body.decode().encode(encoding)
    assert only(read(Document(body, content_type=content_type))).title == "Störung in Zürich"


def test_only_the_newest_items_of_a_long_feed_are_read_whatever_their_order() -> None:
    items = [item(f"[Resolved] {n}", guid=str(n), hours_ago=n) for n in range(1, 500)]
    for order in (items, items[::-1]):
        snapshot = read(rss(*order))
        assert {incident.id for incident in snapshot.incidents} == {str(n) for n in range(1, 61)}
        assert "newest 60" in snapshot.warnings[0]


def test_markup_and_direction_marks_never_reach_the_text() -> None:
    incident = only(
        read(rss(item("Slow\u202e API", text="&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;Odd&lt;/b&gt;")))
    )
    assert (incident.title, incident.updates[0].text) == ("Slow API", "Odd")


@pytest.mark.parametrize(
    ("head", "least"), [("<title>Acme status</title>", 50), ("<title>Cooking</title>", 1)]
)
def test_recognition_is_surer_where_the_feed_speaks_of_status(head: str, least: int) -> None:
    recognition = feed.recognise(rss(head=head))
    assert recognition is not None
    assert least <= recognition.certainty < 90


def test_endpoint_is_the_feed_itself() -> None:
    assert feed.endpoints("https://a.example/f.xml").look == ("https://a.example/f.xml",)


def test_only_web_addresses_become_links() -> None:
    told = item("Identified: X", more="<link>javascript:alert(1)</link>")
    snapshot = read(rss(told, head="<title>Acme status</title><link>data:text/html,x</link>"))
    assert (snapshot.page_url, only(snapshot).url) == (None, None)


def test_prefix_that_was_never_declared_is_taken_off() -> None:
    told = (
        item("Slow API", text="Odd").replace("pubDate", "dc:date").replace("description", "content:encoded")
    )
    incident = only(read(rss(told.replace("</item>", "<x:y z:a='1'/></item>"))))
    assert (incident.started_at, incident.updates[0].text) == (NOW - timedelta(hours=1), "Odd")
