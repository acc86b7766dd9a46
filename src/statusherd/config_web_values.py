"""The values of [web]: where to listen, and the address under which people reach us."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_LONGEST_URL: Final = 200
_LEAST_TOKEN: Final = 16
_HOST: Final = re.compile(r"[A-Za-z0-9._:-]{1,255}", re.ASCII)
_PLAIN: Final = re.compile(r"[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]+", re.ASCII)
_TOKEN: Final = re.compile(r"[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listen:
    """A host to listen on, and a port; 0 for a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_listen(value: object) -> Listen:
    """Return "127.0.0.1:8080" as host and port; raise ValueError where it is none."""
    hint = 'Write it like "127.0.0.1:8080" or "[::1]:8080"'
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    is_right = colon and (bare != host or ":" not in host) and _HOST.fullmatch(bare)
    if not is_right or not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65_536):
        raise ValueError(f"must be an address and a port. {hint}")
    return Listen(bare, int(port))


def parse_base_url(value: object) -> str:
    """Return the address that others reach us under, without a slash at its end."""
    hint = 'Write it like "https://status.example.com"'
    if not isinstance(value, str) or len(value) > _LONGEST_URL or not _PLAIN.fullmatch(value):
        raise ValueError(f"must be a web address of at most {_LONGEST_URL} characters. {hint}")
    try:
        parts = urlsplit(value)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if not is_right or "@" in parts.netloc or "?" in value or "#" in value:
        raise ValueError(f"must begin with https:// or http://, without user or question mark. {hint}")
    return value.rstrip("/")


def token_problem(token: str) -> str | None:
    """Return what is wrong with a bearer token, without the token; None where nothing is."""
    if not _TOKEN.fullmatch(token):
        return "holds what cannot stand in a header. Write letters, digits and signs without spaces"
    if len(token) < _LEAST_TOKEN:
        return f"is short enough to be guessed. Take {_LEAST_TOKEN} characters or more"
    return None
