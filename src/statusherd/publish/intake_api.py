"""POST /api/v1/intake/NAME: monitoring systems deliver alerts.

A delivery is bounded, judged, and on the disk before it is answered; it is understood later. So the answer is
fast whatever has to be decided, and a sender that gets none sends again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import structlog
from aiohttp import web

from statusherd.model.errors import StoreError
from statusherd.publish.answers import as_json, failed
from statusherd.publish.intake_desk import IntakeDesk, TurnedAway
from statusherd.publish.limits import Limits
from statusherd.publish.metrics import Family
from statusherd.publish.uploads import BusyError, TooLargeError, Uploads

log = structlog.get_logger()

PREFIX: Final = "/api/v1/intake/"
AT_ONCE: Final = 4000
PER_SECOND: Final = 1000.0
"""Of one address: senders burst, and a proxy is one address for all of them."""
LOG_EVERY: Final = 60.0
"""Seconds between two lines in the log on an intake that turns somebody away for the same reason."""


class IntakeApi:
    """Answers senders. Those who show nothing that is right are bounded as strangers are everywhere."""

    def __init__(self, desk: IntakeDesk, uploads: Uploads | None = None) -> None:
        self._desk = desk
        self._uploads = uploads or Uploads()
        self._senders, self._strangers = Limits(AT_ONCE, PER_SECOND), Limits()
        self._logged: dict[tuple[str, str], float] = {}
        self.requests = Family(
            "statusherd_intake_requests_total", "counter", "Deliveries of senders by what became of them."
        )
        self.unprocessed = Family(
            "statusherd_intake_unprocessed", "gauge", "Deliveries that are stored and not worked off."
        )
        self.failed = Family(
            "statusherd_intake_failed", "gauge", "Deliveries that could not be read: statusherd intake list."
        )

    @property
    def families(self) -> tuple[Family, ...]:
        return self.requests, self.unprocessed, self.failed

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PREFIX + "{name}", self._take)]

    async def refresh(self) -> None:
        """Ask for the figures that are not counted here."""
        waiting = await self._desk.waiting()
        self.unprocessed.set(waiting.get("new", 0))
        self.failed.set(waiting.get("failed", 0))

    async def _take(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        headers = {key.lower(): value for key, value in request.headers.items()}
        if (why := self._desk.turned_away(name, headers)) is not None:
            return self._turn_away(request, name, why)
        if wait := self._senders.wait(request.remote or "", time.monotonic()):
            return self._put_off(request, name, "limited", wait)
        try:
            async with self._uploads.body(request) as body:
                return await self._keep(request, name, headers, body)
        except TimeoutError:
            return self._refuse(request, name, 408, "too_slow", "The delivery took too long to arrive.")
        except TooLargeError:
            text = f"The delivery is larger than {self._uploads.max_body // 1024} KiB."
            return self._refuse(request, name, 413, "too_large", text)
        except BusyError:
            return self._refuse(request, name, 503, "busy", "Too much arrives at once. Try again.")

    async def _keep(
        self, request: web.Request, name: str, headers: Mapping[str, str], body: bytes
    ) -> web.StreamResponse:
        if not body and "ce-specversion" not in headers:  # an event may have no data
            return self._refuse(request, name, 400, "empty", "The delivery has no body.")
        try:
            receipt = await self._desk.take_in(name, headers, body)
        except StoreError:
            self.requests.count(intake=name, outcome="not_stored")
            raise
        if isinstance(receipt, TurnedAway):
            return self._turn_away(request, name, receipt)
        self.requests.count(intake=name, outcome="accepted" if receipt.is_new else "repeated")
        answer: dict[str, object] = {"id": str(receipt.number)}
        return as_json(answer, 202) if receipt.is_new else as_json({**answer, "repeated": True})

    def _turn_away(self, request: web.Request, name: str, why: TurnedAway) -> web.StreamResponse:
        """Refuse. A name that is no intake's is not counted by name: strangers would make up figures."""
        known = "" if why is TurnedAway.NO_INTAKE else name
        self._log(known, why.outcome)
        is_stranger = why.status in (401, 404)
        if is_stranger and (wait := self._strangers.wait(request.remote or "", time.monotonic())):
            return self._put_off(request, known, why.outcome, wait)
        wanted = {"WWW-Authenticate": 'Bearer realm="statusherd"'} if why.status == 401 else {}
        return self._refuse(request, known, why.status, why.outcome, why.message, **wanted)

    def _put_off(self, request: web.Request, name: str, outcome: str, wait: int) -> web.StreamResponse:
        text, later = "Too many requests. Try again soon.", {"Retry-After": str(wait)}
        return self._refuse(request, name, 429, outcome, text, **later)

    def _refuse(
        self, request: web.Request, name: str, status: int, outcome: str, message: str, **headers: str
    ) -> web.StreamResponse:
        self.requests.count(intake=name, outcome=outcome)
        again = {"Retry-After": "1"} if status == 503 else {}
        # What is still on its way is not read: the connection cannot be used again.
        return failed(request, status, message, Connection="close", **again, **headers)

    def _log(self, name: str, outcome: str) -> None:
        now = time.monotonic()
        if now - self._logged.get((name, outcome), -LOG_EVERY) >= LOG_EVERY:
            self._logged[name, outcome] = now
            log.warning("a delivery is turned away", intake=name, why=outcome)
