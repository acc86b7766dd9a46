"""The configuration as a command gets it."""

from __future__ import annotations

import click

from statusherd.config import Config, find, load
from statusherd.model.errors import ConfigError


def config_of(ctx: click.Context, *, need_secrets: bool = False) -> Config:
    """Return the configuration the command runs with. Raise ConfigError where it is missing or wrong."""
    return load(find(_named(ctx)), need_secrets=need_secrets)


def config_if_any(ctx: click.Context) -> Config | None:
    """Return the configuration; None where none was named and there is none in its usual places."""
    try:
        path = find(_named(ctx))
    except ConfigError:
        if _named(ctx):
            raise
        return None
    return load(path, need_secrets=False)


def names_of_channels(ctx: click.Context) -> frozenset[str]:
    """Return the names that channels have already; none where no config can be read."""
    try:
        config = config_if_any(ctx)
    except ConfigError:
        return frozenset()
    return frozenset(channel.name for channel in config.channels) if config else frozenset()


def _named(ctx: click.Context) -> str | None:
    named: str | None = ctx.find_root().params.get("config")
    return named
