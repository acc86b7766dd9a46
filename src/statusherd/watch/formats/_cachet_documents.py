"""What a document of Cachet's API holds: told by the shape of its rows, in version 1 and in JSON:API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from statusherd.watch.reading.values import Object, as_object, number, objects, string

_API: Final = re.compile(
    r"/api/(v\d+/)?(?P<kind>components/groups|components|incidents|schedules|status|ping|version)(?:[/?#].*)?$"
)
_NAME: Final = re.compile(r"(components/groups|components|incidents|schedules)(?:\.json)?/?$")
_ROLLUP_WORDS: Final = frozenset({"success", "info", "warning", "danger"})


class Kind(StrEnum):
    """The documents of the API."""

    COMPONENTS = "components"
    GROUPS = "components/groups"
    INCIDENTS = "incidents"
    SCHEDULES = "schedules"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Answer:
    """One document: its kind (None: an empty list of who knows what), its rows, and what surrounds them."""

    kind: Kind | None
    rows: tuple[Object, ...] = ()
    is_whole: bool = True
    """There is no further page."""
    is_list: bool = True
    groups: Mapping[str, str] = field(default_factory=dict)


def place_of(address: str) -> tuple[str, bool]:
    """Return the root of the page with a slash at its end, and whether its API is the one without version."""
    match = _API.search(address)
    root = address[: match.start()] if match else re.split(r"[?#]", address, maxsplit=1)[0]
    return f"{root.rstrip('/')}/", match is not None and match[1] is None


def read_answer(root: Object, url: str) -> Answer | None:
    """Return what `root` holds, None where it is no document of Cachet."""
    data = root.get("data")
    if isinstance(data, dict):
        return _single(data)
    if not isinstance(data, list):
        return None
    if not data:
        return Answer(_kind_by_name(url)) if _is_paged(root) else None
    rows = tuple(_flat(as_object(item)) for item in data)
    kinds = {_kind(row) for row in rows}
    kind = kinds.pop()
    if kinds or kind is None or not all(string(row.get("id")) for row in rows):
        return None
    if kind is Kind.GROUPS:
        return _groups(rows)
    return Answer(kind, rows, _is_whole(root))


def _single(data: Object) -> Answer | None:
    row = _flat(data)
    if _is_rollup(data, row):
        return Answer(Kind.STATUS, (row,))
    kind = _kind(row)
    if kind in (None, Kind.GROUPS) or not string(row.get("id")):
        return None
    return Answer(kind, (row,), is_whole=False, is_list=False)


def _is_rollup(data: Object, row: Object) -> bool:
    if data.get("type") == "status":
        return isinstance(row.get("status"), str)
    return "id" not in data and string(data.get("status")) in _ROLLUP_WORDS and "message" in data


def _flat(row: Object) -> Object:
    """Return a row of version 1 as it is; of a JSON:API row what it has in its attributes, and its ties."""
    attributes = row.get("attributes")
    if not isinstance(attributes, dict):
        return row
    plain = {key: _plain(value) for key, value in attributes.items()}
    ties = as_object(as_object(row.get("relationships")).get("components")).get("data")
    return plain | {"id": row.get("id"), "type": row.get("type"), "ties": ties}


def _plain(value: object) -> object:
    """Return the value of a status {human, value} and the text of a time {human, string}."""
    if isinstance(value, dict):
        return value.get("value", value.get("string"))
    return value


def _kind(row: Object) -> Kind | None:
    if isinstance(row.get("type"), str):
        return _kind_by_type(row)
    if "visible" in row or "is_resolved" in row or "latest_status" in row:
        return Kind.INCIDENTS if "status" in row else None
    if "scheduled_at" in row:
        return Kind.SCHEDULES if "status" in row else None
    if "enabled_components" in row:
        return Kind.GROUPS
    return Kind.COMPONENTS if {"name", "status", "group_id"} <= row.keys() else None


def _kind_by_type(row: Object) -> Kind | None:
    if not {"name", "status", "created"} <= row.keys():
        return None
    match row["type"]:
        case "components":
            return Kind.COMPONENTS
        case "incidents":
            return Kind.INCIDENTS
        case "schedules":
            return Kind.SCHEDULES
        case _:
            return None


def _kind_by_name(url: str) -> Kind | None:
    match = _NAME.search(re.split(r"[?#]", url, maxsplit=1)[0])
    return Kind(match[1]) if match else None


def _groups(rows: tuple[Object, ...]) -> Answer:
    """Return the components beneath the groups, and the groups' names."""
    members = tuple(row for group in rows for row in objects(group.get("enabled_components")))
    named = {string(group.get("id")) or "": string(group.get("name")) or "" for group in rows}
    return Answer(Kind.GROUPS, tuple(row for row in members if string(row.get("id"))), groups=named)


def _is_paged(root: Object) -> bool:
    meta = as_object(root.get("meta"))
    return "total" in as_object(meta.get("pagination")) or "current_page" in meta


def _is_whole(root: Object) -> bool:
    meta = as_object(root.get("meta"))
    paging = as_object(meta.get("pagination")) or meta
    pages = number(paging.get("total_pages")) or number(paging.get("last_page")) or 1
    return pages <= 1 and not string(as_object(root.get("links")).get("next"))
