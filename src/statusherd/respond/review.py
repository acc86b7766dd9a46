"""The draft of an incident's review: what is known already, and what people have to add. Pure.

Markdown, since wikis and trackers take that. What senders, vendors and people wrote is put in as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from statusherd.model.dossiers import Dossier, Review
from statusherd.model.incidents import Entry, EntryKind, Incident
from statusherd.model.suspects import Link, percent

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|#~!])")
_QUESTIONS: Final = (
    ("What happened", "In a few sentences, for somebody who was not there."),
    ("Whom it hit", "Who noticed what, and how many."),
    ("What went well", "What shortened it."),
    ("What went badly", "What lengthened it, and where we were lucky."),
)
_TOLD: Final = 300


def review_of(dossier: Dossier) -> Review:
    """Return the review as it was written last, else a draft."""
    written = [each for each in dossier.timeline if _is_written(each)]
    if not written:
        return drafted(dossier)
    newest = max(written, key=lambda each: each.number)
    return Review(newest.incident, newest.text, newest.author, newest.at)


def _is_written(entry: Entry) -> bool:
    return entry.kind is EntryKind.REVIEW and entry.data.get("state") == "written"


def drafted(dossier: Dossier) -> Review:
    """Return a review to begin with; times are UTC."""
    return Review(dossier.incident.number, "\n".join(_lines(dossier)) + "\n")


def _lines(dossier: Dossier) -> Iterator[str]:
    incident = dossier.incident
    yield f"# Review of {incident.name}: {_text(incident.title)}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {_text(value)} |" for name, value in _facts(dossier))
    for heading, question in _QUESTIONS:
        yield from ("", f"## {heading}", "", f"<!-- {question} -->")
    yield from ("", "## What we change", "")
    open_tasks = [task for task in dossier.tasks if task.done_at is None]
    yield from (f"- [ ] {_text(task.text)} ({_text(task.owner) or 'nobody'})" for task in open_tasks)
    if not open_tasks:
        yield "<!-- What, by whom, until when. -->"
    yield from ("", "## Timeline", "")
    yield from (f"- {_line(entry)}" for entry in dossier.timeline if entry.kind is not EntryKind.REVIEW)


def _facts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    incident = dossier.incident
    yield "Severity", f"{incident.severity}: {incident.severity_reason}"
    yield "Services", ", ".join(incident.services) or "none of ours is named"
    yield from _times(incident)
    causes = [_cause(link) for link in dossier.links if link.state.holds]
    yield "Cause", "; ".join(causes) or "no vendor is linked"
    if incident.roles:
        yield "Roles", ", ".join(f"{role}: {person}" for role, person in incident.roles.items())


def _times(incident: Incident) -> Iterator[tuple[str, str]]:
    began = min(incident.began_at, incident.opened_at) if incident.began_at else incident.opened_at
    yield "Began", _clock(began)
    yield (
        "Noticed",
        f"{_clock(incident.opened_at)}, by {incident.opened_by}{_after(began, incident.opened_at)}",
    )
    stages = (
        ("Taken on", incident.acknowledged_at),
        ("Mitigated", incident.mitigated_at),
        ("Resolved", incident.resolved_at),
    )
    yield from ((name, f"{_clock(at)}{_after(began, at)}") for name, at in stages if at is not None)


def _cause(link: Link) -> str:
    said = f"confirmed by {link.by}" if link.by else percent(link.suspect.score)
    return f"{link.suspect.vendor}: {link.suspect.title} ({said})"


def _line(entry: Entry) -> str:
    author = f"{_text(entry.author)}: " if entry.author else ""
    return f"{_clock(entry.at)}, {entry.kind}: {author}{_text(entry.text)}"


def _text(value: str) -> str:
    """Return a text on one line in which nothing is markup."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in value).split())
    short = line if len(line) <= _TOLD else f"{line[: _TOLD - 1]}…"
    return _MARKUP.sub(r"\\\1", short)


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _after(began: datetime, at: datetime) -> str:
    minutes = round((at - began).total_seconds() / 60)
    if minutes < 1:
        return ""
    hours, rest = divmod(minutes, 60)
    return f", {f'{hours} h {rest} min' if hours else f'{rest} min'} after it began"
