"""Is it the sender? Tokens and signatures, right, wrong, cut off, old, and of another kind."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha1, sha256

import pytest

from statusherd.model.inbox import Webhook
from statusherd.model.intake import Access
from statusherd.respond.intake import kind_names, signature_of
from statusherd.respond.senders import OWN_SIGNATURE, Proof, Signature, proof, signed_time

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET, BODY = "correct-horse-battery-staple", b'{"a": 1}'
TOKEN = Access(token="0123456789abcdef")
SIGNED = Access(secret=SECRET)


def mac(signed: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), signed, sha256).hexdigest()


def shown(
    headers: dict[str, str], access: Access, native: Signature = OWN_SIGNATURE, body: bytes = BODY
) -> Proof:
    return proof(Webhook(headers, body, NOW), access, native, NOW)


def own(stamp: int | str, body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    digits = mac(f"{stamp}.".encode() + body, secret)
    return {"x-statusherd-timestamp": str(stamp), "x-statusherd-signature": f"sha256={digits}"}


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"authorization": "Bearer 0123456789abcdef"}, Proof.GIVEN),
        ({"authorization": "bearer  0123456789abcdef "}, Proof.GIVEN),
        ({"x-statusherd-token": "0123456789abcdef"}, Proof.GIVEN),
        ({"authorization": basic("anybody:0123456789abcdef")}, Proof.GIVEN),
        ({"authorization": "Bearer other", "x-statusherd-token": "0123456789abcdef"}, Proof.GIVEN),
        ({"authorization": "Bearer 0123456789abcde"}, Proof.WRONG),
        ({"authorization": "Bearer 0123456789abcdefg"}, Proof.WRONG),
        ({"authorization": basic("0123456789abcdef:")}, Proof.WRONG),
        ({"authorization": "Basic !!!"}, Proof.WRONG),
        ({"authorization": "Basic 4pyT"}, Proof.WRONG),
        ({"x-statusherd-token": ""}, Proof.WRONG),
        ({"x-statusherd-token": "\udcff"}, Proof.WRONG),
        ({"authorization": "Bearer"}, Proof.MISSING),
        ({"authorization": "0123456789abcdef"}, Proof.MISSING),
        ({}, Proof.MISSING),
    ],
)
def test_a_token_is_taken_from_headers_alone(headers: dict[str, str], wanted: Proof) -> None:
    assert shown(headers, TOKEN) is wanted


def test_our_own_form_signs_time_and_body() -> None:
    now = int(NOW.timestamp())
    assert shown(own(now), SIGNED) is Proof.GIVEN
    assert shown(own(now - 299), SIGNED) is Proof.GIVEN
    assert shown(own(now + 299), SIGNED) is Proof.GIVEN
    for old in (now - 301, now + 301, 0, "never", "1e9", "9" * 500):
        assert shown(own(old), SIGNED) is Proof.OLD, old


FORGED = {
    "of another secret": own(int(NOW.timestamp()), secret="another"),
    "of another body": own(int(NOW.timestamp()), body=b'{"a":1}'),
    "of another time": own(int(NOW.timestamp())) | {"x-statusherd-timestamp": str(int(NOW.timestamp()) + 1)},
    "of the body alone": own(int(NOW.timestamp())) | {"x-statusherd-signature": f"sha256={mac(BODY)}"},
}
FORMLESS = {
    "cut off": {"x-statusherd-signature": own(int(NOW.timestamp()))["x-statusherd-signature"][:-1]},
    "without its name": {"x-statusherd-signature": mac(BODY)},
    "of SHA-1": {"x-statusherd-signature": "sha1=" + hmac.new(SECRET.encode(), BODY, sha1).hexdigest()},
    "empty": {"x-statusherd-signature": ""},
    "without a time": {"x-statusherd-signature": f"sha256={mac(BODY)}", "x-statusherd-timestamp": ""},
    "no hexadecimal": {"x-statusherd-signature": "sha256=" + "g" * 64},
    "the ninth": {
        "x-statusherd-signature": "sha256=0," * 8 + own(int(NOW.timestamp()))["x-statusherd-signature"]
    },
}


@pytest.mark.parametrize("what", FORGED)
def test_a_signature_that_is_not_of_this_delivery_is_wrong(what: str) -> None:
    assert shown(FORGED[what], SIGNED) is Proof.WRONG


@pytest.mark.parametrize("what", FORMLESS)
def test_what_is_no_signature_counts_as_none(what: str) -> None:
    assert shown(own(int(NOW.timestamp())) | FORMLESS[what], SIGNED) is Proof.MISSING


def test_a_token_does_not_stand_in_for_a_signature_nor_the_other_way_round() -> None:
    assert shown({"authorization": f"Bearer {SECRET}"}, SIGNED) is Proof.MISSING
    assert shown(own(int(NOW.timestamp())), TOKEN) is Proof.MISSING


def test_pagerduty_signs_with_one_of_several_secrets() -> None:
    form = signature_of("pagerduty")
    assert shown({"x-pagerduty-signature": f"v1={mac(BODY)}"}, SIGNED, form) is Proof.GIVEN
    two = f"v1={mac(BODY, 'old')},v1={mac(BODY)}"
    assert shown({"x-pagerduty-signature": two}, SIGNED, form) is Proof.GIVEN
    assert shown({"x-pagerduty-signature": f"v1={mac(BODY, 'old')}"}, SIGNED, form) is Proof.WRONG
    assert shown({"x-pagerduty-signature": f"v0={mac(BODY)}"}, SIGNED, form) is Proof.MISSING


def test_sentry_signs_the_body() -> None:
    form = signature_of("sentry")
    assert shown({"sentry-hook-signature": mac(BODY)}, SIGNED, form) is Proof.GIVEN
    assert shown({"sentry-hook-signature": mac(b'{"a":1}')}, SIGNED, form) is Proof.WRONG


def test_grafana_signs_the_body_and_a_time_before_it_where_it_is_told_to() -> None:
    form, now = signature_of("grafana"), int(NOW.timestamp())
    header, stamp = "x-grafana-alerting-signature", "x-grafana-alerting-signature-timestamp"
    assert shown({header: mac(BODY)}, SIGNED, form) is Proof.GIVEN
    dated = {header: mac(f"{now}:".encode() + BODY), stamp: str(now)}
    assert shown(dated, SIGNED, form) is Proof.GIVEN
    assert signed_time(Webhook(dated, BODY, NOW), form) == str(now)
    assert shown({header: dated[header]}, SIGNED, form) is Proof.WRONG, "its time was taken away"
    old = {header: mac(f"{now - 400}:".encode() + BODY), stamp: str(now - 400)}
    assert shown(old, SIGNED, form) is Proof.OLD


def test_every_kind_takes_our_own_form() -> None:
    for kind in kind_names():
        assert shown(own(int(NOW.timestamp())), SIGNED, signature_of(kind)) is Proof.GIVEN, kind


def test_only_what_is_open_lets_everybody_in() -> None:
    assert shown({}, Access(is_open=True)) is Proof.GIVEN
    assert shown({"authorization": "Bearer x"}, Access()) is Proof.MISSING
    assert "0123456789abcdef" not in repr(TOKEN)
    assert SECRET not in repr(SIGNED)
