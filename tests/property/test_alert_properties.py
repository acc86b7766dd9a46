"""Any course of events under any configuration: nobody is told twice, every beginning has its end, all has its reason."""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, time, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "acceptance"))

from stories import Story

from statusherd.model.delivery import Decision, Delivery, Reason
from statusherd.model.errors import FailureKind, FetchError
from statusherd.model.hours import Window, is_on, parse_window
from statusherd.model.oncall import Person, Roster, Rotation, Rule
from statusherd.model.routing import DEFAULT_EVENTS, EVENTS, Route
from statusherd.model.services import Dependency, Service
from statusherd.model.silences import Silence
from statusherd.model.words import ChangeKind, Impact, Phase, Severity, Status
from statusherd.notify.channels import Channel
from statusherd.notify.threads import incident_thread, thread_id
from statusherd.notify.updates import standing
from statusherd.respond.handovers import every
from statusherd.respond.services import ServiceMap
from statusherd.store import changes, conversations, held, outbox, silences
from statusherd.store.engine import Store
from statusherd.testing import FAILED, MAYBE_SENT, REFUSED, SENT, StatusPage

NIGHT: Final = (parse_window("22:00-07:00"),)
OFFICE: Final = (parse_window("Mon-Fri 08:00-18:00"),)
NAMES: Final = ("acme", "bolt")
SPARE: Final = "spare"
URL: Final = "json://127.0.0.1:9/"
SERVICES: Final = (
    Service("checkout", 1, "shop", (Dependency("acme", "API"), Dependency("bolt"))),
    Service("search", 2, "find", (Dependency("acme", "Website"),), fallback="The old index is used."),
)
TEAMS: Final = {"shop": ("shop",), "find": ("find", "shop")}
ROSTER: Final = Roster(
    {name: Person(name, (name,)) for name in ("ada", "bob")},
    {
        "primary": Rotation(
            "primary",
            "UTC",
            ("ada", "bob"),
            Rule(date(2026, 6, 1)),
            every(timedelta(days=1), date(2026, 6, 1), time(9)),
        )
    },
)

# What there is


@dataclass(frozen=True)
class House:
    """A configuration."""

    routes: tuple[Route, ...]
    quiet: dict[str, tuple[Window, ...]]
    has_services: bool
    components: tuple[str, ...]
    min_impact: Impact
    has_fallback: bool


ROUTES = st.builds(
    Route,
    name=st.just("route"),
    vendors=st.sampled_from([(), (), ("acme",)]),
    components=st.sampled_from([(), (), (), ("API",)]),
    severity=st.sampled_from([None, None, Severity.SEV3, Severity.SEV2]),
    events=st.sampled_from([DEFAULT_EVENTS, EVENTS, frozenset({"incident"})]),
    channels=st.lists(
        st.sampled_from(["ops", "chat", "owner", "oncall:primary"]), min_size=1, max_size=3, unique=True
    ).map(tuple),
    go_on=st.booleans(),
    hold=st.sampled_from([0.0, 180.0]),
    hours=st.sampled_from([(), (), OFFICE]),
)
EVERYTHING: Final = Route("everything", events=EVENTS, channels=("ops",), go_on=True)
HOUSES = st.builds(
    House,
    routes=st.one_of(
        st.lists(ROUTES, min_size=1, max_size=3).map(tuple),
        st.lists(ROUTES, max_size=2).map(lambda routes: (EVERYTHING, *routes)),
    ),
    quiet=st.fixed_dictionaries({"ops": st.just(()), "chat": st.sampled_from([(), NIGHT])}),
    has_services=st.booleans(),
    components=st.sampled_from([(), (), ("API",)]),
    min_impact=st.sampled_from([Impact.NONE, Impact.NONE, Impact.MAJOR]),
    has_fallback=st.booleans(),
)

# What happens

Course = list[tuple[str, object]]
WEIGHTS: Final = {
    "open": 3, "update": 5, "edit": 5, "resolve": 3, "reopen": 2, "answer": 4, "withdraw": 1, "component": 1,
    "page": 1, "maintain": 1, "fail": 1, "mend": 1, "silence": 2, "expire": 1, "lose": 1, "restart": 2,
    "wait": 2,
}  # fmt: skip
"""How often each thing happens, beside the others."""
IMPACTS: Final = (Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)
PARTS: Final[tuple[tuple[str, ...], ...]] = ((), ("API",), ("Website",), ("API", "Website"))


def _course(seed: int, length: int) -> Course:
    """Return a course of events; drawn by weight, which hypothesis does not do by itself."""
    rng = random.Random(seed)
    names = rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=length)
    return [(name, _value(name, rng)) for name in names]


def _value(name: str, rng: random.Random) -> object:
    which = rng.randrange(2)
    values: dict[str, object] = {
        "open": (rng.choice(IMPACTS), rng.choice(PARTS)),
        "update": (which, rng.choice([Phase.IDENTIFIED, Phase.MONITORING])),
        "edit": (which, rng.choice(IMPACTS), rng.choice(PARTS)),
        "resolve": which,
        "reopen": which,
        "withdraw": which,
        "answer": rng.choice([SENT, FAILED, REFUSED]),
        "component": (
            rng.choice(["API", "Website"]),
            rng.choice([Status.OPERATIONAL, Status.DEGRADED, Status.MAJOR_OUTAGE]),
        ),
        "page": rng.choice([None, *Status]),
        "maintain": rng.randint(1, 600),
        "fail": rng.choice(NAMES),
        "mend": rng.choice(NAMES),
        "silence": rng.randint(1, 10),
        "wait": rng.randint(1, 900),
    }
    return values.get(name)


STEPS = st.builds(_course, seed=st.integers(0, 2**32), length=st.integers(4, 14))


@dataclass
class Play:
    """A course of events: the story, and what was asked and posted in it."""

    story: Story
    asked: list[Silence] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)

    @property
    def page(self) -> StatusPage:
        return self.story.page

    async def step(self, what: str, value: object) -> None:
        story = self.story
        if what == "restart":
            await story.restart()
        elif what == "wait":
            await story.look(minutes=value)
        elif what in ("silence", "expire"):
            await self._hush(what, value)
        elif what == "fail":
            story.break_page(value, FetchError(FailureKind.CONNECT, "refused"))
        elif what == "mend":
            story.mend_page(value)
        elif what == "answer":
            story.sender.outcomes["ops"] = value
        elif what == "lose":
            story.sender.next_outcomes.append(MAYBE_SENT)
        else:
            _POST[what](self, value)
        await story.look(minutes=2)

    async def _hush(self, what: str, hours: object) -> None:
        now = self.story.clock.now()
        if what == "silence":
            silence = Silence(now, now + timedelta(hours=hours), "ada", "why", vendors=("acme",))
            self.asked.append(await self.story.store.write(lambda conn: silences.add(conn, silence, now)))
        elif self.asked:
            last = self.asked[-1]
            if await self.story.store.write(lambda conn: silences.expire(conn, last.id, now)):
                self.asked[-1] = replace(last, ends_at=now)

    async def finish(self) -> None:
        """Let all be over, and every wait end: a weekend is longer than any."""
        self.story.sender.outcomes.clear()
        self.story.sender.next_outcomes.clear()
        for name in NAMES:
            self.story.mend_page(name)
        for incident in self.posted:
            self.page.resolve(incident)
        for window in self.windows:
            self.page.end_maintenance(window)
        for name in ("API", "Website"):
            self.page.set_component(name, Status.OPERATIONAL)
        _turn(self, Status.OPERATIONAL)
        await self.story.look(times=4)
        await self.story.look(minutes=240, times=24)

    # What a page does

    def open(self, value: tuple[Impact, tuple[str, ...]]) -> None:
        impact, parts = value
        self.posted.append(self.page.open(f"Trouble {len(self.posted)}", impact, parts))

    def one(self, which: int) -> Iterator[str]:
        """Yield the incident that is meant, if there is one."""
        if self.posted:
            yield self.posted[which % len(self.posted)]

    def update(self, value: tuple[int, Phase]) -> None:
        for incident in self.one(value[0]):
            self.page.update(incident, value[1])

    def resolve(self, which: int) -> None:
        for incident in self.one(which):
            self.page.resolve(incident)

    def edit(self, value: tuple[int, Impact, tuple[str, ...]]) -> None:
        for incident in self.one(value[0]):
            self.page.edit(incident, impact=value[1], components=value[2])

    def withdraw(self, which: int) -> None:
        for incident in self.one(which):
            self.page.withdraw(incident)
            self.posted.remove(incident)

    def maintain(self, minutes: int) -> None:
        now = self.story.clock.now()
        begins = now + timedelta(minutes=minutes)
        self.windows.append(self.page.schedule_maintenance("Move", begins, begins + timedelta(hours=1)))


def _turn(play: Play, state: Status | None) -> None:
    play.page.rollup = state
    play.page._change()


_POST: Final[dict[str, Callable[[Play, object], None]]] = {
    "open": Play.open,
    "update": Play.update,
    "resolve": Play.resolve,
    "reopen": lambda play, which: play.update((which, Phase.INVESTIGATING)),
    "edit": Play.edit,
    "withdraw": Play.withdraw,
    "component": lambda play, value: play.page.set_component(*value),
    "page": _turn,
    "maintain": Play.maintain,
}


async def _play(folder: Path, house: House, steps: list[tuple[str, object]], start: int) -> None:
    facts = {"components": house.components, "min_impact": house.min_impact}
    story = Story(folder, NAMES, routes=house.routes, **facts)
    names = ("ops", "chat", "shop", "find", "ada", "bob", SPARE)
    channels = {name: Channel(name, URL, quiet=house.quiet.get(name, ())) for name in names}
    if house.has_fallback:
        channels["ops"] = replace(channels["ops"], fallback=SPARE)
    services = ServiceMap(SERVICES) if house.has_services else ServiceMap()
    story.setup = replace(story.setup, channels=channels, services=services, teams=TEAMS, roster=ROSTER)
    async with story:
        await story.look(minutes=start)
        play = Play(story)
        await play.step("open", (Impact.MAJOR, ("API",)))
        for what, value in steps:
            await play.step(what, value)
        await play.finish()
        _Judge(play, house).judge()


# What must hold


class _Judge:
    """What was decided and sent in a course of events, and the rules that no course may break."""

    def __init__(self, play: Play, house: House) -> None:
        self.play, self.house = play, house
        read = play.story.store.read_now
        logged = read(lambda conn: changes.changes_of(conn, limit=10_000))
        self.change = {entry.number: entry.change for entry in logged}
        self.decisions: dict[int, tuple[Decision, ...]] = {
            n: read(lambda conn, n=n: conversations.decisions_of(conn, n)) for n in self.change
        }
        attempts = play.story.sender.attempts
        self.made: dict[str, Delivery] = {a.delivery.dedup_key: a.delivery for a in attempts}
        self.sent = [attempt.delivery for attempt in play.story.sender.sent]

    def judge(self) -> None:
        self._every_change_has_a_reason()
        self._nothing_is_left()
        self._what_is_decided_is_sent()
        self._nothing_is_told_twice()
        self._every_beginning_has_its_end()
        for delivery in self.made.values():
            if not _stands_in(delivery):
                self._was_the_time_right(delivery)

    def _every_change_has_a_reason(self) -> None:
        for number, change in self.change.items():
            assert self.decisions[number], f"nothing was decided on {change}"
            assert all(each.reason.sentence for each in self.decisions[number])

    def _nothing_is_left(self) -> None:
        read = self.play.story.store.read_now
        assert read(held.next_due) is None, "nothing waits for good"
        assert read(outbox.pending_count) == 0

    def _what_is_decided_is_sent(self) -> None:
        told = {
            (number, each.channel)
            for number, several in self.decisions.items()
            for each in several
            if each.told and each.reason is not Reason.SUMMED_UP
        }
        missed = ChangeKind.MISSED
        made = {(d.change_number, d.channel) for d in self.made.values() if d.alert.change.kind is not missed}
        assert made == told

    def _nothing_is_told_twice(self) -> None:
        keys = [delivery.dedup_key for delivery in self.sent]
        assert len(keys) == len(set(keys))
        last: dict[tuple[str, str], object] = {}
        for delivery in self.sent:
            alert = delivery.alert
            place, stand = (alert.thread.id, delivery.channel), (*standing(alert.change), alert.ends)
            moved = alert.added or alert.severity_before is not None
            assert moved or last.get(place) != stand, f"told twice: {place} {stand}"
            last[place] = stand

    def _every_beginning_has_its_end(self) -> None:
        begun, over = set(), self._taken_over()
        for delivery in sorted(self.made.values(), key=lambda each: each.id):
            alert, channel = delivery.alert, delivery.channel
            place = (alert.thread.id, channel)
            if alert.change.kind is ChangeKind.FIRST_LOOK:
                vendor = alert.change.vendor
                begun |= {(incident_thread(vendor, i.id), channel) for i in alert.change.incidents}
            begun.add(place)
            over.discard(place)
            if alert.ends:
                over.add(place)
        assert begun <= over | self._taken_over(), f"begun and not ended: {begun - over}"

    def _taken_over(self) -> set[tuple[str, str]]:
        """Return the disturbances that an incident took over, to whom."""
        return {
            (thread_id(self.change[number]), each.channel)
            for number, several in self.decisions.items()
            for each in several
            if each.reason is Reason.PART_OF_INCIDENT and each.channel
        }

    def _was_the_time_right(self, delivery: Delivery) -> None:
        alert, at = delivery.alert, delivery.created_at
        assert at is not None
        about = alert.change.vendor
        for silence in self.play.asked:
            assert about != "acme" or not silence.starts_at < at < silence.ends_at, "told inside a silence"
        if alert.severity is Severity.SEV1:
            return
        quiet = self.house.quiet.get(delivery.channel, ())
        assert not is_on(quiet, at, UTC), "told in quiet hours"
        if all(route.hours for route in self.house.routes) and delivery.channel != SPARE:
            assert is_on(OFFICE, at, UTC), "told outside of the hours of every route"


def _stands_in(delivery: Delivery) -> bool:
    """Tell whether a message is one of another channel: it was decided on before."""
    return delivery.channel == SPARE and delivery.alert.number == 1


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store, to be copied."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.mark.timeout(300)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(house=HOUSES, steps=STEPS, start=st.integers(1, 1440))
def test_whatever_happens_under_whatever_configuration(
    empty: Path, house: House, steps: list[tuple[str, object]], start: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copyfile(empty, Path(folder) / "story.db")
        asyncio.run(_play(Path(folder), house, steps, start))
