"""The key that signs links: made at first use, for the program's user alone, and never shown."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from statusherd.model.errors import StatusherdError

log = structlog.get_logger()

NAME: Final = "link.key"
_BYTES: Final = 32


def link_key(folder: Path) -> bytes:
    """Return the key kept in `folder`; make one where there is none that can be relied on.

    A key that others could read, or that is none, is replaced: links in messages sent before do nothing any
    more. Raises StatusherdError where it can be neither read nor written.
    """
    path = folder / NAME
    try:
        found = _read(path)
        if found is None and path.is_symlink() | path.exists():
            log.warning("the key of links is replaced: it was no key, or not for its owner alone", file=NAME)
            path.unlink()
        return found or _make(path)
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        remedy = "Let the user the program runs as read and write it"
        raise StatusherdError(
            f"the key of links cannot be used ({why})", subject=str(path), remedy=remedy
        ) from error


def _read(path: Path) -> bytes | None:
    """Return the key, None where the file is none, or others may read it."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:
        if path.is_symlink():
            return None
        raise
    with os.fdopen(number, "rb") as file:
        mode, key = os.fstat(file.fileno()).st_mode, file.read(_BYTES + 1)
    is_own = stat.S_ISREG(mode) and not mode & (stat.S_IRWXG | stat.S_IRWXO)
    return key if is_own and len(key) == _BYTES else None


def _make(path: Path) -> bytes:
    """Write a new key whole, or take that of a process that was faster."""
    draft = path.with_name(f"{NAME}.{secrets.token_hex(4)}")
    key = secrets.token_bytes(_BYTES)
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return _read(path) or key
