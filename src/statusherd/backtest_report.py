"""What two configurations would have told, side by side: put together from the stores of a back-test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from statusherd.backtest import OUR_OWN, Backtest, Grave, Rules
from statusherd.model.delivery import Alert, Decision
from statusherd.notify.threads import incident_thread
from statusherd.store import backtest as rows
from statusherd.store.backtest import Sending

NIGHT: Final = (time(22), time(7))
"""On the clock of a channel: a message from the first to the second interrupts somebody's night."""
_A_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Tally:
    """The messages to one channel: in all, at night, and by the Monday of their week."""

    messages: int = 0
    at_night: int = 0
    weeks: Mapping[date, int] = field(default_factory=dict)

    @property
    def busiest(self) -> int:
        """The messages of the week that had most."""
        return max(self.weeks.values(), default=0)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A channel, and what it is told by the rules of now and by the new ones."""

    channel: str
    now: Tally
    new: Tally


@dataclass(frozen=True, slots=True)
class Difference:
    """A message that only one of the configurations sends; `other` is why the other one does not."""

    sending: Sending
    alert: Alert
    other: Decision | None
    other_has_channel: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """A grave incident that touches a service, and that nobody hears of by the new rules."""

    grave: Grave
    told_now: bool
    """Somebody hears of it by the rules of now."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a back-test found. `more` and `less` are cut to a limit; their counts are not."""

    since: datetime
    until: datetime
    changes: int
    graves: int
    recipients: tuple[Recipient, ...]
    more: tuple[Difference, ...]
    less: tuple[Difference, ...]
    more_count: int
    less_count: int
    moved: int
    """Messages that both send, at another time."""
    missed: tuple[Missed, ...]
    unseen: tuple[str, ...]
    """Vendors of the new configuration of which no Change is stored."""

    @property
    def weeks(self) -> float:
        """The length of the time that was replayed, in weeks."""
        return max((self.until - self.since) / timedelta(weeks=1), 1 / 7)


def report(test: Backtest, now: Rules, new: Rules, limit: int) -> Report:
    """Compare what two configurations sent; of what only one sends, `limit` messages are told one by one."""
    old_sent, new_sent = (_sent(rules, test.since) for rules in (now, new))
    more = [s for key, s in new_sent.items() if key not in old_sent]
    less = [s for key, s in old_sent.items() if key not in new_sent]
    both = (key for key in new_sent if key in old_sent)
    return Report(
        since=test.since,
        until=test.until,
        changes=test.changes,
        graves=len(test.graves),
        recipients=_recipients(now, new, old_sent.values(), new_sent.values()),
        more=tuple(_differences(more, new, now, limit)),
        less=tuple(_differences(less, now, new, limit)),
        more_count=len(more),
        less_count=len(less),
        moved=sum(abs(new_sent[key].at - old_sent[key].at) >= _A_MINUTE for key in both),
        missed=_missed(test, now, new),
        unseen=tuple(sorted(new.setup.vendors.keys() - test.vendors)),
    )


def tallies(rules: Rules, sent: Iterable[Sending]) -> dict[str, Tally]:
    """Return what each channel of a configuration is told; those that hear nothing are among them."""
    count: dict[str, Counter[date]] = {name: Counter() for name in rules.setup.channels}
    nights: Counter[str] = Counter()
    for each in sent:
        channel = rules.setup.channels.get(each.channel)
        local = each.at.astimezone(channel.zone if channel else ZoneInfo("UTC"))
        count.setdefault(each.channel, Counter())[local.date() - timedelta(days=local.weekday())] += 1
        nights[each.channel] += is_night(local)
    return {name: Tally(weeks.total(), nights[name], dict(weeks)) for name, weeks in count.items()}


def is_night(local: datetime) -> bool:
    """Tell whether a local time is at night."""
    return local.time() >= NIGHT[0] or local.time() < NIGHT[1]


def sent_by(rules: Rules, since: datetime) -> tuple[Sending, ...]:
    """Return the messages of one configuration from `since` on."""
    return rules.store.read_now(lambda conn: tuple(rows.sendings(conn, since)))


def missed_by(rules: Rules, graves: Mapping[str, Grave]) -> tuple[Grave, ...]:
    """Return the grave incidents that nobody hears of, in the order in which they were seen."""
    heard = rules.store.read_now(lambda conn: _heard(conn, graves))
    return tuple(sorted((g for t, g in graves.items() if t not in heard), key=lambda grave: grave.number))


def _sent(rules: Rules, since: datetime) -> dict[tuple[object, ...], Sending]:
    """Return the messages of one configuration by what is the same in another one.

    Of one Change a channel may have several in a thread, as reminders: the first is like the first.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    found: dict[tuple[object, ...], Sending] = {}
    for each in sent_by(rules, since):
        place = (each.channel, each.thread, each.at if each.number > OUR_OWN else each.number)
        found[*place, seen[place]] = each
        seen[place] += 1
    return found


def _recipients(
    now: Rules, new: Rules, old_sent: Iterable[Sending], new_sent: Iterable[Sending]
) -> tuple[Recipient, ...]:
    old, fresh = tallies(now, old_sent), tallies(new, new_sent)
    return tuple(Recipient(n, old.get(n, Tally()), fresh.get(n, Tally())) for n in sorted({*old, *fresh}))


def _differences(found: Iterable[Sending], by: Rules, other: Rules, limit: int) -> Iterator[Difference]:
    for sending in islice(sorted(found, key=lambda s: (s.at, s.channel)), limit):
        alert = by.store.read_now(lambda conn: rows.alert_with(conn, sending.key))  # noqa: B023 - run at once
        why = other.store.read_now(
            lambda conn: rows.last_decision(conn, sending.number, sending.channel)  # noqa: B023 - run at once
        )
        yield Difference(sending, alert, why, sending.channel in other.setup.channels)


def _missed(test: Backtest, now: Rules, new: Rules) -> tuple[Missed, ...]:
    before = {grave.thread for grave in missed_by(now, test.graves)}
    return tuple(Missed(grave, grave.thread not in before) for grave in missed_by(new, test.graves))


def _heard(conn: Connection, graves: Mapping[str, Grave]) -> frozenset[str]:
    in_a_line = frozenset(incident_thread(*each) for each in rows.incidents_summed_up(conn))
    instead = {incident_thread(vendor, id_): by for vendor, id_, by in rows.incidents_behind(conn)}
    told = rows.heard_of(conn, {*graves, *instead.values()})
    return told | in_a_line | {thread for thread, by in instead.items() if by in told}
