"""Us or them: what explains each incident of ours, and what is new of that.

Nothing here waits for anything but the store, and a second look that finds the same writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from statusherd.model.changes import OURS, Change
from statusherd.model.incidents import EntryKind, Incident, OurNews
from statusherd.model.suspects import Answer, Link
from statusherd.model.words import ChangeKind
from statusherd.respond.correlation.answer import answer
from statusherd.respond.correlation.records import Settings
from statusherd.respond.following import Around, Followed, Memory, follow, with_peoples_word
from statusherd.setup import Setup
from statusherd.sighting import Sight, matter_of
from statusherd.store import changes as change_log
from statusherd.store import incident_links, incidents, timeline

FOLLOWED_FOR: Final = timedelta(days=7)
"""So long after its end an incident is still looked at: vendors admit late, and post what is over."""
_MOST: Final = 500
_NOTED: Final = (EntryKind.LINK, EntryKind.VENDOR, EntryKind.VERDICT)


def followed(conn: Connection, now: datetime, *, over: bool) -> Sequence[Incident]:
    """Return the incidents that are open; with `over` also those that were lately.

    Those whose opening is still to be told are left to their announcement, which tells the answer as well.
    """
    found = incidents.open_ones(conn)
    if over:
        found = incidents.listed(conn, incidents.Listing(since=now - FOLLOWED_FOR), _MOST)
    untold = incidents.unannounced(conn)
    return [i for i in found if i.merged_into is None and i.number not in untold]


def answer_for(conn: Connection, incident: Incident, seen: Sight) -> Answer:
    """Return what explains an incident; what people said of its suspects is heeded."""
    return _answer(incident, incident_links.of_incident(conn, incident.number), seen)


def _answer(incident: Incident, links: Sequence[Link], seen: Sight) -> Answer:
    matter = matter_of(incident)
    found = answer(matter, seen.view(matter), settings_of(seen.setup))
    return with_peoples_word(found, links, seen.titles_of_vendors)


def settle(conn: Connection, incident: Incident, seen: Sight) -> tuple[Answer, Followed]:
    """Find what explains an incident and write down what is new of that; return both."""
    found, followed = looked(conn, incident, seen)
    incident_links.put(conn, followed.links)
    timeline.append(conn, followed.entries)
    return found, followed


def looked(conn: Connection, incident: Incident, seen: Sight) -> tuple[Answer, Followed]:
    """Find what explains an incident, and what is new of that."""
    links = incident_links.of_incident(conn, incident.number)
    found = _answer(incident, links, seen)
    memory = Memory(links, timeline.of_kinds(conn, incident.number, _NOTED))
    return found, follow(incident, memory, found, around(seen))


def settle_and_tell(conn: Connection, incident: Incident, seen: Sight) -> bool:
    """Write down what is new of an incident, and have people told; tell whether anything was."""
    found, followed = settle(conn, incident, seen)
    if followed.news and incident.is_open:
        change_log.append(conn, (cause_change(incident, found, followed.news, seen),))
    return bool(followed.links or followed.entries)


def around(seen: Sight) -> Around:
    """Return what is known around an answer."""
    return Around(seen.by_cause, seen.titles_of_vendors, seen.now, _automatic(seen.setup))


def settings_of(setup: Setup) -> Settings:
    """Return how sure correlation has to be, as configured."""
    return Settings(automatic=_automatic(setup))


def _automatic(setup: Setup) -> float:
    return setup.correlation.automatic


def titles_in(found: Answer, seen: Sight, others: Iterable[str] = ()) -> Mapping[str, str]:
    """Return what people call the vendors of an answer, and others."""
    suspected = {each.vendor for each in (*found.links, *found.suspects)}
    named = suspected.union((each.vendor for each in found.blind), others)
    titles = seen.titles_of_vendors
    return {name: titles[name] for name in sorted(named) if name in titles}


def cause_change(incident: Incident, found: Answer, news: str, seen: Sight) -> Change:
    """Return the news of what explains an incident, for people to hear."""
    return Change(
        vendor=OURS,
        kind=ChangeKind.OUR_INCIDENT_UPDATED,
        at=seen.now,
        reason=news,
        subject=incident.name,
        facets=("cause",),
        after=incident.phase.value,
        since=incident.opened_at,
        ours=OurNews(incident, found, news, titles=titles_in(found, seen)),
    )
