"""Reading all of an incident at once."""

from __future__ import annotations

from sqlalchemy import Connection

from statusherd.incidents.writing import no_such
from statusherd.model.dossiers import Dossier
from statusherd.store import incident_links, incident_members, incident_tasks, incidents, timeline


def dossier_of(conn: Connection, number: int) -> Dossier:
    """Return an incident with all that belongs to it; raise NoSuchIncidentError where there is none."""
    incident = incidents.numbered(conn, number)
    if incident is None:
        raise no_such(number)
    return Dossier(
        incident,
        alerts=incident_members.of_incidents(conn, (number,)),
        tasks=incident_tasks.of_incident(conn, number),
        links=incident_links.of_incident(conn, number),
        duplicates=tuple(each.number for each in incidents.merged_into(conn, number)),
        timeline=timeline.of_incident(conn, number),
    )
