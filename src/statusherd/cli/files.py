"""Local files as the documents of one look."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from statusherd.model.errors import FailureKind, LookError
from statusherd.model.records import Snapshot
from statusherd.watch.detect import detect
from statusherd.watch.formats import Look, format_named
from statusherd.watch.reading.documents import Document

MAX_FILE: Final = 64 * 1024 * 1024


def look_at_files(source: str, others: Sequence[str], format_name: str | None, now: datetime) -> Snapshot:
    """Read local files as the documents of one look; "-" is what is piped in. Raise LookError."""
    documents = [_document(name) for name in (source, *others)]
    for document in documents:
        document.refuse_empty()
    with faults_told(source):
        found = format_name or _format_of(documents, source)
        return format_named(found).parse(documents, Look(source, now))


def _format_of(documents: Sequence[Document], source: str) -> str:
    found = detect(documents)
    if found is None:
        raise no_format(source)
    return found.format


@contextmanager
def faults_told(source: str) -> Iterator[None]:
    """Turn a fault of ours in reading odd bytes into a LookError: the other sources are read all the same."""
    try:
        yield
    except LookError:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as fault:
        message = f"reading it failed: {type(fault).__name__}: {str(fault)[:120]}"
        remedy = "This is a fault of statusherd: please report it, with what it read"
        raise LookError(FailureKind.INTERNAL, message, subject=source, remedy=remedy) from fault


def _document(name: str) -> Document:
    try:
        if name == "-":
            body = sys.stdin.buffer.read(MAX_FILE + 1)
        else:
            with Path(name).open("rb") as file:
                body = file.read(MAX_FILE + 1)
    except FileNotFoundError as error:
        remedy = "Name a file, an address, or a vendor: `statusherd vendor search` finds it"
        message = "there is no such file"
        raise LookError(FailureKind.NOT_FOUND, message, subject=name, remedy=remedy) from error
    except (OSError, ValueError) as error:
        message = f"the file cannot be read: {getattr(error, 'strerror', None) or error}".lower()
        raise LookError(FailureKind.INTERNAL, message, subject=name) from error
    if len(body) > MAX_FILE:
        message = f"the file is larger than {MAX_FILE // 1024**2} MiB"
        raise LookError(FailureKind.TOO_LARGE, message, subject=name)
    return Document(body, name)


def no_format(subject: str) -> LookError:
    """Return the error for what no format takes for its own."""
    message = "no known format of a status page is found there"
    remedy = "Name the page itself or its feed; where you know the format, say --format"
    return LookError(FailureKind.PARSE, message, subject=subject, remedy=remedy)
