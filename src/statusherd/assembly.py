"""Putting the parts together: from a Config to a running installation."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection

from statusherd.clock import Clock, SystemClock
from statusherd.config import Config
from statusherd.config_tokens import by_origin
from statusherd.daemon import Daemon, Sources
from statusherd.diagnosing import Diagnostics
from statusherd.dispatch import Dispatcher, owner_name
from statusherd.heartbeat import Heart, Switch
from statusherd.inbox_desk import InboxDesk
from statusherd.incidents import apply_signals
from statusherd.incidents.desk import StoreDesk
from statusherd.intaking import Intaking, Take
from statusherd.link_key import link_key
from statusherd.maintaining import maintained
from statusherd.model.intake import Intake
from statusherd.model.signals import Signal
from statusherd.notify.ack_links import Links
from statusherd.notify.deliver import AppriseSender, Sender
from statusherd.operating import Operations
from statusherd.pipeline import Pipeline
from statusherd.probing import Probing
from statusherd.reporting import Reports
from statusherd.responding import Responding
from statusherd.setup import Setup
from statusherd.setup_reading import setup_of
from statusherd.store.engine import Store
from statusherd.store.lock import RunnerLock
from statusherd.triaging import TriageDesk
from statusherd.watch.addresses import PRIVATE_TOO, PUBLIC_ONLY, AddressGuard
from statusherd.watch.fetch import Fetcher, FetchLimits
from statusherd.watch.fetching.doors import tls_context, user_agent
from statusherd.watch.fetching.names import PatientResolver, SystemResolver
from statusherd.watch.probe import Prober
from statusherd.watch.read import Fetches
from statusherd.web import AckDesk, Desks, answering


def take_signals(
    conn: Connection, intake: Intake, signals: Sequence[Signal], setup: Setup, now: datetime
) -> None:
    """Let what an intake received do what it does to our incidents."""
    names = (service.name for service in setup.services.services)
    apply_signals(conn, intake, signals, setup, now, maintained(names))


@dataclass(frozen=True, slots=True)
class Installation:
    """All parts of one installation, open and ready."""

    store: Store
    fetcher: Fetches
    pipeline: Pipeline
    dispatcher: Dispatcher
    clock: Clock
    heart: Heart
    probing: Probing
    intaking: Intaking | None = None
    """None where nobody can deliver: nothing listens."""


@asynccontextmanager
async def installation(
    config: Config,
    *,
    clock: Clock | None = None,
    sender: Sender | None = None,
    fetcher: Fetches | None = None,
    take: Take = take_signals,
) -> AsyncIterator[Installation]:
    """Open what `config` describes: the lock, the store, the HTTP client, the sender.

    Raise StoreError where another process runs the same store, or it cannot be used. Clock, sender and
    fetcher can be replaced by those of `statusherd.testing`. `take` is what is done with signals of senders.
    """
    clock = clock or SystemClock()
    config.daemon.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with RunnerLock.acquire(config.database.url), Store.open(config.database.url) as store:
        async with fetcher_of(config) as own_fetcher:
            fetches: Fetches = fetcher or own_fetcher
            pipeline = Pipeline(store, fetches, clock, setup_of(config))
            dispatcher = Dispatcher(
                store, sender or AppriseSender(), clock, lambda: pipeline.setup, owner_name()
            )
            if (links := links_of(config)) is not None:
                dispatcher.link_of = links.address
            heart = Heart(fetches, store, clock, switch_of(config))
            intaking = Intaking(store, clock, lambda: pipeline.setup, take) if config.web.listen else None
            async with prober_of(config, clock) as prober:
                checks = Diagnostics(store, prober, clock, lambda: pipeline.setup.probes)
                pipeline.announcer.diagnose = checks.diagnose
                probing = Probing(store, prober, clock, lambda: pipeline.setup, pipeline.states)
                yield Installation(store, fetches, pipeline, dispatcher, clock, heart, probing, intaking)


def daemon_of(parts: Installation, sources: Sources, *, rng: random.Random | None = None) -> Daemon:
    """Return the daemon over an open installation; `rng` for those who want the same jitter each time."""
    responding, intaking = Responding(parts.pipeline, parts.clock), parts.intaking
    daemon = Daemon(
        parts.store,
        parts.pipeline,
        parts.dispatcher,
        parts.clock,
        sources,
        rng=rng,
        heart=parts.heart,
        loops=(responding.run, parts.probing.run, *((intaking.run,) if intaking else ())),
    )
    responding.told, daemon.on_incidents = daemon.route_soon, responding.soon.set
    parts.probing.told = daemon.route_soon
    if intaking is not None:
        intaking.on_taken, intaking.look = responding.soon.set, daemon.look_soon
    return daemon


def links_of(config: Config) -> Links | None:
    """Return what makes and checks the links in messages, None where people reach us nowhere."""
    return Links(config.web.url, link_key(config.daemon.data_dir)) if config.web.url else None


def web_of(config: Config, parts: Installation) -> AbstractAsyncContextManager[int | None]:
    """Return the web of an open installation: it answers as long as it is entered."""
    pipeline = parts.pipeline
    desk = AckDesk(parts.store, parts.clock, lambda: pipeline.setup, links_of(config))
    intaking = parts.intaking
    inbox = (
        InboxDesk(parts.store, parts.clock, lambda: pipeline.setup, intaking.arrived) if intaking else None
    )
    desks = Desks(
        ack=desk,
        incidents=StoreDesk(parts.store, parts.clock, lambda: pipeline.setup),
        operations=Operations(parts.store, parts.clock, lambda: pipeline.setup, config.daemon.data_dir),
        inbox=inbox,
        triage=TriageDesk(parts.store, parts.clock, lambda: pipeline.setup),
        now=parts.clock.now,
        reports=Reports(parts.store, parts.clock, lambda: pipeline.setup),
    )
    return answering(config.web, desks)


def switch_of(config: Config) -> Switch | None:
    """Return where the heartbeat goes; None where none is configured or its secret cannot be had."""
    heartbeat = config.heartbeat
    return Switch(heartbeat.url, heartbeat.interval) if heartbeat.url else None


def fetcher_of(config: Config) -> Fetcher:
    """Return the HTTP client as configured."""
    http = config.http
    limits = FetchLimits(
        timeout=http.timeout,
        max_body=http.max_body,
        concurrency=http.concurrency,
        per_host=http.per_host,
    )
    return Fetcher(
        limits,
        contact=http.contact,
        proxy=http.proxy,
        allow_private=http.allow_private,
        tokens=by_origin(config.tokens, {vendor.name: vendor for vendor in config.vendors}),
    )


@asynccontextmanager
async def prober_of(config: Config, clock: Clock) -> AsyncIterator[Prober]:
    """Give what makes attempts at endpoints: it dials whom looks may dial."""
    limits = FetchLimits()
    resolver = PatientResolver(SystemResolver(), limits.resolve)
    guard = AddressGuard(PRIVATE_TOO if config.http.allow_private else PUBLIC_ONLY)
    try:
        yield Prober(resolver, guard, tls_context(), user_agent(config.http.contact), clock)
    finally:
        await resolver.close()


def secrets_of(config: Config) -> tuple[str, ...]:
    """Return every text that must not show in a log: whole addresses, and the credentials in them."""
    addresses = [*(channel.url for channel in config.channels), config.heartbeat.url or ""]
    addresses += [text for text in (config.database.url, config.http.proxy) if text and "@" in text]
    found = [*addresses, *(token.place.text for token in config.tokens.values() if token.is_inline)]
    found.append(config.web.admin_token or "")
    found += [text for each in config.access.values() for text in (each.token, each.secret) if text]
    for address in addresses:
        parts = urlsplit(address)
        found += [unquote(part) for part in (parts.password, parts.username) if part]
        found += [unquote(part) for part in parts.path.split("/") if len(part) > 11]
    return tuple(dict.fromkeys(filter(None, found)))
