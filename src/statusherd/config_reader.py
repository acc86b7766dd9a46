"""From parsed TOML to a Config: what more than one key must be asked for, and what is outside the file."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from statusherd import config_heartbeat as heartbeat
from statusherd import config_oncall
from statusherd import config_runbook_schema as books
from statusherd import config_schema as schema
from statusherd.config_channels import check_fallback, check_format, check_template, read_template
from statusherd.config_drill import read_drill
from statusherd.config_escalations import read_escalations
from statusherd.config_freezes import read_freezes
from statusherd.config_incident import read_correlation, read_incident_rules
from statusherd.config_intakes import Beside, IntakeReader
from statusherd.config_pace import check_default_interval, too_often
from statusherd.config_places import default_data_dir
from statusherd.config_probes import ProbeReader, read_early
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted, unknown_key
from statusherd.config_records import (
    Config,
    Daemon,
    Database,
    Heartbeat,
    Http,
    SourceFile,
    Web,
    is_private,
    least_interval,
)
from statusherd.config_routes import RouteReader
from statusherd.config_runbooks import RunbookReader
from statusherd.config_schema import SectionT, read_section
from statusherd.config_secrets import MissingSecretError, fetch_secret
from statusherd.config_services import OurSide, OurSideReader, OurTables
from statusherd.config_tokens import Token, shown_to
from statusherd.config_upstreams import check_upstreams, read_quorum
from statusherd.config_values import SecretPlace, is_http
from statusherd.config_vendors import check_options, check_reach, contact_of
from statusherd.config_waits import checked_quiet
from statusherd.config_web import web_of
from statusherd.model.errors import CatalogError
from statusherd.model.incidents import Contact
from statusherd.model.intake import Access, Intake
from statusherd.model.routing import Route
from statusherd.model.runbooks import Runbooks
from statusherd.model.services import OWNER
from statusherd.model.vendors import DETECT, WatchedVendor
from statusherd.model.words import Impact
from statusherd.notify.channels import Channel, Format
from statusherd.notify.channels import problems as url_problems
from statusherd.notify.languages import ENGLISH
from statusherd.watch.catalog import Catalog
from statusherd.watch.formats import format_names


class Reader:
    """Makes a Config of parsed TOML, noting all that is wrong on the way."""

    def __init__(self, file: SourceFile, raw: Mapping[str, Any], *, need_secrets: bool) -> None:
        self.file = file
        self.folder = file.path.parent
        self.raw = raw
        self.problems = Problems(file.text)
        self.need_secrets = need_secrets
        self.catalog = Catalog(own=self.folder / "providers")
        self.has_inline_secrets = False
        self.http = Http()
        self.tokens: dict[str, Token] = {}
        self.contacts: dict[str, Contact] = {}
        self.zones: Mapping[str, str] = {}  # of the channels that are one person's

    def read(self) -> Config:
        self._refuse_unknown_keys()
        daemon = self._daemon()
        database = self._database(daemon.data_dir)
        self.http = self._http()
        vendors = self._vendors()
        check_upstreams(self.raw, vendors, self.problems)
        people, oncalls = self._sections(schema.Person, "person"), self._sections(schema.OnCall, "oncall")
        roster = config_oncall.read_roster(people, oncalls, daemon.timezone, self.problems)
        self.zones = config_oncall.zones_of(roster)
        channels = self._channels(daemon.timezone)
        names = [channel.name for channel in channels]
        config_oncall.check_channels(people, names, self.problems)
        targets = [*names, *map(config_oncall.target_of, roster.rotations)]
        ours = self._ours(vendors, targets, daemon.timezone)
        escalations = read_escalations(
            self._sections(schema.Escalation, "escalation"), targets, self.problems
        )
        routes = self._routes(vendors, [*targets, *(each.target for each in escalations)], ours)
        check_default_interval(self.http, vendors, self.problems)
        web = self._web()
        intakes, access = self._intakes(Beside(web.listen, tuple(vendors), ours.services))
        self._check_modes()
        return Config(
            path=self.file.path,
            daemon=daemon,
            database=database,
            http=self.http,
            vendors=vendors,
            channels=channels,
            routes=routes,
            services=ours.services,
            teams=ours.teams,
            severities=ours.severities,
            tokens=self.tokens,
            roster=roster,
            heartbeat=self._heartbeat(),
            escalations=escalations,
            drill=read_drill(self._section(schema.Drill, "drill"), names, self.problems),
            quorum=read_quorum(self._section(schema.Quorum, "quorum"), vendors, self.problems),
            correlation=read_correlation(self._section(schema.Correlation, "correlation")),
            incidents=read_incident_rules(self._section(schema.IncidentRules, "incident")),
            freezes=read_freezes(self._sections(schema.Freeze, "freeze"), ours, daemon, self.problems),
            runbooks=self._runbooks(vendors, ours),
            contacts=self.contacts,
            web=web,
            intakes=intakes,
            access=access,
            probes=ProbeReader(self.problems, vendors, self.http).read(self._sections(schema.Probe, "probe")),
            early=read_early(self._section(schema.Early, "early")),
            warnings=self.problems.warnings,  # the last: reading the others adds to them
        )

    def _refuse_unknown_keys(self) -> None:
        ours = ("service", "team", "severity", "channel", "person", "oncall", "escalation", "freeze", "route")
        more = ("vendor", *ours, "runbooks", "runbook")
        known = (
            "daemon",
            "database",
            "http",
            "heartbeat",
            "quorum",
            "web",
            "drill",
            "incident",
            "correlation",
            "intake",
            "early",
            "probe",
            *more,
        )
        for key in self.raw:
            if key not in known:
                self.problems.add((key,), unknown_key(key, known))

    def _section(self, kind: type[SectionT], key: str) -> SectionT:
        return read_section(kind, self.raw.get(key, {}), (key,), self.problems)

    def _sections(self, kind: type[SectionT], key: str) -> list[tuple[KeyPath, SectionT]]:
        items = self.raw.get(key, [])
        if not isinstance(items, list):
            self.problems.add((key,), f"must be a list of tables. Write [[{key}]], in double brackets")
            return []
        return [
            ((key, number), read_section(kind, item, (key, number), self.problems))
            for number, item in enumerate(items)
        ]

    def _daemon(self) -> Daemon:
        given = self._section(schema.Daemon, "daemon")
        data_dir = self.folder / given.data_dir if given.data_dir else default_data_dir(self.file.path)
        return Daemon(data_dir, **given.model_dump(exclude_none=True, exclude={"data_dir"}))

    def _database(self, data_dir: Path) -> Database:
        place = self._section(schema.Database, "database").url
        if place is None:
            return Database(f"sqlite:///{data_dir / 'statusherd.db'}")
        path = ("database", "url")
        url = self._secret(place, path, is_needed=True)
        scheme, _, rest = url.partition("://")
        if url and (scheme not in ("sqlite", "postgresql", "postgresql+psycopg") or not rest):
            self.problems.add(path, 'must begin with "sqlite:///" or "postgresql+psycopg://". Correct it')
        self.has_inline_secrets |= place.kind == "inline" and scheme != "sqlite" and "@" in rest
        if scheme == "postgresql":
            return Database(f"postgresql+psycopg://{rest}")
        if scheme == "sqlite" and rest.startswith("/") and not rest.startswith(("//", "/:memory:")):
            return Database(f"sqlite:///{self.folder / rest[1:]}")
        return Database(url)

    def _http(self) -> Http:
        given = self._section(schema.Http, "http")
        values = given.model_dump(exclude_none=True, exclude={"proxy"})
        return Http(**values, proxy=self._proxy(given.proxy))

    def _proxy(self, place: SecretPlace | None) -> str | None:
        if place is None:
            return None
        path = ("http", "proxy")
        url = self._secret(place, path, is_needed=self.need_secrets)
        if url and not is_http(url):
            self.problems.add(path, "must begin with http:// or https:// and name a host. Correct it")
        self.has_inline_secrets |= place.kind == "inline" and "@" in url
        return url or None

    def _heartbeat(self) -> Heartbeat:
        given = self._section(schema.Heartbeat, "heartbeat")
        self.has_inline_secrets |= given.url is not None and given.url.kind == "inline"
        fetch = partial(self._secret, path=heartbeat.PATH, is_needed=self.need_secrets)
        allow = self.http.allow_private
        return heartbeat.heartbeat_of(given, fetch, self.problems, allow_private=allow)

    def _web(self) -> Web:
        given = self._section(schema.Web, "web")
        self.has_inline_secrets |= given.admin_token is not None and given.admin_token.kind == "inline"
        fetch, has_intakes = partial(self._secret, is_needed=self.need_secrets), bool(self.raw.get("intake"))
        return web_of(given, fetch, self.problems, has_intakes=has_intakes)

    def _intakes(self, beside: Beside) -> tuple[tuple[Intake, ...], Mapping[str, Access]]:
        tables = self._sections(schema.Intake, "intake")
        places = [place for _, given in tables for place in (given.token, given.secret) if place]
        self.has_inline_secrets |= any(place.kind == "inline" for place in places)
        fetch = partial(self._secret, is_needed=self.need_secrets)
        return IntakeReader(fetch, beside, self.problems).read(tables)

    # Vendors

    def _vendors(self) -> tuple[WatchedVendor, ...]:
        found: dict[str, WatchedVendor] = {}
        for path, given in self._sections(schema.Vendor, "vendor"):
            vendor = self._vendor(path, given)
            if vendor is None:
                continue
            if vendor.name in found:
                text = f"a vendor named {quoted(vendor.name)} stands above. Rename or remove one"
                self.problems.add((*path, "name"), text)
            found.setdefault(vendor.name, vendor)
        return tuple(found.values())

    def _vendor(self, path: KeyPath, given: schema.Vendor) -> WatchedVendor | None:
        base = self._base(path, given)
        if base is None:
            return None
        if given.format not in (None, base.format):
            base = replace(base, options=(), further=())  # they are the other format's
        vendor = replace(
            base,
            title=given.title or base.title,
            format=given.format or base.format,
            components=given.components or base.components,
            regions=given.regions or base.regions,
            min_impact=Impact(given.min_impact or Impact.NONE),
            interval=given.interval,
            tags=given.tags,
            page_url=given.page or base.page_url,
            upstream=given.upstream,
        )
        self._check_vendor(path, vendor)
        if contact := contact_of(vendor.name, given):
            self.contacts[vendor.name] = contact
        if given.token is not None:
            self._take_token((*path, "token"), vendor, given.token)
        return vendor

    def _take_token(self, path: KeyPath, vendor: WatchedVendor, place: SecretPlace) -> None:
        self._secret(place, path, is_needed=self.need_secrets)
        self.has_inline_secrets |= place.kind == "inline"
        self.tokens[vendor.name] = Token(vendor.name, place, self.folder)
        open_to_all = [o for o in shown_to(vendor) if o.startswith("http://") and not is_private(o)]
        if open_to_all:
            text = f"would be sent to {open_to_all[0]} unencrypted. Write an https:// address"
            self.problems.add(path, text)

    def _base(self, path: KeyPath, given: schema.Vendor) -> WatchedVendor | None:
        """Return name, address and format of a vendor: its own where given, else the catalogue's."""
        if any(self.problems.at((*path, key)) for key in ("name", "page", "endpoint", "format")):
            return None
        address = given.endpoint or given.page
        if address is None:
            return self._known(path, given.name)
        name = given.name or urlsplit(address).hostname or address
        if given.format is None and name not in self.catalog.names():
            text = 'page or endpoint stands without a format. Add format = "…"; `statusherd inspect` tells it'
            self.problems.add(path, text)
            return None
        known = self._known(path, name) if given.format is None else None
        if known:
            return replace(known, address=address, page_url=None, further=())
        return WatchedVendor(name, name, address, given.format or "")

    def _known(self, path: KeyPath, name: str | None) -> WatchedVendor | None:
        if name is None:
            text = "name is missing. Add the name of a vendor in the catalogue, or a page with its format"
            self.problems.add(path, text)
            return None
        try:
            return self.catalog.get(name).watched()
        except CatalogError as error:
            is_known = name in self.catalog.names()
            what = str(error) if is_known else f"{quoted(name)} {error.message}. {error.remedy}"
            self.problems.add((*path, "name"), what)
            return None

    def _check_vendor(self, path: KeyPath, vendor: WatchedVendor) -> None:
        if vendor.format not in (*format_names(), DETECT):
            text = f"{quoted(vendor.format)} is no format. {did_you_mean(vendor.format, format_names())}"
            self.problems.add((*path, "format"), text)
        else:
            check_options(path, vendor, self.problems)
        check_reach(path, vendor, self.problems, allow_private=self.http.allow_private)
        least = least_interval(vendor.address, allow_private=self.http.allow_private)
        if vendor.interval is not None and vendor.interval < least:
            self.problems.add((*path, "interval"), too_often(vendor.interval))

    # Channels

    def _channels(self, timezone: str) -> tuple[Channel, ...]:
        found: dict[str, Channel] = {}
        places: dict[str, KeyPath] = {}
        for path, given in self._sections(schema.Channel, "channel"):
            channel = self._channel(path, given, timezone)
            if channel.name in found:
                text = f"a channel named {quoted(channel.name)} stands above. Rename or remove one"
                self.problems.add((*path, "name"), text)
            elif channel.name:
                found[channel.name], places[channel.name] = channel, path
        for name, path in places.items():
            check_fallback(path, found[name], found, self.problems)
        return tuple(found.values())

    def _channel(self, path: KeyPath, given: schema.Channel, timezone: str) -> Channel:
        for key, value in (("name", given.name), ("url", given.url)):
            if value is None and not self.problems.at((*path, key)):
                self.problems.add(path, f"{key} is missing. Add it to the [[channel]]")
        if given.name == OWNER:
            text = f"in a route {quoted(OWNER)} stands for the owners of services. Take another name"
            self.problems.add((*path, "name"), text)
        channel = Channel(
            name=given.name or "",
            url=self._channel_url((*path, "url"), given.url),
            format=Format(given.format) if given.format else None,
            rate=given.rate,
            fallback=given.fallback,
            timezone=given.timezone or self.zones.get(given.name or "", timezone),
            quiet=checked_quiet((*path, "quiet"), given.quiet, self.problems),
            template=read_template((*path, "template"), given.template, self.folder, self.problems),
            language=given.language or ENGLISH,
        )
        check_format(path, channel, self.problems)
        check_template(path, channel, self.problems)
        return channel

    def _channel_url(self, path: KeyPath, place: SecretPlace | None) -> str:
        if place is None:
            return ""
        self.has_inline_secrets |= place.kind == "inline"
        url = self._secret(place, path, is_needed=self.need_secrets)
        for text in url_problems(url) if url else ():
            self.problems.add(path, text.removeprefix("url "))
        return url

    # Our side, and routes

    def _ours(self, vendors: Sequence[WatchedVendor], channels: Sequence[str], timezone: str) -> OurSide:
        tables = OurTables(
            self._sections(schema.Service, "service"),
            self._sections(schema.Team, "team"),
            self._section(schema.SeverityRules, "severity"),
        )
        return OurSideReader(self.problems, vendors, channels).read(tables, timezone)

    def _routes(
        self, vendors: Sequence[WatchedVendor], channels: Sequence[str], ours: OurSide
    ) -> tuple[Route, ...]:
        tables = self._sections(schema.Route, "route")
        return RouteReader(self.problems, vendors, channels, ours).read(tables)

    def _runbooks(self, vendors: Sequence[WatchedVendor], ours: OurSide) -> Runbooks:
        allowed, tables = self._section(books.Allowed, "runbooks"), self._sections(books.Runbook, "runbook")
        return RunbookReader(self.file.path, self.problems, vendors, ours).read(allowed, tables)

    def _secret(self, place: SecretPlace, path: KeyPath, *, is_needed: bool) -> str:
        """Return the secret that stands at `place`, empty where it cannot be had."""
        try:
            return fetch_secret(place, self.folder)
        except MissingSecretError as error:
            note = self.problems.add if is_needed else self.problems.warn
            note(path, str(error))
            return ""

    def _check_modes(self) -> None:
        if self.has_inline_secrets and self.file.mode & stat.S_IROTH:
            text = f"{self.file.path} holds secrets and every user can read it. Run chmod o-r on it"
            self.problems.warn((), text)
