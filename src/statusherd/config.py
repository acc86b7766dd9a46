"""The configuration: one TOML file, read whole, judged whole, and frozen.

`load` gives a Config or raises one ConfigError with every mistake of the file. Relative paths in the file
are taken from the folder it is in.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from statusherd.config_escalations import shown_escalation
from statusherd.config_freezes import shown_freeze
from statusherd.config_incident import shown_incident_rules
from statusherd.config_intakes import shown_intake
from statusherd.config_oncall import shown_oncall, shown_person
from statusherd.config_places import SYSTEM_CONFIG
from statusherd.config_probes import shown_early, shown_probe
from statusherd.config_reader import Reader
from statusherd.config_records import (
    Config,
    Daemon,
    Database,
    Http,
    SourceFile,
    least_interval,
)
from statusherd.config_runbooks import shown_runbooks
from statusherd.config_values import duration_text, size_text
from statusherd.config_web import shown_web
from statusherd.model.errors import ConfigError
from statusherd.model.routing import Route
from statusherd.model.services import Service
from statusherd.model.vendors import WatchedVendor
from statusherd.notify.channels import Channel
from statusherd.respond.severity import SeverityRules

MASK: Final = "***"
_MAX_FILE: Final = 16 * 1024 * 1024

__all__ = [
    "Config",
    "Daemon",
    "Database",
    "Http",
    "find",
    "least_interval",
    "load",
    "masked",
    "shown",
]


def find(path: str | Path | None = None) -> Path:
    """Return the config file: `path`, else $STATUSHERD_CONFIG, ./config.toml, the system's.

    Raise ConfigError where there is none.
    """
    named = path or os.environ.get("STATUSHERD_CONFIG")
    places = [Path(named)] if named else [Path("config.toml"), SYSTEM_CONFIG]
    for place in places:
        if _is_there(place):
            return place.absolute()
    looked = " and ".join(str(place) for place in places)
    raise ConfigError(
        f"there is no config file (looked for {looked})",
        problems=(
            f"config: no file at {looked}. Write one with `statusherd init`, or name it with --config",
        ),
    )


def load(path: Path, *, need_secrets: bool = True) -> Config:
    """Read and check a config file; raise ConfigError with all its mistakes.

    With `need_secrets` False a secret of a channel or the proxy that cannot be had is a warning and stays
    empty: a person at the terminal may not read what the service manager hands to the daemon.
    """
    file = _read_file(path.absolute())
    reader = Reader(file, _parse(file), need_secrets=need_secrets)
    config = reader.read()
    if found := reader.problems.all:
        count = "1 mistake" if len(found) == 1 else f"{len(found)} mistakes"
        raise ConfigError(f"cannot be used: {count}", subject=str(file.path), problems=found)
    return config


def shown(config: Config) -> dict[str, Any]:
    """Return the effective config in the file's own words, with every secret masked."""
    return {
        "path": str(config.path),
        "daemon": {
            "data_dir": str(config.daemon.data_dir),
            "timezone": config.daemon.timezone,
            "log_level": config.daemon.log_level,
            "holidays": [day.isoformat() for day in config.daemon.holidays],
        },
        "database": {"url": masked(config.database.url)},
        "http": _shown_http(config.http),
        "heartbeat": {
            "url": masked(config.heartbeat.url) if config.heartbeat.url else None,
            "interval": duration_text(config.heartbeat.interval),
        },
        "drill": {"channels": list(config.drill)},
        "quorum": {
            "vendors": config.quorum.vendors if config.quorum else None,
            "within": duration_text(config.quorum.within) if config.quorum else None,
        },
        "correlation": {"automatic": config.correlation.automatic},
        "incident": shown_incident_rules(config.incidents),
        "web": shown_web(config.web, MASK),
        "vendor": [_shown_vendor(config, vendor) for vendor in config.vendors],
        "severity": _shown_severities(config.severities),
        "team": [{"name": team.name, "channels": list(team.channels)} for team in config.teams],
        "service": [_shown_service(service) for service in config.services],
        "channel": [_shown_channel(channel) for channel in config.channels],
        "person": [shown_person(person) for person in config.roster.people.values()],
        "oncall": [shown_oncall(rotation) for rotation in config.roster.rotations.values()],
        "escalation": [shown_escalation(each) for each in config.escalations],
        "intake": [shown_intake(each, config.access[each.name], MASK) for each in config.intakes],
        "probe": [shown_probe(probe) for probe in config.probes],
        "early": shown_early(config.early),
        "freeze": [shown_freeze(freeze) for freeze in config.freezes],
        **shown_runbooks(config.runbooks),
        "route": [_shown_route(route) for route in config.routes],
        "warnings": list(config.warnings),
    }


def masked(url: str) -> str:
    """Return an address with all but its scheme hidden; that of a database file holds no secret."""
    scheme, colon, _ = url.partition("://")
    return url if scheme == "sqlite" else f"{scheme}://{MASK}" if colon else MASK


def _shown_http(http: Http) -> dict[str, Any]:
    return {
        "interval": duration_text(http.interval),
        "timeout": duration_text(http.timeout),
        "max_body": size_text(http.max_body),
        "concurrency": http.concurrency,
        "per_host": http.per_host,
        "contact": http.contact,
        "proxy": masked(http.proxy) if http.proxy else None,
        "allow_private": http.allow_private,
    }


def _shown_vendor(config: Config, vendor: WatchedVendor) -> dict[str, Any]:
    contact = config.contacts.get(vendor.name)
    return {
        "name": vendor.name,
        "title": vendor.title,
        "endpoint": vendor.address,
        "page": vendor.page_url,
        "format": vendor.format,
        "components": list(vendor.components),
        "regions": list(vendor.regions),
        "min_impact": vendor.min_impact.value,
        "interval": duration_text(config.interval_of(vendor)),
        "tags": list(vendor.tags),
        "token": MASK if vendor.name in config.tokens else None,
        "upstream": list(vendor.upstream),
        "support": contact.support or None if contact else None,
        "contract": contact.contract or None if contact else None,
    }


def _shown_severities(rules: SeverityRules) -> dict[str, Any]:
    return {
        "matrix": {impact.value: [each.value for each in row] for impact, row in rules.matrix.items()},
        "business_hours": [str(window) for window in rules.hours],
        "timezone": rules.zone if rules.hours else None,
        "lower_outside": list(rules.lower_outside) if rules.hours else None,
    }


def _shown_service(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "tier": service.tier,
        "owner": service.owner,
        "depends_on": [*map(str, service.depends_on), *(f"service:{name}" for name in service.needs)],
        "fallback": service.fallback,
        "runbook": service.runbook,
        "tags": list(service.tags),
    }


def _shown_channel(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "url": masked(channel.url),
        "format": channel.written_as.value,
        "rate": f"{channel.rate:g}/m" if channel.rate else None,
        "fallback": channel.fallback,
        "timezone": channel.timezone,
        "quiet": [str(window) for window in channel.quiet],
        "template": channel.template.name if channel.template else None,
        "language": channel.language,
    }


def _shown_route(route: Route) -> dict[str, Any]:
    match = {
        "vendor": list(route.vendors),
        "component": list(route.components),
        "region": list(route.regions),
        "severity": route.severity.value if route.severity else None,
        "event": sorted(route.events),
        "tags": list(route.tags),
        "service": list(route.services),
        "owner": list(route.owners),
    }
    waits = {
        "hold": duration_text(route.hold) if route.hold else None,
        "flap": duration_text(route.flap),
        "hours": [str(window) for window in route.hours],
        "timezone": route.timezone,
        "reminders": [duration_text(before) for before in route.reminders],
        "updates": route.updates.value,
        "repeat": duration_text(route.repeat) if route.repeat else None,
        "digest": str(route.digest) if route.digest else None,
        "group_by": route.grouping.by.value,
        "group_wait": duration_text(route.grouping.wait) if route.grouping.wait else None,
        "group_interval": duration_text(route.grouping.interval) if route.grouping.interval else None,
    }
    return {"match": match, "channels": list(route.channels), "continue": route.go_on} | waits


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:  # it may be: `load` says that it cannot be read, instead of "there is none"
        return True
    except OSError:
        return False
    return True


def _read_file(path: Path) -> SourceFile:
    try:
        with path.open("rb") as file:
            mode, body = os.fstat(file.fileno()).st_mode, file.read(_MAX_FILE + 1)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        remedy = "Name an existing file with --config" if missing else "Let the program's user read it"
        text = f"cannot be read ({(error.strerror or 'unreadable').lower()}). {remedy}"
        raise _unreadable(path, text) from error
    if len(body) > _MAX_FILE:
        raise _unreadable(path, f"is larger than {_MAX_FILE // 1024**2} MiB. Is it the right file?")
    return SourceFile(path, _decoded(path, body).replace("\r\n", "\n"), mode)


def _decoded(path: Path, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise _unreadable(path, f"line {line}: is not UTF-8. Save it in that encoding") from error


def _parse(file: SourceFile) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except RecursionError as error:
        raise _unreadable(file.path, "is nested too deeply. Write it flat") from error
    except ValueError as error:  # TOMLDecodeError, and what int() says to a number of 5,000 digits
        raise _unreadable(file.path, _syntax_mistake(str(error), file.text)) from error


def _syntax_mistake(message: str, source: str) -> str:
    what, _, where = message.partition(" (at ")
    found = re.match(r"line (\d+), column (\d+)", where)
    line = f"line {found[1]}, column {found[2]}" if found else f"line {source.count(chr(10)) + 1}"
    return f"{line}: is not TOML: {what}. Correct the line; texts stand in quotes"


def _unreadable(path: Path, text: str) -> ConfigError:
    return ConfigError("cannot be used: 1 mistake", subject=str(path), problems=(f"{path.name}: {text}",))
