"""Runbooks: which fits, what exactly a step would run, and what is kept of a program's output. Pure.

A command is words of the operator's own allow-list. What may vary in it is declared in the runbook, and comes
from there or from whoever runs it: there is no way for the words of a vendor or of a sender to come in.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from statusherd.model.errors import Refused, RefusedError
from statusherd.model.incidents import RunbookHint
from statusherd.model.runbooks import (
    PLACEHOLDER,
    Command,
    Parameter,
    Plan,
    Run,
    Runbook,
    Runbooks,
    RunState,
    Step,
    Unplanned,
)
from statusherd.model.selection import matches

LONGEST_VALUE: Final = 200
_SHOWN: Final = 60
_ESCAPES: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]"
)


def suggested(
    runbooks: Iterable[Runbook],
    vendors: Collection[str],
    components: Collection[str] = (),
    services: Collection[str] = (),
) -> tuple[RunbookHint, ...]:
    """Return the runbooks that fit, in the order of the config.

    `vendors`, `components` and `services` are the names of what is concerned; no component named means the
    whole of the vendor. Globs of one kind are alternatives, those of several kinds must all hold.
    """
    return tuple(
        RunbookHint(each.name, f"statusherd runbook show {shlex.quote(each.name)}")
        for each in runbooks
        if _fits(each, vendors, components, services)
    )


def _fits(
    book: Runbook, vendors: Collection[str], components: Collection[str], services: Collection[str]
) -> bool:
    whole = bool(book.vendors) and not components
    asked = (
        (book.vendors, vendors, False),
        (book.components, components, whole),
        (book.services, services, False),
    )
    judged = [open_ or _selects(patterns, names) for patterns, names, open_ in asked if patterns]
    return bool(judged) and all(judged)


def _selects(patterns: Iterable[str], names: Collection[str]) -> bool:
    return any(matches(pattern, *names) for pattern in patterns)


def named(books: Runbooks, name: str) -> Runbook:
    """Return the runbook of a name, whatever its case; raise RefusedError where there is none."""
    for book in books.every:
        if book.name.casefold() == name.strip().casefold():
            return book
    known = ", ".join(_quoted(each.name) for each in books.every[:20])
    remedy = f"Known are: {known}" if known else "Add a [[runbook]] to the config"
    raise RefusedError(Refused.UNKNOWN, "there is no such runbook", subject=_quoted(name), remedy=remedy)


def planned(books: Runbooks, name: str, number: int | None, given: Mapping[str, str]) -> Plan:
    """Return what a step would run; `number` may be None where only one step runs anything.

    `given` are the values of parameters by name, as whoever runs it gives them. Raises RefusedError where the
    step runs nothing, or a value is missing or not among those declared.
    """
    book = named(books, name)
    found = _number(book, number)
    step = book.steps[found - 1]
    command = books.commands.get(step.command)
    if command is None:
        remedy = "Do it by hand, as `statusherd runbook show` tells"
        raise RefusedError(Refused.INVALID, f"step {found} runs nothing", subject=book.name, remedy=remedy)
    values = _values(book, step, given)
    approval = step.approval or command.approval
    return Plan(book.name, found, step.title, command, argv_of(command, values), values, approval)


def plans(books: Runbooks, name: str, given: Mapping[str, str]) -> tuple[Plan | Unplanned, ...]:
    """Return what each step that runs anything would run, or why it cannot be run yet.

    Raises RefusedError where there is no such runbook, or none of its steps takes a value that is given.
    """
    book = named(books, name)
    known = {parameter.name for step in book.steps for parameter in step.parameters}
    _refuse_unknown(book, given, known)
    return tuple(_plan_or_why(books, book, number, given) for number in _runnable(book))


def _plan_or_why(books: Runbooks, book: Runbook, number: int, given: Mapping[str, str]) -> Plan | Unplanned:
    step = book.steps[number - 1]
    wanted = {parameter.name for parameter in step.parameters}
    try:
        own = {key: value for key, value in given.items() if key in wanted}
        return planned(books, book.name, number, own)
    except RefusedError as error:
        command = books.commands[step.command]
        why = f"{error.message}. {error.remedy}"
        return Unplanned(number, step.title, command, step.approval or command.approval, why)


def argv_of(command: Command, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of a command, each placeholder replaced by a value as one whole word."""
    return tuple(values[match[1]] if (match := PLACEHOLDER.match(word)) else word for word in command.words)


def _runnable(book: Runbook) -> tuple[int, ...]:
    return tuple(number for number, step in enumerate(book.steps, 1) if step.command)


def _number(book: Runbook, number: int | None) -> int:
    able = _runnable(book)
    if number is None and len(able) == 1:
        return able[0]
    if number is not None and 1 <= number <= len(book.steps):
        return number
    text = "it has no such step" if number is not None else "which step is not said"
    remedy = (
        f"Steps that run something: {', '.join(map(str, able))}"
        if able
        else "None of its steps runs anything"
    )
    raise RefusedError(Refused.INVALID, text, subject=book.name, remedy=remedy)


def _values(book: Runbook, step: Step, given: Mapping[str, str]) -> dict[str, str]:
    declared = {parameter.name: parameter for parameter in step.parameters}
    _refuse_unknown(book, given, declared)
    return {name: _value(book, parameter, given.get(name)) for name, parameter in declared.items()}


def _refuse_unknown(book: Runbook, given: Iterable[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            text = f"there is no parameter {_quoted(name)}"
            remedy = f"Known are: {', '.join(sorted(known)) or 'none'}"
            raise RefusedError(Refused.INVALID, text, subject=book.name, remedy=remedy)


def _value(book: Runbook, parameter: Parameter, value: str | None) -> str:
    if value is None:
        if len(parameter.values) == 1 and not parameter.pattern:
            return parameter.values[0]
        raise _refused(book, parameter, f"the parameter {parameter.name} is missing")
    if not takes(parameter, value):
        raise _refused(book, parameter, f"the parameter {parameter.name} cannot be {_quoted(value)}")
    return value


def takes(parameter: Parameter, value: str) -> bool:
    """Tell whether a value is one of those declared.

    What a pattern matches must besides be printable, short, and not begin with "-": a pattern that lets an
    option through was hardly meant to. Whoever means one lists it.
    """
    if value in parameter.values:
        return True
    if not parameter.pattern or len(value) > LONGEST_VALUE or not value.isprintable():
        return False
    return not value.startswith("-") and re.fullmatch(parameter.pattern, value) is not None


def _refused(book: Runbook, parameter: Parameter, text: str) -> RefusedError:
    return RefusedError(
        Refused.INVALID, text, subject=book.name, remedy=f"Give {parameter.name}={choice(parameter)}"
    )


def choice(parameter: Parameter) -> str:
    """Return what a parameter takes, for people: "adyen", "adyen|stripe", "/[a-z]+/"."""
    return f"/{parameter.pattern}/" if parameter.pattern else "|".join(parameter.values)


def how(run: Run) -> str:
    """Return how a run ended as the end of a sentence: "was done after 1.2 s"."""
    code = f" ({run.exit_code})" if run.state is RunState.FAILED else ""
    if run.began_at is None or run.ended_at is None:
        return f"{run.state.sentence}{code}"
    return f"{run.state.sentence}{code} after {(run.ended_at - run.began_at).total_seconds():.1f} s"


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are one person's: case and spaces make no other."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def plain_output(written: bytes, left_out: int = 0, *, tail: bytes = b"") -> str:
    """Return what a program wrote as plain text: no escape codes, nothing that steers a terminal.

    `left_out` bytes between `written` and `tail` were not kept; a mark stands in their place.
    """
    if not left_out:
        return _plain(written + tail)
    return f"{_plain(written)}\n[… {left_out} bytes left out …]\n{_plain(tail)}"


def _plain(written: bytes) -> str:
    text = _ESCAPES.sub("", written.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_printable(text))


def _printable(text: str) -> Iterator[str]:
    return (char for char in text if char.isprintable() or char in "\n\t")


def _quoted(text: str) -> str:
    cut = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut) + '"'
