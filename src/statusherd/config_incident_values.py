"""The values that stand in [incident] of a config."""

from __future__ import annotations

from statusherd.config_problems import did_you_mean, quoted
from statusherd.config_values import parse_texts
from statusherd.respond.lifecycle import WORDS, Criterion, parse_criterion


def parse_criteria(value: object) -> tuple[Criterion, ...]:
    """Return what is asked for; one alone may stand without brackets, and an empty list asks for nothing."""
    return tuple(dict.fromkeys(map(_criterion, parse_texts(value))))


def _criterion(text: str) -> Criterion:
    found = parse_criterion(text)
    if found is None:
        raise ValueError(f"{quoted(text)} cannot be asked for. {did_you_mean(text, WORDS)}")
    return found
