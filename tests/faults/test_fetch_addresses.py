"""The client never dials where it must not, however the address is written or reached."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from statusherd.model.errors import FailureKind, FetchError

FORBIDDEN = "127.0.0.66"

LOOPBACK_SPELLINGS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "①②⑦.0.0.1",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
]


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS)
async def test_this_machine_is_not_asked_without_leave(serve, fetching, host) -> None:
    server = await serve(b"")
    fetcher = await fetching(allow_private=False)
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(server.url(host=host))
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert "not public" in str(caught.value)
    assert server.connections == 0


async def test_a_name_that_leads_to_a_private_address_is_refused(serve, fetching, names) -> None:
    server = await serve(b"")
    fetcher = await fetching(allow_private=False, resolver=names(inside_example=["127.0.0.1", "::1"]))
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(server.url(host="inside.example"))
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert "inside.example" in caught.value.message
    assert server.connections == 0


@pytest.mark.parametrize("host", [FORBIDDEN, "[::ffff:127.0.0.66]", "0x7f000042"])
async def test_a_forbidden_address_stays_forbidden_for_a_private_vendor(serve, fetching, host) -> None:
    server = await serve(b"", host=FORBIDDEN)
    fetcher = await fetching()
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(server.url(host=host), allow_private=True)
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert server.connections == 0


async def test_a_redirect_to_a_forbidden_address_is_not_followed(serve, fetching, reply) -> None:
    target = await serve(b"", host=FORBIDDEN)
    server = await serve(reply(302, location=target.url("/latest/meta-data/")))
    with pytest.raises(FetchError) as caught:
        await (await fetching()).fetch(server.url())
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert target.connections == 0


async def test_a_redirect_to_a_name_of_a_forbidden_address_is_not_followed(
    serve, fetching, reply, names
) -> None:
    target = await serve(b"", host=FORBIDDEN)
    server = await serve(reply(302, location=target.url(host="inside.example")))
    fetcher = await fetching(resolver=names(inside_example=[FORBIDDEN]))
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(server.url())
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert target.connections == 0


async def test_a_name_that_changes_its_address_after_the_check_is_refused(
    serve, fetching, reply, names
) -> None:
    target = await serve(b"", host=FORBIDDEN)
    server = await serve(reply(302, location=target.url(host="rebind.example")))
    resolver = names(rebind_example=[["127.0.0.1"], [FORBIDDEN]])
    with pytest.raises(FetchError) as caught:
        await (await fetching(resolver=resolver)).fetch(server.url(host="rebind.example"))
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert len(server.requests) == 1
    assert target.connections == 0
    assert resolver.asked == ["rebind.example", "rebind.example"]


async def test_a_name_with_one_permitted_address_is_read_from_that(serve, fetching, reply, names) -> None:
    server = await serve(reply(200, b"{}"))
    forbidden = await serve(b"", host=FORBIDDEN, port=server.port)
    fetcher = await fetching(resolver=names(both_example=[FORBIDDEN, "127.0.0.1"]))
    assert (await fetcher.fetch(server.url(host="both.example"))).status == 200
    assert forbidden.connections == 0


async def test_one_vendor_may_be_private_without_the_others(serve, fetching, reply, names) -> None:
    server = await serve(reply(200, b"{}"))
    fetcher = await fetching(allow_private=False, resolver=names(own_example=["127.0.0.1"]))
    assert (await fetcher.fetch(server.url(host="own.example"), allow_private=True)).status == 200
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(server.url(host="own.example"))
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS, "it used the private vendor's connection"
    assert len(server.requests) == 1


@pytest.mark.parametrize("host", ["status.example", "[::1", ""])
async def test_an_address_with_a_password_is_refused_without_showing_it(fetching, host) -> None:
    with pytest.raises(FetchError) as caught:
        await (await fetching()).fetch(f"https://user:hunter2@{host}/x?token=s3cret")
    assert caught.value.kind is FailureKind.PROTOCOL
    assert "hunter2" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "status.example",
        "",
        "http://",
        "http://[::1/",
    ],
)
async def test_what_is_not_an_http_address_is_refused(fetching, url) -> None:
    with pytest.raises(FetchError) as caught:
        await (await fetching()).fetch(url)
    assert caught.value.kind is FailureKind.PROTOCOL


async def test_the_token_in_a_query_is_not_in_the_error(serve, fetching, reply) -> None:
    server = await serve(reply(500))
    with pytest.raises(FetchError) as caught:
        await (await fetching()).fetch(server.url("/x?token=s3cret"))
    assert "s3cret" not in str(caught.value)
    assert "/x" in str(caught.value)


async def test_a_proxy_on_this_machine_is_dialled_and_nothing_else(serve, fetching, reply) -> None:
    proxy = await serve(reply(200, b"{}"))
    fetcher = await fetching(allow_private=False, proxy=proxy.url(""))
    fetched = await fetcher.fetch("http://status.example/status.json")
    assert fetched.url == "http://status.example/status.json"
    assert proxy.requests[0].path == "http://status.example/status.json"


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f000001", "[::1]", "localhost", "169.254.169.254"])
async def test_a_proxy_is_not_asked_for_addresses_behind_it(serve, fetching, host) -> None:
    proxy = await serve(b"")
    fetcher = await fetching(allow_private=False, proxy=proxy.url(""))
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(f"http://{host}/")
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert proxy.connections == 0


@pytest.mark.parametrize("host", ["169.254.169.254", "metadata.google.internal", "[fe80::1]"])
async def test_a_proxy_is_never_asked_for_metadata_even_for_a_private_vendor(serve, fetching, host) -> None:
    proxy = await serve(b"")
    with pytest.raises(FetchError) as caught:
        await (await fetching(proxy=proxy.url(""))).fetch(f"http://{host}/", allow_private=True)
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert proxy.connections == 0


async def test_a_redirect_through_a_proxy_is_checked_too(serve, fetching, reply) -> None:
    proxy = await serve(reply(302, location="http://127.0.0.1/"))
    fetcher = await fetching(allow_private=False, proxy=proxy.url(""))
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch("http://status.example/")
    assert caught.value.kind is FailureKind.REFUSED_ADDRESS
    assert len(proxy.requests) == 1


async def test_a_dead_proxy_is_named_as_the_cause(serve, fetching, unused_tcp_port) -> None:
    fetcher = await fetching(proxy=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch("http://status.example/")
    assert caught.value.kind is FailureKind.CONNECT
    assert "proxy" in caught.value.message
    assert "[http] proxy" in caught.value.remedy


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_a_proxy_that_refuses_the_tunnel_is_named_as_the_cause(serve, fetching, reply, status) -> None:
    proxy = await serve(reply(status))
    with pytest.raises(FetchError) as caught:
        await (await fetching(proxy=proxy.url(""))).fetch("https://status.example/")
    assert caught.value.kind is FailureKind.CONNECT
    assert "proxy" in caught.value.message


async def test_the_refuse_list_takes_networks(serve, fetching) -> None:
    server = await serve(b"", host="127.0.0.70")
    with pytest.raises(FetchError):
        await (await fetching(refuse=(ip_network("127.0.0.64/26"),))).fetch(server.url())
    assert server.connections == 0
