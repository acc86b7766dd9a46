"""An Alert in words, apart from any format: the first line, the facts, whose words they are. Pure.

Written for somebody who is woken at three: what, how bad, since when, what is hit, what the vendor says,
where to look. Everything that comes from a vendor is made harmless here, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Reason
from statusherd.model.records import Maintenance, Update, VendorIncident
from statusherd.model.words import ChangeKind as K
from statusherd.notify.behind_words import WAITS_BEHIND, told_for_others, waited_behind
from statusherd.notify.group_words import alone, group_notes
from statusherd.notify.headlines import headline
from statusherd.notify.impact import impacted, news
from statusherd.notify.languages import later, say, word
from statusherd.notify.maintenance_words import conflicts
from statusherd.notify.markup import Link, lines, link, one_line
from statusherd.notify.our_blocks import our_blocks
from statusherd.notify.our_titles import in_titles
from statusherd.notify.our_words import our_facts, our_notes, says_why, sender_words
from statusherd.notify.phrases import component_list, some, state, titled
from statusherd.notify.retelling import retold
from statusherd.notify.telling import Asking, Fact, Item, Telling
from statusherd.notify.times import clock, length, moment, window

_NOTICED_AT_ONCE: Final = timedelta(minutes=2)
_LATE: Final = timedelta(minutes=15)


def tell(alert: Alert, asking: Asking) -> Telling:
    """Put an alert into words."""
    alert = in_titles(alert)
    if len(alert.parts) == 1:
        return _tell_one(alert, asking)
    change, zone = alert.change, asking.zone
    listed = change.incidents[: max(asking.size.items, 1)]
    words_of, words = _words(alert, asking)
    return Telling(
        headline=headline(alert, zone),
        notes=(*_marks(alert, asking), *our_notes(alert), *_notes(alert, zone)),
        facts=tuple(_facts(alert, asking)),
        items=tuple(_item(incident, zone) for incident in listed) or tuple(_parts(alert, asking)),
        more_items=max(0, len(change.incidents or alert.parts) - max(asking.size.items, 1)),
        impact=impacted(alert, max(asking.size.items, 1)),
        blocks=tuple(our_blocks(alert, asking.size, zone)),
        words_of=words_of,
        words=words,
        links=tuple(_links(change, asking)),
        reference=_reference(alert, asking),
    )


def _tell_one(alert: Alert, asking: Asking) -> Telling:
    """Put the only news of a group into words: as if it stood by itself, but in the thread of the group."""
    telling = tell(alone(alert), asking)
    return replace(telling, notes=(*telling.notes, *group_notes(alert)), reference=_reference(alert, asking))


def _parts(alert: Alert, asking: Asking) -> Iterator[Item]:
    for part in alert.parts[: max(asking.size.items, 1)]:
        about = part.change.incident or part.change.maintenance
        when = clock(part.change.at, asking.now, asking.zone) if alert.change.kind is K.DIGEST else ""
        line = headline(part, asking.zone)
        yield Item(f"{when}: {line}" if when else line, link(about.url if about else None))


def _marks(alert: Alert, asking: Asking) -> Iterator[str]:
    if alert.drill:
        yield say("This is a drill. Nothing of it is real.")
    if asking.repeat:
        yield say("Possibly a repeat: an earlier attempt may have arrived.")
    yield from _answers(alert, asking)
    age = asking.now - alert.change.at
    if alert.circumstances.unanswered or alert.circumstances.acknowledged:
        return
    if alert.circumstances.open_for is not None:
        yield say("A reminder: it is still open. This is where it stands now.")
    elif alert.circumstances.waited is not None:
        yield from _waited(alert, asking.zone)
    elif age >= _LATE:
        yield say("Late: this was seen {span} ago and could not be told before.", span=length(age))


def _answers(alert: Alert, asking: Asking) -> Iterator[str]:
    """Yield who took it on and what they say, or that nobody did."""
    ack, unanswered = alert.circumstances.acknowledged, alert.circumstances.unanswered
    if ack is not None:
        note = f": {one_line(ack.note)}" if ack.note else "."
        author, at = one_line(ack.author, 40), moment(ack.at, asking.zone)
        yield say("{author} took it on at {time}{note}", author=author, time=at, note=note)
    if unanswered is not None:
        yield say(
            "Nobody acknowledged it within {span}: step {step} of {steps} of the escalation {name}. "
            "To take it on: statusherd alert ack {key}",
            span=length(asking.now - unanswered.since),
            step=unanswered.step,
            steps=unanswered.of,
            name=one_line(unanswered.escalation, 40),
            key=one_line(asking.dedup_key, 60),
        )


def _waited(alert: Alert, zone: ZoneInfo) -> Iterator[str]:
    """Yield why a message comes later than what it tells, and how often the same opened meanwhile."""
    why, circumstances = alert.circumstances.waited, alert.circumstances
    if alert.change.kind is K.MISSED:
        yield say("Nothing of it is open any more, and none was severe enough to break the quiet hours.")
    elif why is Reason.OUTSIDE_HOURS:
        yield say("Held back for the quiet hours. This is where it stands now; what was before is left out.")
    elif why is Reason.SILENCED:
        yield say("Held back by a silence, which is over. This is where it stands now.")
    elif why in WAITS_BEHIND:
        yield waited_behind(alert)
    elif why is Reason.FLAPPING and circumstances.since is not None:
        since = moment(circumstances.since, zone)
        text = later("It comes and goes: opened {count} times since {time}.")
        yield say(text, count=circumstances.openings, time=since)


def _notes(alert: Alert, zone: ZoneInfo) -> Iterator[str]:
    """Yield what the reader must know to take the first line rightly, and what can be done."""
    change, vendor = alert.change, one_line(alert.vendor_title, 80)
    yield from news(alert)
    yield from told_for_others(alert)
    yield from conflicts(alert, zone)
    yield from group_notes(alert)
    match change.kind:
        case K.FIRST_LOOK:
            text = later("{vendor} is watched from now on. What was open already is told once, here.")
            yield say(text, vendor=vendor)
        case K.BLIND:
            yield say(
                "We cannot read the page; this says nothing about {vendor} itself. Until it can be read "
                "again its state is unknown, and trouble would go unnoticed.",
                vendor=vendor,
            )
        case K.SIGHTED:
            yield say("What happened while it could not be read, as far as the page tells, is told apart.")
        case K.CANNOT_SEE_OUT:
            yield say("While this lasts none of them is called unreadable, and their trouble may go unseen.")
            if not change.subject:
                yield say(
                    "Check the network, the name servers and the proxy of the machine that runs statusherd."
                )
        case K.SUSPICIOUS:
            yield say("If it stays like this, the page is believed. Look at it by hand if it matters now.")
        case K.FILTER_ROT:
            yield say(
                "The component was renamed, split or removed. Until the filter is corrected nothing is "
                "filtered out. `statusherd vendor show {vendor}` lists the names to put into `components`.",
                vendor=one_line(change.vendor, 80),
            )
        case K.SOURCE_MOVED:
            yield say(
                "History and open incidents are kept. Nothing has to be done unless the page looks wrong."
            )
        case K.INCIDENT_WITHDRAWN:
            yield say("The vendor removed it without a word. Do not take that for the end of the trouble.")
        case _:
            return


def _facts(alert: Alert, asking: Asking) -> Iterator[Fact]:
    change, zone, most = alert.change, asking.zone, max(asking.size.items, 1)
    if change.kind is K.MISSED:
        return
    why = retold(one_line(alert.severity_reason))
    yield say("Severity"), f"{alert.severity}: {why}" if why else f"{alert.severity}"
    if alert.parts or alert.still_open:
        return
    if change.ours is not None:
        yield from our_facts(alert, change.ours, zone, most)
    elif change.incident is not None:
        yield from _incident_times(change, change.incident, zone)
    elif change.maintenance is not None:
        yield from _window(change.maintenance, zone)
    else:
        yield from _span(change, zone)
    yield from _affected(change, most)
    if change.kind is K.BLIND or says_why(change):
        yield say("Why"), retold(one_line(change.reason))


def _incident_times(change: Change, incident: VendorIncident, zone: ZoneInfo) -> Iterator[Fact]:
    began = incident.started_at
    if began is not None:
        yield say("Began"), say("{time}, the vendor says", time=moment(began, zone))
    if change.kind is K.INCIDENT_OPENED or began is None:
        yield say("Seen by us"), f"{moment(change.at, zone)}{_lag(began, change.at)}"
    if not incident.is_open and incident.resolved_at is not None:
        ours = incident.resolved_at == change.at
        text = later("{time}, the time of our look") if ours else later("{time}, the vendor says")
        yield say("Ended"), say(text, time=moment(incident.resolved_at, zone))


def _lag(began: datetime | None, seen: datetime) -> str:
    if began is None or seen - began < _NOTICED_AT_ONCE:
        return ""
    return say(", {span} later", span=length(seen - began))


def _window(maintenance: Maintenance, zone: ZoneInfo) -> Iterator[Fact]:
    if maintenance.starts_at is not None:
        yield say("From"), moment(maintenance.starts_at, zone)
    if maintenance.ends_at is not None:
        yield say("To"), moment(maintenance.ends_at, zone)


def _span(change: Change, zone: ZoneInfo) -> Iterator[Fact]:
    if change.since is not None:
        yield say("Since"), moment(change.since, zone)
    if change.since is None or change.since != change.at:
        yield say("Seen by us"), moment(change.at, zone)


def _affected(change: Change, most: int) -> Iterator[Fact]:
    incident = change.incident
    if change.components:
        over = incident is not None and not incident.is_open
        yield say("Components now") if over else say("Affected"), component_list(change.components, most)
    elif incident is not None and incident.is_open and not incident.component_ids:
        yield say("Affected"), say("the vendor names no components: take it for the whole of it")
    if incident is not None and incident.regions:
        yield say("Regions"), some(incident.regions, most)


def _words(alert: Alert, asking: Asking) -> tuple[str, tuple[str, ...]]:
    """Return what a vendor or a sender says in its own words, beneath whose words they are."""
    change, most = alert.change, asking.size.words
    if change.ours is not None:
        return sender_words(alert, change.ours, asking.zone, most)
    updates = (change.incident or change.maintenance or _NOTHING).updates
    if not most or not updates or not updates[-1].text.strip():
        return "", ()
    return _words_of(alert, updates[-1], asking.zone), lines(updates[-1].text, most)


_NOTHING: Final = VendorIncident("", "")


def _words_of(alert: Alert, update: Update, zone: ZoneInfo) -> str:
    vendor, when = one_line(alert.vendor_title, 80), f"{moment(update.at, zone)}, {state(update.phase)}"
    return say("{vendor} says ({when})", vendor=vendor, when=when)


def _item(incident: VendorIncident, zone: ZoneInfo) -> Item:
    if incident.resolved_at is not None:
        return Item(
            f"{titled(incident)}, {window(incident.started_at, incident.resolved_at, zone)}",
            link(incident.url),
        )
    began = incident.started_at
    since = say(", since {time}", time=moment(began, zone)) if began else ""
    return Item(f"{titled(incident)} ({word(incident.phase)}){since}", link(incident.url))


def _links(change: Change, asking: Asking) -> Iterator[tuple[str, Link]]:
    # It comes first: of a text message it is the one link that there is room for.
    answer = link(asking.ack_url)
    if answer is not None:
        yield say("Acknowledge"), answer
    if change.ours is not None and (sender := link(change.ours.incident.url)) is not None:
        yield say("Sender's page"), sender
    about = change.incident or change.maintenance
    theirs = link(about.url if about else None) or link(change.page_url)
    if theirs is not None:
        yield say("Vendor's page"), theirs
    ours = link(asking.page_url)
    if ours is not None:
        yield say("Our page"), ours


def _reference(alert: Alert, asking: Asking) -> str:
    text = later("{thread}, message {number} of this thread, key {key}")
    if alert.opens:
        text = later("{thread}, first message of this thread, key {key}")
    thread, key = one_line(alert.thread.id, 120), one_line(asking.dedup_key, 80)
    return say(text, thread=thread, number=alert.number, key=key)
