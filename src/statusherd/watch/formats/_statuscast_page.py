"""A StatusCast page as HTML: the items in its lists of incidents.

The icons in the grid are the colours of past days and say nothing of now, so they are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

from bs4.element import Tag

from statusherd.model.records import Maintenance, Update, VendorIncident
from statusherd.model.words import Phase, Status
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._statuscast_words import (
    HEADINGS,
    impact,
    is_maintenance,
    is_open,
    phase_of,
    window,
)
from statusherd.watch.reading.documents import looks_like_html
from statusherd.watch.reading.pages import attribute, elements, first_text
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import link
from statusherd.watch.reading.words import Notes

MAX_ITEMS: Final = 200
MAX_ITEM: Final = 60_000
_HEAD: Final = 10_000
_MARKS: Final = ("powered by StatusCast", "Status page provided by StatusCast", "statuscastsa")
_PARTS: Final = ("widget-incidentlist", "sc-hero__title", "incident-body incident-type-")
_ITEM: Final = re.compile(r"<div\s[^<>]{0,200}\bincident-body\b[^<>]{0,300}>")
_KIND: Final = re.compile(r"\bincident-type-([A-Za-z_-]{1,40})")
_STATE: Final = re.compile(r"\bincident-status-([A-Za-z_-]{1,40})")
_SEVERITY: Final = re.compile(r"\bincident-mostsevere-status-([A-Za-z_-]{1,40})")
_HEADING: Final = re.compile(r"<h1\s[^<>]{0,200}\bsc-hero__title\b[^<>]{0,200}>([^<]{1,200})")
_END: Final = re.compile(r"<div\s[^<>]{0,100}\bwidget\s|<footer\b|<script\b|</body\b")
_NUMBER: Final = re.compile(r"/incidents?/(\d{1,20})(?:[/?#]|$)")


def is_page(text: str) -> bool:
    """Tell a StatusCast page that shows its incidents or its state."""
    has_parts = any(part in text for part in _PARTS)
    return has_parts and looks_like_html(text) and any(mark in text[:_HEAD] for mark in _MARKS)


def is_whole(text: str) -> bool:
    """Tell whether the page was received up to its end: what is missing could be an open incident."""
    return "</html" in text[-2_000:].lower()


def page_name(text: str) -> str | None:
    """Return whose page it is."""
    title = plain_line(first_text(text[:_HEAD], "title")).partition(" | ")[0]
    return title.removeprefix("Status Page for ") or None


def page_status(text: str, notes: Notes) -> Status | None:
    """Return what the heading of newer pages says; None where the page has none."""
    heading = _HEADING.search(text)
    if heading is None:
        return None
    return notes.look_up(HEADINGS, plain_line(heading[1]), Status.UNKNOWN, "page status")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: the words in its class names, and its source."""

    kind: str | None
    state: str | None
    severity: str | None
    source: str


def read_items(text: str, where: str, notes: Notes) -> tuple[list[VendorIncident], list[Maintenance]]:
    """Return the incidents and the planned work of the page's lists, open, over or to come."""
    incidents, maintenances = [], []
    for item in _items(text, notes):
        if is_maintenance(item.kind, item.state):
            maintenances.append(_maintenance(item, where, notes))
        else:
            incidents.append(_incident(item, where, notes))
    return incidents, maintenances


def _items(text: str, notes: Notes) -> Iterator[Item]:
    """Yield the items: each reaches to the next, or to the end of its list."""
    found = list(_ITEM.finditer(text))
    ends = [*(match.start() for match in found), len(text)][1:]
    items = [_item(text, match, end) for match, end in zip(found, ends, strict=True)]
    if len(items) > MAX_ITEMS:
        notes.warn(f"the page is long: {MAX_ITEMS} of its {len(items)} items are read")
        items.sort(key=lambda item: item.state == "closed")  # what is open is never left out
    yield from items[:MAX_ITEMS]


def _item(text: str, match: re.Match[str], end: int) -> Item:
    words = (found and found[1] for found in (p.search(match[0]) for p in (_KIND, _STATE, _SEVERITY)))
    kind, state, severity = words
    stop = _END.search(text, match.end(), min(end, match.start() + MAX_ITEM))
    return Item(kind, state, severity, text[match.start() : stop.start() if stop else end][:MAX_ITEM])


def _of_class(part: str, name: str, *tags: str) -> list[Tag]:
    return [tag for tag in elements(part, *tags) if name in attribute(tag, "class").split()]


def _line(part: str, name: str, *tags: str) -> str:
    return next((plain_line(tag.get_text(" ")) for tag in _of_class(part, name, *tags)), "")


def _head(part: str, where: str) -> tuple[str, str, datetime | None, str | None]:
    """Return id, title, start and address of an item."""
    title = _line(part, "incident-title", "h1", "h2", "h3", "h4")
    at = parse_time(_line(part, "incident-date", "div"))
    href = next((attribute(tag, "href") for tag in _of_class(part, "incident-partial-title-url", "a")), "")
    number = _NUMBER.search(href)
    return identity(number and number[1], title, at), title, at, _joined(where, href)


def _joined(where: str, href: str) -> str | None:
    try:
        return link(urljoin(where, href)) if href else None
    except ValueError:
        return None


def _icon(part: str) -> str | None:
    """Return the state that the icon in the head of an item shows."""
    for tag in elements(part[:3_000], "i"):
        names = [name for name in attribute(tag, "class").split() if name.startswith("component-")]
        if names:
            return names[0].removeprefix("component-")
    return None


def _component_names(part: str) -> tuple[str, ...]:
    badges = _of_class(part, "badge-component", "span")
    names = (
        plain_line(tag.get_text(" "))
        for tag in badges
        if "badge-component-more" not in attribute(tag, "class").split()
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _posts(part: str) -> Iterator[tuple[datetime, str, str]]:
    """Yield time, state word and text of each post of an item; the page has them newest first."""
    when = [parse_time(plain_line(t.get_text(" "))) for t in _of_class(part, "incident-update-when", "div")]
    for at, body in zip(when, _of_class(part, "incident-update-text", "div"), strict=False):
        mark = next(
            (t for t in body.find_all("span") if "incident-status" in attribute(t, "class").split()), None
        )
        word = plain_line(mark.get_text(" ")).strip("[] ") if mark else ""
        if mark:
            mark.extract()
        if at is not None:
            yield at, word, plain_text(str(body))


def _incident(item: Item, where: str, notes: Notes) -> VendorIncident:
    part = item.source
    key, title, at, url = _head(part, where)
    posts = sorted(_posts(part), key=lambda post: post[0])
    updates = tuple(Update(when, phase_of(word, notes), text) for when, word, text in posts)
    runs = is_open(item.state, notes)
    started_at = at or (updates[0].at if updates else None)
    return VendorIncident(
        id=key,
        title=title,
        impact=impact(item.kind, item.severity, _icon(part) if runs else None, notes),
        phase=_phase(updates) if runs else Phase.RESOLVED,
        started_at=started_at,
        updated_at=updates[-1].at if updates else started_at,
        resolved_at=None if runs else (updates[-1].at if updates else at),
        component_ids=_component_names(part),
        url=url,
        updates=updates,
    )


def _phase(updates: Sequence[Update]) -> Phase:
    """Return the phase of an item that runs: its list says so, whatever its last post says."""
    last = updates[-1].phase if updates else Phase.INVESTIGATING
    return last if isinstance(last, Phase) and last is not Phase.RESOLVED else Phase.INVESTIGATING


def _maintenance(item: Item, where: str, notes: Notes) -> Maintenance:
    part = item.source
    key, title, at, url = _head(part, where)
    phase = window(item.state, notes)
    posts = sorted(_posts(part), key=lambda post: post[0])
    return Maintenance(
        id=key,
        title=title,
        phase=phase,
        starts_at=at,
        component_ids=_component_names(part),
        url=url,
        updates=tuple(Update(when, phase, text) for when, _, text in posts),
    )
