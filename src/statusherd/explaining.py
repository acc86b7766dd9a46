"""Why each recipient was told of a Change, or was not: put together from what the store holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.model.changes import LoggedChange
from statusherd.model.delivery import Alert, Delivery, Thread
from statusherd.model.escalation import Acknowledgement
from statusherd.notify.threads import opened_in, thread_id, thread_of
from statusherd.respond.meaning import meaning_of
from statusherd.respond.services import ServiceMap
from statusherd.respond.severity import SeverityRules, judge
from statusherd.store import alerts, escalations
from statusherd.store.alerts import Account
from statusherd.store.conversations import facts
from statusherd.store.known import load_state

OF_ONE_LOOK: Final = 50
"""So many Changes of one look are explained."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A Change, what was decided on it, and what it means.

    `alert` is the Change as it is, or would be, told. `judged_now`: nobody was told of it, so its severity
    is what today's rules say. `heard_before` is the last message that a channel which was not told had of
    the same thread.
    """

    account: Account
    alert: Alert
    judged_now: bool
    heard_before: Mapping[str, Delivery]
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """Those of its thread, the oldest first."""


@dataclass(frozen=True, slots=True)
class OurSide:
    """What is configured of our side: the services, and how severe what touches them is."""

    services: ServiceMap
    severities: SeverityRules


def explain(conn: Connection, number: int, ours: OurSide) -> Explanation | None:
    """Return why a Change was told to whom; None where the log has none of that number."""
    account = alerts.account_of(conn, number)
    if account is None:
        return None
    told = next((_own(each.delivery.alert, account) for each in account.verdicts if each.delivery), None)
    thread = told.thread if told else _thread(conn, account)
    return Explanation(
        account,
        told or _judged(conn, account, thread, ours),
        judged_now=told is None,
        heard_before=_heard_before(conn, account, thread),
        acknowledgements=_acknowledgements(conn, account, thread),
    )


def _acknowledgements(conn: Connection, account: Account, thread: Thread) -> tuple[Acknowledgement, ...]:
    names = opened_in(account.logged.change) or (thread.id,)
    return tuple(ack for name in names for ack in escalations.acknowledgements(conn, name))


def explain_last(conn: Connection, vendor: str, at: datetime, ours: OurSide) -> tuple[Explanation, ...]:
    """Return the same for all that the last look at a vendor found which found anything, not after `at`."""
    numbers = alerts.numbers_before(conn, vendor, at, OF_ONE_LOOK)
    found = (explain(conn, number, ours) for number in numbers)
    return tuple(each for each in found if each is not None)


def _own(alert: Alert, account: Account) -> Alert:
    """Return the part of a message that tells a Change, where it tells several."""
    thread = thread_id(account.logged.change)
    return next((part for part in alert.parts if part.thread.id == thread), alert)


def _judged(conn: Connection, account: Account, thread: Thread, ours: OurSide) -> Alert:
    """Return a Change that nobody was told of, with what it means for our services as they are now."""
    change, title = account.logged.change, account.vendor_title
    components = load_state(conn, change.vendor).known.components
    meaning = meaning_of(change, title, components, ours.services, ours.severities)
    return replace(
        alert_about(account.logged, title, thread),
        severity=meaning.judgement.severity,
        severity_reason=meaning.judgement.reason,
        touches=meaning.touches,
    )


def alert_about(logged: LoggedChange, title: str, thread: Thread | None = None) -> Alert:
    """Return a Change as it would be told to somebody who knows of the matter, whatever it means for us."""
    change = logged.change
    judgement = judge(change)
    return Alert(
        thread or thread_of(change, title), change, title, judgement.severity, judgement.reason, number=2
    )


def _thread(conn: Connection, account: Account) -> Thread:
    thread = thread_of(account.logged.change, account.vendor_title)
    known, _ = facts(conn, (thread.id,))
    return known.get(thread.id, thread)


def _heard_before(conn: Connection, account: Account, thread: Thread) -> dict[str, Delivery]:
    passed_over = {v.decision.channel for v in account.verdicts if v.decision.channel and not v.decision.told}
    number = account.logged.number
    found = {name: alerts.heard_before(conn, thread.id, name, number) for name in passed_over if name}
    return {name: delivery for name, delivery in found.items() if delivery}
