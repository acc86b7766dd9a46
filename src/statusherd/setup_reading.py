"""From a Config to what the pipeline works with: apart, for quick commands that need no daemon."""

from __future__ import annotations

from statusherd.config import Config
from statusherd.respond.services import ServiceMap
from statusherd.setup import Setup


def setup_of(config: Config) -> Setup:
    """Return what the pipeline works with, without the vendors added by command."""
    return Setup(
        vendors={vendor.name: vendor for vendor in config.vendors},
        routes=config.routes,
        channels={channel.name: channel for channel in config.channels},
        services=ServiceMap(config.services),
        teams={team.name: team.channels for team in config.teams},
        severities=config.severities,
        roster=config.roster,
        holidays=frozenset(config.daemon.holidays),
        escalations={each.target: each for each in config.escalations},
        freezes=config.freezes,
        quorum=config.quorum,
        correlation=config.correlation,
        incidents=config.incidents,
        runbooks=config.runbooks,
        contacts=config.contacts,
        intakes=config.intakes,
        access=config.access,
        probes=config.probes,
        early=config.early,
    )
