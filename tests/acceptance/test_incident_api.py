"""Incidents by the API: a real server on loopback, over a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from statusherd.config_records import Web
from statusherd.config_web_values import Listen
from statusherd.incidents import apply_signals
from statusherd.incidents.desk import StoreDesk
from statusherd.model.intake import Intake
from statusherd.model.services import Service
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.publish.incident_api import MOST
from statusherd.respond.services import ServiceMap
from statusherd.setup import Setup
from statusherd.store.engine import Store
from statusherd.testing import FakeClock
from statusherd.web import AckDesk, Desks, answering

TOKEN = "correct-horse-battery-staple"
ROOT = "/api/v1/incidents"
SETUP = Setup(services=ServiceMap((Service("checkout", tier=1), Service("search"))))
ADA = {"author": "ada"}


@dataclass
class Site:
    """A server with incidents, and a program that shows its token."""

    store: Store
    clock: FakeClock
    client: aiohttp.ClientSession
    port: int

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict]:
        shown = {"Authorization": f"Bearer {TOKEN}"} | headers
        url = f"http://127.0.0.1:{self.port}{ROOT}{path}"
        async with self.client.request(method, url, json=body, headers=shown) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str = "") -> dict:
        status, found = await self.ask("GET", path)
        assert status == 200, found
        return found

    async def post(self, path: str, **body: object) -> dict:
        status, found = await self.ask("POST", path, ADA | body)
        assert status in (200, 201), found
        return found

    async def refused(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        status, found = await self.ask(method, path, body, **headers)
        return status, found["error"]["message"]

    async def send(self, key: str, state: SignalState = SignalState.FIRING, **more) -> None:
        now = self.clock.now()
        intake = Intake("prom", "alertmanager", opens_at=more.pop("opens_at", Severity.SEV4))
        signals = [Signal(key, state, f"{key} is high", now, **more)]
        await self.store.write(lambda conn: apply_signals(conn, intake, signals, SETUP, now))


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[Site]:
    clock = FakeClock()
    with Store.open(f"sqlite:///{folder}/site.db") as store:
        desk, acks = StoreDesk(store, clock, lambda: SETUP), AckDesk(store, clock, lambda: SETUP, None)
        web = Web(Listen("127.0.0.1", 0), None, TOKEN)
        async with answering(web, Desks(acks, desk)) as port, aiohttp.ClientSession() as client:
            assert port
            yield Site(store, clock, client, port)


async def test_an_incident_from_its_opening_to_its_end(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        opened = await at.post(
            "", title="checkout is slow", services=["Checkout", "billing"], severity="sev2",
            began_at="2026-06-01T11:50:00+00:00", text="p99", url="https://chat.example/1",
        )  # fmt: skip
        incident = opened["incident"]
        assert (incident["name"], incident["severity"], incident["phase"]) == ("INC-1", "SEV2", "detected")
        assert (incident["services"], incident["labels"]) == (["checkout"], {"service": "billing"})
        assert (incident["began_at"], incident["open"]) == ("2026-06-01T11:50:00Z", True)
        await at.post("/INC-1/ack", note="on it")
        await at.post("/1/roles", role="Commander", person="bob")
        await at.post("/inc-1/note", text="the cache is cold")
        await at.post("/1/severity", severity="SEV1", reason="nobody can pay")
        await at.post("/1/services", add=["search"], remove=["checkout"])
        assert (await at.post("/1/advance", to="mitigated"))["incident"]["phase"] == "mitigated"
        assert (await at.post("/1/resolve"))["incident"]["resolved_by"] == "ada"
        assert (await at.post("/1/reopen", reason="it is back"))["incident"]["phase"] == "investigating"
        shown = (await at.get("/1"))["incident"]
        assert shown["roles"] == {"commander": "bob"}
        assert shown["services"] == ["search"]
        kinds = [each["kind"] for each in shown["timeline"]]
        assert kinds == [
            "opened",
            "acknowledged",
            "role",
            "note",
            "severity",
            "services",
            "phase",
            "phase",
            "phase",
        ]
        assert shown["timeline"][3]["text"] == "the cache is cold"


async def test_a_review_is_a_draft_until_it_is_written(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        await at.post("", title="slow")
        draft = (await at.get("/1/review"))["review"]
        assert (draft["written"], draft["author"], draft["at"]) == (False, None, None)
        assert draft["text"].startswith("# Review of INC-1: slow\n")
        await at.post("/1/review", text="# We learned\n\n- much")
        assert (await at.get("/1/review"))["review"] == {
            "incident": 1,
            "written": True,
            "author": "ada",
            "at": "2026-06-01T12:00:00Z",
            "text": "# We learned\n\n- much",
        }


async def test_what_is_missing_is_a_list(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        await at.post("", title="slow")
        await at.post("/1/tasks", text="roll back", owner="bob", due_at="2026-06-02T00:00:00Z")
        status, found = await at.ask("POST", "/1/advance", ADA | {"to": "closed"})
        assert status == 409
        assert found["error"]["message"].startswith(
            "INC-1: cannot go from detected to closed: to enter closed, "
        )
        assert [each.partition("”")[0] for each in found["error"]["missing"]] == [
            "to enter closed, “severity set", "to enter closed, “service named", "to enter closed, “tasks done",
        ]  # fmt: skip
        done = await at.post("/1/tasks/1/done")
        assert done["task"]["done_at"] == "2026-06-01T12:00:00Z"
        assert (await at.post("/1/advance", to="closed", force="a test"))["incident"]["phase"] == "closed"


async def test_a_request_that_is_repeated_opens_nothing_twice(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        key = {"Idempotency-Key": "deploy-17"}
        first = await at.ask("POST", "", ADA | {"title": "slow"}, **key)
        await at.clock.advance(5)
        again = await at.ask("POST", "", ADA | {"title": "slow"}, **key)
        assert (first[0], again[0]) == (201, 200)
        assert first[1] == again[1]
        assert await at.refused("POST", "", ADA | {"title": "fast"}, **key) == (
            409,
            "INC-1: its Idempotency-Key has opened INC-1 already, with another title. Use a new key for a new incident",
        )
        assert (await at.refused("POST", "", ADA | {"title": "x"}, **{"Idempotency-Key": "x" * 201}))[
            0
        ] == 400
        assert len((await at.get())["incidents"]) == 1


async def test_lists_are_read_page_by_page(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        for number in range(1, 8):
            await at.post("", title=f"No {number}", services=["search"] if number % 2 else [])
        await at.post("/3/resolve")
        numbers, cursor = [], ""
        while True:
            found = await at.get(f"?limit=3{cursor}")
            numbers.append([each["number"] for each in found["incidents"]])
            if found["cursor"] is None:
                break
            cursor = f"&cursor={found['cursor']}"
        assert numbers == [[7, 6, 5], [4, 3, 2], [1]]
        assert [i["number"] for i in (await at.get("?open=false"))["incidents"]] == [3]
        assert [i["number"] for i in (await at.get("?open=true&service=Search"))["incidents"]] == [7, 5, 1]
        assert len((await at.get("?since=2026-06-01T12:00:00Z"))["incidents"]) == 7


async def test_a_timeline_is_read_on_from_its_last_line(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        await at.post("", title="slow")
        for number in range(4):
            await at.post("/1/note", text=f"note {number}")
        page = await at.get("/1/timeline?limit=3")
        assert [each["text"] for each in page["timeline"]] == ["slow", "note 0", "note 1"]
        rest = await at.get(f"/1/timeline?cursor={page['cursor']}")
        assert [each["text"] for each in rest["timeline"]] == ["note 2", "note 3"]
        assert rest["cursor"] is None


async def test_alerts_are_shown_moved_and_merged(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        await at.send("a", group="g", service="checkout")
        await at.send("b", group="g", service="search")
        await at.send("low", severity=Severity.SEV4, opens_at=Severity.SEV3)
        shown = (await at.get("/1"))["incident"]
        assert [(each["number"], each["key"], each["fires"]) for each in shown["alerts"]] == [
            (1, "a", True),
            (2, "b", True),
        ]
        (kept,) = (await at.get("/withheld"))["alerts"]
        assert (kept["key"], kept["incident"]) == ("low", None)
        assert "less severe than SEV3" in kept["withheld"]
        made = (await at.post("/1/split", title="search is down", alerts=[2], services=["search"]))[
            "incident"
        ]
        assert (made["number"], made["split_from"], made["services"]) == (2, 1, ["search"])
        merged = (await at.post("/2/merge", into=1))["incident"]
        assert (merged["number"], merged["services"]) == (1, ["checkout", "search"])
        assert (await at.get("/1"))["incident"]["duplicates"] == [2]
        assert (await at.get("/2"))["incident"]["merged_into"] == 1


WRONG = [
    ("POST", "", {}, 400, "title: must be a text"),
    ("POST", "", {"title": "x"}, 400, "author: must be a text"),
    ("POST", "", ADA | {"title": " "}, 400, "the title is empty. Give the title"),
    ("POST", "", ADA | {"title": 7}, 400, "title: must be a text"),
    ("POST", "", ADA | {"title": "x", "severity": "bad"}, 400, "severity: must be one of SEV1, SEV2, SEV3, SEV4"),
    ("POST", "", ADA | {"title": "x", "services": "a"}, 400, "services: must be a list"),
    ("POST", "", ADA | {"title": "x", "services": [1]}, 400, "services: must be a text"),
    ("POST", "", ADA | {"title": "x", "began_at": "soon"}, 400, "began_at: must be a time like 2026-01-31T14:02:00Z"),
    ("POST", "", ADA | {"titel": "x"}, 400, "unknown key 'titel'. Known are: title, author, services, severity, text, began_at, url"),
    ("POST", "", [], 400, 'the body must be an object. Write it like {"title": "checkout is slow", "author": "ada"}'),
    ("POST", "/1/note", ADA, 400, "text: must be a text"),
    ("POST", "/1/advance", ADA | {"to": "done"}, 400, "to: must be one of detected, triaged, investigating, mitigated, resolved, closed"),
    ("POST", "/1/severity", ADA | {"reason": "x"}, 400, "severity: must be one of SEV1, SEV2, SEV3, SEV4"),
    ("POST", "/1/merge", ADA | {"into": "2"}, 400, "into: must be a number"),
    ("POST", "/1/merge", ADA | {"into": True}, 400, "into: must be a number"),
    ("POST", "/1/merge", ADA | {"into": 9}, 404, "INC-9: there is no such incident. `statusherd incident list --all` shows those there are"),
    ("POST", "/9/note", ADA | {"text": "x"}, 404, "INC-9: there is no such incident. `statusherd incident list --all` shows those there are"),
    ("POST", "/1/note", {"author": "intake prom", "text": "x"}, 400, "'intake prom': is the name of an intake. Give a person's name"),
    ("POST", "/1/reopen", ADA | {"reason": "x"}, 409, "INC-1: is detected, and nothing is not before that. `statusherd incident advance` goes forward"),
    ("POST", "/1/tasks/4/done", ADA, 404, "INC-1: it has no task #4. `statusherd incident show 1` shows those it has"),
    ("GET", "/9", None, 404, "INC-9: there is no such incident. `statusherd incident list --all` shows those there are"),
    ("GET", "/9/timeline", None, 404, "INC-9: there is no such incident. `statusherd incident list --all` shows those there are"),
    ("GET", "?open=maybe", None, 400, "open: must be true or false"),
    ("GET", "?limit=0", None, 400, f"limit: must be a number from 1 to {MOST}"),
    ("GET", "?limit=201", None, 400, f"limit: must be a number from 1 to {MOST}"),
    ("GET", "?cursor=-1", None, 400, f"cursor: must be a number from 1 to {2**63 - 1}"),
    ("GET", "?since=yesterday", None, 400, "since: must be a time like 2026-01-31T14:02:00Z"),
    ("GET", "/x", None, 404, "Not Found."),
    ("POST", "/1/delete", ADA, 404, "Not Found."),
    ("DELETE", "/1", None, 405, "Method Not Allowed."),
]  # fmt: skip


async def test_what_is_not_understood_is_told_and_changes_nothing(tmp_path: Path) -> None:
    async with site(tmp_path) as at:
        await at.post("", title="slow")
        before = await at.get("/1")
        for method, path, body, status, says in WRONG:
            await at.clock.advance(1)
            assert await at.refused(method, path, body) == (status, says), (method, path, body)
        assert await at.get("/1") == before
        assert len((await at.get())["incidents"]) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/1"),
        ("GET", "/1/timeline"),
        ("GET", "/withheld"),
        ("POST", "/1/note"),
        ("POST", "/1/tasks"),
    ],
)
async def test_nothing_is_shown_or_done_without_the_token(tmp_path: Path, method: str, path: str) -> None:
    async with site(tmp_path) as at:
        await at.post("", title="slow")
        for shown in ("Bearer wrong", "", f"Basic {TOKEN}"):
            status, message = await at.refused(
                method, path, ADA | {"title": "x"} if method == "POST" else None, Authorization=shown
            )
            assert (status, message) == (401, "show the admin_token: Authorization: Bearer …")
        assert len((await at.get())["incidents"]) == 1


async def test_without_a_token_in_the_configuration_there_is_no_api(tmp_path: Path) -> None:
    clock = FakeClock()
    with Store.open(f"sqlite:///{tmp_path}/site.db") as store:
        desk, acks = StoreDesk(store, clock, lambda: SETUP), AckDesk(store, clock, lambda: SETUP, None)
        async with (
            answering(Web(Listen("127.0.0.1", 0)), Desks(acks, desk)) as port,
            aiohttp.ClientSession() as client,
            client.get(f"http://127.0.0.1:{port}{ROOT}") as answer,
        ):
            assert answer.status == 404
