"""One attempt at an endpoint: real servers on loopback that are well, slow, silent, broken, or not to be asked."""

from __future__ import annotations

import asyncio
import ssl
from ipaddress import ip_network
from typing import Any

import pytest

from statusherd.model.probes import Probe, ProbeKind, ProbeResult, Stage
from statusherd.testing import FakeClock
from statusherd.watch.addresses import PRIVATE_TOO, PUBLIC_ONLY, AddressGuard
from statusherd.watch.fetching.names import PatientResolver, SystemResolver
from statusherd.watch.probe import Prober

FORBIDDEN = "127.0.0.66"
REFUSED = (ip_network(f"{FORBIDDEN}/32"),)


def prober(names: Any = None, tls: ssl.SSLContext | None = None, allow: Any = PRIVATE_TOO) -> Prober:
    resolver = PatientResolver(names or SystemResolver(), 1.0)
    guard = AddressGuard(allow, REFUSED)
    return Prober(resolver, guard, tls or ssl.create_default_context(), "statusherd/1 (+ops)", FakeClock())


def http(server, path: str = "/health?deep=1", **facts: Any) -> Probe:
    return Probe("acme", "api", ProbeKind.HTTP, server.url(path, facts.pop("host", None)), **facts)


async def attempt(probe: Probe, **parts: Any) -> ProbeResult:
    return await prober(**parts).attempt(probe)


async def test_a_good_answer_has_the_time_of_each_stage(serve, reply) -> None:
    server = await serve(reply(204))
    found = await attempt(http(server))
    assert (found.ok, found.stage, found.detail, found.failed, found.counts) == (
        True,
        Stage.HTTP,
        "204",
        0,
        True,
    )
    assert list(found.stages_ms) == [Stage.DNS, Stage.CONNECT, Stage.HTTP]
    assert found.latency_ms == pytest.approx(sum(found.stages_ms.values()))
    assert found.at == FakeClock().now()


async def test_nothing_is_asked_but_a_bare_get(serve, reply) -> None:
    server = await serve(reply())
    await attempt(http(server))
    (request,) = server.requests
    assert request.path == "/health?deep=1"
    assert request.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "statusherd/1 (+ops)",
        "accept": "*/*",
        "connection": "close",
    }


async def test_each_attempt_is_a_connection_of_its_own(serve, reply) -> None:
    server = await serve(reply())
    asking = prober()
    await asyncio.gather(*(asking.attempt(http(server)) for _ in range(5)))
    assert server.connections == 5


@pytest.mark.parametrize(
    ("status", "expected", "ok"), [(301, (), True), (404, (), False), (503, (), False), (401, (401,), True), (200, (401,), False)]
)  # fmt: skip
async def test_a_status_is_well_where_it_is_expected(
    serve, reply, status: int, expected: tuple[int, ...], *, ok: bool
) -> None:
    found = await attempt(http(await serve(reply(status)), expect_status=expected))
    assert (found.ok, found.stage, found.counts) == (ok, Stage.HTTP, True)
    assert found.failed == (not ok)
    assert found.detail.startswith(str(status))


async def test_who_asks_to_be_asked_less_often_is_not_in_trouble(serve, reply) -> None:
    found = await attempt(http(await serve(reply(429))))
    assert (found.ok, found.counts) == (False, False)
    assert found.detail == "429: it asks to be asked less often"


async def hang(_request, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drop(_request, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_what_does_not_answer_fails_when_its_time_is_over(serve) -> None:
    found = await attempt(http(await serve(hang), timeout=0.2))
    assert (found.ok, found.stage, found.detail) == (False, Stage.HTTP, "no answer within 0.2 s")
    assert found.latency_ms is None
    assert found.stages_ms[Stage.HTTP] > 100


async def test_broken_answers_are_told_apart(serve) -> None:
    gone = await attempt(http(await serve(drop)))
    assert (gone.stage, gone.detail) == (Stage.HTTP, "the connection ended without an answer")
    no_http = await attempt(http(await serve(b"220 mail.example ESMTP\r\n\r\n")))
    assert no_http.detail == "it does not speak HTTP"
    endless = await attempt(http(await serve(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 100_000)))
    assert endless.detail == "the head of its answer is longer than 64 KiB"
    assert not any(each.ok for each in (gone, no_http, endless))


async def test_no_connection_is_a_failure_of_that_stage(serve, reply) -> None:
    server = await serve(reply())
    closed = Probe("acme", "port", ProbeKind.TCP, "127.0.0.1:1")
    found = await attempt(closed)
    assert (found.ok, found.stage, found.detail) == (
        False,
        Stage.CONNECT,
        "no connection: Connection refused",
    )
    open_ = await attempt(Probe("acme", "port", ProbeKind.TCP, f"127.0.0.1:{server.port}"))
    assert (open_.ok, open_.stage, open_.detail) == (True, Stage.CONNECT, "connected")
    assert server.requests == []


async def test_a_name_is_resolved_or_not(names) -> None:
    table = names(
        api_acme_example=["127.0.0.1", "127.0.0.2"],
        gone_acme_example=OSError("no such name"),
        mute_acme_example=asyncio.Event(),
    )
    found = [
        await attempt(Probe("acme", name, ProbeKind.DNS, f"{name}.acme.example", timeout=0.2), names=table)
        for name in ("api", "gone", "mute")
    ]
    assert [each.ok for each in found] == [True, False, False]
    assert [each.detail for each in found] == [
        "2 addresses",
        "the name was not resolved: OSError",
        "the name was not resolved within 0.2 s",
    ]
    assert {each.stage for each in found} == {Stage.DNS}


async def test_a_second_address_is_tried_where_the_first_is_dead(serve, reply, names) -> None:
    server = await serve(reply(), host="127.0.0.1")
    table = names(api_acme_example=["127.0.0.9", "127.0.0.1"])
    found = await attempt(http(server, host="api.acme.example"), names=table)
    assert found.ok


# TLS


async def test_a_handshake_tells_name_and_end_of_the_certificate(serve, identity, trusting, names) -> None:
    server = await serve(b"", tls=identity("good"))
    table = names(**{"status.example".replace(".", "_"): ["127.0.0.1"]})
    found = await attempt(
        Probe("acme", "tls", ProbeKind.TLS, f"status.example:{server.port}"), names=table, tls=trusting
    )
    assert found.ok, found.detail
    assert found.detail.startswith("certificate of status.example until 21")
    assert list(found.stages_ms) == [Stage.DNS, Stage.CONNECT, Stage.TLS]


@pytest.mark.parametrize(
    ("certificate", "why"),
    [("expired", "TLS: certificate has expired"), ("elsewhere", "TLS: Hostname mismatch")],
)
async def test_a_certificate_that_is_not_right_is_a_failure(
    serve,
    identity,
    trusting,
    names,
    certificate: str,
    why: str,
) -> None:
    server = await serve(b"", tls=identity(certificate))
    table = names(status_example=["127.0.0.1"])
    found = await attempt(
        Probe("acme", "tls", ProbeKind.TLS, f"status.example:{server.port}"), names=table, tls=trusting
    )
    assert (found.ok, found.stage) == (False, Stage.TLS)
    assert found.detail.startswith(why)


# Whom we do not ask


async def test_private_addresses_are_not_dialled_unless_allowed(serve, reply, names) -> None:
    server = await serve(reply())
    for probe in (
        http(server),
        http(server, host="rebound.acme.example"),
        Probe("acme", "tcp", ProbeKind.TCP, f"127.0.0.1:{server.port}"),
        Probe("acme", "tls", ProbeKind.TLS, f"127.0.0.1:{server.port}"),
    ):
        found = await attempt(
            probe,
            allow=PUBLIC_ONLY,
            names=names(**{"127_0_0_1": ["127.0.0.1"], "rebound_acme_example": ["127.0.0.1"]}),
        )
        assert (found.ok, found.counts, found.stage) == (False, False, Stage.CONNECT)
        assert found.detail == "its address is not public, and it was not asked"
    assert server.connections == 0


async def test_what_never_may_be_dialled_is_not_even_where_private_is_allowed(serve, reply) -> None:
    server = await serve(reply(), host=FORBIDDEN)
    found = await attempt(http(server))
    assert found.detail == "its address is not public, and it was not asked"
    assert server.connections == 0
