"""The steps of a runbook, wherever they are written, judged against the commands that may be named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from statusherd import config_runbook_schema as schema
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_schema import read_section
from statusherd.model.runbooks import Command, Parameter, Step

MOST: Final = 100
_LONGEST_TITLE: Final = 80
_NONE: Final = 'Write it into [runbooks]: commands = { … = ["/…"] }'


def read_steps(
    raw: Sequence[Any], path: KeyPath, commands: Mapping[str, Command], problems: Problems
) -> tuple[Step, ...]:
    """Return the steps that stand at `path`; note all that is wrong with them."""
    if not raw and not problems.at(path):
        problems.add(path[:-1] or path, "has no steps. Write what is to be done first")
    if len(raw) > MOST:
        problems.add(path, f"has more than {MOST} steps. Make several runbooks of it")
    return tuple(
        _step(read_section(schema.Step, item, (*path, number), problems), (*path, number), commands, problems)
        for number, item in enumerate(raw[:MOST])
        if _is_table(item, (*path, number), problems)
    )


def _is_table(item: object, path: KeyPath, problems: Problems) -> bool:
    if not isinstance(item, dict):
        problems.add(path, "must be a table. Write its keys below a [header]")
    return isinstance(item, dict)


def _step(given: schema.Step, path: KeyPath, commands: Mapping[str, Command], problems: Problems) -> Step:
    ways = [key for key in ("manual", "link", "run") if getattr(given, key) is not None]
    if len(ways) > 1:
        text = f"is done in one way, not by {' and '.join(ways)}. Make several steps of it"
        problems.add((*path, ways[1]), text)
    elif not ways and not any(problems.at((*path, key)) for key in ("manual", "link", "run")):
        problems.add(path, 'says not what to do. Add manual = "…", link = "https://…" or run = "…"')
    if given.run is None:
        for key in ("params", "approval"):
            if getattr(given, key):
                problems.add((*path, key), 'is for a step that runs a command. Add run = "…", or remove it')
    else:
        _check_command(given, path, commands, problems)
    text = "\n\n".join(filter(None, (given.manual, given.text)))
    return Step(_title(given), text, given.link or "", given.run or "", given.params, given.approval)


def _title(given: schema.Step) -> str:
    first = (given.title or given.manual or given.run or given.link or "").partition("\n")[0]
    return first if len(first) <= _LONGEST_TITLE or given.title else f"{first[: _LONGEST_TITLE - 1]}…"


def _check_command(
    given: schema.Step, path: KeyPath, commands: Mapping[str, Command], problems: Problems
) -> None:
    name = given.run or ""
    if name not in commands:
        hint = did_you_mean(name, commands) if commands else _NONE
        problems.add((*path, "run"), f"there is no command {quoted(name)}. {hint}")
    elif commands[name].words and not problems.at((*path, "params")):
        _check_parameters(commands[name], given.params, path, problems)


def _check_parameters(
    command: Command, given: Sequence[Parameter], path: KeyPath, problems: Problems
) -> None:
    names = [parameter.name for parameter in given]
    for parameter in command.parameters:
        if parameter not in names:
            text = f"{quoted(command.name)} needs {parameter}. Say what it may be: params.{parameter} = …"
            problems.add((*path, "run"), text)
    for name in names:
        if name not in command.parameters:
            known = f"It has {', '.join(command.parameters)}" if command.parameters else "It has none"
            text = f"{quoted(command.name)} has no parameter {quoted(name)}. {known}"
            problems.add((*path, "params", name), text)
