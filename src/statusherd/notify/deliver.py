"""Sending a message through Apprise, in threads of our own. The only module that knows Apprise.

Apprise works in one small pool of threads for the whole process: six silent mail servers stop everything.
So each send has a thread of its own, which is a daemon (it never holds up the end of the process), and a
deadline, after which it is left to itself. See docs/decisions/0003.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, quote, unquote

from statusherd.clock import Clock, SystemClock
from statusherd.model.delivery import Delivery, SendOutcome
from statusherd.notify.answers import Heard, hear, heard, outcome_of, overhear_http, unusable
from statusherd.notify.channels import Channel, Format, problems
from statusherd.notify.ics import FILE_NAME, method_of
from statusherd.notify.render import Message
from statusherd.notify.services import Kind
from statusherd.notify.showing import label, plain, shown_body, shown_title, thread_parameters

MOST_HANGING: Final = 3
"""So many sends of a channel may hang at once; then it is left alone until one of them ends."""
_HANGING_RETRY: Final = 60.0
_MINUTE: Final = 60.0
_BETWEEN_TARGETS: Final = 0.2
"""Seconds: the most that a plug-in may pause between several targets of one URL."""
_SHORTEST_SECRET: Final = 3


class Sender(Protocol):
    """What sends a rendered message. It never raises for what a destination does."""

    async def send(self, delivery: Delivery, channel: Channel, message: Message) -> SendOutcome: ...


@dataclass(slots=True)
class _Lane:
    """One channel's sends: one at a time, so that they stay in order."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    threads: list[threading.Thread] = field(default_factory=list)
    started: deque[float] = field(default_factory=deque)

    def hanging(self) -> int:
        self.threads = [thread for thread in self.threads if thread.is_alive()]
        return len(self.threads)

    def wait(self, rate: float | None, now: float) -> float:
        """Return the seconds until `rate` messages per minute allow another one."""
        if rate is None:
            return 0.0
        most = max(1, int(rate))
        span = most * _MINUTE / rate
        while self.started and now - self.started[0] >= span:
            self.started.popleft()
        return 0.0 if len(self.started) < most else self.started[-most] + span - now


class AppriseSender:
    """Sends through Apprise.

    `host` names us in the ids that keep mails together: the same for every daemon on one store.
    """

    def __init__(self, *, host: str = "localhost", clock: Clock | None = None) -> None:
        self._host = host
        self._clock = clock or SystemClock()
        self._lanes: dict[str, _Lane] = {}

    def hanging(self) -> dict[str, int]:
        """Return how many abandoned sends still hang, by channel; channels without any are left out."""
        counts = {name: lane.hanging() for name, lane in self._lanes.items() if not lane.turn.locked()}
        return {name: count for name, count in counts.items() if count}

    async def send(self, delivery: Delivery, channel: Channel, message: Message) -> SendOutcome:
        """Send a message, and return what became of it within the channel's deadline."""
        if wrong := problems(channel.url):
            return SendOutcome(sent=False, detail="; ".join(wrong), permanent=True)
        lane = self._lanes.setdefault(channel.name, _Lane())
        async with lane.turn:
            return self._held_back(lane, channel) or await self._attempt(lane, delivery, channel, message)

    def _held_back(self, lane: _Lane, channel: Channel) -> SendOutcome | None:
        if (count := lane.hanging()) >= MOST_HANGING:
            detail = f"not tried: {count} earlier attempts of this channel still hang"
            return SendOutcome(sent=False, detail=detail, retry_after=_HANGING_RETRY)
        wait = lane.wait(channel.rate, self._clock.monotonic())
        if wait > 0:
            detail = f"held back: the channel takes {channel.rate:g} messages per minute"
            return SendOutcome(sent=False, detail=detail, retry_after=wait, tried=False)
        return None

    async def _attempt(
        self, lane: _Lane, delivery: Delivery, channel: Channel, message: Message
    ) -> SendOutcome:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[SendOutcome] = loop.create_future()
        url = _with_parameters(channel, delivery, self._host)

        def work() -> None:
            outcome = _send(url, channel, message)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, done, outcome)

        thread = threading.Thread(target=work, name=f"send to {channel.name}", daemon=True)
        begun = self._clock.monotonic()
        lane.threads.append(thread)
        lane.started.append(begun)
        thread.start()
        try:
            outcome = await asyncio.wait_for(done, channel.seconds)
        except TimeoutError:
            detail = f"no answer within {channel.seconds:g} s; it may have arrived"
            outcome = SendOutcome(sent=False, detail=detail, maybe_sent=True)
        return replace(outcome, elapsed=self._clock.monotonic() - begun)


def _settle(done: asyncio.Future[SendOutcome], outcome: SendOutcome) -> None:
    if not done.done():
        done.set_result(outcome)


# In the thread


def _send(url: str, channel: Channel, message: Message) -> SendOutcome:
    listener = hear()
    secrets = (url, *_secrets(channel.url))
    try:
        sent = _notify(url, channel, message, listener)
    except BaseException as error:  # noqa: BLE001 - whatever a plug-in does, it ends here
        detail = f"the plug-in failed: {type(error).__name__}"
        return SendOutcome(sent=False, detail=detail, maybe_sent=bool(listener.answers))
    if sent is None:
        return unusable(listener, secrets)
    return outcome_of(sent=sent, heard=listener, secrets=secrets)


def _notify(url: str, channel: Channel, message: Message, listener: Heard) -> bool | None:
    """Hand the message to a fresh plug-in; None where the URL gives none.

    A fresh one, because Apprise's pause of seconds between two messages is kept in the plug-in.
    """
    library = _apprise()
    plugin = library.Apprise.instantiate(url, asset=_asset())
    if plugin is None:
        return None
    listener.log.clear()
    plugin.request_rate_per_sec = min(plugin.request_rate_per_sec, _BETWEEN_TARGETS)
    titled = channel.service.titled and plugin.title_maxlen > 0
    result = library.Apprise(plugin, asset=_asset()).notify(
        body=shown_body(channel.service, message),
        title=shown_title(channel.service, message) if titled else "",
        notify_type=str(message.tone),
        body_format=str(Format.TEXT if channel.service.reads_markdown else message.format),
        interpret_escapes=False,
        attach=_attachment(library, channel, message),
    )
    if result.status == library.AppriseResultStatus.NOMATCH:
        return None
    return bool(result)


def _attachment(library: Any, channel: Channel, message: Message) -> Any:
    """Return the calendar file of a message as Apprise takes it; None where there is none to send."""
    if message.calendar is None or not channel.service.takes_calendars:
        return None
    from apprise.attachment import memory  # noqa: PLC0415 - with the library itself

    make: Any = memory.AttachMemory
    file = make(content=message.calendar, name=FILE_NAME, mimetype="text/plain")
    # It takes no type that the machine's tables lack, and none with a method, which calendars go by.
    file._mimetype = f"text/calendar; charset=utf-8; method={method_of(message.calendar)}"  # noqa: SLF001
    return library.AppriseAttachment(file, asset=_asset())


_loading: Final = threading.Lock()


def _apprise() -> Any:
    with _loading:
        return _loaded()


@cache
def _loaded() -> Any:
    """Import Apprise (a quarter of a second, so only once something is sent) and put it on a leash.

    Its log would carry our secrets into the daemon's: it goes to whoever hears the thread, and no further.
    """
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG - 1)  # where it notes what chat servers reply
    logger.addFilter(_take)
    # It names the path of every request, which is where webhooks keep their secrets.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    # One of its modules imports what Python 3.13 dropped; that is known, and not ours to mend.
    warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)
    import apprise  # noqa: PLC0415

    overhear_http()
    return apprise


@cache
def _asset() -> Any:
    return _loaded().AppriseAsset(
        app_id="statusherd",
        app_desc="statusherd",
        app_url="",
        image_url_mask=None,
        image_url_logo=None,
        async_mode=False,
        service_timeout=0,
        secure_logging=True,
        http_redirects=False,
        allow_templates=False,
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
    )


def _take(record: logging.LogRecord) -> bool:
    """Give a log record to the send that its thread is about, and to nobody else."""
    listener = heard()
    if listener is not None:
        with contextlib.suppress(Exception):
            listener.log.append((record.levelname, record.getMessage()))
    return False


# The URL


def _with_parameters(channel: Channel, delivery: Delivery, host: str) -> str:
    """Return the channel's URL with our timeouts, and with what keeps the messages of a thread together."""
    given = {key.lower() for key, _ in parse_qsl(channel.url.partition("?")[2].replace("+", "%2B"))}
    pairs = [
        *_timeouts(channel),
        *_headers(channel, delivery, host),
        *thread_parameters(channel, _thread_key(delivery), given),
        *_receipt(channel, given),
    ]
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in pairs)
    url = channel.bare_url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _timeouts(channel: Channel) -> Iterator[tuple[str, str]]:
    # Together below the deadline, so that a silent peer is a clean failure and not an abandoned thread.
    connect = channel.seconds * (0.6 if channel.service.kind is Kind.MAIL else 0.25)
    yield "cto", f"{connect:.2f}"
    yield "rto", f"{channel.seconds * 0.6:.2f}"


def _headers(channel: Channel, delivery: Delivery, host: str) -> Iterator[tuple[str, str]]:
    if not channel.service.takes_headers:
        return
    yield "+X-Statusherd-Dedup", plain(delivery.dedup_key)
    if channel.service.kind is not Kind.MAIL:
        return
    # Never a Message-ID: Apprise adds its own. All mails of a thread answer a first one that was never sent.
    root = f"<{_thread_key(delivery)}@statusherd.{host}>"
    yield "+References", root
    yield "+In-Reply-To", root
    yield "+Auto-Submitted", "auto-generated"
    yield "+List-Id", f"<{label(channel.name)}.statusherd.{host}>"


def _receipt(channel: Channel, given: set[str]) -> Iterator[tuple[str, str]]:
    # Without it a message that the server never got counts as sent.
    if channel.service.asks_receipt and "qos" not in given:
        yield "qos", "1"


def _thread_key(delivery: Delivery) -> str:
    return blake2b(delivery.alert.thread.id.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _secrets(url: str) -> tuple[str, ...]:
    """Return every part of a URL that could be one, as it stands and unquoted."""
    place, _, query = url.partition("://")[2].partition("?")
    values = [pair.partition("=")[2] for pair in re.split("[&;]", query)]
    parts = [url, *values, *(part for text in (place, *values) for part in re.split(r"[/@:,#]+", text))]
    parts.extend(unquote(part) for part in tuple(parts))
    return tuple(part for part in parts if len(part) >= _SHORTEST_SECRET)
