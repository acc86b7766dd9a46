"""Samples of messages on incidents of ours and early warnings: all of it is invented. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from statusherd.model.changes import OURS
from statusherd.model.incidents import Contact, Finding, Incident, IncidentPhase, OurNews, RunbookHint
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.suspects import Answer, Blindness, Evidence, Suspect, Verdict
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Severity


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 10, hour, minute, tzinfo=UTC)


_INCIDENT: Final = Incident(
    number=12,
    title="Checkout 5xx",
    severity=Severity.SEV1,
    severity_reason="the sender says SEV1 x tier 1 of checkout = SEV1",
    phase=IncidentPhase.DETECTED,
    opened_at=_at(10, 2),
    opened_by="intake alertmanager",
    services=("checkout",),
    text="More than 5 % of the requests to checkout fail.\nFirst seen in eu-west.",
    labels={"alertname": "Checkout5xx", "region": "eu-west"},
    began_at=_at(9, 47),
    url="https://alerts.example.com/1",
)
_CAUSE: Final = Suspect(
    "acme",
    "k7",
    "Payments are delayed",
    0.93,
    (
        Evidence("dependency", 2.1, "checkout needs acme:API*, which it names"),
        Evidence("time", 1.2, "it began within a minute of ours"),
        Evidence("region", 0.7, "both are in eu-west"),
        Evidence("text", 0.2, "both speak of payments"),
    ),
)
_OTHER: Final = Suspect(
    "globex", "g1", "Slow search", 0.21, (Evidence("region", -0.8, "it is in us-east, ours is not"),)
)
_ANSWER: Final = Answer(
    Verdict.VENDOR, "acme: Payments are delayed (93 %)", (_CAUSE,), (_OTHER,),
    (Blindness("initech", _at(9, 40)),),
)  # fmt: skip
_NEWS: Final = OurNews(
    _INCIDENT,
    _ANSWER,
    findings=(
        Finding("acme", "its certificate and name are in order, 41 ms", ok=True, at=_at(10, 1)),
        Finding("acme", "GET /v1/charges answers 503 since 09:46 UTC", ok=False, at=_at(10, 1)),
    ),
    recent=(
        "09:58 UTC Acme Payments: incident opened: Payments are delayed",
        "08:10 UTC Globex: incident resolved: Slow search",
    ),
    runbooks=(
        RunbookHint("checkout-5xx", "https://runbooks.example.com/checkout-5xx"),
        RunbookHint("queue-drain", "statusherd runbook show queue-drain"),
    ),
    contacts=(Contact("acme", "https://acme.example/support", "C-4711"),),
    titles={"acme": "Acme Payments", "globex": "Globex", "initech": "Initech"},
)
_MITIGATED: Final = replace(
    _INCIDENT, phase=IncidentPhase.MITIGATED, mitigated_at=_at(10, 20), roles={"commander": "Ana"}
)
_OVER: Final = replace(_MITIGATED, phase=IncidentPhase.RESOLVED, resolved_at=_at(10, 31))
TOUCHES: Final = (
    Touch(
        "checkout",
        1,
        "",
        TouchedBy.OURS,
        owner="shop",
        cushion="checkout",
        fallback="orders are queued and charged later",
        runbook="https://runbooks.example.com/checkout",
    ),
)


def _ours(news: OurNews, **more: Any) -> dict[str, Any]:
    return {"vendor": OURS, "subject": news.incident.name, "ours": news, "page_url": None, **more}


def _warning(**more: Any) -> dict[str, Any]:
    return {"subject": "warning-20260310T094700Z", "since": _at(9, 47), **more}


WHAT: Final[dict[K, Callable[[], dict[str, Any]]]] = {
    K.OUR_INCIDENT_OPENED: lambda: _ours(_NEWS),
    K.OUR_INCIDENT_UPDATED: lambda: _ours(replace(_NEWS, incident=_MITIGATED, news="phase: mitigated")),
    K.OUR_INCIDENT_RESOLVED: lambda: _ours(replace(_NEWS, incident=_OVER)),
    K.OUR_INCIDENT_REOPENED: lambda: _ours(
        replace(_NEWS, incident=replace(_INCIDENT, phase=IncidentPhase.TRIAGED))
    ),
    K.EARLY_WARNING: lambda: _warning(
        after="partial_outage", reason="3 of our 4 checks of it fail since 09:47 UTC"
    ),
    K.EARLY_WARNING_JOINED: lambda: _warning(
        facets=("lead:2340",), reason='the vendor posted "Payments are delayed" 39 minutes after our warning'
    ),
    K.EARLY_WARNING_ENDED: lambda: _warning(
        reason="all is as usual for 15 minutes; the vendor has posted nothing"
    ),
}
"""What each kind of Change carries."""
