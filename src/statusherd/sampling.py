"""A sample incident through the routes of now: who would be told, and why. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.model.changes import Change, LoggedChange
from statusherd.model.delivery import Decision, NewDelivery
from statusherd.model.errors import StatusherdError
from statusherd.model.records import Update, VendorIncident
from statusherd.model.selection import matches
from statusherd.model.services import Service, Touch, TouchedBy
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind, Impact, Phase, Severity
from statusherd.notify.inquiry import RouteAnswer, inquire
from statusherd.notify.question import Question
from statusherd.notify.route import Facts, route
from statusherd.router import KnownPages, Router
from statusherd.setup import Setup

TITLE = "Test of the alert routes"
_TEXT = "Somebody tests who is told of such an incident. Nothing happened, and there is nothing to do."


@dataclass(frozen=True, slots=True)
class Sample:
    """What a sample incident is to be: at whom, how bad; with a service, as if it touched that one alone.

    `severity` is taken in place of what the rules say; None leaves it to them.
    """

    vendor: str | None = None
    service: str | None = None
    impact: Impact = Impact.MAJOR
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Sampled:
    """The answers to a sample: what it means, every channel's answer, every route's, and the messages."""

    question: Question
    decisions: tuple[Decision, ...]
    routes: tuple[RouteAnswer, ...]
    deliveries: tuple[NewDelivery, ...]


def sample(conn: Connection, wanted: Sample, setup: Setup, clock: Clock) -> Sampled:
    """Ask the routes about a sample; raise StatusherdError where it names what is not configured."""
    service = _service(wanted.service, setup)
    vendor = _vendor(wanted.vendor, service, setup.vendors)
    router = Router(KnownPages(), clock)
    moment = router.moment(conn, setup)
    question = router.question(LoggedChange(0, _change(vendor, wanted.impact, moment.now)), setup)
    if service is not None:
        question = replace(question, touches=(_touch(service, vendor),))
    if wanted.severity is not None:
        reason = "asked for by command"
        question = replace(question, severity=wanted.severity, severity_reason=reason, steady=wanted.severity)
    answer = route(question, moment, Facts())
    return Sampled(question, answer.decisions, inquire(question, moment), answer.deliveries)


def _service(name: str | None, setup: Setup) -> Service | None:
    if name is None:
        return None
    known = {service.name.casefold(): service for service in setup.services.services}
    if name.casefold() not in known:
        remedy = f"Services are: {', '.join(s.name for s in known.values()) or 'none'}"
        raise StatusherdError("there is no such service", subject=repr(name[:60]), remedy=remedy)
    return known[name.casefold()]


def _vendor(name: str | None, service: Service | None, vendors: Mapping[str, WatchedVendor]) -> WatchedVendor:
    if name is not None and name in vendors:
        return vendors[name]
    if name is not None or not vendors:
        remedy = "`statusherd vendor list` shows all that are"
        raise StatusherdError("is not watched", subject=repr((name or "a vendor")[:60]), remedy=remedy)
    wanted = [dependency.vendor for dependency in service.depends_on] if service else []
    needed = (v for v in vendors.values() if any(matches(w, v.name, v.title) for w in wanted))
    return next(needed, next(iter(vendors.values())))


def _touch(service: Service, vendor: WatchedVendor) -> Touch:
    needed = (d for d in service.depends_on if matches(d.vendor, vendor.name, vendor.title))
    dependency = str(next(needed, vendor.name))
    return Touch(
        service.name, service.tier, dependency, TouchedBy.NAMED, owner=service.owner,
        fallback=service.fallback, runbook=service.runbook, tags=service.tags,
    )  # fmt: skip


def _change(vendor: WatchedVendor, impact: Impact, now: datetime) -> Change:
    post = Update(now, Phase.INVESTIGATING, _TEXT)
    incident = VendorIncident(
        id="test", title=TITLE, impact=impact, started_at=now, updated_at=now, updates=(post,)
    )
    return Change(
        vendor=vendor.name,
        kind=ChangeKind.INCIDENT_OPENED,
        at=now,
        reason="a test was asked for by command",
        subject=incident.id,
        after=Phase.INVESTIGATING,
        incident=incident,
    )
