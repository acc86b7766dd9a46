"""The events of Adobe's status page: their products, the history of each, and the messages they point to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from statusherd.model.words import Impact, Phase
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, number, string, strings
from statusherd.watch.reading.words import PHASES, Notes

SEVERITIES: Final[Mapping[str, Impact]] = {
    "potential": Impact.NONE,
    "trivial": Impact.NONE,
    "maintenance": Impact.NONE,
    "minor": Impact.MINOR,
    "major": Impact.MAJOR,
    "critical": Impact.CRITICAL,
}
STATUSES: Final[Mapping[str, Phase]] = {
    **PHASES,
    "discovery": Phase.INVESTIGATING,
    "opened": Phase.INVESTIGATING,
    "started": Phase.INVESTIGATING,
    "updated": Phase.INVESTIGATING,
    "reopened": Phase.INVESTIGATING,
    "scheduled": Phase.INVESTIGATING,
    "canceled": Phase.RESOLVED,
    "cancelled": Phase.RESOLVED,
    "dismissed": Phase.RESOLVED,
}
_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step in the history of a product, at its time."""

    at: datetime
    row: Object


@dataclass(frozen=True, slots=True)
class Product:
    """A product within an event: since when it is hit, until when, and its history, oldest first."""

    id: str
    name: str
    group: str | None
    started_at: datetime | None
    ended_at: datetime | None
    history: tuple[Entry, ...]

    @property
    def newest(self) -> Object:
        return self.history[-1].row if self.history else {}

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that the newest step names; none stands for everywhere."""
        named = strings(as_object(self.newest.get("locationImpact")).get("serviceRegions"))
        return tuple(dict.fromkeys(name for text in named if (name := plain_line(text))))

    def phase(self, notes: Notes) -> Phase:
        """Return where it stands: by the newest status, by its end where that is missing or not known."""
        unsaid = Phase.RESOLVED if self.ended_at else Phase.INVESTIGATING
        word = self.newest.get("status") or self.newest.get("csoStatus")
        return notes.look_up(STATUSES, word, unsaid, "event status")

    def impact(self, notes: Notes) -> Impact:
        return notes.look_up(SEVERITIES, self.newest.get("severity"), Impact.UNKNOWN, "severity")


def epoch(value: object) -> datetime | None:
    """Return a time in epoch seconds, written as a number or in digits; 0 stands for none."""
    return parse_time(number(value))


def products_of(event: Object) -> tuple[Product, ...]:
    """Return the products of an event, each once, with the cloud that they belong to as their group."""
    groups = dict(_groups(event))
    found = {}
    for key, row in by_id(event.get("products")):
        found[key] = Product(
            id=key,
            name=plain_line(string(row.get("name"))) or key,
            group=groups.get(key),
            started_at=epoch(row.get("startedOn")),
            ended_at=epoch(row.get("endedOn")),
            history=_history(row),
        )
    return tuple(found.values())


def by_id(rows: object) -> Iterator[tuple[str, Object]]:
    """Yield the objects of a dictionary by their ids, as lines of plain text."""
    for key, row in as_object(rows).items():
        name = plain_line(string(key))
        if name and isinstance(row, dict):
            yield name, row


def _groups(event: Object) -> Iterator[tuple[str, str]]:
    for _, cloud in by_id(event.get("clouds")):
        name = plain_line(string(cloud.get("name")))
        if name:
            yield from ((plain_line(key), name) for key in strings(cloud.get("cloudProducts")))


def _history(row: Object) -> tuple[Entry, ...]:
    """Return the steps that have a time, which is their key; the last is where the product stands."""
    dated = (
        (epoch(key) or epoch(step.get("statusTime")) or epoch(step.get("messageTime")), step)
        for key, step in as_object(row.get("history")).items()
        if isinstance(step, dict)
    )
    return tuple(sorted((Entry(at, step) for at, step in dated if at), key=lambda entry: entry.at))


@dataclass(slots=True)
class Messages:
    """The English texts of a document by their tokens, as plain text.

    Many steps may point to one text. No more is told in all than `left`, the characters of the document: so
    what comes out never grows beyond what came in.
    """

    rows: Object
    left: int
    notes: Notes
    _titles: dict[str, str] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def title(self, token: object) -> str:
        """Return a title, empty where there is none."""
        key = string(token) or ""
        if key not in self._titles:
            message = as_object(self.rows.get(key))
            told = string(message.get("textMessage")) or string(message.get("htmlMessage"))
            self._titles[key] = plain_line(told)
        return self._titles[key]

    def text(self, token: object, started_at: datetime | None, ended_at: datetime | None) -> str:
        """Return a text with the times of its event in their places, empty where there is none."""
        text = self._plain(string(token) or "")
        self.left -= len(text)
        if self.left < 0:
            self.notes.warn("the texts that steps share are longer than the document: the last are left out")
            return ""
        for mark, at in (("{startDateTime}", started_at), ("{endDateTime}", ended_at)):
            if mark in text:
                text = text.replace(mark, f"{at:%Y-%m-%d %H:%M} UTC" if at else "")
        return text

    def _plain(self, token: str) -> str:
        if token not in self._texts:
            message = as_object(self.rows.get(token))
            told = string(message.get("htmlMessage")) or string(message.get("textMessage"))
            self._texts[token] = plain_text(told)
        return self._texts[token]


def messages_of(section: Object, length: int, notes: Notes) -> Messages:
    """Return the messages of the incidents or of the maintenance in a document of `length` characters."""
    rows = as_object(as_object(section.get("messages")).get(_LANGUAGE))
    if not rows and section.get("messages"):
        notes.warn("the document has no messages in English")
    return Messages(rows, length, notes)
