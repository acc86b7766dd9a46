"""The one place where a program of the operator's is started: words as they are, no shell, nothing inherited.

Only the command line and `runbooks` may import this: the contracts of the project see to it that no text of a
vendor or of a sender can come here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from statusherd.respond.runbook import plain_output

ENVIRONMENT: Final[Mapping[str, str]] = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
}
"""All that a program finds in its environment, beside HOME: the folder in which it runs."""
GRACE: Final = 2.0
"""Seconds between asking a program to end and ending it; so long its children's words are awaited."""
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended. `exit_code` is below 0 where a signal ended it.

    `stopped`: because whoever waited for it was cancelled, who must raise CancelledError in the end.
    """

    exit_code: int
    output: str
    timed_out: bool = False
    stopped: bool = False


async def run(argv: Sequence[str], folder: Path, *, timeout: float, output: int) -> Outcome:  # noqa: ASYNC109 - it ends the program, not us
    """Run a program in `folder` and wait for its end, at most `timeout` seconds.

    `output` are the bytes that are kept of what it writes: the first and the last. All that it started and
    left behind in its group of processes ends with it. Raises OSError where it cannot be started.
    """
    process, stopped = await _started(argv, folder)
    assert process.stdout is not None, "it was asked for"
    kept = _Kept(output)
    reading = asyncio.create_task(kept.read(process.stdout))
    timed_out = False
    try:
        if not stopped:
            await asyncio.wait_for(process.wait(), timeout)
    except TimeoutError:
        timed_out = True
    except asyncio.CancelledError:
        stopped = True
    try:
        await _finish(process, reading)
    except asyncio.CancelledError:
        _signal(process, signal.SIGKILL)
        raise
    return Outcome(process.returncode or 0, kept.text(), timed_out, stopped)


async def _started(argv: Sequence[str], folder: Path) -> tuple[asyncio.subprocess.Process, bool]:
    """Start a program; return it, and whether whoever waits was cancelled meanwhile: it runs already then."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            cwd=folder,
            env={**ENVIRONMENT, "HOME": str(folder)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting), False
    except asyncio.CancelledError:
        return await starting, True


async def _finish(process: asyncio.subprocess.Process, reading: asyncio.Task[None]) -> None:
    """End what is left of a program and of its children, and take what they wrote."""
    if process.returncode is None:
        _signal(process, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE)
    _, still = await asyncio.wait({reading}, timeout=GRACE if process.returncode is not None else 0)
    if process.returncode is None or still:
        _signal(process, signal.SIGKILL)
        await process.wait()
        await asyncio.wait({reading}, timeout=GRACE)
    reading.cancel()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    # Its own session makes the number of its group that of the process.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


class _Kept:
    """The first and the last of what a program writes, so that neither its reason nor our memory is lost."""

    def __init__(self, limit: int) -> None:
        self._head, self._tail = bytearray(), bytearray()
        self._half = limit // 2
        self._left_out = 0

    async def read(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(_CHUNK):
            room = max(0, self._half - len(self._head))
            self._head += chunk[:room]
            self._tail += chunk[room:]
            if (more := len(self._tail) - self._half) > 0:
                del self._tail[:more]
                self._left_out += more

    def text(self) -> str:
        return plain_output(bytes(self._head), self._left_out, tail=bytes(self._tail))
