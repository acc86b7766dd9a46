"""The language of the scenarios in tests/scenarios: one TOML file each, read strictly.

A file has the keys of `Scenario`, and a `[[step]]` for each of the keys of `Step`. Time passes up to `at`,
then what the step says happens at once, then all vendors are looked at and what is due is told. What is
expected is all: a message or an answer that `told` or `not_told` do not list fails the scenario.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from statusherd.model.errors import FailureKind
from statusherd.model.words import Impact, Phase, Severity, Status

FOLDER: Final = Path(__file__).resolve().parents[1] / "scenarios"
START: Final = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
"""A Monday."""
T = TypeVar("T")


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Many = Annotated[tuple[T, ...], BeforeValidator(_listed)]
"""One of something, or a list of them."""


class Strict(BaseModel):
    """A table of which every key must be known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Open(Strict):
    """An incident is posted. `is` names it for later steps; `began` is how long ago, or a time."""

    name: str = Field("incident", alias="is")
    title: str = "API errors"
    impact: Impact = Impact.MAJOR
    on: tuple[str, ...] = ()
    text: str | None = None
    text_times: int = 1
    began: str | None = None
    moves: bool = True
    """Whether the page shows the components that it names in trouble."""


class Update(Strict):
    """The vendor posts on an incident."""

    of: str = "incident"
    to: Phase
    text: str | None = None


class Edit(Strict):
    """The vendor changes an incident without a word."""

    of: str = "incident"
    title: str | None = None
    impact: Impact | None = None
    on: tuple[str, ...] | None = None
    text: str | None = None


class Over(Strict):
    """An incident is posted that is over already; `times` of them, each a day before the other."""

    name: str = Field("over", alias="is")
    title: str
    impact: Impact = Impact.MAJOR
    began: str
    ended: str
    times: int = 1


class Maintenance(Strict):
    """A maintenance is announced."""

    name: str = Field("maintenance", alias="is")
    title: str = "Move"
    begins: str
    ends: str
    on: tuple[str, ...] = ()


class Move(Strict):
    """The window of a maintenance is moved, or grows."""

    of: str = "maintenance"
    begins: str | None = None
    ends: str | None = None


class Silence(Strict):
    """Somebody asks for quiet."""

    name: str = Field("silence", alias="is")
    vendors: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    events: tuple[str, ...] = ()
    lasts: str


class Override(Strict):
    """Somebody stands in for whoever is on call, from now on."""

    rotation: str
    person: str
    lasts: str


class Flaps(Strict):
    """Incidents that open, are over after `down`, and open again after `up`, so many `times`."""

    title: str = "API went down"
    impact: Impact = Impact.UNKNOWN
    times: int
    down: str
    up: str


class Feed(Strict):
    """A recorded feed of RSS in the folder feeds; its items appear when their time comes."""

    path: str
    file: str


Answer = Literal["works", "fails", "refuses", "loses", "limits"]


class Step(Strict):
    """What happens, and what is heard of it.

    `at` is a time from the step before ("+5m"), the next time the clock shows so much in UTC ("23:00",
    "Mon 08:00"), or an instant. `every`: looks are taken all the way there, not only at the end; with `flaps`,
    so often. `vendor` is whose page is meant, the first one's unless given.

    `told` lists each message as "channel: first words". `not_told` each answer that is no as "channel:
    reason", with "nobody" where it is for no channel in particular; "… until 07:00" where it waits. Of
    components that changed, the answer that the vendor as a whole did not, or that an incident tells it, need
    not be listed. `says` must, `hides` must not stand in one of the messages.
    """

    at: str
    every: str | None = None
    look: bool = True
    vendor: str | None = None
    repeat: int = 1

    open: Many[Open] = ()
    update: Many[Update] = ()
    resolve: Many[str] = ()
    edit: Many[Edit] = ()
    touch: Many[str] = ()
    withdraw: Many[str] = ()
    over: Many[Over] = ()
    component: dict[str, Status] = {}
    """A state for each, "*" for all."""
    page_says: Status | Literal["nothing"] | None = None
    rename: dict[str, str] = {}
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    maintenance: Many[Maintenance] = ()
    begin: Many[str] = ()
    end: Many[str] = ()
    move: Many[Move] = ()
    fails: dict[str, FailureKind] = {}
    """How the page of each vendor fails from now on, "*" for all."""
    works: tuple[str, ...] = ()
    flaps: Flaps | None = None
    feed: Feed | None = None
    serve: dict[str, str] = {}
    """What the vendor's documents are from now on, by path; nothing else is answered."""

    silence: Many[Silence] = ()
    expire: Many[str] = ()
    override: Many[Override] = ()
    channels: dict[str, Answer] = {}
    next: tuple[Answer, ...] = ()
    """How the next sends are answered, whatever the channel."""
    resend: bool = False
    """The dead letters are sent again."""
    config: str | None = None
    """The configuration is read again."""
    restart: bool = False

    told: tuple[str, ...] | None = None
    not_told: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    most: int = 5000
    """So many characters no message is longer than."""

    @model_validator(mode="after")
    def _expects(self) -> Step:
        if self.look and self.told is None:
            raise ValueError("a step with a look says what is told")
        if not self.look and (self.told or self.not_told or self.says or self.hides):
            raise ValueError("nothing is told without a look")
        return self


class Scenario(Strict):
    """A story in a few steps. `cases` are numbers of the list of what users ask and what breaks.

    `config` is a whole configuration; without it one vendor "acme", one channel "ops" and a route to it.
    Vendors that it only names have a page of their own. `first_look`: the story begins with a look at pages
    where all is well. `total` are the messages that each channel got; `dead` those given up, `waiting` those
    not sent yet, `held` those that wait for a time, at the end.
    """

    about: str
    cases: tuple[int, ...] = ()
    config: str | None = None
    start: datetime = START
    components: tuple[str, ...] | int = ("API", "Website")
    first_look: bool = True
    step: tuple[Step, ...] = Field(min_length=1)
    total: dict[str, int]
    dead: int = 0
    waiting: int = 0
    held: int = 0


def files() -> Sequence[Path]:
    """Return the files of all scenarios."""
    return sorted(FOLDER.glob("*.toml"))


def read(path: Path) -> Scenario:
    """Return a scenario; raise ValueError where a key is unknown or a value is of the wrong kind."""
    return Scenario.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


_PART: Final = re.compile(r"(\d+)([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def span(text: str) -> timedelta:
    """Return "1h30m" as a time."""
    if not re.fullmatch(r"(\d+[smhd])+", text):
        raise ValueError(f"{text!r} is no length of time")
    return timedelta(seconds=sum(int(n) * _SECONDS[unit] for n, unit in _PART.findall(text)))


def time_of(text: str, now: datetime) -> datetime:
    """Return "+5m", "-3h", "23:00", "Mon 08:00" or an instant as a time; those of a clock are to come."""
    if text[0] in "+-":
        length = span(text[1:])
        return now + length if text[0] == "+" else now - length
    day, _, shown = text.rpartition(" ")
    if ":" not in shown or len(shown) != 5:
        return datetime.fromisoformat(text).astimezone(UTC)
    there = now.replace(hour=int(shown[:2]), minute=int(shown[3:]), second=0, microsecond=0)
    while there <= now or (day and there.weekday() != _DAYS.index(day)):
        there += timedelta(days=1)
    return there
