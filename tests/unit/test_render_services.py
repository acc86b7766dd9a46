"""What messages say of our services. The texts are the ones that people get."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Thread
from statusherd.model.records import Component, Update, VendorIncident
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.words import ChangeKind, Impact, Phase, Severity, Status
from statusherd.notify.channels import Channel
from statusherd.notify.render import render

NOW = datetime(2026, 11, 23, 10, 2, tzinfo=UTC)
INCIDENT = VendorIncident(
    "k7",
    "Errors in the API",
    Impact.MAJOR,
    started_at=NOW,
    component_ids=("c1",),
    url="https://status.stripe.example/k7",
    updates=(Update(NOW, Phase.INVESTIGATING, "We look."),),
)
CHANGE = Change(
    "stripe",
    ChangeKind.INCIDENT_OPENED,
    NOW,
    "an open incident is listed",
    incident=INCIDENT,
    components=(Component("c1", "API", status=Status.PARTIAL_OUTAGE),),
)
CHECKOUT = Touch(
    "checkout",
    1,
    "stripe:API",
    TouchedBy.NAMED,
    owner="shop",
    cushion="checkout",
    fallback="Orders are queued and charged later.",
    runbook="https://runbooks.example/checkout_1",
)
INVOICES = Touch(
    "invoices",
    2,
    "stripe:Invoicing",
    TouchedBy.NO_SUCH_COMPONENT,
    chain=("payments",),
    cushion="payments",
    fallback="A second processor.",
)
ALERT = Alert(
    Thread("stripe/incident/k7", "stripe", "Stripe: Errors in the API", NOW),
    CHANGE,
    "Stripe",
    Severity.SEV2,
    "impact major x tier 1 of checkout = SEV2",
    1,
    touches=(CHECKOUT, INVOICES),
)
ENDED = replace(CHANGE, kind=ChangeKind.INCIDENT_RESOLVED, incident=replace(INCIDENT, phase=Phase.RESOLVED))


def body(alert: Alert, url: str = "json://127.0.0.1/", **also: Any) -> str:
    channel = Channel("ops", url, max_length=also.pop("max_length", None))
    return render(alert, channel=channel, now=NOW, dedup_key="5f1e").body


def many(count: int) -> tuple[Touch, ...]:
    return tuple(replace(CHECKOUT, service=f"service {n}", tier=1 + n // 4) for n in range(count))


def test_services_as_text() -> None:
    assert body(ALERT) == (
        'SEV2 OPENED: checkout and invoices at risk: Stripe: major incident "Errors in the API" (investigating)\n'
        "\n"
        "Severity: SEV2: impact major x tier 1 of checkout = SEV2\n"
        "Began: 2026-11-23 10:02 UTC, the vendor says\n"
        "Seen by us: 2026-11-23 10:02 UTC\n"
        "Affected: API (partial outage)\n"
        "\n"
        "Services at risk:\n"
        "- checkout (tier 1, owner shop) via stripe:API\n"
        "  Fallback: Orders are queued and charged later.\n"
        "  Runbook: https://runbooks.example/checkout_1\n"
        "- invoices (tier 2) via payments > stripe:Invoicing"
        " (no component of the page is called so: any may be meant)\n"
        "  Fallback of payments: A second processor.\n"
        "\n"
        "Stripe says (2026-11-23 10:02 UTC, investigating):\n"
        "> We look.\n"
        "\n"
        "Vendor's page: https://status.stripe.example/k7\n"
        "\n"
        "Reference: stripe/incident/k7, first message of this thread, key 5f1e"
    )


def test_services_as_markdown() -> None:
    text = body(replace(ALERT, touches=(CHECKOUT, replace(INVOICES, dependency="stripe:*"))), "mmost://x/y")
    assert (
        "- Affected: API (partial outage)\n"
        "\n"
        "Services at risk:\n"
        "\n"
        "- checkout (tier 1, owner shop) via stripe:API\n"
        "  Fallback: Orders are queued and charged later.\n"
        "  Runbook: <https://runbooks.example/checkout_1>\n"
        "- invoices (tier 2) via payments \u203a stripe:\\* "
    ) in text.replace(" > ", " \u203a ")


def test_services_in_a_mail() -> None:
    text = body(ALERT, "mailto://mail.example")
    url = "https://runbooks.example/checkout_1"
    assert (
        '<div><b>Services at risk:</b></div><div style="padding-left:14px;text-indent:-14px">&bull; checkout '
        "(tier 1, owner shop) via stripe:API</div>" in text
    )
    assert f'Runbook: <a href="{url}">{url}</a></div>' in text
    assert "via payments &gt; stripe:Invoicing" in text


def test_an_end_says_whom_it_concerned_and_asks_for_nothing() -> None:
    text = body(replace(ALERT, change=ENDED))
    assert text.startswith('RESOLVED: Stripe: major incident "Errors in the API"\n')
    assert "\nIt concerned:\n- checkout (tier 1, owner shop) via stripe:API\n- invoices" in text
    assert "Fallback" not in text
    assert "Runbook" not in text


def test_many_services_are_summed_up() -> None:
    text = body(replace(ALERT, touches=many(12)))
    assert text.startswith("SEV2 OPENED: service 0, service 1 and 10 more services at risk: Stripe: ")
    assert text.count("(tier ") == 6
    assert "\n- and 6 more of tiers 2 to 3\n" in text
    assert "\n- and 1 more of tier 2\n" in body(replace(ALERT, touches=many(7)))
    assert "service 0, service 1 and 1 more service at risk" in body(replace(ALERT, touches=many(3)))


def test_what_is_new_since_the_last_message_stands_beneath_the_first_line() -> None:
    alert = replace(ALERT, number=2, added=("invoices",), severity_before=Severity.SEV4)
    assert body(alert).split("\n")[2:5] == [
        "New: it touches invoices too.",
        "",
        "Severity was SEV4, now SEV2.",
    ]


@pytest.mark.parametrize(
    ("change", "first_line", "heading"),
    [
        (
            replace(CHANGE, incident=replace(INCIDENT, impact=Impact.NONE)),
            'OPENED: Stripe: notice "Errors in the API" (investigating)',
            "It concerns:",
        ),
        (
            Change("stripe", ChangeKind.BLIND, NOW, "no answer", since=NOW),
            "CANNOT READ: Stripe: its status page. This says nothing about the vendor",
            "Services that depend on it:",
        ),
        (
            replace(CHANGE, kind=ChangeKind.DISTURBANCE_OPENED, incident=None, after="partial_outage",
                    facets=("components",)),
            "OPENED: checkout and invoices at risk: Stripe: API (partial outage), no incident is posted on it",
            "Services at risk:",
        ),
        (
            replace(CHANGE, kind=ChangeKind.DISTURBANCE_CHANGED, incident=None, after="partial_outage",
                    facets=("components",)),
            "OPEN since 10:02 UTC: checkout and invoices at risk: Stripe: now API (partial outage), no incident is posted on it",
            "Services at risk:",
        ),
        (
            replace(CHANGE, kind=ChangeKind.DISTURBANCE_ENDED, incident=None, after="operational", components=(),
                    facets=("components",)),
            "RESOLVED: Stripe: what services depend on is well again; no incident was posted on it",
            "It concerned:",
        ),
        (
            replace(CHANGE, kind=ChangeKind.FIRST_LOOK, incident=None, incidents=(INCIDENT,)),
            'ALREADY OPEN: checkout and invoices at risk: Stripe: major incident "Errors in the API" (investigating)',
            "Services at risk:",
        ),
    ],
)  # fmt: skip
def test_the_first_line_and_the_heading(change: Change, first_line: str, heading: str) -> None:
    lines = body(replace(ALERT, change=change, severity=Severity.SEV4)).split("\n")
    assert lines[0] == first_line
    assert heading in lines


@pytest.mark.parametrize("length", [60, 160, 300, 401, 600, 1000, 2000, 5000])
@pytest.mark.parametrize("url", ["json://127.0.0.1", "discord://1/2"])
def test_a_message_on_many_services_is_never_longer_than_the_channel_takes(url: str, length: int) -> None:
    touches = tuple(
        replace(
            CHECKOUT, service="s*" * 200, fallback="word_ " * 500, runbook="https://x.example/" + "r" * 400
        )
        for _ in range(50)
    )
    text = body(replace(ALERT, touches=touches), url, max_length=length)
    assert len(text) <= length
    assert "SEV2 OPENED" in text


@pytest.mark.parametrize("url", ["json://127.0.0.1", "discord://1/2", "mailto://mail.example"])
def test_names_that_could_call_people_or_be_markup_do_nothing(url: str) -> None:
    hostile = replace(
        CHECKOUT,
        service="@everyone <script>",
        owner="<!channel>\n# x",
        fallback="{{ 7*7 }} @here",
        runbook="javascript:alert(1)",
    )
    text = body(replace(ALERT, touches=(hostile,), added=("@everyone",)), url)
    for word in ("@everyone", "@here", "<script", "<!channel", "javascript:", "49"):
        assert word not in text
