"""What waits to be told together: which group it belongs to, and until when. Pure.

A group has a conversation of its own in each channel. What a channel was told in it goes on in it to the end,
whatever the routes say by then; what it was told by itself goes on by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from statusherd.model.delivery import Reason, Thread, Told
from statusherd.model.pacing import Group, GroupBy, Grouping
from statusherd.model.routing import Route
from statusherd.model.words import Severity
from statusherd.notify.facts import Facts
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.threads import SUBJECT_LENGTH, event_of, thread_id
from statusherd.notify.waiting import Wait

EVERYBODY: Final = "*"
"""In the place of a vendor: a conversation that is about several."""
_DIGESTS: Final = f"{EVERYBODY}/digest/"
_GROUPS: Final = f"{EVERYBODY}/group/"
_TROUBLE: Final = frozenset({"incident", "disturbance", "early_warning"})


def together(question: Question, channel: str, facts: Facts, moment: Moment, route: Route) -> Wait | None:
    """Return what a message waits for by the grouping of a route; SEV1 takes along what waits, at once."""
    grouping, now = route.grouping, moment.now
    if not route.groups:
        return None
    thread = thread_id(question.change)
    before, held = facts.told.get((thread, channel)), facts.held.get((thread, channel))
    known = None if before is None or before.ended else before
    since = held.since if held else now
    if route.digest is not None and (known is None or known.group_thread is None):
        zone = moment.calm.channels[channel].zone if channel in moment.calm.channels else UTC
        is_late = held is not None and held.why is Reason.OUTSIDE_HOURS  # it was due in quiet hours
        return _for_digest(question, Place(channel, zone), route, facts, since if is_late else now)
    if question.change.ours is not None and (known is None or known.group_thread is None):
        return None  # those who are to mend it do not wait for what else there is
    key = _key(question, grouping.by)
    if key is None or (known is not None and known.group_thread is None):
        until = _until(known, since, grouping, now)
        is_due = until <= now or question.severity is Severity.SEV1
        return None if is_due else Wait(until, Reason.GROUPED, route=route.name)
    if known is not None and known.group_thread is not None:
        group = _joined(known.group_thread, channel, facts)
    else:
        group = _group(question, channel, f"{grouping.by}/{key}", facts, now)
    until = _until(_told_in(group, facts), since, grouping, now)
    if question.severity is Severity.SEV1:
        until = now
    return Wait(facts.groups.until.get(group.thread.id, until) if until > now else now, Reason.GROUPED,
                route=route.name, group=group)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, and the zone on whose clock its reader looks."""

    channel: str
    zone: tzinfo


def _for_digest(question: Question, to: Place, route: Route, facts: Facts, since: datetime) -> Wait | None:
    """Return the wait for the next digest after the wait began; SEV1 breaks through."""
    if route.digest is None or question.severity is Severity.SEV1:
        return None
    key, until = f"digest/{route.digest}", route.digest.next(since, to.zone)
    group = facts.groups.open.get((to.channel, key))
    if group is None or group.thread.id not in facts.groups.until:
        name = f"{_DIGESTS}{to.channel}/{until:%Y%m%dT%H%M%SZ}"
        subject = f"Digest of {until.astimezone(to.zone):%Y-%m-%d}"
        group = Group(to.channel, key, Thread(name, EVERYBODY, subject, since))
    return Wait(until, Reason.DIGEST, route=route.name, group=group)


def is_digest(thread: Thread) -> bool:
    """Tell whether a conversation is a digest."""
    return thread.id.startswith(_DIGESTS)


def is_group(thread: str) -> bool:
    """Tell whether a conversation is that of a group."""
    return thread.startswith(_GROUPS)


def stays_in_group(before: Told | None, facts: Facts, now: datetime) -> Wait | None:
    """Return that what a channel was told in a group goes on there, where no route groups it any more."""
    if before is None or before.ended or before.group_thread is None:
        return None
    group = _joined(before.group_thread, before.channel, facts)
    return Wait(facts.groups.until.get(group.thread.id, now), Reason.GROUPED, group=group)


def note(group: Group, until: datetime, facts: Facts) -> None:
    """Keep in mind that something waits in a group."""
    groups, place = facts.groups, (group.channel, group.key)
    if group.key and groups.open.get(place) != group:
        groups.open[place] = group
        groups.fresh.append(group)
    groups.until[group.thread.id] = min(until, groups.until.get(group.thread.id, until))


def _until(told: Told | None, since: datetime, grouping: Grouping, now: datetime) -> datetime:
    """Return the end of the interval after the last message, else of the wait for the first one."""
    if told is None or told.ended:
        return since + timedelta(seconds=grouping.wait)
    return told.at + timedelta(seconds=grouping.interval) if told.at else now


def _group(question: Question, channel: str, key: str, facts: Facts, now: datetime) -> Group:
    """Return the open group of a channel, else one that begins."""
    group = facts.groups.open.get((channel, key))
    if group is not None and (group.thread.id in facts.groups.until or _told_in(group, facts)):
        return group
    begun = f"{_GROUPS}{channel}/{key}/{now:%Y%m%dT%H%M%SZ}"
    whole = key.startswith((f"{GroupBy.VENDOR}/", f"{GroupBy.COMPONENT}/"))
    vendor = question.change.vendor if whole else EVERYBODY
    return Group(channel, key, Thread(begun, vendor, _subject(question, key), now))


def _joined(thread: str, channel: str, facts: Facts) -> Group:
    """Return the group whose conversation a channel has heard of; its key is not asked for any more."""
    return Group(channel, "", facts.threads[thread])


def _told_in(group: Group, facts: Facts) -> Told | None:
    told = facts.told.get((group.thread.id, group.channel))
    return None if told is None or told.ended else told


def _key(question: Question, by: GroupBy) -> str | None:
    """Return what a Change has in common with others; None where it is told by itself."""
    event = event_of(question.change)
    if by is GroupBy.INCIDENT or event not in _TROUBLE | {"maintenance"}:
        return None
    kind = "trouble" if event in _TROUBLE else event
    # What has none of it is told with the rest of its vendor.
    value, _ = next(_values(question, by), _vendor(question))
    return f"{kind}/{value}"


def _values(question: Question, by: GroupBy) -> Iterator[tuple[str, str]]:
    """Yield by what a Change can be grouped, and how people call that."""
    change, incident = question.change, question.change.incident
    match by:
        case GroupBy.SERVICE:
            yield from ((name, name) for name in question.services)
        case GroupBy.COMPONENT:
            ids = (*(incident.component_ids if incident else ()), *(c.id for c in change.components))
            named = (question.components.get(each) for each in ids)
            yield from ((f"{change.vendor}/{c.id}", f"{question.title} {c.name}") for c in named if c)
        case GroupBy.REGION if incident is not None:
            yield from ((region, region) for region in incident.regions)
        case GroupBy.SEVERITY:
            yield question.severity.value, question.severity.value


def _vendor(question: Question) -> tuple[str, str]:
    return question.change.vendor, question.title


def _subject(question: Question, key: str) -> str:
    by = GroupBy(key.partition("/")[0])
    _, label = next(_values(question, by), _vendor(question))
    what = "incidents" if event_of(question.change) in _TROUBLE else "maintenance"
    room = SUBJECT_LENGTH - len(what) - 2
    return f"{label if len(label) <= room else label[: room - 1].rstrip() + '…'}: {what}"
