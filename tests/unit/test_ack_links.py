"""The links in messages: what they hold for, how long, and that nobody else can make one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Circumstances, Delivery, Thread
from statusherd.model.escalation import Acknowledgement
from statusherd.model.words import ChangeKind, DeliveryState, Severity
from statusherd.notify.ack_links import LIFE, Links, calls_for_answer, read_token
from statusherd.notify.markup import link, markdown

NOW = datetime(2026, 3, 2, 3, 0, 30, tzinfo=UTC)
LINKS = Links("https://status.example.com", b"k" * 32)


def delivery(kind: ChangeKind = ChangeKind.INCIDENT_OPENED, **alert) -> Delivery:
    change = Change(kind=kind, vendor="acme", at=NOW, reason="it is listed")
    thread = Thread("acme/incident/i1", "acme", "Acme: API down", NOW)
    told = Alert(thread, change, "Acme", Severity.SEV2, "impact major", 1, **alert)
    return Delivery(7, "ada-phone", "5f0c2a9d41b7e863", told, NOW, DeliveryState.PENDING)


def token_of(made: Delivery, links: Links = LINKS) -> str:
    address = links.address(made, NOW)
    assert address is not None
    return address.rpartition("/")[2]


def test_a_link_is_short_and_may_be_shown_in_every_format():
    address = LINKS.address(delivery(), NOW)
    assert address is not None
    assert link(address) == address
    assert len(address) < 80, "there is room for it in a text message"
    assert markdown(address) == address == address.lower()


def test_a_link_holds_for_its_message_and_for_a_day():
    made = delivery()
    claim = read_token(token_of(made))
    assert claim is not None
    assert claim.dedup_key == made.dedup_key
    assert LINKS.holds(claim, made)
    assert not claim.is_over(NOW + LIFE)
    assert claim.is_over(NOW + LIFE + timedelta(minutes=1))


@pytest.mark.parametrize("wrong", ["key", "channel", "thread", "message", "minute"])
def test_a_link_holds_for_nothing_else(wrong):
    made = delivery()
    claim = read_token(token_of(made))
    assert claim is not None
    other, links = made, LINKS
    match wrong:
        case "key":
            links = Links(LINKS.url, b"l" * 32)
        case "channel":
            other = replace(made, channel="bob-phone")
        case "thread":
            thread = replace(made.alert.thread, id="acme/incident/i2")
            other = replace(made, alert=replace(made.alert, thread=thread))
        case "message":
            other = replace(made, dedup_key="5f0c2a9d41b7e864")
        case "minute":
            claim = replace(claim, minute=claim.minute + 1)
    assert not links.holds(claim, other)


@given(place=st.integers(0, 200), char=st.characters(codec="utf-8"))
def test_no_character_of_a_link_can_be_another(place, char):
    made = delivery()
    token = token_of(made)
    place %= len(token)
    forged = token[:place] + char + token[place + 1 :]
    claim = read_token(forged)
    if forged != token and claim is not None:
        assert claim.dedup_key != made.dedup_key or not LINKS.holds(claim, made)


@given(st.text(max_size=200))
def test_what_is_no_link_of_ours_is_read_as_none_or_holds_not(text):
    claim = read_token(text)
    assert claim is None or not LINKS.holds(claim, delivery())


@pytest.mark.parametrize(
    ("kind", "calls"),
    [
        (ChangeKind.FIRST_LOOK, True),
        (ChangeKind.INCIDENT_OPENED, True),
        (ChangeKind.INCIDENT_UPDATED, True),
        (ChangeKind.INCIDENT_REOPENED, True),
        (ChangeKind.INCIDENT_RESOLVED, False),
        (ChangeKind.INCIDENT_WITHDRAWN, False),
        (ChangeKind.DISTURBANCE_OPENED, True),
        (ChangeKind.DISTURBANCE_ENDED, False),
        (ChangeKind.MAINTENANCE_STARTED, False),
        (ChangeKind.BLIND, False),
        (ChangeKind.FILTER_ROT, False),
        (ChangeKind.MISSED, False),
    ],
)
def test_only_trouble_that_goes_on_calls_for_an_answer(kind, calls):
    assert calls_for_answer(delivery(kind).alert) is calls
    assert (LINKS.address(delivery(kind), NOW) is not None) is calls


def test_the_message_on_an_acknowledgement_calls_for_none():
    ack = Acknowledgement("acme/incident/i1", "ada", NOW, "", Severity.SEV2)
    assert LINKS.address(delivery(circumstances=Circumstances(acknowledged=ack)), NOW) is None


def test_the_key_does_not_show():
    assert "kkk" not in repr(LINKS)
