"""What a quick command needs of the configuration: which vendors are watched, and where the store is.

Judging a config takes longer to import than to do. A file that says these things plainly is read as
it stands, whatever mistakes it holds elsewhere: at 03:00 `status` answers all the same. Of any other file
the whole reading is asked.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:  # the point of this module
    from statusherd.config import Config

_SYSTEM_CONFIG: Final = Path("/etc/statusherd/config.toml")
_SYSTEM_DATA: Final = Path("/var/lib/statusherd")
_SQLITE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The store's address, and the title of each configured vendor by its name; the name where unknown."""

    database: str
    vendors: Mapping[str, str]

    @property
    def has_store(self) -> bool:
        """False where the store is a file that nobody has made yet."""
        return not self.database.startswith(_SQLITE) or Path(self.database.removeprefix(_SQLITE)).exists()


def glimpse(named: str | None) -> Glimpse:
    """Return what the config file says, the one `named` or the one in its usual place.

    Raise ConfigError where there is none or it cannot be read.
    """
    path = _find(named)
    found = path and _read(path)
    if found:
        return found
    from statusherd.config import find, load  # noqa: PLC0415 - takes a tenth of a second

    return glimpse_of(load(find(named), need_secrets=False))


def glimpse_of(config: Config) -> Glimpse:
    """Return the same of a config that was read in full."""
    return Glimpse(config.database.url, {vendor.name: vendor.title for vendor in config.vendors})


def _find(named: str | None) -> Path | None:
    named = named or os.environ.get("STATUSHERD_CONFIG")
    places = [Path(named)] if named else [Path("config.toml"), _SYSTEM_CONFIG]
    return next((place.absolute() for place in places if place.exists()), None)


def _read(path: Path) -> Glimpse | None:
    """Return what stands in the file, None where it takes more than reading to tell."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        database = _database(path, raw)
        vendors = [_vendor(item) for item in raw.get("vendor", [])]
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    if database is None or None in vendors:
        return None
    return Glimpse(database, dict(vendor for vendor in vendors if vendor))


def _database(path: Path, raw: Mapping[str, Any]) -> str | None:
    url = raw.get("database", {}).get("url")
    if url is None:
        folder = raw.get("daemon", {}).get("data_dir")
        return f"{_SQLITE}{(path.parent / folder if folder else _data_dir(path)) / 'statusherd.db'}"
    if not isinstance(url, str) or not url.startswith(_SQLITE) or ":memory:" in url or url.strip() != url:
        return None
    return f"{_SQLITE}{path.parent / url.removeprefix(_SQLITE)}"


def _data_dir(path: Path) -> Path:
    if folders := os.environ.get("STATE_DIRECTORY"):
        return Path(folders.split(":")[0])
    return _SYSTEM_DATA if path == _SYSTEM_CONFIG else path.parent / "var"


def _vendor(item: Mapping[str, Any]) -> tuple[str, str] | None:
    address = item.get("endpoint") or item.get("page")
    name = item.get("name") or (address and urlsplit(address).hostname)
    title = item.get("title") or name
    return (name, title) if isinstance(name, str) and isinstance(title, str) else None
