"""The words of the domain as enums. Their values are the words of the JSON, the store and the docs."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Worded(StrEnum):
    """Words that people are shown as a sentence: each member is its word and its `sentence`."""

    sentence: str

    def __new__(cls, word: str, sentence: str) -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.sentence = sentence
        return member


class Status(StrEnum):
    """State of a vendor or a component. `UNKNOWN` stands outside the order: it is never "down"."""

    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Severity from 0 (operational) to 4 (major outage); unknown is -1, so it raises nothing."""
        return _STATUS_RANK[self]

    @property
    def is_trouble(self) -> bool:
        """Worse than maintenance."""
        return self.rank >= _STATUS_RANK[Status.DEGRADED]


_STATUS_RANK = {
    Status.UNKNOWN: -1,
    Status.OPERATIONAL: 0,
    Status.MAINTENANCE: 1,
    Status.DEGRADED: 2,
    Status.PARTIAL_OUTAGE: 3,
    Status.MAJOR_OUTAGE: 4,
}


class Impact(StrEnum):
    """How bad a vendor says an incident is."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 (none) to 3 (critical). Unknown counts as minor: green would hide it."""
        return _IMPACT_RANK[self]

    @property
    def status(self) -> Status | None:
        """The state an open incident of this impact gives its vendor; None raises nothing."""
        return _IMPACT_STATUS[self]


_IMPACT_RANK = {
    Impact.NONE: 0,
    Impact.UNKNOWN: 1,
    Impact.MINOR: 1,
    Impact.MAJOR: 2,
    Impact.CRITICAL: 3,
}
_IMPACT_STATUS = {
    Impact.NONE: None,
    Impact.MINOR: Status.DEGRADED,
    Impact.MAJOR: Status.PARTIAL_OUTAGE,
    Impact.CRITICAL: Status.MAJOR_OUTAGE,
    Impact.UNKNOWN: Status.DEGRADED,
}


class Phase(StrEnum):
    """Where a vendor's incident stands."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class MaintenancePhase(StrEnum):
    """Where a maintenance window stands."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self in (MaintenancePhase.COMPLETED, MaintenancePhase.CANCELLED)


class Severity(StrEnum):
    """What a vendor's trouble means for us: SEV1 wakes people, SEV4 informs."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"


class ChangeKind(StrEnum):
    """What happened between two looks."""

    FIRST_LOOK = "first_look"  # a vendor is seen for the first time; open incidents ride along
    INCIDENT_OPENED = "incident_opened"
    INCIDENT_UPDATED = "incident_updated"  # `facets` says what moved
    INCIDENT_RESOLVED = "incident_resolved"
    INCIDENT_REOPENED = "incident_reopened"
    INCIDENT_RECORDED = "incident_recorded"  # already over when first seen
    INCIDENT_EDITED = "incident_edited"  # a resolved incident changed: back-dated, reworded
    INCIDENT_WITHDRAWN = "incident_withdrawn"  # gone, and the vendor's history does not have it
    INCIDENT_STALE = "incident_stale"  # open and untouched for long
    DISTURBANCE_OPENED = "disturbance_opened"  # the state fell and no incident explains it
    DISTURBANCE_CHANGED = "disturbance_changed"
    DISTURBANCE_ENDED = "disturbance_ended"
    COMPONENT_CHANGED = "component_changed"
    MAINTENANCE_ANNOUNCED = "maintenance_announced"
    MAINTENANCE_STARTED = "maintenance_started"
    MAINTENANCE_RESCHEDULED = "maintenance_rescheduled"  # window moved before it began
    MAINTENANCE_EXTENDED = "maintenance_extended"  # end moved later while running
    MAINTENANCE_UPDATED = "maintenance_updated"
    MAINTENANCE_ENDED = "maintenance_ended"
    MAINTENANCE_CANCELLED = "maintenance_cancelled"
    MAINTENANCE_REMINDER = "maintenance_reminder"  # no look found it: the window is near
    BLIND = "blind"  # the source could not be read for several looks in a row
    SIGHTED = "sighted"
    SUSPICIOUS = "suspicious"  # most components vanished at once; the old state is kept
    FILTER_ROT = "filter_rot"  # a component filter matches nothing on the live page
    SOURCE_MOVED = "source_moved"  # the page answers in another format than before
    CANNOT_SEE_OUT = "cannot_see_out"  # most vendors unreadable at once: it is us
    CAN_SEE_OUT = "can_see_out"
    OUR_INCIDENT_OPENED = "our_incident_opened"
    OUR_INCIDENT_UPDATED = "our_incident_updated"  # its phase, severity, services or cause: `ours.news`
    OUR_INCIDENT_RESOLVED = "our_incident_resolved"
    OUR_INCIDENT_REOPENED = "our_incident_reopened"
    EARLY_WARNING = "early_warning"  # our checks or our teams see trouble, the vendor has posted nothing
    EARLY_WARNING_JOINED = "early_warning_joined"  # the vendor posted it: `facets` holds the lead in seconds
    EARLY_WARNING_ENDED = "early_warning_ended"  # over without a word of the vendor
    GROUPED = "grouped"  # nor this: what several changes come to that are told together
    GROUP_ENDED = "group_ended"  # and that nothing of it is open any more
    DIGEST = "digest"  # the same for all that a digest tells
    MISSED = "missed"  # no look found it: what came and went in a channel's quiet hours, summed up


class DeliveryState(StrEnum):
    """Where one message to one channel stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"  # given up: dead letter
    CANCELLED = "cancelled"  # overtaken before it was sent
