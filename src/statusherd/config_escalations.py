"""The escalations of a config, judged against the channels and rotations that it defines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from statusherd import config_schema as schema
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_values import duration_text
from statusherd.model.escalation import Escalation, EscalationStep


def read_escalations(
    tables: Iterable[tuple[KeyPath, schema.Escalation]], targets: Sequence[str], problems: Problems
) -> tuple[Escalation, ...]:
    """Return the escalations of a config; `targets` are the channels and rotations that there are."""
    found: dict[str, Escalation] = {}
    for path, given in tables:
        steps = tuple(_steps(path, given, targets, problems))
        if given.name is None:
            if not problems.at((*path, "name")):
                problems.add(path, "name is missing. Add it to the [[escalation]]")
        elif given.name in found:
            text = f"another [[escalation]] named {quoted(given.name)} stands above. Rename or remove one"
            problems.add((*path, "name"), text)
        else:
            found[given.name] = Escalation(given.name, steps, given.repeat)
    return tuple(found.values())


def _steps(
    path: KeyPath, given: schema.Escalation, targets: Sequence[str], problems: Problems
) -> Iterator[EscalationStep]:
    if not given.steps and not problems.at((*path, "steps")):
        problems.add(path, 'has no steps. Add steps = [{ channels = ["…"], wait = "10m" }]')
    for number, step in enumerate(given.steps):
        place = (*path, "steps", number)
        if not step.channels and not problems.at((*place, "channels")):
            problems.add(place, 'names no channels. Add channels = ["…"]')
        for index, name in enumerate(step.channels):
            if name not in targets:
                text = f"there is no channel {quoted(name)}. {did_you_mean(name, targets)}"
                problems.add((*place, "channels", index), text)
        yield EscalationStep(step.channels, step.wait)


def shown_escalation(escalation: Escalation) -> dict[str, Any]:
    """Return an escalation in the words of the file."""
    steps = [{"channels": list(step.channels), "wait": duration_text(step.wait)} for step in escalation.steps]
    return {"name": escalation.name, "steps": steps, "repeat": escalation.repeat}
