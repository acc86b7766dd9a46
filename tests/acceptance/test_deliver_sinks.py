"""Messages through the real Apprise into real servers on loopback: what arrives, and how."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Delivery, SendOutcome, Thread
from statusherd.model.records import Maintenance, Update, VendorIncident
from statusherd.model.words import ChangeKind, DeliveryState, Impact, MaintenancePhase, Phase, Severity
from statusherd.notify.channels import Channel
from statusherd.notify.deliver import AppriseSender
from statusherd.notify.render import render
from statusherd.testing import Answer, HttpSink, MailAnswer, MailSink

NOW = datetime(2026, 11, 23, 10, 2, tzinfo=UTC)
HOSTILE = (
    "@everyone @here <!channel> <@U6TTX1F9R> <https://evil.example|status.example> "
    "[click](http://evil.example) ![x](http://evil.example/i.png) <script>alert(1)</script> a_b_c &lt;!here&gt;"
)


def delivery(number: int = 1, words: str = "Runs start late.", **also: Any) -> Delivery:
    incident = VendorIncident(
        id="k7",
        title=also.pop("title", "Disruption with Actions"),
        impact=Impact.MAJOR,
        phase=Phase.INVESTIGATING,
        started_at=NOW,
        url="https://status.example/incidents/k7_1",
        updates=(Update(NOW, Phase.INVESTIGATING, words),),
    )
    kind = also.pop("kind", ChangeKind.INCIDENT_OPENED)
    change = Change("github", kind, NOW, "listed", "k7", incident=incident)
    thread = Thread("github/incident/k7", "github", f"GitHub: {incident.title}", NOW)
    alert = Alert(thread, change, "GitHub", Severity.SEV2, "tier 1", number)
    key = also.pop("key", f"key-{number}")
    return Delivery(number, "ops", key, alert, NOW, DeliveryState.SENDING, created_at=NOW)


async def send(sender: AppriseSender, channel: Channel, what: Delivery) -> SendOutcome:
    message = render(what.alert, channel=channel, now=NOW, dedup_key=what.dedup_key, repeat=what.maybe_sent)
    return await sender.send(what, channel, message)


def mail_to(sink: MailSink, **also: Any) -> Channel:
    return Channel("ops", sink.url.replace("&format=text", ""), **also)


async def test_mails_of_a_thread_are_kept_together_by_every_mail_program() -> None:
    sender = AppriseSender(host="herd.example")
    async with MailSink() as sink:
        for number in (1, 2, 3):
            outcome = await send(sender, mail_to(sink), delivery(number))
            assert outcome.sent
        first, *rest = await sink.wait_for(3)
    roots = {str(mail.message["References"]) for mail in sink.received}
    assert len(roots) == 1
    assert roots.pop().endswith("@statusherd.herd.example>")
    assert first.subject == "GitHub: Disruption with Actions"
    assert [mail.subject for mail in rest] == ["Re: GitHub: Disruption with Actions"] * 2
    for mail in sink.received:
        assert mail.message["In-Reply-To"] == mail.message["References"]
        assert mail.message["Auto-Submitted"] == "auto-generated"
        assert len(mail.message.get_all("Message-ID", [])) == 1
    assert [mail.message["X-Statusherd-Dedup"] for mail in sink.received] == ["key-1", "key-2", "key-3"]


async def test_another_thread_has_another_root() -> None:
    sender = AppriseSender()
    other = delivery(2)
    other = replace(
        other, alert=replace(other.alert, thread=replace(other.alert.thread, id="github/incident/k8"))
    )
    async with MailSink() as sink:
        await send(sender, mail_to(sink), delivery(1))
        await send(sender, mail_to(sink), other)
        one, two = await sink.wait_for(2)
    assert one.message["References"] != two.message["References"]


async def test_a_mail_has_a_text_part_that_can_be_read_and_an_html_part() -> None:
    async with MailSink() as sink:
        assert (await send(AppriseSender(), mail_to(sink), delivery(words=HOSTILE))).sent
        (mail,) = await sink.wait_for(1)
    assert mail.message.get_content_type() == "multipart/alternative"
    text = mail.text.replace("\r\n", "\n")
    assert text.startswith(
        'SEV2 OPENED: GitHub: major incident "Disruption with Actions" (investigating)\n\nSeverity: '
    )
    assert "\nVendor's page: https://status.example/incidents/k7_1\n" in text
    assert text.rstrip().endswith("Reference: github/incident/k7, first message of this thread, key key-1")
    html = mail.message.get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert "<script" not in content
    assert content.count("<a href=") == 1


async def test_a_title_with_line_breaks_becomes_no_header() -> None:
    what = delivery(title="x\r\nBcc: all@evil.example\r\n\r\n<html>")
    async with MailSink() as sink:
        assert (await send(AppriseSender(), mail_to(sink), what)).sent
        (mail,) = await sink.wait_for(1)
    assert "Bcc" not in mail.message
    assert mail.recipients == ("oncall@example.org",)


async def test_mails_in_a_row_do_not_wait_for_each_other() -> None:
    sender = AppriseSender()
    async with MailSink() as sink:
        await send(sender, mail_to(sink), delivery(1))
        begun = time.monotonic()
        for number in (2, 3, 4):
            assert (await send(sender, mail_to(sink), delivery(number))).sent
        assert time.monotonic() - begun < 2
        await sink.wait_for(4)


@pytest.mark.parametrize(
    ("answer", "permanent", "detail"),
    [
        (MailAnswer.TRY_LATER, False, "mail server: 451 4.3.0 try again later"),
        (MailAnswer.REFUSED, True, "mail server: 550 5.1.1 no such mailbox"),
    ],
)
async def test_what_a_mail_server_answers_decides_whether_to_try_again(
    *, answer: MailAnswer, permanent: bool, detail: str
) -> None:
    async with MailSink(answer) as sink:
        outcome = await send(AppriseSender(), mail_to(sink), delivery())
    assert (outcome.sent, outcome.permanent, outcome.maybe_sent) == (False, permanent, False)
    assert outcome.detail == detail


async def test_a_webhook_gets_the_text_and_the_key() -> None:
    async with HttpSink() as sink:
        outcome = await send(AppriseSender(), Channel("hook", sink.url), delivery())
        (request,) = await sink.wait_for(1)
    assert outcome.sent
    assert outcome.elapsed > 0
    body = json.loads(request.body)
    assert body["title"] == "GitHub: Disruption with Actions"
    assert body["message"].startswith("SEV2 OPENED: GitHub: major incident")
    assert body["type"] == "failure"
    assert request.headers["X-Statusherd-Dedup"] == "key-1"
    assert request.headers["User-Agent"] == "statusherd"


async def test_a_key_that_no_header_can_hold_is_sent_as_its_digest() -> None:
    async with HttpSink() as sink:
        for key in ("a b\r\nX-Evil: 1", "süß", "x" * 300, "50%25"):
            assert (await send(AppriseSender(), Channel("hook", sink.url), delivery(key=key))).sent
        requests = await sink.wait_for(4)
    for request in requests:
        assert len(request.headers["X-Statusherd-Dedup"]) == 24
        assert "X-Evil" not in request.headers


@pytest.mark.parametrize(
    ("answer", "permanent", "maybe_sent"),
    [
        (Answer.UNAVAILABLE, False, False),
        (Answer.RATE_LIMITED, False, False),
        (Answer.REFUSED, True, False),
        (Answer.UNAUTHORISED, True, False),
        (Answer.DROP, False, True),
    ],
)
async def test_what_a_webhook_answers_decides_whether_to_try_again(
    *, answer: Answer, permanent: bool, maybe_sent: bool
) -> None:
    async with HttpSink(answer) as sink:
        outcome = await send(AppriseSender(), Channel("hook", sink.url), delivery())
    assert (outcome.sent, outcome.permanent, outcome.maybe_sent) == (False, permanent, maybe_sent)


async def test_the_wait_that_a_service_asks_for_is_passed_on() -> None:
    async with HttpSink(Answer.RATE_LIMITED) as sink:
        sink.retry_after = "120"
        outcome = await send(AppriseSender(), Channel("hook", sink.url), delivery())
    assert outcome.retry_after == 120


async def test_more_messages_than_the_rate_are_held_back_with_the_time_to_wait() -> None:
    sender = AppriseSender()
    async with HttpSink() as sink:
        channel = Channel("hook", sink.url, rate=2)
        outcomes = [await send(sender, channel, delivery(number)) for number in (1, 2, 3)]
    assert [outcome.sent for outcome in outcomes] == [True, True, False]
    assert outcomes[2].retry_after is not None
    assert 50 < outcomes[2].retry_after <= 60
    assert not outcomes[2].maybe_sent
    assert len(sink.attempts) == 2


# What really goes over the wire to services that would act on the vendor's text


def at_sink(schema: str, rest: str) -> Callable[[HttpSink], Channel]:
    return lambda sink: Channel("chat", f"{schema}://127.0.0.1:{sink.url.split(':')[2].strip('/')}/{rest}")


def everything(body: bytes) -> str:
    """All strings of a JSON body, as the service reads them."""

    def walk(thing: Any) -> list[str]:
        if isinstance(thing, dict):
            return [text for value in thing.values() for text in walk(value)]
        if isinstance(thing, list):
            return [text for value in thing for text in walk(value)]
        return [thing] if isinstance(thing, str) else []

    return "\n".join(walk(json.loads(body)))


def assert_calls_nobody(text: str) -> None:
    assert "@everyone" not in text
    assert "@here" not in text
    assert "<!" not in text
    assert "<@" not in text
    assert "👉" not in text
    assert "<https://evil" not in text
    assert "<script" not in text


@pytest.mark.parametrize(
    "channel",
    [
        at_sink("json", ""),
        at_sink("mmost", "3ccdd113474722377935511fc85d3dd4"),
        at_sink("ntfy", "alerts"),
        at_sink("gotify", "abcdefghijklmno"),
    ],
    ids=["json", "mmost", "ntfy", "gotify"],
)
async def test_hostile_words_arrive_harmless(channel: Callable[[HttpSink], Channel]) -> None:
    async with HttpSink() as sink:
        outcome = await send(AppriseSender(), channel(sink), delivery(words=HOSTILE, title=HOSTILE))
        requests = await sink.wait_for_attempts(1)
    assert outcome.sent, outcome.detail
    assert_calls_nobody(everything(requests[0].body))


async def test_mattermost_shows_the_vendors_marks_and_follows_none() -> None:
    async with HttpSink() as sink:
        await send(
            AppriseSender(),
            at_sink("mmost", "3ccdd113474722377935511fc85d3dd4")(sink),
            delivery(words=HOSTILE),
        )
        (request,) = await sink.wait_for(1)
    text = json.loads(request.body)["text"]
    assert text.startswith("**SEV2 OPENED: GitHub: major incident")
    assert r"\[click\](http://evil.example)" in text
    assert r"a\_b\_c" in text
    assert "- Vendor's page: <https://status.example/incidents/k7_1>" in text


def plugin_of(url: str) -> type:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise  # noqa: PLC0415 - it imports what is deprecated

        return type(apprise.Apprise.instantiate(url))


HOSTED = {
    "slack": ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "webhook_url", "/services"),
    "discord": ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "notify_url", "/api/webhooks"),
    "tgram": ("tgram://123456789:abcdefg_hijklmnop/12315544", "notify_url", "/bot"),
}


@pytest.mark.parametrize("schema", HOSTED)
async def test_hosted_chats_are_handed_harmless_words(schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url, place, path = HOSTED[schema]
    plugin = plugin_of(url)
    async with HttpSink() as sink:
        # These services have one fixed host: the sink stands in for it.
        monkeypatch.setattr(plugin, place, sink.http_url.rstrip("/") + path)
        await send(AppriseSender(), Channel("chat", url), delivery(words=HOSTILE, title=HOSTILE))
        requests = await sink.wait_for_attempts(1)
    text = everything(requests[0].body)
    assert_calls_nobody(text)
    assert "https://status.example/incidents/k7" in text
    assert "raw/master" not in text  # no picture is fetched from elsewhere


def planned_work(kind: ChangeKind, phase: MaintenancePhase, number: int) -> Delivery:
    window = Maintenance("m1", "Database work", phase, NOW + timedelta(days=1), NOW + timedelta(days=2))
    change = Change("acme", kind, NOW + timedelta(hours=number), "", "m1", maintenance=window)
    alert = Alert(
        Thread("acme/maintenance/m1", "acme", "Acme", NOW), change, "Acme", Severity.SEV4, "", number
    )
    return Delivery(number, "ops", f"key-{number}", alert, NOW, DeliveryState.SENDING, created_at=NOW)


async def test_mails_on_a_maintenance_carry_a_file_that_moves_the_calendar() -> None:
    announced = planned_work(ChangeKind.MAINTENANCE_ANNOUNCED, MaintenancePhase.SCHEDULED, 1)
    cancelled = planned_work(ChangeKind.MAINTENANCE_CANCELLED, MaintenancePhase.CANCELLED, 2)
    async with MailSink() as sink:
        for each in (announced, cancelled, delivery(3)):
            assert (await send(AppriseSender(), mail_to(sink), each)).sent
        mails = await sink.wait_for(3)
    files = [[p for p in mail.message.walk() if p.get_content_type() == "text/calendar"] for mail in mails]
    assert [len(parts) for parts in files] == [1, 1, 0]
    (first,), (second,), _ = files
    assert (first.get_param("method"), second.get_param("method")) == ("PUBLISH", "CANCEL")
    assert first.get_filename() == "maintenance.ics"
    text = first.get_payload(decode=True).decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert "DTSTART:20261124T100200Z\r\n" in text
    uid = [line for line in text.splitlines() if line.startswith("UID:")]
    assert uid[0] in second.get_payload(decode=True).decode()


async def test_a_web_hook_gets_no_calendar_file() -> None:
    announced = planned_work(ChangeKind.MAINTENANCE_ANNOUNCED, MaintenancePhase.SCHEDULED, 1)
    async with HttpSink() as sink:
        channel = Channel("ops", sink.url.replace("http://", "json://"))
        assert (await send(AppriseSender(), channel, announced)).sent
        (request,) = await sink.wait_for(1)
    assert "VCALENDAR" not in request.body.decode()
