"""What each piece of evidence says, and what answer comes of all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from statusherd.model.records import Component
from statusherd.model.services import Dependency
from statusherd.model.suspects import Blindness, Verdict
from statusherd.model.words import Impact
from statusherd.respond.correlation.answer import answer
from statusherd.respond.correlation.naming import belongs, hosts_in, names_vendor, spaced, words_in
from statusherd.respond.correlation.places import code_of, overlap, regions_in
from statusherd.respond.correlation.records import (
    SIGNALS,
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

TEN = datetime(2026, 3, 10, 10, tzinfo=UTC)
STRIPE = Profile("stripe", "Stripe", domains=("stripe.com",))
AWS = Profile("aws", "Amazon Web Services", ("amazon",), ("amazonaws.com", "aws.amazon.com"))
GITHUB = Profile("github", "GitHub", domains=("github.com",))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def api(name: str = "API", region: str | None = None) -> tuple[Component, ...]:
    return (Component(name.casefold(), name, region=region),)


def trouble(vendor: str = "stripe", **more: object) -> Trouble:
    began = TEN - minutes(8)
    plain = Trouble(
        vendor,
        "x1",
        "Elevated errors",
        began + minutes(4),
        impact=Impact.MAJOR,
        components=api(),
        started_at=began,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def says(text: str) -> tuple[Post, ...]:
    return (Post(TEN - minutes(4), text),)


def matter(title: str = "Checkout 5xx", text: str = "", **labels: str) -> Matter:
    return Matter(("checkout",), TEN, title, text, labels)


def needs(*texts: str, cushioned: bool = False) -> tuple[Way, ...]:
    return tuple(Way("checkout", _dependency(text), cushioned=cushioned) for text in texts)


def _dependency(text: str) -> Dependency:
    rest, _, region = text.partition("@")
    vendor, _, component = rest.partition(":")
    return Dependency(vendor, component or None, region or None)


def view(*troubles: Trouble, ways: tuple[Way, ...] = (), **more: object) -> View:
    plain = View(
        now=TEN + minutes(30),
        ways=ways or needs("stripe:API"),
        troubles=troubles,
        profiles={each.name: each for each in (STRIPE, AWS, GITHUB)},
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def score(view_: View, matter_: Matter | None = None) -> float:
    found = answer(matter_ or matter(), view_)
    every = (*found.links, *found.suspects)
    return every[0].score if every else 0.0


PLAIN = trouble()
HALF_OPEN = 0.5


def test_a_vendor_whose_needed_part_broke_shortly_before_explains_it():
    found = answer(matter(), view(PLAIN))
    assert found.verdict is Verdict.VENDOR
    assert [link.cause for link in found.links] == ["stripe/x1"]
    assert "Elevated errors" in found.sentence


def test_nothing_open_means_that_no_vendor_explains_it():
    found = answer(matter(), view())
    assert (found.verdict, found.sentence) == (Verdict.UNEXPLAINED, "no vendor explains this")


RULED_OUT = {
    "another component": (view(trouble(components=api("Dashboard"))), matter(host="api.stripe.com")),
    "another region": (
        view(trouble("aws", components=api("ec2"), regions=("eu-west-1",)), ways=needs("aws:ec2@us-east-1")),
        matter(),
    ),
    "over an hour before": (view(trouble(started_at=TEN - minutes(200), resolved_at=TEN - minutes(60))), matter()),
    "began hours after": (view(trouble(started_at=TEN + minutes(150), posted_at=TEN + minutes(160)), now=TEN + minutes(200)), matter()),
    "nobody depends on it": (view(trouble("github"), ways=needs("stripe")), matter("GitHub api.github.com errors")),
    "not yet posted": (view(trouble(posted_at=TEN + minutes(31))), matter()),
    "open for weeks": (view(trouble(started_at=TEN - timedelta(days=20), posted_at=TEN - timedelta(days=20))), matter()),
    "planned for later": (
        view(trouble(kind=TroubleKind.MAINTENANCE, started_at=TEN + timedelta(days=1), posted_at=TEN - timedelta(days=1))),
        matter(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULED_OUT)
def test_what_cannot_be_the_cause_is_hardly_likely(name):
    asked, what = RULED_OUT[name]
    found = answer(what, asked)
    assert found.verdict is Verdict.UNEXPLAINED
    assert all(suspect.score < 0.2 for suspect in found.suspects)


STRONGER = {
    "the component is named, not the page as a whole": (trouble(components=()), PLAIN),
    "a worse impact": (trouble(impact=Impact.MINOR), PLAIN),
    "it began sooner before": (trouble(started_at=TEN - minutes(300), posted_at=TEN - minutes(290)), PLAIN),
    "an incident, not planned work": (trouble(kind=TroubleKind.MAINTENANCE), PLAIN),
    "it claims a start before ours": (
        trouble(posted_at=TEN + minutes(25), started_at=TEN + minutes(25)),
        trouble(posted_at=TEN + minutes(25)),
    ),
    "still open when ours began": (trouble(resolved_at=TEN - minutes(4)), PLAIN),
}


@pytest.mark.parametrize("name", STRONGER)
def test_evidence_makes_a_cause_likelier(name):
    weaker, stronger = STRONGER[name]
    assert score(view(weaker)) < score(view(stronger))


SAID = {
    "a host of the vendor": (matter(), matter(host="api.stripe.com")),
    "the vendor's name": (matter(), matter("StripeErrorRateHigh")),
    "words in common": (matter(), matter(text="3DS authentication of cards is refused")),
    "no cause of our own": (matter(text="disk full on db-3"), matter()),
    "not another vendor's host": (matter(host="api.github.com"), matter()),
    "not only hosts of our own": (matter(text="cannot reach db1.prod.internal"), matter()),
}


@pytest.mark.parametrize("name", SAID)
def test_what_ours_says_counts(name):
    weaker, stronger = SAID[name]
    asked = view(trouble(posts=says("We see 3DS authentication failures."), started_at=TEN - minutes(90)))
    assert score(asked, weaker) < score(asked, stronger)


def test_what_is_denied_is_no_cause_of_our_own():
    asked = view(PLAIN)
    assert score(asked, matter(text="no recent deploy")) == score(asked, matter())


def test_text_alone_never_links():
    loud = matter("Stripe is down: api.stripe.com", "stripe stripe 3DS refused", host="api.stripe.com")
    named = trouble(title="Stripe API down", posts=says("3DS refused at api.stripe.com"))
    for ways in (needs("github"), needs("stripe:Terminal"), needs("aws:ec2@us-east-1")):
        assert answer(loud, view(named, ways=ways)).verdict is not Verdict.VENDOR


def checks(vendor: str, *oks: bool, latency: float = 100) -> tuple[Check, ...]:
    return tuple(Check(vendor, TEN + minutes(2 * i), ok, latency) for i, ok in enumerate(oks))


def test_our_checks_speak_for_and_against_a_vendor():
    well = view(PLAIN, checks=checks("stripe", True, True, True, True))
    failing = view(PLAIN, checks=checks("stripe", False, False, True, False))
    assert score(well) < score(view(PLAIN)) < score(failing)


def test_failing_checks_of_a_vendor_that_posted_nothing_leave_the_question_open():
    found = answer(matter(), view(checks=checks("stripe", False, False, False)))
    assert found.verdict is Verdict.CANNOT_TELL
    assert "our checks of Stripe fail" in found.sentence


def test_a_vendor_that_cannot_be_read_leaves_the_question_open():
    dark = Blindness("stripe", TEN - minutes(20))
    found = answer(matter(), view(blind=(dark,)))
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.blind == (dark,)
    assert "Stripe unreadable since 09:40 UTC" in found.sentence


@pytest.mark.parametrize(
    "dark",
    [
        Blindness("github", TEN - minutes(20)),  # nobody needs it
        Blindness("stripe", TEN - minutes(20), TEN + minutes(10)),  # it can be read again
        Blindness("stripe", TEN + minutes(31)),  # later than now
    ],
)
def test_blindness_that_does_not_matter_changes_nothing(dark):
    assert answer(matter(), view(blind=(dark,))).verdict is Verdict.UNEXPLAINED


def test_a_cause_that_was_seen_before_the_vendor_went_dark_still_counts():
    assert answer(matter(), view(PLAIN, blind=(Blindness("stripe", TEN),))).verdict is Verdict.VENDOR


def test_two_vendors_can_be_the_cause_together():
    other = trouble("github", components=api("Actions"), id="g1")
    found = answer(matter(), view(PLAIN, other, ways=needs("stripe:API", "github:Actions")))
    assert {link.cause for link in found.links} == {"stripe/x1", "github/g1"}


def test_of_two_the_one_that_ours_speaks_of_is_likelier():
    other = trouble("github", components=(), id="g1", impact=Impact.MINOR)
    asked = view(PLAIN, other, ways=needs("stripe:API", "github"))
    found = answer(matter(host="api.stripe.com"), asked)
    assert [link.cause for link in found.links] == ["stripe/x1"]
    assert [suspect.cause for suspect in found.suspects] == ["github/g1"]


def test_the_upstream_that_a_cause_names_is_a_cause_too():
    words = says("We have identified the problem: it is caused by an outage at AWS in us-east-1.")
    upstream = trouble("aws", id="up", components=api("ec2", "us-east-1"), started_at=TEN - minutes(20))
    found = answer(matter(), view(trouble(posts=words), upstream))
    assert {link.cause for link in found.links} == {"stripe/x1", "aws/up"}
    assert any(reason.signal == "upstream" for link in found.links for reason in link.reasons)


def test_an_upstream_that_is_only_mentioned_is_none():
    words = says("Customers who log in with their Amazon account see errors.")
    upstream = trouble("aws", id="up", components=api("ec2", "us-east-1"))
    found = answer(matter(), view(trouble(posts=words), upstream))
    assert {link.cause for link in found.links} == {"stripe/x1"}


def test_what_people_said_before_counts():
    asked = view(trouble(started_at=TEN - minutes(240), posted_at=TEN - minutes(230)))
    confirmed = replace(asked, judged={"stripe": Judged(confirmed=4)})
    rejected = replace(asked, judged={"stripe": Judged(rejected=4)})
    assert score(rejected) < score(asked) < score(confirmed)


def test_an_early_warning_of_ours_is_a_suspect_and_never_a_link():
    warned = trouble(kind=TroubleKind.WARNING, components=(), id="warning-1")
    found = answer(matter(host="api.stripe.com"), view(warned))
    assert not found.links
    assert found.verdict is Verdict.CANNOT_TELL


def test_a_service_that_nobody_names_makes_every_cause_doubtful():
    ways = tuple(replace(way, guessed=True) for way in needs("stripe:API"))
    assert score(view(PLAIN, ways=ways)) < score(view(PLAIN))


def test_ends_together_speak_for_a_cause():
    ended = trouble(resolved_at=TEN + minutes(50))
    asked = view(ended, now=TEN + minutes(90))
    both = replace(matter(), over_at=TEN + minutes(55))
    apart = replace(matter(), over_at=TEN + minutes(400))
    assert score(asked, apart) < score(asked, both)


def test_every_reason_is_a_known_signal_and_a_sentence():
    checked = checks("stripe", True, True, False, True)
    asked = view(PLAIN, trouble("github", id="g"), checks=checked, judged={"stripe": Judged(1)})
    found = answer(matter("Stripe down", "upstream", host="api.stripe.com"), asked)
    reasons = [reason for each in (*found.links, *found.suspects) for reason in each.reasons]
    assert reasons
    assert {reason.signal for reason in reasons} <= set(SIGNALS)
    assert all(reason.evidence for reason in reasons)


def test_a_signal_can_be_left_out():
    asked, what = view(PLAIN), matter(host="api.stripe.com")
    found = answer(what, asked, Settings(without=frozenset({"host"})))
    assert all(r.signal != "host" for each in (*found.links, *found.suspects) for r in each.reasons)


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("EC2 (N. Virginia)", {"us-east-1"}),
        ("ec2-us-east-1", {"us-east-1"}),
        ("rds us-west-2b", {"us-west-2"}),
        ("europe-west4-a is down", {"europe-west4"}),
        ("Virtual Machines - East US 2", {"eastus2"}),
        ("Dashboard", set()),
        ("status-us-east", set()),
    ],
)
def test_regions_are_found_in_words(text, regions):
    assert regions_in(text) == regions


@pytest.mark.parametrize(
    ("wanted", "regions", "same"),
    [
        ("us-east-1", ["us-east-1"], True),
        ("us-east-1", ["US-EAST-1"], True),
        ("us-east-1", ["N. Virginia"], True),
        ("us-*", ["us-west-2"], True),
        ("us-east-1", ["eu-west-1"], False),
        ("us-east-1", ["global"], True),
        ("eu-west-1", ["Europe"], True),
        ("us-east-1", ["Europe"], False),
        ("eu-central-1", ["Frankfurt"], True),
    ],
)
def test_regions_are_compared_as_what_they_are(wanted, regions, same):
    assert overlap(wanted, regions) is same


def test_a_zone_is_its_region():
    assert code_of("us-east-1a") == "us-east-1"


@pytest.mark.parametrize(
    ("component", "named", "links"),
    [
        ("ec2", "Amazon Elastic Compute Cloud", True),
        ("ec2", "ec2-us-east-1", True),
        ("API", "api", True),
        ("Actions", "GitHub Actions", True),
        ("Pub/Sub", "Google Cloud Pub/Sub", True),
        ("API*", "API v2", True),
        ("API", "Dashboard", False),
        ("Actions", "Pages", False),
        ("s3", "ec2", False),
    ],
)
def test_components_are_compared_as_people_name_them(component, named, links):
    asked = view(trouble(components=api(named)), ways=needs(f"stripe:{component}"))
    assert bool(answer(matter(), asked).links) is links


def test_hosts_are_told_from_files_and_packages():
    text = "at com.acme.Cart (Cart.java:3) GET https://api.stripe.com/v1 from db1.prod.svc.cluster.local, see run.py"
    assert hosts_in(text) == {"api.stripe.com", "db1.prod.svc.cluster.local"}


def test_words_run_together_are_taken_apart():
    assert {"stripe", "error", "rate"} <= words_in("StripeErrorRate")
    assert names_vendor(GITHUB, spaced("GithubRunnersQueued")) == "github"


@pytest.mark.parametrize(
    ("host", "profile", "is_theirs"),
    [
        ("api.stripe.com", STRIPE, True),
        ("stripe.com", STRIPE, True),
        ("notstripe.com", STRIPE, False),
        ("stripe.com.evil.example.net", STRIPE, False),
        ("s3.us-east-1.amazonaws.com", AWS, True),
        ("auth.acme.co.uk", Profile("acme"), True),
    ],
)
def test_hosts_belong_to_vendors_by_their_domains(host, profile, is_theirs):
    assert belongs(host, profile) is is_theirs
