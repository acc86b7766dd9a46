"""Cases in which, mostly, a vendor is the cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from benchmarks.correlation.alerts import Says
from benchmarks.correlation.cases import Case, VendorIncident
from benchmarks.correlation.history import moved, told_beginning
from benchmarks.correlation.scene import HOUR, MINUTE, Anchor
from benchmarks.correlation.vocabulary import Facet, display, facet_of, facets
from benchmarks.correlation.world import World


def fresh(world: World, lasts: float = 12) -> Anchor:
    """An anchor from the history, or now and then a composed one of a vendor that the history lacks."""
    if world.chance(0.82):
        return world.anchor(lasts=lasts)
    near = world.rng.choice(world.history[-250:])
    return world.outage(near.posted_at + world.between(-2000, 2000))


def detection(world: World) -> timedelta:
    """From the vendor's real start to our alert: seconds to half an hour."""
    return world.skewed(4, 0.9, 0.3, 30)


def level(world: World, low: Says = Says.NOTHING) -> Says:
    return max(low, world.rng.choices(tuple(Says), weights=(30, 27, 28, 15))[0])


def opened_by(
    world: World, anchor: Anchor, at: datetime, evaluate_at: datetime, low: Says = Says.NOTHING
) -> Case:
    """An incident of ours that the anchor caused: more or less said, red herrings and probes or none."""
    other = second_need(anchor.facet, world) if low >= Says.HOST else None
    wanted = [world.need_for(anchor), *(other.depends[:1] if other else ())]
    scene = world.scene(wanted, world.role_for(anchor.facet))
    scene.anchors.append(anchor.incident)
    if other:
        scene.anchors += older_trouble(world, other, at)
    says = level(world, low)
    clues = [world.sentence("red_herring", scene)] if world.chance(0.22) else []
    if world.chance(0.35):
        world.probe(scene, anchor.facet.vendor, evaluate_at, anchor.began)
    elif world.chance(0.18) and says >= Says.HOST:
        # A probe of the vendor's health page sees nothing of a broken function.
        world.probe(scene, anchor.facet.vendor, evaluate_at)
    incident = world.told(scene, at, anchor.facet, says, clues)
    return world.case(scene, incident, evaluate_at, [anchor.incident.cause])


def second_need(facet: Facet, world: World) -> Facet:
    """Something of another vendor."""
    return world.rng.choice([one for one in facets() if one.vendor != facet.vendor and one.is_whole])


def older_trouble(world: World, facet: Facet, at: datetime) -> list[VendorIncident]:
    """A recorded incident about the facet, if there is one, open since hours without having hurt us."""
    about = [
        one
        for one in world.history
        if (found := facet_of(one)) and (found.vendor, found.key) == (facet.vendor, facet.key)
    ]
    if not about:
        return []
    one = world.rng.choice(about)
    aged = moved(one, at - world.between(120, 400) - one.posted_at)
    return [replace(aged, resolved_at=None, updates=aged.updates[:1])]


def plain(world: World) -> Case:
    """The vendor has posted, ours opens about then.

    In one of six cases another vendor that we need has had trouble for hours; then the errors say who it is.
    """
    anchor = fresh(world)
    began = max(anchor.began, anchor.posted - world.between(1, 8))
    opened = max(began + detection(world), anchor.posted + world.between(-2, 14))
    opened = min(opened, anchor.ended - 2 * MINUTE)
    evaluate = max(opened, anchor.posted) + world.skewed(6, 0.8, 0.5, 45)
    low = Says.HOST if world.chance(0.17) else Says.NOTHING
    return opened_by(world, replace(anchor, began=min(began, opened)), opened, evaluate, low)


def late_admission(world: World) -> Case:
    """Ours is open before the vendor posts. Asked before the posting, it cannot be told who it was.

    Where the vendor took more than an hour, the words or the probes carry the case: nobody would join the two
    by their times alone.
    """
    if world.chance(0.12):
        return _told_afterwards(world)
    anchor = fresh(world)
    late = max(anchor.posted - anchor.began, world.skewed(22, 0.9, 6, 240))
    anchor = world.claimed(anchor.incident, anchor.facet, anchor.posted - late)
    opened = min(anchor.began + detection(world), anchor.posted - world.between(2, 5))
    low = Says.HOST if late > 60 * MINUTE else Says.NOTHING
    if world.chance(0.17):
        return _not_yet_admitted(world, anchor, opened)
    return opened_by(world, anchor, opened, anchor.posted + world.skewed(5, 0.9, 0.5, 40), low)


def _not_yet_admitted(world: World, anchor: Anchor, opened: datetime) -> Case:
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    scene.anchors.append(anchor.incident)
    evaluate = opened + (anchor.posted - opened) * world.rng.uniform(0.1, 0.9)
    world.probe(scene, anchor.facet.vendor, evaluate.replace(microsecond=0), anchor.began)
    incident = world.told(scene, opened, anchor.facet, Says.HOST)
    return world.case(scene, incident, evaluate.replace(microsecond=0), None)


def _told_afterwards(world: World) -> Case:
    """The vendor writes one word of it when it is over, dated to the end."""

    def is_told_late(incident: VendorIncident, _: Facet) -> bool:
        over = incident.resolved_at
        is_after = over is not None and -6 * HOUR < over - incident.posted_at <= MINUTE
        return is_after and told_beginning(incident) is not None

    anchor = world.anchor(is_told_late, lasts=-(10**6))
    opened = anchor.began + detection(world)
    return opened_by(world, anchor, opened, anchor.posted + world.between(0.5, 20), Says.FEATURE)


def early_vendor(world: World) -> Case:
    """The vendor's trouble is on for a while before ours begins.

    The longer it is on, the more the words must say, and often they say why it hurts only now.
    """
    anchor = fresh(world, lasts=60)
    room = min(anchor.ended - anchor.posted, timedelta(hours=6))
    opened = anchor.posted + max(25 * MINUTE, room * world.rng.uniform(0.3, 0.9))
    opened = min(opened, anchor.ended - 5 * MINUTE).replace(microsecond=0)
    is_long = opened - anchor.posted > 45 * MINUTE
    evaluate = opened + world.skewed(6, 0.8, 0.5, 40)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    scene.anchors.append(anchor.incident)
    clues = [world.sentence("why_now", scene, at=opened - 3 * MINUTE)] if world.chance(0.5) else []
    if world.chance(0.4):
        world.probe(scene, anchor.facet.vendor, evaluate, anchor.began)
    says = level(world, Says.FEATURE if is_long else Says.NOTHING)
    incident = world.told(scene, opened, anchor.facet, says, clues)
    return world.case(scene, incident, evaluate, [anchor.incident.cause])


def two_causes(world: World) -> Case:
    """Two vendors, or two parts of one, break at once and both hurt the same service."""
    first = fresh(world, lasts=40)
    second = beside(world, first)
    scene = world.scene([world.need_for(first), world.need_for(second)], world.role_for(first.facet))
    scene.anchors += [first.incident, second.incident]
    posted = max(first.posted, second.posted)
    opened = max(min(first.began, second.began) + detection(world), posted - world.between(0, 25))
    opened = min(opened, first.ended - 2 * MINUTE, second.ended - 2 * MINUTE)
    evaluate = max(opened, posted) + world.skewed(7, 0.8, 0.5, 40)
    for anchor in (first, second):
        if world.chance(0.35):
            world.probe(scene, anchor.facet.vendor, evaluate, anchor.began)
    clues = [sign_of(world, second.facet)]
    if world.chance(0.3):
        clues.append(world.sentence("red_herring", scene))
    incident = world.told(scene, opened, first.facet, level(world, Says.FEATURE), clues)
    return world.case(scene, incident, evaluate, {first.incident.cause, second.incident.cause})


def beside(world: World, first: Anchor) -> Anchor:
    """An incident of another vendor, or of another part of the same, moved to run at the same time."""

    def other(incident: VendorIncident, facet: Facet) -> bool:
        is_other = (facet.vendor, facet.key) != (first.facet.vendor, first.facet.key)
        return is_other and incident.resolved_at is not None

    def akin(incident: VendorIncident, facet: Facet) -> bool:
        return other(incident, facet) and bool(set(facet.roles) & set(first.facet.roles))

    second = world.find(akin, 40) or world.anchor(other, 40)
    by = first.posted + world.between(-15, 20) - second.posted
    return Anchor(moved(second.incident, by), second.facet, second.began + by)


def sign_of(world: World, facet: Facet) -> str:
    """One sentence that points to a facet."""
    host = world.rng.choice(facet.hosts)
    return world.rng.choice(
        (
            world.rng.choice(facet.hints),
            f"also errors from {host}",
            f"second error class: timeout calling {host}",
            f"{display(facet.vendor)} calls fail as well",
        )
    )
