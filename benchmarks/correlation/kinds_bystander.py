"""Cases in which, mostly, a vendor has trouble and ours comes from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from benchmarks.correlation.alerts import Says
from benchmarks.correlation.cases import Case, Update, VendorIncident
from benchmarks.correlation.history import moved
from benchmarks.correlation.kinds_vendor import fresh, level
from benchmarks.correlation.scene import DAY, HOUR, MINUTE, Anchor, Scene
from benchmarks.correlation.vocabulary import Facet
from benchmarks.correlation.world import World

# Facets whose incidents name one method or place of payment in the title only, and what else they offer.
OTHER_METHODS: Final = ("SEPA debit", "Visa cards", "gift cards", "PayPal", "invoice", "American Express")


def coincident(world: World) -> Case:
    """A vendor that we need has trouble right now, and ours comes from within.

    One sign (hard), two (middling) or three (easy) of: a cause of our own, errors at a host of ours, a
    beginning hours before the vendor's, something used that the incident does not speak of, calls that come
    back well.
    """
    anchor = fresh(world, lasts=20)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    scene.anchors.append(anchor.incident)
    signs = _signs(world, anchor)
    opened = anchor.posted + world.between(-12, 35)
    if "before" in signs:
        opened = anchor.began - world.between(150, 480)
    opened = min(opened, anchor.ended - 3 * MINUTE)
    evaluate = max(opened, anchor.posted) + world.skewed(6, 0.8, 0.5, 40)
    clues = list(_clues(world, scene, anchor, signs))
    if "fine" in signs and world.chance(0.6):
        world.probe(scene, anchor.facet.vendor, evaluate)
    own_host = world.rng.choice(scene.role.internal) if "host" in signs else ""
    if "before" in signs and anchor.incident.started_at < anchor.posted:
        scene.anchors[0] = replace(anchor.incident, started_at=max(anchor.began, anchor.incident.started_at))
    incident = world.told(scene, opened, clues=clues, own_host=own_host)
    return world.case(scene, incident, evaluate, [])


def _signs(world: World, anchor: Anchor) -> set[str]:
    strong = ["cause", "cause", "host", "before"] + (["other"] * 3 if anchor.facet.key == "methods" else [])
    count = world.rng.choices((1, 2, 3), weights=(35, 40, 25))[0]
    signs = {world.rng.choice(strong)}
    while len(signs) < count:
        signs.add(world.rng.choice([*strong, "fine", "fine"]))
    return signs


def _clues(world: World, scene: Scene, anchor: Anchor, signs: set[str]) -> Iterator[str]:
    """The sentences for the signs; alone, what happened before the vendor's trouble needs no words."""
    if "cause" in signs:
        yield world.own_cause(scene, subtle=world.chance(0.45))
    if "fine" in signs:
        yield world.sentence("vendor_is_fine", scene, anchor.facet.vendor)
    if "other" in signs:
        yield f"only {world.rng.choice(OTHER_METHODS)} orders fail, {anchor.facet.thing} goes through"


def cause_or_nothing(world: World, scene: Scene) -> tuple[list[str], str]:
    """For a vendor's trouble that cannot concern us: ours is explained, half explained or not at all."""
    if world.chance(0.45):
        return [], ""
    if world.chance(0.35):
        return [], world.rng.choice(scene.role.internal)
    return [world.own_cause(scene, subtle=world.chance(0.4))], ""


def resolved_before(world: World) -> Case:
    """The vendor's trouble is over when ours begins; in one of five cases ours had only not been noticed.

    Shortly after an end only words or probes can part the two, so there are some.
    """
    is_ours_late = world.chance(0.2)
    longest = 6 * HOUR if is_ours_late else 60 * DAY

    def is_over(one: VendorIncident, _: Facet) -> bool:
        return one.resolved_at is not None and one.resolved_at - one.posted_at < longest

    anchor = world.anchor(is_over, lasts=10)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    scene.anchors.append(anchor.incident)
    if is_ours_late:
        opened = anchor.ended + world.between(3, 25)
        middle = anchor.posted + (anchor.ended - anchor.posted) / 2
        clues = [world.sentence("began_before", scene, at=middle)]
        incident = world.told(scene, opened, anchor.facet, level(world, Says.FEATURE), clues)
        return world.case(scene, incident, opened + world.between(1, 20), [anchor.incident.cause])
    opened = anchor.ended + world.skewed(150, 1.2, 12, 20 * 60)
    evaluate = opened + world.skewed(6, 0.8, 0.5, 40)
    clues, own_host = cause_or_nothing(world, scene)
    if opened - anchor.ended < 90 * MINUTE and not clues and not own_host:
        clues = [world.own_cause(scene, subtle=world.chance(0.5))]
    if world.chance(0.35):
        world.probe(scene, anchor.facet.vendor, evaluate)
    incident = world.told(scene, opened, clues=clues, own_host=own_host)
    return world.case(scene, incident, evaluate, [])


def long_running_background(world: World) -> Case:
    """A vendor incident has been open for weeks and explains nothing new, unless it has just grown."""
    anchor = world.anchor(lambda one, _: len(one.updates) > 1)
    opened = anchor.posted + world.between(0, 600)
    old = _aged(world, anchor, opened)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    scene.anchors.append(old)
    evaluate = opened + world.skewed(6, 0.8, 0.5, 40)
    way = world.rng.choices(("nothing", "fresh", "grown"), weights=(64, 24, 12))[0]
    if way == "fresh":
        return _fresh_beside_old(world, scene, anchor, opened)
    if way == "grown":
        at = opened + world.between(-20, 0)
        grown = Update(at, "identified", world.sentence("spreads", scene, at=at - 4 * MINUTE))
        scene.anchors[0] = replace(old, updates=(*old.updates, grown))
        incident = world.told(scene, opened, anchor.facet, level(world, Says.HOST))
        return world.case(scene, incident, evaluate, [old.cause])
    clues, own_host = cause_or_nothing(world, scene)
    incident = world.told(scene, opened, clues=clues, own_host=own_host)
    return world.case(scene, incident, evaluate, [])


def _aged(world: World, anchor: Anchor, opened: datetime) -> VendorIncident:
    """The anchor as one that has been open for one to six weeks, its last word days old."""
    age = world.between(7 * 24 * 60, 42 * 24 * 60)
    old = moved(anchor.incident, opened - age - anchor.posted)
    kept = [update for update in old.updates if update.phase != "resolved"][:3] or [old.updates[0]]
    recent = [update for update in kept if update.at < opened - 2 * DAY] or kept[:1]
    updates = tuple(
        replace(update, phase="identified" if i else "investigating") for i, update in enumerate(recent)
    )
    return replace(old, id=f"{old.id}-old", resolved_at=None, updates=updates)


def _fresh_beside_old(world: World, scene: Scene, anchor: Anchor, opened: datetime) -> Case:
    """A second incident that we need, begun just now, is the cause."""
    shared = set(anchor.facet.roles)

    def akin(_: VendorIncident, facet: Facet) -> bool:
        return facet.vendor != anchor.facet.vendor and bool(shared & set(facet.roles))

    new = world.find(akin, 15) or world.anchor(lambda _, facet: facet.vendor != anchor.facet.vendor, 15)
    by = opened - world.between(-6, 12) - new.posted
    incident = moved(new.incident, by)
    scene = world.scene(
        [world.need_for(anchor), world.need_for(new)], world.role_for(anchor.facet, new.facet)
    )
    scene.anchors += [_aged(world, anchor, opened), incident]
    evaluate = max(opened, incident.posted_at) + world.between(1, 20)
    ours = world.told(scene, opened, new.facet, level(world))
    return world.case(scene, ours, evaluate, [incident.cause])


def no_dependency(world: World) -> Case:
    """A vendor is named that nothing of ours depends on, by its name or in a hunch; it has open trouble.

    Text alone never links. In one of six cases a vendor that we need is the cause beside it.
    """
    named = world.anchor()
    real = world.anchor(lambda _, facet: facet.vendor != named.facet.vendor, lasts=15)
    scene = world.scene([world.need_for(real, exact=True)], world.role_for(real.facet))
    while any(need.startswith(named.facet.vendor) for one in scene.services for need in one.depends_on):
        scene = world.scene([world.need_for(real, exact=True)], world.role_for(real.facet), alone=True)
    opened = named.posted + world.between(-5, 40)
    evaluate = max(opened, named.posted) + world.between(0.5, 25)
    scene.anchors.append(named.incident)
    clues = [world.sentence("hunch", scene, named.facet.vendor)]
    if world.chance(0.17):
        cause = moved(real.incident, opened - world.between(-4, 12) - real.posted)
        scene.anchors.append(cause)
        incident = world.told(scene, opened, real.facet, level(world, Says.FEATURE), clues)
        return world.case(scene, incident, max(evaluate, cause.posted_at + MINUTE), [cause.cause])
    own, own_host = cause_or_nothing(world, scene)
    incident = world.told(scene, opened, clues=[*clues, *own], own_host=own_host)
    return world.case(scene, incident, evaluate, [])


def none(world: World) -> Case:
    """No vendor has anything that concerns us. Sometimes we cannot see out, sometimes trouble comes later."""
    later = world.anchor()
    scene = world.scene([world.need_for(later)], world.role_for(later.facet))
    opened = later.posted - world.between(90, 60 * 24 * 3)
    evaluate = opened + world.skewed(6, 0.8, 0.5, 40)
    clues, own_host = cause_or_nothing(world, scene)
    if world.chance(0.12):
        # All checks fail at once, of vendors that have nothing to do with each other: it is our own line.
        for vendor in world.rng.sample(("aws", "github", "stripe", "slack", "cloudflare", "datadog"), 4):
            world.probe(scene, vendor, evaluate, opened - 2 * MINUTE)
        clues, own_host = ["packet loss on the uplink of our office line"] if world.chance(0.4) else [], ""
    elif world.chance(0.35):
        world.probe(scene, later.facet.vendor, evaluate)
    if world.chance(0.3) and later.began - evaluate > HOUR:
        scene.anchors.append(replace(later.incident, started_at=max(later.began, evaluate + MINUTE)))
    incident = world.told(scene, opened, clues=clues, own_host=own_host)
    return world.case(scene, incident, evaluate, [])
