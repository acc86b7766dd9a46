"""The items of IBM Cloud's feed: a text, and behind it lines with a label for what its fields say.

Labels: `Type` (incident, maintenance, announcement, release, security), `Regions`, `Resources`, `Outage
Start`, `Outage End`, `Update Time`. They stand on lines of their own or one behind another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from statusherd.watch.formats._lists import identity
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import link
from statusherd.watch.reading.words import fold

MAX_ITEMS: Final = 3_000
"""Some hundred items are usual; more than this are not read."""
NEWS: Final = frozenset(["announcement", "release", "security", "releasenote", "releasenotes"])
"""What the feed tells besides of trouble and work: what was sold, changed or patched."""
_LABEL: Final = re.compile(
    r"(?:^|(?<=\s))(Type|Regions?|Resources?|Outage Start|Outage End|Update Time)[ \t]{0,3}:", re.IGNORECASE
)
_REGION: Final = re.compile(
    r"\b(?:us-(?:south|east)|eu-(?:de|gb|es|fr2)|jp-(?:tok|osa)|au-syd|ca-(?:tor|mon)|br-sao|in-(?:che|mum)|kr-seo)\b"
)
_CODE: Final = re.compile(r"[a-z]{2}-[a-z]{2,8}\d?(?:-\d)?$")
_SEPARATORS: Final = re.compile(r"[,;\s]+")
_MAX_NAMES: Final = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One item with its fields. `kind` is its type, folded, and empty where it names none."""

    id: str
    kind: str
    title: str
    text: str
    link: str | None
    at: datetime | None
    updated_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    regions: tuple[str, ...]
    resources: tuple[str, ...]


def notices(rows: Iterable[Mapping[str, str]]) -> Iterator[Notice]:
    """Yield the items of the feed that are no news. `rows` are their plain fields."""
    for row in rows:
        notice = _notice(row)
        if notice.kind not in NEWS:
            yield notice


def _notice(row: Mapping[str, str]) -> Notice:
    text, fields = _split(plain_text(row.get("description") or row.get("encoded")))
    title = plain_line(row.get("title"))
    at = parse_time(row.get("pubDate"))
    starts_at, ends_at, updated_at = (
        parse_time(_stamp(fields.get(label, ""))) for label in ("outagestart", "outageend", "updatetime")
    )
    return Notice(
        id=identity(row.get("guid"), title, at),
        kind=fold(fields.get("type", "").split(maxsplit=1)[0] if fields.get("type") else ""),
        title=title or "(untitled)",
        text=text,
        link=link(row.get("link", "").strip()),
        at=at,
        updated_at=max((stamp for stamp in (at, updated_at) if stamp), default=None),
        starts_at=starts_at,
        ends_at=ends_at,
        regions=_regions(fields, title),
        resources=_names(fields.get("resources", "")),
    )


def _split(text: str) -> tuple[str, Mapping[str, str]]:
    """Return a text without its fields, and the fields by their folded label; the last of each counts."""
    found = list(_LABEL.finditer(text))
    last = {_folded(match[1]): index for index, match in enumerate(found)}
    kept = [found[index] for index in sorted(last.values())]
    if not kept:
        return text, {}
    ends = [match.start() for match in kept[1:]] + [len(text)]
    fields = {
        _folded(match[1]): text[match.end() : end].strip() for match, end in zip(kept, ends, strict=True)
    }
    return text[: kept[0].start()].strip(), fields


def _folded(label: str) -> str:
    word = fold(label)
    return f"{word}s" if word in ("region", "resource") else word


def _stamp(text: str) -> str:
    """Return the time that a field begins with: its zone is UTC where none stands behind it."""
    return plain_line(text.partition("\n")[0])[:100]


def _regions(fields: Mapping[str, str], title: str) -> tuple[str, ...]:
    if "regions" in fields:
        return tuple(name for name in _names(fields["regions"].lower()) if _CODE.match(name))
    return tuple(dict.fromkeys(_REGION.findall(title.lower())))


def _names(text: str) -> tuple[str, ...]:
    names = (plain_line(name) for name in _SEPARATORS.split(text)[:_MAX_NAMES])
    return tuple(dict.fromkeys(name for name in names if name))


def newest(notice: Notice) -> datetime:
    """Return the newest stamp of an item, a time long ago where it has none."""
    return notice.updated_at or datetime.min.replace(tzinfo=UTC)
