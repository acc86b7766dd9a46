"""A channel: where messages go, in which form, how many, and who stands in when it fails.

No Apprise here: a channel can be checked without the quarter of a second that its import costs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from statusherd.model.hours import Window
from statusherd.notify.languages import ENGLISH
from statusherd.notify.services import PACKAGES, SERVICES, Format, Kind, Service

__all__ = ["Channel", "Format", "Kind", "OwnTemplate", "Service", "problems", "problems_of", "schema_of"]

_SCHEMA: Final = re.compile(r"([a-z0-9]+)://(?=.)", re.IGNORECASE)

_REFUSED: Final[Mapping[str, str]] = {
    "attach": "it would send a file along. Remove it",
    "template": "it would put a file's template in the place of our message. Remove it",
    "redirect": "a redirect could carry the credentials elsewhere. Write the final address instead",
    "retry": "retries are ours. Remove it",
    "wait": "retries are ours. Remove it",
    "optional": "it would call a failure a success. Remove it",
    "emojis": "it would rewrite the vendor's words. Remove it",
    "+message-id": "it would give mails two of them. Remove it; threads are kept by References",
}
"""Parameters of the URL that are not let through, and why."""

_LONG_MAIL: Final = 30.0
_LONG: Final = 20.0
_NO_SERVICE: Final = Service(Kind.WEBHOOK)


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """A template that an operator wrote: its file as the config names it, and its text."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Channel:
    """One destination. `url` is an Apprise URL and a secret as a whole: it never shows.

    `rate` is in messages per minute, None for no limit. `deadline` is in seconds: after it a send counts as
    perhaps sent. What is left out is filled in by the service that the URL names.
    """

    name: str
    url: str = field(repr=False)
    format: Format | None = None
    rate: float | None = None
    fallback: str | None = None
    timezone: str = "UTC"
    quiet: tuple[Window, ...] = ()
    """Its quiet hours, on the clock of `timezone`: only SEV1 is told in them."""
    deadline: float | None = None
    max_length: int | None = None
    template: OwnTemplate | None = None
    """What lays out its messages instead of the built-in template."""
    language: str = ENGLISH

    @property
    def schema(self) -> str:
        return schema_of(self.url) or ""

    @property
    def service(self) -> Service:
        return SERVICES.get(self.schema, _NO_SERVICE)

    @property
    def written_as(self) -> Format:
        """The format messages are rendered in.

        A service that reads Markdown in any text is given Markdown, or the vendor's would come alive in it.
        """
        if self.service.reads_markdown:
            return Format.MARKDOWN
        chosen = self.format or self._asked_format
        return Format(chosen) if chosen else self.service.formats[0]

    @property
    def _asked_format(self) -> Format | None:
        """The format that the URL asks for, as Apprise's own URLs do; None where it is none of ours."""
        asked = dict(_pairs(self.url)).get("format", "").lower()
        return next((each for each in self.service.formats if each == asked), None)

    @property
    def bare_url(self) -> str:
        """The URL without the format, which is told with each message."""
        address, mark, query = self.url.partition("?")
        kept = (part for part in re.split("[&;]", query) if not part.lower().startswith("format="))
        return f"{address}{mark}{'&'.join(kept)}".rstrip("?")

    @property
    def seconds(self) -> float:
        """The deadline of one send."""
        return self.deadline or (_LONG_MAIL if self.service.kind is Kind.MAIL else _LONG)

    @property
    def length(self) -> int:
        """The most characters of a message's body."""
        return self.max_length or self.service.max_length

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of its readers; UTC where the name is none."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")


def schema_of(url: str) -> str | None:
    """Return the schema of an Apprise URL in lower case, None where it has none."""
    match = _SCHEMA.match(url)
    return match[1].lower() if match else None


def problems(url: str) -> tuple[str, ...]:
    """Return what keeps a channel from using `url`, each a sentence with its remedy, without the secret."""
    schema = schema_of(url)
    if schema is None:
        return ('url is no Apprise URL. Write it like "mailtos://…", "slack://…" or "json://…"',)
    if schema in ("http", "https"):
        return (
            "url is a web address. Write the service's own schema, such as slack://, discord:// or jsons://",
        )
    if schema not in SERVICES:
        return (f"{schema}:// is not let through: no network service that we know. Take another schema",)
    refused = (key for key in _parameters(url) if key in _REFUSED)
    return (*_missing(schema), *(f"url has {key}=: {_REFUSED[key]}" for key in refused))


def _missing(schema: str) -> Iterator[str]:
    module, package = PACKAGES.get(schema, ("", ""))
    if module and find_spec(module) is None:
        yield f'{schema}:// needs a package that is not installed. Install "{package}" into its environment'


def _parameters(url: str) -> Iterator[str]:
    yield from dict.fromkeys(key for key, _ in _pairs(url))


def _pairs(url: str) -> Iterator[tuple[str, str]]:
    # As Apprise reads them: from the first question mark on, either separator, a leading sign kept.
    query = url.partition("?")[2].replace(";", "&").replace("+", "%2B")
    yield from ((key.strip().lower(), value) for key, value in parse_qsl(query, keep_blank_values=True))


def problems_of(channels: Iterable[Channel]) -> tuple[str, ...]:
    """Return all that is wrong with a set of channels, each a sentence that begins with the name."""
    every = tuple(channels)
    names = {channel.name for channel in every}
    found: list[str] = []
    for channel in every:
        found.extend(f"channel {channel.name!r}: {text}" for text in _problems_of(channel, names))
    return tuple(found)


def _problems_of(channel: Channel, names: set[str]) -> Iterator[str]:
    yield from problems(channel.url)
    yield from _bad_format(channel)
    if channel.rate is not None and not channel.rate > 0:
        yield "rate must be more than 0 messages per minute. Leave it out for no limit"
    if channel.deadline is not None and not 1 <= channel.deadline <= 300:
        yield "deadline must be from 1 to 300 seconds. Leave it out for the default"
    if channel.fallback == channel.name:
        yield "fallback is the channel itself. Name another one"
    elif channel.fallback is not None and channel.fallback not in names:
        yield f"fallback {channel.fallback!r} does not exist. Name one of the channels, or leave it out"
    if not _is_zone(channel.timezone):
        yield f'timezone {channel.timezone!r} is unknown. Write it like "Europe/Berlin"'


def _bad_format(channel: Channel) -> Iterator[str]:
    if channel.format is None or channel.schema not in SERVICES:
        return
    # Text is understood everywhere: what a service cannot show as such is converted for it.
    able = dict.fromkeys((*channel.service.formats, Format.TEXT))
    if channel.format not in able:
        yield f"format {channel.format} is not shown by {channel.schema}://. Write one of {', '.join(able)}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
