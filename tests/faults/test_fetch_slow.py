"""Nothing that a slow server or resolver does holds up the others, or us beyond the deadline."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from statusherd.model.errors import FailureKind, FetchError


async def refusal(fetcher, url) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    return caught.value


def dripping(data: bytes, head: bytes = b""):
    """Send `head` at once, then a byte of `data` each 50 ms, for ever."""

    async def answer(request, writer) -> None:
        writer.write(head)
        while True:
            for byte in data:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.05)

    return answer


SILENCE = dripping(b"")
CASES = {
    "headers drip": dripping(b"X-Filler: 1\r\n", b"HTTP/1.1 200 OK\r\n"),
    "interim answers drip": dripping(b"HTTP/1.1 102 Processing\r\n\r\n"),
    "body drips": dripping(b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"),
    "chunks drip": dripping(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_dripping_server_is_cut_off_at_the_deadline(serve, fetching, case) -> None:
    server = await serve(CASES[case])
    fetcher = await fetching(timeout=0.4, concurrency=1)
    begun = time.monotonic()
    error = await refusal(fetcher, server.url())
    assert error.kind is FailureKind.TIMEOUT
    assert "0.4 s" in error.message
    assert time.monotonic() - begun < 2


async def test_headers_that_never_come_end_at_the_deadline_and_free_the_turn(serve, fetching, reply) -> None:
    async def mute(request, writer) -> None:
        await asyncio.Event().wait()

    server = await serve(mute)
    fetcher = await fetching(timeout=0.3, concurrency=1, per_host=1)
    assert (await refusal(fetcher, server.url())).kind is FailureKind.TIMEOUT
    healthy = await serve(reply(200, b"{}"))
    assert (await fetcher.fetch(healthy.url())).status == 200


async def test_a_connection_that_hangs_ends_before_the_deadline_of_the_look(fetching) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            fetcher = await fetching(timeout=30, connect=0.3)
            begun = time.monotonic()
            error = await refusal(fetcher, f"http://127.0.0.1:{full.getsockname()[1]}/")
        finally:
            for filler in fillers:
                filler.close()
    assert error.kind is FailureKind.TIMEOUT
    assert "connection" in error.message
    assert time.monotonic() - begun < 3


async def test_a_tls_handshake_that_hangs_ends_with_the_connect_limit(fetching, trusting) -> None:
    async def silent(reader, writer) -> None:
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(silent, "127.0.0.1", 0)
    fetcher = await fetching(timeout=30, connect=0.3, tls=trusting)
    error = await refusal(fetcher, f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}/")
    assert error.kind is FailureKind.TIMEOUT
    listener.close()


async def test_waiting_for_a_turn_does_not_count_against_a_vendor(serve, fetching, reply) -> None:
    async def slow(request, writer) -> None:
        await asyncio.sleep(0.15)
        writer.write(reply(200, b"{}"))

    server = await serve(slow)
    fetcher = await fetching(timeout=0.5, per_host=1)
    answers = await asyncio.gather(*(fetcher.fetch(server.url(f"/{n}")) for n in range(6)))
    assert [answer.status for answer in answers] == [200] * 6
    assert max(answer.elapsed for answer in answers) < 0.5


async def test_only_so_many_requests_run_at_one_host_and_over_all(serve, fetching, reply) -> None:
    running: list[int] = [0]
    most: list[int] = [0]

    async def watched(request, writer) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        await asyncio.sleep(0.02)
        running[0] -= 1
        writer.write(reply(200, b"{}"))

    one, two = await serve(watched), await serve(watched)
    fetcher = await fetching(per_host=2, concurrency=100)
    await asyncio.gather(*(fetcher.fetch(one.url(f"/{n}")) for n in range(10)))
    assert most[0] == 2
    most[0] = 0
    fetcher = await fetching(per_host=2, concurrency=3)
    await asyncio.gather(*(fetcher.fetch(s.url(f"/{n}")) for n in range(10) for s in (one, two)))
    assert most[0] == 3


async def test_a_cancelled_wait_gives_its_turn_to_the_next(serve, fetching, reply) -> None:
    gate = asyncio.Event()

    async def gated(request, writer) -> None:
        await gate.wait()
        writer.write(reply(200, b"{}"))

    server = await serve(gated)
    fetcher = await fetching(per_host=1)
    tasks = [asyncio.create_task(fetcher.fetch(server.url(f"/{n}"))) for n in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.sleep(0)
    tasks[0].cancel()
    gate.set()
    assert (await tasks[2]).status == 200


async def test_a_name_lookup_that_hangs_delays_nobody_else(serve, fetching, reply, names) -> None:
    server = await serve(reply(200, b"{}"))
    hang = asyncio.Event()
    resolver = names(
        hangs_example=hang,
        gone_example=socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        fine_example=["127.0.0.1"],
    )
    fetcher = await fetching(resolver=resolver, resolve=0.4)
    hanging = [asyncio.create_task(refusal(fetcher, f"http://hangs.example:{n}/")) for n in range(1, 60)]
    begun = time.monotonic()
    await fetcher.fetch(server.url(host="fine.example"))
    assert time.monotonic() - begun < 0.3
    errors = await asyncio.gather(*hanging)
    assert {error.kind for error in errors} == {FailureKind.DNS}
    assert "hangs.example" in errors[0].message
    assert "0.4 s" in errors[0].message
    hang.set()


async def test_a_name_that_hangs_is_asked_for_once_at_a_time(fetching, names) -> None:
    hang = asyncio.Event()
    resolver = names(hangs_example=hang)
    fetcher = await fetching(resolver=resolver, resolve=0.1)
    for _ in range(3):
        assert (await refusal(fetcher, "http://hangs.example/")).kind is FailureKind.DNS
    assert resolver.asked == ["hangs.example"]
    hang.set()


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "Temporary failure"),
    ],
)
async def test_a_name_that_does_not_resolve_is_a_failure_of_the_name(fetching, names, failure, words) -> None:
    error = await refusal(await fetching(resolver=names(gone_example=failure)), "http://gone.example/")
    assert error.kind is FailureKind.DNS
    assert "gone.example" in error.message
    assert words in error.message


async def test_a_name_without_addresses_is_a_failure_of_the_name(fetching, names) -> None:
    error = await refusal(await fetching(resolver=names(empty_example=[])), "http://empty.example/")
    assert error.kind is FailureKind.DNS


async def test_the_systems_resolver_is_asked_in_a_thread_of_its_own(serve, fetching, reply) -> None:
    server = await serve(reply(200, b"{}"))
    fetched = await (await fetching()).fetch(server.url(host="localhost"))
    assert fetched.status == 200


async def test_a_broken_ipv6_does_not_matter_where_ipv4_works(serve, fetching, reply, names) -> None:
    server = await serve(reply(200, b"{}"))
    with socket.socket(socket.AF_INET6) as full:
        full.bind(("::1", server.port))
        full.listen(0)
        fillers = [socket.socket(socket.AF_INET6) for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        fetcher = await fetching(resolver=names(both_example=["::1", "127.0.0.1"]))
        begun = time.monotonic()
        fetched = await fetcher.fetch(server.url(host="both.example"))
        for filler in fillers:
            filler.close()
    assert fetched.status == 200
    assert time.monotonic() - begun < 2
