"""StatusHub: /api/statuses of a page, which counts the services by their state.

Facts: two programs that read the document; no body of a real page was seen. `counters` has the services that
are up (`count_status_1`), affected (`count_status_2`) and down (`count_status_3`). Which they are, what is
going on and what is planned it does not say, as far as those programs tell. A counter of another number is a
state that is not known: with it, a page on which nothing is wrong is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from statusherd.model.records import Coverage, Snapshot
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.values import Object, as_object, load_json, number, try_object
from statusherd.watch.reading.words import Notes

NAME = "statushub"

_PATH: Final = "/api/statuses"
_UP, _AFFECTED, _DOWN = _KNOWN = ("count_status_1", "count_status_2", "count_status_3")
_MOST_OTHERS: Final = 20
CLUES: Final = Clues(
    in_address=(at_host("statushub.io", _PATH),),
    in_page=((re.compile(r"statushub\.(?:io|com)"), _PATH),),
    paths=(_PATH,),
    rank=90,
)


def recognise(document: Document) -> Recognition | None:
    """The three counters."""
    return Recognition(94, f"counters with {', '.join(_KNOWN)}") if _counters(try_object(document)) else None


def endpoints(address: str) -> Endpoints:
    """One document tells all."""
    return Endpoints(look=(beside(page_root(address.partition(_PATH)[0]), _PATH),))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the counters. The state is the page's: no service is named."""
    notes = Notes()
    counters = _counters(as_object(load_json(documents[0])))
    if counters is None:
        raise not_this("StatusHub", documents[0], f"no counters with {', '.join(_KNOWN)}")
    page_status = _rollup(counters, notes)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, (), (), ()),
        coverage=Coverage(rollup=True),
        warnings=notes.all,
    )


def _counters(root: Object) -> Object | None:
    """Return the counters where all three are whole numbers of services."""
    counters = as_object(root.get("counters"))
    return counters if all(_count(counters.get(key)) is not None for key in _KNOWN) else None


def _count(value: object) -> int | None:
    count = number(value)
    return int(count) if count is not None and count >= 0 and count == int(count) else None


def _rollup(counters: Object, notes: Notes) -> Status:
    up, affected, down = (_count(counters[key]) or 0 for key in _KNOWN)
    others = [key for key in counters if key not in _KNOWN and _count(counters[key])]
    for key in others[:_MOST_OTHERS]:
        notes.warn(f"unknown counter {key[:60]!r}, read as {Status.UNKNOWN}")
    if down:
        return Status.PARTIAL_OUTAGE if up or affected or others else Status.MAJOR_OUTAGE
    if affected:
        return Status.DEGRADED
    return Status.OPERATIONAL if up and not others else Status.UNKNOWN
