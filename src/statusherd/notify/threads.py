"""Which conversation a Change belongs to, and what it does there: begin, go on, or end. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.delivery import Thread
from statusherd.model.records import Disturbance
from statusherd.model.words import ChangeKind as K

SUBJECT_LENGTH: Final = 140


class Step(Enum):
    """What a Change does to its thread."""

    OPEN = auto()
    UPDATE = auto()
    END = auto()
    NOTICE = auto()  # one message that waits for no end
    SUMMARY = auto()  # what is open at a first look
    RECORD = auto()  # kept, told to nobody


STEPS: Final[Mapping[K, tuple[str, Step]]] = {
    K.FIRST_LOOK: ("incident", Step.SUMMARY),
    K.INCIDENT_OPENED: ("incident", Step.OPEN),
    K.INCIDENT_UPDATED: ("incident", Step.UPDATE),
    K.INCIDENT_REOPENED: ("incident", Step.OPEN),
    K.INCIDENT_RESOLVED: ("incident", Step.END),
    K.INCIDENT_WITHDRAWN: ("incident", Step.END),
    K.INCIDENT_RECORDED: ("incident", Step.RECORD),
    K.INCIDENT_EDITED: ("incident", Step.RECORD),
    K.INCIDENT_STALE: ("incident", Step.RECORD),
    K.DISTURBANCE_OPENED: ("disturbance", Step.OPEN),
    K.DISTURBANCE_CHANGED: ("disturbance", Step.UPDATE),
    K.DISTURBANCE_ENDED: ("disturbance", Step.END),
    K.COMPONENT_CHANGED: ("disturbance", Step.RECORD),
    K.MAINTENANCE_ANNOUNCED: ("maintenance", Step.OPEN),
    K.MAINTENANCE_STARTED: ("maintenance", Step.UPDATE),
    K.MAINTENANCE_RESCHEDULED: ("maintenance", Step.UPDATE),
    K.MAINTENANCE_EXTENDED: ("maintenance", Step.UPDATE),
    K.MAINTENANCE_UPDATED: ("maintenance", Step.RECORD),
    K.MAINTENANCE_REMINDER: ("maintenance", Step.UPDATE),
    K.MAINTENANCE_ENDED: ("maintenance", Step.END),
    K.MAINTENANCE_CANCELLED: ("maintenance", Step.END),
    K.BLIND: ("source", Step.OPEN),
    K.SIGHTED: ("source", Step.END),
    K.SUSPICIOUS: ("source", Step.NOTICE),
    K.FILTER_ROT: ("source", Step.NOTICE),
    K.SOURCE_MOVED: ("source", Step.NOTICE),
    K.CANNOT_SEE_OUT: ("source", Step.OPEN),
    K.CAN_SEE_OUT: ("source", Step.END),
    K.OUR_INCIDENT_OPENED: ("own_incident", Step.OPEN),
    K.OUR_INCIDENT_UPDATED: ("own_incident", Step.UPDATE),
    K.OUR_INCIDENT_REOPENED: ("own_incident", Step.OPEN),
    K.OUR_INCIDENT_RESOLVED: ("own_incident", Step.END),
    K.EARLY_WARNING: ("early_warning", Step.OPEN),
    K.EARLY_WARNING_JOINED: ("early_warning", Step.END),
    K.EARLY_WARNING_ENDED: ("early_warning", Step.END),
    K.GROUPED: ("incident", Step.RECORD),  # routed by nobody, as the next three: made of what was
    K.GROUP_ENDED: ("incident", Step.RECORD),
    K.DIGEST: ("incident", Step.RECORD),
    K.MISSED: ("incident", Step.RECORD),
}


def event_of(change: Change) -> str:
    """Return the event word that routes match."""
    return STEPS[change.kind][0]


def thread_id(change: Change) -> str:
    """Return the id of the conversation: the same for all Changes of one incident, window or spell."""
    if change.ours is not None:
        return own_thread(change.ours.incident.number)
    if event_of(change) == "early_warning":  # an incident that it names has a thread of its own
        return f"{change.vendor}/{change.subject}"
    if change.incident is not None:
        return incident_thread(change.vendor, change.incident.id)
    if change.maintenance is not None:
        return maintenance_thread(change.vendor, change.maintenance.id)
    return _spell(change)


def _spell(change: Change) -> str:
    """Return the id of the conversation on what the vendor itself has posted nothing of."""
    vendor = change.vendor
    if change.kind in (K.BLIND, K.SIGHTED):
        return f"{vendor}/blind/{change.since:%Y%m%dT%H%M%SZ}"
    if change.kind in (K.CANNOT_SEE_OUT, K.CAN_SEE_OUT):
        return f"{vendor}/egress/{change.subject}/{change.since:%Y%m%dT%H%M%SZ}"
    if event_of(change) == "disturbance" and change.kind is not K.COMPONENT_CHANGED:
        return f"{vendor}/{change.subject}"
    return f"{vendor}/{change.kind}/{change.at:%Y%m%dT%H%M%SZ}/{change.subject}"


def incident_thread(vendor: str, incident: str) -> str:
    """Return the id of the conversation on a vendor's incident."""
    return f"{vendor}/incident/{incident}"


def own_thread(number: int) -> str:
    """Return the id of the conversation on an incident of ours."""
    return f"ours/INC-{number}"


def own_number(text: str) -> int | None:
    """Return the number of an incident of ours that is called so: "INC-12"; None where none can be."""
    match = _OWN.fullmatch(text.strip())
    return int(match[1]) if match else None


_OWN: Final = re.compile(r"(?:ours/)?INC-0*([1-9][0-9]{0,17})", re.ASCII | re.IGNORECASE)


def maintenance_thread(vendor: str, maintenance: str) -> str:
    """Return the id of the conversation on a vendor's maintenance."""
    return f"{vendor}/maintenance/{maintenance}"


def first_disturbance_thread(change: Change) -> str:
    """Return the id of the conversation on trouble that a first look found without an incident."""
    return f"{change.vendor}/{Disturbance(change.at, change.status).id}"


def opened_in(change: Change) -> tuple[str, ...]:
    """Return the ids of the conversations that a first look's summary opens; none of any other Change."""
    if change.kind is not K.FIRST_LOOK:
        return ()
    opened = tuple(incident_thread(change.vendor, incident.id) for incident in change.incidents)
    return opened or (first_disturbance_thread(change),)


def thread_of(change: Change, title: str) -> Thread:
    """Return the conversation that `change` begins; its subject stays as it is for good."""
    return Thread(thread_id(change), change.vendor, subject_of(change, title), change.at)


def subject_of(change: Change, title: str) -> str:
    """Return the subject of a conversation: whose and what, nothing that changes while it lasts."""
    subject = _subject(change, title)
    return subject if len(subject) <= SUBJECT_LENGTH else subject[: SUBJECT_LENGTH - 1].rstrip() + "…"


def _subject(change: Change, title: str) -> str:
    if change.ours is not None:
        return f"{change.ours.incident.name}: {change.ours.incident.title}"
    if change.incident is not None and event_of(change) != "early_warning":
        return f"{title}: {change.incident.title or 'incident'}"
    if change.maintenance is not None:
        return f"{title} maintenance: {change.maintenance.title or 'planned work'}"
    return _subject_of_spell(change, title)


def _subject_of_spell(change: Change, title: str) -> str:
    if change.kind is K.FIRST_LOOK:
        return f"{title}: now watched, trouble is open"
    if change.kind is K.FILTER_ROT:
        return f"{title}: the component filter {change.subject!r} matches nothing"
    return _SUBJECTS[change.kind].format(title=title)


_SUBJECTS: Final[Mapping[K, str]] = {
    K.EARLY_WARNING: "{title}: early warning of ours",
    K.EARLY_WARNING_JOINED: "{title}: early warning of ours",
    K.EARLY_WARNING_ENDED: "{title}: early warning of ours",
    K.DISTURBANCE_OPENED: "{title}: trouble without a posted incident",
    K.DISTURBANCE_CHANGED: "{title}: trouble without a posted incident",
    K.DISTURBANCE_ENDED: "{title}: trouble without a posted incident",
    K.COMPONENT_CHANGED: "{title}: components changed",
    K.BLIND: "{title}: its status page cannot be read",
    K.SIGHTED: "{title}: its status page cannot be read",
    K.SUSPICIOUS: "{title}: its status page lost most components",
    K.SOURCE_MOVED: "{title}: its status page changed its format",
    K.CANNOT_SEE_OUT: "Status pages cannot be read",
    K.CAN_SEE_OUT: "Status pages cannot be read",
    K.GROUPED: "{title}: incidents",
    K.GROUP_ENDED: "{title}: incidents",
    K.DIGEST: "Digest",
    K.MISSED: "Came and went in quiet hours",
}
