"""Choosing among the components of a page by numbers and wildcards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import click

from statusherd.cli.output import say, shown
from statusherd.cli.states import word
from statusherd.model.records import Component
from statusherd.model.selection import rotten

_LISTED: Final = 100
_RANGE: Final = re.compile(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?\Z")
_WILD: Final = re.compile(r"([*?\[])")


def choose(components: Sequence[Component]) -> tuple[str, ...]:
    """Ask which components to watch; return them as filters, none for all."""
    for number, component in enumerate(components[:_LISTED], 1):
        group = f"{shown(component.group)} / " if component.group else ""
        say(f"{number:4}  {word(component.status)}  {group}{shown(component.name)}")
    if len(components) > _LISTED:
        say(f"      … and {len(components) - _LISTED} more, which * and ? find by their names")
    chosen: tuple[str, ...] = click.prompt(
        "Which of them? Numbers (1,3-5), names with * and ?, or Enter for all",
        default="",
        show_default=False,
        value_proc=lambda text: _parse(text, components),
        err=True,
    )
    return chosen


def _parse(text: str, components: Sequence[Component]) -> tuple[str, ...]:
    try:
        return filters_of(text, components)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def filters_of(text: str, components: Sequence[Component]) -> tuple[str, ...]:
    """Return the filters that an answer stands for: numbers from 1 and ranges become names.

    Raise ValueError, with a sentence, for a number or a name that is not there.
    """
    found: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        if match := _RANGE.match(part):
            first, last = int(match[1]), int(match[2] or match[1])
            if not 1 <= first <= last <= len(components):
                raise ValueError(f"{part} is not among 1 to {len(components)}.")
            found += [_filter(component, components) for component in components[first - 1 : last]]
        elif rotten((part,), components):
            raise ValueError(f"nothing is called {part!r}.")
        else:
            found.append(part)
    return tuple(dict.fromkeys(found))


def _filter(component: Component, components: Sequence[Component]) -> str:
    """Return a filter that selects this component: by its name, or by its id where names are shared."""
    namesakes = sum(other.name.casefold() == component.name.casefold() for other in components)
    is_plain = component.name.strip() == component.name != ""
    return _WILD.sub(r"[\1]", component.name if namesakes == 1 and is_plain else component.id)
