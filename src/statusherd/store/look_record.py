"""A look as it is handed to the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from statusherd.model.changes import Change
from statusherd.model.errors import FailureKind
from statusherd.model.records import Known, Snapshot
from statusherd.model.words import Status
from statusherd.store.validators import StoredValidators


@dataclass(frozen=True, slots=True)
class LookFailure:
    """Why a look established nothing."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, slots=True)
class LookRecord:
    """A look that is worth storing: what was known before and after it, and what happened.

    `seq` is the number that came with `before`, 0 where nothing was stored yet; once stored it is one
    higher. `snapshot` is None where the look established nothing, and `failure` says why; what the store
    has of the page, its validators and `rereads_at` is kept then. `validators` None leaves the stored
    ones. `bodies` are the (address, packed bytes) to keep for a replay.
    """

    vendor: str
    at: datetime
    before: Known
    after: Known
    seq: int
    snapshot: Snapshot | None = None
    changes: tuple[Change, ...] = ()
    failure: LookFailure | None = None
    validators: tuple[StoredValidators, ...] | None = None
    bodies: tuple[tuple[str, bytes], ...] = ()
    rereads_at: datetime | None = None
    title: str | None = None
    """How people write the vendor; None keeps what is stored."""

    @property
    def moved(self) -> bool:
        """Whether the state that is shown differs, so that a span ends here."""
        return not self.seq or shown_status(self.before) is not shown_status(self.after)

    @property
    def moved_at(self) -> datetime:
        """When it did: blindness is noticed late, it began with the first failure."""
        blind = self.after.blind_since
        return blind if blind is not None and self.before.blind_since is None else self.at


def shown_status(known: Known) -> Status:
    """Return the state that is shown and counted: unknown while the source cannot be read."""
    return Status.UNKNOWN if known.blind_since is not None else known.status
