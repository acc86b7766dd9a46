"""A Better Stack page as HTML: its state stands in the names of its images and in its heading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from statusherd.model.status import worst
from statusherd.model.words import Status
from statusherd.watch.reading.pages import first_text
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.words import Notes, fold

_HOSTS: Final = ("uptime.betterstack.com/", "betteruptime.com/")
_STATE_IN_NAME: Final = re.compile(
    r"/(?:status_pages/og_|status_pages_v2/favicons/)([a-z_]{1,30})-[0-9a-f]{8}"
)
_HEADINGS: Final[Mapping[str, Status]] = {
    "allservicesareonline": Status.OPERATIONAL,
    "someservicesaredegraded": Status.DEGRADED,
    "someservicesaredown": Status.PARTIAL_OUTAGE,
    "allservicesaredown": Status.MAJOR_OUTAGE,
}


def state_in(text: str) -> str | None:
    """Return the state word in the name of the page's image, None where it is no such page."""
    match = _STATE_IN_NAME.search(text) if any(host in text for host in _HOSTS) else None
    return match[1] if match else None


def page_status(text: str, states: Mapping[str, Status], notes: Notes) -> Status:
    """Return the state of the page; where its heading says worse than its image, that."""
    status = notes.look_up(states, state_in(text), Status.UNKNOWN, "page status")
    said = _HEADINGS.get(fold(plain_line(first_text(text, "h1"))))
    if said is None or said is status:
        return status
    notes.warn(f"the page's image says {status}, its heading {said}: the worse is taken")
    return worst((status, said)) or status


def page_name(text: str) -> str | None:
    """Return whose page it is."""
    return plain_line(first_text(text, "title")).removesuffix(" status") or None
