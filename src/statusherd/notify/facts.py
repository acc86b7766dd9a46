"""What is known of threads and channels while one batch of Changes is routed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from statusherd.model.delivery import Held, Thread, Told
from statusherd.model.escalation import Acknowledgement, Climb
from statusherd.model.pacing import Group

Like: TypeAlias = tuple[str, str]
"""A vendor and a subject: threads that have both are about the same, as of a monitor that comes and goes."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was of late: how often the same opened, since when, and when each channel heard of its end."""

    openings: int = 0
    since: datetime | None = None
    ended: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Groups:
    """The groups that are open, by channel and key, and when what waits in their conversations is told.

    `fresh` are those that this batch began.
    """

    open: dict[tuple[str, str], Group] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    fresh: list[Group] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """Threads, what was told and what waits in them, kept up to date while one batch of Changes is routed."""

    threads: dict[str, Thread] = field(default_factory=dict)
    told: dict[tuple[str, str], Told] = field(default_factory=dict)
    held: dict[tuple[str, str], Held] = field(default_factory=dict)
    past: dict[Like, Past] = field(default_factory=dict)
    climbs: dict[tuple[str, str], Climb] = field(default_factory=dict)
    """By thread and the name of the escalation."""
    acknowledged: dict[str, Acknowledgement] = field(default_factory=dict)
    """By thread, those that hold."""
    subjects: dict[str, str] = field(default_factory=dict)
    """The subjects of threads that are known only because they wait behind one of these."""
    groups: Groups = field(default_factory=Groups)

    def channels_told(self, thread: str) -> tuple[str, ...]:
        """Return the channels that heard of a thread and not yet of its end."""
        return tuple(c for (t, c), told in self.told.items() if t == thread and not told.ended)

    def held_in(self, thread: str) -> tuple[Held, ...]:
        """Return what waits in a thread, for any channel."""
        return tuple(held for (t, _), held in self.held.items() if t == thread)
