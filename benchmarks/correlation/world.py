"""What the builders of cases share: recorded and composed incidents, services, bystanders, probes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from benchmarks.correlation.alerts import Says, Story, tell
from benchmarks.correlation.cases import (
    Case,
    OurIncident,
    Probe,
    Service,
    Update,
    VendorIncident,
    split_need,
    touches,
)
from benchmarks.correlation.history import moved, told_beginning
from benchmarks.correlation.scene import MINUTE, WEEK, Anchor, Scene
from benchmarks.correlation.vocabulary import Facet, Role, composed, display, facet_of, facets, pick, roles


@dataclass(frozen=True, slots=True)
class World:
    """The history and a source of chance. Every case has a source of its own, so none hangs on another."""

    rng: Random
    history: tuple[VendorIncident, ...]

    # Chance

    def between(self, low: float, high: float) -> timedelta:
        """So many minutes, in whole seconds."""
        return timedelta(seconds=round(self.rng.uniform(low, high) * 60))

    def skewed(self, median: float, spread: float, low: float, high: float) -> timedelta:
        """Minutes with a long tail."""
        drawn = median * self.rng.lognormvariate(0, spread)
        return timedelta(seconds=round(min(max(drawn, low), high) * 60))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    # The vendors' side

    def anchor(
        self, fits: Callable[[VendorIncident, Facet], bool] = lambda *_: True, lasts: float = 12
    ) -> Anchor:
        """A recorded incident about something that services use, open for `lasts` minutes or more."""
        found = self.find(fits, lasts)
        if found is None:
            raise LookupError("no recorded incident fits")
        return found

    def find(self, fits: Callable[[VendorIncident, Facet], bool], lasts: float) -> Anchor | None:
        """As `anchor`, None where there is none."""
        found = [
            (incident, facet)
            for incident in self.history
            if (facet := facet_of(incident))
            and (incident.resolved_at is None or incident.resolved_at - incident.posted_at >= lasts * MINUTE)
            and fits(incident, facet)
        ]
        return self.dated(*self.rng.choice(found)) if found else None

    def dated(self, incident: VendorIncident, facet: Facet) -> Anchor:
        """The incident with a real beginning: by its own texts, or about a quarter of an hour earlier."""
        began = told_beginning(incident) or incident.posted_at - self.skewed(15, 1.0, 1, 200)
        return self.claimed(incident, facet, began)

    def claimed(self, incident: VendorIncident, facet: Facet, began: datetime) -> Anchor:
        """The incident as its vendor dates it: mostly to the posting, else to the beginning or between."""
        began = min(began, incident.posted_at)
        late = incident.posted_at - began
        started = self.rng.choices(
            (incident.posted_at, _round(began), began + late / 2), weights=(55, 33, 12)
        )[0]
        started = min(started, incident.posted_at, incident.resolved_at or incident.posted_at)
        return Anchor(replace(incident, started_at=started.replace(microsecond=0)), facet, began)

    def outage(self, at: datetime, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> Anchor:
        """A composed incident, posted about `at`, of a vendor or region that the history lacks."""
        kind = self.rng.choice([one for one in composed()["outage"] if fits(one)])
        return self.outage_in(kind, self.rng.choice(kind["regions"]), at)

    def outage_in(self, kind: dict[str, Any], region: str, at: datetime) -> Anchor:
        def said(text: str) -> str:
            return text.replace("{region}", region).replace("{REGION}", region.upper())

        times = [at, at + self.between(9, 45), at + self.between(60, 200)]
        texts = zip(times, ("investigating", "identified", "resolved"), kind["texts"], strict=True)
        updates = tuple(Update(when, phase, said(text)) for when, phase, text in texts)
        named = (region,) if self.chance(0.5) and region != "global" else ()
        impact = "unknown" if kind["vendor"] == "aws" else self.rng.choice(("minor", "major", "critical"))
        title = said(self.rng.choice(kind["titles"]))
        if not named and region not in title and region not in said(kind["component"]):
            title = f"{title} ({region})" if region != "global" else title
        components = (said(kind["component"]),)
        incident = VendorIncident(
            kind["vendor"], self.name(), title, impact, components, named, at, at, times[-1], updates
        )
        return self.claimed(incident, facet_of_outage(kind, region), at - self.skewed(15, 0.9, 2, 120))

    def name(self) -> str:
        """An id like the real ones."""
        return "".join(self.rng.choices("abcdefghjkmnpqrstvwxyz0123456789", k=12))

    # Our side

    def role_for(self, *wanted: Facet) -> Role:
        common = set(wanted[0].roles).intersection(*(facet.roles for facet in wanted))
        return roles()[self.rng.choice(sorted(common or wanted[0].roles))]

    def need_for(self, anchor: Anchor, *, exact: bool = False) -> str:
        """What a service writes that the anchor touches; `exact` names more than the vendor if possible."""
        fitting = [need for need in anchor.facet.depends if touches(need, anchor.incident)]
        narrow = [need for need in fitting if need != anchor.facet.vendor]
        return self.rng.choice((narrow if exact else fitting) or fitting or [anchor.facet.vendor])

    def scene(self, wanted: Iterable[str], role: Role, *, alone: bool = False) -> Scene:
        """Our service with what it needs: sometimes by way of another, often with other vendors beside."""
        chosen = list(dict.fromkeys(wanted))
        taken = {need.partition(":")[0].partition("@")[0] for need in chosen}
        others = [one for one in facets() if one.vendor not in taken and one.is_whole]
        for facet in self.rng.sample(others, 0 if alone else self.rng.choice((0, 0, 1, 1, 2, 3))):
            if facet.vendor not in taken:
                chosen.append(facet.depends[0])
                taken.add(facet.vendor)
        self.rng.shuffle(chosen)
        name = self.rng.choice(role.names)
        tier, fallback = self.rng.choice((1, 1, 2, 2, 3)), self.chance(0.2)
        if not self.chance(0.18):
            return Scene((Service(name, tier, role.team, tuple(chosen), fallback),), role)
        inner = Service(f"{name}-gateway", tier, "platform", tuple(chosen), fallback)
        return Scene((Service(name, tier, role.team, (f"service:{inner.name}",)), inner), role)

    def told(
        self,
        scene: Scene,
        at: datetime,
        facet: Facet | None = None,
        says: Says = Says.NOTHING,
        clues: Iterable[str] = (),
        **words: Any,
    ) -> OurIncident:
        """Our incident about the scene's service; see Story for `words`."""
        story = Story(scene.service, scene.role, at, facet, says, clues=tuple(clues), **words)
        return tell(self.rng, story)

    def own_cause(self, scene: Scene, *, subtle: bool = False, at: datetime | None = None) -> str:
        return pick(
            self.rng,
            "own_cause_subtle" if subtle else "own_cause",
            service=scene.service.name,
            host=self.rng.choice(scene.role.internal),
            team=scene.role.team,
            at=f"{at or datetime(2026, 1, 1, 9, 40, tzinfo=UTC):%H:%M}",
        )

    def sentence(self, group: str, scene: Scene, vendor: str = "", at: datetime | None = None) -> str:
        return pick(
            self.rng,
            group,
            service=scene.service.name,
            team=scene.role.team,
            vendor=display(vendor),
            at=f"{at:%H:%M}" if at else "",
        )

    def probe(self, scene: Scene, vendor: str, until: datetime, failing_from: datetime | None = None) -> None:
        """Adds checks of a vendor's endpoint. A healthy one fails now and then, a bad one not always."""
        step = self.rng.choice((60, 120, 300))
        usual, share = self.rng.choice((45, 90, 140, 260)), self.rng.uniform(0.45, 1.0)
        count = self.rng.randrange(8, 22)
        for back in range(count, 0, -1):
            at = until - timedelta(seconds=back * step - self.rng.randrange(20))
            is_bad = failing_from is not None and at >= failing_from
            ok = self.rng.random() >= (share if is_bad else 0.02)
            latency = usual * self.rng.uniform(0.8, 1.6) * (self.rng.uniform(2, 8) if is_bad else 1)
            scene.probes.append(Probe(vendor, min(at, until), ok, round(latency) if ok else 10_000))

    # What stands around

    def case(
        self,
        scene: Scene,
        incident: OurIncident,
        at: datetime,
        causes: Iterable[str] | None,
        bystanders: int | None = None,
    ) -> Case:
        """The finished case, with unrelated incidents around. Kind and id are given by who asked for it."""
        count = self.rng.choice((0, 1, 1, 2, 2, 3, 4, 5, 6)) if bystanders is None else bystanders
        around = self.bystanders(scene, at, count)
        everything = sorted((*scene.anchors, *around), key=lambda one: (one.posted_at, one.id))
        services = (*scene.services, *self._neighbours(scene, around))
        return Case(
            "",
            "",
            services,
            tuple(everything),
            tuple(scene.blind),
            tuple(sorted(scene.probes, key=lambda probe: probe.at)),
            incident,
            at,
            None if causes is None else tuple(sorted(causes)),
        )

    def bystanders(self, scene: Scene, at: datetime, count: int) -> list[VendorIncident]:
        """Recorded incidents, of the same week if possible, that touch nothing the scene's services need."""
        needed = {need for service in scene.services for need in service.depends_on}
        taken = {one.cause for one in scene.anchors}
        ours = {split_need(need)[0] for need in needed}
        named = {one.vendor for one in scene.anchors} - ours
        strangers = [
            one
            for one in self.history
            if one.cause not in taken
            and one.vendor not in named
            and not any(touches(need, one) for need in needed)
        ]
        same_week = [one for one in strangers if abs(one.posted_at - at) < WEEK / 2]
        pool = same_week if len(same_week) >= count else strangers
        return [self._brought_near(one, at) for one in self.rng.sample(pool, min(count, len(pool)))]

    def _brought_near(self, incident: VendorIncident, at: datetime) -> VendorIncident:
        """Mostly moved so that it is open or fresh at that time; some stay where they were in that week."""
        if abs(incident.posted_at - at) < WEEK and self.chance(0.35):
            return incident
        return moved(incident, at - self.between(-25, 300) - incident.posted_at)

    def _neighbours(self, scene: Scene, around: list[VendorIncident]) -> tuple[Service, ...]:
        """Sometimes a service that has nothing to do with ours needs what a bystander breaks."""
        strangers = sorted({one.vendor for one in around} - {one.vendor for one in scene.anchors})
        if not strangers or not self.chance(0.25):
            return ()
        return (Service("intranet", 3, "workplace", (self.rng.choice(strangers),)),)


def _round(at: datetime) -> datetime:
    """To five minutes, as people date things."""
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


def facet_of_outage(kind: dict[str, Any], region: str) -> Facet:
    """A composed outage as something that services use."""

    def said(words: list[str]) -> tuple[str, ...]:
        return tuple(word.replace("{region}", region) for word in words)

    return Facet(
        kind["vendor"],
        kind["service"],
        said(kind["depends"]),
        said(kind["hosts"]),
        tuple(kind["roles"]),
        said(kind["hints"]),
        kind["component"].replace("{region}", region),
        region,
        thing=region,
    )
