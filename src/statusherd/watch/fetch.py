"""The only HTTP client of the watch: conditional, bounded in every way, and careful where it dials."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver

from statusherd.model.errors import FailureKind, FetchError
from statusherd.watch.addresses import Network
from statusherd.watch.fetching.answers import (
    PERMANENT,
    REDIRECTS,
    astray,
    blocked,
    is_challenge_page,
    judge_status,
    next_address,
    retry_after,
)
from statusherd.watch.fetching.bodies import Body
from statusherd.watch.fetching.doors import Door, DoorMaker, Target, tls_context
from statusherd.watch.fetching.failures import EXPECTED, explain
from statusherd.watch.fetching.limits import FetchLimits
from statusherd.watch.fetching.names import PatientResolver, SystemResolver
from statusherd.watch.fetching.turns import Turns
from statusherd.watch.reading.documents import Document
from statusherd.watch.validators import NO_VALIDATORS, Validators

__all__ = ["NO_VALIDATORS", "FetchLimits", "Fetched", "Fetcher", "Validators"]

_CHUNK: Final = 65536
_MAY_HIDE_A_CHALLENGE: Final = frozenset({202, 429, 503})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave. `document` is None where the server said "unchanged"."""

    url: str
    """The address that answered, after redirects."""
    unchanged: bool
    """The server said so, or the bytes are the same as last time."""
    document: Document | None
    validators: Validators
    """For the next request; the very object that was given where nothing in it changed."""
    status: int
    retry_after: float | None
    """Seconds, 0 to 3600, that the server asked to wait before the next request."""
    moved_to: str | None
    """Where the address has moved for good, by the server's word."""
    elapsed: float
    """Seconds from the first request to the last byte, without the wait for a turn."""


@dataclass(frozen=True, slots=True)
class _Redirect:
    """An answer that only says where to ask."""

    location: str | None
    permanent: bool
    elapsed: float


class Fetcher:
    """Fetches addresses. Use it as an async context manager, one for the whole program.

    `contact` is told to the servers. `proxy` carries all requests. `allow_private` is the rule where a
    fetch does not say; link-local and metadata addresses and those in `refuse` are never asked.
    `tokens` gives those for origins (`https://host`) that ask for one; no other is shown them, after a
    redirect neither. `resolver` and `tls` replace the system's own.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of the operator or a part to replace
        self,
        limits: FetchLimits | None = None,
        *,
        contact: str | None = None,
        proxy: str | None = None,
        allow_private: bool = False,
        refuse: Iterable[Network] = (),
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        tokens: Mapping[str, Callable[[], str]] | None = None,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._allow_private = allow_private
        self._resolver = PatientResolver(resolver or SystemResolver(), self._limits.resolve)
        self._maker = DoorMaker(
            self._limits, contact, proxy, tuple(refuse), self._resolver, tls or tls_context()
        )
        self._doors: dict[bool, Door] = {}
        self._turns = Turns(self._limits.at_once, self._limits.per_host)
        self._max_open = self._limits.kept_open
        self._tokens = dict(tokens or {})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections and give up lookups."""
        for door in self._doors.values():
            await door.close()
        self._doors.clear()
        await self._resolver.close()

    async def fetch(
        self, url: str, validators: Validators = NO_VALIDATORS, *, allow_private: bool | None = None
    ) -> Fetched:
        """Return what `url` holds; raise FetchError where the bytes cannot be had."""
        door = self._door(self._allow_private if allow_private is None else allow_private)
        target = door.target(url)
        answer = await self._ask(door, target, validators, self._limits.timeout)
        if isinstance(answer, Fetched):
            return answer
        return await self._follow(door, target, answer, validators)

    def _door(self, allow_private: bool) -> Door:  # noqa: FBT001 - the key of the table
        door = self._doors.get(allow_private)
        if door is None:
            door = self._doors[allow_private] = self._maker.open(allow_private=allow_private)
        return door

    async def _follow(self, door: Door, target: Target, answer: _Redirect, validators: Validators) -> Fetched:
        """Go where a redirect leads. What an address behind it says never makes a condition for the first."""
        known = validators.unconditional()
        start, spent, moved_to, permanent = target, 0.0, None, True
        seen = {target.url}
        for _ in range(self._limits.max_redirects):
            spent += answer.elapsed
            url = next_address(target.url, answer.location, start.subject)
            permanent = permanent and answer.permanent
            moved_to = str(url) if permanent else moved_to
            if url in seen:
                raise astray(start.subject, f"it redirects in a circle, to {url.raw_host} again")
            seen.add(url)
            target = door.admit(str(url))
            following = await self._ask(door, target, known, self._limits.timeout - spent)
            if isinstance(following, Fetched):
                after = following.validators.unconditional()
                return replace(
                    following,
                    validators=validators if after == validators else after,
                    moved_to=moved_to,
                    elapsed=spent + following.elapsed,
                )
            answer = following
        raise astray(start.subject, f"it redirects more than {self._limits.max_redirects} times")

    async def _ask(
        self, door: Door, target: Target, validators: Validators, seconds: float
    ) -> Fetched | _Redirect:
        """Send one request, within `seconds` from the moment it is its turn."""
        await self._turns.enter(target.host)
        begun = time.monotonic()
        try:
            request = door.session.get(
                target.url,
                headers=self._headers(door, target, validators),
                allow_redirects=False,
                **self._deadline(seconds),
            )
            async with request as response:
                return await self._take(response, target, validators, begun)
        except EXPECTED as failure:
            error = explain(failure, host=target.host, subject=target.subject, timeout=self._limits.timeout)
            if error.kind in (FailureKind.CONNECT, FailureKind.TIMEOUT):
                door.forget_name(target)
            raise error from failure
        finally:
            self._turns.leave(target.host)

    def _headers(self, door: Door, target: Target, validators: Validators) -> dict[str, str]:
        headers = validators.headers()
        if self._tokens and (token := self._tokens.get(str(target.url.origin()))):
            headers["Authorization"] = f"Bearer {token()}"
        if door.open_connections >= self._max_open:
            headers["Connection"] = "close"
        return headers

    def _deadline(self, seconds: float) -> dict[str, Any]:
        """Return the timeout of a later request; the first has the session's own, made once."""
        limits = self._limits
        if seconds == limits.timeout:
            return {}
        timeout = aiohttp.ClientTimeout(total=max(seconds, 0.001), sock_connect=limits.connect)
        return {"timeout": timeout}

    async def _take(
        self, response: aiohttp.ClientResponse, target: Target, validators: Validators, begun: float
    ) -> Fetched | _Redirect:
        status, headers = response.status, response.headers
        if status == 304:
            return self._unchanged(headers.get("Retry-After"), target, validators, begun)
        if status in REDIRECTS:
            return _Redirect(headers.get("Location"), status in PERMANENT, time.monotonic() - begun)
        error = judge_status(status, headers, target.subject, datetime.now(UTC))
        if error is not None:
            raise await self._unmasked(response, target, error)
        body = await self._body(response, target.subject)
        if is_challenge_page(body):
            raise blocked(target.subject, status)
        return self._found(response, body, target, validators, begun)

    def _unchanged(self, wait: str | None, target: Target, validators: Validators, begun: float) -> Fetched:
        if not validators.can_ask:
            message = "it says that nothing changed since we last asked, but we did not ask that"
            raise FetchError(FailureKind.PROTOCOL, message, subject=target.subject)
        seconds = retry_after(wait, datetime.now(UTC)) if wait else None
        return Fetched(
            target.text,
            True,
            None,
            validators,
            304,
            seconds,
            None,
            time.monotonic() - begun,
        )

    def _found(
        self,
        response: aiohttp.ClientResponse,
        body: bytes,
        target: Target,
        validators: Validators,
        begun: float,
    ) -> Fetched:
        if not body.strip():
            message = f"it answers with an empty body (status {response.status})"
            raise FetchError(FailureKind.EMPTY, message, subject=target.subject)
        headers = response.headers
        after = validators.after(body, headers.get("ETag"), headers.get("Last-Modified"))
        content_type = headers.get("Content-Type", "").encode("ascii", "replace").decode()
        return Fetched(
            url=target.text,
            unchanged=after.digest == validators.digest,
            document=Document(body, target.text, content_type),
            validators=after,
            status=response.status,
            retry_after=retry_after(headers.get("Retry-After"), datetime.now(UTC)),
            moved_to=None,
            elapsed=time.monotonic() - begun,
        )

    async def _body(self, response: aiohttp.ClientResponse, subject: str) -> bytes:
        body = Body(response.headers.get("Content-Encoding", ""), self._limits.max_body, subject)
        if (response.content_length or 0) > self._limits.max_body:
            raise body.too_large()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body.feed(chunk)
        return body.finish()

    async def _unmasked(
        self, response: aiohttp.ClientResponse, target: Target, error: FetchError
    ) -> FetchError:
        """Return `error`, or that we are blocked where the error's page is a bot challenge."""
        if response.status not in _MAY_HIDE_A_CHALLENGE or "html" not in response.headers.get(
            "Content-Type", ""
        ):
            return error
        try:
            body = await self._body(response, target.subject)
        except (FetchError, *EXPECTED):
            return error
        return blocked(target.subject, response.status) if is_challenge_page(body) else error
