"""How much a route tells, how often, and what of it together: the values of its keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from statusherd.model.delivery import Thread

GROUP_WAIT: Final = 30.0
GROUP_INTERVAL: Final = 300.0
"""Seconds: the defaults where several incidents come as one message."""


class Updates(StrEnum):
    """What a route tells of something between its first message and its end."""

    ALL = "all"
    PHASES = "phases"  # changes of its phase only
    ENDS = "ends"  # none: the first message and the end


class GroupBy(StrEnum):
    """What messages have in common that come as one. `INCIDENT`: each is told by itself."""

    INCIDENT = "incident"
    VENDOR = "vendor"
    SERVICE = "service"  # the most important one that is touched
    COMPONENT = "component"  # the first that is named
    REGION = "region"  # the first that is named
    SEVERITY = "severity"  # when it is first told


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a route tells together. `wait` is how many seconds the first message of a group waits for others.

    `interval` is the seconds between two messages of it.
    """

    by: GroupBy = GroupBy.INCIDENT
    wait: float = 0.0
    interval: float = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether each incident is told by itself, and at once."""
        return self == PLAIN


PLAIN: Final = Grouping()


@dataclass(frozen=True, slots=True)
class Group:
    """What is told together in one channel: what it has in common (`key`), and its own conversation."""

    channel: str
    key: str
    thread: Thread
