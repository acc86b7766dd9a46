"""Which format does a vendor's page have? Judged by the shape of what came back, never by HTTP status.

The caller fetches the addresses that `probe_addresses` names, one by one, and asks `detect` about all it has
so far; it may stop at the first certain answer. Many hosts answer every path with the same page and 200, so
a page that repeats another one is no evidence for the path it came from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from statusherd.model.errors import CatalogError, FailureKind, LookError
from statusherd.watch.formats import Endpoints, all_formats, format_named
from statusherd.watch.reading.documents import Document, looks_like_html
from statusherd.watch.whereabouts import probe_addresses, root_of

__all__ = [
    "Candidate",
    "Detection",
    "address_of",
    "answers_everything",
    "detect",
    "distinct",
    "probe_addresses",
]

CERTAIN: Final = 90
"""From this certainty on there is no need to look at further addresses."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A format that takes one of the documents for its own; certainty from 0 to 100."""

    format: str
    certainty: int
    evidence: str
    url: str


@dataclass(frozen=True, slots=True)
class Detection:
    """The format that fits best, by which document and why; and those that fit less."""

    format: str
    certainty: int
    evidence: str
    url: str
    runners_up: tuple[Candidate, ...] = ()

    @property
    def is_certain(self) -> bool:
        return self.certainty >= CERTAIN


def detect(documents: Sequence[Document]) -> Detection | None:
    """Return the best recognition over all formats and documents, None where nothing fits."""
    found = [
        Candidate(form.NAME, recognition.certainty, recognition.evidence, document.url)
        for document in (known.copy() for known in distinct(documents))
        for form in all_formats()
        if (recognition := form.recognise(document)) is not None
    ]
    if not found:
        return None
    best, *others = sorted(found, key=lambda candidate: -candidate.certainty)
    runners_up = {other.format: other for other in reversed(others) if other.format != best.format}
    return Detection(
        best.format,
        best.certainty,
        best.evidence,
        best.url,
        tuple(sorted(runners_up.values(), key=lambda candidate: -candidate.certainty)),
    )


def distinct(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Leave out pages that repeat an earlier page under another address."""
    kept: dict[str, Document] = {}
    for document in documents:
        kept.setdefault(_likeness(document), document)
    return tuple(kept.values())


def answers_everything(page: Document, answer: Document) -> bool:
    """Tell whether a host answered another path with the page again: such a 200 proves nothing."""
    return looks_like_html(answer.text) and _likeness(page) == _likeness(answer)


# What differs between two deliveries of one page: tokens, nonces, digests, times, numbers.
_CHANGING: Final = re.compile(r"[A-Za-z0-9+/=_-]{16,}|\d+")


def _likeness(document: Document) -> str:
    text = document.text
    if looks_like_html(text):
        return hashlib.sha256(_CHANGING.sub("", text).encode(errors="replace")).hexdigest()
    return hashlib.sha256(document.body).hexdigest()


def address_of(detection: Detection, url: str) -> str:
    """Return what to keep as the vendor's address: the page where the format finds its documents from it.

    `url` is what was asked for. The document's own address is kept where no shorter one leads to it.
    """
    addresses = dict.fromkeys(root for address in (url, detection.url) if (root := root_of(address)))
    for address in (*addresses, url):
        endpoints = _endpoints(detection.format, address)
        if endpoints and detection.url in _all_addresses(endpoints):
            return address
    return detection.url


def _endpoints(format_name: str, address: str) -> Endpoints | None:
    try:
        return format_named(format_name).endpoints(address)
    except CatalogError:
        return None


def _all_addresses(endpoints: Endpoints) -> set[str]:
    own = (address for address, _ in endpoints.fallbacks)
    return {*endpoints.look, *endpoints.optional, *endpoints.history, *own}


def no_format(subject: str) -> LookError:
    """Return the error for what no format takes for its own."""
    message = "no known format of a status page is found there"
    remedy = "Name the page itself or its feed; where you know the format, say --format"
    return LookError(FailureKind.PARSE, message, subject=subject, remedy=remedy)
