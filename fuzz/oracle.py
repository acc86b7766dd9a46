"""What must hold for every reading of strangers' bytes, whatever they are.

A reader answers with a Snapshot or a LookError; recognising and finding addresses never raise. What it
costs is measured as the processor time of this process: other programs on the machine do not count.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from inputs import DETECTION, HOME, look_at
from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot, Update
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.detect import address_of, detect
from statusherd.watch.formats import Format, Recognition, all_formats, format_named, format_names
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.text import MAX_TEXT
from statusherd.watch.whereabouts import probe_addresses

_look_at = cache(look_at)
MEGABYTE: Final = 1_000_000
READING_SECONDS: Final = 2.0
"""What recognising and reading the documents of one look may cost, up to a megabyte; more in proportion."""
DETECTION_SECONDS: Final = 1.0
"""The same for finding out which of all formats one document has."""

LEFT_OUT: Final = "do not count for the whole"
"""In the warning of a Snapshot whose status leaves out components, by the vendor's own setting."""


class Finding(Exception):  # noqa: N818 - it says what it is
    """A reader did what it must not. `rule` is the same for all inputs that show the same fault."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule


def judge(name: str, documents: Sequence[Document], patience: float = 1.0) -> Snapshot | None:
    """Let the target `name` read `documents`; raise Finding, or what it raised, where it must not be.

    `patience` is how many times its seconds a reading may take: more than one on a machine that is busy.
    """
    if name == DETECTION:
        judge_detection(documents, patience)
        return None
    return judge_reading(format_named(name), documents, patience)


def judge_reading(form: Format, documents: Sequence[Document], patience: float = 1.0) -> Snapshot | None:
    """Return what the format `form` reads, None where it refuses."""
    look = _look_at(form.NAME)
    with within(READING_SECONDS * patience, documents):
        for document in documents:
            _judge_recognition(form.recognise(document))
        try:
            snapshot = form.parse(documents, look)
        except LookError as refusal:
            _judge_texts("refusal", (str(refusal),))
            return None
    judge_snapshot(snapshot, form.NAME)
    return snapshot


def judge_detection(documents: Sequence[Document], patience: float = 1.0) -> None:
    """Find out the format of each of `documents` and of all, and where further ones may be."""
    all_formats()  # what importing them costs is no document's fault
    for document in documents:
        with within(DETECTION_SECONDS * patience, [document]):
            _judge_detected([document])
            _judge_addresses(probe_addresses(document.url or HOME, document))
            _judge_addresses(probe_addresses(document.text[:500]))
    if len(documents) > 1:
        _judge_detected(documents)


def _judge_detected(documents: Sequence[Document]) -> None:
    detection = detect(documents)
    if detection is None:
        return
    _require(detection.format in format_names(), "unknown format", detection.format)
    _judge_recognition(Recognition(detection.certainty, detection.evidence))
    for other in detection.runners_up:
        _judge_recognition(Recognition(other.certainty, other.evidence))
    _judge_texts("address", (address_of(detection, documents[0].url or HOME),))


def allowance(seconds: float, documents: Iterable[Document]) -> float:
    """Return the seconds that a budget of `seconds` for a megabyte allows for `documents`."""
    size = sum(len(document.body) for document in documents)
    return seconds * max(1.0, size / MEGABYTE)


@contextmanager
def within(seconds: float, documents: Sequence[Document]) -> Iterator[None]:
    """Raise Finding where the block takes more processor time than its budget allows."""
    allowed, begun = allowance(seconds, documents), time.process_time()
    yield
    taken = time.process_time() - begun
    _require(taken <= allowed, "too slow", f"{taken:.2f} s of processor time, allowed {allowed:.2f} s")


def _require(holds: bool, rule: str, detail: object) -> None:  # noqa: FBT001 - a condition, as of assert
    if not holds:
        raise Finding(rule, repr(detail)[:300])


def _judge_recognition(found: Recognition | None) -> None:
    if found is not None:
        _require(0 <= found.certainty <= 100, "certainty is no percentage", found)
        _judge_texts("evidence", (found.evidence,))


def _judge_addresses(found: Sequence[str]) -> None:
    _judge_texts("address", found)
    _require(len(set(found)) == len(found), "address named twice", found)
    for address in found:
        parts = urlsplit(address)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
        _require(is_web, "no web address", address)


def _judge_texts(what: str, found: Iterable[str]) -> None:
    for text in found:
        _require(isinstance(text, str), f"{what} is no text", text)
        if not text.isascii() or "\0" in text:
            is_storable = "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
            _require(is_storable, f"{what} cannot be stored", text)


def judge_snapshot(snapshot: Snapshot, name: str) -> None:
    """Raise Finding where a Snapshot of the format `name` breaks a rule."""
    _require(isinstance(snapshot, Snapshot), "no Snapshot", snapshot)
    look = _look_at(name)
    ours = (snapshot.source, snapshot.format, snapshot.observed_at)
    _require(ours == (look.source, name, look.now), "source, format or instant changed", ours)
    for record, field, text in _texts(snapshot):
        _judge_texts(f"{record}.{field}", (text,))
        _require(len(text) <= MAX_TEXT, f"{record}.{field} is too long", text)
    for what, rows in (
        ("component", snapshot.components),
        ("incident", snapshot.incidents),
        ("maintenance", snapshot.maintenances),
    ):
        _judge_ids(what, [row.id for row in rows])
    _judge_rows(snapshot)
    _judge_status(snapshot)
    is_ahead = snapshot.rereads_at is None or snapshot.rereads_at > look.now
    _require(is_ahead, "rereads in the past", snapshot.rereads_at)


def _judge_ids(what: str, ids: Sequence[str]) -> None:
    _require(all(ids), f"empty {what} id", ids)
    _require(len(set(ids)) == len(ids), f"{what} id twice", Counter(ids).most_common(1))


def _judge_rows(snapshot: Snapshot) -> None:
    for component in snapshot.components:
        _require(isinstance(component.status, Status), "component status is no Status", component)
    for incident in snapshot.incidents:
        is_typed = isinstance(incident.phase, Phase) and isinstance(incident.impact, Impact)
        _require(is_typed, "incident phase or impact is no word of ours", incident)
        _judge_times(incident.started_at, incident.updated_at, incident.resolved_at)
        _judge_updates(incident.updates, Phase)
    for window in snapshot.maintenances:
        _require(isinstance(window.phase, MaintenancePhase), "maintenance phase is no word of ours", window)
        _judge_times(window.starts_at, window.ends_at)
        _judge_updates(window.updates, MaintenancePhase)


def _judge_updates(updates: Sequence[Update], phases: type[Phase | MaintenancePhase]) -> None:
    _judge_times(*(update.at for update in updates))
    is_sorted = all(one.at <= next_.at for one, next_ in pairwise(updates))
    _require(is_sorted, "updates are not oldest first", updates)
    is_typed = all(isinstance(update.phase, phases) for update in updates)
    _require(is_typed, f"update phase is no {phases.__name__}", updates)


def _judge_times(*times: datetime | None) -> None:
    for at in times:
        _require(at is None or at.utcoffset() == timedelta(0), "time is not UTC", at)


def _judge_status(snapshot: Snapshot) -> None:
    layers = (snapshot.page_status, snapshot.components, snapshot.incidents, snapshot.maintenances)
    expected = effective_status(*layers)
    allowed = {expected}
    if not expected.is_trouble:  # a format may mistrust what a document says that it could read in parts only
        allowed.add(Status.UNKNOWN)
    if expected is Status.UNKNOWN:  # silence may be good news
        allowed.add(Status.OPERATIONAL)
    if any(LEFT_OUT in warning for warning in snapshot.warnings):
        allowed.update(status for status in Status if status.rank < expected.rank)
    said = f"{snapshot.status} where the layers say {expected}"
    _require(snapshot.status in allowed, "status is not what the layers say", said)


@cache
def _field_names(record: type) -> tuple[str, ...]:
    return tuple(part.name for part in fields(record)) if is_dataclass(record) else ()


def _texts(value: object, record: str = "", field: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield every text in a record with the names of the record and the field that hold it."""
    if isinstance(value, str):
        yield record, field, value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part, record, field)
    else:
        for name in _field_names(type(value)):
            yield from _texts(getattr(value, name), type(value).__name__, name)
