"""What monitoring systems send, one module each: a delivery in, Signals out. A module here is a kind.

A kind has `read` and `identify` as the Protocol below says. It may have `SIGNATURE`, where its sender signs
in a way of its own; `HEADERS`, the headers that it reads, "ce-*" for all that begin so; `MEDIA_TYPES` in
place of JSON's; `MAPPED` where an [[intake]]'s mapping applies, and `NEEDED` what that must name. Nothing is
registered anywhere. Modules whose name begins with an underscore are not kinds.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib import import_module
from typing import Final, Protocol, cast

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Arrival, Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.respond.senders import OWN_SIGNATURE, Signature

JSON: Final = frozenset({"", "application/json", "text/plain", "text/json"})
"""The media types of JSON: some senders call it plain text, some say nothing."""
LONGEST_HEADER: Final = 2000
MOST_HEADERS: Final = 50


class Kind(Protocol):
    """What the module of a kind provides. Both are pure and take any bytes."""

    def read(self, webhook: Webhook, intake: Intake) -> Reading:
        """Return the alerts of a delivery. Raise IntakeError where it is not what this kind sends."""

    def identify(self, webhook: Webhook, intake: Intake) -> Identity:
        """Return by what it is known again. Raise IntakeError where it is not what this kind sends."""


@cache
def kind_names() -> tuple[str, ...]:
    """Return the names of all kinds, by scanning this folder: those of the modules, with hyphens."""
    modules = (m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in modules))


@cache
def kind_named(name: str) -> Kind:
    """Return the kind called `name`, one of `kind_names`."""
    return cast("Kind", import_module(f"{__name__}.{name.replace('-', '_')}"))


def media_types(name: str) -> frozenset[str]:
    """Return the media types in which a kind is sent, without their parameters; "" for none said."""
    found: frozenset[str] = getattr(kind_named(name), "MEDIA_TYPES", JSON)
    return found


def signature_of(name: str) -> Signature:
    """Return how the senders of a kind sign: in their own way, else in ours."""
    found: Signature = getattr(kind_named(name), "SIGNATURE", OWN_SIGNATURE)
    return found


def signs(name: str) -> bool:
    """Tell whether the senders of a kind can sign: by themselves, or because they are of one's own making."""
    return hasattr(kind_named(name), "SIGNATURE") or takes_mapping(name)


def takes_mapping(name: str) -> bool:
    """Tell whether the senders of a kind put their facts where they please."""
    return bool(getattr(kind_named(name), "MAPPED", False))


def needed_of(name: str) -> tuple[str, ...]:
    """Return what a mapping must name for a kind, because it has no usual place."""
    found: tuple[str, ...] = getattr(kind_named(name), "NEEDED", ())
    return found


def kept_headers(headers: Mapping[str, str], kind: str) -> dict[str, str]:
    """Return the headers that a kind reads, and those that tell people who sent it: never a secret."""
    names = ("content-type", "user-agent", *getattr(kind_named(kind), "HEADERS", ()))
    kept = [name for name in headers if any(_matches(name, pattern) for pattern in names)]
    return {name: headers[name][:LONGEST_HEADER] for name in kept[:MOST_HEADERS]}


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def read(webhook: Webhook, intake: Intake) -> Reading:
    """Return the alerts of a delivery, or what there is in their place. Raise IntakeError as a kind does."""
    reading = kind_named(intake.kind).read(webhook, intake)
    return reading if reading.signals or reading.note else Reading(note="it holds no alert")


def arrival_of(webhook: Webhook, intake: Intake, stamp: str = "") -> Arrival:
    """Return a delivery with what it is known by; `webhook` has the headers of `kept_headers` alone.

    What cannot be read is known by its bytes alone. `stamp` is the time that was signed with it: who signs
    one never sends the same body at the same time twice, so it makes a number where the sender gives none.
    """
    try:
        identity = kind_named(intake.kind).identify(webhook, intake)
    except IntakeError:
        identity = Identity()
    digest = _digest(webhook)
    if stamp and identity.key is None:
        identity = replace(identity, key=f"signed {stamp} {digest}")
    return Arrival(intake.name, webhook, identity, digest)


def _digest(webhook: Webhook) -> str:
    digest = sha256(webhook.body)
    for name in sorted(webhook.headers.keys() - {"content-type", "user-agent"}):
        digest.update(f"\n{name}: {webhook.headers[name]}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
