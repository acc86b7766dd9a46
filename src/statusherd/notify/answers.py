"""What a destination answered, read from what Apprise lets out: a status, its log, and overheard HTTP.

Apprise says yes or no. Whether to try again, when, and whether the message may have arrived all the same
is in the status, the Retry-After header and the kind of error, which it keeps to itself.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from statusherd.model.delivery import SendOutcome
from statusherd.notify.markup import one_line

_TRY_LATER: Final = frozenset({408, 409, 421, 423, 425, 429})
"""Refusals (4xx) that say nothing against the message or the address."""
_UNKNOWN_FATE: Final = frozenset({502, 504})
"""A gateway lost the answer: behind it the message may have been taken."""
_ASKED_TO_WAIT: Final = 30.0
"""Seconds to leave a service alone that limits us and does not say for how long."""
_SMTP: Final = re.compile(r"\((\d{3}), b?(['\"])(.*?)\2")
_SMTP_REFUSED: Final = re.compile(r"was refused: (\d{3}) (?:b?(['\"]))?(.*?)\2?$")
_STATUS: Final = re.compile(r"\berror=(\d{3})\b")
_CAUSE: Final = "Socket Exception:"
_CHAT_REPLY: Final = re.compile(r"IRC read: :\S+ (\d{3}) (?:\S+ )*?:(.*)")
_CHAT_SPOKEN: Final = re.compile(r"IRC write: PRIVMSG (?!NickServ )")
_CHAT_CAUSE: Final = "IRC Exception:"
_CHAT_REFUSED: Final = re.compile("40[13458]|46[45]|47[34567]|48[269]|531")
"""Replies of a chat of lines that will be the same next time: who, where or what is not let in."""
_UNCONFIRMED: Final = "The MQTT message could not be delivered"
_DETAIL: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP exchange: a status, or the error that came in its place."""

    status: int | None = None
    retry_after: str | None = None
    error: str = ""
    left: bool = False
    """The request had left us when the error came."""


@dataclass(slots=True)
class Heard:
    """All that one send let out: HTTP answers and log lines (level and text), in their order."""

    answers: list[Answer] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)

    def lines(self, *levels: str) -> list[str]:
        return [text for level, text in self.log if level in levels]


_here = threading.local()


def hear() -> Heard:
    """Begin to collect what this thread's next send lets out."""
    _here.heard = Heard()
    return _here.heard  # type: ignore[no-any-return]


def heard() -> Heard | None:
    """Return what this thread collects, None where it sends nothing of ours."""
    return getattr(_here, "heard", None)


def overhear_http() -> None:
    """Note the answers to all HTTP requests of threads that `hear`; every other thread is left alone.

    The `requests` library, which Apprise's plug-ins call as functions, has no hook for that.
    """
    import requests  # noqa: PLC0415 - costs 50 ms, for senders only

    send = requests.Session.send

    def overheard(session: Any, request: Any, **options: Any) -> Any:
        listener = heard()
        if listener is None:
            return send(session, request, **options)
        try:
            response = send(session, request, **options)
        except requests.RequestException as error:
            listener.answers.append(_lost(error))
            raise
        listener.answers.append(Answer(response.status_code, response.headers.get("Retry-After")))
        return response

    requests.Session.send = overheard  # type: ignore[method-assign, assignment]


def _lost(error: Exception) -> Answer:
    import requests  # noqa: PLC0415 - loaded by whoever raised this
    from urllib3 import exceptions as urllib3  # noqa: PLC0415

    reason = getattr(error.args[0], "reason", None) if error.args else None
    before_leaving = (
        (error, requests.ConnectTimeout, "no connection in time"),
        (reason, urllib3.NameResolutionError, "its name cannot be resolved"),
        (reason, urllib3.NewConnectionError, "connection refused"),
        (error, requests.exceptions.ProxyError, "the proxy does not let us through"),
        (error, requests.exceptions.SSLError, "TLS: its certificate or protocol is not accepted"),
    )
    for thing, kind, text in before_leaving:
        if isinstance(thing, kind):
            return Answer(error=text)
    if isinstance(error, requests.ReadTimeout):
        return Answer(error="no answer in time", left=True)
    return Answer(error="the connection broke before an answer", left=True)


def outcome_of(*, sent: bool, heard: Heard, secrets: Sequence[str]) -> SendOutcome:
    """Tell what became of a send from the verdict of Apprise and all that was heard of it."""
    refused = _chat_refused(heard, secrets, sent=sent)
    if sent and refused is None:
        return SendOutcome(sent=True, detail="accepted")
    if refused is not None:
        return refused
    failed = next((a for a in reversed(heard.answers) if a.error or _is_failure(a.status)), None)
    outcome = _http(failed) if failed is not None else _logged(heard, secrets)
    # One of several receivers had it already: the next attempt repeats it to them.
    partly = any(text.startswith("Sent ") for text in heard.lines("INFO"))
    return replace(outcome, maybe_sent=outcome.maybe_sent or partly)


def unusable(heard: Heard, secrets: Sequence[str]) -> SendOutcome:
    """Tell why Apprise made nothing of a URL."""
    reasons = _said(heard.lines("WARNING", "ERROR"), secrets) or "no reason given"
    detail = f"Apprise cannot use this channel's url: {reasons}"
    return SendOutcome(sent=False, detail=detail, permanent=True)


def _is_failure(status: int | None) -> bool:
    return status is not None and not 200 <= status < 300


def _http(answer: Answer) -> SendOutcome:
    if answer.status is None:
        return SendOutcome(sent=False, detail=answer.error, maybe_sent=answer.left)
    status = answer.status
    detail = f"HTTP {status} {_phrase(status)}".rstrip()
    if 300 <= status < 400:
        detail += ": it points to another address. Put the final one into the channel's url"
        return SendOutcome(sent=False, detail=detail, permanent=True)
    wait = seconds_to_wait(answer.retry_after)
    if status == HTTPStatus.TOO_MANY_REQUESTS and wait is None:
        wait = _ASKED_TO_WAIT
    return SendOutcome(
        sent=False,
        detail=detail,
        permanent=400 <= status < 500 and status not in _TRY_LATER,
        maybe_sent=status in _UNKNOWN_FATE,
        retry_after=wait,
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def seconds_to_wait(header: str | None) -> float | None:
    """Return what a Retry-After header asks for in seconds; None where it says nothing readable."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header[:12])
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _logged(heard: Heard, secrets: Sequence[str]) -> SendOutcome:
    """Tell what became of a send that was no HTTP, from the log."""
    found = _mail(heard, secrets) or _chat_broken(heard, secrets) or _queue_silent(heard)
    return found or _unexplained(heard, secrets)


def _mail(heard: Heard, secrets: Sequence[str]) -> SendOutcome | None:
    """Read the answer of a mail server from the log, None where no mail was tried."""
    tried = heard.lines("WARNING")
    in_hand = any(text.startswith("Sending email to") for text in tried)
    if not in_hand and not any("submitting email" in text for text in tried):
        return None
    for text in heard.lines("WARNING", "DEBUG"):
        match = _SMTP_REFUSED.search(text) or _SMTP.search(text)
        if match is not None:
            detail = f"mail server: {match[1]} {_said([match[3]], secrets)}".rstrip()
            return SendOutcome(sent=False, detail=detail, permanent=match[1].startswith("5"))
    causes = [t.removeprefix(_CAUSE).strip() for t in heard.lines("DEBUG") if t.startswith(_CAUSE)]
    why = _said(causes[:1], secrets) or "no reason given"
    # Once the mail was in its hands, a server that falls silent may have kept it.
    return SendOutcome(sent=False, detail=f"mail server: {why}", maybe_sent=in_hand)


def _chat_refused(heard: Heard, secrets: Sequence[str], *, sent: bool) -> SendOutcome | None:
    """Read what a chat of lines refused, None where it refused nothing. Apprise calls some of that sent."""
    replies = [match.groups() for text in heard.lines("TRACE") if (match := _CHAT_REPLY.match(text))]
    refused = [(number, text) for number, text in replies if _CHAT_REFUSED.fullmatch(number)]
    if not refused:
        return None
    number, text = refused[-1]
    told = sum(text.startswith("Sent ") for text in heard.lines("INFO"))
    detail = f"chat server: {number} {_said([text], secrets)}".rstrip()
    # Of several receivers one may have it. Those that were refused count as told where Apprise says sent.
    return SendOutcome(sent=False, detail=detail, permanent=True, maybe_sent=told > sent * len(refused))


def _chat_broken(heard: Heard, secrets: Sequence[str]) -> SendOutcome | None:
    """Read how far a chat of lines got, None where none was tried."""
    causes = [t.removeprefix(_CHAT_CAUSE).strip() for t in heard.lines("DEBUG") if t.startswith(_CHAT_CAUSE)]
    if not causes:
        return None
    spoken = any(_CHAT_SPOKEN.match(text) for text in heard.lines("TRACE"))
    return SendOutcome(sent=False, detail=f"chat server: {_said(causes, secrets)}", maybe_sent=spoken)


def _queue_silent(heard: Heard) -> SendOutcome | None:
    """Tell of a queue that confirmed nothing, None where that is not what happened."""
    if _UNCONFIRMED not in heard.lines("WARNING"):
        return None
    detail = "the queue's server confirmed nothing in time; it may have the message, or not take our login"
    return SendOutcome(sent=False, detail=detail, maybe_sent=True)


def _unexplained(heard: Heard, secrets: Sequence[str]) -> SendOutcome:
    lines = heard.lines("WARNING", "ERROR", "CRITICAL")
    status = next((int(m[1]) for text in lines if (m := _STATUS.search(text))), None)
    if _is_failure(status):
        return _http(Answer(status))
    detail = _said(lines, secrets) or "the service did not take it and gave no reason"
    return SendOutcome(sent=False, detail=detail)


def _said(texts: Sequence[str], secrets: Sequence[str]) -> str:
    """Return what others said as one line with every secret masked, the longest first."""
    text = "; ".join(dict.fromkeys(texts))
    for secret in sorted(set(secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return one_line(text, _DETAIL)
