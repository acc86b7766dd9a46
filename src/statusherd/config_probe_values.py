"""The values of [[probe]] and [early]: hosts, ports, statuses, and how many false alarms are borne."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_HOST: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?|[0-9A-Fa-f:.]{2,45}", re.ASCII)


def parse_host(value: object) -> str:
    """Return the name of a host; raise ValueError where it is none."""
    hint = 'Write it like "api.example.com"'
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        raise ValueError(f"must be the name of a host, without scheme and path. {hint}")
    return value


def parse_endpoint(value: object) -> str:
    """Return "host:port"; raise ValueError where it is not that."""
    hint = 'Write it like "api.example.com:443" or "[::1]:443"'
    try:
        parts = urlsplit(f"//{value}" if isinstance(value, str) else "//")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not port or not _HOST.fullmatch(host) or parts.path or parts.query or "@" in str(value):
        raise ValueError(f"must be a host and a port. {hint}")
    return str(value)


def parse_statuses(value: object) -> tuple[int, ...]:
    """Return statuses of HTTP; one alone may stand without brackets."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(type(item) is int and 100 <= item <= 599 for item in items):
        raise ValueError("must be a list of HTTP statuses. Write it like [200, 401]")
    return tuple(dict.fromkeys(items))


def parse_false_alarms(value: object) -> float:
    """Return how many false alarms are borne; raise ValueError where that is no number within bounds."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0.01 <= value <= 100:
        raise ValueError("must be a number from 0.01 to 100. Write it like 1.0, without quotes")
    return float(value)
