"""The keys of a config by which messages wait, judged together."""

from __future__ import annotations

from typing import Final

from statusherd.config_problems import KeyPath, Problems
from statusherd.config_schema import Route
from statusherd.model.hours import Window, covers_week
from statusherd.model.pacing import GROUP_INTERVAL, GROUP_WAIT, GroupBy, Grouping
from statusherd.model.routing import DEFAULT_EVENTS


def checked_quiet(path: KeyPath, windows: tuple[Window, ...], problems: Problems) -> tuple[Window, ...]:
    """Return the quiet hours of a channel; note where they leave no time at all."""
    if covers_week(windows):
        problems.add(path, "leaves no time in which messages go out. Leave some hours of the week")
    return windows


def grouping(given: Route) -> Grouping:
    """Return what a route tells together: what is grouped waits for a while unless told otherwise."""
    by = GroupBy(given.group_by or GroupBy.INCIDENT)
    wait, interval = (0.0, 0.0) if by is GroupBy.INCIDENT else (GROUP_WAIT, GROUP_INTERVAL)
    return Grouping(by, given.group_wait or wait, given.group_interval or interval)


_NOT_IN_A_DIGEST: Final = ("hold", "hours", "group_by", "group_wait", "group_interval", "repeat")


def check_waits(path: KeyPath, given: Route, problems: Problems) -> None:
    """Note the keys of a route that say nothing without another one."""
    if given.timezone is not None and not given.hours:
        problems.add((*path, "timezone"), 'is the zone of hours. Add hours = "…", or remove it')
    if given.reminders and "maintenance" not in (given.match.event or DEFAULT_EVENTS):
        text = 'needs a route that selects maintenance. Add match.event = ["maintenance"], or remove it'
        problems.add((*path, "reminders"), text)
    for key in _NOT_IN_A_DIGEST if given.digest else ():
        if getattr(given, key):
            problems.add(
                (*path, key), "does nothing with digest, which tells all at its time. Remove one of them"
            )
