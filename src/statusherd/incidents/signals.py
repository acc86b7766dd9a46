"""What monitoring systems send becomes incidents: decided by `respond.opening`, written here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.incidents.writing import Writing, phase_line
from statusherd.model.incidents import EntryKind, Incident, Member
from statusherd.model.intake import IncidentPer, Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.intents import BY_INTAKE, Board, Intent, IntentKind, OpeningRules
from statusherd.respond.opening import decide
from statusherd.setup import Setup
from statusherd.store import incident_members, incidents

Maintained = Callable[[Connection, datetime], Collection[str]]
"""Returns the names of the services that are in maintenance of our own at an instant."""


def nobody_maintains(_conn: Connection, _now: datetime) -> Collection[str]:
    """Return no service: where no maintenance of our own is known."""
    return ()


def apply_signals(
    conn: Connection,
    intake: Intake,
    signals: Sequence[Signal],
    setup: Setup,
    now: datetime,
    maintained: Maintained = nobody_maintains,
) -> tuple[Intent, ...]:
    """Let what an intake received do what it does to incidents, in one transaction.

    Returns what was done for each signal, in order, with the numbers that incidents and alerts have.
    """
    with Writing(conn, now) as writing:
        rules = OpeningRules(
            setup.services.services,
            setup.severities,
            frozenset(maintained(conn, now)),
            setup.incidents.reopen_within,
        )
        board = _board(conn, intake, signals)
        scribe = _Scribe(writing, f"{BY_INTAKE}{intake.name}")
        return tuple(scribe.write(each) for each in decide(intake, signals, board, rules, now))


def _board(conn: Connection, intake: Intake, signals: Sequence[Signal]) -> Board:
    newest = incident_members.newest(conn, intake.name, {signal.key for signal in signals})
    known = incidents.those(conn, {member.incident for member in newest})
    homes = _homes(conn, intake, signals) if _may_open(signals, newest) else ()
    found = {each.number: each for each in (*known, *homes)}
    members = {each.number: each for each in incident_members.of_incidents(conn, found)}
    return Board(found, tuple((members | {each.number: each for each in newest}).values()))


def _homes(conn: Connection, intake: Intake, signals: Sequence[Signal]) -> Sequence[Incident]:
    """Return the open incidents to which signals may belong besides those of their keys.

    In a storm of alerts thousands may be open: only those are read that come into question.
    """
    match intake.per:
        case IncidentPer.ALERT:
            return ()
        case IncidentPer.GROUP:
            groups = {signal.group for signal in signals if signal.group}
            return incidents.those(conn, incident_members.incidents_of_groups(conn, intake.name, groups))
        case IncidentPer.SERVICE:
            return incidents.open_ones(conn)


def _may_open(signals: Sequence[Signal], newest: Sequence[Member]) -> bool:
    """Tell whether more than the incidents of the keys are asked for: most deliveries are repeats."""
    at_home = {member.key for member in newest if member.fires and member.incident}
    at_home -= {signal.key for signal in signals if signal.state is SignalState.RESOLVED}
    return any(signal.state is SignalState.FIRING and signal.key not in at_home for signal in signals)


_Line = tuple[EntryKind, str, dict[str, str]]


class _Scribe:
    """Writes intents in order, giving their numbers to the incidents and alerts that are new."""

    def __init__(self, writing: Writing, author: str) -> None:
        self._writing, self._author = writing, author
        self._numbers: dict[int, int] = {}
        self._members: dict[int, int] = {}

    def write(self, intent: Intent) -> Intent:
        """Write an intent; return it with the numbers that the store gave."""
        before = self._before(intent)
        incident = self._stored(intent)
        member = self._kept(intent.member) if intent.member else None
        done = replace(intent, incident=incident, member=member)
        number = incident.number if incident else member.incident if member else 0
        if number and (line := _line(done, before)):
            kind, text, data = line
            self._writing.enter(number, kind, self._author, text, {"key": intent.signal.key} | data)
            if kind is not EntryKind.SIGNAL:
                self._writing.tell(number, text)
        return done

    def _before(self, intent: Intent) -> Incident | None:
        if intent.incident is None or intent.kind is IntentKind.OPEN:
            return None
        number = intent.incident.number
        return self._writing.find(self._numbers.get(number, number))

    def _stored(self, intent: Intent) -> Incident | None:
        incident = intent.incident
        if incident is None:
            return None
        if intent.kind is IntentKind.OPEN:
            made = self._writing.open(replace(incident, number=0))
            self._numbers[incident.number] = made.number
            return made
        numbered = replace(incident, number=self._numbers.get(incident.number, incident.number))
        is_same = numbered == self._writing.find(numbered.number)
        return numbered if is_same else self._writing.save(numbered)

    def _kept(self, member: Member) -> Member:
        stored = incident_members.put(
            self._writing.conn,
            replace(
                member,
                incident=self._numbers.get(member.incident, member.incident),
                number=self._members.get(member.number, max(member.number, 0)),
            ),
        )
        self._members[member.number] = stored.number
        return stored


def _line(intent: Intent, before: Incident | None) -> _Line | None:
    """Return what the timeline says of an intent, None where it says nothing."""
    incident, reason = intent.incident, intent.reason
    title = intent.member.title if intent.member else ""
    if intent.kind is IntentKind.OPEN and incident:
        return EntryKind.OPENED, f"{incident.title}: {reason}", {"severity": incident.severity.value}
    if intent.kind in _SIGNALS:
        return EntryKind.SIGNAL, _SIGNALS[intent.kind].format(title=title, reason=reason), {}
    if incident is None or before is None:
        return None
    return _moving_line(intent.kind, reason, before, incident)


def _moving_line(kind: IntentKind, reason: str, before: Incident, after: Incident) -> _Line | None:
    if kind in (IntentKind.RESOLVE, IntentKind.REOPEN):
        data = {"from": before.phase.value, "to": after.phase.value}
        return EntryKind.PHASE, f"{phase_line(before.phase, after.phase)}: {reason}", data
    if kind is IntentKind.RAISE:
        data = {"from": before.severity.value, "to": after.severity.value}
        return EntryKind.SEVERITY, f"{before.severity} → {after.severity}: {reason}", data
    if kind is IntentKind.WIDEN:
        return EntryKind.SERVICES, reason, {"services": ", ".join(after.services)}
    return None


_SIGNALS: Final = {
    IntentKind.JOIN: "fires: {title} ({reason})",
    IntentKind.REWORD: "says now: {title} ({reason})",
    IntentKind.CLOSE_MEMBER: "over: {title}",
    IntentKind.STAY: "{reason}",
}
