"""What the commands on incidents do with the store, and how they say that it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import click
from sqlalchemy import Connection

from statusherd.cli.configured import config_of
from statusherd.cli.login import login
from statusherd.cli.output import print_json, say, shown
from statusherd.cli.stores import has_store, open_store
from statusherd.config import Config
from statusherd.config_values import parse_duration
from statusherd.incidents import Opening, facts_of, open_incident
from statusherd.incidents.reading import dossier_of
from statusherd.model.dossiers import Dossier
from statusherd.model.errors import IncidentRefusedError
from statusherd.model.incidents import Incident, IncidentPhase, Member, Task
from statusherd.model.services import Service
from statusherd.model.words import Severity
from statusherd.publish.incident_json import incident_json, task_json
from statusherd.respond.lifecycle import IncidentRules, Missing, missing, next_of
from statusherd.store import incident_members, incidents

T = TypeVar("T")

Deed = Callable[[Connection, str, datetime], T]
"""Does something in a transaction: who does it, and when."""


@dataclass(frozen=True, slots=True)
class Way:
    """The phase that is next, None at the end, and what is missing for it."""

    to: IncidentPhase | None
    lacks: tuple[Missing, ...] = ()


class Act:
    """One deed of a person at the terminal."""

    def __init__(self, ctx: click.Context, author: str | None, *, json_wanted: bool) -> None:
        self._config = config_of(ctx)
        self.who = (author or "").strip() or login()
        self._json_wanted = json_wanted

    def done(self, deed: Deed[Incident], sentence: Callable[[Incident], str]) -> None:
        """Do it, and say so in a sentence on what came of it, or as JSON."""
        found = self._write(deed)
        if self._json_wanted:
            print_json({"incident": incident_json(found)})
            return
        click.echo(shown(sentence(found)))

    def task(self, deed: Deed[Task]) -> None:
        """Do something about a task."""
        found = self._write(deed)
        if self._json_wanted:
            print_json({"task": task_json(found)})
        else:
            state = "done" if found.done_at else "to do"
            click.echo(shown(f"task {found.number} of INC-{found.incident} is {state}: {found.text}"))

    def _write(self, deed: Deed[T]) -> T:
        now = datetime.now(UTC)
        with open_store(self._config) as store:
            try:
                return store.write_now(lambda conn: deed(conn, self.who, now))
            except IncidentRefusedError as error:
                if not error.missing:
                    raise
                raise _told_apart(error) from error


def _told_apart(error: IncidentRefusedError) -> IncidentRefusedError:
    """Tell what is missing line by line; return the error without it."""
    for sentence in error.missing:
        say(f"  {click.style('✗', fg='red')} {shown(sentence)}")
    head = error.message.partition(":")[0]
    return IncidentRefusedError(f"{head} yet", subject=error.subject, remedy=error.remedy)


def opened(
    config: Config, given: Mapping[str, Any], author: str | None, now: datetime
) -> tuple[Incident, tuple[str, ...]]:
    """Open an incident; return it, and the names that are no services of ours."""
    severity = given["severity"]
    asked = Opening(
        title=given["title"],
        author=(author or "").strip() or login(),
        services=given["services"],
        severity=Severity(severity) if severity else None,
        text=given["text"],
        began_at=given["began_at"],
        url=given["url"],
    )
    with open_store(config, create=True) as store:
        made = store.write_now(lambda conn: open_incident(conn, asked, config.services, now))
    known = {service.name.casefold() for service in config.services}
    return made, tuple(name for name in asked.services if name.strip().casefold() not in known)


def listed(
    config: Config, since: datetime | None, service: str | None, limit: int
) -> tuple[Sequence[Incident], bool]:
    """Return incidents, the newest first, and whether there are more. Without `since` those that are open."""
    if not has_store(config):
        return (), False
    wanted = incidents.Listing(is_open=None if since else True, since=since, service=service)
    with open_store(config) as store:
        found = store.read_now(lambda conn: incidents.listed(conn, wanted, limit + 1))
    return found[:limit], len(found) > limit


def seen(config: Config, number: int) -> tuple[Dossier, Way]:
    """Return all of an incident, and what is in the way of its next phase."""

    def work(conn: Connection) -> tuple[Dossier, Way]:
        dossier = dossier_of(conn, number)
        to = next_of(dossier.incident.phase)
        if to is None or dossier.incident.merged_into is not None:
            return dossier, Way(None)
        return dossier, Way(to, missing(dossier.incident, to, facts_of(conn, number), config.incidents))

    with open_store(config) as store:
        return store.read_now(work)


def withheld_alerts(config: Config) -> tuple[Member, ...]:
    """Return the alerts that fire and opened nothing."""
    if not has_store(config):
        return ()
    with open_store(config) as store:
        return store.read_now(incident_members.withheld)


def rules_of(ctx: click.Context) -> IncidentRules:
    """Return what is asked of incidents."""
    return config_of(ctx).incidents


def services_of(ctx: click.Context) -> tuple[Service, ...]:
    """Return our services."""
    return config_of(ctx).services


_UNSTORED: Final = datetime.min.replace(tzinfo=UTC)


def new_task(number: int, text: str, owner: str, due: datetime | None) -> Task:
    """Return a task that is to be stored, which is when it is made."""
    return Task(number, text, _UNSTORED, owner, due)


def length(text: str) -> timedelta:
    """Return how far back --since goes."""
    try:
        return timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        message = f'{text[:60]!r} is no length of time. Write it like "12h" or "7d".'
        raise click.BadParameter(message, param_hint="'--since'") from None
