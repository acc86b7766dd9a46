"""Cases whose words lead to the wrong place."""

from __future__ import annotations

from benchmarks.correlation.alerts import Says
from benchmarks.correlation.cases import Case
from benchmarks.correlation.kinds_vendor import fresh, level, older_trouble
from benchmarks.correlation.vocabulary import facets
from benchmarks.correlation.world import World


def misleading_text(world: World) -> Case:
    """The words lead to the wrong place; dependencies, times, hosts or probes lead to the right one."""
    ways = (_blames_another_vendor, _blames_ourselves, _vendor_only_in_name, _hunch_at_quiet_time)
    return world.rng.choice(ways)(world)


def _blames_another_vendor(world: World) -> Case:
    """Somebody names a vendor that is well, or has other trouble; the errors name the one that is not."""
    anchor = fresh(world)
    opened = anchor.posted + world.between(-10, 12)
    evaluate = max(opened, anchor.posted) + world.between(1, 25)
    blamed = world.rng.choice([one for one in facets() if one.vendor != anchor.facet.vendor and one.is_whole])
    wanted = [world.need_for(anchor)] + ([blamed.depends[0]] if world.chance(0.6) else [])
    scene = world.scene(wanted, world.role_for(anchor.facet))
    scene.anchors.append(anchor.incident)
    if len(wanted) > 1 and world.chance(0.5):
        scene.anchors += older_trouble(world, blamed, opened)
    if world.chance(0.5):
        world.probe(scene, anchor.facet.vendor, evaluate, anchor.began)
        world.probe(scene, blamed.vendor, evaluate)
    clues = [world.sentence("hunch", scene, blamed.vendor)]
    says = Says.HOST if not scene.probes or world.chance(0.6) else Says.FEATURE
    incident = world.told(scene, opened, anchor.facet, says, clues)
    return world.case(scene, incident, evaluate, [anchor.incident.cause])


def _blames_ourselves(world: World) -> Case:
    """A cause of our own is named and put aside again in the same breath."""
    anchor = fresh(world)
    opened = anchor.posted + world.between(-10, 12)
    evaluate = max(opened, anchor.posted) + world.between(3, 30)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    scene.anchors.append(anchor.incident)
    guess = world.own_cause(scene)
    endings = (
        " - was my first idea, but it is not so",
        ": checked, is not the case",
        "? No, that was last week",
    )
    clues = [guess + world.rng.choice(endings), world.sentence("red_herring", scene)]
    if world.chance(0.5):
        world.probe(scene, anchor.facet.vendor, evaluate, anchor.began)
    incident = world.told(scene, opened, anchor.facet, level(world, Says.FEATURE), clues)
    return world.case(scene, incident, evaluate, [anchor.incident.cause])


def _vendor_only_in_name(world: World) -> Case:
    """The vendor's name belongs to a thing of ours that broke by itself."""
    anchor = fresh(world)
    opened = anchor.posted + world.between(-5, 40)
    evaluate = max(opened, anchor.posted) + world.between(1, 25)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    scene.anchors.append(anchor.incident)
    thing = world.rng.choice(("consumer", "sync", "exporter", "client-proxy", "importer", "bridge"))
    named = f"{anchor.facet.vendor}-{thing}"
    clue = world.rng.choice(
        (
            f"{named} is in CrashLoopBackOff: cannot parse its new config map",
            f"{named}-7d9f was evicted, node is out of memory",
            f"lag of {named} grows since its replicas were set to 0 for the clean-up",
            f"{named} cannot write to {world.rng.choice(scene.role.internal)}: disk full",
        )
    )
    clues = [clue]
    if world.chance(0.5):
        clues.append(world.sentence("vendor_is_fine", scene, anchor.facet.vendor))
    incident = world.told(scene, opened, clues=clues, labels={"pod": f"{named}-7d9f"})
    return world.case(scene, incident, evaluate, [])


def _hunch_at_quiet_time(world: World) -> Case:
    """A vendor we need is blamed, yet it has nothing open that fits and what broke is ours."""
    anchor = fresh(world)
    scene = world.scene([world.need_for(anchor)], world.role_for(anchor.facet))
    opened = anchor.posted - world.between(3 * 24 * 60, 5 * 24 * 60)
    evaluate = opened + world.between(2, 40)
    world.probe(scene, anchor.facet.vendor, evaluate)
    clues = [world.sentence("hunch", scene, anchor.facet.vendor), world.own_cause(scene, at=opened)]
    return world.case(scene, world.told(scene, opened, clues=clues), evaluate, [])
