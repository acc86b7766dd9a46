"""When something ends that the command line asks for: by --for or by --until."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import click

from statusherd.config_values import parse_duration


def given_end(given: Mapping[str, Any], starts: datetime, what: str, longest: timedelta) -> datetime:
    """Return the end that the options `lasts` or `until` give to something that begins at `starts`.

    Raises UsageError where they give none, or one that cannot be; `what` names the thing.
    """
    lasts: str | None = given.get("lasts")
    until: datetime | None = given.get("until")
    if (lasts is None) == (until is None):
        raise click.UsageError(f"{what} has one end. Give either --for or --until")
    end = starts + _span(lasts) if lasts is not None else until
    assert end is not None
    if end <= starts:
        raise click.UsageError("It would be over before it begins. Give a later --until")
    if end - starts > longest:
        raise click.UsageError(f"It would last more than {longest.days} days. Give an earlier end")
    return end


def _span(text: str) -> timedelta:
    try:
        return timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        raise click.UsageError(f"--for: {text[:60]!r} is no duration. Write it like 90m, 2h or 3d") from None
