"""Runbooks: what is to be done when something breaks, step by step, and what was run of them by whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from statusherd.model.words import Worded

PLACEHOLDER: Final = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]{0,39})\}\Z", re.ASCII)
"""A word of a command that stands for a parameter: the whole word, never a part of one."""
HOLDS: Final = timedelta(hours=1)
"""So long a proposal can be approved."""
_LOST: Final = timedelta(minutes=1)
"""So long after its time limit a run that says nothing has died with the program that ran it."""


class StepKind(StrEnum):
    """How a step is done."""

    MANUAL = "manual"  # by a person, as the text says
    LINK = "link"  # by a person, at an address
    RUN = "run"  # by a command of the allow-list


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may stand in the place of a word of a command: one of `values`, or what `pattern` matches whole.

    One value alone is fixed: nobody has to give it, and nobody can give another.
    """

    name: str
    values: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """An entry of the allow-list. The first word is the absolute path of a program.

    `timeout` are seconds after which it is ended; `output` are the bytes that are kept of what it writes.
    """

    name: str
    words: tuple[str, ...]
    approval: bool = False
    timeout: float = 60.0
    output: int = 64 * 1024

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters in their order, each once."""
        found = (PLACEHOLDER.match(word) for word in self.words)
        return tuple(dict.fromkeys(match[1] for match in found if match))


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `text` is what a person reads; `link` and `command` are empty where it has none.

    `approval`: it is run only once a second person approved it.
    """

    title: str
    text: str = ""
    link: str = ""
    command: str = ""
    parameters: tuple[Parameter, ...] = ()
    approval: bool = False

    @property
    def kind(self) -> StepKind:
        if self.command:
            return StepKind.RUN
        return StepKind.LINK if self.link else StepKind.MANUAL


@dataclass(frozen=True, slots=True)
class Runbook:
    """One runbook. `vendors`, `components` and `services` are globs of what it is suggested for.

    `file` is where it was read, empty where its steps stand in the config.
    """

    name: str
    steps: tuple[Step, ...]
    vendors: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    file: str = ""
    text: str = ""
    """What is read before the first step."""


@dataclass(frozen=True, slots=True)
class Runbooks:
    """All runbooks of an installation, and the commands that they may name."""

    every: tuple[Runbook, ...] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A step as it would be run: exactly these words, with these values of its parameters.

    `number` is the place of the step in its runbook, from 1.
    """

    runbook: str
    number: int
    title: str
    command: Command
    argv: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    approval: bool = False


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A step that runs something, and cannot be run with the values given: why, as a sentence."""

    number: int
    title: str
    command: Command
    approval: bool
    problem: str


class RunState(Worded):
    """How far a run got."""

    WAITING = "waiting", "waits until another person approves it"
    EXPIRED = "expired", "nobody approved it in time"
    RUNNING = "running", "is being run"
    DONE = "done", "was done"
    FAILED = "failed", "ended with an error"
    TIMED_OUT = "timed_out", "took too long and was ended"
    STOPPED = "stopped", "was ended by a person, or with the program that ran it"
    NOT_STARTED = "not_started", "could not be started"
    LOST = "lost", "the program that ran it died: nobody knows how it ended"

    @property
    def is_over(self) -> bool:
        return self not in (RunState.WAITING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked to be run, and what became of it. Times are UTC.

    `number` is given by the store, 0 before; `step` counts from 1. `values` are those of the parameters,
    `argv` the words that were run. `output` is plain text; `exit_code` is below 0 where a signal ended it.
    `timeout` are seconds.
    """

    number: int
    runbook: str
    step: int
    title: str
    command: str
    argv: tuple[str, ...]
    asked_by: str
    asked_at: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 60.0
    state: RunState = RunState.WAITING
    incident: int | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    output: str = ""

    def state_at(self, now: datetime) -> RunState:
        """Return how far it got, also where whoever had to write that down is gone."""
        if self.state is RunState.WAITING and now >= self.asked_at + HOLDS:
            return RunState.EXPIRED
        if self.state is RunState.RUNNING and self.began_at is not None:
            return RunState.LOST if now > self.began_at + self.patience else RunState.RUNNING
        return self.state

    @property
    def patience(self) -> timedelta:
        """How long after its begin it is waited for."""
        return timedelta(seconds=self.timeout) + _LOST
