"""The answer to "us or them?" as lines of a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import click

from statusherd.cli.moments import ago, local
from statusherd.cli.output import shown
from statusherd.model.incidents import Contact
from statusherd.model.suspects import Blindness, Suspect, Verdict
from statusherd.model.triage import Triage
from statusherd.setup import Setup

_VERDICTS: Final = {
    Verdict.VENDOR: click.style("THEM", fg="red", bold=True),
    Verdict.UNEXPLAINED: click.style("NOT THEM SO FAR", bold=True),
    Verdict.CANNOT_TELL: click.style("CANNOT TELL", fg="yellow", bold=True),
}
_REASONS: Final = 4
_SUSPECTS: Final = 5
_LEAST: Final = 0.05
"""Suspects that are less likely are left out on a terminal."""


def lines_of(found: Triage, setup: Setup, now: datetime) -> Iterator[str]:
    """Yield the lines: the verdict first, then what it rests on, then what helps."""
    where = shown(found.question.service or "all services")
    since = found.question.since
    yield f"Us or them? {where}, since {local(since, now)} ({ago(since, now)})"
    yield ""
    sentence = found.answer.sentence.removeprefix("cannot tell: ")
    yield f"  {_VERDICTS[found.answer.verdict]}: {shown(sentence)}"
    yield from _suspects("Causes", found.answer.links, setup)
    likely = [each for each in found.answer.suspects if each.score >= _LEAST][:_SUSPECTS]
    yield from _suspects("Suspects", likely, setup)
    yield from _list("Unreadable", (_blindness(each, setup, now) for each in found.answer.blind))
    yield from _list("Open incidents of ours", (f"{i.name} {i.severity} {i.title}" for i in found.incidents))
    yield from _list("Lately at the vendors that are needed", found.recent)
    yield from _list("Runbooks", (f"{each.name}: {each.where}" for each in found.runbooks))
    yield from _list("Support", (_contact(each, setup) for each in found.contacts))


def _suspects(heading: str, suspects: Sequence[Suspect], setup: Setup) -> Iterator[str]:
    if not suspects:
        return
    yield ""
    yield f"  {heading}"
    for each in suspects:
        yield f"    {each.score:>4.0%}  {shown(setup.title_of(each.vendor), 40)}: {shown(each.title, 100)}"
        yield f"          {click.style(shown(each.cause, 100), dim=True)}"
        for reason in each.reasons[:_REASONS]:
            sign = "+" if reason.weight >= 0 else "-"
            yield f"          {sign} {shown(reason.evidence, 120)}"


def _list(heading: str, lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    every = [shown(line, 160) for line in lines]
    if every:
        yield ""
        yield f"  {heading}"
        yield from (f"    {line}" for line in every)


def _blindness(each: Blindness, setup: Setup, now: datetime) -> str:
    return f"{setup.title_of(each.vendor)} since {local(each.since, now)} ({ago(each.since, now)})"


def _contact(each: Contact, setup: Setup) -> str:
    contract = f", contract {each.contract}" if each.contract else ""
    return f"{setup.title_of(each.vendor)}: {each.support}{contract}"
