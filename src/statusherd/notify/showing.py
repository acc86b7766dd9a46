"""What is done to a message for one service alone, so that it is shown as it was written. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from hashlib import blake2b
from typing import Final

from statusherd.notify.channels import Channel
from statusherd.notify.markup import capped
from statusherd.notify.render import Message
from statusherd.notify.services import Kind, Service

_INVISIBLE: Final = "\u200b"
_OPENS_TEMPLATE: Final = re.compile(r"\{(?=[{%#])")
_OTHER_NAMES: Final = {
    "alias": ("alias",),
    "dedup": ("dedup", "thirdparty", "tid", "external_id"),
    "thread": ("thread", "threadkey"),
}
"""What a URL may call the key of a thread, where it has several names for it."""
_GOOGLE_PARTS: Final = 4
"""gchat://space/key/token/thread"""
_PLAIN_KEY: Final = re.compile(r"[\w.:/#@-]{1,200}", re.ASCII)
_PLAIN_LABEL: Final = re.compile(r"[A-Za-z0-9-]{1,60}")


def shown_body(service: Service, message: Message) -> str:
    """Return the body; where empty lines would be dropped, they hold something that cannot be seen."""
    body = _no_template(message.body) if service.runs_templates else message.body
    return body.replace("\n\n", f"\n{_INVISIBLE}\n") if service.drops_blank_lines else body


def _no_template(text: str) -> str:
    return _OPENS_TEMPLATE.sub(rf"\g<0>{_INVISIBLE}", text)


def shown_title(service: Service, message: Message) -> str:
    """Return the subject, or the topic that all messages of a thread stand under."""
    if service.topic_length is None:
        return message.subject
    return capped(message.subject.removeprefix("Re: "), service.topic_length)


def thread_parameters(channel: Channel, key: str, given: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what ties the messages of a thread together, unless the parameters `given` do it already."""
    name = channel.service.thread_key
    if name is None:
        return
    if not _has_own_thread(channel, name, given):
        yield name, key
    if channel.service.kind is Kind.PAGER and "action" not in given:
        yield "action", "map"  # opens what is wrong, closes what is over


def _has_own_thread(channel: Channel, name: str, given: Collection[str]) -> bool:
    parts = channel.bare_url.partition("://")[2].partition("?")[0].strip("/").split("/")
    in_path = channel.schema == "gchat" and len(parts) >= _GOOGLE_PARTS
    return in_path or any(other in given for other in _OTHER_NAMES.get(name, (name,)))


def label(name: str) -> str:
    """Return a channel's name as it may stand in the id of a list; one that may not, as its digest."""
    return name if _PLAIN_LABEL.fullmatch(name) else _digest(name)


def plain(key: str) -> str:
    """Return a key as it may stand in a header; one that may not, as its digest."""
    return key if _PLAIN_KEY.fullmatch(key) else _digest(key)


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
