"""All provider files of a folder at once, and what was read of them kept for the next time.

To read a thousand files takes a tenth of a second, to see that none has changed a few milliseconds. So the
outcome is kept in the user's cache, under one digest over itself and the state of the folder: what is
broken, or no longer fits, is read anew. Nothing depends on it: where it cannot be kept, the files are read.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from statusherd.model.errors import CatalogError
from statusherd.model.vendors import Source
from statusherd.watch import provider_files, source_files, user_cache
from statusherd.watch.formats import format_names
from statusherd.watch.provider_files import Provider, is_name, read_provider

WORTH_KEEPING: Final = 50
"""A folder with fewer files is as quickly read as looked up."""
_SETTLED: Final = 2_000_000_000
"""Nanoseconds, more than one tick of any file system's clock."""


class Entry(NamedTuple):
    """What one file of the catalogue holds: a vendor, or what is wrong with it."""

    name: str
    provider: Provider | None = None
    fault: str = ""


class _FileState(NamedTuple):
    name: str
    size: int
    modified: int
    changed: int


def names_in(folder: Path) -> Iterator[str]:
    """Yield the names of the vendors that have a file in `folder`; none where there is no such folder."""
    with suppress(OSError), os.scandir(folder) as files:
        yield from filter(None, map(_vendor_name, files))


def read_all(folder: Path, begun: int | None = None) -> tuple[Entry, ...]:
    """Return what all files of `folder` hold, by name: as it was kept, or read from them and then kept.

    `begun` is when that is, in nanoseconds of the system's clock; None is now. What changed just before is
    read, but not kept: it could change once more within one tick of the file system's clock.
    """
    begun = time.time_ns() if begun is None else begun
    files = _files(folder)
    if files is None:
        return _read(folder)
    place, state = _place(folder), _state(files)
    try:
        return _entries(user_cache.kept(place), state)
    except (OSError, ValueError):
        entries = _read(folder)
    if all(file.changed < begun - _SETTLED for file in files):
        user_cache.keep(place, _packed(entries, state))
    return entries


def _read(folder: Path) -> tuple[Entry, ...]:
    return tuple(_entry(folder, name) for name in sorted(names_in(folder)))


def _entry(folder: Path, name: str) -> Entry:
    try:
        return Entry(name, read_provider(folder / f"{name}.toml"))
    except CatalogError as error:
        return Entry(name, fault=str(error))


def _vendor_name(file: os.DirEntry[str]) -> str:
    name = file.name.removesuffix(".toml")
    return name if name != file.name and is_name(name) else ""


def _files(folder: Path) -> list[_FileState] | None:
    """Return the state of each file, by name; None where what they hold is not to be kept."""
    try:
        with os.scandir(folder) as listed:
            files = [file for file in listed if _vendor_name(file)]
            # What a link leads to may change while the link does not.
            if len(files) < WORTH_KEEPING or any(file.is_symlink() for file in files):
                return None
            return sorted(map(_file_state, files), key=attrgetter("name"))
    except OSError:
        return None


def _file_state(file: os.DirEntry[str]) -> _FileState:
    facts = file.stat(follow_symlinks=False)
    return _FileState(file.name, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)


def _place(folder: Path) -> str:
    return f"providers-{hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]}.json"


def _state(files: Sequence[_FileState]) -> bytes:
    """Return what the outcome depends on: the files, the formats there are, and the code that judges."""
    code = [Path(path).stat() for path in (__file__, provider_files.__file__, source_files.__file__)]
    judges = [*format_names(), *Provider._fields, *((facts.st_size, facts.st_mtime_ns) for facts in code)]
    return repr((judges, [(f.name, f.size, f.modified, f.changed) for f in files])).encode()


def _packed(entries: Sequence[Entry], state: bytes) -> bytes:
    rows = [(entry.name, entry.provider and _facts(entry.provider), entry.fault) for entry in entries]
    body = json.dumps(rows).encode()
    return _digest(state, body) + b"\n" + body


def _entries(packed: bytes, state: bytes) -> tuple[Entry, ...]:
    """Return what was packed; raise ValueError where that was in another state, or it is broken."""
    digest, _, body = packed.partition(b"\n")
    if digest != _digest(state, body):
        raise ValueError("not of this state")
    return tuple(Entry(name, facts and _provider(facts), fault) for name, facts, fault in json.loads(body))


def _facts(provider: Provider) -> list[Any]:
    *facts, further = provider
    return [*facts, [astuple(source) for source in further]]


def _provider(facts: Sequence[Any]) -> Provider:
    *values, further = map(_tuples, facts)
    return Provider._make((*values, tuple(Source(*source) for source in further)))


def _tuples(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    # Nearly all are flat: lists in lists are options and further sources.
    return tuple(map(_tuples, value)) if value and isinstance(value[-1], list) else tuple(value)


def _digest(state: bytes, body: bytes) -> bytes:
    return hashlib.sha256(state + b"\n" + body).hexdigest().encode()
