"""What programs send about incidents, from JSON to what is asked: every mistake as a sentence. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar

from statusherd.model.errors import NotUnderstoodError
from statusherd.model.incidents import IncidentPhase, Opening, Task
from statusherd.model.words import Severity
from statusherd.publish.incident_desk import (
    Advance,
    AssignRole,
    ChangeServices,
    Deed,
    JudgeCause,
    MergeInto,
    Reopen,
    SetSeverity,
    SplitOff,
    TakeOn,
    WriteNote,
    WriteReview,
)

LONGEST_KEY: Final = 200
Word = TypeVar("Word", bound=StrEnum)


class Body:
    """A JSON object whose values are read one by one; raises NotUnderstoodError that names the key."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a `default` it must be there."""
        value = self._values.get(key, default)
        if not isinstance(value, str):
            raise _wrong(key, "must be a text")
        return value

    def number(self, key: str) -> int:
        value = self._values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
            raise _wrong(key, "must be a number")
        return value

    def numbers(self, key: str) -> tuple[int, ...]:
        return tuple(Body({key: each}).number(key) for each in self._list(key))

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(Body({key: each}).text(key) for each in self._list(key))

    def moment(self, key: str) -> datetime | None:
        """Return a time in UTC, None where there is none."""
        value = self._values.get(key)
        return None if value is None else moment(key, value)

    def severity(self, key: str) -> Severity | None:
        value = self._values.get(key)
        return None if value is None else _word(key, value, Severity)

    def phase(self, key: str) -> IncidentPhase | None:
        value = self._values.get(key)
        return None if value is None else _word(key, value, IncidentPhase)

    def _list(self, key: str) -> list[object]:
        value = self._values.get(key, [])
        if not isinstance(value, list):
            raise _wrong(key, "must be a list")
        return value


def moment(key: str, value: object) -> datetime:
    """Return a time that was sent; UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is not None:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _wrong(key, "must be a time like 2026-01-31T14:02:00Z")


def _word(key: str, value: object, kind: type[Word]) -> Word:
    known = {each.value.casefold(): each for each in kind}
    if not isinstance(value, str) or value.casefold() not in known:
        raise _wrong(key, f"must be one of {', '.join(kind)}")
    return known[value.casefold()]


def _wrong(key: str, what: str) -> NotUnderstoodError:
    return NotUnderstoodError(what, subject=key)


def new_incident(body: Body, key: str | None) -> Opening:
    """Return the incident that a program wants opened."""
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise _wrong("Idempotency-Key", f"must have 1 to {LONGEST_KEY} printable ASCII characters")
    return Opening(
        title=body.text("title"),
        author=body.text("author"),
        services=body.texts("services"),
        severity=body.severity("severity"),
        text=body.text("text", ""),
        began_at=body.moment("began_at"),
        url=body.text("url", "") or None,
        asked_with=key,
    )


def new_task(number: int, body: Body) -> Task:
    """Return the task that a program wants written down."""
    made_at = datetime.min.replace(tzinfo=UTC)  # whoever stores it says when
    return Task(number, body.text("text"), made_at, body.text("owner", ""), body.moment("due_at"))


def _severity(body: Body) -> SetSeverity:
    found = body.severity("severity")
    if found is None:
        raise _wrong("severity", f"must be one of {', '.join(Severity)}")
    return SetSeverity(found, body.text("reason"))


def _judgement(body: Body) -> JudgeCause:
    verdicts = {"confirmed": True, "rejected": False, "unlinked": None}
    said = body.text("verdict")
    if said not in verdicts:
        raise _wrong("verdict", f"must be one of {', '.join(verdicts)}")
    return JudgeCause(body.text("cause"), verdicts[said], body.text("note", ""))


OPEN_KEYS: Final = ("title", "author", "services", "severity", "text", "began_at", "url")
TASK_KEYS: Final = ("author", "text", "owner", "due_at")
DEEDS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Body], Deed]]]] = {
    "ack": (("note",), lambda body: TakeOn(body.text("note", ""))),
    "note": (("text",), lambda body: WriteNote(body.text("text"))),
    "review": (("text",), lambda body: WriteReview(body.text("text"))),
    "advance": (("to", "force"), lambda body: Advance(body.phase("to"), body.text("force", ""))),
    "resolve": (("force",), lambda body: Advance(IncidentPhase.RESOLVED, body.text("force", ""))),
    "reopen": (("reason", "to"), lambda body: Reopen(body.text("reason"), body.phase("to"))),
    "severity": (("severity", "reason"), _severity),
    "services": (("add", "remove"), lambda body: ChangeServices(body.texts("add"), body.texts("remove"))),
    "roles": (("role", "person"), lambda body: AssignRole(body.text("role"), body.text("person", ""))),
    "causes": (("cause", "verdict", "note"), _judgement),
    "merge": (("into",), lambda body: MergeInto(body.number("into"))),
    "split": (
        ("title", "alerts", "services"),
        lambda body: SplitOff(body.text("title"), body.numbers("alerts"), body.texts("services")),
    ),
}
"""What can be done with an incident, by the end of its address: the keys beside author, and the deed."""
