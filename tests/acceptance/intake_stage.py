"""An intake for tests: a real server over a real store, a client that delivers, and what was taken."""

from __future__ import annotations

import hmac
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp

from statusherd.clock import Clock
from statusherd.inbox_desk import InboxDesk
from statusherd.intaking import Intaking
from statusherd.model.inbox import InboxEntry
from statusherd.model.intake import Access, Intake
from statusherd.publish.intake_api import PREFIX, IntakeApi
from statusherd.publish.metrics import MetricsPage
from statusherd.publish.server import Server
from statusherd.publish.uploads import Uploads
from statusherd.setup import Setup
from statusherd.store import inbox
from statusherd.store.engine import Store
from statusherd.testing import FakeClock, RecordingTake

TOKEN, SECRET = "correct-horse-battery", "staple-correct-horse-battery"
INTAKES = {
    Intake("prom", "alertmanager"): Access(token=TOKEN),
    Intake("pager", "pagerduty"): Access(secret=SECRET),
    Intake("own", "generic"): Access(secret=SECRET),
    Intake("nagios", "nagios"): Access(token=TOKEN),
    Intake("events", "cloudevents"): Access(token=TOKEN),
    Intake("sns", "cloudwatch"): Access(is_open=True),
}


@dataclass
class Stage:
    """What a test holds in its hands. `setup` may be replaced while it runs."""

    store: Store
    clock: Clock
    setup: Setup
    take: RecordingTake
    client: aiohttp.ClientSession
    intaking: Intaking | None = None
    port: int = 0

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}{name}"

    async def deliver(
        self, name: str, body: bytes, headers: Mapping[str, str] | None = None, **options: Any
    ) -> tuple[int, dict[str, Any]]:
        """Deliver, by default with the token; return status and answer."""
        shown = {"Authorization": f"Bearer {TOKEN}"} if headers is None else headers
        kind = {} if "Content-Type" in shown else {"Content-Type": "application/json"}
        async with self.client.post(self.url(name), data=body, headers={**kind, **shown}, **options) as got:
            assert got.content_type == "application/json"
            return got.status, await got.json()

    async def kept(self) -> list[InboxEntry]:
        """What is in the inbox, the first to arrive first."""
        found = await self.store.read(lambda conn: inbox.listed(conn, 10_000))
        return found[::-1]

    async def work_off(self) -> int:
        assert self.intaking is not None
        done = 0
        while count := await self.intaking.run_once():
            done += count
        return done

    async def outcomes(self) -> dict[tuple[str, str], int]:
        """What the metrics count, by intake and outcome; every line must be one that Prometheus reads."""
        async with self.client.get(f"http://127.0.0.1:{self.port}/metrics") as got:
            text = await got.text()
            assert got.status == 200
            assert got.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        for line in text.splitlines():
            assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{(\w+="[^"]*",?)*\})? [0-9.e+]+', line), line
        assert TOKEN not in text
        assert SECRET not in text
        counted = r'statusherd_intake_requests_total\{intake="(.*)",outcome="(.*)"\} (\d+)'
        return {(name, outcome): int(n) for name, outcome, n in re.findall(counted, text)}

    async def gauge(self, name: str) -> int:
        async with self.client.get(f"http://127.0.0.1:{self.port}/metrics") as got:
            (found,) = re.findall(rf"^statusherd_intake_{name} (\d+)$", await got.text(), re.MULTILINE)
        return int(found)


@asynccontextmanager
async def stage(
    folder: Path,
    intakes: Mapping[Intake, Access] = INTAKES,
    *,
    clock: Clock | None = None,
    uploads: Uploads | None = None,
    answers_with: Iterable[Exception] = (),
    take: RecordingTake | None = None,
) -> AsyncIterator[Stage]:
    """A stage on which deliveries are kept, and worked off when a test says so.

    `answers_with` are raised by the store, one by one, in place of keeping a delivery.
    """
    setup = Setup(intakes=tuple(intakes), access={each.name: access for each, access in intakes.items()})
    with Store.open(f"sqlite:///{folder}/statusherd.db") as store:
        async with aiohttp.ClientSession() as client:
            made = Stage(store, clock or FakeClock(), setup, take or RecordingTake(), client)
            made.intaking = Intaking(store, made.clock, lambda: made.setup, made.take)
            desk = _Failing(store, made.clock, lambda: made.setup, made.intaking.arrived)
            desk.failures = list(answers_with)
            api = IntakeApi(desk, uploads)
            server = Server(
                [*api.routes(), *MetricsPage(api.families, api.refresh).routes()], uploads=(PREFIX,)
            )
            made.port = await server.start("127.0.0.1", 0)
            try:
                yield made
            finally:
                await server.stop()


class _Failing(InboxDesk):
    """A desk whose store may fail before it keeps anything."""

    failures: list[Exception]

    async def take_in(self, name: str, headers: Mapping[str, str], body: bytes) -> Any:
        if self.failures:
            raise self.failures.pop(0)
        return await super().take_in(name, headers, body)


def signed(body: bytes, stamp: int, secret: str = SECRET) -> dict[str, str]:
    """The headers of our own form of signing."""
    digits = hmac.new(secret.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
    return {"X-Statusherd-Timestamp": str(stamp), "X-Statusherd-Signature": f"sha256={digits}"}
