"""A sample's answers as text and as JSON. The keys are a contract: docs/json.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from statusherd.cli.alert_records import Json, decision_json, line_of
from statusherd.cli.inquiry_views import route_json, route_lines
from statusherd.cli.moments import local
from statusherd.cli.output import shown
from statusherd.explaining import alert_about
from statusherd.model.delivery import Alert, Decision
from statusherd.sampling import Sampled


def sample_lines(found: Sampled) -> Iterator[str]:
    """Yield what is asked about, each channel's answer, and each route's."""
    question, now = found.question, datetime.now(UTC)
    yield click.style(shown(line_of(_alert(found))), bold=True)
    yield f"  Severity   {question.severity}: {shown(question.severity_reason)}"
    yield f"  Touches    {shown(', '.join(question.services)) or 'no service'}"
    yield ""
    for decision in found.decisions:
        yield f"  {_answer(decision, now)}"
    yield ""
    yield click.style("  The routes:", bold=True)
    yield from route_lines(found.routes)


def _answer(decision: Decision, now: datetime) -> str:
    who = click.style(shown(decision.channel or "Nobody"), bold=True)
    by = f" by {shown(decision.route)}" if decision.route else ""
    if decision.told:
        return f"{who} {click.style('would be told', fg='green')}{by}: {decision.reason.sentence}"
    if decision.until is not None:
        silence = f" (silence {decision.silence})" if decision.silence is not None else ""
        when = f"until {local(decision.until, now)}"
        return (
            f"{who} {click.style('would wait', fg='yellow')}{by} {when}: {decision.reason.sentence}{silence}"
        )
    return f"{who} would not be told{by}: {decision.reason.sentence}"


def _alert(found: Sampled) -> Alert:
    return alert_about(found.question.logged, found.question.title)


def sample_json(found: Sampled) -> Json:
    """Return what `alert test --json` prints, without what was sent."""
    question = found.question
    return {
        "vendor": question.change.vendor,
        "headline": line_of(_alert(found)),
        "severity": question.severity,
        "severity_reason": question.severity_reason,
        "services": list(question.services),
        "answers": [decision_json(each) for each in found.decisions],
        "routes": [route_json(each) for each in found.routes],
    }
