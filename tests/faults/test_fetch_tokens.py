"""A token of the operator is shown to the source that asks for it, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from statusherd.assembly import fetcher_of, secrets_of
from statusherd.config import load, shown
from statusherd.model.errors import FailureKind, FetchError

CONFIG = """
[http]
allow_private = true

[[vendor]]
name = "own"
endpoint = "{url}"
format = "m365-graph"
token = {token}
"""


def config_with(folder: Path, url: str, token: str) -> Path:
    path = folder / "config.toml"
    path.write_text(CONFIG.format(url=url, token=token))
    path.chmod(0o600)
    return path


async def test_a_token_goes_to_its_source_and_is_read_anew_each_time(serve, reply, tmp_path) -> None:
    server = await serve(reply(200, b"{}"))
    secret = tmp_path / "token"
    secret.write_text("first\n")
    path = config_with(tmp_path, server.url("/v1.0/x"), '{ file = "token" }')
    async with fetcher_of(load(path)) as fetcher:
        await fetcher.fetch(server.url("/v1.0/x"))
        secret.write_text("second\n")
        await fetcher.fetch(server.url("/v1.0/x"))
    sent = [request.headers.get("authorization") for request in server.requests]
    assert sent == ["Bearer first", "Bearer second"]


async def test_no_other_host_sees_it_after_a_redirect_neither(serve, reply, tmp_path) -> None:
    elsewhere = await serve(reply(200, b"{}"))
    server = await serve(reply(302, location=elsewhere.url("/stolen")))
    path = config_with(tmp_path, server.url("/v1.0/x"), '"hunter2hunter2"')
    async with fetcher_of(load(path)) as fetcher:
        await fetcher.fetch(server.url("/v1.0/x"))
        await fetcher.fetch(elsewhere.url("/plain"))
    assert [request.headers.get("authorization") for request in server.requests] == ["Bearer hunter2hunter2"]
    assert all("authorization" not in request.headers for request in elsewhere.requests)


@pytest.mark.parametrize(
    ("text", "why"), [("", "is not set or empty"), ("two words", "cannot stand in a header")]
)
async def test_without_a_usable_token_the_look_says_so(serve, reply, tmp_path, text, why) -> None:
    server = await serve(reply(200, b"{}"))
    (tmp_path / "token").write_text("good")
    path = config_with(tmp_path, server.url("/v1.0/x"), '{ file = "token" }')
    config = load(path)
    (tmp_path / "token").write_text(text)
    async with fetcher_of(config) as fetcher:
        with pytest.raises(FetchError, match=why) as caught:
            await fetcher.fetch(server.url("/v1.0/x"))
    assert caught.value.kind is FailureKind.BLOCKED
    assert server.requests == []


def test_it_never_shows(tmp_path) -> None:
    config = load(config_with(tmp_path, "https://graph.example.com/v1.0/x", '"hunter2hunter2"'))
    assert "hunter2" not in str(shown(config)) + repr(config)
    assert shown(config)["vendor"][0]["token"] == "***"
    assert "hunter2hunter2" in secrets_of(config)
