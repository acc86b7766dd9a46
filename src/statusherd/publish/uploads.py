"""Bodies that are read with bounds: of one in bytes and seconds, and of all together in bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

MAX_BODY: Final = 1024 * 1024
BODY_SECONDS: Final = 10.0
MOST_UNDER_WAY: Final = 32 * 1024 * 1024
"""Bytes that are held at a time, over all connections."""


class TooLargeError(Exception):
    """One body is larger than any may be."""


class BusyError(Exception):
    """All together are more than we hold."""


class Uploads:
    """Reads bodies. What was read counts until its reader is done with it."""

    def __init__(
        self,
        max_body: int = MAX_BODY,
        most_under_way: int = MOST_UNDER_WAY,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self.max_body = max_body
        self._most_under_way = most_under_way
        self._body_seconds = body_seconds
        self._under_way = 0

    @asynccontextmanager
    async def body(self, request: web.Request) -> AsyncIterator[bytes]:
        """Give the body of a request; raise TooLargeError, BusyError, or TimeoutError."""
        if (request.content_length or 0) > self.max_body:
            raise TooLargeError
        held = bytearray()
        try:
            async with asyncio.timeout(self._body_seconds):
                async for chunk in request.content.iter_any():
                    self._hold(held, chunk)
            yield bytes(held)
        finally:
            self._under_way -= len(held)

    def _hold(self, held: bytearray, chunk: bytes) -> None:
        held += chunk
        self._under_way += len(chunk)
        if len(held) > self.max_body:
            raise TooLargeError
        if self._under_way > self._most_under_way:
            raise BusyError
