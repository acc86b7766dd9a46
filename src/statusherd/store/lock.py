"""One process at a time looks and sends from a SQLite database."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from statusherd.model.errors import StoreError
from statusherd.store.address import Address


class RunnerLock:
    """Held by `run` and `check` for as long as they live; the kernel lets go of it when they die.

    With PostgreSQL it holds nothing: any number of daemons share the work by leases.
    """

    def __init__(self, number: int | None) -> None:
        self._number = number

    @classmethod
    def acquire(cls, url: str) -> Self:
        """Take the lock, or raise StoreError that names the process which holds it."""
        path = Address.of(url).path
        if path is None:
            return cls(None)
        return cls(_locked(path.with_name(f"{path.name}.lock"), path))

    def release(self) -> None:
        if self._number is not None:
            os.close(self._number)
            self._number = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _locked(lock: Path, database: Path) -> int:
    try:
        lock.parent.mkdir(mode=0o700, exist_ok=True)
        number = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        remedy = "Check the owner and the rights of the folder"
        raise StoreError(f"cannot be locked: {error.strerror}", subject=str(lock), remedy=remedy) from error
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(number, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(number)
        raise StoreError(
            f"another statusherd uses this database: process {holder}",
            subject=str(database),
            remedy="Stop it first; to let several daemons share the work use PostgreSQL",
        ) from error
    # The file stays when the lock goes: to delete it would let two processes lock two files of one name.
    os.ftruncate(number, 0)
    os.pwrite(number, f"{os.getpid()}\n".encode(), 0)
    return number
