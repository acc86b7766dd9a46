"""What a signal asks to be done, what that is decided from, and by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from statusherd.model.incidents import Incident, Member
from statusherd.model.services import Service
from statusherd.model.signals import Signal
from statusherd.model.words import Worded
from statusherd.respond.severity import SeverityRules

BY_INTAKE: Final = "intake "
"""How the name of an author begins that is no person."""


class IntentKind(Worded):
    """What is to be done about a signal."""

    OPEN = "open", "a new incident"
    JOIN = "join", "it belongs to an incident that is open"
    REFRESH = "refresh", "a repeat"
    REWORD = "reword", "a repeat in other words"
    RAISE = "raise", "the incident is more severe"
    WIDEN = "widen", "the incident concerns more services"
    CLOSE_MEMBER = "close_member", "the alert is over"
    RESOLVE = "resolve", "all alerts of the incident are over"
    STAY = "stay", "all alerts of the incident are over, and it stays open"
    REOPEN = "reopen", "it fires again soon after its end"
    WITHHELD = "withheld", "it opens no incident"
    IGNORED = "ignored", "it changes nothing"


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing to do, with its reason as a sentence. `member` and `incident` are as they are after it.

    The number of what is new, incident or member, is below 0, and that of each later intent on it the same.
    """

    kind: IntentKind
    reason: str
    signal: Signal
    member: Member | None = None
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """What we know: the incidents that are open, those of the keys concerned, and the members of all these.

    Of each key concerned its newest member must be there, whether it belongs to an incident or not.
    """

    incidents: Mapping[int, Incident] = field(default_factory=dict)
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class OpeningRules:
    """Our side: services, how severe what is, who is in maintenance, and how soon an end was none."""

    services: tuple[Service, ...] = ()
    severities: SeverityRules = field(default_factory=SeverityRules)
    maintained: frozenset[str] = frozenset()
    reopen_within: timedelta = timedelta(minutes=30)
