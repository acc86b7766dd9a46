"""Us or them, from beginning to end: what explains an incident of ours while either side changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from stories import ALL_EVENTS, Story

from statusherd import incidents as ours
from statusherd.incidents import Opening
from statusherd.incidents.causes import Judgement, judge
from statusherd.model.errors import NoSuchIncidentError
from statusherd.model.incidents import Contact, EntryKind, Finding, Incident, IncidentPhase
from statusherd.model.runbooks import Runbook, Runbooks
from statusherd.model.services import Dependency, Service
from statusherd.model.suspects import LinkState, Verdict
from statusherd.model.triage import Question, Triage
from statusherd.model.words import Impact, Phase
from statusherd.respond.services import ServiceMap
from statusherd.store import incident_links, timeline
from statusherd.triaging import triage

SERVICES = (
    Service("checkout", tier=1, owner="shop", depends_on=(Dependency("stripe", "API"),)),
    Service("search", tier=2, depends_on=(Dependency("algolia"),)),
)


def story_of(folder: Path) -> Story:
    story = Story(folder, vendors=("stripe", "algolia", "aws"), routes=(ALL_EVENTS,))
    contacts = {"stripe": Contact("stripe", "https://support.stripe.example", "C-17")}
    books = Runbooks((Runbook("pay by invoice", (), services=("checkout",)),))
    story.setup = replace(story.setup, services=ServiceMap(SERVICES), contacts=contacts, runbooks=books)
    return story


async def opened(story: Story, title: str = "Checkout 5xx", service: str = "checkout", **more) -> Incident:
    asked = Opening(title, "ada", services=(service,), **more)
    now = story.clock.now()
    made = await story.store.write(lambda conn: ours.open_incident(conn, asked, SERVICES, now))
    await story.tell()
    return made


async def said(story: Story, number: int, cause: str, state: LinkState, note: str = "") -> None:
    now, judgement = story.clock.now(), Judgement(cause, state, "ada", note)
    await story.store.write(lambda conn: judge(conn, number, judgement, story.pipeline.setup, now))
    await story.tell()


def links(story: Story, number: int) -> dict[str, LinkState]:
    found = story.store.read_now(lambda conn: incident_links.of_incident(conn, number))
    return {link.suspect.cause: link.state for link in found}


def lines(story: Story, number: int, *kinds: EntryKind) -> list[str]:
    found = story.store.read_now(lambda conn: timeline.of_incident(conn, number))
    return [entry.text for entry in found if entry.kind in kinds]


def asked(story: Story, service: str | None = "checkout", minutes: int = 30, text: str = "") -> Triage:
    now = story.clock.now()
    question = Question(now - timedelta(minutes=minutes), service, text)
    return story.store.read_now(lambda conn: triage(conn, story.pipeline.setup, question, now))


def ours_told(story: Story) -> list[str]:
    return [kind for kind in story.told if kind.startswith("our_")]


async def test_the_first_message_says_what_explains_it(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        story.pages["stripe"].open("Elevated API errors", Impact.MAJOR, ["API"])
        await story.look()
        incident = await opened(story)
        assert story.told == ["incident_opened", "our_incident_opened"]
        news = story.sender.sent[-1].delivery.alert.change.ours
        assert news is not None
        assert news.answer is not None
        assert news.answer.verdict is Verdict.VENDOR
        assert news.contacts == (Contact("stripe", "https://support.stripe.example", "C-17"),)
        assert any("Elevated API errors" in line for line in news.recent)
        body = story.sender.sent[-1].message.body
        assert "Elevated API errors" in body
        assert "C-17" in body
        (state,) = links(story, incident.number).values()
        assert state is LinkState.LINKED


async def test_a_vendor_that_admits_late_is_linked_and_told_once(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        incident = await opened(story)
        assert asked(story).answer.verdict is Verdict.UNEXPLAINED
        await story.look(times=40)
        story.pages["stripe"].open(
            "Elevated API errors", Impact.MAJOR, ["API"], started_at=incident.opened_at - timedelta(minutes=5)
        )
        await story.look(times=5)
        assert ours_told(story) == ["our_incident_opened", "our_incident_updated"]
        news = next(s for s in story.sender.sent if "updated" in s.delivery.alert.change.kind)
        assert "Stripe admitted it 40 min after this incident began" in news.message.body
        (line,) = lines(story, incident.number, EntryKind.LINK)
        assert "checkout depends on stripe:API, which it names" in line
        verdicts = lines(story, incident.number, EntryKind.VERDICT)
        assert [verdict.partition(":")[0] for verdict in verdicts] == ["No vendor explains this", "Stripe"]


async def test_what_the_vendor_does_later_is_on_the_timeline(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        theirs = story.pages["stripe"].open("Elevated API errors", Impact.MAJOR, ["API"])
        await story.look()
        incident = await opened(story)
        story.pages["stripe"].update(theirs, Phase.MONITORING)
        await story.look()
        story.pages["stripe"].resolve(theirs)
        await story.look(times=3)
        moves = lines(story, incident.number, EntryKind.VENDOR)
        assert moves == ["Stripe: Elevated API errors: over, was open, impact major"]


async def test_other_vendors_and_other_parts_are_not_linked(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        story.pages["stripe"].open("Website is slow", Impact.MAJOR, ["Website"])
        story.pages["algolia"].open("Search is down", Impact.CRITICAL)
        await story.look()
        incident = await opened(story, "Stripe algolia search website 5xx")
        assert LinkState.LINKED not in links(story, incident.number).values()
        assert asked(story).answer.verdict is Verdict.UNEXPLAINED


async def test_a_vendor_that_cannot_be_read_makes_the_answer_uncertain(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        story.break_page("stripe")
        await story.look(times=8)
        await opened(story)
        found = asked(story).answer
        assert found.verdict is Verdict.CANNOT_TELL
        assert "Stripe unreadable since" in found.sentence
        assert "unreadable since" in story.sender.sent[-1].message.body


async def test_a_restart_and_a_second_look_tell_nothing_again(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        story.pages["stripe"].open("Elevated API errors", Impact.MAJOR, ["API"])
        await story.look()
        incident = await opened(story)
        before = len(story.sender.sent), len(lines(story, incident.number, *EntryKind))
        await story.restart()
        await story.look(times=5)
        assert (len(story.sender.sent), len(lines(story, incident.number, *EntryKind))) == before


async def test_peoples_word_stands_and_is_told_once(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        theirs = story.pages["stripe"].open("Elevated API errors", Impact.MAJOR, ["API"])
        await story.look()
        incident = await opened(story)
        cause = f"stripe/{theirs}"
        await said(story, incident.number, cause, LinkState.REJECTED, "our own deploy")
        await said(story, incident.number, cause, LinkState.REJECTED)
        await story.look(times=5)
        assert links(story, incident.number)[cause] is LinkState.REJECTED
        assert ours_told(story) == ["our_incident_opened", "our_incident_updated"]
        assert (
            "ada says of Stripe: Elevated API errors: it is not the cause"
            in story.sender.sent[-1].message.body
        )
        assert f"{cause}: it is not the cause: our own deploy" in lines(
            story, incident.number, EntryKind.LINK
        )
        await said(story, incident.number, cause, LinkState.CONFIRMED)
        assert links(story, incident.number)[cause] is LinkState.CONFIRMED
        assert ours_told(story)[-1] == "our_incident_updated"


async def test_what_is_unlinked_is_not_linked_again(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        theirs = story.pages["stripe"].open("Elevated API errors", Impact.MAJOR, ["API"])
        await story.look()
        incident = await opened(story)
        await said(story, incident.number, f"stripe/{theirs}", LinkState.RELEASED)
        await story.look(times=5)
        assert links(story, incident.number)[f"stripe/{theirs}"] is LinkState.RELEASED


async def test_people_can_name_a_cause_that_was_no_suspect(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        theirs = story.pages["algolia"].open("Search is down", Impact.CRITICAL)
        await story.look()
        incident = await opened(story)
        await said(story, incident.number, f"algolia/{theirs}", LinkState.CONFIRMED)
        (link,) = story.store.read_now(lambda conn: incident_links.of_incident(conn, incident.number))
        assert (link.suspect.title, link.state) == ("Search is down", LinkState.CONFIRMED)
        with pytest.raises(NoSuchIncidentError, match="no such incident at the vendor"):
            await said(story, incident.number, "algolia/nothing", LinkState.CONFIRMED)


async def test_what_people_confirmed_counts_for_the_next_incident(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        theirs = story.pages["stripe"].open("Elevated API errors", Impact.MINOR, ["API"])
        await story.look()
        first = await opened(story)
        before = asked(story).answer.links[0].score
        await said(story, first.number, f"stripe/{theirs}", LinkState.CONFIRMED)
        assert asked(story).answer.links[0].score > before


async def test_an_admission_after_the_end_is_linked_and_told_to_nobody(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        incident = await opened(story)
        await story.look(times=20)
        now = story.clock.now()
        step = ours.Step(IncidentPhase.RESOLVED, force="it is over")
        rules = story.setup.incidents
        await story.store.write(lambda conn: ours.advance(conn, incident.number, step, "ada", rules, now))
        await story.tell()
        told = len(story.sender.sent)
        theirs = story.pages["stripe"].post_after_the_fact(
            "API errors", Impact.MAJOR, incident.opened_at - timedelta(minutes=4), now
        )
        await story.look(minutes=370)  # the history of a page is read every six hours
        assert len(story.sender.sent) == told
        assert links(story, incident.number)[f"stripe/{theirs}"] is LinkState.LINKED


async def test_checks_and_runbooks_are_in_the_first_message(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()
        checked: list[Sequence[str]] = []

        async def diagnose(vendors: Sequence[str]) -> tuple[Finding, ...]:
            checked.append(vendors)
            return (
                Finding(
                    "stripe", "GET https://api.stripe.example: 503 after 120 ms", False, story.clock.now()
                ),
            )

        story.pipeline.announcer.diagnose = diagnose
        incident = await opened(story)
        assert checked == [("stripe",)]
        body = story.sender.sent[-1].message.body
        assert "503 after 120 ms" in body
        assert "pay by invoice" in body
        assert lines(story, incident.number, EntryKind.PROBE) == [
            "GET https://api.stripe.example: 503 after 120 ms"
        ]


async def test_a_check_that_fails_to_run_keeps_nobody_from_being_told(tmp_path: Path) -> None:
    async with story_of(tmp_path) as story:
        await story.look()

        async def broken(_vendors: Sequence[str]) -> tuple[Finding, ...]:
            raise RuntimeError("a fault of ours")

        story.pipeline.announcer.diagnose = broken
        await opened(story)
        assert ours_told(story) == ["our_incident_opened"]
