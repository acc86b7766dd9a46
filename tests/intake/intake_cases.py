"""What the tests of kinds share: the fixtures, and how each is delivered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from statusherd.model.inbox import Reading, Webhook
from statusherd.model.intake import FieldMap, Intake
from statusherd.model.words import Severity
from statusherd.respond.intake import read

FIXTURES = Path(__file__).parent / "fixtures"
RECEIVED = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)
"""Later than any time in a fixture or capture."""

GENERIC = FieldMap(
    key=("alert.id",),
    state="alert.status",
    firing=("broken",),
    resolved=("FIXED",),
    title="alert.name",
    severity="alert.urgency",
    severities={"ticket": Severity.SEV3},
    service="alert.app",
    labels="alert.where",
    started_at="alert.since",
    ended_at="alert.until",
    url="alert.page",
)


def intake_of(kind: str, mapping: FieldMap | None = None) -> Intake:
    return Intake(kind, kind, mapping=mapping or (GENERIC if kind == "generic" else FieldMap()))


def webhook(body: bytes, headers: dict[str, str] | None = None) -> Webhook:
    return Webhook(headers or {}, body, RECEIVED)


def fixtures() -> list[tuple[str, str, bytes]]:
    """Every fixture: its kind, its name, its bytes."""
    return [(path.parent.name, path.stem, path.read_bytes()) for path in sorted(FIXTURES.glob("*/*.*"))]


def read_fixture(kind: str, name: str) -> Reading:
    (path,) = (FIXTURES / kind).glob(f"{name}.*")
    return read(webhook(path.read_bytes()), intake_of(kind))
