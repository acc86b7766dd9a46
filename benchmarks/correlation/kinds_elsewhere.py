"""Cases of trouble in another place or part of a vendor than the one that we use."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from benchmarks.correlation.alerts import Says
from benchmarks.correlation.cases import Case, VendorIncident, touches
from benchmarks.correlation.history import moved
from benchmarks.correlation.kinds_bystander import cause_or_nothing
from benchmarks.correlation.kinds_vendor import level
from benchmarks.correlation.scene import Anchor, Scene
from benchmarks.correlation.vocabulary import Facet, composed, facet_of, facets
from benchmarks.correlation.world import World

PLACED: Final = {
    "grafana": (
        ("grafana", "stack"),
        ("prod-us-central-0", "prod-us-east-0", "prod-gb-south-0", "prod-ap-south-1"),
    ),
    "digitalocean": (("digitalocean", "site"), ("NYC1", "NYC3", "FRA1", "TOR1", "BLR1", "SGP1")),
}


def wrong_region(world: World) -> Case:
    """A vendor's trouble in a place where we are not; in two of five cases another one where we are."""
    if world.chance(0.3):
        return _wrong_recorded_region(world)
    kind = world.rng.choice([one for one in composed()["outage"] if len(one["regions"]) > 1])
    ours, theirs = world.rng.sample(kind["regions"], 2)
    at = world.rng.choice(world.history[-200:]).posted_at
    elsewhere = world.outage_in(kind, theirs, at)
    here = world.outage_in(kind, ours, at + world.between(-12, 12))
    return _in_places(world, elsewhere, here, world.chance(0.4))


def _wrong_recorded_region(world: World) -> Case:
    """The same with places that stand in titles and components of recorded incidents only."""
    elsewhere = world.anchor(lambda incident, facet: bool(_left_alone(incident, facet)))
    place = world.rng.choice(_left_alone(elsewhere.incident, elsewhere.facet))
    general = next(one for one in facets() if (one.vendor, one.key) == PLACED[elsewhere.facet.vendor][0])
    return _in_places(world, elsewhere, replace(elsewhere, facet=general.of(place)), is_here=False)


def _left_alone(incident: VendorIncident, facet: Facet) -> list[str]:
    """The places of the vendor that an incident does not speak of."""
    name, places = PLACED.get(facet.vendor, (("", ""), ()))
    text = f"{incident.title} {incident.components}"
    return [place for place in places if place not in text] if (facet.vendor, facet.key) == name else []


def _in_places(world: World, elsewhere: Anchor, here: Anchor, is_here: bool) -> Case:  # noqa: FBT001
    """Our service is where `here` is. `is_here`: that one is open too, and the cause."""
    narrow = [need for need in here.facet.depends if "@" in need or here.facet.region.lower() in need.lower()]
    scene = world.scene([world.rng.choice(narrow)], world.role_for(here.facet))
    scene.anchors.append(elsewhere.incident)
    last = max(here.posted, elsewhere.posted) if is_here else elsewhere.posted
    opened = last + world.between(-8, 25)
    evaluate = max(opened, last) + world.between(0.5, 25)
    region = {"region": here.facet.region} if world.chance(0.5) else {}
    if is_here:
        scene.anchors.append(here.incident)
        incident = world.told(scene, opened, here.facet, level(world), labels=region)
        return world.case(scene, incident, evaluate, [here.incident.cause])
    clues, own_host = cause_or_nothing(world, scene)
    incident = world.told(scene, opened, clues=clues, own_host=own_host, labels=region)
    return world.case(scene, incident, evaluate, [])


def wrong_component(world: World) -> Case:
    """A part of a vendor breaks that we do not use; in one of three cases the part that we use too.

    In one of five only the title says which part it is.
    """
    if world.chance(0.2):
        return _part_in_title_only(world)
    theirs = world.anchor(lambda one, _: bool(_other_parts(one)), lasts=15)
    ours = world.rng.choice(_other_parts(theirs.incident))
    need = world.rng.choice([one for one in ours.depends if not touches(one, theirs.incident)])
    scene = world.scene([need], world.role_for(ours))
    scene.anchors.append(theirs.incident)
    opened = theirs.posted + world.between(-8, 25)
    evaluate = max(opened, theirs.posted) + world.between(0.5, 25)
    own = [one for one in world.history if _is_about(ours, one) and touches(need, one)]
    if own and world.chance(0.36):
        return _with_our_part(world, scene, ours, world.rng.choice(own), opened)
    clues, own_host = cause_or_nothing(world, scene)
    says = Says.FEATURE if not own_host and not clues and world.chance(0.3) else Says.NOTHING
    incident = world.told(scene, opened, ours, says, clues, own_host=own_host)
    return world.case(scene, incident, evaluate, [])


def _part_in_title_only(world: World) -> Case:
    """The vendor names no components. Its title is about the chat on the web, we use the API."""
    theirs = world.anchor(lambda one, facet: facet.key == "chatgpt" and "ChatGPT" in one.title, lasts=15)
    ours = next(one for one in facets() if (one.vendor, one.key) == ("openai", "api"))
    scene = world.scene(["openai:API"], world.role_for(ours))
    scene.anchors.append(theirs.incident)
    opened = theirs.posted + world.between(-8, 25)
    evaluate = max(opened, theirs.posted) + world.between(0.5, 25)
    if world.chance(0.5):
        world.probe(scene, "openai", evaluate)
    clues = [world.own_cause(scene, subtle=world.chance(0.6))]
    return world.case(scene, world.told(scene, opened, clues=clues), evaluate, [])


def _other_parts(incident: VendorIncident) -> list[Facet]:
    """What the same vendor offers that an incident leaves alone, by its components and by its title."""
    if not incident.components:
        return []
    return [
        one
        for one in facets()
        if one.vendor == incident.vendor
        and one.is_whole
        and not re.search(one.match, incident.title)
        and not all(touches(need, incident) for need in one.depends)
    ]


def _is_about(facet: Facet, incident: VendorIncident) -> bool:
    found = facet_of(incident)
    return found is not None and (found.vendor, found.key) == (facet.vendor, facet.key)


def _with_our_part(world: World, scene: Scene, facet: Facet, own: VendorIncident, opened: datetime) -> Case:
    own = moved(own, opened - world.between(-6, 14) - own.posted_at)
    scene.anchors.append(own)
    evaluate = max(opened, own.posted_at) + world.between(0.5, 20)
    incident = world.told(scene, opened, facet, level(world))
    return world.case(scene, incident, evaluate, [own.cause])
