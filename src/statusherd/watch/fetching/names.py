"""Names to addresses, so that a lookup that hangs delays nobody else and nothing at the end."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

MAX_WAITING: Final = 256
"""Lookups without an answer yet. Each holds a thread until the system gives up on it."""


class SystemResolver(AbstractResolver):
    """Asks the system (nsswitch, hosts file, DNS) in a thread of its own per lookup.

    A pool would be filled by a few names whose server is silent, and would hold up the program's exit.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        arguments = (loop, answer, host, port, family)
        threading.Thread(target=_look_up, args=arguments, name=f"dns {host}", daemon=True).start()
        return [_result(host, *info) for info in await answer]

    async def close(self) -> None:
        """Do nothing: threads that still wait end by themselves."""


def _look_up(
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[list[Any]],
    host: str,
    port: int,
    family: socket.AddressFamily,
) -> None:
    infos: list[Any] = []
    failure: Exception | None = None
    try:
        infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except (OSError, UnicodeError) as why:
        failure = why if isinstance(why, OSError) else socket.gaierror(socket.EAI_NONAME, str(why))
    with suppress(RuntimeError):  # the loop was closed meanwhile
        loop.call_soon_threadsafe(_give, answer, infos, failure)


def _give(answer: asyncio.Future[list[Any]], infos: list[Any], failure: Exception | None) -> None:
    if answer.done():
        return
    if failure is not None:
        answer.set_exception(failure)
    else:
        answer.set_result(infos)


def _result(
    name: str,
    family: socket.AddressFamily,
    _kind: int,
    protocol: int,
    _canonical: str,
    address: tuple[Any, ...],
) -> ResolveResult:
    return ResolveResult(
        hostname=name,
        host=str(address[0]),
        port=int(address[1]),
        family=family,
        proto=protocol,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


class PatientResolver(AbstractResolver):
    """Bounds another resolver: waits `patience` seconds, and asks for a name once at a time."""

    def __init__(self, inner: AbstractResolver, patience: float) -> None:
        self._inner = inner
        self._patience = patience
        self._asked: dict[tuple[str, int, int], asyncio.Task[list[ResolveResult]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        question = (host, port, int(family))
        task = self._asked.get(question)
        if task is None:
            if len(self._asked) >= MAX_WAITING:
                raise socket.gaierror(socket.EAI_AGAIN, f"{MAX_WAITING} name lookups wait for an answer")
            task = asyncio.ensure_future(self._inner.resolve(host, port, family))
            self._asked[question] = task
            task.add_done_callback(lambda done: self._answered(question, done))
        await asyncio.wait({task}, timeout=self._patience)
        if not task.done():
            raise socket.gaierror(socket.EAI_AGAIN, f"no answer within {self._patience:g} s")
        if not task.result():
            raise socket.gaierror(socket.EAI_NONAME, "it has no address")
        return task.result()

    def _answered(self, question: tuple[str, int, int], task: asyncio.Task[list[ResolveResult]]) -> None:
        del self._asked[question]
        if not task.cancelled():
            task.exception()  # seen: it may have come after everyone stopped waiting

    async def close(self) -> None:
        """Stop waiting for answers."""
        for task in tuple(self._asked.values()):
            task.cancel()
        await self._inner.close()
