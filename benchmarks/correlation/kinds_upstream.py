"""Cases in which a vendor stands on another one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from benchmarks.correlation.alerts import Says
from benchmarks.correlation.cases import Case, Update, VendorIncident
from benchmarks.correlation.history import moved
from benchmarks.correlation.kinds_vendor import beside, detection, level, sign_of
from benchmarks.correlation.scene import MINUTE, Anchor
from benchmarks.correlation.vocabulary import Facet, composed, display, pick
from benchmarks.correlation.world import World

_MODELS: Final = re.compile("Claude|Fable|Opus|Sonnet")


def shared_upstream(world: World) -> Case:
    """One or two vendors that we need name the cloud or network beneath them.

    Truth: the incidents of the vendors that we need, and that of the named upstream where it is posted by
    then, fits their times, and concerns the place that they name. A name in passing ("sign-in by GitHub
    works"), another region, or an upstream incident that begins hours later make no cause of it. Recorded is
    one pair: a code host whose assistant fails with the models of a vendor that has trouble itself.
    """
    if world.chance(0.12):
        return _recorded_upstream(world)
    kind = world.rng.choice([one for one in composed()["outage"] if one["vendor"] in ("aws", "gcp", "azure")])
    first = world.anchor(
        lambda one, facet: facet.vendor not in ("aws", "gcp") and bool(one.updates), lasts=45
    )
    region = world.rng.choice(kind["regions"])
    upstream = world.outage_in(kind, region, first.posted + world.between(-35, 12))
    variant = world.rng.choices(
        ("named", "named twice", "in passing", "another place", "not posted"), weights=(40, 20, 15, 15, 10)
    )[0]
    if variant == "not posted":
        upstream = Anchor(moved(upstream.incident, 3 * 60 * MINUTE), upstream.facet, upstream.began)
    return _above(world, first, upstream, kind, variant)


def _above(world: World, first: Anchor, upstream: Anchor, kind: dict[str, Any], variant: str) -> Case:
    """The case on top of an upstream. `variant` says how the vendors' texts speak of it."""
    region = upstream.facet.region
    place = world.rng.choice([one for one in kind["regions"] if one != region] or [region])
    told = {"another place": place}.get(variant, region)
    group = "mentions_innocently" if variant == "in passing" else "names_upstream"
    vendors = [_naming(world, first, upstream, told, group)]
    if variant == "named twice":
        vendors.append(_naming(world, beside(world, first), upstream, told, group))
    scene = world.scene(
        [world.need_for(one) for one in vendors], world.role_for(*(one.facet for one in vendors))
    )
    known = max(one.incident.updates[1].at for one in vendors)
    opened = max(vendors[0].began + detection(world), vendors[0].posted - world.between(-10, 20))
    opened = min(opened, first.ended - 5 * MINUTE)
    evaluate = max(opened, known, upstream.posted if variant != "not posted" else known) + world.between(
        0.5, 20
    )
    scene.anchors += [*(one.incident for one in vendors), upstream.incident]
    says = level(world, Says.FEATURE if len(vendors) > 1 else Says.NOTHING)
    clues = [sign_of(world, one.facet) for one in vendors[1:]]
    incident = world.told(scene, opened, vendors[0].facet, says, clues)
    causes = {one.incident.cause for one in vendors}
    if variant in ("named", "named twice") or (told == region and variant == "another place"):
        causes.add(upstream.incident.cause)
    return world.case(scene, incident, evaluate, causes)


def _naming(world: World, anchor: Anchor, upstream: Anchor, region: str, group: str) -> Anchor:
    """The anchor with a second update of ours that speaks of the upstream."""
    old = anchor.incident
    at = old.posted_at + world.between(1, 14)
    where = f" ({region})" if region != "global" else ""
    text = pick(world.rng, group, upstream=display(upstream.facet.vendor), region=where)
    later = [update for update in old.updates[1:] if update.at > at]
    added = Update(at, "identified" if group == "names_upstream" else "investigating", text)
    incident = replace(old, updates=(old.updates[0], added, *later))
    return replace(anchor, incident=incident)


def _recorded_upstream(world: World) -> Case:
    """GitHub's assistant fails by the models of Anthropic: both pages say so in their own words."""
    models = [one for one in world.history if one.vendor == "anthropic" and one.resolved_at]

    def beneath(one: VendorIncident) -> list[VendorIncident]:
        return [up for up in models if up.posted_at <= one.posted_at <= (up.resolved_at or up.posted_at)]

    def is_above(one: VendorIncident, facet: Facet) -> bool:
        words = " ".join(update.text for update in one.updates[:3])
        return facet.key == "copilot" and bool(_MODELS.search(words)) and bool(beneath(one))

    above = world.anchor(is_above)
    scene = world.scene([world.need_for(above)], world.role_for(above.facet), alone=True)
    upstream = beneath(above.incident)[-1]
    scene.anchors += [above.incident, upstream]
    opened = above.posted - world.between(-10, 20)
    evaluate = max(opened, above.incident.updates[1].at) + world.between(1, 15)
    incident = world.told(scene, opened, above.facet, level(world))
    return world.case(scene, incident, evaluate, {above.incident.cause, upstream.cause})
