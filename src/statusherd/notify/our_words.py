"""What a message says of an incident of ours and of an early warning: its first line, notes and facts. Pure.

What senders, people and vendors wrote in it is as hostile as any vendor's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert
from statusherd.model.incidents import Incident, OurNews
from statusherd.model.suspects import Answer, Suspect, Verdict
from statusherd.model.words import ChangeKind as K
from statusherd.notify.languages import ENGLISH, later, say, spoken, word
from statusherd.notify.markup import lines, one_line
from statusherd.notify.phrases import after, certainty, service_names, some, titled
from statusherd.notify.retelling import retold
from statusherd.notify.times import clock, length, moment, window

OURS: Final = frozenset(
    {K.OUR_INCIDENT_OPENED, K.OUR_INCIDENT_UPDATED, K.OUR_INCIDENT_REOPENED, K.OUR_INCIDENT_RESOLVED}
)
"""What is about an incident of ours."""
_TITLE: Final = 160
_SHORT_TITLE: Final = 100
"""Of a title in the first line, so that a text message has room for what stands behind it."""
_FEW: Final = 4
_NEWS: Final = 200
_SENTENCE: Final = 400


def whose(alert: Alert) -> str:
    """Return the services that an incident of ours is about, as the first line names them; empty: unknown."""
    ours = alert.change.ours
    return service_names(ours.incident.services) if ours else ""


def _named(alert: Alert) -> str:
    """Return an incident's title and name: "Checkout 5xx (INC-12)"."""
    ours = alert.change.ours
    if ours is None:
        return one_line(alert.thread.subject, _SHORT_TITLE)
    title = one_line(ours.incident.title, _SHORT_TITLE)
    return f"{title} ({ours.incident.name})" if title else ours.incident.name


# The first line: a mark, and what stands behind whose it is


def _opened(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
    return say("OPEN"), _with_verdict(alert, zone)


def _reopened(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
    return say("REOPENED"), _with_verdict(alert, zone)


def _updated(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
    ours = alert.change.ours
    if ours is not None and alert.opens:  # to a channel that hears of it for the first time it is no update
        today = alert.circumstances.at or alert.change.at
        since = clock(_began(ours.incident), today, zone)
        return say("OPEN since {time}", time=since), _with_verdict(alert, zone)
    moved = _moved_in_short(alert.change, ours)
    return say("UPDATE"), f"{_named(alert)}: {moved}" if moved else _named(alert)


def _resolved(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    ours = alert.change.ours
    if ours is None:
        return say("RESOLVED"), _named(alert)
    incident = ours.incident
    if incident.merged_into is not None:
        return say("MERGED into {incident}", incident=f"INC-{incident.merged_into}"), _named(alert)
    ended = incident.resolved_at or incident.closed_at or alert.change.at
    return after(later("RESOLVED"), _began(incident), ended), _named(alert)


def _warned(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    seen = retold(one_line(alert.change.reason, _NEWS))
    return say("EARLY WARNING of ours"), say("nothing is posted, but {seen}", seen=seen)


def _joined(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    lead, incident = lead_of(alert.change), alert.change.incident
    posted = say("posted it after our warning")
    if lead is not None:
        posted = say("posted it before our warning was out")
    if lead:
        posted = say("posted it {span} after our warning", span=length(lead))
    return say("NOW POSTED"), f"{posted}: {titled(incident)}" if incident else posted


def _ended(alert: Alert, _: ZoneInfo) -> tuple[str, str]:
    change = alert.change
    mark = after(later("EARLY WARNING OVER"), change.since or alert.thread.opened_at, change.at)
    return mark, say("ended without a word of the vendor")


HEADLINES: Final[Mapping[K, Callable[[Alert, ZoneInfo], tuple[str, str]]]] = {
    K.OUR_INCIDENT_OPENED: _opened,
    K.OUR_INCIDENT_UPDATED: _updated,
    K.OUR_INCIDENT_REOPENED: _reopened,
    K.OUR_INCIDENT_RESOLVED: _resolved,
    K.EARLY_WARNING: _warned,
    K.EARLY_WARNING_JOINED: _joined,
    K.EARLY_WARNING_ENDED: _ended,
}


def says_why(change: Change) -> bool:
    """Tell whether there is more to say of why an early warning began or ended than the first line says."""
    if change.kind is K.EARLY_WARNING:
        return len(change.reason) > _NEWS
    return change.kind in (K.EARLY_WARNING_JOINED, K.EARLY_WARNING_ENDED)


def lead_of(change: Change) -> timedelta | None:
    """Return how long before the vendor we warned, 0 where we did not; None where nobody knows."""
    found = (_LEAD.fullmatch(facet) for facet in change.facets)
    seconds = next((match[1] for match in found if match), None)
    return None if seconds is None else timedelta(seconds=int(seconds))


_LEAD: Final = re.compile(r"lead:([0-9]{1,9})", re.ASCII)


def _with_verdict(alert: Alert, zone: ZoneInfo) -> str:
    ours = alert.change.ours
    said = verdict_in_short(ours.answer, alert, zone) if ours and ours.answer else ""
    return f"{_named(alert)}: {said}" if said else _named(alert)


def verdict_in_short(answer: Answer, alert: Alert, zone: ZoneInfo) -> str:
    """Return the answer to "us or them?" as a part of a line."""
    if answer.verdict is Verdict.VENDOR and answer.links:
        cause = answer.links[0]
        vendor = one_line(cause.vendor, 60)
        return say("{vendor} explains it ({percent})", vendor=vendor, percent=certainty(cause.score))
    if answer.verdict is Verdict.CANNOT_TELL and answer.blind:
        first = answer.blind[0]
        since = clock(first.since, alert.circumstances.at or alert.change.at, zone)
        text = later("cannot tell: {vendor} unreadable since {time}")
        return say(text, vendor=one_line(first.vendor, 60), time=since)
    return word(answer.verdict.sentence)


def _moved_in_short(change: Change, ours: OurNews | None) -> str:
    """Return what moved as a part of a line: its sentence is English, a phase has words in every language."""
    if spoken() != ENGLISH and change.facets[:1] == ("phase",) and change.before and change.after:
        now, was = word(one_line(change.after, 40)), word(one_line(change.before, 40))
        return say("now {state}, was {before}", state=now, before=was)
    return retold(one_line(ours.news, _NEWS)) if ours else ""


def _began(incident: Incident) -> datetime:
    return incident.began_at or incident.opened_at


# The notes


def our_notes(alert: Alert) -> Iterator[str]:
    """Yield what the reader must know to take the first line rightly: us or them, and what follows."""
    change, vendor = alert.change, one_line(alert.vendor_title, 80)
    match change.kind:
        case K.OUR_INCIDENT_RESOLVED if change.ours is not None:
            yield from _cause(change.ours)
        case K.EARLY_WARNING:
            yield say(
                "This is a judgement of ours, not a word of {vendor}, which has posted nothing. "
                "You are told when it does, or when it is over.",
                vendor=vendor,
            )
        case K.EARLY_WARNING_JOINED:
            yield say(
                "This warning ends here. What {vendor} posts is told as an incident of its own.",
                vendor=vendor,
            )
        case _ if change.ours is not None:
            yield from _news(alert, change.ours)


def _news(alert: Alert, ours: OurNews) -> Iterator[str]:
    """Yield all that moved where the first line has no room for it, then the answer to "us or them?"."""
    moved = retold(one_line(ours.news, _SENTENCE))
    goes_on = alert.change.kind is K.OUR_INCIDENT_UPDATED and not alert.opens
    if moved and not (goes_on and moved == _moved_in_short(alert.change, ours)):
        yield moved
    if ours.answer is not None and (said := _verdict(ours.answer, is_known=not goes_on)):
        yield said


def _verdict(answer: Answer, *, is_known: bool) -> str:
    """Return the whole answer to "us or them?"; empty where `is_known`, and there is no more to it.

    Why it cannot be told is a sentence that is stored in English.
    """
    if answer.verdict is Verdict.VENDOR and answer.links:
        return say("Us or them: {verdict}.", verdict="; ".join(map(_explained, answer.links[:2])))
    sentence = one_line(answer.sentence, _SENTENCE).rstrip(".")
    if answer.verdict is Verdict.CANNOT_TELL and sentence and spoken() == ENGLISH:
        return say("Us or them: {verdict}.", verdict=sentence)
    return "" if is_known else say("Us or them: {verdict}.", verdict=word(answer.verdict.sentence))


def _explained(cause: Suspect) -> str:
    vendor, title = one_line(cause.vendor, 60), one_line(cause.title, _TITLE)
    text = later('{vendor} explains it: "{title}" ({percent})')
    return say(text, vendor=vendor, title=title, percent=certainty(cause.score))


def _cause(ours: OurNews) -> Iterator[str]:
    """Yield what is known of the cause once it is over."""
    moved = retold(one_line(ours.news, _SENTENCE))
    if moved:
        yield moved
    answer = ours.answer
    if answer is None:
        return
    for cause in answer.links[:2]:
        vendor, title = one_line(cause.vendor, 60), one_line(cause.title, _TITLE)
        text = later('Cause: {vendor}: "{title}" ({percent}).')
        yield say(text, vendor=vendor, title=title, percent=certainty(cause.score))
    if not answer.links and answer.verdict is Verdict.UNEXPLAINED:
        yield say("Cause: no vendor explains it.")


# The facts


def our_facts(alert: Alert, ours: OurNews, zone: ZoneInfo, most: int) -> Iterator[tuple[str, str]]:
    """Yield where an incident of ours stands, since when, whose it is, and what its sender calls it.

    With room for one of each list alone, only since when it lasts, and until when.
    """
    incident, is_bare = ours.incident, most == 1
    if incident.is_open and not is_bare:
        yield say("Phase"), word(incident.phase)
    if incident.began_at is not None and incident.began_at != incident.opened_at:
        yield say("Began"), moment(incident.began_at, zone)
    opened, by = moment(incident.opened_at, zone), one_line(incident.opened_by, 60)
    if not is_bare or incident.began_at is None:
        yield say("Opened"), say("{time} by {author}", time=opened, author=by) if by else opened
    ended = incident.resolved_at or incident.closed_at
    if ended is not None and not incident.is_open:
        yield say("Ended"), moment(ended, zone)
    if not is_bare:
        yield from _further_facts(alert, ours, zone, most)


def _further_facts(alert: Alert, ours: OurNews, zone: ZoneInfo, most: int) -> Iterator[tuple[str, str]]:
    incident, known = ours.incident, {touch.service.casefold() for touch in alert.touches}
    if others := [name for name in incident.services if name.casefold() not in known]:
        yield say("Not in the service map"), some(others, most)
    if ours.answer is not None and ours.answer.blind and incident.is_open:
        yield say("Could not be read"), _blind(ours.answer, alert, zone, most)
    yield from _people_and_labels(alert, incident, most)


def _blind(answer: Answer, alert: Alert, zone: ZoneInfo, most: int) -> str:
    today = alert.circumstances.at or alert.change.at
    spells = [
        say("{vendor} since {time}", vendor=one_line(each.vendor, 60), time=clock(each.since, today, zone))
        if each.until is None
        else f"{one_line(each.vendor, 60)} {window(each.since, each.until, zone)}"
        for each in answer.blind[:most]
    ]
    return some(spells, most, len(answer.blind))


def _people_and_labels(alert: Alert, incident: Incident, most: int) -> Iterator[tuple[str, str]]:
    if incident.roles:
        yield say("On it"), some([f"{role}: {name}" for role, name in sorted(incident.roles.items())], most)
    if incident.labels and alert.opens and incident.is_open and most > _FEW:
        yield say("Labels"), some([f"{key}={value}" for key, value in sorted(incident.labels.items())], most)


# The words of others


def sender_words(alert: Alert, ours: OurNews, zone: ZoneInfo, most: int) -> tuple[str, tuple[str, ...]]:
    """Return what opened an incident in its own words, to who hears of it for the first time."""
    incident = ours.incident
    if (
        not most
        or not incident.text.strip()
        or not (alert.opens or alert.change.kind is K.OUR_INCIDENT_REOPENED)
    ):
        return "", ()
    sender = one_line(incident.opened_by.removeprefix("intake "), 60) or say("The sender")
    when = moment(incident.opened_at, zone)
    return say("{vendor} says ({when})", vendor=sender, when=when), lines(incident.text, most)
