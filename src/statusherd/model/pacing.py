"""How much, and how often, a route tells of what goes on: the values of its keys."""

from __future__ import annotations

from enum import StrEnum


class Updates(StrEnum):
    """What a route tells of something between its first message and its end."""

    ALL = "all"
    PHASES = "phases"  # changes of its phase only
    ENDS = "ends"  # none: the first message and the end
