"""Loopback servers for pages: conditional answers, a log of requests, and every way to answer badly."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from statusherd.clock import Clock
from statusherd.testing.waiting import Arrivals
from statusherd.watch.imitation import PageDocuments

_FIRST_FARM_ADDRESS: Final = IPv4Address("127.1.0.1")
_BACKLOG: Final = 1024
_HTML: Final = "<!doctype html><html><head><title>Sign in</title></head><body><form></form></body></html>"
_PATHS: Final[Mapping[str, Callable[[PageDocuments], bytes]]] = {
    "/api/v2/summary.json": lambda documents: documents.summary,
    "/api/v2/status.json": lambda documents: documents.status,
    "/api/v2/components.json": lambda documents: documents.components,
    "/api/v2/incidents.json": lambda documents: documents.incidents,
    "/api/v2/incidents/unresolved.json": lambda documents: documents.unresolved,
    "/api/v2/scheduled-maintenances.json": lambda documents: documents.maintenances,
    "/api/v2/scheduled-maintenances/upcoming.json": lambda documents: documents.upcoming,
    "/api/v2/scheduled-maintenances/active.json": lambda documents: documents.active,
}


class Fault(StrEnum):
    """A way for a page to answer badly."""

    HTML = "html"  # 200 with a login page in place of JSON
    EMPTY = "empty"  # 200 without a body
    HALF = "half"  # 200 with the first half of the JSON, the length fitting
    TRUNCATED = "truncated"  # the connection ends in the middle of the body
    DROP = "drop"  # the connection ends without an answer
    HANG = "hang"  # no answer, ever
    REDIRECT = "redirect"  # 302 to `redirect_to`
    UNAUTHORISED = "unauthorised"  # 401, as retired and private pages
    FORBIDDEN = "forbidden"  # 403 with a challenge page
    NOT_FOUND = "not_found"  # 404
    GONE = "gone"  # 410
    RATE_LIMITED = "rate_limited"  # 429 with `retry_after`
    SERVER_ERROR = "server_error"  # 500
    UNAVAILABLE = "unavailable"  # 503 with `retry_after`


_STATUS_OF: Final[Mapping[Fault, int]] = {
    Fault.HTML: 200,
    Fault.UNAUTHORISED: 401,
    Fault.FORBIDDEN: 403,
    Fault.NOT_FOUND: 404,
    Fault.GONE: 410,
    Fault.RATE_LIMITED: 429,
    Fault.SERVER_ERROR: 500,
    Fault.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request as a page saw it, and the status it answered; 0 where it gave no answer."""

    at: datetime
    path: str
    headers: Mapping[str, str]
    status: int


class Page(ABC):
    """What one address serves. Set `fault` to have every request answered badly from then on."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.fault: Fault | None = None
        self.next_faults: deque[Fault | None] = deque()
        """Answers to the next requests, one each; `fault` holds again when they are used up."""
        self.retry_after: str | None = None
        self.redirect_to = "/inactive"
        self.requests: list[SeenRequest] = []
        self.address = ""
        """Where it is served, such as http://127.0.0.1:40123; empty while it is not."""
        self._arrivals = Arrivals()
        self._own_server: PageServer | None = None

    @property
    def url(self) -> str:
        """The page's address for people, and for the configuration."""
        return f"{self.address}/"

    def serve_at(self, address: str) -> None:
        """Take `address` as the place where this page is served from now on."""
        self.address = address

    @abstractmethod
    def documents(self) -> PageDocuments:
        """Return what the page shows now."""

    def count(self, path: str = "", status: int | None = None) -> int:
        """Count the requests whose path contains `path`, with `status` as the answer where given."""
        return sum(path in seen.path and status in (None, seen.status) for seen in self.requests)

    async def wait_for(self, count: int, deadline: float = 5.0) -> list[SeenRequest]:
        """Wait until `count` requests came in and return all; raise TimeoutError after `deadline` seconds."""
        await self._arrivals.until(lambda: len(self.requests) >= count, deadline)
        return self.requests

    def note(self, request: web.BaseRequest, status: int) -> None:
        """Log a request and the status that it was answered."""
        seen = SeenRequest(self.clock.now(), request.path, dict(request.headers), status)
        self.requests.append(seen)
        self._arrivals.announce()

    def take_fault(self) -> Fault | None:
        """Return how the next request is to be answered, None for well."""
        return self.next_faults.popleft() if self.next_faults else self.fault

    async def start(self) -> None:
        """Serve this page alone, on a free port of 127.0.0.1; after a `stop`, on the same port again."""
        self._own_server = self._own_server or PageServer([self])
        await self._own_server.start()

    async def stop(self) -> None:
        """Stop serving: from now on connections are refused."""
        if self._own_server is not None:
            await self._own_server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


class PageServer:
    """Serves pages on one port: a single one on 127.0.0.1, several on an address of 127/8 each.

    Each page has a host of its own because clients take a page's root from scheme and host. The one
    listening socket is bound to the loopback device, so nothing beyond this machine reaches it.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = tuple(pages)
        self._by_host = _hosts(self.pages)
        self._port = 0
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; after a `stop`, on the same port again."""
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        sock = _listen(self._port, wide=len(self.pages) > 1)
        self._port = sock.getsockname()[1]
        await web.SockSite(self._runner, sock, backlog=_BACKLOG).start()
        for host, page in self._by_host.items():
            page.serve_at(f"http://{host}:{self._port}")

    async def stop(self) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        page = self._by_host.get(_local_address(request))
        if page is None:
            return web.Response(status=404)
        fault = page.take_fault()
        if fault in (Fault.HANG, Fault.DROP):
            page.note(request, 0)
            if fault is Fault.HANG:
                await self._closing.wait()
            return _cut_off(request)
        response = await _answer(request, page, fault)
        page.note(request, response.status)
        return response


async def _answer(request: web.Request, page: Page, fault: Fault | None) -> web.StreamResponse:
    if fault is Fault.REDIRECT and request.path != page.redirect_to:
        return web.Response(status=302, headers={"Location": page.redirect_to})
    if fault is not None and (status := _STATUS_OF.get(fault)):
        return _html(status, page.retry_after)
    document = _PATHS.get(request.path)
    if document is None:
        return _html(200 if fault is Fault.REDIRECT else 404)
    return await _send(request, document(page.documents()), fault)


def _html(status: int, retry_after: str | None = None) -> web.Response:
    wait = {"Retry-After": retry_after} if retry_after else {}
    return web.Response(status=status, text=_HTML, content_type="text/html", headers=wait)


async def _send(request: web.Request, body: bytes, fault: Fault | None) -> web.StreamResponse:
    if fault is Fault.EMPTY:
        return web.Response(body=b"", content_type="application/json")
    if fault is Fault.HALF:
        return web.Response(body=body[: len(body) // 2], content_type="application/json")
    if fault is Fault.TRUNCATED:
        return await _send_half(request, body)
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    return web.Response(body=body, content_type="application/json", charset="utf-8", headers={"ETag": etag})


async def _send_half(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()  # what is written still goes out
    return response


def _cut_off(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _hosts(pages: Sequence[Page]) -> dict[str, Page]:
    if len(pages) == 1:
        return {"127.0.0.1": pages[0]}
    return {str(_FIRST_FARM_ADDRESS + number): page for number, page in enumerate(pages)}


def _listen(port: int, *, wide: bool) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        if wide:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        sock.bind(("0.0.0.0" if wide else "127.0.0.1", port))  # noqa: S104 - tied to the loopback device
    except OSError:
        sock.close()
        raise
    return sock


def _local_address(request: web.Request) -> str:
    name = request.get_extra_info("sockname")
    return str(name[0]) if name else ""
