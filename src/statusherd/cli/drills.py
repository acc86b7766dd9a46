"""Drills as files: the store of one that is played, and the results of those that were.

`DATA_DIR/drills` has NUMBER.db while a drill is played, and NUMBER.json once it is over.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from statusherd.cli.drill_views import drill_json
from statusherd.cli.stores import open_store, watched_vendors
from statusherd.clock import SystemClock
from statusherd.config import Config
from statusherd.drill_scripts import of_stored, read_script
from statusherd.drilling import LINGER, LONGEST, Drilled, Means, Sending, drill, length_of, setup_for_drill
from statusherd.model.errors import StatusherdError
from statusherd.notify.channels import Channel
from statusherd.notify.deliver import AppriseSender, Sender
from statusherd.setup import Setup
from statusherd.setup_reading import setup_of
from statusherd.store.engine import Store
from statusherd.store.known import load_state
from statusherd.store.sqlite import beside
from statusherd.store.state import incidents_of
from statusherd.watch.past import PastIncident

_SEARCHED: Final = 10_000
"""So many of a vendor's incidents are looked through."""
_LARGEST_SCRIPT: Final = 1024 * 1024


def scripted(path: Path) -> PastIncident:
    """Return the incident of a script."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_SCRIPT).decode(errors="replace")
    except OSError as error:
        remedy = "docs/drill.md has an example"
        raise StatusherdError(
            f"cannot be read: {error.strerror}", subject=str(path), remedy=remedy
        ) from error
    return read_script(text, str(path))


def stored(config: Config, name: str) -> PastIncident:
    """Return an incident that the store remembers, named VENDOR/ID."""
    vendor, _, id_ = name.partition("/")
    with open_store(config) as store:
        known = store.read_now(lambda conn: load_state(conn, vendor)).known
        every = store.read_now(lambda conn: incidents_of(conn, vendor, limit=_SEARCHED))
    found = next((each.incident for each in every if each.incident.id == id_.removeprefix("incident/")), None)
    if found is None:
        remedy = "Name it VENDOR/ID, as the thread in `statusherd alert explain --json` does"
        raise StatusherdError("there is no such incident", subject=repr(name[:80]), remedy=remedy)
    return of_stored(vendor, found, known.components)


def play(
    config: Config,
    incident: PastIncident,
    names: Sequence[str],
    speed: float,
    tell: Callable[[Sending], None],
    sender: Sender | None = None,
) -> tuple[int, Drilled]:
    """Play a drill to the channels of these names; return its number and what it came to."""
    if (length := length_of(incident, speed)) > LONGEST:
        remedy = f"Take at least --speed {length / LONGEST * speed:.0f}"
        raise StatusherdError(f"it would take {length}", subject=incident.title[:60], remedy=remedy)
    setup = setup_for_drill(_setup(config), _channels(config, names), incident.vendor)
    number, path = _new(folder_of(config))
    try:
        with Store.open(f"sqlite:///{path}") as store:
            means = Means(setup, store, sender or AppriseSender(), SystemClock(), tell)
            done = asyncio.run(drill(incident, means, speed))
    finally:
        for each in beside(path):
            each.unlink(missing_ok=True)
    _write(path.with_suffix(".json"), drill_json(number, done))
    return number, done


def results(config: Config) -> tuple[Mapping[str, Any], ...]:
    """Return what the drills that were played came to, the newest first."""
    files = sorted(folder_of(config).glob("*.json"), key=lambda path: int(path.stem), reverse=True)
    return tuple(json.loads(path.read_text()) for path in files)


def result(config: Config, number: int) -> Mapping[str, Any]:
    """Return what one drill came to; raise StatusherdError where there was none of that number."""
    path = folder_of(config) / f"{number}.json"
    if not path.exists():
        remedy = "`statusherd drill list` shows those that were played"
        raise StatusherdError("there was no such drill", subject=str(number), remedy=remedy)
    found: Mapping[str, Any] = json.loads(path.read_text())
    return found


def folder_of(config: Config) -> Path:
    return config.daemon.data_dir / "drills"


def _setup(config: Config) -> Setup:
    try:
        with open_store(config) as store:
            vendors = watched_vendors(config, store)
    except StatusherdError:  # a drill needs no store of the daemon
        vendors = watched_vendors(config, None)
    return setup_of(config).with_vendors(vendors)


def _channels(config: Config, names: Sequence[str]) -> dict[str, Channel]:
    known = {channel.name: channel for channel in config.channels}
    if not names:
        remedy = "Name a channel with --to, or set channels in [drill]"
        raise StatusherdError("nobody practises", subject="drill", remedy=remedy)
    for name in names:
        if name not in known:
            remedy = f"Channels are: {', '.join(known) or 'none'}"
            raise StatusherdError("there is no such channel", subject=repr(name[:60]), remedy=remedy)
        if not known[name].url:
            remedy = "Run this as the user the daemon runs as"
            raise StatusherdError("its secret cannot be read here", subject=repr(name[:60]), remedy=remedy)
    return {name: known[name] for name in dict.fromkeys(names)}


def _new(folder: Path) -> tuple[int, Path]:
    """Return the number of a drill that begins, and where its store is to be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken = [int(path.stem) for path in folder.iterdir() if path.stem.isdigit()]
    _clear(folder)
    number = max(taken, default=0) + 1
    return number, folder / f"{number}.db"


def _clear(folder: Path) -> None:
    """Remove the stores that drills left which were killed: none lasts so long."""
    oldest = time.time() - (LONGEST + 2 * LINGER).total_seconds()
    for path in folder.glob("*.db"):
        if max(each.stat().st_mtime for each in beside(path) if each.exists()) < oldest:
            for each in beside(path):
                each.unlink(missing_ok=True)


def _write(path: Path, value: Mapping[str, object]) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(value, ensure_ascii=False))
    part.replace(path)
