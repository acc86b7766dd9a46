"""Us or them: what is asked, and the answer with what somebody needs who is woken by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from statusherd.model.incidents import Contact, Incident, RunbookHint
from statusherd.model.suspects import Answer


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: since when something is wrong, where, and what is seen of it."""

    since: datetime
    service: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Triage:
    """The answer, and what else somebody needs who is woken by it. `vendors` are those that are needed."""

    question: Question
    services: tuple[str, ...]
    answer: Answer
    vendors: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    incidents: tuple[Incident, ...] = ()
    contacts: tuple[Contact, ...] = ()
    runbooks: tuple[RunbookHint, ...] = ()
