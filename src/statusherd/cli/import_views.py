"""What `vendor import` tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from statusherd.cli.import_plan import Item, Outcome, Plan
from statusherd.cli.output import count, shown, table
from statusherd.watch.importing.mentions import Kind
from statusherd.watch.importing.recognise import Evidence, Unknown

_EVIDENCE_SHOWN: Final = 3
_UNKNOWN_SHOWN: Final = 100
_COLOURS: Final = {Outcome.NEW: "green", Outcome.FAILED: "red"}


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield a plan as lines for people."""
    if plan.items:
        yield from table(("VENDOR", "STATE", "BECAUSE OF"), [_cells(item) for item in plan.items])
    yield from (f"not known: {_unknown(each)}" for each in plan.unknown[:_UNKNOWN_SHOWN])
    if len(plan.unknown) > _UNKNOWN_SHOWN:
        yield f"not known: {len(plan.unknown) - _UNKNOWN_SHOWN} more, which --json lists"
    yield _summary(plan)


def _summary(plan: Plan) -> str:
    parts = [f"{count(len(plan.items), 'vendor')} recognised"]
    parts += [f"{number} {word}" for outcome, word in _SUMMED if (number := len(plan.having(outcome)))]
    if plan.unknown:
        parts.append(f"{len(plan.unknown)} not known")
    if plan.unrelated:
        parts.append(f"{count(plan.unrelated, 'mention')} of no known vendor")
    return ", ".join(parts) + "."


_SUMMED: Final = (
    (Outcome.WATCHED, "watched already"),
    (Outcome.NEW, "new"),
    (Outcome.FAILED, "cannot be added"),
)


def _cells(item: Item) -> tuple[str, str, str]:
    word = item.outcome.value
    if item.watched_as and item.watched_as != item.name:
        word = f"watched as {shown(item.watched_as, 40)}"
    if colour := _COLOURS.get(item.outcome):
        word = click.style(word, fg=colour)
    because = ", ".join(map(_because, item.evidence[:_EVIDENCE_SHOWN]))
    more = len(item.evidence) - _EVIDENCE_SHOWN
    why = f"; {shown(item.why)}" if item.why else ""
    return shown(item.name, 40), word, because + (f" and {more} more" if more > 0 else "") + why


def _because(evidence: Evidence) -> str:
    what = shown(evidence.text, 60)
    text = f"{what!r}" if evidence.kind is Kind.NAME else what
    return f"{text} in {shown(evidence.file, 60)}"


def _unknown(each: Unknown) -> str:
    text = f"{shown(each.evidence.text, 80)!r} in {shown(each.evidence.file, 60)}"
    if each.suggestions:
        return f"{text}; did you mean {' or '.join(each.suggestions)}?"
    if each.address:
        return f"{text}; watch it with: statusherd vendor add {shown(each.address, 200)}"
    return f"{text}; add it by its page: statusherd vendor add https://…"


def plan_json(plan: Plan) -> dict[str, object]:
    """Return a plan as in `vendor import --json`."""
    return {
        "files": [{"file": f.name, "mentions": len(f.mentions), "error": f.error} for f in plan.files],
        "vendors": [_item_json(item) for item in plan.items],
        "unknown": [
            {
                "file": each.evidence.file,
                "text": each.evidence.text,
                "address": each.address,
                "suggestions": list(each.suggestions),
            }
            for each in plan.unknown
        ],
        "unrelated": plan.unrelated,
        "added": len(plan.having(Outcome.ADDED)),
    }


def _item_json(item: Item) -> dict[str, object]:
    return {
        "name": item.name,
        "title": item.vendor.title,
        "outcome": item.outcome,
        "watched_as": item.watched_as,
        "evidence": [{"file": e.file, "kind": e.kind, "text": e.text} for e in item.evidence],
        "error": item.why,
    }
