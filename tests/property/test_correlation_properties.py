"""What holds of every answer to "us or them?", whatever vendors and senders write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.records import Component
from statusherd.model.services import Dependency
from statusherd.model.suspects import Answer, Suspect
from statusherd.model.words import Impact
from statusherd.respond.correlation.answer import answer
from statusherd.respond.correlation.records import (
    Check,
    Judged,
    Matter,
    Post,
    Profile,
    Settings,
    Trouble,
    TroubleKind,
    View,
    Way,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PROFILES = {
    "stripe": Profile("stripe", "Stripe", domains=("stripe.com",)),
    "github": Profile("github", "GitHub", domains=("github.com",), upstream=("azure",)),
    "azure": Profile("azure", "Microsoft Azure", ("azure",), ("azure.com",)),
}
PARTS = ("API", "API", "API", "Web hooks", "Pages", "Dashboard (EU)", "a*[", "")
REGIONS = ("us-east-1", "eu-west-1", "Frankfurt", "weird\u202eplace")
PHRASES = (
    "api.stripe.com timed out",
    "GitHub is down",
    "caused by Microsoft Azure",
    "disk full on db-1.internal",
    "started at 09:55 UTC",
    "since 9:55am PDT yesterday",
    "Stripe is fine",
    "deployed release 7",
    "((((([a-z]+)+)+)+)+$",
    "https://api.github.com/%00/../../etc/passwd",
    "\u202e\u0000\u2028moc.epirts",
    "\uff12\uff10\uff12\uff16-\uff10\uff13-\uff11\uff10T\uff10\uff19:\uff15\uff15Z",
)
texts = st.lists(st.sampled_from(PHRASES) | st.text(max_size=30), max_size=4).map(" ".join)
minutes = st.integers(-72 * 60, 0) | st.integers(-40, 0) | st.integers(-40, -20)
moments = minutes.map(lambda count: NOW + timedelta(minutes=count))
parts = st.builds(
    lambda name, region: Component(name.casefold(), name, region=region),
    st.sampled_from(PARTS),
    st.none() | st.sampled_from(REGIONS),
)
troubles = st.builds(
    Trouble,
    vendor=st.sampled_from(("stripe", "stripe", *sorted(PROFILES))),
    id=st.uuids().map(str),
    title=texts,
    posted_at=moments,
    kind=st.just(TroubleKind.INCIDENT) | st.sampled_from(TroubleKind),
    impact=st.sampled_from(Impact),
    components=st.lists(parts, max_size=2).map(tuple),
    regions=st.lists(st.sampled_from(REGIONS), max_size=2).map(tuple),
    started_at=st.none() | moments,
    resolved_at=st.none() | st.none() | moments,
    posts=st.lists(st.builds(Post, moments, texts), max_size=2).map(tuple),
)
ways = st.builds(
    Way,
    service=st.sampled_from(("checkout", "search")),
    dependency=st.builds(
        Dependency,
        vendor=st.sampled_from((*sorted(PROFILES), "str*")),
        component=st.none() | st.sampled_from(PARTS),
        region=st.none() | st.none() | st.sampled_from(REGIONS),
    ),
    cushioned=st.booleans(),
    guessed=st.booleans(),
)
checks = st.builds(
    Check,
    vendor=st.sampled_from(sorted(PROFILES)),
    at=moments,
    ok=st.booleans(),
    latency_ms=st.none() | st.floats(0.1, 1e5),
)
matters = st.builds(
    Matter,
    services=st.sampled_from((("checkout",), ("checkout", "search"), ())),
    opened_at=st.just(NOW - timedelta(minutes=20)) | moments,
    title=texts,
    text=texts,
    labels=st.dictionaries(st.sampled_from(("instance", "region", "service", "\u0000")), texts, max_size=2),
    began_at=st.none() | moments,
    over_at=st.none() | moments,
)
views = st.builds(
    View,
    now=st.just(NOW),
    ways=st.lists(ways, max_size=4),
    troubles=st.lists(troubles, max_size=5),
    profiles=st.just(PROFILES),
    checks=st.lists(checks, max_size=6),
    judged=st.dictionaries(
        st.sampled_from(sorted(PROFILES)), st.builds(Judged, st.integers(0, 5), st.integers(0, 5)), max_size=2
    ),
    commonness=st.dictionaries(st.sampled_from(("down", "timed", "release")), st.integers(1, 9), max_size=3),
    documents=st.integers(0, 50),
)


def everyone(found: Answer) -> Iterator[Suspect]:
    yield from found.links
    yield from found.suspects


@given(matters, views)
def test_scores_are_chances_and_links_reach_the_threshold(matter: Matter, view: View) -> None:
    settings = Settings()
    found = answer(matter, view, settings)
    assert all(0.0 <= each.score <= 1.0 for each in everyone(found))
    assert all(each.score >= settings.automatic for each in found.links)
    assert all(each.reasons for each in everyone(found))
    causes = [each.cause for each in everyone(found)]
    assert len(causes) == len(set(causes))


@given(matters, views)
def test_nothing_is_linked_that_no_service_needs(matter: Matter, view: View) -> None:
    found = answer(matter, view)
    upstreams = {up for name in view.profiles for up in view.profiles[name].upstream}
    assert all(view.needs(each.vendor) or each.vendor in upstreams for each in found.links)
    assert not answer(matter, replace(view, ways=())).links


@given(matters, views, st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_is_nothing(matter: Matter, view: View, chance: Random) -> None:
    mixed = replace(
        view,
        ways=chance.sample(list(view.ways), len(view.ways)),
        troubles=chance.sample(list(view.troubles), len(view.troubles)),
        checks=chance.sample(list(view.checks), len(view.checks)),
    )
    assert _scores(answer(matter, mixed)) == pytest.approx(_scores(answer(matter, view)))


@given(matters, views, st.sampled_from((0.3, 0.6, 0.9)))
def test_who_asks_for_more_gets_fewer_links(matter: Matter, view: View, more: float) -> None:
    few = {each.cause for each in answer(matter, view, Settings(automatic=more)).links}
    many = {each.cause for each in answer(matter, view, Settings(automatic=more - 0.2)).links}
    assert few <= many


@given(matters, views)
def test_what_people_said_before_moves_the_score_their_way(matter: Matter, view: View) -> None:
    for vendor in PROFILES:
        bare = _scores(answer(matter, replace(view, judged={})))
        yes = _scores(answer(matter, replace(view, judged={vendor: Judged(confirmed=3)})))
        no = _scores(answer(matter, replace(view, judged={vendor: Judged(rejected=3)})))
        for cause in bare.keys() & yes.keys() & no.keys():
            if cause.startswith(f"{vendor}/"):
                assert no[cause] <= bare[cause] + 1e-9
                assert bare[cause] <= yes[cause] + 1e-9


LONG = {
    "words": "timeout calling api.stripe.com " * 10_000,
    "dots": "a." * 150_000,
    "one host": "a" * 150_000 + ".stripe.com",
    "brackets": "(" * 100_000 + "[" * 100_000,
    "times": "at 09:55 UTC since 10:00 PDT " * 10_000,
    "regions": "us-east-1 eu-west-1 Frankfurt " * 10_000,
    "own causes": "disk full release deployed certificate expired " * 6_000,
    "marks": "\u202e\u0301" * 100_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_text_costs_no_more_than_its_length(kind: str) -> None:
    def cost(text: str) -> float:
        matter = Matter(("checkout",), NOW, "checkout fails", text)
        seen = Trouble("stripe", "x", text[:200], NOW, posts=(Post(NOW, text),))
        view = View(NOW, (Way("checkout", Dependency("stripe", "API")),), (seen,), PROFILES)
        began = time.process_time()
        answer(matter, view)
        return time.process_time() - began

    text = LONG[kind]
    assert cost(text) < 0.5 + 40 * cost(text[: len(text) // 10])


def _scores(found: Answer) -> dict[str, float]:
    return {each.cause: each.score for each in everyone(found)}
