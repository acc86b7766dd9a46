"""A maintenance as an iCalendar document (RFC 5545), for the calendars of those who are told by mail. Pure.

The UID stays the same for a window of a vendor, and SEQUENCE rises with each Change of it, so that a
calendar moves and removes the entry it has.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

from statusherd.model.delivery import Alert
from statusherd.model.freezes import Clash
from statusherd.model.words import ChangeKind as K
from statusherd.notify.languages import say
from statusherd.notify.markup import one_line

FILE_NAME: Final = "maintenance.ics"
_MOVES: Final = frozenset({K.MAINTENANCE_ANNOUNCED, K.MAINTENANCE_RESCHEDULED, K.MAINTENANCE_EXTENDED})
_OVER: Final = frozenset({K.MAINTENANCE_ENDED, K.MAINTENANCE_CANCELLED})
_LINE: Final = 75
"""Octets of a line, without its break."""
_PUBLISH, _CANCEL = "PUBLISH", "CANCEL"


def calendar(alert: Alert, now: datetime) -> str | None:
    """Return the document for a message on a maintenance; None where the calendar need not change."""
    maintenance, kind = alert.change.maintenance, alert.change.kind
    if maintenance is None or maintenance.starts_at is None:
        return None
    is_news = kind in _MOVES or (alert.opens and kind not in _OVER)
    if kind is not K.MAINTENANCE_CANCELLED and not is_news:
        return None
    return "".join(f"{line}\r\n" for each in _document(alert, now) for line in _folded(each))


def method_of(document: str) -> str:
    """Return the method of a document as `calendar` returns it."""
    return _CANCEL if f"\r\nMETHOD:{_CANCEL}\r\n" in document else _PUBLISH


def _document(alert: Alert, now: datetime) -> Iterator[str]:
    is_off = alert.change.kind is K.MAINTENANCE_CANCELLED
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//statusherd//maintenance//EN"
    yield f"METHOD:{_CANCEL if is_off else _PUBLISH}"
    yield "BEGIN:VEVENT"
    yield from _event(alert, now)
    yield f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"
    yield "END:VCALENDAR"


def _event(alert: Alert, now: datetime) -> Iterator[str]:
    change, maintenance = alert.change, alert.change.maintenance
    assert maintenance is not None, "asked before"
    assert maintenance.starts_at is not None, "asked before"
    yield f"UID:{_uid(alert.thread.id)}"
    yield f"SEQUENCE:{max(int((change.at - alert.thread.opened_at).total_seconds()), 0)}"
    yield f"DTSTAMP:{_time(now)}"
    yield f"DTSTART:{_time(maintenance.starts_at)}"
    if maintenance.ends_at is not None and maintenance.ends_at > maintenance.starts_at:
        yield f"DTEND:{_time(maintenance.ends_at)}"
    title = one_line(maintenance.title, 200) or say("planned work")
    summary = say("{title} maintenance: {what}", title=one_line(alert.vendor_title, 80), what=title)
    drill = say("DRILL, not real: {text}", text=summary) if alert.drill else summary
    yield f"SUMMARY:{_text(drill)}"
    yield f"DESCRIPTION:{_text(chr(10).join(_description(alert)))}"


def _description(alert: Alert) -> Iterator[str]:
    for each in alert.circumstances.conflicts:
        if each.clash is Clash.FREEZE:
            yield say("CONFLICT with your freeze {freeze}.", freeze=one_line(each.name, 80))
    if alert.touches:
        services = ", ".join(one_line(touch.service, 60) for touch in alert.touches[:12])
        yield f"{say('It concerns')}: {services}."
    if alert.change.components:
        named = [one_line(component.name, 80) for component in alert.change.components[:12]]
        yield f"{say('Affected')}: {', '.join(named)}."
    yield f"{say('Reference')}: {one_line(alert.thread.id, 120)}"


def _uid(thread: str) -> str:
    return f"{blake2b(thread.encode('utf-8', 'replace'), digest_size=12).hexdigest()}@statusherd"


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(each for each in escaped if each.isprintable())


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets, never within a character."""
    piece, room = "", _LINE
    for character in line:
        size = len(character.encode("utf-8", "replace"))
        if size > room:
            yield piece
            piece, room = " ", _LINE - 1
        piece, room = piece + character, room - size
    yield piece
