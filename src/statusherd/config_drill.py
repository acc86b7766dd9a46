"""Reading [drill]: who practises where nobody is named."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from statusherd.config_problems import Problems, did_you_mean, quoted
from statusherd.config_schema import Drill

_KEY: Final = ("drill", "channels")


def read_drill(given: Drill, channels: Collection[str], problems: Problems) -> tuple[str, ...]:
    """Return the channels that `statusherd drill` tells; `channels` are those that exist."""
    for number, name in enumerate(given.channels):
        if name not in channels:
            text = f"there is no channel {quoted(name)}. {did_you_mean(name, tuple(channels))}"
            problems.add((*_KEY, number), text)
    return given.channels
