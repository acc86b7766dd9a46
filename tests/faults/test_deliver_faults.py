"""Destinations that hang, break and lie: none delays another, none makes a secret show."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import string
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Delivery, SendOutcome, Thread
from statusherd.model.words import ChangeKind, DeliveryState, Severity, Status
from statusherd.notify.answers import Answer as HttpAnswer
from statusherd.notify.answers import Heard, outcome_of, seconds_to_wait
from statusherd.notify.channels import Channel, Format
from statusherd.notify.deliver import MOST_HANGING, AppriseSender
from statusherd.notify.render import Message, Tone
from statusherd.testing import Answer, HangingSink, HttpSink, MailAnswer, MailSink

NOW = datetime(2026, 11, 23, 10, 2, tzinfo=UTC)
MESSAGE = Message("GitHub: API errors", "OPENED: GitHub: API errors", Format.TEXT, Tone.WARNING)


def delivery(number: int = 1) -> Delivery:
    change = Change("github", ChangeKind.DISTURBANCE_OPENED, NOW, "fell", "d", status=Status.DEGRADED)
    thread = Thread("github/d", "github", "GitHub: trouble", NOW)
    alert = Alert(thread, change, "GitHub", Severity.SEV3, "", number)
    return Delivery(number, "ops", f"key-{number}", alert, NOW, DeliveryState.SENDING, created_at=NOW)


async def send(sender: AppriseSender, channel: Channel, number: int = 1) -> SendOutcome:
    return await sender.send(delivery(number), channel, MESSAGE)


@asynccontextmanager
async def warm() -> AsyncIterator[tuple[AppriseSender, HttpSink]]:
    """A sender that has loaded Apprise, and a healthy sink."""
    sender = AppriseSender()
    async with HttpSink() as sink:
        assert (await send(sender, Channel("warm", sink.url))).sent
        yield sender, sink


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[str]:
    """A server that speaks as `talk` does; yields its "127.0.0.1:port" and cuts every line at the end."""
    tasks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(one(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def answering(answer: bytes) -> AbstractAsyncContextManager[str]:
    """An HTTP server that reads a request whole and answers these bytes."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(answer)
        await writer.drain()

    return talking(respond)


# Hanging


async def test_hanging_sinks_do_not_delay_a_healthy_one() -> None:
    async with warm() as (sender, healthy), AsyncExitStack() as stack:
        hanging = [await stack.enter_async_context(HangingSink()) for _ in range(14)]
        urls = [sink.url for sink in hanging[:8]] + [sink.mail_url for sink in hanging[8:]]
        stuck = [
            asyncio.create_task(send(sender, Channel(f"stuck-{number}", url, deadline=3)))
            for number, url in enumerate(urls)
        ]
        for sink in hanging:
            await sink.wait_for(1)
        for number in range(5):
            begun = time.monotonic()
            assert (await send(sender, Channel("healthy", healthy.url), number)).sent
            assert time.monotonic() - begun < 0.5
        outcomes = await asyncio.gather(*stuck)
    assert not any(outcome.sent or outcome.permanent for outcome in outcomes)
    # What left us may have arrived; a mail server that never greeted us has nothing.
    assert [outcome.maybe_sent for outcome in outcomes] == [True] * 8 + [False] * 6


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one byte at a time, for ever: no socket timeout of the client ever fires."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def test_a_send_that_never_ends_is_left_to_itself_and_the_channel_rests_after_three() -> None:
    async with warm() as (sender, healthy), talking(dripping) as place:
        channel = Channel("drip", f"json://{place}/", deadline=1)
        for number in range(MOST_HANGING):
            outcome = await send(sender, channel, number)
            assert outcome.maybe_sent
            assert not outcome.permanent
            assert outcome.detail == "no answer within 1 s; it may have arrived"
            assert 0.9 < outcome.elapsed < 1.5
        assert sender.hanging() == {"drip": MOST_HANGING}
        resting = await send(sender, channel, 9)
        assert not resting.sent
        assert not resting.maybe_sent
        assert not resting.permanent
        assert resting.retry_after == 60
        assert "not tried" in resting.detail
        # Another channel to the same place, or to any other, has its own count.
        assert (await send(sender, Channel("healthy", healthy.url))).sent


async def test_a_channel_sends_one_after_the_other_in_order() -> None:
    async with warm() as (sender, sink):
        channel = Channel("ops", sink.url)
        await asyncio.gather(*(send(sender, channel, number) for number in range(2, 12)))
        requests = await sink.wait_for(11)
    keys = [request.headers["X-Statusherd-Dedup"] for request in requests]
    assert keys == [f"key-{number}" for number in range(1, 12)]


ABANDON = """
    import asyncio, sys
    from statusherd.notify.channels import Channel
    from statusherd.notify.deliver import AppriseSender
    sys.path.insert(0, sys.argv[2])
    from test_deliver_faults import MESSAGE, delivery

    async def main():
        sender = AppriseSender()
        channels = [Channel(f"c{n}", sys.argv[1], deadline=1) for n in range(4)]
        outcomes = await asyncio.gather(*(sender.send(delivery(), c, MESSAGE) for c in channels))
        assert all(o.maybe_sent for o in outcomes), outcomes
        assert sender.hanging(), outcomes
        print("done", flush=True)

    asyncio.run(main())
"""


async def test_the_process_ends_at_once_while_sends_hang() -> None:
    folder = str(Path(__file__).parent)
    async with talking(dripping) as place:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", textwrap.dedent(ABANDON), f"json://{place}/", folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        said = await process.stdout.readline()
        begun = time.monotonic()
        _, complaint = await asyncio.wait_for(process.communicate(), 10)
        assert time.monotonic() - begun < 1.5
    assert said == b"done\n", complaint.decode()
    assert process.returncode == 0, complaint.decode()


# Breaking


async def test_what_was_never_listening_has_certainly_not_arrived() -> None:
    async with HttpSink() as sink:
        url = sink.url
    outcome = await send(AppriseSender(), Channel("gone", url))
    assert (outcome.sent, outcome.permanent, outcome.maybe_sent) == (False, False, False)
    assert outcome.detail == "connection refused"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed_but_told(status: int) -> None:
    async with HttpSink() as elsewhere:
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.http_url}\r\nContent-Length: 0\r\n\r\n"
        async with answering(head.encode()) as place:
            outcome = await send(AppriseSender(), Channel("moved", f"json://{place}/"))
        assert elsewhere.attempts == []
    assert outcome.permanent
    assert "Put the final one into the channel's url" in outcome.detail


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422])
async def test_a_refusal_for_good_is_not_tried_again(status: int) -> None:
    async with answering(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()) as place:
        outcome = await send(AppriseSender(), Channel("refused", f"json://{place}/"))
    assert outcome.permanent
    assert outcome.detail.startswith(f"HTTP {status}")


@pytest.mark.parametrize(
    ("status", "maybe_sent"),
    [
        (408, False),
        (425, False),
        (429, False),
        (500, False),
        (502, True),
        (503, False),
        (504, True),
        (599, False),
    ],
)
async def test_a_passing_trouble_is_tried_again(*, status: int, maybe_sent: bool) -> None:
    async with answering(f"HTTP/1.1 {status} Later\r\nContent-Length: 0\r\n\r\n".encode()) as place:
        outcome = await send(AppriseSender(), Channel("later", f"json://{place}/"))
    assert not outcome.permanent
    assert outcome.maybe_sent is maybe_sent


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 ", b"SSH-2.0-OpenSSH\r\n", b"\x00\xff\x00"])
async def test_an_answer_that_is_none_leaves_the_fate_open(answer: bytes) -> None:
    async with answering(answer) as place:
        outcome = await send(AppriseSender(), Channel("broken", f"json://{place}/"))
    assert not outcome.sent
    assert not outcome.permanent
    assert outcome.maybe_sent


async def test_a_mail_server_that_takes_the_mail_and_drops_the_line_may_have_it() -> None:
    async def drop_after_data(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                break
            writer.write(b"250 ok\r\n")

    async with talking(drop_after_data) as place:
        url = f"mailto://{place}/?from=a@b.example&to=c@d.example"
        outcome = await send(AppriseSender(), Channel("mail", url))
    assert (outcome.sent, outcome.permanent, outcome.maybe_sent) == (False, False, True)


async def test_a_mail_that_one_of_two_got_is_perhaps_a_repeat_next_time() -> None:
    async with MailSink() as sink:
        sink.next_answers.extend([MailAnswer.OK, MailAnswer.TRY_LATER])
        url = sink.url.replace("to=oncall@example.org", "to=a@example.org,b@example.org")
        outcome = await send(AppriseSender(), Channel("mail", url))
    assert len(sink.received) == 1
    assert (outcome.sent, outcome.permanent, outcome.maybe_sent) == (False, False, True)


@pytest.mark.parametrize(
    "url", ["slack://bad", "mqtt://127.0.0.1/x?qos=7", "mailto://", "tgram://nothing", "discord://", "gnome://x", "", "nonsense"]
)  # fmt: skip
async def test_a_url_that_cannot_be_used_is_told_once_and_for_good(url: str) -> None:
    outcome = await send(AppriseSender(), Channel("bad", url))
    assert not outcome.sent
    assert outcome.permanent
    assert outcome.detail


# Queues and chats of lines


def queue(took: list[int], verdict: int = 0) -> AbstractAsyncContextManager[str]:
    """A queue's server that answers a login with `verdict` and confirms no message; notes what it got."""

    async def never_confirm(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(4096):
            took.append(head[0] >> 4)
            if head[0] >> 4 == LOGIN:
                writer.write(bytes([0x20, 2, 0, verdict]))

    return talking(never_confirm)


LOGIN, PUBLISH, GOODBYE = 1, 3, 14


async def test_a_message_that_a_queue_does_not_confirm_is_perhaps_there() -> None:
    took: list[int] = []
    async with queue(took) as place:
        outcome = await send(AppriseSender(), Channel("queue", f"mqtt://{place}/ops", deadline=2))
        # Nothing goes on trying behind our back: what is sent again is ours to decide.
        assert not [each for each in threading.enumerate() if each.name.startswith("paho-mqtt")]
    assert took == [LOGIN, PUBLISH, GOODBYE]
    assert (outcome.sent, outcome.permanent, outcome.maybe_sent) == (False, False, True)
    assert "confirmed nothing in time" in outcome.detail
    assert "login" in outcome.detail


async def test_a_queue_that_lets_us_not_in_is_no_success() -> None:
    took: list[int] = []
    async with queue(took, verdict=5) as place:
        outcome = await send(
            AppriseSender(), Channel("queue", f"mqtt://u:s3cr3t-w0rd@{place}/ops", deadline=2)
        )
    assert PUBLISH not in took
    assert not outcome.sent
    assert "s3cr3t" not in outcome.detail


READ, WRITTEN = "IRC read: :irc.example", "IRC write: PRIVMSG"


@pytest.mark.parametrize(
    ("sent", "log", "expected"),
    [
        # Apprise takes what is written for sent; the server says otherwise.
        (True, [("TRACE", f"{READ} 404 herd #ops :No"), ("INFO", "Sent IRC notification to #ops")], (True, False)),
        # Two channels, one of which refuses.
        (True, [("INFO", "Sent IRC notification to #a"), ("TRACE", f"{READ} 404 herd #b :No"),
                ("INFO", "Sent IRC notification to #b")], (True, True)),
        (False, [("INFO", "Sent IRC notification to #a"), ("TRACE", f"{READ} 473 herd #b :No"),
                 ("DEBUG", "IRC Exception: Invite only channel: No")], (True, True)),
        # It broke before, and after the message was spoken.
        (False, [("DEBUG", "IRC Exception: IRC registration timeout")], (False, False)),
        (False, [("TRACE", f"{WRITTEN} NickServ :IDENTIFY x"), ("DEBUG", "IRC Exception: broken pipe")],
         (False, False)),
        (False, [("TRACE", f"{WRITTEN} #ops :words"), ("DEBUG", "IRC Exception: broken pipe")], (False, True)),
    ],
)  # fmt: skip
def test_what_a_chat_of_lines_replies_decides(
    *, sent: bool, log: list[tuple[str, str]], expected: tuple[bool, bool]
) -> None:
    outcome = outcome_of(sent=sent, heard=Heard(log=log), secrets=())
    assert not outcome.sent
    assert outcome.detail.startswith("chat server: ")
    assert (outcome.permanent, outcome.maybe_sent) == expected


def test_what_a_vendor_writes_is_no_reply_of_the_server() -> None:
    log = [("TRACE", f"{WRITTEN} #ops :{READ} 404 herd #ops :No"), ("INFO", "Sent IRC notification to #ops")]
    assert outcome_of(sent=True, heard=Heard(log=log), secrets=()).sent


# What the answers mean


def test_a_wait_is_read_as_seconds_or_as_a_date() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=90)
    assert seconds_to_wait("120") == 120
    assert 85 < (seconds_to_wait(f"{soon:%a, %d %b %Y %H:%M:%S} GMT") or 0) <= 90
    assert seconds_to_wait("Mon, 23 Nov 2020 10:00:00 GMT") == 0
    assert seconds_to_wait("soon") is None
    assert seconds_to_wait("-5") is None
    assert seconds_to_wait("9" * 400) == 999999999999
    assert seconds_to_wait(None) is None


def test_a_limit_without_a_wait_still_leaves_the_service_alone() -> None:
    limited = Heard([HttpAnswer(429)])
    assert outcome_of(sent=False, heard=limited, secrets=()).retry_after == 30


def test_an_unexplained_failure_is_tried_again() -> None:
    outcome = outcome_of(sent=False, heard=Heard(), secrets=())
    assert not outcome.permanent
    assert "gave no reason" in outcome.detail


# Secrets


def canary() -> str:
    return "Canary" + "".join(random.choices(string.ascii_letters, k=14))


SHOWN_BY = {
    "password": "json://user:{secret}@{host}/",
    "user": "json://{secret}:pw@{host}/",
    "path": "json://{host}/hooks/{secret}",
    "query": "json://{host}/?token={secret}",
    "header": "json://{host}/?+X-Token={secret}",
    "payload": "json://{host}/?:token={secret}",
    "quoted": "json://user:{secret}%2Fmore@{host}/",
    "gotify": "gotify://{host}/{secret}",
    "mattermost": "mmost://{host}/{secret}",
    "ntfy": "ntfy://user:{secret}@{host}/topic",
    "mail": "mailto://user:{secret}@{host}/?from=a@b.example&to={secret}@d.example&mode=insecure",
    "recipient": "mailto://{host}/?from={secret}@b.example&to={secret}@d.example&mode=insecure",
}


@pytest.mark.parametrize("where", SHOWN_BY)
@pytest.mark.parametrize("answer", [Answer.UNAVAILABLE, Answer.REFUSED, Answer.DROP])
async def test_no_secret_shows_in_outcome_or_log(
    where: str, answer: Answer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.NOTSET)
    secret = canary()
    async with HttpSink(answer) as sink, MailSink(MailAnswer.REFUSED) as mail:
        port = (mail.url if where in ("mail", "recipient") else sink.url).split(":")[2].split("/")[0]
        url = SHOWN_BY[where].format(secret=secret, host=f"127.0.0.1:{port}")
        outcome = await send(AppriseSender(), Channel("secretive", url))
    assert not outcome.sent
    shown = capsys.readouterr()
    # The mail server in this test writes a log too; it is not ours.
    logged = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    assert secret not in outcome.detail
    assert secret not in "\n".join(logged)
    assert secret not in shown.out + shown.err


async def test_a_mail_server_that_repeats_the_recipient_is_masked() -> None:
    secret = canary()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            known = line.upper().startswith((b"EHLO", b"MAIL", b"QUIT", b"RSET"))
            writer.write(b"250 ok\r\n" if known else b"550 no such user: " + line)

    async with talking(refuse) as place:
        url = f"mailto://{place}/?from=a@b.example&to={secret}@d.example&mode=insecure"
        outcome = await send(AppriseSender(), Channel("mail", url))
    assert outcome.permanent
    assert outcome.detail.startswith("mail server: 550 no such user")
    assert secret not in outcome.detail
    assert "***" in outcome.detail


@pytest.mark.parametrize(
    "url", ["slack://{}", "tgram://{}", "sendgrid://{}", "json://{}:99999999/", "twilio://{}"]
)
async def test_a_url_that_cannot_be_used_does_not_show_either(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.NOTSET)
    secret = canary()
    outcome = await send(AppriseSender(), Channel("bad", url.format(secret)))
    assert not outcome.sent
    assert secret not in outcome.detail
    assert secret not in caplog.text
