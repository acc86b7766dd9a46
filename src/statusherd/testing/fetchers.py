"""A fetcher without a network: addresses and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Final, TypeAlias

from statusherd.clock import Clock
from statusherd.model.errors import FailureKind, FetchError, LookError
from statusherd.testing.pages import StatusPage
from statusherd.watch.fetch import Fetched, Validators
from statusherd.watch.reading.documents import Document

_NONE: Final = Validators()

Holding: TypeAlias = bytes | LookError | Callable[[datetime], bytes | LookError]


class ScriptedFetcher:
    """Fetches from `holdings`: bytes, an error to raise, or a function of the instant that gives either.

    An address that holds nothing is not found. Bytes that match the validators are "unchanged", as with
    a server that gives entity tags. `fetched` lists the addresses asked for, in order.
    """

    def __init__(self, clock: Clock, holdings: Mapping[str, Holding] | None = None) -> None:
        self.clock = clock
        self.holdings = dict(holdings or {})
        self.retry_after: float | None = None
        self.fetched: list[str] = []

    def hold_page(self, address: str, page: StatusPage) -> None:
        """Hold the two documents of `page` that a look reads, below `address` (scheme and host)."""
        root = address.rstrip("/")
        page.serve_at(root)
        self.holdings[f"{root}/api/v2/summary.json"] = lambda _: page.documents().summary
        self.holdings[f"{root}/api/v2/incidents.json"] = lambda _: page.documents().incidents

    async def fetch(
        self,
        url: str,
        validators: Validators = _NONE,
        *,
        allow_private: bool | None = None,  # noqa: ARG002 - there is no address to judge
    ) -> Fetched:
        self.fetched.append(url)
        body = self._body(url)
        digest = blake2b(body, digest_size=16).hexdigest()
        found = Validators(etag=f'"{digest}"', digest=digest)
        not_modified = validators.etag == found.etag
        return Fetched(
            url=url,
            unchanged=not_modified or validators.digest == digest,
            document=None if not_modified else Document(body, url),
            validators=validators if validators == found else found,
            status=304 if not_modified else 200,
            retry_after=self.retry_after,
            moved_to=None,
            elapsed=0.0,
        )

    def _body(self, url: str) -> bytes:
        holding = self.holdings.get(url)
        if callable(holding):
            holding = holding(self.clock.now())
        if holding is None:
            raise FetchError(FailureKind.NOT_FOUND, "nothing is held here", subject=url)
        if isinstance(holding, LookError):
            raise holding
        return holding
