"""What is new to a channel that knows of a thread, and whether the routes tell it so much. Pure."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

from statusherd.model.changes import Change
from statusherd.model.delivery import Reason, Told
from statusherd.model.incidents import OurNews
from statusherd.model.pacing import Updates
from statusherd.model.words import Severity
from statusherd.notify.question import Question
from statusherd.notify.route_table import Verdict


def wanted(verdict: Verdict, question: Question, told: Told) -> Verdict:
    """Return the answer on what goes on, or that no route which guides it tells so much.

    What grows to SEV1 is told whatever a route says, and so is each end.
    """
    if verdict.reason is Reason.ENDED or _is_new_sev1(question, told):
        return verdict
    telling = tuple(route for route in verdict.by if _tells(route.updates, question, told))
    if telling:
        return replace(verdict, by=telling)
    return replace(verdict, told=False, reason=Reason.UPDATE_NOT_SELECTED, route=verdict.by[0].name)


def _tells(updates: Updates, question: Question, told: Told) -> bool:
    if updates is Updates.PHASES:
        phase, window = standing(question.change)
        # Of planned work the window counts as much as the phase, of an incident of ours what explains it.
        is_moved = question.change.maintenance is not None and told.impact != window
        return told.phase != phase or is_moved or cause_moved(question.change, told)
    return updates is Updates.ALL


def _is_new_sev1(question: Question, told: Told) -> bool:
    return question.severity is Severity.SEV1 and severity_before(question, told) is not None


def added(question: Question, told: Told | None) -> tuple[str, ...]:
    """Return the services touched that a channel did not hear of when it was told last."""
    if told is None or told.ended or told.severity is None or question.steady is None:
        return ()
    return tuple(name for name in question.services if name not in told.services)


def severity_before(question: Question, told: Told | None) -> Severity | None:
    """Return the severity that a channel was told last, None where it is the same."""
    if told is None or told.ended or question.steady in (None, told.severity):
        return None
    return told.severity


def standing(change: Change) -> tuple[str, str]:
    """Return where the thread stands after a Change, as it is remembered of what a channel was told."""
    incident = change.incident
    window = change.maintenance
    if change.ours is not None:
        news = change.ours.news
        return str(change.ours.incident.phase), f"{_cause(change.ours)}/{_digest(news) if news else ''}"
    if window is not None:
        return str(window.phase), f"{window.starts_at}/{window.ends_at}"
    return (str(incident.phase), str(incident.impact)) if incident else (change.after or "", "")


def moved(change: Change, told: Told) -> Reason | None:
    """Return how a thread stands otherwise than a channel was told; None where it stands as it did."""
    if change.ours is None:
        return None if (told.phase, told.impact) == standing(change) else Reason.PHASE_CHANGED
    if told.phase != change.ours.incident.phase:
        return Reason.PHASE_CHANGED
    if cause_moved(change, told):
        return Reason.CAUSE_CHANGED
    is_news = change.ours.news and not told.impact.endswith(_digest(change.ours.news))
    return Reason.NEWS if is_news else None


def cause_moved(change: Change, told: Told) -> bool:
    """Tell whether an incident of ours is explained by another vendor's trouble than a channel was told."""
    if change.ours is None or change.ours.answer is None:
        return False
    before = told.impact.partition("/")[0]
    return bool(before) and before != _cause(change.ours)


def _cause(ours: OurNews) -> str:
    """Return what explains an incident, in a word that is short however many causes there are."""
    if ours.answer is None:
        return ""
    causes = "\n".join(sorted(link.cause for link in ours.answer.links))
    return f"{ours.answer.verdict}:{_digest(causes)}"


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()
