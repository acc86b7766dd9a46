"""The doubles do what they are told, and nothing else."""

from __future__ import annotations

import asyncio
import json
import smtplib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import aiohttp
import apprise
import pytest

from statusherd.model.errors import FailureKind, FetchError, StatusherdError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.testing import (
    FAILED,
    START,
    Answer,
    FakeClock,
    Fault,
    HangingSink,
    HistoryFarm,
    HttpSink,
    MailAnswer,
    MailSink,
    PageFarm,
    RecordingSender,
    ScriptedFetcher,
    StatusPage,
)
from statusherd.watch.formats import Look, format_named
from statusherd.watch.past import read_history
from statusherd.watch.reading.documents import Document


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def read(page: StatusPage) -> Snapshot:
    """What our own format reads from the page's documents."""
    documents = page.documents()
    bodies = [documents.summary, documents.incidents, documents.maintenances]
    return format_named("statuspage").parse([Document(body) for body in bodies], Look("v", page.clock.now()))


class TestFakeClock:
    async def test_sleepers_wake_in_the_order_of_their_time_at_their_time(self, clock: FakeClock) -> None:
        woken: list[tuple[str, float]] = []

        async def sleeper(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append((name, clock.monotonic()))

        tasks = [asyncio.create_task(sleeper(str(s), s)) for s in (30, 10, 20)]
        await clock.advance(25)
        assert woken == [("10", 10), ("20", 20)]
        assert (clock.sleeping, clock.next_wake) == (1, 5)
        await clock.advance(5)
        await asyncio.gather(*tasks)
        assert clock.now() == START + timedelta(seconds=30)

    async def test_one_advance_carries_a_loop_through_all_its_rounds(self, clock: FakeClock) -> None:
        rounds: list[float] = []

        async def every_minute() -> None:
            while True:
                await clock.sleep(60)
                rounds.append(clock.monotonic())

        task = asyncio.create_task(every_minute())
        await clock.advance(3600)
        task.cancel()
        assert rounds == [60.0 * n for n in range(1, 61)]

    async def test_nobody_wakes_while_time_stands_still(self, clock: FakeClock) -> None:
        task = asyncio.create_task(clock.sleep(0.001))
        await clock.until_sleeping(1)
        await clock.advance(0)
        assert not task.done()
        task.cancel()

    async def test_cancelled_sleeper_is_forgotten(self, clock: FakeClock) -> None:
        task = asyncio.create_task(clock.sleep(5))
        await clock.until_sleeping(1)
        task.cancel()
        await clock.advance(10)
        assert (clock.sleeping, clock.next_wake) == (0, None)

    async def test_corrected_wall_time_wakes_nobody_and_leaves_the_monotonic_time(
        self, clock: FakeClock
    ) -> None:
        task = asyncio.create_task(clock.sleep(60))
        await clock.until_sleeping(1)
        clock.set(datetime(2031, 1, 1, tzinfo=UTC))
        await clock.advance(59)
        assert not task.done()
        assert clock.monotonic() == 59
        await clock.advance(1)
        await task
        assert clock.now() == datetime(2031, 1, 1, 0, 1, tzinfo=UTC)

    async def test_advance_to_a_moment_stops_exactly_there(self, clock: FakeClock) -> None:
        await clock.advance_to(START + timedelta(hours=7, milliseconds=3))
        assert clock.now() == START + timedelta(hours=7, milliseconds=3)

    async def test_waiting_for_sleepers_that_never_come_ends(self, clock: FakeClock) -> None:
        with pytest.raises(TimeoutError):
            await clock.until_sleeping(1, deadline=0.01)


class TestStatusPage:
    async def test_incident_runs_from_opened_to_resolved(self, clock: FakeClock) -> None:
        page = StatusPage(clock, components=("API", "Web"))
        incident = page.open("API errors", Impact.MAJOR, ["API"])
        opened = read(page)
        assert opened.status is Status.PARTIAL_OUTAGE
        assert [(c.name, c.status) for c in opened.components] == [
            ("API", Status.PARTIAL_OUTAGE),
            ("Web", Status.OPERATIONAL),
        ]
        await clock.advance(600)
        page.update(incident, "monitoring")
        assert read(page).incidents[0].phase is Phase.MONITORING
        page.resolve(incident)
        over = read(page)
        assert over.status is Status.OPERATIONAL
        assert over.incidents[0].resolved_at == START + timedelta(minutes=10)
        assert len(over.incidents[0].updates) == 3
        assert json.loads(page.documents().summary)["incidents"] == []

    def test_update_after_the_end_reopens(self, clock: FakeClock) -> None:
        page = StatusPage(clock)
        incident = page.open("API errors")
        page.resolve(incident)
        page.update(incident, Phase.INVESTIGATING)
        assert read(page).incidents[0].is_open
        assert read(page).incidents[0].resolved_at is None

    async def test_touch_moves_the_time_stamp_and_nothing_else(self, clock: FakeClock) -> None:
        page = StatusPage(clock)
        incident = page.open("API errors")
        before = read(page).incidents[0]
        await clock.advance(60)
        page.touch(incident)
        after = read(page).incidents[0]
        assert after.updated_at == START + timedelta(minutes=1)
        assert after.updates == before.updates

    def test_edit_rewords_what_was_posted(self, clock: FakeClock) -> None:
        page = StatusPage(clock)
        incident = page.open("API errors", text="One")
        page.edit(incident, title="Web errors", impact="critical", components=["Website"], text="Two")
        edited = read(page).incidents[0]
        assert (edited.title, edited.impact, edited.updates[-1].text) == (
            "Web errors",
            Impact.CRITICAL,
            "Two",
        )
        assert edited.component_ids == (page.component_id("Website"),)

    def test_withdrawn_incident_is_gone_from_the_history_too(self, clock: FakeClock) -> None:
        page = StatusPage(clock)
        page.withdraw(page.open("Never happened"))
        assert read(page).incidents == ()

    def test_incident_posted_after_the_fact_is_over_from_the_start(self, clock: FakeClock) -> None:
        page = StatusPage(clock)
        page.post_after_the_fact("Yesterday", "major", START - timedelta(hours=9), START - timedelta(hours=8))
        incident = read(page).incidents[0]
        assert (incident.phase, incident.resolved_at) == (Phase.RESOLVED, START - timedelta(hours=8))
        assert read(page).status is Status.OPERATIONAL

    def test_page_can_contradict_itself(self, clock: FakeClock) -> None:
        page = StatusPage(clock)
        page.open("API errors", "critical", ["API"], moves_components=False)
        page.rollup = Status.OPERATIONAL
        page.set_component("Website", Status.DEGRADED)
        snapshot = read(page)
        assert snapshot.page_status is Status.OPERATIONAL
        assert [c.status for c in snapshot.components] == [Status.OPERATIONAL, Status.DEGRADED]
        assert snapshot.status is Status.MAJOR_OUTAGE

    def test_maintenance_is_announced_extended_and_ended(self, clock: FakeClock) -> None:
        page = StatusPage(clock)
        starts, ends = START + timedelta(hours=1), START + timedelta(hours=2)
        window = page.schedule_maintenance("Move", starts, ends, ["API"])
        assert (read(page).maintenances[0].phase, read(page).status) == (
            MaintenancePhase.SCHEDULED,
            Status.OPERATIONAL,
        )
        page.start_maintenance(window)
        page.reschedule_maintenance(window, ends_at=ends + timedelta(hours=1))
        running = read(page)
        assert running.status is Status.MAINTENANCE
        assert running.maintenances[0].ends_at == ends + timedelta(hours=1)
        assert running.components[0].status is Status.MAINTENANCE
        page.end_maintenance(window)
        assert read(page).maintenances[0].phase is MaintenancePhase.COMPLETED
        assert json.loads(page.documents().summary)["scheduled_maintenances"] == []

    def test_components_come_go_and_change_their_name(self, clock: FakeClock) -> None:
        page = StatusPage(clock, components=3)
        kept = page.component_id("Component 1")
        page.rename_component("Component 1", "Core")
        page.remove_component("Component 2")
        page.add_component("New")
        assert page.rows == 3
        assert page.component_id("Core") == kept

    def test_name_that_is_not_there_is_an_error_that_says_so(self, clock: FakeClock) -> None:
        page = StatusPage(clock, "Acme")
        with pytest.raises(StatusherdError, match="Acme: this page has no component 'Nope'"):
            page.set_component("Nope", Status.DEGRADED)
        with pytest.raises(StatusherdError, match="no incident 'x'"):
            page.resolve("x")
        with pytest.raises(StatusherdError, match="no incident or maintenance 'x'"):
            page.withdraw("x")

    def test_same_calls_give_the_same_ids(self) -> None:
        one, other = (StatusPage(FakeClock(), "Acme").open("API errors") for _ in range(2))
        assert one == other

    def test_shape_is_recognised_as_statuspage(self, clock: FakeClock) -> None:
        body = StatusPage(clock).documents().summary
        assert format_named("statuspage").recognise(Document(body)) is not None


class TestServedPage:
    async def test_unchanged_page_answers_not_modified_and_a_changed_one_its_new_body(
        self, clock: FakeClock, client: aiohttp.ClientSession
    ) -> None:
        async with StatusPage(clock) as page:
            url = f"{page.url}api/v2/summary.json"
            async with client.get(url) as first:
                etag = first.headers["ETag"]
            async with client.get(url, headers={"If-None-Match": etag}) as second:
                assert second.status == 304
            page.open("API errors")
            async with client.get(url, headers={"If-None-Match": etag}) as third:
                assert len((await third.json())["incidents"]) == 1
            assert page.count("summary", 200) == 2
            assert page.count("summary", 304) == 1
            assert page.requests[1].headers["If-None-Match"] == etag

    @pytest.mark.parametrize(
        "path", ["summary", "status", "components", "incidents", "scheduled-maintenances"]
    )
    async def test_every_document_of_the_api_is_served(
        self, clock: FakeClock, client: aiohttp.ClientSession, path: str
    ) -> None:
        async with StatusPage(clock) as page, client.get(f"{page.url}api/v2/{path}.json") as answer:
            assert format_named("statuspage").recognise(Document(await answer.read())) is not None

    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            (Fault.HTML, 200),
            (Fault.UNAUTHORISED, 401),
            (Fault.FORBIDDEN, 403),
            (Fault.NOT_FOUND, 404),
            (Fault.GONE, 410),
            (Fault.RATE_LIMITED, 429),
            (Fault.SERVER_ERROR, 500),
            (Fault.UNAVAILABLE, 503),
        ],
    )
    async def test_faulty_page_answers_html_with_its_status(
        self, clock: FakeClock, client: aiohttp.ClientSession, fault: Fault, status: int
    ) -> None:
        async with StatusPage(clock) as page:
            page.fault = fault
            page.retry_after = "7"
            async with client.get(f"{page.url}api/v2/summary.json") as answer:
                assert (answer.status, answer.content_type) == (status, "text/html")
                assert answer.headers["Retry-After"] == "7"

    async def test_redirect_leads_to_the_page_that_says_inactive(
        self, clock: FakeClock, client: aiohttp.ClientSession
    ) -> None:
        async with StatusPage(clock) as page:
            page.fault = Fault.REDIRECT
            async with client.get(f"{page.url}api/v2/summary.json") as answer:
                assert answer.url.path == "/inactive"
                assert answer.content_type == "text/html"

    async def test_empty_and_half_bodies_arrive_as_a_good_answer(
        self, clock: FakeClock, client: aiohttp.ClientSession
    ) -> None:
        async with StatusPage(clock) as page:
            page.next_faults.extend([Fault.EMPTY, Fault.HALF])
            bodies = []
            for _ in range(3):
                async with client.get(f"{page.url}api/v2/summary.json") as answer:
                    assert answer.status == 200
                    bodies.append(await answer.read())
        assert bodies[0] == b""
        assert bodies[2].startswith(bodies[1])
        assert len(bodies[1]) == len(bodies[2]) // 2

    async def test_truncated_and_dropped_answers_break_the_connection(
        self, clock: FakeClock, client: aiohttp.ClientSession
    ) -> None:
        async with StatusPage(clock) as page:
            page.next_faults.extend([Fault.TRUNCATED, Fault.DROP])
            with pytest.raises(aiohttp.ClientPayloadError):
                async with client.get(f"{page.url}api/v2/summary.json") as answer:
                    await answer.read()
            with pytest.raises(aiohttp.ClientConnectionError):
                await client.post(f"{page.url}api/v2/summary.json")
            assert page.requests[1].status == 0

    async def test_hanging_page_is_seen_asked_and_lets_the_server_stop(
        self, clock: FakeClock, client: aiohttp.ClientSession
    ) -> None:
        async with StatusPage(clock) as page:
            page.fault = Fault.HANG
            asking = asyncio.create_task(client.get(f"{page.url}api/v2/summary.json"))
            await page.wait_for(1)
            assert not asking.done()
        with pytest.raises(aiohttp.ClientConnectionError):
            await asking

    async def test_stopped_page_refuses_connections_until_it_is_back_on_its_port(
        self, clock: FakeClock, client: aiohttp.ClientSession
    ) -> None:
        async with StatusPage(clock) as page:
            url = page.url
            await page.stop()
            with pytest.raises(aiohttp.ClientConnectorError):
                await client.get(url)
            await page.start()
            assert page.url == url
            async with client.get(f"{url}api/v2/status.json") as answer:
                assert answer.status == 200

    async def test_farm_gives_each_page_an_address_of_its_own_on_one_port(
        self, clock: FakeClock, client: aiohttp.ClientSession
    ) -> None:
        async with PageFarm(300, clock, components=3) as farm:
            farm[299].open("Only here", "critical")
            assert len({page.url for page in farm.farmed}) == 300
            assert len({page.url.rpartition(":")[2] for page in farm.farmed}) == 1
            for page, indicator in ((farm[0], "none"), (farm[299], "critical")):
                async with client.get(f"{page.url}api/v2/summary.json") as answer:
                    summary = await answer.json()
                assert summary["status"]["indicator"] == indicator
                assert summary["page"] | {"name": page.name, "url": page.address} == summary["page"]
                assert page.count() == 1

    async def test_history_is_served_as_of_the_clock(
        self, clock: FakeClock, client: aiohttp.ClientSession
    ) -> None:
        rows = [
            {
                "vendor": vendor,
                "native_id": f"{vendor}-1",
                "title": "Trouble",
                "started_at": START.isoformat(),
                "updates": [
                    {"created_at": START.isoformat(), "status": "investigating", "body": "Looking."},
                    {
                        "created_at": (START + timedelta(hours=1)).isoformat(),
                        "status": "resolved",
                        "body": "Over.",
                    },
                ],
            }
            for vendor in ("acme", "beta")
        ]
        history = read_history(json.dumps(row) for row in rows)
        async with HistoryFarm(history, clock) as farm:
            page = farm.by_vendor["beta"]
            url = f"{page.url}api/v2/incidents.json"
            seen = []
            for moment in (*page.moments, page.moments[-1] + timedelta(days=1)):
                clock.set(moment)
                async with client.get(url) as answer:
                    incident = (await answer.json())["incidents"][0]
                    seen.append((incident["id"], incident["status"], answer.headers["ETag"]))
        assert [(i, s) for i, s, _ in seen] == [
            ("beta-1", "investigating"),
            ("beta-1", "resolved"),
            ("beta-1", "resolved"),
        ]
        assert seen[1][2] == seen[2][2] != seen[0][2]


class TestHttpSink:
    async def test_bodies_and_headers_are_kept_in_order(self, client: aiohttp.ClientSession) -> None:
        async with HttpSink() as sink:
            for number in range(3):
                await client.post(f"{sink.http_url}hook", json={"n": number}, headers={"X-Key": "k"})
            received = await sink.wait_for(3)
        assert [message.json for message in received] == [{"n": 0}, {"n": 1}, {"n": 2}]
        assert (received[0].path, received[0].headers["X-Key"]) == ("/hook", "k")

    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            (Answer.UNAVAILABLE, 503),
            (Answer.RATE_LIMITED, 429),
            (Answer.REFUSED, 400),
            (Answer.UNAUTHORISED, 401),
        ],
    )
    async def test_refused_message_is_an_attempt_and_not_received(
        self, client: aiohttp.ClientSession, answer: Answer, status: int
    ) -> None:
        async with HttpSink() as sink:
            sink.next_answers.append(answer)
            for expected in (status, 200):
                async with client.post(sink.http_url, data=b"x") as response:
                    assert response.status == expected
            assert (len(sink.attempts), len(sink.received)) == (2, 1)

    async def test_rate_limited_answer_says_how_long_to_wait(self, client: aiohttp.ClientSession) -> None:
        async with HttpSink(Answer.RATE_LIMITED) as sink, client.post(sink.http_url) as response:
            assert response.headers["Retry-After"] == "30"

    @pytest.mark.parametrize("answer", [Answer.DROP, Answer.HANG])
    async def test_message_is_received_though_its_sender_never_learns_so(
        self, client: aiohttp.ClientSession, answer: Answer
    ) -> None:
        async with HttpSink(answer) as sink:
            sending = asyncio.create_task(client.post(sink.http_url, data=b"x"))
            assert [message.body for message in await sink.wait_for(1)] == [b"x"]
        with pytest.raises(aiohttp.ClientConnectionError):
            await sending

    async def test_waiting_for_a_message_that_never_comes_ends(self) -> None:
        async with HttpSink() as sink:
            with pytest.raises(TimeoutError):
                await sink.wait_for(1, deadline=0.01)

    @pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise imports it
    async def test_url_is_a_channel_that_apprise_can_post_to(self) -> None:
        asset = apprise.AppriseAsset(async_mode=False, service_timeout=0)
        async with HttpSink() as sink:
            channel = apprise.Apprise(asset=asset)
            assert channel.add(sink.url)
            await asyncio.to_thread(channel.notify, body="words", title="API errors")
            (message,) = await sink.wait_for(1)
        assert isinstance(message.json, dict)
        assert (message.json["title"], message.json["message"]) == ("API errors", "words")


def send_mail(sink: MailSink, subject: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["References"] = "<thread@example.org>"
    mail.set_content("Grüße from the herd")
    port = int(sink.url.split("/")[2].rpartition(":")[2])
    with smtplib.SMTP("127.0.0.1", port, local_hostname="test", timeout=5) as smtp:
        smtp.send_message(mail, "from@example.org", ["to@example.org"])


class TestMailSink:
    async def test_mail_is_kept_as_a_parsed_message(self) -> None:
        async with MailSink() as sink:
            await asyncio.to_thread(send_mail, sink, "[SEV2] Acme: API errors in Zürich")
            (mail,) = await sink.wait_for(1)
        assert (mail.sender, mail.recipients) == ("from@example.org", ("to@example.org",))
        assert mail.subject == "[SEV2] Acme: API errors in Zürich"
        assert mail.text.strip() == "Grüße from the herd"
        assert mail.message["References"] == "<thread@example.org>"

    @pytest.mark.parametrize(("answer", "code"), [(MailAnswer.TRY_LATER, 451), (MailAnswer.REFUSED, 550)])
    async def test_refused_recipient_gets_no_mail(self, answer: MailAnswer, code: int) -> None:
        async with MailSink() as sink:
            sink.next_answers.append(answer)
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
                await asyncio.to_thread(send_mail, sink, "one")
            assert refusal.value.recipients["to@example.org"][0] == code
            await asyncio.to_thread(send_mail, sink, "two")
            assert ([mail.subject for mail in sink.received], sink.attempts) == (["two"], 2)

    async def test_hanging_server_lets_go_when_it_stops(self) -> None:
        async with MailSink(MailAnswer.HANG) as sink:
            sending = asyncio.create_task(asyncio.to_thread(send_mail, sink, "one"))
            await sink.wait_for_attempts(1)
            assert not sending.done()
        with pytest.raises((smtplib.SMTPException, OSError)):
            await sending
        assert sink.received == []


async def test_hanging_sink_takes_connections_and_says_nothing() -> None:
    async with HangingSink() as sink:
        port = int(sink.http_url.rstrip("/").rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await sink.wait_for(1)
        assert sink.connections == 1
    assert reader.exception() is not None or await reader.read() == b""
    writer.close()


class Channel:
    def __init__(self, name: str) -> None:
        self.name = name


class TestRecordingSender:
    async def test_outcomes_come_as_scripted_and_only_what_went_out_counts_as_sent(self) -> None:
        sender: RecordingSender[Channel, str] = RecordingSender()
        sender.outcomes["pager"] = FAILED
        sender.next_outcomes.append(FAILED)
        chat, pager = Channel("chat"), Channel("pager")
        delivery = object()
        outcomes = [
            await sender.send(delivery, channel, text)
            for channel, text in ((chat, "a"), (chat, "b"), (pager, "c"))
        ]
        assert [outcome.sent for outcome in outcomes] == [False, True, False]
        assert sender.to("chat") == ["b"]
        assert len(sender.attempts) == 3


class TestScriptedFetcher:
    async def test_same_bytes_are_unchanged_for_whoever_has_the_validators(self, clock: FakeClock) -> None:
        fetcher = ScriptedFetcher(clock, {"https://a.example/x": b"one"})
        first = await fetcher.fetch("https://a.example/x")
        again = await fetcher.fetch("https://a.example/x", first.validators)
        whole = await fetcher.fetch("https://a.example/x", first.validators.unconditional())
        fetcher.holdings["https://a.example/x"] = b"two"
        changed = await fetcher.fetch("https://a.example/x", first.validators)
        assert [f.unchanged for f in (first, again, whole, changed)] == [False, True, True, False]
        assert again.document is None
        assert whole.document is not None
        assert changed.document is not None
        assert changed.document.body == b"two"
        assert fetcher.fetched == ["https://a.example/x"] * 4

    async def test_errors_and_absent_addresses_are_raised(self, clock: FakeClock) -> None:
        failure = FetchError(FailureKind.TIMEOUT, "too slow")
        fetcher = ScriptedFetcher(clock, {"https://a.example/x": failure})
        with pytest.raises(FetchError, match="too slow"):
            await fetcher.fetch("https://a.example/x")
        with pytest.raises(FetchError) as absent:
            await fetcher.fetch("https://a.example/y")
        assert absent.value.kind is FailureKind.NOT_FOUND

    async def test_page_is_held_as_it_is_at_each_fetch(self, clock: FakeClock) -> None:
        page = StatusPage(clock)
        fetcher = ScriptedFetcher(clock)
        fetcher.hold_page("https://status.acme.example/", page)
        url = "https://status.acme.example/api/v2/summary.json"
        before = await fetcher.fetch(url)
        page.open("API errors")
        after = await fetcher.fetch(url, before.validators)
        assert not after.unchanged
        assert page.url == "https://status.acme.example/"

    async def test_function_is_asked_for_the_instant(self, clock: FakeClock) -> None:
        fetcher = ScriptedFetcher(clock, {"https://a.example/": lambda now: now.isoformat().encode()})
        await clock.advance(60)
        fetched = await fetcher.fetch("https://a.example/")
        assert fetched.document is not None
        assert fetched.document.body == b"2026-06-01T12:01:00+00:00"
