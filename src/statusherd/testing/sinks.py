"""Where messages end in tests: loopback listeners that record what arrives and answer as they are told."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from statusherd.testing.waiting import Arrivals


class Answer(StrEnum):
    """How a sink answers an attempt."""

    OK = "ok"
    UNAVAILABLE = "unavailable"  # 503
    RATE_LIMITED = "rate_limited"  # 429 with `retry_after`
    REFUSED = "refused"  # 400: the same message will never be taken
    UNAUTHORISED = "unauthorised"  # 401
    HANG = "hang"  # takes the message and never answers
    DROP = "drop"  # takes the message and ends the connection: whether it arrived cannot be told


_STATUS_OF: Final[Mapping[Answer, int]] = {
    Answer.OK: 200,
    Answer.UNAVAILABLE: 503,
    Answer.RATE_LIMITED: 429,
    Answer.REFUSED: 400,
    Answer.UNAUTHORISED: 401,
}
_KEPT: Final = (Answer.OK, Answer.DROP, Answer.HANG)


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in, and how it was answered."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    answer: Answer

    @property
    def json(self) -> object:
        """The body as JSON."""
        return json.loads(self.body)


class HttpSink:
    """A web hook. `attempts` are all requests, `received` those it took: a client may not know it did."""

    def __init__(self, answer: Answer = Answer.OK) -> None:
        self.answer = answer
        self.next_answers: deque[Answer] = deque()
        """Answers to the next requests, one each; then `answer` holds again."""
        self.retry_after = "30"
        self.attempts: list[Received] = []
        self._arrivals = Arrivals()
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def received(self) -> list[Received]:
        return [attempt for attempt in self.attempts if attempt.answer in _KEPT]

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    @property
    def url(self) -> str:
        """The address as a channel's URL: JSON by POST."""
        return f"json://127.0.0.1:{self._port}/"

    async def wait_for(self, count: int, deadline: float = 5.0) -> list[Received]:
        """Wait until `count` messages were received and return all; raise TimeoutError after `deadline`."""
        await self._arrivals.until(lambda: len(self.received) >= count, deadline)
        return self.received

    async def wait_for_attempts(self, count: int, deadline: float = 5.0) -> list[Received]:
        """Wait until `count` requests came in, however they were answered."""
        await self._arrivals.until(lambda: len(self.attempts) >= count, deadline)
        return self.attempts

    async def start(self) -> None:
        """Listen; after a `stop`, on the same port again."""
        self._closing = asyncio.Event()
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening: from now on connections are refused."""
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

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        answer = self.next_answers.popleft() if self.next_answers else self.answer
        self.attempts.append(Received(request.path, dict(request.headers), body, answer))
        self._arrivals.announce()
        if answer is Answer.HANG:
            await self._closing.wait()
        if answer not in _STATUS_OF and request.transport is not None:
            request.transport.abort()
        wait = {"Retry-After": self.retry_after} if answer is Answer.RATE_LIMITED else {}
        return web.Response(status=_STATUS_OF.get(answer, 500), headers=wait)


class HangingSink:
    """Accepts connections and never says a word. `connections` counts them."""

    def __init__(self) -> None:
        self.connections = 0
        self._arrivals = Arrivals()
        self._closing = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self._port}/"

    @property
    def mail_url(self) -> str:
        return f"mailto://127.0.0.1:{self._port}/?from=a@example.org&to=b@example.org&mode=insecure"

    async def wait_for(self, count: int, deadline: float = 5.0) -> None:
        """Wait until `count` connections were made; raise TimeoutError after `deadline` seconds."""
        await self._arrivals.until(lambda: self.connections >= count, deadline)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._hang, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _hang(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._arrivals.announce()
        await self._closing.wait()
        writer.transport.abort()
