"""How the channels fare, as `statusherd channel list` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import click

from statusherd.cli.moments import ago, local
from statusherd.cli.output import warn
from statusherd.cli.stores import has_store, open_store
from statusherd.config import Config
from statusherd.model.errors import StoreError
from statusherd.model.stamps import iso
from statusherd.notify.circuit import OPENS_AFTER
from statusherd.store.health import ChannelHealth, health_of

NO_HEALTH: Final = ChannelHealth("")
"""What is known of a channel through which nothing ever went."""


def healths(config: Config) -> Mapping[str, ChannelHealth]:
    """Return how each channel fares; none where the store cannot be read, which is told."""
    if not config.channels or not has_store(config):
        return {}
    names = [channel.name for channel in config.channels]
    try:
        with open_store(config) as store:
            return {each.channel: each for each in store.read_now(lambda conn: health_of(conn, names))}
    except StoreError as error:
        warn(f"how the channels fare is not known: {error}")
        return {}


def state_of(health: ChannelHealth) -> str:
    """Return the word for how a channel fares: ok, failing, open (left alone between probes), unused."""
    if health.failures >= OPENS_AFTER:
        return "open"
    if health.failing_since:
        return "failing"
    return "ok" if health.last_sent_at else "unused"


def health_json(health: ChannelHealth) -> dict[str, object]:
    """Return the same as in `channel list --json`."""
    return {
        "state": state_of(health),
        "failing_since": iso(health.failing_since),
        "failures": health.failures,
        "error": health.error,
        "last_sent_at": iso(health.last_sent_at),
        "waiting": health.waiting,
        "dead": health.dead,
    }


def health_cells(health: ChannelHealth, now: datetime) -> tuple[str, ...]:
    """Return the cells of the table: the state, when it last worked, and what waits and was given up."""
    sent = f"{ago(health.last_sent_at, now)} ago" if health.last_sent_at else "never"
    return _words(health, now), sent, str(health.waiting), str(health.dead)


def _words(health: ChannelHealth, now: datetime) -> str:
    state = state_of(health)
    if health.failing_since is None:
        return click.style("✓ ok", fg="green") if state == "ok" else "- unused"
    since = f"failing since {local(health.failing_since, now)}"
    return click.style(f"✗ {since}, probed" if state == "open" else f"! {since}", fg="red")
