"""What alerts of monitoring systems do to incidents of ours: open, join, resolve, or nothing. Pure.

- A repeat is no news. An end closes its own key alone. Silence closes nothing, and "unknown" changes nothing.
- What is older than what we heard of a key is no news either, so that late and double deliveries do no harm.
- Only what fires opens. An incident whose alerts are all over is resolved by itself, unless a person opened
  it; one that a person resolved is not opened again: what fires anew is a new one.
- Withheld is what is less severe than the intake asks for, and what concerns services in maintenance of
  our own alone: it is kept, shown, and judged anew at each repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Final

from statusherd.model.incidents import Incident, IncidentPhase, Member
from statusherd.model.intake import IncidentPer, Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intents import BY_INTAKE, Board, Intent, IntentKind, OpeningRules
from statusherd.respond.lifecycle import fires_again, moved
from statusherd.respond.severity import Judgement
from statusherd.respond.signal_meaning import Concern, concern_of, judge_signal

STRANGER: Final = "service"
"""The label that keeps the name of a service that is none of ours."""
_TITLE, _LABELS = 200, 50


def decide(
    intake: Intake, signals: Sequence[Signal], board: Board, rules: OpeningRules, now: datetime
) -> tuple[Intent, ...]:
    """Return what signals of one intake do, in order. In which order they stand does not matter."""
    decider = _Decider(intake, board, rules, now)
    for signal in sorted(signals, key=lambda each: _turn(each, intake)):
        decider.take(signal)
    return tuple(decider.intents)


@dataclass(frozen=True, slots=True)
class _Firing:
    """A signal that fires, and what it means."""

    signal: Signal
    at: datetime
    concern: Concern
    judged: Judgement


class _Decider:
    """Goes through signals, one after the other, on a board of its own."""

    def __init__(self, intake: Intake, board: Board, rules: OpeningRules, now: datetime) -> None:
        self.intake, self.rules, self.now = intake, rules, now
        self.author = f"{BY_INTAKE}{intake.name}"
        self.intents: list[Intent] = []
        self._incidents = dict(board.incidents)
        self._members = {(m.intake, m.key, m.incident): m for m in board.members}
        mine = sorted((m for m in board.members if m.intake == intake.name), key=lambda m: m.number)
        self._newest = {member.key: member for member in mine}
        self._fresh = count(-1, -1)
        """Numbers of incidents and members that the store does not know yet."""

    def take(self, signal: Signal) -> None:
        at = min(signal.at, self.now)  # a sender's clock that goes ahead must not outdate what it says later
        known = self._newest.get(signal.key)
        if signal.state is SignalState.UNKNOWN:
            self._do(IntentKind.IGNORED, "the sender cannot tell whether it fires", signal)
        elif known and _is_old_news(signal, at, known):
            self._do(IntentKind.IGNORED, "it is older than what the sender said since", signal)
        elif signal.state is SignalState.RESOLVED:
            self._ends(signal, at, known)
        else:
            concern = concern_of(signal, self.intake, self.rules.services)
            judged = judge_signal(signal, self.intake, concern, self.rules.severities)
            firing = _Firing(signal, at, concern, judged)
            self._repeats(firing, known) if known and known.fires else self._fires(firing, known)

    def _do(
        self,
        kind: IntentKind,
        reason: str,
        signal: Signal,
        member: Member | None = None,
        incident: Incident | None = None,
    ) -> None:
        if member is not None:
            self._members.pop((member.intake, member.key, 0), None)  # it may have waited, withheld
            self._members[member.intake, member.key, member.incident] = member
            self._newest[member.key] = member
        if incident is not None:
            self._incidents[incident.number] = incident
        self.intents.append(Intent(kind, reason, signal, member, incident))

    # What ends

    def _ends(self, signal: Signal, at: datetime, known: Member | None) -> None:
        if known is None:
            # Kept, so that its firing is known for old news when it arrives late.
            never = Member(
                self.intake.name, signal.key, 0, _title(signal), at, at, seen_at=at,
                withheld="it was over before we heard of it", number=next(self._fresh),
            )  # fmt: skip
            self._do(IntentKind.IGNORED, "it ended, and was never seen to fire", signal, never)
        elif not known.fires:
            self._do(IntentKind.REFRESH, "it is over already", signal, replace(known, seen_at=at))
        else:
            until = max(known.since, min(signal.ended_at or at, at))
            self._do(IntentKind.CLOSE_MEMBER, "the sender says that it is over", signal,
                     replace(known, until=until, seen_at=at))  # fmt: skip
            self._after_end(signal, self._incidents.get(known.incident))

    def _after_end(self, signal: Signal, incident: Incident | None) -> None:
        if incident is None or not incident.is_open or self._fires_in(incident):
            return
        if not incident.opened_by.startswith(BY_INTAKE):
            reason = f"all its alerts are over; {incident.opened_by} opened it, so that a person resolves it"
            self._do(IntentKind.STAY, reason, signal, incident=incident)
        elif not self.intake.resolves:
            reason = f"all its alerts are over; the intake {self.intake.name} leaves resolving to people"
            self._do(IntentKind.STAY, reason, signal, incident=incident)
        else:
            after = moved(incident, IncidentPhase.RESOLVED, self.author, self.now)
            self._do(IntentKind.RESOLVE, "all its alerts are over", signal, incident=after)

    def _fires_in(self, incident: Incident) -> bool:
        return any(member.fires for member in self._members.values() if member.incident == incident.number)

    # What fires on

    def _repeats(self, firing: _Firing, known: Member) -> None:
        incident = self._incidents.get(known.incident)
        if incident is None:
            self._fires(firing, known)
            return
        signal = firing.signal
        severity = min(known.severity, firing.judged.severity)
        member = replace(
            known, seen_at=firing.at, title=_title(signal), group=signal.group or known.group,
            severity=severity, services=_joined(known.services, firing.concern.names),
        )  # fmt: skip
        if not incident.is_open:
            reason = f"{incident.name} is over by the word of {incident.resolved_by or 'a person'}"
            self._do(IntentKind.REFRESH, f"it fires on; {reason}", signal, member)
            return
        if member.title != known.title:
            self._do(IntentKind.REWORD, f"it was: {known.title}", signal, member)
        else:
            self._do(IntentKind.REFRESH, "it fires on", signal, member)
        self._worsen(firing, incident, known)

    # What fires anew

    def _fires(self, firing: _Firing, known: Member | None) -> None:
        old = self._incidents.get(known.incident) if known else None
        if old is not None and old.is_open:
            self._join(firing, old, known, f"it fires again in {old.name}")
        elif (why := self._withheld(firing)) is not None:
            self._withhold(firing, known, why)
        elif old is not None and self._is_soon(old):
            self._reopen(firing, old, known)
        elif (home := self._home(firing)) is not None:
            self._join(firing, home[0], known, home[1])
        else:
            self._open(firing, known, old)

    def _withheld(self, firing: _Firing) -> str | None:
        """Return why a signal opens nothing, None where it may."""
        names = frozenset(name.casefold() for name in firing.concern.names)
        if names and names <= {name.casefold() for name in self.rules.maintained}:
            return f"{', '.join(firing.concern.names)}: in maintenance of our own"
        if firing.judged.severity > self.intake.opens_at:
            least = f"less severe than {self.intake.opens_at}, which the intake {self.intake.name} asks for"
            return f"{least} ({firing.judged.reason})"
        return None

    def _withhold(self, firing: _Firing, known: Member | None, why: str) -> None:
        is_new = known is None or not known.fires
        member = self._member(firing, known, 0, withheld=why)
        self._do(IntentKind.WITHHELD if is_new else IntentKind.REFRESH, why, firing.signal, member)

    def _is_soon(self, old: Incident) -> bool:
        return (
            old.phase is IncidentPhase.RESOLVED
            and old.merged_into is None
            and old.resolved_by.startswith(BY_INTAKE)
            and old.resolved_at is not None
            and self.now - old.resolved_at <= self.rules.reopen_within
        )

    def _reopen(self, firing: _Firing, old: Incident, known: Member | None) -> None:
        back = moved(old, fires_again(old), self.author, self.now)
        member = self._member(firing, known, old.number)
        reason = f"it fires again, and {old.name} was resolved by itself"
        self._do(IntentKind.REOPEN, reason, firing.signal, member, back)
        self._worsen(firing, back, known)

    def _home(self, firing: _Firing) -> tuple[Incident, str] | None:
        """Return the open incident that a signal belongs to, and why; None where there is none."""
        group, per = firing.signal.group, self.intake.per
        opened = sorted(
            (i for i in self._incidents.values() if i.is_open), key=lambda i: (i.number < 0, abs(i.number))
        )
        if per is IncidentPer.GROUP and group:
            mine = (m for m in self._members.values() if m.intake == self.intake.name and m.group == group)
            numbers = {member.incident for member in mine}
            found = next((each for each in opened if each.number in numbers), None)
            return (found, f"the sender groups it there ({group[:80]})") if found else None
        if per is IncidentPer.SERVICE:
            return next(((i, why) for i in opened if (why := _common(i, firing.concern))), None)
        return None

    def _join(self, firing: _Firing, incident: Incident, known: Member | None, reason: str) -> None:
        began = firing.signal.started_at
        if began is not None and began < (incident.began_at or incident.opened_at):
            incident = replace(incident, began_at=began)
        member = self._member(firing, known, incident.number)
        self._do(IntentKind.JOIN, reason, firing.signal, member, incident)
        self._worsen(firing, incident, known)

    def _open(self, firing: _Firing, known: Member | None, old: Incident | None) -> None:
        signal, concern = firing.signal, firing.concern
        labels = dict(list(signal.labels.items())[:_LABELS])
        incident = Incident(
            number=next(self._fresh),
            title=_title(signal),
            severity=firing.judged.severity,
            severity_reason=firing.judged.reason,
            phase=IncidentPhase.DETECTED,
            opened_at=self.now,
            opened_by=self.author,
            services=concern.names,
            text=signal.text,
            labels=labels | ({STRANGER: concern.stranger} if concern.stranger else {}),
            began_at=signal.started_at,
            url=signal.url,
            severity_by=self.author if signal.severity else "",
        )
        member = self._member(firing, known, incident.number)
        self._do(IntentKind.OPEN, _why_new(old), signal, member, incident)

    def _member(self, firing: _Firing, known: Member | None, incident: int, withheld: str = "") -> Member:
        signal = firing.signal
        begun = min(signal.started_at or firing.at, firing.at)
        before = known.until if known else None
        # The same row goes on in the same incident; one that was withheld moves into the incident it opens.
        goes_on = known is not None and (known.incident == incident or (known.fires and not known.incident))
        is_same = known is not None and 0 != known.incident == incident
        severity = firing.judged.severity
        return Member(
            intake=self.intake.name,
            key=signal.key,
            incident=incident,
            title=_title(signal),
            since=firing.at if before and begun <= before else begun,
            severity=min(known.severity, severity) if known and is_same else severity,
            services=firing.concern.names,
            group=signal.group,
            seen_at=firing.at,
            withheld=withheld,
            number=known.number if known and goes_on else next(self._fresh),
        )

    def _worsen(self, firing: _Firing, incident: Incident, known: Member | None) -> None:
        """Raise and widen an incident by what fires in it.

        What was as severe before is no news: a person may have lowered the incident since.
        """
        was = known.severity if known and known.incident == incident.number else None
        if was is None or firing.judged.severity < was:
            self._raise(firing, incident)
        self._widen(firing, self._incidents[incident.number])

    def _raise(self, firing: _Firing, incident: Incident) -> None:
        judged = firing.judged
        if judged.severity >= incident.severity:
            return
        said = incident.severity_by
        person = f"; {said} had said {incident.severity}" if said and not said.startswith(BY_INTAKE) else ""
        reason = f"{_title(firing.signal)}: {judged.reason}{person}"
        after = replace(incident, severity=judged.severity, severity_reason=reason, severity_by=self.author)
        self._do(IntentKind.RAISE, reason, firing.signal, incident=after)

    def _widen(self, firing: _Firing, incident: Incident) -> None:
        services = _joined(incident.services, firing.concern.names)
        if services != incident.services:
            more = ", ".join(services[len(incident.services) :])
            after = replace(incident, services=services)
            reason = f"{_title(firing.signal)} concerns {more}"
            self._do(IntentKind.WIDEN, reason, firing.signal, incident=after)


def _turn(signal: Signal, intake: Intake) -> tuple[datetime, bool, Severity, str]:
    """Return the place of a signal among others.

    What ended in the instant in which it began is over. Of one instant the worst comes first: it names the
    incident.
    """
    return signal.at, signal.state is SignalState.RESOLVED, signal.severity or intake.severity, signal.key


def _is_old_news(signal: Signal, at: datetime, known: Member) -> bool:
    """Tell whether we know better. Of one instant the end is the last word."""
    if known.seen_at is None or at > known.seen_at:
        return False
    is_late_firing = signal.state is SignalState.FIRING and not known.fires
    return at < known.seen_at or is_late_firing


def _title(signal: Signal) -> str:
    text = " ".join(signal.title.split()) or signal.key
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1]}…"


def _joined(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *others)))


def _common(incident: Incident, concern: Concern) -> str | None:
    """Return what an incident and a signal have in common, None where they have nothing."""
    for name in concern.names:
        if name in incident.services:
            return f"it concerns {name} too"
    stranger = concern.stranger
    if stranger and incident.labels.get(STRANGER, "").casefold() == stranger.casefold():
        return f"it concerns {stranger} too, which is no service of ours"
    return None


def _why_new(old: Incident | None) -> str:
    if old is None:
        return "it fires, and belongs to no open incident"
    if old.resolved_by and not old.resolved_by.startswith(BY_INTAKE):
        return f"it fires anew: {old.name} was resolved by {old.resolved_by}, and stays so"
    return f"it fires anew, long after {old.name} was over"
