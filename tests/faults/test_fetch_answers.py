"""What servers answer besides the page, and what it is called."""

from __future__ import annotations

import asyncio
import gzip
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from statusherd.model.errors import FailureKind, FetchError
from statusherd.watch.fetch import Validators

KNOWN = Validators('"one"', "Mon, 23 Nov 2026 10:00:00 GMT", "0" * 32)
HTML = {"content_type": "text/html; charset=UTF-8"}


async def refusal(fetcher, url, *args) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url, *args)
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (202, FailureKind.HTTP_STATUS),
        (206, FailureKind.HTTP_STATUS),
        (300, FailureKind.HTTP_STATUS),
        (400, FailureKind.HTTP_STATUS),
        (401, FailureKind.BLOCKED),
        (403, FailureKind.BLOCKED),
        (404, FailureKind.NOT_FOUND),
        (410, FailureKind.GONE),
        (418, FailureKind.HTTP_STATUS),
        (429, FailureKind.RATE_LIMITED),
        (500, FailureKind.SERVER_ERROR),
        (502, FailureKind.SERVER_ERROR),
        (503, FailureKind.SERVER_ERROR),
    ],
)
async def test_every_other_status_is_a_failure_with_its_kind(serve, fetching, reply, status, kind) -> None:
    server = await serve(reply(status, b'{"status": "operational"}'))
    error = await refusal(await fetching(), server.url())
    assert error.kind is kind
    assert str(status) in error.message
    assert "127.0.0.1" in error.subject
    assert len(server.requests) == 1


async def test_a_server_that_is_busy_and_says_until_when_limits_us(serve, fetching, reply) -> None:
    server = await serve(reply(503, retry_after="120"))
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.RATE_LIMITED
    assert error.retry_after == 120


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("315360000", 3600),
        ("9" * 5000, 3600),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("Mon, 99 Foo 2026 00:00:00 GMT", None),
    ],
)
async def test_retry_after_is_taken_within_reason(serve, fetching, reply, header, seconds) -> None:
    server = await serve(reply(429, retry_after=header.encode().decode("latin-1")))
    assert (await refusal(await fetching(), server.url())).retry_after == seconds


async def test_retry_after_may_be_a_date(serve, fetching, reply) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    server = await serve(reply(429, retry_after=then))
    wait = (await refusal(await fetching(), server.url())).retry_after
    assert wait == pytest.approx(300, abs=5)


async def test_retry_after_counts_on_an_answer_too(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"{}", retry_after="90"))
    assert (await (await fetching()).fetch(server.url())).retry_after == 90
    server = await serve(reply(304, retry_after="90"))
    assert (await (await fetching()).fetch(server.url(), KNOWN)).retry_after == 90


CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"


@pytest.mark.parametrize("status", [200, 202, 403, 429, 503])
async def test_a_challenge_page_means_blocked_whatever_its_status(serve, fetching, reply, status) -> None:
    server = await serve(reply(status, CHALLENGE, **HTML))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.BLOCKED


async def test_a_packed_challenge_page_means_blocked(serve, fetching, reply) -> None:
    server = await serve(reply(503, gzip.compress(CHALLENGE), content_encoding="gzip", **HTML))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.BLOCKED


@pytest.mark.parametrize("header", ["cf_mitigated", "x_amzn_waf_action", "x_vercel_mitigated"])
async def test_a_challenge_in_the_headers_means_blocked(serve, fetching, reply, header) -> None:
    server = await serve(reply(200, b"<html>", **{header: "challenge"}))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.BLOCKED


async def test_an_incident_that_quotes_a_challenge_is_read(serve, fetching, reply) -> None:
    body = b'{"title": "Users see <title>Just a moment...</title>"}'
    server = await serve(reply(200, body, content_type="application/json"))
    assert (await (await fetching()).fetch(server.url())).document.body == body


# Conditional requests


async def test_an_unchanged_source_costs_no_body_and_no_new_validators(serve, fetching, reply) -> None:
    server = await serve(reply(304))
    fetched = await (await fetching()).fetch(server.url(), KNOWN)
    assert server.requests[0].headers["if-none-match"] == '"one"'
    assert server.requests[0].headers["if-modified-since"] == "Mon, 23 Nov 2026 10:00:00 GMT"
    assert fetched.unchanged
    assert fetched.document is None
    assert fetched.validators is KNOWN
    assert fetched.status == 304


async def test_what_a_first_answer_says_makes_the_next_request_conditional(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"{}", etag='W/"x"', last_modified="Mon, 23 Nov 2026 10:00:00 GMT"))
    fetcher = await fetching()
    first = await fetcher.fetch(server.url())
    assert not first.unchanged
    assert first.validators.etag == 'W/"x"'
    second = await fetcher.fetch(server.url(), first.validators)
    assert server.requests[1].headers["if-none-match"] == 'W/"x"'
    assert second.unchanged, "a server that ignores the condition is caught by the digest"
    assert second.document is not None
    assert second.validators is first.validators


async def test_a_body_that_changes_under_the_same_etag_is_seen_without_the_condition(
    serve, fetching, reply
) -> None:
    server = await serve(reply(200, b"one", etag='"same"'))
    fetcher = await fetching()
    first = await fetcher.fetch(server.url())
    server.answer = reply(200, b"two", etag='"same"')
    second = await fetcher.fetch(server.url(), first.validators.unconditional())
    assert "if-none-match" not in server.requests[1].headers
    assert not second.unchanged


@pytest.mark.parametrize("known", [Validators(), Validators(digest="0" * 32)])
async def test_unchanged_is_no_answer_to_a_request_without_a_condition(serve, fetching, reply, known) -> None:
    server = await serve(reply(304))
    error = await refusal(await fetching(), server.url(), known)
    assert error.kind is FailureKind.PROTOCOL


@pytest.mark.parametrize("etag", ["x" * 2000, '"\xe9"', '"a\tb"'])
async def test_a_strange_validator_is_not_kept(serve, fetching, reply, etag) -> None:
    server = await serve(reply(200, b"{}", etag=etag))
    assert (await (await fetching()).fetch(server.url())).validators.etag is None


# Not quite HTTP


def last_words(data: bytes):
    async def answer(request, writer) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return answer


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "data",
    [
        OK + b"X-Long: " + b"a" * 1_000_000 + b"\r\n\r\n",
        OK + b"".join(b"X-%d: a\r\n" % n for n in range(20_000)) + b"\r\n",
        OK + b"Content-Length: -5\r\n\r\nx",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46" * 9,
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello",
    ],
    ids=["long line", "many headers", "negative length", "bad chunk", "ssh", "tls alert", "304 with a body"],
)
async def test_what_is_not_http_is_an_error_in_one_line(serve, fetching, data) -> None:
    server = await serve(last_words(data))
    error = await refusal(await fetching(), server.url(), KNOWN)
    assert error.kind is FailureKind.PROTOCOL
    assert error.message.isprintable()
    assert len(error.message) < 250


async def test_two_million_headers_are_not_waited_for(serve, fetching) -> None:
    async def endless(request, writer) -> None:
        writer.write(OK)
        while True:
            writer.write(b"X-Header: a\r\n" * 1000)
            await writer.drain()

    server = await serve(endless)
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.PROTOCOL


async def test_headers_longer_than_the_librarys_default_are_read(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"{}", content_security_policy="x" * 30_000))
    assert (await (await fetching()).fetch(server.url())).status == 200


# Connections


async def test_nobody_listening_is_a_failure_of_the_connection(fetching, unused_tcp_port) -> None:
    error = await refusal(await fetching(), f"http://127.0.0.1:{unused_tcp_port}/")
    assert error.kind is FailureKind.CONNECT
    assert "127.0.0.1" in error.message
    assert "refused" in error.message.lower()


async def test_a_server_that_hangs_up_is_asked_once_more_and_then_left(serve, fetching) -> None:
    server = await serve(last_words(b""))
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.CONNECT
    assert len(server.requests) == 2


async def test_a_kept_connection_that_is_reset_is_tried_again_at_once(serve, fetching, reply) -> None:
    async def once_per_connection(request, writer) -> None:
        if len(server.requests) == 2:  # the second request on the first connection
            writer.transport.abort()
        else:
            writer.write(reply(200, b"{}"))

    server = await serve(once_per_connection)
    fetcher = await fetching()
    assert (await fetcher.fetch(server.url())).status == 200
    assert (await fetcher.fetch(server.url())).status == 200
    assert server.connections == 2


async def test_a_reset_in_the_middle_of_a_body_is_half_a_body(serve, fetching) -> None:
    async def torn(request, writer) -> None:
        writer.write(OK + b"Content-Length: 1000\r\n\r\n" + b"x" * 100)
        await writer.drain()
        await asyncio.sleep(0.05)  # so that the bytes go out before the reset drops them
        writer.transport.abort()

    server = await serve(torn)
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.TRUNCATED


async def test_connections_are_kept_between_looks(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"{}"))
    fetcher = await fetching()
    for _ in range(3):
        await fetcher.fetch(server.url())
    assert server.connections == 1


async def test_no_connection_is_kept_where_files_are_short(serve, fetching, reply) -> None:
    async def obliging(request, writer) -> None:
        writer.write(reply(200, b"{}", connection=request.headers.get("connection", "keep-alive")))
        if request.headers.get("connection") == "close":
            await writer.drain()
            writer.close()

    one, two = await serve(obliging), await serve(obliging)
    fetcher = await fetching(max_open=1)
    for _ in range(2):
        await fetcher.fetch(one.url())
        await fetcher.fetch(two.url())
    assert two.requests[0].headers["connection"] == "close"
    assert two.connections == 2


async def test_a_name_is_looked_up_anew_after_its_address_did_not_answer(
    serve, fetching, reply, names, unused_tcp_port
) -> None:
    resolver = names(moving_example=[["127.0.0.1"], ["127.0.0.2"]])
    fetcher = await fetching(resolver=resolver)
    url = f"http://moving.example:{unused_tcp_port}/"
    assert (await refusal(fetcher, url)).kind is FailureKind.CONNECT
    await serve(reply(200, b"{}"), host="127.0.0.2", port=unused_tcp_port)
    assert (await fetcher.fetch(url)).status == 200


async def test_a_name_is_not_looked_up_for_every_look(serve, fetching, reply, names) -> None:
    server = await serve(reply(200, b"{}", connection="close"))
    resolver = names(steady_example=["127.0.0.1"])
    fetcher = await fetching(resolver=resolver)
    for _ in range(3):
        await fetcher.fetch(server.url(host="steady.example"))
    assert resolver.asked == ["steady.example"]


FEW_FILES = """
import asyncio, resource, sys
from collections import Counter
from aiohttp.abc import AbstractResolver
from statusherd.model.errors import FetchError
from statusherd.watch.fetch import Fetcher

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

class Here(AbstractResolver):
    async def resolve(self, host, port=0, family=0):
        return [dict(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]
    async def close(self):
        pass

async def one(fetcher, number):
    try:
        fetched = await fetcher.fetch(f"http://h{number}.example:{sys.argv[1]}/")
    except FetchError as error:
        return str(error)
    return fetched.status

async def main():
    async with Fetcher(allow_private=True, resolver=Here()) as fetcher:
        print(Counter(await asyncio.gather(*(one(fetcher, n) for n in range(300)))))

asyncio.run(main())
"""


async def test_hundreds_of_vendors_are_read_with_few_files(serve, reply) -> None:
    async def obliging(request, writer) -> None:
        wish = request.headers.get("connection", "keep-alive")
        writer.write(reply(200, b"{}", connection=wish))
        if wish == "close":
            await writer.drain()
            writer.close()

    server = await serve(obliging)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FEW_FILES, str(server.port), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    assert out.decode().strip() == "Counter({200: 300})"
