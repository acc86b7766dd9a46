"""The recorded incidents of real vendors, read from beside the checkout and never copied into it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.correlation.cases import PHASES, Update, VendorIncident

HISTORY: Final = Path(__file__).resolve().parents[3] / "shared" / "history" / "incidents.jsonl"

_BEGAN: Final = re.compile(
    r"(?:from|between|since|start(?:ing|ed)(?: at| around)?|beg(?:an|inning) (?:at|around))\s+"
    r"(?:approximately |around )?(\d{1,2}):(\d{2})",
    re.IGNORECASE,
)
_TIME_OF_DAY: Final = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?!\d)")
_FARTHEST: Final = timedelta(hours=5)
_TAG: Final = re.compile(r"<[^>]+>")


def read(path: Path = HISTORY) -> tuple[VendorIncident, ...]:
    """All recorded incidents in order of their posting."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(sorted((_incident(json.loads(line)) for line in lines), key=lambda one: one.posted_at))


def _incident(record: Mapping[str, Any]) -> VendorIncident:
    resolved = _time(record["resolved_at"]) if record.get("resolved_at") else None
    updates = tuple(_updates(record["updates"], resolved))
    posted = updates[0].at
    started = min(_time(record["started_at"]), posted, resolved or posted)
    return VendorIncident(
        record["vendor"],
        record["native_id"],
        record["title"],
        record["impact"],
        tuple(record["components"]),
        (),
        started,
        posted,
        resolved,
        updates,
    )


def _updates(records: list[dict[str, str]], resolved: datetime | None) -> Iterator[Update]:
    """Oldest first. What has no phase of ours is an open incident's news, or its end."""
    ordered = sorted(records, key=lambda record: record["created_at"])
    for record in ordered:
        at = _time(record["created_at"])
        phase = record["status"]
        if phase not in PHASES:
            is_end = phase == "postmortem" or (resolved is not None and at >= resolved)
            phase = "resolved" if is_end else "investigating"
        yield Update(at, phase, _TAG.sub(" ", record["body"]).strip())


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)


def told_beginning(incident: VendorIncident) -> datetime | None:
    """When the trouble began by the texts of the vendor, which is often well before it was posted."""
    times = []
    for update in incident.updates:
        for hour, minute in _BEGAN.findall(update.text):
            if int(hour) < 24 and int(minute) < 60:
                at = incident.posted_at.replace(hour=int(hour), minute=int(minute), second=0)
                times.append(at - timedelta(days=1) if at > incident.posted_at else at)
    near = [at for at in times if incident.posted_at - at <= _FARTHEST]
    return min(near, default=None)


def moved(incident: VendorIncident, by: timedelta) -> VendorIncident:
    """The same incident at another time, with the times of day in its words moved too."""

    def said(text: str) -> str:
        return _TIME_OF_DAY.sub(lambda found: _later(found, by), text)

    return replace(
        incident,
        title=said(incident.title),
        started_at=incident.started_at + by,
        posted_at=incident.posted_at + by,
        resolved_at=incident.resolved_at + by if incident.resolved_at else None,
        updates=tuple(
            replace(update, at=update.at + by, text=said(update.text)) for update in incident.updates
        ),
    )


def _later(found: re.Match[str], by: timedelta) -> str:
    return f"{datetime(2000, 1, 1, int(found[1]), int(found[2]), tzinfo=UTC) + by:%H:%M}"
