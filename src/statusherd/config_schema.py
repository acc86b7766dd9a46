"""The keys of a config file and what may stand in each. Every field may be absent.

What needs more than one key to judge (names that must exist, intervals that depend on an address) is
judged in `config_reader`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import ErrorDetails

from statusherd.config_problems import KeyPath, Problems, unknown_key
from statusherd.config_values import (
    SecretPlace,
    between,
    parse_dates,
    parse_duration,
    parse_events,
    parse_header_text,
    parse_name,
    parse_rate,
    parse_secret,
    parse_size,
    parse_texts,
    parse_web_address,
    parse_windows,
    parse_zone,
    word_of,
)
from statusherd.model.hours import Window
from statusherd.model.words import Impact, Severity
from statusherd.notify.channels import Format

Secret = Annotated[SecretPlace, PlainValidator(parse_secret)]
WebAddress = Annotated[str, PlainValidator(parse_web_address)]
Zone = Annotated[str, PlainValidator(parse_zone)]
Name = Annotated[str, PlainValidator(parse_name)]
Texts = Annotated[tuple[str, ...], PlainValidator(parse_texts)]
Interval = Annotated[float, PlainValidator(between(parse_duration, "1s", "1d"))]
Timeout = Annotated[float, PlainValidator(between(parse_duration, "1s", "2m"))]
Size = Annotated[int, PlainValidator(between(parse_size, "1KiB", "64MiB"))]
Windows = Annotated[tuple[Window, ...], PlainValidator(parse_windows)]
Hold = Annotated[float, PlainValidator(between(parse_duration, "1s", "1h"))]
Flap = Annotated[float, PlainValidator(between(parse_duration, "1m", "7d"))]


class Section(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Daemon(Section):
    data_dir: Name | None = None
    timezone: Zone | None = None
    log_level: Annotated[str, PlainValidator(word_of(("debug", "info", "warning", "error")))] | None = None
    holidays: Annotated[tuple[date, ...], PlainValidator(parse_dates)] = ()


class Database(Section):
    url: Secret | None = None


class Http(Section):
    interval: Interval | None = None
    timeout: Timeout | None = None
    max_body: Size | None = None
    concurrency: Annotated[int, Field(ge=1, le=2000)] | None = None
    per_host: Annotated[int, Field(ge=1, le=100)] | None = None
    contact: Annotated[str, PlainValidator(parse_header_text)] | None = None
    proxy: Secret | None = None
    allow_private: bool | None = None


class Vendor(Section):
    name: Name | None = None
    title: Name | None = None
    page: WebAddress | None = None
    endpoint: WebAddress | None = None
    format: Name | None = None
    components: Texts = ()
    regions: Texts = ()
    min_impact: Annotated[str, PlainValidator(word_of(i for i in Impact if i != "unknown"))] | None = None
    interval: Interval | None = None
    tags: Texts = ()


class Channel(Section):
    name: Name | None = None
    url: Secret | None = None
    format: Annotated[str, PlainValidator(word_of(Format))] | None = None
    rate: Annotated[float, PlainValidator(parse_rate)] | None = None
    fallback: Name | None = None
    timezone: Zone | None = None
    quiet: Windows = ()


class Match(Section):
    vendor: Texts = ()
    component: Texts = ()
    region: Texts = ()
    severity: Annotated[str, PlainValidator(word_of(Severity))] | None = None
    event: Annotated[frozenset[str], PlainValidator(parse_events)] | None = None
    tags: Texts = ()


class Route(Section):
    match: Match = Match()
    channels: Texts = ()
    continue_: bool = Field(default=False, alias="continue")
    hold: Hold | None = None
    flap: Flap | None = None
    hours: Windows = ()
    timezone: Zone | None = None


SectionT = TypeVar("SectionT", bound=Section)


def read_section(kind: type[SectionT], raw: object, path: KeyPath, problems: Problems) -> SectionT:
    """Return a table with what is right in it; note what is wrong."""
    if not isinstance(raw, dict):
        problems.add(path, "must be a table. Write its keys below a [header]")
        return kind()
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        mistakes = error.errors(include_url=False, include_input=False)
    for mistake in mistakes:
        problems.add((*path, *mistake["loc"]), _sentence(kind, mistake))
    wrong = {mistake["loc"][0] for mistake in mistakes}
    # Every field has a default and is judged alone: what is left is right.
    return kind.model_validate({key: value for key, value in raw.items() if key not in wrong})


def keys(kind: type[Section]) -> tuple[str, ...]:
    """Return the keys that may stand in a table."""
    return tuple(item.alias or name for name, item in kind.model_fields.items())


_SENTENCES: Final[dict[str, str]] = {
    "int_type": "must be a whole number. Write it without quotes",
    "bool_type": "must be true or false. Write it without quotes",
    "model_type": 'must be a table. Write it like { vendor = "github" }',
}


def _sentence(kind: type[Section], mistake: ErrorDetails) -> str:
    context: dict[str, Any] = mistake.get("ctx", {})
    if mistake["type"] == "extra_forbidden":
        *parents, key = mistake["loc"]
        known = keys(Match) if parents else keys(kind)
        return unknown_key(str(key), known)
    if mistake["type"] == "value_error":
        return str(context["error"])
    if mistake["type"] in ("greater_than_equal", "less_than_equal"):
        bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
        return f"is out of bounds. Take {bound}"
    return _SENTENCES.get(mistake["type"], mistake["msg"])
