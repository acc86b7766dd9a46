"""A channel's own template in the place of the built-in one: what it is given, and how it is tried. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Final

from statusherd.model.delivery import Alert
from statusherd.notify.channels import Channel, Format
from statusherd.notify.headlines import ENDS
from statusherd.notify.impact import Impacted
from statusherd.notify.languages import speaking
from statusherd.notify.markup import Link, markdown, one_line
from statusherd.notify.retelling import retold, retold_subject
from statusherd.notify.samples import samples
from statusherd.notify.sandbox import TemplateFault, Writing, check, run
from statusherd.notify.telling import Asking, Block, Fact, Item, Size, Telling
from statusherd.notify.threads import event_of
from statusherd.notify.words import tell

SIZES: Final = (Size(), Size(700, 8, 2), Size(300, 4, 1), Size(0, 2, 0), Size(0, 1, 0))
"""From the whole to the bare facts: the first that fits is taken."""


def _plain(value: object) -> object:
    return value


def _marked(value: object) -> object:
    return value if isinstance(value, Link) else markdown(str(value))


WRITINGS: Final = {
    Format.TEXT: Writing(_plain),
    Format.MARKDOWN: Writing(_marked),
    Format.HTML: Writing(_plain, is_html=True),
}


@dataclass(frozen=True, slots=True)
class Variables:
    """What a template can write. Texts are harmless, and escaped for the channel's format when written."""

    headline: str
    notes: tuple[str, ...]
    facts: tuple[Fact, ...]
    impact: Impacted
    blocks: tuple[Block, ...]
    items: tuple[Item, ...]
    more_items: int
    words_of: str
    words: tuple[str, ...]
    links: tuple[tuple[str, Link], ...]
    reference: str
    subject: str
    vendor: str
    title: str
    severity: str
    severity_reason: str
    event: str
    kind: str
    phase: str
    opens: bool
    ends: bool
    drill: bool
    number: int


def variables_of(alert: Alert, telling: Telling) -> Variables:
    """Return what is told of an alert, and what may be asked of it in conditions."""
    change = alert.change
    about = change.incident or change.maintenance
    ours = change.ours.incident if change.ours else None
    told = {field.name: getattr(telling, field.name) for field in fields(telling)}
    return Variables(
        **told,
        subject=one_line(retold_subject(alert.thread.subject)),
        vendor=one_line(alert.vendor_title, 80),
        title=one_line(ours.title if ours else about.title if about else ""),
        severity=alert.severity.value,
        severity_reason=retold(one_line(alert.severity_reason)),
        event=event_of(change),
        kind=change.kind.value,
        phase=ours.phase.value if ours else about.phase.value if about else "",
        opens=alert.opens,
        ends=change.kind in ENDS,
        drill=alert.drill,
        number=alert.number,
    )


def own_body(alert: Alert, asking: Asking, channel: Channel) -> str:
    """Return what a channel's own template writes, in the largest size that fits; raise TemplateFault."""
    assert channel.template is not None, "asked only where there is one"
    for size in SIZES:
        told = variables_of(alert, tell(alert, replace(asking, size=size)))
        given = {field.name: getattr(told, field.name) for field in fields(told)}
        body = run(channel.template.text, WRITINGS[channel.written_as], given).strip()
        if not body:
            raise TemplateFault("it writes nothing")
        if _fits(body, channel):
            return body
    line = channel.service.line_bytes
    most = f"one line of {line} bytes" if line else f"the {channel.length} characters"
    raise TemplateFault(f"it writes more than {most} that the channel takes")


def _fits(body: str, channel: Channel) -> bool:
    line = channel.service.line_bytes
    return len(body) <= channel.length and (not line or ("\n" not in body and len(body.encode()) <= line))


def fault_of(channel: Channel) -> str | None:
    """Return what is wrong with a channel's own template, tried on every kind of message."""
    assert channel.template is not None, "asked only where there is one"
    try:
        check(channel.template.text, WRITINGS[channel.written_as])
    except TemplateFault as fault:
        return _told(fault, channel)
    with speaking(channel.language):
        return next((told for alert in samples() if (told := _fault_with(alert, channel))), None)


def _fault_with(alert: Alert, channel: Channel) -> str | None:
    asking = Asking(channel.zone, alert.change.at + timedelta(seconds=5), "5f0c2a9d41b7e863")
    try:
        own_body(alert, asking, channel)
    except TemplateFault as fault:
        return told_of(fault, channel, alert)
    return None


def told_of(fault: TemplateFault, channel: Channel, alert: Alert) -> str:
    """Return a fault as its author reads it: the file, the line, what is wrong, and in which message."""
    return f"{_told(fault, channel)} (in a message of {alert.change.kind})"


def _told(fault: TemplateFault, channel: Channel) -> str:
    name = channel.template.name if channel.template else ""
    where = f"{name}, line {fault.line}" if fault.line else name
    return f"{where}: {one_line(fault.sentence).rstrip('.')}"
