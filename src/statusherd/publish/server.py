"""The web server: listens, bounds what strangers may take of us, and ends gracefully.

Looks and messages run in the same loop, so no request may hold it: handlers wait for the store in its own
threads, and connections, bodies, times and requests of one address are counted.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import structlog
from aiohttp import web

from statusherd.model.errors import StatusherdError, StoreError
from statusherd.publish.answers import HEADERS, failed
from statusherd.publish.limits import Limits

log = structlog.get_logger()

MOST_CONNECTIONS: Final = 200
LONGEST_CONNECTION: Final = 90.0
"""Seconds after which a connection ends whatever it does: more than the store needs to say that it cannot."""
BODY_SECONDS: Final = 10.0
MAX_BODY: Final = 16 * 1024
GRACE: Final = 5.0
"""Seconds that requests under way get when we end."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Closed(asyncio.Protocol):
    """Answers a connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class Server:
    """One listening address. `seconds` is the longest that a connection may last, `body_seconds` a body.

    `uploads` are beginnings of paths whose handlers themselves bound bodies, and how often one address asks.
    """

    def __init__(
        self,
        routes: Iterable[web.RouteDef],
        limits: Limits | None = None,
        *,
        uploads: tuple[str, ...] = (),
        most: int = MOST_CONNECTIONS,
        seconds: float = LONGEST_CONNECTION,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._limits = limits or Limits()
        self._uploads = uploads
        self._most, self._seconds, self._body_seconds = most, seconds, body_seconds
        app = web.Application(middlewares=[self._guard], client_max_size=MAX_BODY)
        app.add_routes(routes)
        self._runner = web.AppRunner(
            app,
            access_log=None,  # the addresses hold links that act
            logger=_silent(),
            shutdown_timeout=GRACE,
            keepalive_timeout=15.0,
            lingering_time=2.0,
            auto_decompress=False,  # what is small and unpacks to much is taken for what it is
        )
        self._listening: asyncio.Server | None = None
        self._answering: set[asyncio.Transport | None] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen on `host`; return the port, which the system chose where `port` is 0.

        Raises StatusherdError where that cannot be.
        """
        await self._runner.setup()
        try:
            self._listening = await asyncio.get_running_loop().create_server(self._accept, host, port)
        except OSError as error:
            await self._runner.cleanup()
            why = (error.strerror or str(error)).lower()
            remedy = "Write another address into listen of [web], or end the program that has it"
            raise StatusherdError(f"cannot listen: {why}", subject=f"{host}:{port}", remedy=remedy) from error
        taken: int = self._listening.sockets[0].getsockname()[1]
        log.info("listening", host=host, port=taken)
        return taken

    async def stop(self) -> None:
        """Take no more connections, and finish what is under way."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        await self._runner.cleanup()

    def _accept(self) -> asyncio.Protocol:
        server = self._runner.server
        if server is None or len(server.connections) >= self._most:
            return _Closed()
        connection = server()
        asyncio.get_running_loop().call_later(self._seconds, self._end, connection)
        return connection

    def _end(self, connection: web.RequestHandler) -> None:
        """End a connection that has lasted long enough; one that is being answered after that."""
        if connection.transport in self._answering:
            asyncio.get_running_loop().call_later(GRACE, self._end, connection)
        else:
            connection.force_close()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        self._answering.add(transport)
        try:
            answer = await self._answered(request, handler)
        finally:
            self._answering.discard(transport)
        answer.headers.update(HEADERS)
        return answer

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        is_upload = request.path.startswith(self._uploads)
        if not is_upload and (wait := self._limits.wait(request.remote or "", time.monotonic())):
            return failed(request, 429, "Too many requests. Try again soon.", **{"Retry-After": str(wait)})
        try:
            if not is_upload:
                async with asyncio.timeout(self._body_seconds):
                    await request.read()
            return await handler(request)
        except TimeoutError:
            return failed(request, 408, "The request took too long to arrive.", Connection="close")
        except web.HTTPException as error:
            allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            return failed(request, error.status, f"{error.reason}.", **allowed)
        except StoreError as error:
            log.error("the store refuses", error=str(error))
            soon = {"Retry-After": "10"}
            return failed(request, 503, "The store cannot be used just now. Try again.", **soon)
        except Exception:
            log.exception("a fault of ours in an answer")
            return failed(request, 500, "A fault of ours. It is in the log.")


def _silent() -> logging.Logger:
    """Return a log that says nothing: what strangers send is no event, and our faults are told above."""
    logger = logging.getLogger("statusherd.publish.server")
    logger.setLevel(logging.CRITICAL + 1)
    return logger
