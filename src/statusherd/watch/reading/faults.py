"""Faults of our own readers: told as a look that failed, so that one vendor's bytes never stop the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from statusherd.model.errors import FailureKind, LookError


@contextmanager
def faults_told(subject: str, what: str = "reading it") -> Iterator[None]:
    """Turn a fault of ours in reading odd bytes into a LookError; LookErrors pass as they are."""
    try:
        yield
    except LookError:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as fault:
        message = f"{what} failed: {type(fault).__name__}: {str(fault)[:120]}"
        remedy = "This is a fault of statusherd: please report it, with what it read"
        raise LookError(FailureKind.INTERNAL, message, subject=subject, remedy=remedy) from fault
