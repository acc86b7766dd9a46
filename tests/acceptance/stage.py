"""Plays a scenario: an installation made of its configuration, pages that do what it says, a fake clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from shutil import copyfile
from typing import Final

from scenario import FOLDER, Answer, Feed, Flaps, Scenario, Step, span, time_of
from sqlalchemy import select
from stories import Story

from statusherd.config import Config, load
from statusherd.model.delivery import Decision, SendOutcome
from statusherd.model.errors import FetchError
from statusherd.model.oncall import Override
from statusherd.model.silences import Silence
from statusherd.model.words import Status
from statusherd.setup_reading import setup_of
from statusherd.store import oncall, outbox, silences
from statusherd.store.conversations import decision_of
from statusherd.store.tables import decision
from statusherd.testing import FAILED, MAYBE_SENT, REFUSED, SENT, StatusPage

VENDOR = '[[vendor]]\nname = "acme"\n'
CHANNEL = '[[channel]]\nname = "ops"\nurl = "json://127.0.0.1:9/"\n'
ROUTE = '[[route]]\nchannels = ["ops"]\n'
ANSWERS: Final[dict[Answer, SendOutcome]] = {
    "works": SENT,
    "fails": FAILED,
    "refuses": REFUSED,
    "loses": MAYBE_SENT,
    "limits": SendOutcome(sent=False, detail="told to be full", retry_after=60.0, tried=False),
}
_DATE: Final = re.compile("<pubDate>([^<]+)</pubDate>")
_NAMED: Final = re.compile(r'^\[\[vendor\]\]\s*\nname = "([\w-]+)"', re.MULTILINE)


class Stage(Story):
    """A story of one scenario, on a copy of a store that is new and empty: making one takes longer."""

    def __init__(self, folder: Path, scenario: Scenario, empty: Path) -> None:
        self._folder = folder
        copyfile(empty, folder / "story.db")
        config = self._config(scenario.config or VENDOR + CHANNEL + ROUTE)
        super().__init__(folder, [vendor.name for vendor in config.vendors], page=scenario.components)
        self._components = scenario.components
        self.clock.set(scenario.start)
        self._named: dict[str, str] = {}
        self._silences: dict[str, int] = {}
        self._decisions = 0
        self._attempts = 0
        self._take(config)

    def _config(self, text: str) -> Config:
        """Return what a text configures; vendors that it only names are those of the stage."""
        providers = self._folder / "providers"
        providers.mkdir(exist_ok=True)
        for name in _NAMED.findall(text):
            facts = f'title = "{name.title()}"\naddress = "https://status.{name}.example"\n'
            body = f'name = "{name}"\n{facts}format = "statuspage"\nunverified = true\n'
            (providers / f"{name}.toml").write_text(body)
        path = self._folder / "config.toml"
        path.write_text(text)
        return load(path)

    def _take(self, config: Config) -> None:
        self.setup = setup_of(config)
        self.vendors = dict(self.setup.vendors)
        for name, vendor in self.vendors.items():
            if name not in self.pages:
                self.pages[name] = StatusPage(self.clock, name.title(), self._components)
                self.fetcher.hold_page(vendor.address, self.pages[name])

    # One step

    async def play(self, step: Step) -> None:
        """Let time pass and what a step says happen, then look and tell."""
        there = time_of(step.at, self.clock.now())
        pace = span(step.every).total_seconds() if step.every else None
        while pace and (there - self.clock.now()).total_seconds() > pace:
            await self.look(minutes=pace / 60)
        await self.clock.advance_to(there)
        page = self.pages[step.vendor] if step.vendor else self.page
        self._post(page, step)
        self._plan(page, step)
        self._turn(page, step)
        self._hold(step)
        self._answer(step)
        await self._ask(step)
        if step.restart:
            await self.restart()
        if step.flaps:
            await self._flap(page, step.flaps, pace or 60)
        if step.look:
            await self.look(minutes=0)

    def _post(self, page: StatusPage, step: Step) -> None:
        now = self.clock.now()
        for each in step.open:
            began = time_of(each.began, now) if each.began else None
            more = {} if each.text is None else {"text": each.text * each.text_times}
            self._named[each.name] = page.open(
                each.title, each.impact, each.on, started_at=began, moves_components=each.moves, **more
            )
        for post in step.update:
            page.update(self._named[post.of], post.to, post.text)
        for name in step.resolve:
            page.resolve(self._named[name])
        for edit in step.edit:
            changed = {"title": edit.title, "impact": edit.impact, "components": edit.on, "text": edit.text}
            page.edit(self._named[edit.of], **changed)
        for name in step.touch:
            page.touch(self._named[name])
        for name in step.withdraw:
            page.withdraw(self._named[name])
        for over in step.over:
            for number in range(over.times):
                at = now - timedelta(days=number)
                title = over.title if over.times == 1 else f"{over.title} {number}"
                self._named[over.name] = page.post_after_the_fact(
                    title, over.impact, time_of(over.began, at), time_of(over.ended, at)
                )

    def _plan(self, page: StatusPage, step: Step) -> None:
        now = self.clock.now()
        for each in step.maintenance:
            begins, ends = time_of(each.begins, now), time_of(each.ends, now)
            self._named[each.name] = page.schedule_maintenance(each.title, begins, ends, each.on)
        for name in step.begin:
            page.start_maintenance(self._named[name])
        for name in step.end:
            page.end_maintenance(self._named[name])
        for move in step.move:
            begins = time_of(move.begins, now) if move.begins else None
            ends = time_of(move.ends, now) if move.ends else None
            page.reschedule_maintenance(self._named[move.of], begins, ends)

    def _turn(self, page: StatusPage, step: Step) -> None:
        """Let components turn."""
        for name, state in step.component.items():
            for each in list(page._components) if name == "*" else [name]:
                page.set_component(each, state)
        if step.page_says is not None:
            page.rollup = None if step.page_says == "nothing" else Status(step.page_says)
            page._change()
        for old, new in step.rename.items():
            page.rename_component(old, new)
        for name in step.add:
            page.add_component(name)
        for name in step.remove:
            page.remove_component(name)

    def _hold(self, step: Step) -> None:
        """Let pages fail, work again, or answer with something else."""
        for name, kind in step.fails.items():
            for each in self.vendors if name == "*" else [name]:
                self.break_page(each, FetchError(kind, "it fails as the scenario says"))
        for name in self.vendors if step.works == ("*",) else step.works:
            self.mend_page(name)
        address = self.vendors[step.vendor or next(iter(self.vendors))].address
        if step.serve:
            self._serve(address, step.serve)
        if step.feed:
            self.fetcher.holdings[_host(address) + step.feed.path] = _recorded(step.feed)

    async def _flap(self, page: StatusPage, flaps: Flaps, pace: float) -> None:
        for _ in range(flaps.times):
            incident = page.open(flaps.title, flaps.impact)
            await self.look(minutes=pace / 60, times=int(span(flaps.down).total_seconds() / pace))
            page.resolve(incident)
            await self.look(minutes=pace / 60, times=int(span(flaps.up).total_seconds() / pace))

    def _serve(self, address: str, documents: dict[str, str]) -> None:
        host = _host(address)
        for url in [url for url in self.fetcher.holdings if url.startswith(host)]:
            del self.fetcher.holdings[url]
        for path, body in documents.items():
            self.fetcher.holdings[host + path] = body.encode()

    def _answer(self, step: Step) -> None:
        self.sender.outcomes.update({name: ANSWERS[answer] for name, answer in step.channels.items()})
        self.sender.next_outcomes.extend(ANSWERS[answer] for answer in step.next)

    async def _ask(self, step: Step) -> None:
        """Do what people of ours ask for."""
        now = self.clock.now()
        for each in step.silence:
            chosen = each.model_dump(exclude={"name", "lasts"})
            asked = Silence(now, now + span(each.lasts), "ada", "planned work", **chosen)
            made = await self.store.write(lambda conn, asked=asked: silences.add(conn, asked, now))
            assert made.id is not None
            self._silences[each.name] = made.id
        for name in step.expire:
            number = self._silences[name]
            await self.store.write(lambda conn, number=number: silences.expire(conn, number, now))
        for stand_in in step.override:
            wanted = Override(0, stand_in.rotation, stand_in.person, now, now + span(stand_in.lasts))
            await self.store.write(lambda conn, wanted=wanted: oncall.add_override(conn, wanted, now))
        for dead in self.store.read_now(outbox.dead_letters) if step.resend else ():
            await self.store.write(lambda conn, number=dead.id: outbox.resend(conn, number, now))
        if step.config is not None:
            self._take(self._config(step.config))
            self.pipeline.setup = self.setup
            await self.pipeline.states.keep_only(self.vendors.keys())

    # What came of it

    def heard(self) -> list[tuple[str, str]]:
        """Return the channel and the text of each message since the last time this was asked."""
        fresh = [attempt for attempt in self.sender.attempts[self._attempts :] if attempt.outcome.sent]
        self._attempts = len(self.sender.attempts)
        return [(sent.channel.name, sent.message.body) for sent in fresh]

    def decided(self) -> list[Decision]:
        """Return the answers since the last time this was asked."""
        asked = select(decision).where(decision.c.id > self._decisions).order_by(decision.c.id)
        rows = self.store.read_now(lambda conn: conn.execute(asked).all())
        self._decisions = rows[-1].id if rows else self._decisions
        return [replace(decision_of(row)) for row in rows]


def _host(address: str) -> str:
    return "https://" + address.removeprefix("https://").partition("/")[0]


def _recorded(feed: Feed) -> Callable[[datetime], bytes]:
    """Return the feed as it was at a time: with the items that were published by then, the newest first."""
    head, *items = re.split(r"(?=<item>)", (FOLDER / "feeds" / feed.file).read_text(encoding="utf-8"))
    items[-1], end = items[-1].split("</channel>")
    dated = [(parsedate_to_datetime(_DATE.search(item)[1]), item) for item in items]

    def at(now: datetime) -> bytes:
        return (head + "".join(item for when, item in dated if when <= now) + "</channel>" + end).encode()

    return at
