"""A certificate that is wrong is a fault of its own kind: neither an outage nor silently accepted."""

from __future__ import annotations

import asyncio

import pytest

from statusherd.model.errors import FailureKind, FetchError


@pytest.fixture
async def client(fetching, trusting, names):
    return await fetching(tls=trusting, resolver=names(status_example=["127.0.0.1"]))


async def test_a_good_certificate_is_accepted(serve, client, reply, identity) -> None:
    server = await serve(reply(200, b"{}"), tls=identity("good"))
    assert (await client.fetch(server.url(host="status.example"))).status == 200


@pytest.mark.parametrize(
    ("name", "words"),
    [("expired", "expired"), ("elsewhere", "mismatch"), ("self_signed", "self-signed")],
)
async def test_a_wrong_certificate_is_named(serve, client, reply, identity, name, words) -> None:
    server = await serve(reply(200, b"{}"), tls=identity(name))
    with pytest.raises(FetchError) as caught:
        await client.fetch(server.url(host="status.example"))
    assert caught.value.kind is FailureKind.TLS
    assert words in caught.value.message
    assert "status.example" in caught.value.message
    assert server.requests == []


PROTOCOL_VERSION_ALERT = b"\x15\x03\x01\x00\x02\x02\x46"
"""What a server that knows nothing newer than TLS 1.0 says to us."""


@pytest.mark.parametrize(
    "answer", [PROTOCOL_VERSION_ALERT, b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["tls 1.0", "plain"]
)
async def test_a_server_without_tls_of_this_century_is_a_fault_of_tls(client, answer) -> None:
    async def talk(reader, writer) -> None:
        await reader.read(100)
        writer.write(answer)
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    with pytest.raises(FetchError) as caught:
        await client.fetch(f"https://status.example:{server.sockets[0].getsockname()[1]}/")
    assert caught.value.kind is FailureKind.TLS
    server.close()
