"""The kinds of value a config file holds, from text to what the program uses.

Each `parse_…` takes what stands in the file and returns the value, or raises ValueError with a sentence on
what is wrong and one on what to write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from statusherd.config_problems import did_you_mean, quoted
from statusherd.model.escalation import ESCALATION
from statusherd.model.hours import Window, parse_window
from statusherd.model.oncall import ONCALL
from statusherd.model.routing import EVENTS

DAY: Final = 86_400.0
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY, "w": 7 * DAY}
_BYTES: Final = {
    "B": 1,
    "kB": 1000,
    "KiB": 1024,
    "MB": 1000**2,
    "MiB": 1024**2,
    "GB": 1000**3,
    "GiB": 1024**3,
}
_DURATION: Final = re.compile(r"(?:\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d|w))+\Z", re.ASCII)
_DURATION_PART: Final = re.compile(r"([\d.]+)(ms|s|m|h|d|w)", re.ASCII)
_SIZE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([A-Za-z]{1,3})\Z", re.ASCII)
_RATE: Final = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})?(s|m|h|d)\Z", re.ASCII)
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HANDOVER: Final = re.compile(r"(?:([A-Z][a-z]{2}) +)?([01]\d|2[0-3]):([0-5]\d)\Z", re.ASCII)
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,255}\Z", re.ASCII)


def parse_duration(text: object) -> float:
    """Return "60s", "5m" or "1h30m" in seconds; raise ValueError where it is none."""
    if not isinstance(text, str) or not _DURATION.match(text):
        raise ValueError('must be a duration in quotes. Write it like "60s", "5m" or "1h"')
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(text))


def duration_text(seconds: float) -> str:
    """Return seconds as they are written in a config: "90s", "5m"."""
    for unit in ("w", "d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{int(seconds // _SECONDS[unit])}{unit}"
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"


@dataclass(frozen=True, slots=True)
class Handover:
    """A time of the day, on a day of the week (0 for Monday) or on any."""

    weekday: int | None
    at: time

    def __str__(self) -> str:
        day = "" if self.weekday is None else f"{DAYS[self.weekday]} "
        return f"{day}{self.at:%H:%M}"


def parse_handover(value: object) -> Handover:
    """Return "Mon 09:00" or "09:00"; raise ValueError where it is neither."""
    match = _HANDOVER.match(value.strip().capitalize()) if isinstance(value, str) else None
    if match is None or (match[1] and match[1] not in DAYS):
        raise ValueError('must be a time, with or without a day. Write it like "Mon 09:00" or "09:00"')
    return Handover(DAYS.index(match[1]) if match[1] else None, time(int(match[2]), int(match[3])))


def parse_day(value: object) -> date:
    """Return a date, given as text or as TOML has them, of a year in which rotations are reckoned."""
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    if not isinstance(found, date) or isinstance(found, datetime):
        raise ValueError('must be a date. Write it like "2026-01-05"')  # noqa: TRY004 - as all parsers do
    if not 1970 <= found.year <= 2070:
        raise ValueError("is out of bounds. Take a date of the years 1970 to 2070")
    return found


def parse_size(text: object) -> int:
    """Return "5MiB" in bytes; raise ValueError where it is no size."""
    match = _SIZE.match(text) if isinstance(text, str) else None
    if match is None or match[2] not in _BYTES:
        raise ValueError('must be a size in quotes. Write it like "512KiB" or "5MiB"')
    return int(float(match[1]) * _BYTES[match[2]])


def size_text(size: int) -> str:
    """Return bytes as they are written in a config: "5MiB", "1500B"."""
    for unit in ("GiB", "MiB", "KiB"):
        if size and size % _BYTES[unit] == 0:
            return f"{size // _BYTES[unit]}{unit}"
    return f"{size}B"


def parse_rate(text: object) -> float:
    """Return "30/m" or "5/10s" in messages per minute; raise ValueError where it is no rate."""
    match = _RATE.match(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError('must be messages per time. Write it like "30/m" or "5/10s"')
    return int(match[1]) * 60.0 / (int(match[2] or 1) * _SECONDS[match[3]])


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret stands. Of an inline one the text is the secret itself, so it never shows."""

    kind: Literal["inline", "env", "file", "credential"]
    text: str

    def __repr__(self) -> str:
        shown = "***" if self.kind == "inline" else self.text
        return f"SecretPlace({self.kind}: {shown})"


def parse_secret(value: object) -> SecretPlace:
    """Return where a secret stands; the error never quotes it."""
    if isinstance(value, str):
        if not value.strip():
            raise ValueError("is empty. Write the value, or where it stands")
        return SecretPlace("inline", value.strip())
    if isinstance(value, dict) and len(value) == 1:
        ((kind, name),) = value.items()
        if kind in ("env", "file", "credential") and isinstance(name, str) and name and "\0" not in name:
            if kind == "credential" and (not _FILE_NAME.match(name) or name in (".", "..")):
                raise ValueError("credential must be a plain name, as in LoadCredential=NAME:…")
            return SecretPlace(kind, name)
    raise ValueError(
        'must be a text, { env = "NAME" }, { file = "PATH" } or { credential = "NAME" }. Keep to one of them'
    )


def parse_web_address(value: object) -> str:
    """Return an http or https address; raise ValueError where it is none or carries a user or password."""
    hint = 'Write it like "https://status.example.com"'
    if not isinstance(value, str) or len(value) > 2000 or not value.isprintable() or " " in value:
        raise ValueError(f"must be a web address. {hint}")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"must be a web address. {hint}") from None
    if parts.username is not None:
        raise ValueError("must not hold a user name or password: addresses are shown and logged. Remove them")
    if parts.scheme not in ("https", "http") or not host:
        raise ValueError(f"must begin with https:// or http:// and name a host. {hint}")
    return value


def is_http(url: str) -> bool:
    """Tell whether a secret is an http or https address; it may carry a user and password."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def parse_zone(value: object) -> str:
    """Return the name of a time zone of the IANA list; raise ValueError where it is none."""
    hint = 'Write it like "Europe/Berlin" or "UTC"'
    if not isinstance(value, str) or not value:
        raise ValueError(f"must be the name of a time zone. {hint}")
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{quoted(value)} is no time zone of the IANA list. {hint}") from None
    return value


def parse_name(value: object) -> str:
    """Return a name as it stands; it is stored and shown literally, so almost anything will do."""
    if not isinstance(value, str) or not value.strip() or len(value) > 16_384 or "\0" in value:
        raise ValueError("must be a text that is not empty. Write a name in quotes")
    if value.startswith("*"):  # the store keeps what is no vendor's under such names
        raise ValueError("must not begin with an asterisk. Write another name")
    return value


def parse_rule(value: object) -> str:
    """Return cron text or an RRULE as it stands; its words are judged where the start is known."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 500:
        raise ValueError("must be a text on one line. Write the rule in quotes")
    return value.strip()


def parse_texts(value: object) -> tuple[str, ...]:
    """Return a list of texts, each once; one alone may stand without brackets."""
    return tuple(dict.fromkeys(parse_order(value)))


def parse_channel_name(value: object) -> str:
    """Return the name of a channel: one that in a route means nothing else."""
    name = parse_name(value)
    for start, what in ((ONCALL, "rotations"), (ESCALATION, "escalations")):
        if name.startswith(start):
            raise ValueError(f'must not begin with "{start}": routes name {what} so. Rename it')
    return name


def parse_order(value: object) -> tuple[str, ...]:
    """Return a list of texts in which one may stand several times."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(i, str) and i.strip() for i in items):
        raise ValueError('must be a text or a list of texts. Write it like ["one", "two"]')
    return tuple(items)


def parse_windows(value: object) -> tuple[Window, ...]:
    """Return windows of time, as "Mon-Fri 08:00-18:00"; one alone may stand without brackets."""
    return tuple(map(_window, parse_texts(value)))


def _window(text: str) -> Window:
    try:
        return parse_window(text)
    except ValueError as error:
        raise ValueError(f"{quoted(text)} {error}") from None


def parse_dates(value: object) -> tuple[date, ...]:
    """Return dates, with or without quotes; one alone may stand without brackets."""
    found = [_date(item) for item in (value if isinstance(value, list) else [value])]
    return tuple(sorted(set(found)))


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else date.fromisoformat("")
    except ValueError:
        shown = f"{quoted(value)} is no date" if isinstance(value, str) else "must be a list of dates"
        raise ValueError(f'{shown}. Write it like ["2026-12-25", "2027-01-01"]') from None


def parse_header_text(value: object) -> str:
    """Return a text that can stand in a header of a request."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or len(value) > 200:
        raise ValueError('must be an address people can write to. Write it like "ops@example.com"')
    return value.strip()


def word_of(words: Iterable[str]) -> Callable[[object], str]:
    known = tuple(words)
    folded = {word.lower(): word for word in known}

    def parse(value: object) -> str:
        if isinstance(value, str) and value.lower() in folded:
            return folded[value.lower()]
        shown = f"{quoted(value)} is not known. " if isinstance(value, str) else "must be a text. "
        raise ValueError(shown + did_you_mean(value if isinstance(value, str) else "", known))

    return parse


def parse_events(value: object) -> frozenset[str]:
    return frozenset(map(word_of(sorted(EVENTS)), parse_texts(value)))


def between(parse: Callable[[object], float], low: str, high: str) -> Callable[[object], float]:
    least, most = parse(low), parse(high)

    def parse_bounded(value: object) -> float:
        found = parse(value)
        if not least <= found <= most:
            raise ValueError(f'{quoted(str(value))} is out of bounds. Take "{low}" to "{high}"')
        return found

    return parse_bounded
