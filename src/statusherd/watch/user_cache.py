"""The user's cache: files that can be made anew at any time, and are done without where they cannot be kept.

It is `$XDG_CACHE_HOME/statusherd`, else `~/.cache/statusherd`. A folder of somebody else is neither read,
nor written, nor made: what stands there is not ours, and what root put there its owner could not remove.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 16 * 1024 * 1024


def kept(name: str) -> bytes:
    """Return what is kept under `name`; raise OSError where nothing is, or none is to be trusted."""
    folder = _folder()
    _refuse_foreign(folder)
    with (folder / name).open("rb") as file:
        return file.read(MAX_BYTES)


def keep(name: str, body: bytes) -> bool:
    """Keep `body` under `name`, whole or not at all; tell whether that could be done."""
    try:
        folder = _folder()
        _make(folder.parent)
        _make(folder)
        _replace(folder / name, body)
    except OSError:
        return False
    return True


def _folder() -> Path:
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if given.is_absolute():  # one that is not is to be ignored, says the specification
        return given / "statusherd"
    try:
        return Path.home() / ".cache" / "statusherd"
    except RuntimeError as error:
        raise FileNotFoundError from error


def _make(folder: Path) -> None:
    """Make `folder` where it is missing, in a folder that is ours."""
    if not folder.is_dir():
        _refuse_foreign(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _refuse_foreign(folder: Path) -> None:
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError


def _replace(path: Path, body: bytes) -> None:
    _refuse_foreign(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
