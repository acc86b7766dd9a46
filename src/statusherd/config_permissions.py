"""Who else can change a file that we act upon."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_MOST_LINKS: Final = 40


def open_to_others(path: Path) -> Path | None:
    """Return a file or folder through which any user can change what `path` is; None where there is none.

    Links are followed one by one, for each of them stands in folders of its own.
    """
    return next((place for place in dict.fromkeys(_places(path)) if _is_open(place)), None)


def _places(path: Path) -> Iterator[Path]:
    """Yield all that decides what is found at a path: the file, every link on the way, their folders."""
    hop = path.absolute()
    for _ in range(_MOST_LINKS):
        folder = hop.parent.resolve()
        yield from (folder, *folder.parents, *hop.parents)
        if not hop.is_symlink():
            break
        hop = folder / hop.readlink()
    yield hop


def _is_open(place: Path) -> bool:
    try:
        mode = place.stat().st_mode
    except OSError:
        return False
    # In a folder like /tmp nobody removes or replaces what is another's.
    return bool(mode & stat.S_IWOTH) and not (stat.S_ISDIR(mode) and mode & stat.S_ISVTX)


def can_be_run(path: Path) -> bool:
    """Tell whether there is a program that we may run."""
    return path.is_file() and os.access(path, os.X_OK)
