"""Early warnings of ours: a guess is told as one, wakes nobody, and makes way for what the vendor posts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from our_stories import ALL, OWNERS, OurStory
from stories import bodies, until

from statusherd.model.changes import Change
from statusherd.model.escalation import Escalation, EscalationStep
from statusherd.model.pacing import GroupBy, Grouping
from statusherd.model.routing import Route
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, Severity
from statusherd.respond.services import ServiceMap

DUTY = Escalation("duty", (EscalationStep(("first",), 600), EscalationStep(("second",), 600)))
PAGES = Route("duty", channels=("escalation:duty",))
SEEN = "3 of our 4 checks of it fail"


def warning(story: OurStory, kind: K = K.EARLY_WARNING, number: int = 1, **also: Any) -> Change:
    reason = SEEN if kind is K.EARLY_WARNING else "why"
    return Change("acme", kind, story.clock.now(), reason, subject=f"warning-{number}", **also)


async def test_a_warning_says_whose_it_is_and_ends_when_the_vendor_posts(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        await story.look()
        await story.log(warning(story))
        await story.pass_minutes(38)
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look()
        incident = story.sender.sent[-1].delivery.alert.change.incident
        await story.log(warning(story, K.EARLY_WARNING_JOINED, facets=("lead:2340",), incident=incident))
        assert [line for _, line in story.heads] == [
            f"EARLY WARNING of ours: checkout and search at risk: Acme: nothing is posted, but {SEEN}",
            'OPENED: checkout at risk: Acme: major incident "API errors" (investigating)',
            'NOW POSTED: Acme: posted it 39 min after our warning: major incident "API errors"',
        ]
        threads = [sent.delivery.alert.thread.id for sent in story.sender.sent]
        assert threads[0] == threads[2] != threads[1]
        assert "not a word of Acme, which has posted nothing" in bodies(story)[0]


async def test_a_warning_that_comes_to_nothing_ends_without_a_word(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        begun = warning(story)
        await story.log(begun, begun)
        await story.pass_minutes(25)
        await story.log(warning(story, K.EARLY_WARNING_ENDED))
        assert [line for _, line in story.heads][1:] == [
            "EARLY WARNING OVER after 25 min: Acme: ended without a word of the vendor"
        ]


async def test_a_guess_is_never_worse_than_sev3(tmp_path: Path) -> None:
    async with OurStory(tmp_path, (OWNERS,)) as story:
        await story.log(warning(story, after="major_outage"))
        told = {sent.channel.name: sent.delivery.alert for sent in story.sender.sent}
        assert {name: alert.severity for name, alert in told.items()} == {
            "shop": Severity.SEV3,
            "find": Severity.SEV3,
        }
        assert told["shop"].severity_reason == (
            "impact critical x tier 1 of checkout = SEV1, fallback lowers to SEV2, "
            "as an early warning of ours SEV3 at most"
        )
    (tmp_path / "bare").mkdir()
    async with OurStory(tmp_path / "bare", services=ServiceMap(())) as story:
        await story.log(warning(story, after="major_outage"))
        assert story.sender.sent[0].delivery.alert.severity is Severity.SEV3


async def test_a_guess_wakes_nobody_though_it_goes_to_those_on_duty(tmp_path: Path) -> None:
    async with OurStory(tmp_path, (PAGES,), escalations={DUTY.target: DUTY}) as story:
        story.quiet("first", "second")
        await story.start()
        await until(story, 23)
        await story.log(warning(story))
        assert story.why("acme") == [("first", "outside_hours")]
        await until(story, 7)
        await story.tell()
        await story.pass_minutes(60)
        assert [name for name, _ in story.heads] == ["first"]


async def test_a_route_that_wants_what_is_severe_hears_no_guess(tmp_path: Path) -> None:
    async with OurStory(tmp_path, (replace(ALL, severity=Severity.SEV2),)) as story:
        await story.log(warning(story))
        assert story.why("acme") == [("ops", "below_severity")]


async def test_a_warning_that_comes_and_goes_is_held_back(tmp_path: Path) -> None:
    async with OurStory(tmp_path) as story:
        await story.log(warning(story))
        await story.pass_minutes(5)
        await story.log(warning(story, K.EARLY_WARNING_ENDED))
        await story.pass_minutes(5)
        await story.log(warning(story, number=2))
        assert story.why("acme") == [("ops", "flapping")]
        await story.pass_minutes(5)
        await story.log(warning(story, K.EARLY_WARNING_ENDED, number=2))
        assert len(story.heads) == 2


async def test_a_group_of_a_vendor_has_its_warning_too(tmp_path: Path) -> None:
    grouped = replace(ALL, grouping=Grouping(GroupBy.VENDOR, 60.0, 300.0))
    async with OurStory(tmp_path, (grouped,)) as story:
        await story.look()
        await story.log(warning(story))
        story.page.open("API errors", Impact.MAJOR, ["API"])
        await story.look()
        await story.look()
        assert [line for _, line in story.heads] == [
            'OPENED: checkout and search at risk: Acme: 2 opened, the worst is "API errors"'
        ]
