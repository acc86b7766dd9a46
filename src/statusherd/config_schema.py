"""The keys of a config file and what may stand in each. Every field may be absent.

What needs more than one key to judge (names that must exist, intervals that depend on an address) is
judged in `config_reader`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import ErrorDetails

from statusherd.config_incident_values import parse_criteria
from statusherd.config_intake_values import parse_intake_name, parse_paths, parse_severities
from statusherd.config_maintenance_values import parse_begin, parse_end, parse_reminders
from statusherd.config_probe_values import (
    parse_endpoint,
    parse_false_alarms,
    parse_host,
    parse_statuses,
)
from statusherd.config_problems import KeyPath, Problems, unknown_key
from statusherd.config_runbook_values import parse_line
from statusherd.config_service_values import (
    Need,
    parse_lower_tiers,
    parse_matrix_row,
    parse_needs,
)
from statusherd.config_values import (
    Handover,
    SecretPlace,
    between,
    parse_channel_name,
    parse_dates,
    parse_day,
    parse_duration,
    parse_events,
    parse_handover,
    parse_header_text,
    parse_name,
    parse_order,
    parse_rate,
    parse_rule,
    parse_secret,
    parse_size,
    parse_texts,
    parse_web_address,
    parse_windows,
    parse_zone,
    word_of,
)
from statusherd.config_web_values import Listen, parse_base_url, parse_listen
from statusherd.model.hours import Window
from statusherd.model.intake import IncidentPer
from statusherd.model.pacing import Digest, GroupBy, Updates, parse_digest
from statusherd.model.words import Impact, Severity
from statusherd.notify.channels import Format
from statusherd.notify.languages import LANGUAGES
from statusherd.respond.lifecycle import Criterion

Secret = Annotated[SecretPlace, PlainValidator(parse_secret)]
WebAddress = Annotated[str, PlainValidator(parse_web_address)]
Zone = Annotated[str, PlainValidator(parse_zone)]
Name = Annotated[str, PlainValidator(parse_name)]
Texts = Annotated[tuple[str, ...], PlainValidator(parse_texts)]
Line = Annotated[str, PlainValidator(parse_line)]
Interval = Annotated[float, PlainValidator(between(parse_duration, "1s", "1d"))]
Timeout = Annotated[float, PlainValidator(between(parse_duration, "1s", "2m"))]
MatrixRow = Annotated[tuple[Severity, Severity, Severity], PlainValidator(parse_matrix_row)]
Size = Annotated[int, PlainValidator(between(parse_size, "1KiB", "64MiB"))]
Windows = Annotated[tuple[Window, ...], PlainValidator(parse_windows)]
Hold = Annotated[float, PlainValidator(between(parse_duration, "1s", "1h"))]
Pause = Annotated[float, PlainValidator(between(parse_duration, "1s", "1d"))]
Criteria = Annotated[tuple[Criterion, ...], PlainValidator(parse_criteria)]
Flap = Annotated[float, PlainValidator(between(parse_duration, "0s", "7d"))]


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


class Heartbeat(Section):
    url: Secret | None = None
    interval: Annotated[float, PlainValidator(between(parse_duration, "10s", "1h"))] | None = None


class Web(Section):
    listen: Annotated[Listen, PlainValidator(parse_listen)] | None = None
    url: Annotated[str, PlainValidator(parse_base_url)] | None = None
    admin_token: Secret | None = None


class IntakeMapping(Section):
    alerts: Name | None = None
    key: Annotated[tuple[str, ...], PlainValidator(parse_paths)] = ()
    state: Name | None = None
    firing: Texts = ()
    resolved: Texts = ()
    title: Name | None = None
    text: Name | None = None
    severity: Name | None = None
    severities: Annotated[Mapping[str, Severity], PlainValidator(parse_severities)] = {}
    service: Name | None = None
    group: Name | None = None
    labels: Name | None = None
    started_at: Name | None = None
    ended_at: Name | None = None
    url: Name | None = None
    id: Name | None = None


class Intake(Section):
    name: Annotated[str, PlainValidator(parse_intake_name)] | None = None
    kind: Name | None = None
    token: Secret | None = None
    secret: Secret | None = None
    open: bool = False
    service: Name | None = None
    service_label: Name | None = None
    per: Annotated[str, PlainValidator(word_of(IncidentPer))] | None = None
    opens_at: Annotated[str, PlainValidator(word_of(Severity))] | None = None
    severity: Annotated[str, PlainValidator(word_of(Severity))] | None = None
    resolves: bool | None = None
    vendor: Name | None = None
    mapping: IntakeMapping = IntakeMapping()


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
    token: Secret | None = None
    upstream: Texts = ()
    support: Line | None = None
    contract: Line | None = None


class Channel(Section):
    name: Annotated[str, PlainValidator(parse_channel_name)] | None = None
    url: Secret | None = None
    format: Annotated[str, PlainValidator(word_of(Format))] | None = None
    rate: Annotated[float, PlainValidator(parse_rate)] | None = None
    fallback: Name | None = None
    timezone: Zone | None = None
    quiet: Windows = ()
    template: Name | None = None
    language: Annotated[str, PlainValidator(word_of(LANGUAGES))] | None = None


class Team(Section):
    name: Name | None = None
    channels: Texts = ()


class Service(Section):
    name: Name | None = None
    tier: Annotated[int, Field(ge=1, le=3)] | None = None
    owner: Name | None = None
    depends_on: Annotated[tuple[Need, ...], PlainValidator(parse_needs)] = ()
    fallback: Name | None = None
    runbook: WebAddress | None = None
    tags: Texts = ()


class Matrix(Section):
    critical: MatrixRow | None = None
    major: MatrixRow | None = None
    minor: MatrixRow | None = None


class SeverityRules(Section):
    matrix: Matrix = Matrix()
    business_hours: Windows = ()
    timezone: Zone | None = None
    lower_outside: Annotated[tuple[int, ...], PlainValidator(parse_lower_tiers)] | None = None


class Match(Section):
    vendor: Texts = ()
    component: Texts = ()
    region: Texts = ()
    severity: Annotated[str, PlainValidator(word_of(Severity))] | None = None
    event: Annotated[frozenset[str], PlainValidator(parse_events)] | None = None
    tags: Texts = ()
    service: Texts = ()
    owner: Texts = ()


class Route(Section):
    match: Match = Match()
    channels: Texts = ()
    continue_: bool = Field(default=False, alias="continue")
    hold: Hold | None = None
    flap: Flap | None = None
    hours: Windows = ()
    timezone: Zone | None = None
    reminders: Annotated[tuple[float, ...], PlainValidator(parse_reminders)] = ()
    updates: Annotated[str, PlainValidator(word_of(Updates))] | None = None
    group_by: Annotated[str, PlainValidator(word_of(GroupBy))] | None = None
    group_wait: Pause | None = None
    group_interval: Pause | None = None
    repeat: Annotated[float, PlainValidator(between(parse_duration, "5m", "4w"))] | None = None
    digest: Annotated[Digest, PlainValidator(parse_digest)] | None = None


class Quorum(Section):
    vendors: Annotated[int, Field(ge=2, le=1000)] | None = None
    within: Annotated[float, PlainValidator(between(parse_duration, "1m", "2h"))] | None = None


class EnterPhase(Section):
    triaged: Criteria = ()
    investigating: Criteria = ()
    mitigated: Criteria = ()
    resolved: Criteria = ()
    closed: Criteria | None = None


class LeavePhase(Section):
    detected: Criteria = ()
    triaged: Criteria = ()
    investigating: Criteria = ()
    mitigated: Criteria = ()
    resolved: Criteria = ()


class Correlation(Section):
    automatic: Annotated[float, Field(ge=0.5, le=0.99)] | None = None


class IncidentRules(Section):
    reopen_within: Annotated[float, PlainValidator(between(parse_duration, "0s", "1d"))] | None = None
    enter: EnterPhase = EnterPhase()
    leave: LeavePhase = LeavePhase()


class Probe(Section):
    vendor: Name | None = None
    name: Name | None = None
    http: WebAddress | None = None
    tcp: Annotated[str, PlainValidator(parse_endpoint)] | None = None
    dns: Annotated[str, PlainValidator(parse_host)] | None = None
    tls: Annotated[str, PlainValidator(parse_endpoint)] | None = None
    interval: Interval | None = None
    timeout: Annotated[float, PlainValidator(between(parse_duration, "100ms", "30s"))] | None = None
    attempts: Annotated[int, Field(ge=1, le=30)] | None = None
    expect_status: Annotated[tuple[int, ...], PlainValidator(parse_statuses)] = ()
    components: Texts = ()
    regions: Texts = ()


class Early(Section):
    false_alarms: Annotated[float, PlainValidator(parse_false_alarms)] | None = None
    reports: Annotated[int, Field(ge=1, le=1000)] | None = None
    report_window: Annotated[float, PlainValidator(between(parse_duration, "1m", "1d"))] | None = None
    calm: Annotated[float, PlainValidator(between(parse_duration, "1m", "1d"))] | None = None
    keep: Annotated[float, PlainValidator(between(parse_duration, "1d", "90d"))] | None = None


class Drill(Section):
    channels: Texts = ()


class Freeze(Section):
    name: Name | None = None
    from_: Annotated[datetime | None, PlainValidator(parse_begin)] = Field(default=None, alias="from")
    until: Annotated[datetime | None, PlainValidator(parse_end)] = None
    rrule: Annotated[str, PlainValidator(parse_rule)] | None = None
    services: Texts = ()
    timezone: Zone | None = None


class Person(Section):
    name: Name | None = None
    channels: Texts = ()
    timezone: Zone | None = None


class OnCall(Section):
    name: Name | None = None
    timezone: Zone | None = None
    people: Annotated[tuple[str, ...], PlainValidator(parse_order)] = ()
    start: Annotated[date, PlainValidator(parse_day)] | None = None
    every: Annotated[float, PlainValidator(between(parse_duration, "1h", "52w"))] | None = None
    handover: Annotated[Handover, PlainValidator(parse_handover)] | None = None
    rrule: Annotated[str, PlainValidator(parse_rule)] | None = None
    cron: Annotated[str, PlainValidator(parse_rule)] | None = None


class EscalationStep(Section):
    channels: Texts = ()
    wait: Annotated[float, PlainValidator(between(parse_duration, "1m", "1d"))] = 600.0


class Escalation(Section):
    name: Name | None = None
    steps: list[EscalationStep] = []
    repeat: Annotated[int, Field(ge=0, le=100)] = 0


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


def _nested(kind: type[Section], key: str) -> type[Section]:
    """Return the kind of the table that stands in a table under `key`."""
    found = type(kind.model_fields[key].get_default())
    assert issubclass(found, Section)
    return found


_SENTENCES: Final[dict[str, str]] = {
    "int_type": "must be a whole number. Write it without quotes",
    "bool_type": "must be true or false. Write it without quotes",
    "model_type": 'must be a table. Write it like { key = "value" }',
}


def _sentence(kind: type[Section], mistake: ErrorDetails) -> str:
    context: dict[str, Any] = mistake.get("ctx", {})
    if mistake["type"] == "extra_forbidden":
        *parents, key = mistake["loc"]
        known = keys(_nested(kind, str(parents[0])) if parents else kind)
        return unknown_key(str(key), known)
    if mistake["type"] == "value_error":
        return str(context["error"])
    if mistake["type"] in ("greater_than_equal", "less_than_equal"):
        bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
        return f"is out of bounds. Take {bound}"
    return _SENTENCES.get(mistake["type"], mistake["msg"])
