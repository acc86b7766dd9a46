"""An intake: where one monitoring system sends its alerts, and what of them becomes an incident of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from statusherd.model.words import Severity


class IncidentPer(StrEnum):
    """How many alerts of one sender are one incident."""

    ALERT = "alert"  # each alert is an incident of its own
    GROUP = "group"  # what the sender groups is one
    SERVICE = "service"  # what concerns one service is one, while it is open


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Where the facts stand in bodies of somebody's own making.

    Each is a dotted path, as "alert.title" or "alerts.0.name"; None where the kind's own place holds.
    `alerts` leads to a list: the other paths are then taken from each of its items. `key` may be several
    paths, which make the key together. `id` is the sender's own number of the delivery. `firing` and
    `resolved` are the words at `state`, `severities` what the words at `severity` mean; where none are
    given the usual words of the field are understood.
    """

    alerts: str | None = None
    key: tuple[str, ...] = ()
    state: str | None = None
    firing: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    title: str | None = None
    text: str | None = None
    severity: str | None = None
    severities: Mapping[str, Severity] = field(default_factory=dict)
    service: str | None = None
    group: str | None = None
    labels: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    url: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """How a sender shows that it is the one: a token in a header, or a secret that it signs with.

    `is_open` lets everybody in: for those who listen on loopback alone.
    """

    token: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """One intake. `name` is its key everywhere, `kind` the sender's format.

    `service` is what the alerts concern where they name no service themselves; `service_label` is the label
    in which they do. `opens_at` is the least severity that opens an incident: what is less severe is kept and
    shown. `severity` is that of alerts that say none. `resolves`: an incident whose alerts are all over is
    resolved by itself. `mapping` tells where facts stand, for kinds that leave it to their senders; `vendor`
    is the vendor that a sender speaks for, which is looked at when it does.
    """

    name: str
    kind: str
    service: str | None = None
    service_label: str = "service"
    per: IncidentPer = IncidentPer.GROUP
    opens_at: Severity = Severity.SEV4
    severity: Severity = Severity.SEV3
    resolves: bool = True
    mapping: FieldMap = field(default_factory=FieldMap, hash=False)
    vendor: str | None = None
