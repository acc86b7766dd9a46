"""The log: one line per event on stderr, for journald as for a terminal, and never a secret in it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor

HIDDEN: Final = "[secret]"
_SHORTEST_SECRET: Final = 6
_PRIORITIES: Final = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}


def set_up(level: str = "info", secrets: Iterable[str] = ()) -> None:
    """Send the log to stderr; every one of `secrets` that turns up in a line is masked.

    Under journald a line begins with its priority and has no time of its own; on a terminal it is coloured.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=_processors(tuple(s for s in secrets if len(s) >= _SHORTEST_SECRET)),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _processors(secrets: tuple[str, ...]) -> list[Processor]:
    journal = "JOURNAL_STREAM" in os.environ
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        _Redact(secrets),
    ]
    if journal:
        return [*shared, _journal_line]
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    if sys.stderr.isatty() and "NO_COLOR" not in os.environ:
        return [*shared, stamp, structlog.dev.ConsoleRenderer()]
    key_order = ["timestamp", "level", "event"]
    return [*shared, stamp, structlog.processors.LogfmtRenderer(key_order=key_order)]


class _Redact:
    """Masks secrets wherever they stand, so that a library's error text cannot leak one."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = sorted(secrets, key=len, reverse=True)

    def __call__(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        return {key: self._mask(value) for key, value in event.items()}

    def _mask(self, value: object) -> object:
        text = value if isinstance(value, str) else repr(value)
        hits = [secret for secret in self._secrets if secret in text]
        if not hits:
            return value
        for secret in hits:
            text = text.replace(secret, HIDDEN)
        return text


_logfmt = structlog.processors.LogfmtRenderer(key_order=["event"])


def _journal_line(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    priority = _PRIORITIES.get(event.pop("level", "info"), 6)
    # journald takes each line for an entry of its own: a traceback must stay one.
    text = str(_logfmt(logger, method, event)).replace("\n", "\\n")
    return f"<{priority}>{text}"
