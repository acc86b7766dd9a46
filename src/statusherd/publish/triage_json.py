"""The answer to "us or them?" as JSON: what the API answers, and the command line prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from statusherd.model.incidents import Finding
from statusherd.model.suspects import Suspect
from statusherd.model.triage import Triage


def triage_json(found: Triage, findings: Sequence[Finding], now: datetime) -> dict[str, object]:
    """Return all of it, in the words of correlation's answers."""
    return {
        "service": found.question.service,
        "since": _utc(found.question.since),
        "at": _utc(now),
        "verdict": found.answer.verdict.value,
        "sentence": found.answer.sentence,
        "links": [suspect_json(each) for each in found.answer.links],
        "suspects": [suspect_json(each) for each in found.answer.suspects],
        "blind": [
            {"vendor": each.vendor, "from": _utc(each.since), "to": _utc(each.until)}
            for each in found.answer.blind
        ],
        "incidents": [
            {
                "number": each.number,
                "title": each.title,
                "severity": each.severity.value,
                "phase": each.phase.value,
            }
            for each in found.incidents
        ],
        "recent": list(found.recent),
        "runbooks": [asdict(each) for each in found.runbooks],
        "contacts": [asdict(each) for each in found.contacts],
        "probes": [
            {"vendor": each.vendor, "ok": each.ok, "at": _utc(each.at), "text": each.text}
            for each in findings
        ],
    }


def suspect_json(each: Suspect) -> dict[str, object]:
    """Return a suspect with its reasons."""
    return {
        "cause": each.cause,
        "title": each.title,
        "score": each.score,
        "reasons": [asdict(reason) for reason in each.reasons],
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
