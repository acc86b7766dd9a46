"""What strangers may take of the web server: connections, time, bodies, requests. Real sockets on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from statusherd.model.errors import StatusherdError, StoreError
from statusherd.publish.limits import Limits
from statusherd.publish.server import MAX_BODY, Server

SECRET = "5f0c2a9d41b7e863.1c4f8ab.aaaaaaaaaaaaaaaaaaaa"


class Places:
    """Handlers that do as their path says."""

    def __init__(self) -> None:
        self.entered, self.leave = asyncio.Event(), asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/{what:.*}", self.handle)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        match request.match_info["what"].split("/")[-2:]:
            case [*_, "wait"]:
                self.entered.set()
                await self.leave.wait()
            case [*_, "store"]:
                raise StoreError("the database is locked", subject="/var/lib/secret-place.db")
            case ["ack", _]:
                raise RuntimeError("a fault")
        return web.Response(text="well")


@asynccontextmanager
async def serving(**limits) -> AsyncIterator[tuple[Server, Places, int]]:
    places = Places()
    server = Server(places.routes(), **limits)
    port = await server.start("127.0.0.1", 0)
    try:
        yield server, places, port
    finally:
        places.leave.set()
        await server.stop()


async def ask(port: int, path: str = "/", **options) -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}{path}", **options) as got,
    ):
        return got.status, await got.text(), got.headers.get("Retry-After", "")


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        return await reader.read()


async def test_more_connections_than_that_are_closed_at_once():
    async with serving(most=3) as (_, _, port):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await until_closed(reader) == b""
        held[0][1].close()
        await held[0][1].wait_closed()
        async with asyncio.timeout(5):
            while True:  # the server hears of it a moment later
                try:
                    assert (await ask(port))[0] == 200
                except aiohttp.ClientError:
                    await asyncio.sleep(0)
                else:
                    break
        for _, each in (*held, (reader, writer)):
            each.close()


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "])
async def test_who_never_ends_a_request_loses_the_connection(said: bytes):
    async with serving(seconds=0.05) as (_, _, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        assert await until_closed(reader) == b""
        writer.close()
        assert (await ask(port))[0] == 200


async def test_what_is_being_answered_is_answered_however_long_the_connection_lasts():
    async with serving(seconds=0.01) as (_, places, port):
        asked = asyncio.create_task(ask(port, "/wait"))
        await places.entered.wait()
        await asyncio.sleep(0.05)
        places.leave.set()
        assert (await asked)[0] == 200


async def test_a_body_that_does_not_arrive_is_waited_for_only_so_long():
    async with serving(body_seconds=0.05) as (_, _, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /ack/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nauthor=")
        assert (await until_closed(reader)).startswith(b"HTTP/1.1 408 ")
        writer.close()


async def test_a_large_body_is_refused_unread():
    async with serving() as (_, _, port), aiohttp.ClientSession() as client:
        for path in ("/ack/x", "/api/v1/x"):
            url = f"http://127.0.0.1:{port}{path}"
            async with client.post(url, data=b"x" * (MAX_BODY + 1)) as got:
                assert got.status == 413
                assert got.headers["Content-Security-Policy"]


async def test_a_bomb_is_not_unpacked():
    async with serving() as (_, _, port), aiohttp.ClientSession() as client:
        headers = {"Content-Encoding": "gzip"}
        body = b"\x1f\x8b" + b"x" * 100
        async with client.post(f"http://127.0.0.1:{port}/", data=body, headers=headers) as got:
            assert got.status == 200, "it is bytes like any others"


async def test_who_asks_too_often_is_told_when_to_come_again():
    async with serving(limits=Limits(at_once=2, per_second=0.1)) as (_, _, port):
        assert [(await ask(port))[0] for _ in range(3)] == [200, 200, 429]
        status, text, wait = await ask(port, "/api/v1/x")
        assert (status, text.startswith('{"error"')) == (429, True)
        assert 1 <= int(wait) <= 10


async def test_a_store_that_refuses_is_told_without_its_place():
    async with serving() as (_, _, port):
        for path in ("/store", "/api/store"):
            status, text, wait = await ask(port, path)
            assert (status, wait) == (503, "10")
            assert "secret-place" not in text


async def test_a_fault_of_ours_is_in_the_log_and_neither_in_the_answer_nor_the_link_in_the_log():
    async with serving() as (_, _, port):
        with capture_logs() as entries:
            status, text, _ = await ask(port, f"/ack/{SECRET}")
    assert status == 500
    assert "RuntimeError" not in text
    assert [each["event"] for each in entries] == ["a fault of ours in an answer"]
    assert SECRET not in str(entries)


async def test_what_is_no_http_neither_ends_the_server_nor_fills_the_log(capfd, caplog):
    async with serving() as (_, _, port):
        with capture_logs() as entries:
            for said in (
                b"\x16\x03\x01\x02\x00\x01",
                b"GET\r\n\r\n",
                b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n",
            ):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(said)
                assert b" 200 " not in await until_closed(reader)
                writer.close()
            assert (await ask(port))[0] == 200
    assert entries == []
    assert caplog.records == []
    assert capfd.readouterr().err == ""


async def test_the_end_waits_for_what_is_being_answered_and_takes_nothing_new():
    async with serving() as (server, places, port):
        asked = asyncio.create_task(ask(port, "/wait"))
        await places.entered.wait()
        ending = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        with pytest.raises(aiohttp.ClientError):
            await ask(port)
        places.leave.set()
        assert (await asked)[0] == 200
        await asyncio.wait_for(ending, 5)


async def test_an_address_that_is_taken_is_told_with_a_remedy():
    async with serving() as (_, _, port):
        with pytest.raises(StatusherdError, match=r"cannot listen: .*in use") as caught:
            await Server([]).start("127.0.0.1", port)
        assert "[web]" in caught.value.remedy
    with pytest.raises(StatusherdError, match="cannot listen"):
        await Server([]).start("192.0.2.1", 0)
