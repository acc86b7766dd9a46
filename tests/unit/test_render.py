"""What messages say. The texts are the ones that people get."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Thread
from statusherd.model.records import Component, Maintenance, Update, VendorIncident
from statusherd.model.words import ChangeKind, Impact, MaintenancePhase, Phase, Severity, Status
from statusherd.notify.channels import Channel
from statusherd.notify.phrases import certainty
from statusherd.notify.render import Message, Tone, render


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


INCIDENT = VendorIncident(
    id="k7",
    title="Disruption with Actions",
    impact=Impact.MAJOR,
    phase=Phase.INVESTIGATING,
    started_at=at(9, 47),
    updated_at=at(9, 58),
    component_ids=("c1", "c2"),
    url="https://status.github.example/incidents/k7",
    updates=(
        Update(at(9, 47), Phase.INVESTIGATING, "We are looking into reports."),
        Update(at(9, 58), Phase.INVESTIGATING, "Runs start late.\nNo data is lost."),
    ),
)
COMPONENTS = (
    Component("c2", "Pages", status=Status.DEGRADED),
    Component("c1", "Actions", group="CI", status=Status.PARTIAL_OUTAGE),
)
CHANGE = Change(
    vendor="github",
    kind=ChangeKind.INCIDENT_OPENED,
    at=at(10, 2),
    reason="an open incident is listed",
    subject="k7",
    incident=INCIDENT,
    components=COMPONENTS,
    page_url="https://status.github.example/",
)
ALERT = Alert(
    thread=Thread("github/incident/k7", "github", "GitHub: Disruption with Actions", at(10, 2)),
    change=CHANGE,
    vendor_title="GitHub",
    severity=Severity.SEV2,
    severity_reason="major incident, tier 1: checkout depends on it",
    number=1,
)
RESOLVED = replace(
    CHANGE,
    kind=ChangeKind.INCIDENT_RESOLVED,
    at=at(10, 31),
    incident=replace(
        INCIDENT,
        phase=Phase.RESOLVED,
        resolved_at=at(10, 29),
        updates=(*INCIDENT.updates, Update(at(10, 29), Phase.RESOLVED, "All runs start in time again.")),
    ),
    components=(Component("c1", "Actions", status=Status.OPERATIONAL),),
)
MAINTENANCE = Maintenance(
    id="m1",
    title="Database upgrade",
    phase=MaintenancePhase.SCHEDULED,
    starts_at=at(1, 0, day=24),
    ends_at=at(3, 30, day=24),
    url="https://status.github.example/incidents/m1",
    updates=(Update(at(8), MaintenancePhase.SCHEDULED, "Short interruptions are to be expected."),),
)


def written(alert: Alert, url: str = "json://127.0.0.1/", **also: Any) -> Message:
    given = {"now": alert.change.at, "dedup_key": "5f1e", **also}
    channel = Channel(
        "ops", url, timezone=given.pop("timezone", "UTC"), max_length=given.pop("max_length", None)
    )
    return render(alert, channel=channel, **given)


def told(change: Change, **also: Any) -> str:
    """The first line of a message on a change of low severity."""
    alert = replace(ALERT, change=change, severity=Severity.SEV4, **also)
    return written(alert).body.split("\n")[0]


def about(kind: ChangeKind, **also: Any) -> Change:
    """A change that is about no incident."""
    return Change("github", kind, at(10, 2), also.pop("reason", "why"), **also)


def test_an_opened_incident_as_text() -> None:
    message = written(ALERT, timezone="Europe/Berlin", page_url="https://ops.example/incident/7")
    assert message.subject == "GitHub: Disruption with Actions"
    assert message.tone is Tone.FAILURE
    assert message.body == (
        'SEV2 OPENED: GitHub: major incident "Disruption with Actions" (investigating)\n'
        "\n"
        "Severity: SEV2: major incident, tier 1: checkout depends on it\n"
        "Began: 2026-11-23 10:47 CET (09:47 UTC), the vendor says\n"
        "Seen by us: 2026-11-23 11:02 CET (10:02 UTC), 15 min later\n"
        "Affected: CI/Actions (partial outage), Pages (degraded)\n"
        "\n"
        "GitHub says (2026-11-23 10:58 CET (09:58 UTC), investigating):\n"
        "> Runs start late.\n"
        "> No data is lost.\n"
        "\n"
        "Vendor's page: https://status.github.example/incidents/k7\n"
        "Our page: https://ops.example/incident/7\n"
        "\n"
        "Reference: github/incident/k7, first message of this thread, key 5f1e"
    )


def test_a_resolved_incident_says_how_long_it_lasted() -> None:
    message = written(replace(ALERT, change=RESOLVED, number=3, ends=True))
    assert message.subject == "Re: GitHub: Disruption with Actions"
    assert message.tone is Tone.SUCCESS
    assert message.body == (
        'RESOLVED after 42 min: GitHub: major incident "Disruption with Actions"\n'
        "\n"
        "Severity: SEV2: major incident, tier 1: checkout depends on it\n"
        "Began: 2026-11-23 09:47 UTC, the vendor says\n"
        "Ended: 2026-11-23 10:29 UTC, the vendor says\n"
        "Components now: Actions (operational)\n"
        "\n"
        "GitHub says (2026-11-23 10:29 UTC, resolved):\n"
        "> All runs start in time again.\n"
        "\n"
        "Vendor's page: https://status.github.example/incidents/k7\n"
        "\n"
        "Reference: github/incident/k7, message 3 of this thread, key 5f1e"
    )


def test_an_opened_incident_as_markdown() -> None:
    assert written(ALERT, "mmost://chat.example/hook").body == (
        '**SEV2 OPENED: GitHub: major incident "Disruption with Actions" (investigating)**\n'
        "\n"
        "- Severity: SEV2: major incident, tier 1: checkout depends on it\n"
        "- Began: 2026-11-23 09:47 UTC, the vendor says\n"
        "- Seen by us: 2026-11-23 10:02 UTC, 15 min later\n"
        "- Affected: CI/Actions (partial outage), Pages (degraded)\n"
        "\n"
        "GitHub says (2026-11-23 09:58 UTC, investigating):\n"
        "\n"
        "> Runs start late.\n"
        "> No data is lost.\n"
        "\n"
        "- Vendor's page: <https://status.github.example/incidents/k7>\n"
        "\n"
        "Reference: github/incident/k7, first message of this thread, key 5f1e"
    )


def test_a_mail_shows_addresses_in_full_and_loads_nothing() -> None:
    body = written(ALERT, "mailto://mail.example").body
    url = "https://status.github.example/incidents/k7"
    assert f'<a href="{url}">{url}</a>' in body
    assert "<img" not in body
    assert "<script" not in body
    assert "background" not in body
    assert '<meta name="color-scheme" content="light dark">' in body


def test_a_text_message_holds_the_first_line_the_link_and_the_key() -> None:
    assert written(ALERT, "twilio://x", repeat=True).body == (
        'SEV2 OPENED: GitHub: major incident "Disruption with Actions" (investigating)\n'
        "Possibly a repeat.\n"
        "https://status.github.example/incidents/k7\n"
        "Ref 5f1e"
    )


@pytest.mark.parametrize(
    ("change", "first_line"),
    [
        (
            replace(CHANGE, kind=ChangeKind.INCIDENT_REOPENED),
            'REOPENED: GitHub: major incident "Disruption with Actions" (investigating)',
        ),
        (
            replace(CHANGE, incident=replace(INCIDENT, impact=Impact.UNKNOWN, title="")),
            "OPENED: GitHub: incident (investigating)",
        ),
        (
            replace(CHANGE, incident=replace(INCIDENT, impact=Impact.NONE)),
            'OPENED: GitHub: notice "Disruption with Actions" (investigating)',
        ),
        (
            replace(RESOLVED, incident=replace(INCIDENT, phase=Phase.RESOLVED, started_at=None)),
            'RESOLVED: GitHub: major incident "Disruption with Actions"',
        ),
        (
            replace(RESOLVED, incident=replace(INCIDENT, phase=Phase.RESOLVED, resolved_at=at(9))),
            'RESOLVED: GitHub: major incident "Disruption with Actions"',
        ),
        (
            replace(RESOLVED, kind=ChangeKind.INCIDENT_WITHDRAWN),
            (
                'WITHDRAWN: GitHub: major incident "Disruption with Actions": gone from the page, and the '
                "vendor's history has it not"
            ),
        ),
        (
            replace(RESOLVED, kind=ChangeKind.INCIDENT_RECORDED),
            'RECORDED: GitHub: major incident "Disruption with Actions": over before it was seen',
        ),
        (
            replace(RESOLVED, kind=ChangeKind.INCIDENT_EDITED, facets=("start", "text")),
            'EDITED: GitHub: major incident "Disruption with Actions": changed after its end (start, text)',
        ),
        (
            replace(CHANGE, kind=ChangeKind.INCIDENT_STALE, reason="open and untouched for 31 days"),
            'STALE: GitHub: major incident "Disruption with Actions": open and untouched for 31 days',
        ),
        (
            about(ChangeKind.DISTURBANCE_OPENED, before="operational", after="partial_outage"),
            "OPENED: GitHub: partial outage, no incident is posted",
        ),
        (
            about(ChangeKind.DISTURBANCE_CHANGED, before="degraded", after="major_outage"),
            "OPEN since 10:02 UTC: GitHub: now major outage, no incident is posted",
        ),
        (
            about(ChangeKind.DISTURBANCE_ENDED, after="operational", since=at(8, 57)),
            "RESOLVED after 1 h 5 min: GitHub: operational again; no incident was posted",
        ),
        (
            about(ChangeKind.DISTURBANCE_ENDED, facets=("taken_over",), since=at(9)),
            "TAKEN OVER: GitHub: an incident was posted and tells it from here on",
        ),
        (
            about(ChangeKind.COMPONENT_CHANGED, components=COMPONENTS),
            "COMPONENTS CHANGED: GitHub: CI/Actions (partial outage), Pages (degraded)",
        ),
        (
            about(ChangeKind.MAINTENANCE_ANNOUNCED, maintenance=MAINTENANCE),
            'MAINTENANCE ANNOUNCED: GitHub: "Database upgrade", 2026-11-24 01:00 to 03:30 UTC',
        ),
        (
            about(ChangeKind.MAINTENANCE_STARTED, maintenance=replace(MAINTENANCE, ends_at=None)),
            'MAINTENANCE STARTED: GitHub: "Database upgrade", 2026-11-24 01:00 UTC, no end given',
        ),
        (
            about(
                ChangeKind.MAINTENANCE_RESCHEDULED, maintenance=replace(MAINTENANCE, ends_at=at(2, day=25))
            ),
            'MAINTENANCE MOVED: GitHub: "Database upgrade", 2026-11-24 01:00 to 2026-11-25 02:00 UTC',
        ),
        (
            about(ChangeKind.MAINTENANCE_EXTENDED, maintenance=MAINTENANCE),
            'MAINTENANCE EXTENDED: GitHub: "Database upgrade", 2026-11-24 01:00 to 03:30 UTC',
        ),
        (
            about(ChangeKind.MAINTENANCE_UPDATED, maintenance=replace(MAINTENANCE, starts_at=None)),
            'MAINTENANCE UPDATE: GitHub: "Database upgrade"',
        ),
        (
            about(ChangeKind.MAINTENANCE_ENDED, maintenance=replace(MAINTENANCE, starts_at=at(8, 2))),
            'MAINTENANCE ENDED after 2 h: GitHub: "Database upgrade"',
        ),
        (
            about(ChangeKind.MAINTENANCE_CANCELLED, maintenance=MAINTENANCE),
            'MAINTENANCE CANCELLED: GitHub: "Database upgrade"',
        ),
        (
            about(ChangeKind.BLIND, since=at(9, 59), reason="the server answered 503"),
            "CANNOT READ: GitHub: its status page. This says nothing about the vendor",
        ),
        (
            about(ChangeKind.SIGHTED, since=at(9, 20), status=Status.OPERATIONAL),
            "READABLE AGAIN after 42 min: GitHub: its status page says operational",
        ),
        (
            about(ChangeKind.SUSPICIOUS, before="50", after="3"),
            "SUSPICIOUS: GitHub: its page shows 3 of 50 components; the old state is kept",
        ),
        (
            about(ChangeKind.FILTER_ROT, subject="API*"),
            'FILTER MATCHES NOTHING: GitHub: "API*" selects no component of its page',
        ),
        (
            about(ChangeKind.SOURCE_MOVED, before="statuspage", after="instatus"),
            "SOURCE MOVED: GitHub: its page answers as instatus, was statuspage",
        ),
        (
            about(ChangeKind.CANNOT_SEE_OUT, reason="9 of 10 status pages cannot be read"),
            "CANNOT SEE OUT: 9 of 10 status pages cannot be read: most likely it is us, not the vendors",
        ),
        (
            about(
                ChangeKind.CANNOT_SEE_OUT,
                reason="4 of 4 pages of instatus cannot be read",
                subject="instatus",
            ),
            (
                "CANNOT SEE OUT: 4 of 4 pages of instatus cannot be read: most likely it is the platform they "
                "share, not the vendors"
            ),
        ),
        (
            about(ChangeKind.CAN_SEE_OUT, since=at(10)),
            "CAN SEE OUT AGAIN after 2 min: status pages can be read again",
        ),
        (
            about(ChangeKind.FIRST_LOOK, incidents=(INCIDENT,), status=Status.PARTIAL_OUTAGE),
            'ALREADY OPEN: GitHub: major incident "Disruption with Actions" (investigating)',
        ),
        (
            about(ChangeKind.FIRST_LOOK, status=Status.DEGRADED),
            "ALREADY IN TROUBLE: GitHub: degraded, no incident is posted",
        ),
    ],
)
def test_the_first_line_says_it_all(change: Change, first_line: str) -> None:
    assert told(change) == first_line


def test_an_update_says_what_moved() -> None:
    moved = replace(
        CHANGE,
        kind=ChangeKind.INCIDENT_UPDATED,
        before="investigating",
        incident=replace(INCIDENT, phase=Phase.MONITORING),
    )
    title = 'major incident "Disruption with Actions"'
    assert told(moved, number=2) == f"UPDATE: GitHub: {title} (now monitoring, was investigating)"
    assert told(replace(moved, before="monitoring"), number=2) == f"UPDATE: GitHub: {title} (now monitoring)"
    # Who hears of it only now is told that it is open, not that something changed.
    assert (
        told(moved, number=1) == f"OPEN since 09:47 UTC: GitHub: {title} (now monitoring, was investigating)"
    )


def test_every_kind_of_change_has_words() -> None:
    for kind in ChangeKind:
        change = replace(
            CHANGE,
            kind=kind,
            maintenance=MAINTENANCE,
            incidents=(INCIDENT,),
            since=at(9),
            before="a",
            after="b",
        )
        for url in ("json://127.0.0.1", "mailto://mail.example", "tgram://1:a/2", "twilio://x"):
            assert "GitHub" in (message := written(replace(ALERT, change=change), url)).body or kind in (
                ChangeKind.CANNOT_SEE_OUT,
                ChangeKind.CAN_SEE_OUT,
                ChangeKind.MISSED,
            )
            assert message.body
            assert "None" not in message.body


def test_a_first_look_lists_what_is_open_and_how_much_more() -> None:
    other = replace(INCIDENT, id="k8", title="Slow search", impact=Impact.MINOR, started_at=None, url=None)
    change = about(ChangeKind.FIRST_LOOK, incidents=(other, INCIDENT), status=Status.PARTIAL_OUTAGE)
    body = written(replace(ALERT, change=change, severity=Severity.SEV3)).body
    assert body.startswith(
        'ALREADY OPEN: GitHub: 2 incidents, the worst is major incident "Disruption with Actions"\n'
        "\n"
        "GitHub is watched from now on. What was open already is told once, here.\n"
    )
    assert (
        '- minor incident "Slow search" (investigating)\n'
        '- major incident "Disruption with Actions" (investigating), since 2026-11-23 09:47 UTC\n'
        "  https://status.github.example/incidents/k7\n"
    ) in body
    many = replace(change, incidents=(other,) * 30)
    assert "\n- and 18 more\n" in written(replace(ALERT, change=many)).body


def test_blindness_says_that_it_says_nothing_about_the_vendor() -> None:
    change = about(ChangeKind.BLIND, since=at(9, 59), reason="the server answered 503")
    body = written(replace(ALERT, change=change)).body
    assert "this says nothing about GitHub itself" in body
    assert "Since: 2026-11-23 09:59 UTC\n" in body
    assert "Why: the server answered 503\n" in body


def test_a_rotten_filter_comes_with_its_remedy() -> None:
    body = written(replace(ALERT, change=about(ChangeKind.FILTER_ROT, subject="API*"))).body
    assert "`statusherd vendor show github` lists the names" in body


def test_an_incident_without_components_is_taken_for_the_whole() -> None:
    change = replace(CHANGE, components=(), incident=replace(INCIDENT, component_ids=()))
    assert "the vendor names no components" in written(replace(ALERT, change=change)).body


def test_an_end_that_nobody_posted_carries_the_time_of_the_look() -> None:
    gone = replace(RESOLVED, incident=replace(INCIDENT, phase=Phase.RESOLVED, resolved_at=RESOLVED.at))
    assert "Ended: 2026-11-23 10:31 UTC, the time of our look" in written(replace(ALERT, change=gone)).body


def test_a_possible_repeat_is_marked_beneath_the_first_line_and_not_in_the_subject() -> None:
    message = written(ALERT, repeat=True)
    assert message.body.split("\n")[2] == "Possibly a repeat: an earlier attempt may have arrived."
    assert message.subject == ALERT.thread.subject


def test_a_message_that_was_held_up_says_so() -> None:
    assert "Late: this was seen 3 h ago" in written(ALERT, now=at(13, 2)).body
    assert "Late" not in written(ALERT, now=at(10, 16)).body


def test_a_drill_is_marked_where_nobody_can_miss_it() -> None:
    message = written(replace(ALERT, drill=True, number=2))
    assert message.subject == "Re: [DRILL] GitHub: Disruption with Actions"
    assert message.body.startswith("DRILL, not real: SEV2 OPENED: GitHub:")


@pytest.mark.parametrize(
    ("severity", "tone"),
    [
        (Severity.SEV1, Tone.FAILURE),
        (Severity.SEV2, Tone.FAILURE),
        (Severity.SEV3, Tone.WARNING),
        (Severity.SEV4, Tone.INFO),
    ],
)
def test_the_severity_gives_the_tone(severity: Severity, tone: Tone) -> None:
    assert written(replace(ALERT, severity=severity)).tone is tone


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-11-23 09:47 UTC,"),
        ("Europe/London", "2026-11-23 09:47 UTC,"),
        ("Asia/Kolkata", "2026-11-23 15:17 IST (09:47 UTC),"),
        ("Pacific/Kiritimati", "2026-11-23 23:47 UTC+14 (09:47 UTC),"),
        ("America/New_York", "2026-11-23 04:47 EST (09:47 UTC),"),
        ("Nowhere/AtAll", "2026-11-23 09:47 UTC,"),
    ],
)
def test_times_are_the_readers_and_utc(zone: str, shown: str) -> None:
    assert f"Began: {shown}" in written(ALERT, timezone=zone).body


def test_the_utc_date_is_told_where_it_is_another_day() -> None:
    change = replace(CHANGE, incident=replace(INCIDENT, started_at=at(23, 30, day=22)))
    body = written(replace(ALERT, change=change), timezone="Asia/Tokyo").body
    assert "Began: 2026-11-23 08:30 JST (2026-11-22 23:30 UTC)," in body


def test_a_time_at_the_end_of_the_calendar_does_no_harm() -> None:
    never = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    change = about(ChangeKind.MAINTENANCE_ANNOUNCED, maintenance=replace(MAINTENANCE, ends_at=never))
    assert "9999-12-31 23:59" in written(replace(ALERT, change=change), timezone="Asia/Tokyo").body


# Vendor text is hostile


HOSTILE = (
    "@everyone <!channel> <@U6TTX1F9R> <https://evil.example|status.github.example> "
    "[click](http://evil.example) **b** <script>alert(1)</script> {{ 7*7 }} {% raw %} \u202egnp\x1b[31m"
)


def hostile() -> Alert:
    incident = replace(
        INCIDENT,
        title=f"a\r\nBcc: x@evil.example\n{HOSTILE}",
        url="javascript:alert(1)",
        regions=(HOSTILE,),
        updates=(Update(at(9, 58), Phase.INVESTIGATING, HOSTILE + "\n\n# big\n- item\n> quoted"),),
    )
    change = replace(
        CHANGE,
        incident=incident,
        components=(Component("c", HOSTILE, group=HOSTILE),),
        page_url=f"https://x/{HOSTILE}",
    )
    thread = replace(ALERT.thread, subject=f"GitHub: a\r\nBcc: x@evil.example\n{HOSTILE}")
    return replace(ALERT, change=change, thread=thread, vendor_title=HOSTILE)


@pytest.mark.parametrize("url", ["json://127.0.0.1", "discord://1/2", "mailto://mail.example", "twilio://x"])
def test_hostile_text_calls_nobody_and_is_no_template(url: str) -> None:
    message = written(hostile(), url)
    for text in (message.subject, message.body):
        assert "@everyone" not in text
        assert "<!channel" not in text
        assert "<@U6" not in text
        assert "<script" not in text
        assert "javascript:" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "49" not in text
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    assert "{{ 7" in message.body


def test_hostile_text_has_no_link_in_markdown_but_plain_addresses() -> None:
    body = written(hostile(), "discord://1/2").body
    assert "](http" not in body.replace("\\](http", "")
    assert "\n> \\# big\n> \\- item\n> \\> quoted\n" in body


def test_hostile_text_has_no_tag_and_no_link_in_a_mail() -> None:
    body = written(hostile(), "mailto://mail.example").body
    assert "<a " not in body
    assert "<b>b" not in body


@pytest.mark.parametrize("length", [60, 160, 300, 401, 600, 1000, 2000, 5000])
@pytest.mark.parametrize("url", ["json://127.0.0.1", "discord://1/2"])
def test_a_message_is_never_longer_than_the_channel_takes(url: str, length: int) -> None:
    incident = replace(
        INCIDENT,
        title="t*" * 500,
        url="https://status.github.example/" + "u" * 400,
        regions=tuple(f"region-{n}" for n in range(200)),
        updates=(Update(at(9, 58), Phase.INVESTIGATING, "word_ " * 5000),),
    )
    components = tuple(Component(str(n), f"Component {n}", status=Status.DEGRADED) for n in range(300))
    change = replace(CHANGE, incident=incident, components=components)
    body = written(replace(ALERT, change=change), url, max_length=length).body
    assert len(body) <= length
    assert "SEV2 OPENED" in body


def test_long_words_of_the_vendor_end_in_an_ellipsis() -> None:
    incident = replace(INCIDENT, updates=(Update(at(9, 58), Phase.INVESTIGATING, "word " * 2000),))
    body = written(replace(ALERT, change=replace(CHANGE, incident=incident))).body
    quoted = next(line for line in body.split("\n") if line.startswith("> "))
    assert quoted.endswith("word…")
    assert 1400 < len(quoted) <= 1502


def test_the_seen_by_us_line_makes_no_fuss_of_a_minute() -> None:
    change = replace(
        CHANGE, at=INCIDENT.started_at + timedelta(seconds=70) if INCIDENT.started_at else at(10)
    )
    assert "Seen by us: 2026-11-23 09:48 UTC\n" in written(replace(ALERT, change=change)).body


@pytest.mark.parametrize(
    ("facets", "said"),
    [
        (("lead:2340",), "posted it 39 min after our warning"),
        (("lead:0",), "posted it before our warning was out"),
        ((), "posted it after our warning"),
        (("lead:99999999999999", "lead:x", "2340"), "posted it after our warning"),
    ],
)
def test_the_lead_of_an_early_warning(facets: tuple[str, ...], said: str) -> None:
    change = about(ChangeKind.EARLY_WARNING_JOINED, subject="warning-1", facets=facets, since=at(9))
    assert told(change) == f"NOW POSTED: GitHub: {said}"


@pytest.mark.parametrize(
    ("chance", "said"), [(0.0, "1 %"), (0.934, "93 %"), (0.999, "99 %"), (1.0, "confirmed")]
)
def test_nothing_but_the_word_of_a_person_is_certain(chance: float, said: str) -> None:
    assert certainty(chance) == said
