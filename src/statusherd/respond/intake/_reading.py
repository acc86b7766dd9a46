"""Bodies of senders, read with care: any bytes give facts, or an IntakeError that says what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Webhook
from statusherd.model.words import Severity

Object = Mapping[str, object]

MOST_ALERTS: Final = 5000
"""More in one delivery are refused: no sender groups so many."""
LONGEST_TEXT: Final = 10_000
LONGEST_LINE: Final = 500
MOST_LABELS: Final = 100

_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_DIGITS: Final = re.compile(r"[0-9]{9,19}(\.[0-9]{1,9})?", re.ASCII)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_EPOCHS: Final = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))
"""Below which number an epoch is in which part of a second: seconds, ms, µs, ns."""

_SEVERITY_WORDS: Final = {
    Severity.SEV1: "critical fatal emergency disaster page p1 sev1 sev-1 1",
    Severity.SEV2: "error high major p2 sev2 sev-2 2",
    Severity.SEV3: "warning warn medium average moderate minor p3 sev3 sev-3 3",
    Severity.SEV4: "info information informational low notice debug p4 p5 sev4 sev-4 4 5",
}
SEVERITIES: Final[Mapping[str, Severity]] = {
    word: severity for severity, words in _SEVERITY_WORDS.items() for word in words.split()
}
"""What the words of the field mean to us."""


def document(webhook: Webhook) -> Object:
    """Return the JSON object that is the body; raise IntakeError where it is none."""
    found = json_value(webhook.body)
    if not isinstance(found, dict):
        raise IntakeError("the body is JSON, but no object")
    return found


def json_value(body: bytes | str) -> object:
    """Return what JSON says; NaN and infinities, which are none, become null."""
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        return json.loads(text, parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise IntakeError("the body is no UTF-8") from error
    except RecursionError as error:
        raise IntakeError("the body is nested too deeply") from error
    except ValueError as error:
        raise IntakeError(f"the body is no JSON: {str(error)[:120]}") from error


def form(webhook: Webhook) -> Mapping[str, str]:
    """Return the fields of a form, of one that stands twice the last; raise IntakeError where it is none."""
    try:
        pairs = parse_qsl(
            webhook.body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=200
        )
    except ValueError as error:
        raise IntakeError("the body is no form") from error
    return dict(pairs)


def obj(value: object) -> Object:
    """Return `value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Object]:
    """Yield the objects in a list; raise IntakeError where they are more than anybody sends."""
    items = value if isinstance(value, list) else []
    if len(items) > MOST_ALERTS:
        raise IntakeError(f"holds {len(items)} alerts, more than {MOST_ALERTS}")
    return (item for item in items if isinstance(item, dict))


def text(value: object, limit: int = LONGEST_TEXT) -> str:
    """Return a text or number as text that can be stored; empty for all else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**25:
        return ""
    if not isinstance(value, str | int | float):
        return ""
    found = _UNSTORABLE.sub("\ufffd", str(value)).strip()
    return found if len(found) <= limit else f"{found[: limit - 1]}…"


def line(value: object, limit: int = LONGEST_LINE) -> str:
    """Return a text as one line."""
    return text(" ".join(text(value).split()), limit)


def key(*parts: object) -> str:
    """Return the key that parts make, a digest where it would be long; empty where all are.

    No two lists of as many parts make the same: of all but the last the spaces are written otherwise.
    """
    *first, last = [found for part in parts if (found := text(part))] or [""]
    joined = " ".join([*(part.replace("%", "%25").replace(" ", "%20") for part in first), last])
    return joined if len(joined) <= LONGEST_LINE else sha256(joined.encode()).hexdigest()


def needed(value: object, what: str) -> str:
    """Return a text that must be there; raise IntakeError where it is not."""
    if not (found := line(value)):
        raise IntakeError(f"has no {what}")
    return found


def labels(*sources: object) -> dict[str, str]:
    """Return the scalars of objects as labels; of one name the last that has one."""
    found: dict[str, str] = {}
    for source in sources:
        for name, value in obj(source).items():
            if (shown := line(value)) and (label := line(name, 200)) and len(found) < MOST_LABELS:
                found[label] = shown
    return found


def link(*values: object) -> str | None:
    """Return the first web address of `values`, None where none is one."""
    return next((found for value in values if (found := text(value, 2000)) and _is_web(found)), None)


def _is_web(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and value.isprintable()
    except ValueError:
        return False


def severity(value: object, words: Mapping[str, Severity] = SEVERITIES) -> Severity | None:
    """Return what a word or number of urgency means, None where we do not know it."""
    return words.get(text(value, 60).lower())


def moment(value: object, zone: tzinfo | None = None) -> datetime | None:
    """Return a time in UTC: ISO 8601 with any fraction, or an epoch in s, ms, µs or ns.

    None where it is no time between 2000 and 2100 (0001-01-01 means "not yet"), or names no zone and `zone`
    is None.
    """
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        whole, _, _ = value.strip().partition(".")
        value = int(whole)
    try:
        found = _epoch(value) if isinstance(value, int | float) else _iso(value, zone)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is not None and _EARLIEST <= found < _LATEST else None


def _epoch(value: float) -> datetime | None:
    unit = next((unit for below, unit in _EPOCHS if 0 < value < below), None)
    if unit is None or isinstance(value, bool):
        return None
    seconds, rest = divmod(int(value), unit) if isinstance(value, int) else (value / unit, 0)
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=rest * 10**6 // unit)


def _iso(value: object, zone: tzinfo | None) -> datetime | None:
    if not isinstance(value, str) or len(value) > 60:
        return None
    found = datetime.fromisoformat(value.strip())
    if found.tzinfo is None:
        if zone is None:
            return None
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC)


def as_of(webhook: Webhook, said: datetime | None) -> datetime:
    """Return when it stood so: as the sender says, where that is not after we heard of it."""
    return webhook.received_at if said is None else min(said, webhook.received_at)
