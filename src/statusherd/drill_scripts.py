"""What a drill plays: an incident that the store remembers, or a script. Bytes in, records out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from statusherd.config_values import parse_duration
from statusherd.model.errors import StatusherdError
from statusherd.model.records import Component, Update, VendorIncident
from statusherd.model.words import Impact, Phase
from statusherd.watch.past import PastIncident

_START: Final = datetime(2000, 1, 1, tzinfo=UTC)
_KEYS: Final = frozenset({"vendor", "title", "impact", "components", "post"})
_POST_KEYS: Final = frozenset({"after", "phase", "text"})
_IMPACTS: Final = [impact.value for impact in Impact if impact is not Impact.UNKNOWN]
_PHASES: Final = [phase.value for phase in Phase]


def of_stored(vendor: str, incident: VendorIncident, components: Mapping[str, Component]) -> PastIncident:
    """Return a stored incident as a page showed it post by post."""
    named = tuple(components[key].name if key in components else key for key in incident.component_ids)
    posts = tuple(sorted(incident.updates, key=lambda post: post.at))
    started_at = incident.started_at or (posts[0].at if posts else _START)
    has_end = bool(posts) and posts[-1].phase is Phase.RESOLVED
    ends_at = None if has_end or incident.resolved_at is None else incident.resolved_at
    return PastIncident(
        vendor=vendor,
        id=incident.id,
        title=incident.title,
        impact=incident.impact,
        components=named,
        started_at=started_at,
        resolved_at=incident.resolved_at,
        ends_at=ends_at,
        posts=posts,
        url=incident.url,
    )


def read_script(text: str, subject: str) -> PastIncident:
    """Read a script; raise StatusherdError with all its mistakes and a remedy each."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StatusherdError(f"is no TOML: {error}", subject=subject, remedy="Correct the line") from error
    if mistakes := _mistakes(table):
        raise StatusherdError(
            "cannot be played: " + "; ".join(mistakes), subject=subject, remedy="docs/drill.md has an example"
        )
    return _incident(table)


def _mistakes(table: Mapping[str, object]) -> list[str]:
    posts = table.get("post")
    found = [f"{key!r} is an unknown key" for key in sorted(table.keys() - _KEYS)]
    found += [f"{key} is missing, or no text" for key in ("vendor", "title") if not _is_text(table.get(key))]
    if table.get("impact", "major") not in _IMPACTS:
        found.append(f"impact must be one of {', '.join(_IMPACTS)}")
    components = table.get("components", [])
    if not isinstance(components, list) or not all(map(_is_text, components)):
        found.append('components must be a list of names, like ["API"]')
    if not isinstance(posts, list) or not posts or not all(isinstance(post, dict) for post in posts):
        return [*found, "there is no [[post]]"]
    return [*found, *(m for n, post in enumerate(posts, 1) for m in _post_mistakes(n, post))]


def _post_mistakes(number: int, post: Mapping[str, object]) -> list[str]:
    found = [f"post {number}: {key!r} is an unknown key" for key in sorted(post.keys() - _POST_KEYS)]
    try:
        parse_duration(post.get("after", "0s"))
    except ValueError as error:
        found.append(f"post {number}: after {error}")
    if post.get("phase") not in _PHASES:
        found.append(f"post {number}: phase must be one of {', '.join(_PHASES)}")
    if not _is_text(post.get("text", "-")):
        found.append(f"post {number}: text must be a text")
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _incident(table: Mapping[str, object]) -> PastIncident:
    rows = cast("list[dict[str, str]]", table["post"])
    posts = tuple(
        Update(_START + timedelta(seconds=parse_duration(row.get("after", "0s"))), Phase(row["phase"]),
               row.get("text", ""))
        for row in rows
    )  # fmt: skip
    ordered = tuple(sorted(posts, key=lambda post: post.at))
    ended = ordered[-1].at if ordered[-1].phase is Phase.RESOLVED else None
    return PastIncident(
        vendor=str(table["vendor"]),
        id="script",
        title=str(table["title"]),
        impact=Impact(str(table.get("impact", "major"))),
        components=tuple(cast("list[str]", table.get("components", []))),
        started_at=ordered[0].at,
        resolved_at=ended,
        ends_at=None,
        posts=ordered,
    )
