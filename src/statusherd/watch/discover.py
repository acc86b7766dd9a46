"""Which format has the page at an address? Its likely documents are asked for until one is sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from statusherd.model.errors import FailureKind, LookError
from statusherd.watch.detect import (
    Detection,
    address_of,
    answers_everything,
    detect,
    no_format,
    probe_addresses,
)
from statusherd.watch.read import Fetches
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.faults import faults_told

_ANSWERS_FOR_THE_HOST: Final = frozenset(
    {
        FailureKind.DNS,
        FailureKind.CONNECT,
        FailureKind.TLS,
        FailureKind.REFUSED_ADDRESS,
        FailureKind.PROTOCOL,
        FailureKind.TIMEOUT,
    }
)
"""Failures that the host's other addresses would have too."""
_PATIENCE: Final = 3
"""After so many of them no further address is tried: each may take the whole time allowed."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an address turned out to be: its format, by what evidence, and where to read it."""

    format: str
    address: str
    evidence: str


async def discover(fetcher: Fetches, url: str) -> Found:
    """Find the format of the page at `url`, trying its likely documents in turn. Raise LookError."""
    page, failure = await _attempt(fetcher, url)
    if failure is not None and failure.kind in _ANSWERS_FOR_THE_HOST:
        raise failure
    with faults_told(url):
        best = await _probed(fetcher, url, page)
        if best is None:
            raise failure or no_format(url)
        return Found(best.format, address_of(best, url), best.evidence)


async def _probed(fetcher: Fetches, url: str, page: Document | None) -> Detection | None:
    """Return what fits best of the page and the documents it is likely to have."""
    documents = [page] if page else []
    best, silent = detect(documents), 0
    for address in probe_addresses(url, page):
        if (best is not None and best.is_certain) or silent >= _PATIENCE:
            break
        document, failure = await _attempt(fetcher, address)
        silent += failure is not None and failure.kind in _ANSWERS_FOR_THE_HOST
        if document is not None and not (page and answers_everything(page, document)):
            documents.append(document)
            best = detect(documents)
    return best


async def _attempt(fetcher: Fetches, url: str) -> tuple[Document | None, LookError | None]:
    try:
        return (await fetcher.fetch(url)).document, None
    except LookError as failure:
        return None, failure
