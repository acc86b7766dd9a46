"""Riot Games: what is wrong on one platform (a region's shard) of one of its games.

Facts: the description of each game's status API (`/lol/status/v4/platform-data`, `/val/status/v1/…`), which
wants a key, a maintenance of November 2021, and several clients of the public mirror
`https://<game>.secure.dyn.riotcdn.net/channels/public/x/status/<platform>.json`, which has the same shape.
Both lists are whole: what is not listed is over. `archive_at` is when an entry leaves the page, not when work
ends; the start of planned work stands in words only. An incident of severity info is a notice. There is no
rollup, and no state of parts: an entry names the kinds of devices, which are no components here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from statusherd.model.errors import CatalogError
from statusherd.model.records import Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import identity, once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import MAINTENANCE_PHASES, Notes

NAME = "riot"

SEVERITIES: Final[Mapping[str, Impact]] = {
    "info": Impact.NONE,
    "warning": Impact.MINOR,
    "critical": Impact.CRITICAL,
}
_WINDOWS: Final = {**MAINTENANCE_PHASES, "complete": MaintenancePhase.COMPLETED}
_LOCALES: Final = ("en_US", "en_GB", "en_AU")
_GAMES: Final[Mapping[str, str]] = {"val": "valorant", "lor": "bacon"}
"""The host of the mirror where a game has another name there than in its API and on its page."""
_API: Final = re.compile(r"^/(\w+)/status/v\d+/platform-data/?$")
_MIRROR: Final = "https://{game}.secure.dyn.riotcdn.net/channels/public/x/status/{platform}.json"
_PLATFORM: Final = re.compile(r"^[a-z0-9]{2,12}$")


def _of_page(match: re.Match[str]) -> str:
    return _mirror(match[1], match[2].lower())


def _mirror(game: str, platform: str) -> str:
    return _MIRROR.format(game=_GAMES.get(game, game), platform=platform)


CLUES: Final = Clues(
    in_address=(
        (
            re.compile(
                r"^https?://status\.riotgames\.com/(\w{2,20})/?\?(?:[^#]*&)?region=([A-Za-z0-9]{2,12})\b"
            ),
            _of_page,
        ),
    )
)


def recognise(document: Document) -> Recognition | None:
    """The lists of maintenances and incidents beside the locales of a platform."""
    text = document.text
    if '"maintenances"' not in text or '"locales"' not in text or not _is_platform(try_object(document)):
        return None
    return Recognition(95, "maintenances and incidents beside locales")


def endpoints(address: str) -> Endpoints:
    """The platform's document; its public mirror for the address of a page, or of an API without its key."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    if host == "status.riotgames.com":
        return Endpoints(look=(_mirror_of_page(address, parts),))
    api = _API.match(parts.path)
    if api and host.endswith(".api.riotgames.com") and "api_key" not in parse_qs(parts.query):
        return Endpoints(look=(_mirror(api[1], host.partition(".")[0]),))
    return Endpoints(look=(address,))


def _mirror_of_page(address: str, parts: SplitResult) -> str:
    game = parts.path.strip("/").partition("/")[0].lower()
    platform = next(iter(parse_qs(parts.query).get("region", [])), "").lower()
    if game.isalnum() and _PLATFORM.match(platform):
        return _mirror(game, platform)
    raise CatalogError(
        "the address of Riot's status page must name the game and the region",
        subject=address,
        remedy="Choose both on the page and give its address then, as https://…/lol?region=euw1",
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the platforms; several may be of one look."""
    notes = Notes()
    platforms = [_read(document) for document in documents]
    incidents = once(
        _incident(row, _region(platform), look.now, notes)
        for platform in platforms
        for row in objects(platform["incidents"])
    )
    maintenances = once(
        _maintenance(row, look.now, notes)
        for platform in platforms
        for row in objects(platform["maintenances"])
    )
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, (), incidents, maintenances, silence=Status.OPERATIONAL),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(incidents=True, maintenances=True),
        warnings=notes.all,
        page_name=next(filter(None, (plain_line(string(p.get("name"))) for p in platforms)), None),
        rereads_at=_rereads_at(platforms, look.now),
    )


def _is_platform(root: Object) -> bool:
    has_lists = isinstance(root.get("incidents"), list) and isinstance(root.get("maintenances"), list)
    return has_lists and isinstance(root.get("locales"), list) and bool(string(root.get("id")))


def _read(document: Document) -> Object:
    root = as_object(load_json(document))
    if not _is_platform(root):
        raise not_this("Riot", document, "no id and locales beside incidents and maintenances")
    return root


def _region(platform: Object) -> str:
    return plain_line(string(platform["id"]))


def _incident(row: Object, region: str, now: datetime, notes: Notes) -> VendorIncident:
    archived_at = parse_time(row.get("archive_at"))
    is_over = archived_at is not None and archived_at <= now
    phase = Phase.RESOLVED if is_over else Phase.INVESTIGATING
    updates = _updates(row, phase)
    title = _translated(row.get("titles"), plain_line)
    started_at = parse_time(row.get("created_at")) or (updates[0].at if updates else None)
    stamps = (parse_time(row.get("updated_at")), started_at, *(update.at for update in updates))
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=notes.look_up(SEVERITIES, row.get("incident_severity"), Impact.UNKNOWN, "severity"),
        phase=phase,
        started_at=started_at,
        updated_at=max((at for at in stamps if at is not None), default=None),
        resolved_at=archived_at if is_over else None,
        regions=(region,),
        updates=updates,
    )


def _maintenance(row: Object, now: datetime, notes: Notes) -> Maintenance:
    archived_at = parse_time(row.get("archive_at"))
    word = row.get("maintenance_status")
    phase = notes.look_up(_WINDOWS, word, MaintenancePhase.SCHEDULED, "maintenance status")
    if archived_at is not None and archived_at <= now and not phase.is_over:
        phase = MaintenancePhase.COMPLETED
    title = _translated(row.get("titles"), plain_line)
    updates = _updates(row, phase)
    posted_at = parse_time(row.get("created_at")) or (updates[0].at if updates else None)
    return Maintenance(
        id=identity(row.get("id"), title, posted_at), title=title, phase=phase, updates=updates
    )


def _updates(row: Object, phase: Phase | MaintenancePhase) -> tuple[Update, ...]:
    found = []
    for update in objects(row.get("updates")):
        at = parse_time(update.get("created_at")) or parse_time(update.get("updated_at"))
        if at is not None and update.get("publish") is not False:
            found.append(Update(at, phase, _translated(update.get("translations"), plain_text)))
    return tuple(sorted(found, key=lambda update: update.at))


def _translated(rows: object, plain: Callable[[str], str]) -> str:
    """Return the English text among translations, else the first of any language."""
    texts: dict[str, str] = {}
    for row in objects(rows):
        texts.setdefault(string(row.get("locale")) or "", string(row.get("content")) or "")
    ordered = (*(texts.get(locale, "") for locale in _LOCALES), *texts.values())
    return plain(next(filter(None, ordered), ""))


def _rereads_at(platforms: Iterable[Object], now: datetime) -> datetime | None:
    """Return when an entry will leave the page, which is its end at the latest."""
    rows = (
        row
        for platform in platforms
        for part in ("incidents", "maintenances")
        for row in objects(platform[part])
    )
    edges = (at for row in rows if (at := parse_time(row.get("archive_at"))) is not None and at > now)
    return min(edges, default=None)
