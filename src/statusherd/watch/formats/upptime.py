"""Upptime: history/summary.json of the repository in which GitHub's runners note their checks.

Facts: summaries of real repositories (2023, 2026). It is a list of sites with `status` up, down or degraded;
it holds no time, no rollup and no incidents (those are issues of the repository). `url` may be the name of a
secret, `dailyMinutesDown` is history.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.errors import LookError
from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, load_json, string
from statusherd.watch.reading.words import Notes

NAME = "upptime"
IS_PLATFORM = False

STATES: Final[Mapping[str, Status]] = {
    "up": Status.OPERATIONAL,
    "down": Status.MAJOR_OUTAGE,
    "degraded": Status.DEGRADED,
}
_SUMMARY: Final = "history/summary.json"
_RAW: Final = "https://raw.githubusercontent.com"
_SITE_KEYS: Final = frozenset({"name", "slug", "status", "uptime", "time"})
CLUES: Final = Clues(
    in_address=(
        (
            re.compile(r"^https?://github\.com/([^/]+)/([^/?#]+)"),
            rf"{_RAW}/\1/\2/master/history/summary.json",
        ),
        (re.compile(r"^https?://github\.com/([^/]+)/([^/?#]+)"), rf"{_RAW}/\1/\2/main/history/summary.json"),
    )
)


def recognise(document: Document) -> Recognition | None:
    """A list of sites with slug, status, uptime and response time."""
    if document.text.lstrip()[:1] != "[" or '"slug"' not in document.text:
        return None
    try:
        _sites(document)
    except LookError:
        return None
    return Recognition(96, "sites with slug, status, uptime and time")


def endpoints(address: str) -> Endpoints:
    """The summary of the repository that `address` names: on GitHub, its page there, or a copy elsewhere."""
    parts = urlsplit(address)
    host, names = parts.hostname or "", [name for name in parts.path.split("/") if name]
    if parts.path.endswith(".json"):
        return Endpoints(look=(address,))
    if host in ("github.com", "www.github.com") and len(names) > 1:
        return _in_repository(names[0], names[1], _branch(names))
    if host.endswith(".github.io"):
        owner = host.removesuffix(".github.io")
        return _in_repository(owner, names[0] if names else host)
    return Endpoints(look=(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/{_SUMMARY}",))


def _branch(names: Sequence[str]) -> str:
    return names[3] if len(names) > 3 and names[2] in ("tree", "blob") else "HEAD"


def _in_repository(owner: str, repository: str, branch: str = "HEAD") -> Endpoints:
    name = repository.removesuffix(".git")
    return Endpoints(look=(f"{_RAW}/{owner}/{name}/{branch}/{_SUMMARY}",))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the summaries; every site is a component."""
    notes = Notes()
    sites = {_slug(site): site for document in documents for site in _sites(document)}
    components = tuple(_component(slug, site, notes) for slug, site in sites.items())
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, (), ()),
        components=components,
        coverage=Coverage(components=True),
        warnings=notes.all,
    )


def _sites(document: Document) -> list[Object]:
    """Return the sites of `document`; an empty list could be anybody's and proves nothing."""
    value = load_json(document)
    sites = [as_object(item) for item in value] if isinstance(value, list) else []
    if not sites or not all(site.keys() >= _SITE_KEYS and _slug(site) for site in sites):
        raise not_this("Upptime", document, "no list of sites with slug, status, uptime and time")
    return sites


def _slug(site: Object) -> str:
    slug = site.get("slug")
    return (string(slug) or "") if isinstance(slug, str) else ""


def _component(slug: str, site: Object, notes: Notes) -> Component:
    return Component(
        id=slug,
        name=plain_line(string(site.get("name"))) or plain_line(slug),
        status=notes.look_up(STATES, site.get("status"), Status.UNKNOWN, "site status"),
    )
