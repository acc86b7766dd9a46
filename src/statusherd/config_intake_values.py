"""The values of [[intake]]: its name, which stands in an address, and where facts stand in bodies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from statusherd.config_problems import did_you_mean, quoted
from statusherd.config_values import parse_order
from statusherd.model.words import Severity

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def parse_intake_name(value: object) -> str:
    """Return the name of an intake: the last part of its address."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(
            "stands in the address: it must begin with a letter or digit and have letters, digits, "
            '".", "_" and "-" alone, at most 64. Rename it'
        )
    return value


def parse_paths(value: object) -> tuple[str, ...]:
    """Return one or several dotted paths."""
    return parse_order(value)


def parse_severities(value: object) -> Mapping[str, Severity]:
    """Return what words mean: { page = "SEV1" }."""
    hint = 'Write it like { page = "SEV1", ticket = "SEV3" }'
    if not isinstance(value, dict):
        raise ValueError(f"must be a table of words. {hint}")  # noqa: TRY004 - as all parsers do
    known = {severity.value.lower(): severity for severity in Severity}
    for word, meant in value.items():
        if not isinstance(meant, str) or meant.lower() not in known:
            text = str(meant)
            raise ValueError(f"{quoted(word)}: {quoted(text)} is no severity. {did_you_mean(text, Severity)}")
    return {word: known[meant.lower()] for word, meant in value.items()}
