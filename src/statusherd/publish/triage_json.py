"""The answer to "us or them?" as JSON: what the API answers, and the command line prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from statusherd.model.incidents import Finding
from statusherd.model.stamps import iso
from statusherd.model.suspects import Suspect
from statusherd.model.triage import Triage


def triage_json(found: Triage, findings: Sequence[Finding], now: datetime) -> dict[str, object]:
    """Return all of it, in the words of correlation's answers."""
    return {
        "service": found.question.service,
        "since": iso(found.question.since),
        "at": iso(now),
        "verdict": found.answer.verdict.value,
        "sentence": found.answer.sentence,
        "links": [suspect_json(each) for each in found.answer.links],
        "suspects": [suspect_json(each) for each in found.answer.suspects],
        "blind": [
            {"vendor": each.vendor, "from": iso(each.since), "to": iso(each.until)}
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
            {"vendor": each.vendor, "ok": each.ok, "at": iso(each.at), "text": each.text} for each in findings
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
