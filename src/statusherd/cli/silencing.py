"""Silences as the command line asks for them and shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from statusherd.cli.login import login
from statusherd.cli.moments import local
from statusherd.cli.output import shown, table, warn
from statusherd.cli.spans import given_end
from statusherd.cli.stores import has_store, open_store, watched_vendors
from statusherd.config import Config
from statusherd.model.errors import StatusherdError
from statusherd.model.selection import matches
from statusherd.model.silences import LONGEST, Silence
from statusherd.model.stamps import iso
from statusherd.model.words import Severity
from statusherd.store import silences as silence_rows


def asked(given: Mapping[str, Any], now: datetime) -> Silence:
    """Return the silence that options ask for; raise UsageError where they ask for none that can be."""
    starts = max(given.get("starts") or now, now)
    silence = Silence(
        starts_at=starts,
        ends_at=given_end(given, starts, "A silence", LONGEST),
        author=(given.get("author") or "").strip() or login(),
        reason=(given.get("reason") or "").strip(),
        vendors=tuple(given.get("vendors", ())),
        components=tuple(given.get("components", ())),
        regions=tuple(given.get("regions", ())),
        services=tuple(given.get("services", ())),
        severities=tuple(Severity(word) for word in given.get("severities", ())),
        events=tuple(given.get("events", ())),
        threads=tuple(given.get("threads", ())),
    )
    if silence.selects_all:
        raise click.UsageError("It would silence everything. Say what: --vendor, --event, --severity, …")
    if not silence.reason:
        raise click.UsageError("The reason is empty. Say why: --reason TEXT")
    return silence


def add_silence(config: Config, silence: Silence, now: datetime) -> Silence:
    """Store a silence and return it with its number; warn where it selects no vendor that is watched."""
    with open_store(config, create=True) as store:
        names = [(v.name, v.title) for v in watched_vendors(config, store).values()]
        for pattern in silence.vendors:
            if not any(matches(pattern, *both) for both in names):
                warn(f"{pattern!r} selects no vendor that is watched")
        return store.write_now(lambda conn: silence_rows.add(conn, silence, now))


def listed(config: Config, since: datetime | None) -> tuple[Silence, ...]:
    """Return the silences that end after `since`, or all."""
    if not has_store(config):
        return ()
    with open_store(config) as store:
        return store.read_now(lambda conn: silence_rows.every(conn, since))


def end_silence(config: Config, number: int, now: datetime) -> Silence:
    """End a silence and return it as it is then; raise StatusherdError where it is over or unknown."""
    with open_store(config) as store:
        ended = store.write_now(lambda conn: silence_rows.expire(conn, number, now))
        silence = store.read_now(lambda conn: silence_rows.numbered(conn, number))
    if silence is None or not ended:
        what = "there is no such silence" if silence is None else "it is over already"
        remedy = "`statusherd silence list` shows those that are on"
        raise StatusherdError(what, subject=f"silence {number}", remedy=remedy)
    return silence


def state_of(silence: Silence, now: datetime) -> str:
    """Return "ahead", "on" or "over"."""
    if silence.ends_at <= now:
        return "over"
    return "on" if silence.is_on(now) else "ahead"


def silence_json(silence: Silence, now: datetime) -> dict[str, object]:
    """Return a silence as in `silence list --json`."""
    return {
        "id": silence.id,
        "state": state_of(silence, now),
        "created_at": iso(silence.created_at),
        "starts_at": iso(silence.starts_at),
        "ends_at": iso(silence.ends_at),
        "author": silence.author,
        "reason": silence.reason,
        "match": {
            "vendor": list(silence.vendors),
            "component": list(silence.components),
            "region": list(silence.regions),
            "service": list(silence.services),
            "severity": [severity.value for severity in silence.severities],
            "event": list(silence.events),
            "thread": list(silence.threads),
        },
    }


def silence_table(every: Sequence[Silence], now: datetime) -> list[str]:
    """Return the lines of a list of silences."""
    head = ("ID", "STATE", "FROM", "UNTIL", "WHAT", "AUTHOR", "REASON")
    return table(head, [_cells(silence, now) for silence in every])


def _cells(silence: Silence, now: datetime) -> tuple[str, ...]:
    return (
        str(silence.id),
        state_of(silence, now),
        local(silence.starts_at, now),
        local(silence.ends_at, now),
        what_of(silence),
        shown(silence.author, 40),
        shown(silence.reason, 80),
    )


def what_of(silence: Silence) -> str:
    """Return what a silence withholds: "vendor github, region us-*"."""
    kinds = {
        "vendor": silence.vendors,
        "component": silence.components,
        "region": silence.regions,
        "service": silence.services,
        "severity": silence.severities,
        "event": silence.events,
        "thread": silence.threads,
    }
    return shown(", ".join(f"{kind} {'|'.join(words)}" for kind, words in kinds.items() if words), 100)


def added_line(silence: Silence, now: datetime) -> str:
    """Return what is said of a new silence."""
    begins = "" if silence.is_on(now) else f"from {local(silence.starts_at, now)} "
    end = local(silence.ends_at, now)
    remedy = f"End it: statusherd silence expire {silence.id}"
    return f"silence {silence.id}: {what_of(silence)} {begins}until {end}. {remedy}"
