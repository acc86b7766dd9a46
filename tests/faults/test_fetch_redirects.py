"""Redirects are followed by policy: a few, never to less safety, and never with what is not theirs."""

from __future__ import annotations

import pytest

from statusherd.model.errors import FailureKind, FetchError
from statusherd.watch.fetch import Validators

KNOWN = Validators('"old"', "Mon, 23 Nov 2026 10:00:00 GMT", "0" * 32)


def hops(reply, *answers):
    """Answer the path /N with answer N, an address or bytes."""

    async def answer(request, writer) -> None:
        this = answers[int(request.path.strip("/") or 0)]
        writer.write(this if isinstance(this, bytes) else reply(this[0], location=this[1]))

    return answer


async def refusal(fetcher, url, **kwargs) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url, **kwargs)
    return caught.value


async def test_a_redirect_is_followed_to_the_answer(serve, fetching, reply) -> None:
    server = await serve(hops(reply, (302, "/1"), reply(200, b"{}", etag='"new"')))
    fetched = await (await fetching()).fetch(server.url("/0"))
    assert fetched.url == server.url("/1")
    assert fetched.document is not None
    assert fetched.document.url == server.url("/1")
    assert fetched.moved_to is None


async def test_a_permanent_move_is_told_not_silently_taken(serve, fetching, reply) -> None:
    server = await serve(hops(reply, (301, "/1"), (308, "/2"), (302, "/3"), reply(200, b"{}")))
    fetched = await (await fetching()).fetch(server.url("/0"))
    assert fetched.moved_to == server.url("/2")
    assert fetched.url == server.url("/3")


async def test_a_permanent_move_behind_a_temporary_one_says_nothing_of_the_first_address(
    serve, fetching, reply
) -> None:
    server = await serve(hops(reply, (302, "/1"), (301, "/2"), reply(200, b"{}")))
    assert (await (await fetching()).fetch(server.url("/0"))).moved_to is None


async def test_a_circle_ends_at_once_with_one_error(serve, fetching, reply) -> None:
    server = await serve(hops(reply, (302, "/1"), (302, "/0")))
    error = await refusal(await fetching(), server.url("/0"))
    assert error.kind is FailureKind.REDIRECT
    assert "circle" in error.message
    assert len(server.requests) == 2


async def test_a_long_chain_ends_after_five_with_one_error(serve, fetching, reply) -> None:
    server = await serve(hops(reply, *((302, f"/{n + 1}") for n in range(30))))
    error = await refusal(await fetching(), server.url("/0"))
    assert error.kind is FailureKind.REDIRECT
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/x",
        "data:text/html,x",
        "javascript:1",
        "http://",
        "http://[::1/",
    ],
)
async def test_other_schemes_and_nonsense_are_not_followed(serve, fetching, reply, location) -> None:
    server = await serve(reply(302, location=location))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.REDIRECT


async def test_a_location_of_wrong_bytes_is_an_error_of_the_redirect(serve, fetching, reply) -> None:
    server = await serve(reply(302, location="http://\xff\xfe/"))
    assert (await refusal(await fetching(), server.url())).kind is FailureKind.REDIRECT


async def test_a_redirect_without_a_location_is_an_error(serve, fetching, reply) -> None:
    server = await serve(reply(302))
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.REDIRECT
    assert "nowhere" in error.message


async def test_a_redirect_with_a_user_name_is_not_followed(serve, fetching, reply) -> None:
    server = await serve(reply(302, location="http://u:hunter2@127.0.0.1/"))
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.REDIRECT
    assert "hunter2" not in str(error)


async def test_https_never_becomes_plain_http(serve, fetching, reply, identity, trusting, names) -> None:
    plain = await serve(reply(200, b"{}"))
    server = await serve(reply(302, location=plain.url()), tls=identity("good"))
    fetcher = await fetching(tls=trusting, resolver=names(status_example=["127.0.0.1"]))
    error = await refusal(fetcher, server.url(host="status.example"))
    assert error.kind is FailureKind.REDIRECT
    assert "https" in error.message
    assert plain.connections == 0


@pytest.mark.parametrize("location", ["/login?next=x", "/users/sign_in", "http://sso.vendor.example/x"])
async def test_a_redirect_to_a_login_page_means_that_we_are_kept_out(
    serve, fetching, reply, location
) -> None:
    server = await serve(reply(302, location=location))
    error = await refusal(await fetching(), server.url())
    assert error.kind is FailureKind.BLOCKED
    assert "login" in error.message
    assert len(server.requests) == 1


async def test_the_status_page_of_a_login_service_may_redirect(serve, fetching, reply) -> None:
    server = await serve(
        lambda request, writer: _slash(request, writer, reply),
    )
    assert (await (await fetching()).fetch(server.url("/login"))).status == 200


async def _slash(request, writer, reply) -> None:
    found = request.path.endswith("/")
    writer.write(reply(200, b"{}") if found else reply(301, location=request.path + "/"))


async def test_a_condition_is_not_sent_past_a_redirect(serve, fetching, reply) -> None:
    other = await serve(reply(200, b"{}", etag='"theirs"'))
    server = await serve(reply(302, location=other.url()))
    await (await fetching()).fetch(server.url(), KNOWN)
    assert server.requests[0].headers["if-none-match"] == '"old"'
    assert "if-none-match" not in other.requests[0].headers
    assert "if-modified-since" not in other.requests[0].headers


async def test_what_an_address_behind_a_redirect_says_makes_no_condition_for_the_first(
    serve, fetching, reply
) -> None:
    server = await serve(hops(reply, (302, "/1"), reply(200, b"{}", etag='"e"', last_modified="x")))
    fetcher = await fetching()
    first = await fetcher.fetch(server.url("/0"))
    assert (first.validators.etag, first.validators.last_modified) == (None, None)
    again = await fetcher.fetch(server.url("/0"), first.validators)
    assert again.unchanged, "the same bytes are still known by their digest"
    assert again.validators is first.validators


async def test_all_redirects_share_one_deadline(serve, fetching, reply) -> None:
    async def slow(request, writer) -> None:
        number = int(request.path.strip("/"))
        if number == 2:
            await writer.drain()
            await never(writer)
        writer.write(reply(302, location=f"/{number + 1}"))

    server = await serve(slow)
    error = await refusal(await fetching(timeout=0.4), server.url("/0"))
    assert error.kind is FailureKind.TIMEOUT
    assert len(server.requests) == 3


async def never(writer) -> None:
    await writer.wait_closed()
