"""What is new to a channel that knows of a thread, and whether the routes tell it so much. Pure."""

from __future__ import annotations

from dataclasses import replace

from statusherd.model.changes import Change
from statusherd.model.delivery import Reason, Told
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
        # Of planned work the window counts as much as the phase.
        return told.phase != phase or (question.change.maintenance is not None and told.impact != window)
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
    if window is not None:
        return str(window.phase), f"{window.starts_at}/{window.ends_at}"
    return (str(incident.phase), str(incident.impact)) if incident else (change.after or "", "")
