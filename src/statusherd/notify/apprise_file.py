"""An Apprise configuration file as entries: its addresses with their tags. Pure; nothing is included.

Both of its forms are read: lines "tag, tag=url", "group=tag" and "include place"; and YAML with urls, tags
and groups. Source of the facts: the documentation of Apprise's text and YAML configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import yaml

MAX_FILE: Final = 1024 * 1024
MAX_ENTRIES: Final = 2000
_LINE: Final = re.compile(r"(?:(?P<tags>[A-Za-z0-9, \t_:-]*?)\s*=\s*)?(?P<url>[A-Za-z0-9]{1,32}://.*)")
_GROUP: Final = re.compile(r"(?P<names>[A-Za-z0-9, \t_-]+?)\s*=\s*(?P<tags>[A-Za-z0-9, \t_-]+)")
_INCLUDE: Final = re.compile(r"include\s+(?P<place>.+)", re.IGNORECASE)
_URL: Final = re.compile(r"[A-Za-z0-9]{1,32}://")
_YAML: Final = re.compile(r"^(?:---|(?:urls|version|groups?|tags?|include|asset)\s*:)", re.MULTILINE)
_TAG_KEYS: Final = ("tag", "tags")


class UnreadableError(ValueError):
    """The file is none of Apprise's. The text is a sentence without any of the file's own words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of the file, a secret as a whole, with its tags.

    `place` is its line in a text file and its number in the list of YAML, both from 1.
    """

    url: str = field(repr=False)
    tags: tuple[str, ...]
    place: int


@dataclass(frozen=True, slots=True)
class AppriseFile:
    """What a file says. `groups` are tags that stand for others; `left` are sentences on the rest."""

    entries: tuple[Entry, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def read_apprise_file(text: str) -> AppriseFile:
    """Read a configuration file of either form; raise UnreadableError where it is none."""
    if _YAML.search(text):
        return _from_yaml(text)
    found = _from_lines(text)
    if not (found.entries or found.groups):
        raise UnreadableError("it has no addresses: neither lines of tag=url nor a list of urls")
    return found


# Lines


def _from_lines(text: str) -> AppriseFile:
    entries: list[Entry] = []
    groups: dict[str, tuple[str, ...]] = {}
    left: list[str] = []
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line[0] in "#;":
            continue
        if found := _LINE.fullmatch(line):
            entries.append(Entry(found["url"].strip(), _words(found["tags"] or ""), number))
        elif found := _GROUP.fullmatch(line):
            for name in _words(found["names"]):
                groups[name] = _merged(groups.get(name, ()), _words(found["tags"]))
        elif _INCLUDE.fullmatch(line):
            left.append(f"line {number} includes another file, which is not read. Import that as well")
        else:
            left.append(f"line {number} is neither an address nor a group of tags")
    return AppriseFile(_bounded(entries), groups, tuple(left))


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"[^\s,]+", text)))


def _merged(*several: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in several for word in words))


def _bounded(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    if len(entries) > MAX_ENTRIES:
        raise UnreadableError(f"it has more than {MAX_ENTRIES} addresses")
    return tuple(entries)


# YAML


def _loaded(text: str) -> object:
    """Return what YAML stands for, without aliases: a few lines of them could stand for gigabytes."""
    try:
        aliases = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader))
        document: object = None if aliases else yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        # Its own words would quote the file.
        raise UnreadableError("it is neither lines of tag=url nor YAML") from None
    if aliases:
        raise UnreadableError("it uses YAML aliases (*name), which are not read. Write them out")
    return document


def _from_yaml(text: str) -> AppriseFile:
    document = _loaded(text)
    if not isinstance(document, dict) or not isinstance(document.get("urls"), list):
        raise UnreadableError("it has no addresses: neither lines of tag=url nor a list of urls")
    left = ["include is not read. Import those files as well"] if document.get("include") else []
    shared = _tags(document)
    entries: list[Entry] = []
    for number, item in enumerate(document["urls"], 1):
        found = list(_entries(item, shared, number))
        if not found:
            left.append(f"entry {number} of urls names no address")
        entries += found
    return AppriseFile(_bounded(entries), _groups(document.get("groups")), tuple(left))


def _tags(table: Mapping[object, object]) -> tuple[str, ...]:
    return _merged(*(_listed(table.get(key)) for key in _TAG_KEYS))


def _listed(value: object) -> tuple[str, ...]:
    """Return words however they are listed: one text with commas, or a list."""
    if isinstance(value, str | int):
        return _words(str(value))
    if isinstance(value, list):
        return _merged(*(_listed(each) for each in value if isinstance(each, str | int)))
    return ()


def _groups(given: object) -> dict[str, tuple[str, ...]]:
    tables = given if isinstance(given, list) else [given]
    pairs = ((name, tags) for table in tables if isinstance(table, dict) for name, tags in table.items())
    groups: dict[str, tuple[str, ...]] = {}
    for names, tags in pairs:
        for name in _listed(names):
            groups[name] = _merged(groups.get(name, ()), _listed(tags))
    return groups


def _entries(item: object, shared: tuple[str, ...], number: int) -> Iterator[Entry]:
    """Yield what one item of urls stands for: a text, or an address with settings, once or several times."""
    if isinstance(item, str) and _URL.match(item):
        yield Entry(item.strip(), shared, number)
    if not isinstance(item, dict):
        return
    url = next((key for key in item if isinstance(key, str) and _URL.match(key)), None)
    if url is None:
        return
    beside = {key: value for key, value in item.items() if key not in (url, "schema")}
    below = item[url]
    for settings in below if isinstance(below, list) else [below]:
        every = beside | (settings if isinstance(settings, dict) else {})
        yield Entry(_with_settings(url.strip(), every), _merged(_tags(every), shared), number)


def _with_settings(url: str, settings: Mapping[object, object]) -> str:
    """Return an address with its settings as parameters, which is the same to Apprise."""
    pairs = [
        f"{quote(str(key), safe='+-:')}={quote(_written(value), safe='')}"
        for key, value in settings.items()
        if key not in (*_TAG_KEYS, "schema") and isinstance(value, str | int | float | bool | list)
    ]
    if not pairs:
        return url
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(pairs)}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
