"""[web]: what may stand in it, what it means, and that its secret does not show."""

from __future__ import annotations

import pytest

from statusherd import config
from statusherd.assembly import secrets_of
from statusherd.config_web_values import Listen, parse_base_url, parse_listen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8080", Listen("127.0.0.1", 8080)),
        ("127.0.0.1:0", Listen("127.0.0.1", 0)),
        ("[::1]:65535", Listen("::1", 65_535)),
        ("status.example.com:80", Listen("status.example.com", 80)),
    ],
)
def test_an_address_to_listen_on_is_read_and_shown_alike(text, expected):
    assert parse_listen(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "wrong",
    ["", ":8080", "8080", "::1:80", "[::1]", "127.0.0.1:65536", "127.0.0.1:8a", "a b:1", "a:¹", 8080, None],
)
def test_what_is_no_address_and_port_is_refused(wrong):
    with pytest.raises(ValueError, match="an address and a port"):
        parse_listen(wrong)


def test_a_path_may_stand_in_the_url_and_no_slash_doubles():
    assert parse_base_url("https://example.com/status/") == "https://example.com/status"


@pytest.mark.parametrize(
    "wrong",
    ["status.example.com", "ftp://example.com", "https://", "https://u:p@example.com", "https://e.com/#a", "https://e.com:x",
     "https://e.com/?", "https://e.com/ a", "https://e.com/" + 200 * "a", "https://e.com/<b>", None],
)  # fmt: skip
def test_what_cannot_begin_a_link_is_refused(wrong):
    with pytest.raises(ValueError, match="https"):
        parse_base_url(wrong)


def _config(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_text(f'[[vendor]]\nname = "github"\n[web]\n{text}')
    path.chmod(0o600)
    return config.load(path)


def test_the_token_is_masked_and_kept_out_of_the_log(tmp_path):
    token = "correct-horse-battery-staple"
    loaded = _config(
        tmp_path, f'listen = "127.0.0.1:0"\nurl = "https://s.example.com"\nadmin_token = "{token}"'
    )
    assert token not in repr(loaded)
    assert config.shown(loaded)["web"] == {
        "listen": "127.0.0.1:0",
        "url": "https://s.example.com",
        "admin_token": "***",
    }
    assert token in secrets_of(loaded)
    assert loaded.warnings == ()


def test_links_without_a_listener_are_another_daemons(tmp_path):
    loaded = _config(tmp_path, 'url = "https://s.example.com"')
    assert "lead to another daemon" in loaded.warnings[0]
