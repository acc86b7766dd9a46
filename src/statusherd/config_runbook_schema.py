"""The keys of [runbooks], [[runbook]] and the steps of one, in the config or in a file of its own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator

from statusherd.config_runbook_values import (
    parse_list,
    parse_parameters,
    parse_table,
    parse_text,
    parse_words,
)
from statusherd.config_schema import Line, Name, Section, Texts, WebAddress
from statusherd.config_values import between, parse_duration, parse_size
from statusherd.model.runbooks import Parameter

Text = Annotated[str, PlainValidator(parse_text)]


class Allowed(Section):
    """The table [runbooks]."""

    commands: Annotated[dict[str, Any], PlainValidator(parse_table)] = Field(default_factory=dict)


class Command(Section):
    """One of its commands, where more is said of it than its words."""

    argv: Annotated[tuple[str, ...], PlainValidator(parse_words)] | None = None
    approval: bool = False
    timeout: Annotated[float, PlainValidator(between(parse_duration, "1s", "1h"))] | None = None
    output: Annotated[int, PlainValidator(between(parse_size, "1KiB", "1MiB"))] | None = None


class Runbook(Section):
    """A [[runbook]]."""

    name: Line | None = None
    file: Name | None = None
    vendors: Texts = ()
    components: Texts = ()
    services: Texts = ()
    text: Text | None = None
    steps: Annotated[list[Any], PlainValidator(parse_list)] = Field(default_factory=list)


class RunbookFile(Section):
    """A file in TOML that a [[runbook]] names."""

    text: Text | None = None
    steps: Annotated[list[Any], PlainValidator(parse_list)] = Field(default_factory=list)


class Step(Section):
    """One of the steps."""

    title: Line | None = None
    text: Text | None = None
    manual: Text | None = None
    link: WebAddress | None = None
    run: Line | None = None
    params: Annotated[tuple[Parameter, ...], PlainValidator(parse_parameters)] = ()
    approval: bool = False
