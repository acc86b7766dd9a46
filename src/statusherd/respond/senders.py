"""Is it really the sender? Tokens and signatures of deliveries, compared in constant time. Pure.

A token is shown in a header, never in the address: addresses are logged by everything on the way. A signature
is HMAC-SHA256 in hexadecimal over the bytes as they came.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from hashlib import sha256
from typing import Final

from statusherd.model.inbox import Webhook
from statusherd.model.intake import Access

WINDOW: Final = timedelta(minutes=5)
"""So old, or so far ahead, a signed time may be."""

_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_MOST_SIGNATURES: Final = 8


class Proof(Enum):
    """What a delivery shows of its sender."""

    GIVEN = auto()
    MISSING = auto()  # it shows nothing, or not in the way that is asked for
    WRONG = auto()
    OLD = auto()  # signed rightly, at a time that is too far away: somebody sends it again


@dataclass(frozen=True, slots=True)
class Signature:
    """How a sender signs: in which header, with what before the digits, and whether it signs a time too.

    The time is that of the header `stamp`, in seconds, and is signed before the body, with `joint` between.
    """

    header: str
    prefix: str = ""
    stamp: str | None = None
    joint: bytes = b"."
    needs_stamp: bool = False


OWN_SIGNATURE: Final = Signature(
    "x-statusherd-signature", "sha256=", stamp="x-statusherd-timestamp", needs_stamp=True
)
"""For whoever writes a sender of their own."""


def token_proof(headers: Mapping[str, str], token: str) -> Proof:
    """Judge the token that headers show: Bearer, the password of Basic, or X-Statusherd-Token."""
    wanted = sha256(token.encode()).digest()
    found = [sha256(text.encode("utf-8", "surrogateescape")).digest() for text in _tokens(headers)]
    if not found:
        return Proof.MISSING
    return Proof.GIVEN if any(hmac.compare_digest(each, wanted) for each in found) else Proof.WRONG


def _tokens(headers: Mapping[str, str]) -> Iterator[str]:
    scheme, _, shown = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and shown:
        yield shown.strip()
    if scheme.lower() == "basic" and shown:
        yield _password(shown.strip())
    if "x-statusherd-token" in headers:
        yield headers["x-statusherd-token"].strip()


def _password(encoded: str) -> str:
    """Return the password of Basic: of senders that know no other place than the address of the web hook."""
    try:
        return b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def signature_proof(webhook: Webhook, secret: str, native: Signature, now: datetime) -> Proof:
    """Judge the signature of a delivery: in our form where it has that header, else in its sender's own."""
    form = OWN_SIGNATURE if OWN_SIGNATURE.header in webhook.headers else native
    shown = tuple(_shown(webhook.headers.get(form.header, ""), form.prefix))
    stamp = signed_time(webhook, native)
    if not shown or (form.needs_stamp and not stamp):
        return Proof.MISSING
    signed = stamp.encode("utf-8", "surrogateescape") + form.joint if stamp else b""
    wanted = hmac.new(secret.encode(), signed + webhook.body, sha256).hexdigest()
    if not any(hmac.compare_digest(each.lower(), wanted) for each in shown):
        return Proof.WRONG
    return Proof.OLD if stamp and not _is_near(stamp, now) else Proof.GIVEN


def _shown(header: str, prefix: str) -> Iterator[str]:
    """Yield the signatures in a header: there are two while a secret is exchanged."""
    for part in header.split(",")[:_MOST_SIGNATURES]:
        text = part.strip()
        if text.startswith(prefix) and _HEX.fullmatch(digits := text.removeprefix(prefix)):
            yield digits


def _is_near(stamp: str, now: datetime) -> bool:
    if not _SECONDS.fullmatch(stamp):
        return False
    return abs(int(stamp) - now.timestamp()) <= WINDOW.total_seconds()


def signed_time(webhook: Webhook, native: Signature) -> str:
    """Return the time that a delivery was signed with, empty where none was."""
    form = OWN_SIGNATURE if OWN_SIGNATURE.header in webhook.headers else native
    return webhook.headers.get(form.stamp, "").strip() if form.stamp else ""


def shown_in_headers(headers: Mapping[str, str], access: Access, native: Signature) -> Proof:
    """Judge what can be judged before the body has come: whoever shows nothing is not listened to."""
    if access.token is not None:
        return token_proof(headers, access.token)
    if access.secret is not None:
        forms = (OWN_SIGNATURE.header, native.header)
        return Proof.GIVEN if any(name in headers for name in forms) else Proof.MISSING
    return Proof.GIVEN if access.is_open else Proof.MISSING


def proof(webhook: Webhook, access: Access, native: Signature, now: datetime) -> Proof:
    """Judge what a delivery shows of its sender."""
    if access.token is not None:
        return token_proof(webhook.headers, access.token)
    if access.secret is not None:
        return signature_proof(webhook, access.secret, native, now)
    return Proof.GIVEN if access.is_open else Proof.MISSING
