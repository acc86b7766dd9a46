"""Servers on loopback that misbehave in the ways real ones do, and the client under test.

The certificates in tls/ belong to names under .example and to an authority of their own; the keys in
them protect nothing. `expired.pem` ended in 2002, the others last a century.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from statusherd.watch.fetch import Fetcher, FetchLimits

TLS = Path(__file__).parent / "tls"
FORBIDDEN = "127.0.0.66"
"""Stands in for every address that must never be dialled."""


@dataclass(frozen=True)
class Request:
    """What a server was asked."""

    path: str
    headers: dict[str, str]


Answer = bytes | Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """A server that answers every request alike and writes down who came."""

    answer: Answer
    host: str = "127.0.0.1"
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/status.json", host: str | None = None) -> str:
        return f"{self.scheme}://{host or self.host}:{self.port}{path}"

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._talk(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            try:
                while not writer.is_closing():
                    request = _parse(await reader.readuntil(b"\r\n\r\n"))
                    self.requests.append(request)
                    if isinstance(self.answer, bytes):
                        writer.write(self.answer)
                    else:
                        await self.answer(request, writer)
                    await writer.drain()
            finally:
                writer.close()


def _parse(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return Request(first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs})


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Server]]]:
    """Start a server: `await serve(answer, host=…, port=…, tls=…)`."""
    running: list[tuple[Server, asyncio.Server]] = []

    async def start(answer: Answer, host: str = "127.0.0.1", port: int = 0, tls: Any = None) -> Server:
        server = Server(answer, host if ":" not in host else f"[{host}]", scheme="https" if tls else "http")
        listener = await asyncio.start_server(server.connected, host, port, ssl=tls)
        server.port = listener.sockets[0].getsockname()[1]
        running.append((server, listener))
        return server

    yield start
    for server, listener in running:
        listener.close()
        tasks = tuple(server.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def reply() -> Callable[..., bytes]:
    """Build an answer: `reply(200, b"body", etag='"1"')`; underscores in names become dashes."""

    def build(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if not {"content-length", "transfer-encoding"} & fields.keys() and status not in (204, 304):
            fields["content-length"] = str(len(body))
        lines += [f"{name}: {value}" for name, value in fields.items()]
        return "\r\n".join((*lines, "", "")).encode("latin-1") + body

    return build


@pytest.fixture
async def fetching() -> AsyncIterator[Callable[..., Awaitable[Fetcher]]]:
    """Open a client that may dial loopback, except for FORBIDDEN: `await fetching(timeout=1, proxy=…)`."""
    limit_names = set(FetchLimits.__dataclass_fields__)
    async with AsyncExitStack() as stack:

        async def open_one(**settings: Any) -> Fetcher:
            limits = FetchLimits(**{name: settings.pop(name) for name in limit_names & settings.keys()})
            settings.setdefault("allow_private", True)
            settings.setdefault("refuse", (ip_network(f"{FORBIDDEN}/32"),))
            return await stack.enter_async_context(Fetcher(limits, **settings))

        yield open_one


class Names(AbstractResolver):
    """A resolver that answers from a table: a list of addresses, an error, or an event to wait for.

    A name with several lists gives one after the other, as a rebinding attacker does.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers = {name.replace("_", "."): answer for name, answer in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        self.asked.append(host)
        answer = self.answers[host]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            return []
        if answer and isinstance(answer[0], list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in answer
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
def names() -> type[Names]:
    return Names


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """A client's context that trusts the authority of the test certificates."""
    return ssl.create_default_context(cafile=TLS / "authority.pem")


@pytest.fixture
def identity() -> Callable[[str], ssl.SSLContext]:
    """A server's context with one of the certificates: `identity("expired")`."""

    def load(name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / f"{name}.pem")
        return context

    return load
