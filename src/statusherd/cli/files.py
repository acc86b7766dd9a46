"""Local files as the documents of one look."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from statusherd.model.errors import FailureKind, LookError
from statusherd.model.records import Snapshot
from statusherd.watch.detect import detect, no_format
from statusherd.watch.formats import Look, format_named
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.faults import faults_told

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
