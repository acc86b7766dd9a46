"""How the answer to "us or them?" is followed up while either side changes: what is linked and told. Pure.

People's word stands: what they confirmed or rejected is never linked or released by ourselves. A link is told
once, when it is made; it is released only well below the threshold, so that it does not come and go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from statusherd.model.incidents import Entry, EntryKind, Incident
from statusherd.model.suspects import Answer, Link, LinkState, Suspect, Verdict, percent
from statusherd.respond.correlation.records import Trouble, TroubleKind
from statusherd.respond.correlation.timing import span

KEPT_FROM: Final = 0.2
"""Suspects that are less likely are not remembered."""
_RELEASED_BELOW: Final = 0.25
"""So much below the automatic threshold a link is released."""
_NOTICEABLE: Final = 0.1
CAUSE: Final = "cause"
STAND: Final = "stand"
VERDICT: Final = "verdict"


@dataclass(frozen=True, slots=True)
class Followed:
    """What is to be written after a look at an incident. `news` is told to people, empty for nothing."""

    links: tuple[Link, ...] = ()
    entries: tuple[Entry, ...] = ()
    news: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of an incident: its links, and the lines of its timeline on links and verdicts."""

    links: Sequence[Link] = ()
    entries: Sequence[Entry] = ()

    def verdict(self) -> str:
        """Return the last verdict, empty where none was noted."""
        noted = [e.data.get(VERDICT, "") for e in self.entries if e.kind is EntryKind.VERDICT]
        return noted[-1] if noted else ""

    def stand(self, cause: str) -> str | None:
        """Return how a vendor's trouble stood when it was noted last, None where it never was."""
        noted = [e.data[STAND] for e in self.entries if e.data.get(CAUSE) == cause and STAND in e.data]
        return noted[-1] if noted else None


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around an answer: the troubles by cause, the vendors' titles, when, the threshold."""

    troubles: Mapping[str, Trouble]
    titles: Mapping[str, str]
    now: datetime
    automatic: float

    def title(self, vendor: str) -> str:
        return self.titles.get(vendor, vendor)


def follow(incident: Incident, memory: Memory, answer: Answer, around: Around) -> Followed:
    """Return what an answer changes."""
    before = {link.suspect.cause: link for link in memory.links}
    links: list[Link] = []
    entries = list(_verdict_entry(incident, memory, answer, around.now))
    news: list[str] = []
    for suspect in (*answer.links, *answer.suspects):
        known = before.get(suspect.cause)
        link = _link(incident, suspect, known, around, is_link=suspect in answer.links)
        if link is None:
            continue
        links.append(link)
        entries += _warned(incident, link, known, around)
        if said := _said(incident, link, known, around):
            entries.append(_entry(incident, said, link, around))
            news.append(said)
    entries += _moves(incident, memory, links, around)
    return Followed(tuple(links), tuple(entries), " ".join(news))


def _verdict_entry(incident: Incident, memory: Memory, answer: Answer, now: datetime) -> Iterator[Entry]:
    if memory.verdict() != answer.verdict.value:
        data = {VERDICT: answer.verdict.value}
        yield Entry(incident.number, now, EntryKind.VERDICT, "", _capital(answer.sentence), data)


def _link(
    incident: Incident,
    suspect: Suspect,
    known: Link | None,
    around: Around,
    *,
    is_link: bool,
) -> Link | None:
    """Return the link as it is to be written, None where nothing about it is new."""
    now = around.now
    state = _state(suspect, known, around.automatic, is_link=is_link)
    if known is None:
        if state is LinkState.SUSPECTED and suspect.score < KEPT_FROM:
            return None
        return Link(incident.number, suspect, state, now, linked_at=now if state.holds else None)
    if state is known.state and abs(suspect.score - known.suspect.score) < _NOTICEABLE:
        return None
    linked_at = known.linked_at or (now if state.holds else None)
    return replace(known, suspect=suspect, state=state, at=now, linked_at=linked_at)


def _state(suspect: Suspect, known: Link | None, automatic: float, *, is_link: bool) -> LinkState:
    if known is not None and known.by:
        return known.state
    if is_link:
        return LinkState.LINKED
    if known is None or known.state is LinkState.SUSPECTED:
        return LinkState.SUSPECTED
    if known.state is LinkState.LINKED and suspect.score >= automatic - _RELEASED_BELOW:
        return LinkState.LINKED
    return LinkState.RELEASED


def _warned(incident: Incident, link: Link, known: Link | None, around: Around) -> Iterator[Entry]:
    """Yield that an early warning of ours is about a vendor that may be the cause."""
    trouble = around.troubles.get(link.suspect.cause)
    if known is None and trouble is not None and trouble.kind is TroubleKind.WARNING:
        text = f"early warning of ours: {around.title(trouble.vendor)}: {'; '.join(trouble.texts)}"
        data = {"vendor": trouble.vendor, "warning": trouble.id}
        yield Entry(incident.number, around.now, EntryKind.WARNING, "", text, data)


def _said(incident: Incident, link: Link, known: Link | None, around: Around) -> str:
    """Return the news of a link that changed its state, empty where it is none."""
    was = known.state if known else None
    if link.state is was:
        return ""
    title, trouble = around.title(link.suspect.vendor), around.troubles.get(link.suspect.cause)
    about = f"{title}: {link.suspect.title}" if link.suspect.title else title
    if link.state is LinkState.LINKED:
        return f"{_linked(incident, trouble, title)}: {link.suspect.title} ({percent(link.suspect.score)})"
    if link.state is LinkState.RELEASED and was is LinkState.LINKED:
        return f"No longer taken for the cause: {about} ({percent(link.suspect.score)})"
    return ""


def _linked(incident: Incident, trouble: Trouble | None, title: str) -> str:
    began = min(incident.began_at, incident.opened_at) if incident.began_at else incident.opened_at
    if trouble is None:
        return f"{title} explains it"
    late = (trouble.posted_at - began).total_seconds()
    if trouble.kind is TroubleKind.INCIDENT and late >= 120:
        return f"{title} admitted it {span(late)} after this incident began"
    if trouble.kind is TroubleKind.DISTURBANCE:
        return f"{title} explains it, though it has posted nothing"
    return f"{title} explains it"


def _entry(incident: Incident, text: str, link: Link, around: Around) -> Entry:
    trouble = around.troubles.get(link.suspect.cause)
    reasons = "; ".join(each.evidence for each in link.suspect.reasons if each.weight > 0)
    data = {CAUSE: link.suspect.cause, "state": link.state.value, "score": f"{link.suspect.score:.2f}"}
    if trouble is not None:
        data[STAND] = stand_of(trouble)
    told = f"{text}. {_capital(reasons)}." if reasons and link.state.holds else text
    return Entry(incident.number, around.now, EntryKind.LINK, "", told, data)


def stand_of(trouble: Trouble) -> str:
    """Return how a vendor's trouble stands, in a word or two."""
    return "over" if trouble.resolved_at is not None else f"open, impact {trouble.impact}"


def _moves(incident: Incident, memory: Memory, changed: Iterable[Link], around: Around) -> Iterator[Entry]:
    """Yield what moved at the vendors whose trouble counts as a cause since it was noted last."""
    fresh = {link.suspect.cause for link in changed if link.linked_at == around.now}
    for link in memory.links:
        cause, trouble = link.suspect.cause, around.troubles.get(link.suspect.cause)
        if not link.state.holds or trouble is None or cause in fresh:
            continue
        stand = stand_of(trouble)
        if (noted := memory.stand(cause)) is not None and noted != stand:
            text = f"{around.title(link.suspect.vendor)}: {link.suspect.title}: {stand}, was {noted}"
            data = {CAUSE: cause, STAND: stand}
            yield Entry(incident.number, around.now, EntryKind.VENDOR, "", text, data)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def with_peoples_word(found: Answer, links: Iterable[Link], titles: Mapping[str, str]) -> Answer:
    """Return an answer with what people said: the confirmed is sure, the rejected is no cause."""
    said = {link.suspect.cause: link for link in links if link.by}
    if not said:
        return found
    confirmed = [replace(link.suspect, score=1.0) for link in said.values() if link.state.holds]
    linked = (*confirmed, *(each for each in found.links if each.cause not in said))
    others = tuple(each for each in found.suspects if each.cause not in said)
    if linked:
        named = ((titles.get(each.vendor, each.vendor), each) for each in linked[:3])
        sentence = " and ".join(f"{title}: {each.title} ({percent(each.score)})" for title, each in named)
        return replace(found, verdict=Verdict.VENDOR, sentence=sentence, links=linked, suspects=others)
    if found.verdict is not Verdict.VENDOR:
        return replace(found, suspects=others)
    return replace(
        found, verdict=Verdict.UNEXPLAINED, sentence="no vendor explains this", links=(), suspects=others
    )
