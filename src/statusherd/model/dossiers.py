"""All that is kept of one incident of ours, as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from statusherd.model.incidents import Entry, Incident, Member, Task
from statusherd.model.suspects import Link


@dataclass(frozen=True, slots=True)
class Dossier:
    """An incident with what belongs to it: lists in the order in which it came, links the likeliest first.

    `duplicates` are the numbers of those that were merged into it.
    """

    incident: Incident
    alerts: tuple[Member, ...] = ()
    tasks: tuple[Task, ...] = ()
    links: tuple[Link, ...] = ()
    duplicates: tuple[int, ...] = ()
    timeline: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What is to be learned of an incident, in Markdown: as `author` wrote it at `at`, else a draft."""

    incident: int
    text: str
    author: str = ""
    at: datetime | None = None

    @property
    def is_written(self) -> bool:
        return self.at is not None
