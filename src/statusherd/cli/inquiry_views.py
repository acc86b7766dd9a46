"""Each route's answer, and who silenced something. The keys of the JSON are a contract: docs/json.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from statusherd.cli.alert_records import Json
from statusherd.cli.moments import local
from statusherd.cli.output import shown
from statusherd.inquiring import Inquiry
from statusherd.model.silences import Silence
from statusherd.model.stamps import iso
from statusherd.notify.inquiry import RouteAnswer


def inquiry_lines(inquiry: Inquiry, now: datetime) -> Iterator[str]:
    """Yield what stands below the record of a Change."""
    for silence in inquiry.silences:
        yield f"  {_silence(silence, now)}"
    yield ""
    yield click.style(
        "  By the routes of now (worked out now; above stands what was decided then):", bold=True
    )
    if inquiry.is_judged_otherwise:
        question = inquiry.question
        yield f"    Its severity is {question.severity} now: {shown(question.severity_reason)}"
    yield from route_lines(inquiry.routes)
    if inquiry.unreached:
        yield f"    No route leads to {_names(inquiry.unreached)}."


def route_lines(answers: Sequence[RouteAnswer]) -> Iterator[str]:
    """Yield a line for each route: whom it leads to, and whether it selects the Change."""
    if not answers:
        yield "    There is no route."
    for answer in answers:
        yield f"    {shown(answer.route)} to {_names(answer.leads_to) or 'nobody'}: {_words(answer)}"


def _words(answer: RouteAnswer) -> str:
    if not answer.asked:
        return "not asked: a route above selects it and ends the search"
    if answer.refusal is None:
        return click.style("selects it", fg="green") + (
            ", and those below are asked too" if answer.goes_on else ""
        )
    why = f"no: {answer.refusal.sentence}"
    if answer.matcher is None:
        return why
    has = _names(answer.has) or "none"
    return f"{why} ({answer.matcher} {_names(answer.wants)}; this is {has})"


def _silence(silence: Silence, now: datetime) -> str:
    by = f"Silence {silence.id} by {shown(silence.author, 60)}, until {local(silence.ends_at, now)}"
    return f"{by}: {shown(silence.reason)}"


def _names(names: Sequence[str]) -> str:
    some = [shown(name, 40) for name in names[:6]]
    return ", ".join([*some, f"{len(names) - 6} more"] if len(names) > 6 else some)


def inquiry_json(inquiry: Inquiry) -> Json:
    """Return what `alert explain --json` has of the rules of now, and of silences."""
    return {
        "silences": [_silence_json(each) for each in inquiry.silences],
        "now": {
            "severity": inquiry.question.severity,
            "services": list(inquiry.question.services),
            "unreached": list(inquiry.unreached),
            "routes": [route_json(each) for each in inquiry.routes],
        },
    }


def route_json(answer: RouteAnswer) -> Json:
    """Return one route's answer."""
    return {
        "route": answer.route,
        "asked": answer.asked,
        "selects": answer.selects,
        "channels": list(answer.leads_to),
        "reason": answer.refusal.value if answer.refusal else None,
        "matcher": answer.matcher,
        "wants": list(answer.wants),
        "has": list(answer.has),
    }


def _silence_json(silence: Silence) -> Json:
    return {
        "number": silence.id,
        "author": silence.author,
        "reason": silence.reason,
        "starts_at": iso(silence.starts_at),
        "ends_at": iso(silence.ends_at),
    }
