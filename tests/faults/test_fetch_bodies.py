"""A body is had whole and within bounds, or not at all."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import brotli
import pytest

from statusherd.model.errors import FailureKind, FetchError

BODY = b'{"status": "all fine"}' + bytes(range(256)) * 40
CAP = 64 * 1024


async def refusal(fetcher, url) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    return caught.value


def last_words(data: bytes):
    """Send `data` and hang up."""

    async def answer(request, writer) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return answer


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY)),
        ("br", brotli.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("identity", BODY),
    ],
)
async def test_a_packed_body_is_unpacked(serve, fetching, reply, encoding, packed) -> None:
    server = await serve(reply(200, packed, content_encoding=encoding, content_type="application/json"))
    fetched = await (await fetching()).fetch(server.url())
    assert fetched.document is not None
    assert fetched.document.body == BODY
    assert fetched.document.content_type == "application/json"


async def test_the_client_asks_for_packed_bodies_and_says_who_it_is(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"{}", set_cookie="a=b; path=/"))
    fetcher = await fetching(contact="https://ops.example/contact")
    await fetcher.fetch(server.url())
    await fetcher.fetch(server.url())
    headers = server.requests[1].headers
    assert headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert headers["user-agent"].startswith("statusherd/")
    assert headers["user-agent"].endswith(" (+https://ops.example/contact)")
    assert "cookie" not in headers
    assert server.connections == 1


async def test_an_endless_body_is_cut_at_the_cap(serve, fetching) -> None:
    async def endless(request, writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    server = await serve(endless)
    error = await refusal(await fetching(max_body=CAP), server.url())
    assert error.kind is FailureKind.TOO_LARGE
    assert "max_body" in error.remedy


async def test_a_body_that_announces_too_much_is_not_read(serve, fetching) -> None:
    async def boast(request, writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        await asyncio.Event().wait()

    server = await serve(boast)
    assert (await refusal(await fetching(max_body=CAP), server.url())).kind is FailureKind.TOO_LARGE


async def test_the_cap_counts_what_is_unpacked(serve, fetching, reply) -> None:
    server = await serve(reply(200, gzip.compress(b"x" * (CAP + 1)), content_encoding="gzip"))
    assert (await refusal(await fetching(max_body=CAP), server.url())).kind is FailureKind.TOO_LARGE
    assert (await (await fetching(max_body=CAP + 1)).fetch(server.url())).status == 200


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip", "identity", ""])
async def test_a_body_packed_twice_is_an_error_and_not_data(serve, fetching, reply, encoding) -> None:
    packed = gzip.compress(BODY)
    twice = packed if encoding in ("identity", "") else gzip.compress(packed)
    server = await serve(reply(200, twice, content_encoding=encoding))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.ENCODING


@pytest.mark.parametrize("encoding", ["snappy", "gzip, br", "gzip;q=1"])
async def test_an_encoding_we_do_not_read_is_named(serve, fetching, reply, encoding) -> None:
    server = await serve(reply(200, BODY, content_encoding=encoding))
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.ENCODING
    assert encoding in error.message


async def test_a_body_that_is_not_what_it_says_is_an_error(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"<html>plain</html>", content_encoding="gzip"))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.ENCODING


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + BODY[:50],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello",
    ],
)
async def test_half_a_body_is_an_error_and_not_data(serve, fetching, data) -> None:
    server = await serve(last_words(data))
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.TRUNCATED
    assert len(server.requests) == 1, "a body that breaks off is for the next look, not for a second try"


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("deflate", zlib.compress)]
)
async def test_half_a_packed_body_in_whole_framing_is_an_error(
    serve, fetching, reply, encoding, pack
) -> None:
    server = await serve(reply(200, pack(BODY)[:-20], content_encoding=encoding))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.TRUNCATED


async def test_a_body_longer_than_announced_is_an_error(serve, fetching) -> None:
    server = await serve(last_words(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + BODY[:50]))
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.PROTOCOL


@pytest.mark.parametrize("status", [200, 203, 204, 205])
@pytest.mark.parametrize("body", [b"", b" \r\n "])
async def test_an_empty_body_is_an_error(serve, fetching, reply, status, body) -> None:
    server = await serve(last_words(reply(status, body if status < 204 else b"")))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.EMPTY


async def test_an_empty_packed_body_is_empty(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"", content_encoding="gzip"))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.EMPTY


async def test_a_content_type_of_wrong_bytes_is_kept_as_text(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"{}", content_type="application/json; charset=\xff\xfe"))
    fetched = await (await fetching()).fetch(server.url())
    assert fetched.document is not None
    assert fetched.document.content_type.isascii()
    assert fetched.document.text == "{}"
