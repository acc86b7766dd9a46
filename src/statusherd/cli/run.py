"""`statusherd run`: the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import sys
from dataclasses import replace

import click
import structlog

from statusherd import config as configuration
from statusherd import logs
from statusherd.assembly import daemon_of, installation, secrets_of, switch_of, web_of
from statusherd.config import Config
from statusherd.daemon import Daemon, Sources
from statusherd.heartbeat import Heart
from statusherd.model.vendors import WatchedVendor
from statusherd.setup import Setup
from statusherd.setup_reading import setup_of

log = structlog.get_logger()


@click.command("run")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Run the daemon: look at the vendors, notice, tell people.

    SIGHUP reads the configuration again, SIGTERM ends it without loss.
    """
    config = configuration.load(configuration.find(ctx.find_root().params.get("config")))
    logs.set_up(config.daemon.log_level, secrets_of(config))
    for warning in config.warnings:
        log.warning("config", warning=warning)
    if not config.channels:
        log.warning("no channel is configured: changes are logged here and told to nobody")
    _allow_files()
    asyncio.run(_run(config))


def _allow_files() -> None:
    """Take the file descriptors that the system lets us have: each open page is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _run(config: Config) -> None:
    async with installation(config) as parts:
        current = _Current(config, parts.heart)
        daemon = daemon_of(parts, Sources(current.reload, current.interval))
        _listen(daemon)
        async with web_of(config, parts):
            await daemon.run()


class _Current:
    """The configuration in force."""

    def __init__(self, config: Config, heart: Heart) -> None:
        self.config = config
        self._heart = heart

    def interval(self, vendor: WatchedVendor) -> float:
        return self.config.interval_of(vendor)

    def reload(self) -> Setup:
        old, self.config = self.config, configuration.load(self.config.path)
        for section in _fixed_sections(old, self.config):
            log.warning("a change takes effect at the next start", section=section)
        logs.set_up(self.config.daemon.log_level, secrets_of(self.config))
        self._heart.point_at(switch_of(self.config))
        return setup_of(self.config)


def _fixed_sections(old: Config, new: Config) -> list[str]:
    """Return the sections that differ and are not taken over by a reload."""
    # The interval is; the rest of [http] belongs to the client, which stays.
    same_http = replace(new.http, interval=old.http.interval) == old.http
    same_place = old.daemon.data_dir == new.daemon.data_dir
    changed = {"daemon": not same_place, "database": old.database != new.database, "http": not same_http}
    changed["web"] = old.web != new.web
    return [section for section, differs in changed.items() if differs]


def _listen(daemon: Daemon) -> None:
    """Take the operator's signals; a second one to end is meant: at once."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        daemon.stop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, sys.exit, 1)

    loop.add_signal_handler(signal.SIGTERM, end)
    loop.add_signal_handler(signal.SIGINT, end)
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)
