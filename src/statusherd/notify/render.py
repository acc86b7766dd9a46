"""From an Alert to the Message for one channel: laid out, escaped for its format, and not too long. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from html import escape
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from statusherd.model.delivery import Alert
from statusherd.model.words import Severity
from statusherd.notify.channels import Channel, Format
from statusherd.notify.headlines import ENDS
from statusherd.notify.ics import calendar
from statusherd.notify.languages import say, speaking, spoken
from statusherd.notify.markup import Link, capped, markdown, one_line, within_bytes
from statusherd.notify.own_templates import SIZES, own_body, told_of
from statusherd.notify.retelling import retold_subject
from statusherd.notify.sandbox import TemplateFault
from statusherd.notify.telling import Asking, Telling
from statusherd.notify.words import tell

__all__ = ["Message", "Tone", "bare", "render"]

_SHORT: Final = 400
"""Below this only the first line, the link and the key have room: a text message."""
_SUBJECT: Final = 200
_LEAST_HEADLINE: Final = 60


class Tone(StrEnum):
    """How a message strikes the eye, in Apprise's words."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


_TONES: Final[Mapping[Severity, Tone]] = {
    Severity.SEV1: Tone.FAILURE,
    Severity.SEV2: Tone.FAILURE,
    Severity.SEV3: Tone.WARNING,
    Severity.SEV4: Tone.INFO,
}
_COLOURS: Final = {
    Tone.INFO: "#3b82c4",
    Tone.SUCCESS: "#2f9e44",
    Tone.WARNING: "#d9860a",
    Tone.FAILURE: "#d6336c",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is handed to a channel. `subject` is one line that never changes within a thread.

    `fault` says why the channel's own template did not write it, where it should have.
    """

    subject: str
    body: str
    format: Format
    tone: Tone
    calendar: str | None = None
    """An iCalendar document on the window that it is about, for services that take files."""
    fault: str = ""


def render(  # noqa: PLR0913 - what a message may say besides its alert
    alert: Alert,
    *,
    channel: Channel,
    now: datetime,
    dedup_key: str,
    repeat: bool = False,
    page_url: str | None = None,
    ack_url: str | None = None,
) -> Message:
    """Write an alert for a channel: its format, its time zone, its length.

    `repeat`: an earlier attempt may have arrived, which the message then says. `page_url` is our own page
    on the matter, `ack_url` the one where its reader acknowledges it.
    """
    asking = Asking(channel.zone, now, dedup_key, repeat=repeat, page_url=page_url, ack_url=ack_url)
    with speaking(channel.language):
        return _written(alert, asking, channel)


def _written(alert: Alert, asking: Asking, channel: Channel) -> Message:
    body, fault = _own(alert, asking, channel) if channel.template else ("", "")
    return Message(
        subject=_subject(alert),
        body=body or _built_in(alert, asking, channel),
        format=channel.written_as,
        tone=_tone(alert),
        calendar=calendar(alert, asking.now),
        fault=fault,
    )


def _own(alert: Alert, asking: Asking, channel: Channel) -> tuple[str, str]:
    """Return what the channel's own template writes, or why it does not."""
    try:
        return _joined_tags(own_body(alert, asking, channel), channel.written_as), ""
    except TemplateFault as fault:
        return "", told_of(fault, channel, alert)


def _built_in(alert: Alert, asking: Asking, channel: Channel) -> str:
    if line := channel.service.line_bytes:
        return _in_one_line(alert, asking, line)
    return _body(alert, asking, channel.written_as, channel.length)


def bare(alert: Alert, *, dedup_key: str, repeat: bool = False) -> Message:
    """Write an alert without any layout, for when the layout itself fails: what, the state, the key."""
    change = alert.change
    lines = (
        "DRILL, not real" if alert.drill else "",
        f"{alert.severity} {change.kind}: {one_line(alert.thread.subject, _SUBJECT)}",
        f"State: {change.after or change.status}, seen {change.at:%Y-%m-%d %H:%M} UTC",
        "This may be a repeat." if repeat else "",
        f"Reference: {dedup_key}",
    )
    body = "\n".join(line for line in lines if line)
    return Message(_subject(alert), body, Format.TEXT, _tone(alert))


def _tone(alert: Alert) -> Tone:
    return Tone.SUCCESS if alert.change.kind in ENDS else _TONES[alert.severity]


def _subject(alert: Alert) -> str:
    subject = one_line(retold_subject(alert.thread.subject), _SUBJECT)
    marked = f"[DRILL] {subject}" if alert.drill else subject
    return marked if alert.opens else f"Re: {marked}"


def _body(alert: Alert, asking: Asking, written_as: Format, limit: int) -> str:
    if limit > _SHORT:
        for size in SIZES:
            body = _laid_out(tell(alert, replace(asking, size=size)), written_as, _tone(alert))
            if len(body) <= limit:
                return body
    smallest = replace(asking, size=SIZES[-1])
    return _short(tell(alert, smallest), smallest, written_as, limit)


def _laid_out(telling: Telling, written_as: Format, tone: Tone) -> str:
    body = _template(written_as).render(telling=telling, colour=_COLOURS[tone], language=spoken()).strip()
    return _joined_tags(body, written_as)


def _joined_tags(body: str, written_as: Format) -> str:
    # Between tags a line break would become an empty line of the text part. Text holds no bare ">".
    return body.replace(">\n<", "><") if written_as is Format.HTML else body


def _short(telling: Telling, asking: Asking, written_as: Format, limit: int) -> str:
    """Return the first line, and beneath it what there is room for: the repeat's mark, a link, the key."""
    write = _WRITERS[written_as]
    beneath = _beneath(telling, asking, write, limit)
    room = limit - sum(len(line) + 1 for line in beneath)
    if room < _LEAST_HEADLINE:
        return capped(write(telling.headline), limit)
    return "\n".join((capped(write(telling.headline), room), *beneath))


def _in_one_line(alert: Alert, asking: Asking, limit: int) -> str:
    """Return the same in one line of at most `limit` bytes."""
    smallest = replace(asking, size=SIZES[-1])
    telling = tell(alert, smallest)
    rest = "".join(f" | {part}" for part in _beneath(telling, smallest, _as_it_is, limit))
    return within_bytes(telling.headline, limit - len(rest.encode())) + rest


def _beneath(telling: Telling, asking: Asking, write: Callable[[str], str], limit: int) -> list[str]:
    parts = [say("Possibly a repeat.")] if asking.repeat else []
    parts.extend(str(url) for _, url in telling.links[:1] if len(url) < limit // 2)
    return [*parts, write(say("Ref {key}", key=one_line(asking.dedup_key, 40)))]


def _as_it_is(text: str) -> str:
    return text


_WRITERS: Final[Mapping[Format, Callable[[str], str]]] = {
    Format.TEXT: _as_it_is,
    Format.MARKDOWN: markdown,
    Format.HTML: escape,
}


@cache
def _template(written_as: Format) -> Template:
    write = _WRITERS[written_as]

    def finalize(value: object) -> object:
        # What a template puts out is escaped unless it is a checked address; nobody has to remember to.
        return value if isinstance(value, Link) else write(str(value))

    environment = Environment(
        loader=PackageLoader("statusherd.notify"),
        autoescape=written_as is Format.HTML,  # noqa: S701 - the others are escaped by finalize
        finalize=None if written_as is Format.HTML else finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["say"] = say
    return environment.get_template(f"{written_as}.j2")
