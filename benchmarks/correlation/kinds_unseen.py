"""Cases of vendors whose page cannot be read, and of maintenance."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from benchmarks.correlation.alerts import Says
from benchmarks.correlation.cases import Blind, Case, Update, VendorIncident, touches
from benchmarks.correlation.kinds_vendor import fresh, level
from benchmarks.correlation.scene import HOUR, MINUTE, Anchor, Scene
from benchmarks.correlation.vocabulary import Facet, composed, display, facets
from benchmarks.correlation.world import World


def blind_vendor(world: World) -> Case:
    """A page cannot be read when the question is asked.

    Unknown where nothing but that vendor is in question: it is the only one needed, or words or probes point
    to it. Not unknown where ours explains itself, where another vendor is the cause, where the page was read
    again before anything broke, or where the trouble was seen before the page went dark.
    """
    ways = (_only_one, _pointed_at, _dark_bystander, _ours_beside_dark, _seen_before, _sighted_again)
    return world.rng.choices(ways, weights=(24, 26, 14, 12, 16, 8))[0](world)


def _dark(world: World, scene: Scene, vendor: str, opened: datetime, *, over: bool = False) -> None:
    """Since minutes to hours before our incident, and for now without an end."""
    since = opened - world.skewed(40, 1.0, 3, 900)
    until = since + world.between(1, 3) if over else None
    scene.blind.append(Blind(vendor, since, until))


def _only_one(world: World) -> Case:
    anchor = fresh(world)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet), alone=True)
    opened = anchor.posted
    _dark(world, scene, anchor.facet.vendor, opened)
    incident = world.told(scene, opened, anchor.facet, level(world))
    return world.case(scene, incident, opened + world.between(1, 40), None)


def _pointed_at(world: World) -> Case:
    """Several vendors are needed, the dark one is that which the errors or probes are about."""
    anchor = fresh(world)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    opened = anchor.posted
    evaluate = opened + world.between(1, 40)
    _dark(world, scene, anchor.facet.vendor, opened)
    if world.chance(0.4):
        world.probe(scene, anchor.facet.vendor, evaluate, opened - 3 * MINUTE)
    incident = world.told(scene, opened, anchor.facet, level(world, Says.HOST))
    return world.case(scene, incident, evaluate, None)


def _dark_bystander(world: World) -> Case:
    """One vendor is dark, another has the trouble that the words tell of."""
    anchor = fresh(world)
    dark = world.rng.choice([one for one in facets() if one.vendor != anchor.facet.vendor and one.is_whole])
    scene = world.scene([world.need_for(anchor), dark.depends[0]], world.role_for(anchor.facet))
    opened = anchor.posted + world.between(-4, 12)
    evaluate = max(opened, anchor.posted) + world.between(1, 25)
    _dark(world, scene, dark.vendor, opened)
    scene.anchors.append(anchor.incident)
    incident = world.told(scene, opened, anchor.facet, level(world, Says.FEATURE))
    return world.case(scene, incident, evaluate, [anchor.incident.cause])


def _ours_beside_dark(world: World) -> Case:
    anchor = fresh(world)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    opened = anchor.posted
    evaluate = opened + world.between(1, 40)
    _dark(world, scene, anchor.facet.vendor, opened)
    if world.chance(0.5):
        world.probe(scene, anchor.facet.vendor, evaluate)
    own_host = world.rng.choice(scene.role.internal) if world.chance(0.4) else ""
    incident = world.told(scene, opened, clues=[world.own_cause(scene, at=opened)], own_host=own_host)
    return world.case(scene, incident, evaluate, [])


def _seen_before(world: World) -> Case:
    """The incident was read, then the page went dark: what was seen is still known."""
    anchor = fresh(world, lasts=25)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    since = anchor.posted + world.between(1, 10)
    seen = (
        tuple(update for update in anchor.incident.updates if update.at <= since)
        or anchor.incident.updates[:1]
    )
    scene.anchors.append(replace(anchor.incident, updates=seen, resolved_at=None))
    scene.blind.append(Blind(anchor.facet.vendor, since))
    opened = anchor.posted + world.between(-5, 12)
    evaluate = max(opened, since) + world.between(1, 20)
    incident = world.told(scene, opened, anchor.facet, level(world))
    return world.case(scene, incident, evaluate, [anchor.incident.cause])


def _sighted_again(world: World) -> Case:
    """The page was dark for minutes, was read again, and had nothing."""
    anchor = fresh(world)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    opened = anchor.posted
    _dark(world, scene, anchor.facet.vendor, opened, over=True)
    incident = world.told(scene, opened, clues=[world.own_cause(scene, subtle=True)])
    return world.case(scene, incident, opened + world.between(5, 40), [])


# Maintenance

CAUSING: Final = ("in the window", "named")
HARMLESS: Final = ("ahead", "over", "elsewhere", "cancelled", "ours meanwhile")


def maintenance(world: World) -> Case:
    """Planned work of a vendor: running on what we need, or ahead, over, elsewhere, cancelled, not the cause.

    A window is an incident of impact none whose updates go scheduled, in_progress, completed or cancelled. It
    is posted days before it starts, and its end stands in the text alone until it is over.
    """
    way = world.rng.choices((*CAUSING, *HARMLESS), weights=(28, 20, 12, 10, 10, 6, 14))[0]
    usable = [one for one in facets() if one.is_whole]
    facet = world.rng.choice(usable)
    day = world.rng.choice(world.history[-200:]).posted_at.replace(minute=0, second=0)
    start = day + world.rng.choice((0, 15, 30)) * MINUTE
    worked_on = _part_worked_on(world, facet, way)
    window = _window(world, worked_on, start, way)
    need = next((one for one in facet.depends if touches(one, window)), facet.depends[0])
    if way == "elsewhere":
        need = next((one for one in facet.depends if not touches(one, window)), facet.depends[0])
    scene = world.scene([need], world.role_for(facet))
    scene.anchors.append(window)
    opened = start + _after_start(world, way)
    evaluate = opened + world.between(1, 20)
    return _told_of_work(world, scene, Anchor(window, facet, start), opened, evaluate, way)


def _part_worked_on(world: World, facet: Facet, way: str) -> Facet:
    """The facet itself, or for work elsewhere another part of the vendor, or what we do not use of it."""
    if way != "elsewhere":
        return facet
    used = {need.partition(":")[2].lower() for need in facet.depends}
    others = [
        one
        for one in facets()
        if one.vendor == facet.vendor and one.component.lower() not in used and one.is_whole
    ]
    return world.rng.choice(others) if others else replace(facet, component="Community forum")


def _after_start(world: World, way: str) -> timedelta:
    if way == "in the window":
        return world.between(0.5, 18)
    if way == "ahead":
        return -world.between(8 * 60, 5 * 24 * 60)
    if way == "over":
        return world.between(6 * 60, 20 * 60)
    return world.between(2, 80)


def _window(world: World, facet: Facet, start: datetime, way: str) -> VendorIncident:
    words = composed()["maintenance"][0]
    end = start + world.rng.choice((1, 2, 3)) * HOUR
    posted = start - world.between(2 * 24 * 60, 10 * 24 * 60)
    if way == "ahead":
        posted = start - world.between(6 * 24 * 60, 12 * 24 * 60)

    def said(group: str) -> str:
        text: str = world.rng.choice(words[group])
        times = {"{from}": f"{start:%d %b %H:%M}", "{to}": f"{end:%H:%M}", "{component}": facet.component}
        for place, value in times.items():
            text = text.replace(place, value)
        return text

    updates = [Update(posted, "scheduled", said("texts"))]
    if way == "cancelled":
        updates.append(Update(start - world.between(60, 1200), "cancelled", said("cancelled")))
    else:
        updates.append(Update(start + world.between(0, 1), "in_progress", said("running")))
        updates.append(Update(end - world.between(0, 20), "completed", said("done")))
    over = updates[-1].at
    parts = (facet.component,) if world.chance(0.8) or way == "elsewhere" else ()
    return VendorIncident(
        facet.vendor, world.name(), said("titles"), "none", parts, (), start, posted, over, tuple(updates)
    )


def _told_of_work(
    world: World, scene: Scene, work: Anchor, opened: datetime, evaluate: datetime, way: str
) -> Case:
    facet = work.facet
    if way == "named":
        clue = world.rng.choice(
            (
                f"could be the announced work at {display(facet.vendor)}",
                "this is in the announced window of the vendor",
                f'503 with the body "down for maintenance" from {world.rng.choice(facet.hosts)}',
            )
        )
        incident = world.told(scene, opened, facet, level(world, Says.FEATURE), [clue])
        return world.case(scene, incident, evaluate, [work.incident.cause])
    if way == "in the window":
        incident = world.told(scene, opened, facet, level(world))
        return world.case(scene, incident, evaluate, [work.incident.cause])
    clues = []
    if way == "ours meanwhile" or world.chance(0.5):
        clues = [world.own_cause(scene, subtle=world.chance(0.3), at=opened)]
    return world.case(scene, world.told(scene, opened, clues=clues), evaluate, [])
