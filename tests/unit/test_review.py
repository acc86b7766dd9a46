"""The draft of a review tells what is known, and nothing that was written by others is markup in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from statusherd.model.dossiers import Dossier
from statusherd.model.incidents import Entry, EntryKind, Incident, IncidentPhase, Task
from statusherd.model.suspects import Link, LinkState, Suspect
from statusherd.model.words import Severity
from statusherd.respond.review import drafted, review_of


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 10, hour, minute, tzinfo=UTC)


INCIDENT = Incident(
    7,
    "Checkout 5xx",
    Severity.SEV2,
    "ada says so",
    IncidentPhase.RESOLVED,
    at(10),
    "intake prom",
    services=("checkout",),
    began_at=at(9, 55),
    acknowledged_at=at(10, 4),
    resolved_at=at(11, 30),
    roles={"commander": "ada"},
)
OPENED = Entry(7, at(10), EntryKind.OPENED, "intake prom", "Checkout 5xx", number=1)


def test_it_tells_times_causes_people_tasks_and_the_timeline() -> None:
    suspect = Suspect("stripe", "k7", "API errors", 0.934)
    found = drafted(
        Dossier(
            INCIDENT,
            tasks=(Task(7, "roll back", at(11), "bob"), Task(7, "tell", at(11), done_at=at(12))),
            links=(
                Link(7, suspect, LinkState.LINKED, at(10)),
                Link(7, replace(suspect, id="k8"), LinkState.SUSPECTED, at(10)),
            ),
            timeline=(OPENED,),
        )
    ).text
    assert found.splitlines()[0] == "# Review of INC-7: Checkout 5xx"
    for row in (
        "| Began | 2026-03-10 09:55 UTC |",
        "| Noticed | 2026-03-10 10:00 UTC, by intake prom, 5 min after it began |",
        "| Taken on | 2026-03-10 10:04 UTC, 9 min after it began |",
        "| Resolved | 2026-03-10 11:30 UTC, 1 h 35 min after it began |",
        "| Cause | stripe: API errors (93 %) |",
        "| Roles | commander: ada |",
        "- [ ] roll back (bob)",
        "- 2026-03-10 10:00 UTC, opened: intake prom: Checkout 5xx",
    ):
        assert row in found.splitlines()
    assert "tell" not in found


def test_nothing_that_others_wrote_is_markup() -> None:
    hostile = "![x](http://evil.example/p.png) | <script>\u202e\n# [a](b)"
    found = drafted(
        Dossier(replace(INCIDENT, title=hostile), timeline=(replace(OPENED, text=hostile, author=hostile),))
    ).text
    assert "![x]" not in found
    assert "<script>" not in found
    assert "\u202e" not in found
    assert [line for line in found.splitlines() if line.startswith("# ")] == [found.splitlines()[0]]


def test_what_was_written_last_counts() -> None:
    first = Entry(7, at(12), EntryKind.REVIEW, "ada", "first", {"state": "written"}, 5)
    second = replace(first, text="second", number=6)
    newest = review_of(Dossier(INCIDENT, timeline=(second, OPENED, first)))
    assert (newest.text, newest.author, newest.at, newest.is_written) == ("second", "ada", at(12), True)
    assert review_of(Dossier(INCIDENT, timeline=(OPENED,))) == drafted(Dossier(INCIDENT, timeline=(OPENED,)))
    assert "second" not in drafted(Dossier(INCIDENT, timeline=(second,))).text
