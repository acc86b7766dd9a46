"""One event that several sources list: which entries are the same, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from statusherd.model.records import VendorIncident
from statusherd.model.words import Phase
from statusherd.watch.repeats import without_repeats

T0 = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIST = VendorIncident(
    "e1", "Increased error rates", started_at=T0, component_ids=("ec2-n1",), regions=("n1",)
)
FEED = replace(
    LIST, id="rss/f1", title="Service impact: Increased Error Rates", component_ids=("rss/ec2-n1",),
    started_at=T0 + timedelta(minutes=4),
)  # fmt: skip
BARE = replace(FEED, component_ids=())


def ids(*rows: VendorIncident, known: tuple[str, ...] = ()) -> list[str]:
    return [row.id for row in without_repeats(rows, known, ("rss", "eu"))]


@pytest.mark.parametrize(
    ("says", "other", "is_same"),
    [
        ("the same component, at almost the same time", FEED, True),
        ("it names no component, the title is the same", BARE, True),
        ("it names no component, the title is another", replace(BARE, title="Latency"), False),
        ("another time", replace(FEED, started_at=T0 + timedelta(minutes=11)), False),
        ("no time", replace(FEED, started_at=None), False),
        ("another region", replace(FEED, regions=("s1",)), False),
        ("no region", replace(FEED, regions=()), True),
        ("neither a region nor a component", replace(BARE, regions=()), False),
        ("another component", replace(FEED, component_ids=("rss/s3-n1",)), False),
        ("the same source", replace(FEED, id="e2"), False),
    ],
)
def test_two_entries_are_one_event(says: str, other: VendorIncident, is_same: bool) -> None:  # noqa: FBT001
    assert ids(LIST, other) == (["e1"] if is_same else ["e1", other.id]), says


def test_the_first_source_counts_and_the_others_add_what_they_name() -> None:
    over = replace(LIST, phase=Phase.RESOLVED)
    wider = replace(FEED, component_ids=("rss/ec2-n1", "rss/s3-n1"), regions=())
    (kept,) = without_repeats([over, wider], (), ("rss",))
    assert kept.phase is Phase.RESOLVED
    assert kept.component_ids == ("ec2-n1", "rss/ec2-n1", "rss/s3-n1")
    assert kept.regions == ("n1",)


def test_what_was_told_already_stays_and_the_newcomer_joins_it() -> None:
    assert ids(LIST, FEED, known=("rss/f1",)) == ["rss/f1"]
    assert ids(LIST, FEED, known=("e1", "rss/f1")) == ["e1", "rss/f1"]
    third = replace(FEED, id="eu/x", component_ids=("eu/ec2-n1",))
    assert ids(LIST, FEED, third) == ["e1"]


def test_the_order_of_the_sources_stays() -> None:
    other = replace(LIST, id="e0", component_ids=("s3-n1",))
    assert ids(other, LIST, replace(FEED, component_ids=("rss/sqs",))) == ["e0", "e1", "rss/f1"]
