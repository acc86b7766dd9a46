"""One story of the second generator, told with drawn vendors, times and words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.correlation.cases import (
    Blind,
    Case,
    OurIncident,
    Probe,
    Service,
    Update,
    VendorIncident,
    touches,
)
from benchmarks.correlation.other_alerts import dressed

_FIRST_DAY = datetime(2025, 11, 3, tzinfo=UTC)


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("other_words.toml").read_text(encoding="utf-8"))


class Telling:
    """Draws who A, B and C are, then everything else in the story's order.

    `rng` decides all of it. Minutes of the story count from our incident's opening.
    """

    def __init__(self, rng: Random, story: dict[str, Any]) -> None:
        self.rng = rng
        self.story = story
        self.language = rng.choices(("en", "de", "es"), weights=(60, 25, 15))[0]
        self.opened = _FIRST_DAY + timedelta(seconds=rng.randrange(390 * 86400))
        self.cast = self._cast()
        self.cloud = rng.choice(sorted(words()["cloud"]))
        self.cloud_place = rng.choice(words()["cloud"][self.cloud]["regions"])

    def case(self) -> Case:
        posts = [(post, self._posted(post)) for post in self.story["posts"]]
        known = [incident.posted_at for post, incident in posts if not post.get("later")]
        asked = max([self.opened, *known]) + self._minutes(self.story["asks"])
        causes = [incident.cause for post, incident in posts if post["who"] in self.story.get("causes", ())]
        services = self._services()
        everything = [incident for _, incident in posts]
        everything += self._bystanders(services, asked, {one.vendor for one in everything})
        everything.sort(key=lambda one: (one.posted_at, one.id))
        return Case(
            "",
            "",
            services,
            tuple(everything),
            tuple(self._blind()),
            tuple(sorted(self._probes(asked), key=lambda probe: probe.at)),
            self._incident(services[0].name),
            asked,
            None if self.story.get("unknown") else tuple(sorted(causes)),
        )

    # Who is who

    def _cast(self) -> dict[str, Any]:
        """Vendors, parts and places for the letters of the story: {"A": "okta", "A.p": "Workflows", …}."""
        text = str(self.story)
        letters = sorted(set(re.findall(r"\b([ABC])\b", text)))
        wants_places = {letter for letter in letters if f"{letter}.p@" in text}
        cast: dict[str, Any] = {}
        for letter in letters:
            free = [
                name
                for name, vendor in sorted(words()["vendor"].items())
                if name not in cast.values() and (letter not in wants_places or len(vendor["regions"]) > 1)
            ]
            name = self.rng.choice(free)
            vendor = words()["vendor"][name]
            p, q = self.rng.sample(sorted(vendor["parts"]), 2)
            r, s = self.rng.sample(vendor["regions"], 2) if letter in wants_places else ("", "")
            cast |= {letter: name, f"{letter}.p": p, f"{letter}.q": q, f"{letter}@r": r, f"{letter}@s": s}
        return cast

    def _who(self, who: str) -> tuple[str, str, str]:
        """Vendor, part and place of "A.p@r"."""
        if who == "cloud":
            return self.cloud, self.rng.choice(words()["cloud"][self.cloud]["parts"]), self.cloud_place
        name, _, place = who.partition("@")
        return self.cast[name[0]], self.cast.get(name, ""), self.cast[f"{name[0]}@{place}"] if place else ""

    def _minutes(self, span: list[float]) -> timedelta:
        return timedelta(seconds=self.rng.randint(round(span[0] * 60), round(span[1] * 60)))

    # Our side

    def _services(self) -> tuple[Service, ...]:
        needs = tuple(self._need(need) for need in self.story["needs"])
        name, inner = self.rng.sample(words()["ours"]["services"], 2)
        tier, fallback = self.rng.randint(1, 3), self.rng.random() < 0.15
        owner = self.rng.choice(("blue team", "plattform", "equipo-web", "ops"))
        if self.rng.random() < 0.8:
            return (Service(name, tier, owner, tuple(dict.fromkeys(needs)), fallback),)
        cut = self.rng.randint(0, len(needs) - 1)
        outer = Service(name, tier, owner, (*needs[:cut], f"service:{inner}"), fallback)
        return outer, Service(inner, 2, "ops", needs[cut:])

    def _need(self, need: str) -> str:
        vendor, part, place = self._who(need.rstrip("!"))
        ways = [f"{vendor}:{part}"]
        first_word = part.split()[0]
        if sum(name.startswith(first_word) for name in words()["vendor"][vendor]["parts"]) == 1:
            ways.append(f"{vendor}:{first_word.lower()}*")
        if not need.endswith("!"):
            ways.append(vendor)
        return self.rng.choice(ways) + (f"@{place}" if place else "")

    def _incident(self, service: str) -> OurIncident:
        said = [self._said(meaning) for meaning in self.story["says"] if self._is_told(meaning)]
        title, text, labels = dressed(self.rng, service, said[0], said[1:])
        return OurIncident(service, self.opened, title, text, labels)

    def _is_told(self, optional: str) -> bool:
        return not optional.endswith("?") or self.rng.random() < 0.5

    def _said(self, meaning: str) -> str:
        """A sentence of a meaning about a party, in the language of those who write."""
        what, _, who = meaning.rstrip("?").partition(":")
        what, _, minutes = what.partition("=")
        if what == "vague":
            return self._one_of(words()["ours"]["vague"])
        vendor, part, _ = self._who(who) if who else ("", "", "")
        topic, host = words()["vendor"][vendor]["parts"].get(part, ("", "")) if vendor else ("", "")
        if what == "symptom":
            return self._one_of(words()["symptom"][topic])
        shown = words()["vendor"][vendor]["shown"] if vendor else ""
        when = self.opened + timedelta(minutes=float(minutes or -4))
        places = {
            "{host}": host,
            "{vendor}": shown,
            "{other}": shown,
            "{own}": self.rng.choice(words()["ours"]["hosts"]),
            "{when}": f"{when:%H:%M}",
        }
        return _filled(self._one_of(words()["say"][what]), places)

    def _one_of(self, texts: dict[str, list[str]]) -> str:
        return self.rng.choice(texts.get(self.language, texts["en"]))

    def _blind(self) -> Iterator[Blind]:
        for dark in self.story.get("blind", ()):
            yield Blind(self.cast[dark["who"]], self.opened + self._minutes(dark["from"]))

    def _probes(self, until: datetime) -> Iterator[Probe]:
        """From 40 minutes before until now; a bad vendor fails from 3 minutes before our opening."""
        for line in self.story.get("probes", ()):
            if not self._is_told(line):
                continue
            who, how = line.rstrip("?").split()
            step = self.rng.choice((90, 180, 240))
            at = max(self.opened - timedelta(minutes=40), until - timedelta(minutes=90))
            while at < until:
                is_bad = how == "bad" and at > self.opened - timedelta(minutes=3)
                ok = self.rng.random() > (0.8 if is_bad else 0.03)
                yield Probe(self.cast[who], at, ok, self.rng.randint(30, 400) if ok else 5000)
                at += timedelta(seconds=step)

    # The vendors' pages

    def _posted(self, post: dict[str, Any]) -> VendorIncident:
        vendor, part, place = self._who(post["who"])
        began, at = self.opened + self._minutes(post["began"]), self.opened + self._minutes(post["at"])
        if post.get("words") == "work":
            return self._work(vendor, part, began, at, self._minutes(post["open"]))
        began = min(began, at)
        over = at + self._minutes(post["open"])
        dated = post.get("dated") or self.rng.choice(("began", "posted", "posted"))
        named, regions, components = self._place(part, place, blunt=bool(post.get("blunt")))
        page = words()["page"]
        titles = page["blunt_titles"] if post.get("blunt") else page["titles"]
        title = _filled(self.rng.choice(titles), {"{part}": part, "{n}": str(self.rng.randint(100, 999))})
        updates = self._updates(post, part, at, over)
        if post.get("unseen"):
            updates = updates[:1]
        impact = self.rng.choice(("none", "minor", "minor", "major", "critical", "unknown"))
        return VendorIncident(
            vendor,
            self._id(),
            f"{title} ({named})" if named else title,
            impact,
            components,
            regions,
            began if dated == "began" else at,
            at,
            None if post.get("unseen") else over,
            tuple(updates),
        )

    def _place(self, part: str, place: str, *, blunt: bool) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Where the place and the part stand: in the title, in the regions, or in the component's name."""
        components = () if blunt or (not place and self.rng.random() < 0.15) else (part,)
        if not place:
            return "", (), components
        where = self.rng.choice(("title", "regions", "component"))
        if where == "component" and components:
            return "", (), (f"{part} ({place})",)
        return (place, (), components) if where != "regions" else ("", (place,), components)

    def _updates(self, post: dict[str, Any], part: str, at: datetime, over: datetime) -> list[Update]:
        page = words()["page"]
        updates = [Update(at, "investigating", _filled(self.rng.choice(page["first"]), {"{part}": part}))]
        extra = post.get("words")
        if extra:
            late = extra == "grows"
            when = self.opened + self._minutes([-8, 6]) if late else at + self._minutes([2, 9])
            places = {
                "{cloud}": words()["cloud"][self.cloud]["shown"],
                "{place}": f" {self.cloud_place}",
                "{part}": part,
                "{when}": f"{when - timedelta(minutes=5):%H:%M}",
            }
            updates.append(Update(when, "identified", _filled(self.rng.choice(page[extra]), places)))
        elif over > at + timedelta(minutes=20):
            updates.append(
                Update(
                    at + min((over - at) / 3, timedelta(minutes=55)),
                    "identified",
                    self.rng.choice(page["second"]),
                )
            )
        updates.append(Update(over, "resolved", self.rng.choice(page["last"])))
        return [Update(one.at.replace(microsecond=0), one.phase, one.text) for one in updates]

    def _work(
        self, vendor: str, part: str, starts: datetime, at: datetime, lasts: timedelta
    ) -> VendorIncident:
        ends = starts + lasts
        places = {"{part}": part, "{from}": f"{starts:%d.%m. %H:%M}", "{to}": f"{ends:%H:%M}"}
        updates = (
            Update(at, "scheduled", _filled(self.rng.choice(words()["page"]["work"]), places)),
            Update(starts, "in_progress", "Started."),
            Update(ends, "completed", "Done."),
        )
        title = self.rng.choice((f"Maintenance {part}", f"{part} upgrade", "Planned work tonight"))
        return VendorIncident(vendor, self._id(), title, "none", (part,), (), starts, at, ends, updates)

    def _bystanders(
        self, services: tuple[Service, ...], asked: datetime, taken: set[str]
    ) -> list[VendorIncident]:
        """Trouble of vendors that nobody of ours needs, about the time of the question."""
        needed = [need for service in services for need in service.depends_on]
        named = taken | set(self.cast.values())
        free = [name for name in sorted(words()["vendor"]) if name not in named]
        around = []
        for vendor in self.rng.sample(free, self.rng.randint(0, 5)):
            part = self.rng.choice(sorted(words()["vendor"][vendor]["parts"]))
            at = asked - self._minutes([-30, 600])
            over = at + self._minutes([20, 700])
            title = _filled(self.rng.choice(words()["page"]["titles"]), {"{part}": part, "{n}": "417"})
            updates = tuple(self._updates({}, part, at, over))
            incident = VendorIncident(vendor, self._id(), title, "minor", (part,), (), at, at, over, updates)
            if not any(touches(need, incident) for need in needed):
                around.append(incident)
        return around

    def _id(self) -> str:
        return f"{self.rng.randrange(10**8):08d}"


def _filled(text: str, places: dict[str, str]) -> str:
    for place, value in places.items():
        text = text.replace(place, value)
    return text
