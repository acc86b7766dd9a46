"""Incidents of ours as JSON: what the API answers, and the command line prints."""

from __future__ import annotations

from statusherd.model.dossiers import Dossier, Review
from statusherd.model.incidents import Entry, Incident, Member, Task
from statusherd.model.stamps import iso
from statusherd.model.suspects import Link


def incident_json(incident: Incident) -> dict[str, object]:
    """Return an incident without what belongs to it."""
    return {
        "number": incident.number,
        "name": incident.name,
        "title": incident.title,
        "severity": incident.severity.value,
        "severity_reason": incident.severity_reason,
        "severity_by": incident.severity_by or None,
        "phase": incident.phase.value,
        "open": incident.is_open,
        "services": list(incident.services),
        "text": incident.text,
        "labels": dict(incident.labels),
        "url": incident.url,
        "opened_at": iso(incident.opened_at),
        "opened_by": incident.opened_by,
        "began_at": iso(incident.began_at),
        "acknowledged_at": iso(incident.acknowledged_at),
        "triaged_at": iso(incident.triaged_at),
        "investigating_at": iso(incident.investigating_at),
        "mitigated_at": iso(incident.mitigated_at),
        "resolved_at": iso(incident.resolved_at),
        "resolved_by": incident.resolved_by or None,
        "closed_at": iso(incident.closed_at),
        "roles": dict(incident.roles),
        "merged_into": incident.merged_into,
        "split_from": incident.split_from,
    }


def dossier_json(dossier: Dossier) -> dict[str, object]:
    """Return an incident with all that belongs to it."""
    return {
        **incident_json(dossier.incident),
        "duplicates": list(dossier.duplicates),
        "alerts": [alert_json(each) for each in dossier.alerts],
        "tasks": [task_json(each) for each in dossier.tasks],
        "links": [link_json(each) for each in dossier.links],
        "timeline": [entry_json(each) for each in dossier.timeline],
    }


def review_json(review: Review) -> dict[str, object]:
    """Return the review of an incident, or its draft."""
    return {
        "incident": review.incident,
        "written": review.is_written,
        "author": review.author or None,
        "at": iso(review.at),
        "text": review.text,
    }


def alert_json(member: Member) -> dict[str, object]:
    """Return an alert of a monitoring system."""
    return {
        "number": member.number,
        "intake": member.intake,
        "key": member.key,
        "incident": member.incident or None,
        "title": member.title,
        "severity": member.severity.value,
        "services": list(member.services),
        "group": member.group,
        "fires": member.fires,
        "since": iso(member.since),
        "until": iso(member.until),
        "seen_at": iso(member.seen_at),
        "withheld": member.withheld or None,
    }


def task_json(task: Task) -> dict[str, object]:
    """Return something that is to be done."""
    return {
        "number": task.number,
        "incident": task.incident,
        "text": task.text,
        "owner": task.owner or None,
        "created_at": iso(task.created_at),
        "due_at": iso(task.due_at),
        "done_at": iso(task.done_at),
    }


def link_json(link: Link) -> dict[str, object]:
    """Return a suspect with what was said of it."""
    suspect = link.suspect
    return {
        "vendor": suspect.vendor,
        "id": suspect.id,
        "title": suspect.title,
        "state": link.state.value,
        "score": round(suspect.score, 3),
        "at": iso(link.at),
        "by": link.by or None,
        "linked_at": iso(link.linked_at),
        "reasons": [
            {"signal": each.signal, "weight": round(each.weight, 3), "evidence": each.evidence}
            for each in suspect.reasons
        ],
    }


def entry_json(entry: Entry) -> dict[str, object]:
    """Return a line of a timeline."""
    return {
        "number": entry.number,
        "at": iso(entry.at),
        "kind": entry.kind.value,
        "author": entry.author or None,
        "text": entry.text,
        "data": dict(entry.data),
    }
