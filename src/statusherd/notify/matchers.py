"""Whether a route selects a Change, and whom it then tells. Pure."""

from __future__ import annotations

from functools import lru_cache

from statusherd.model.delivery import Reason
from statusherd.model.records import VendorIncident
from statusherd.model.routing import Route
from statusherd.model.selection import matches, names_region, names_selected
from statusherd.model.services import OWNER, Touch
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind
from statusherd.notify.question import Question
from statusherd.notify.route_table import Kind
from statusherd.notify.threads import event_of


def out_of_scope(question: Question) -> Reason | None:
    """Return why a Change concerns no part of the vendor that is ours; None where it does."""
    vendor, change = question.vendor, question.change
    if vendor is None:
        return None
    if change.kind is ChangeKind.FIRST_LOOK and change.incidents:
        reasons = [incident_out_of_scope(i, vendor, question) for i in change.incidents]
        return reasons[0] if all(reasons) else None
    if change.maintenance is not None:
        window = change.maintenance
        ours = names_selected(vendor.components, window, question.components, change.components)
        return None if ours else Reason.COMPONENT_NOT_SELECTED
    if change.incident is None:
        return None
    return incident_out_of_scope(change.incident, vendor, question)


def incident_out_of_scope(
    incident: VendorIncident, vendor: WatchedVendor, question: Question
) -> Reason | None:
    """Return why an incident concerns no part of the vendor that is ours; None where it does."""
    if incident.impact.rank < vendor.min_impact.rank:
        return Reason.BELOW_MIN_IMPACT
    if not names_selected(vendor.components, incident, question.components, question.change.components):
        return Reason.COMPONENT_NOT_SELECTED
    if not names_region(vendor.regions, incident.regions):
        return Reason.REGION_NOT_SELECTED
    return None


def kind_of(question: Question) -> Kind:
    """Return what a Change has in common with others that many routes answer alike."""
    change, vendor = question.change, question.vendor
    tags = vendor.tags if vendor else ()
    if question.touches:
        tags = tuple(dict.fromkeys((*tags, *(tag for touch in question.touches for tag in touch.tags))))
    return Kind(event_of(change), question.vendor_names, question.severity, tags)


def mismatch(candidate: Route, question: Question) -> Reason | None:
    """Return the first matcher of a route that refuses a Change; None where all agree.

    Of what many Changes have in common, the table of routes was asked before.
    """
    return _part_mismatch(candidate, question) or _service_mismatch(candidate, question)


def _part_mismatch(candidate: Route, question: Question) -> Reason | None:
    change = question.change
    if change.ours is not None:
        return _part_of_no_vendor(candidate)
    about = change.incident or change.maintenance
    concerned = (about,) if about else change.incidents
    if not concerned:
        return None
    every, named = question.components, change.components
    if not any(names_selected(candidate.components, each, every, named) for each in concerned):
        return Reason.COMPONENT_NOT_SELECTED
    regions = [each.regions for each in concerned if isinstance(each, VendorIncident)]
    if regions and not any(names_region(candidate.regions, each) for each in regions):
        return Reason.REGION_NOT_SELECTED
    return None


def _part_of_no_vendor(candidate: Route) -> Reason | None:
    """Refuse an incident of ours where a route wants parts of vendors, but of one that explains it."""
    if candidate.vendors:  # the table was asked before: one of them does
        return None
    if candidate.components:
        return Reason.COMPONENT_NOT_SELECTED
    return Reason.REGION_NOT_SELECTED if candidate.regions else None


def _service_mismatch(candidate: Route, question: Question) -> Reason | None:
    if not (candidate.services or candidate.owners) or _selected(candidate, question.touches):
        return None
    if any(_is_selected(candidate.services, touch.service) for touch in question.touches):
        return Reason.OWNER_NOT_SELECTED
    return Reason.SERVICE_NOT_SELECTED if candidate.services else Reason.OWNER_NOT_SELECTED


def _selected(candidate: Route, touches: tuple[Touch, ...]) -> tuple[Touch, ...]:
    """Return the touched services that a route selects by name and by owner."""
    services, owners = candidate.services, candidate.owners
    if not (services or owners):
        return touches
    return tuple(
        touch
        for touch in touches
        if _is_selected(services, touch.service) and _is_selected(owners, touch.owner)
    )


@lru_cache(65_536)
def _is_selected(patterns: tuple[str, ...], name: str | None) -> bool:
    """Tell whether patterns of the configuration select a name of it; asked of each route for each Change."""
    return not patterns or any(matches(pattern, name) for pattern in patterns)


def targets(candidate: Route, question: Question) -> tuple[str, ...]:
    """Return the channels of a route, in the place of "owner" those of the owners; each once.

    The owners are those of the touched services that the route selects. Of a Change that it refuses they
    are those of all that are touched, so that each of them has an answer.
    """
    if OWNER not in candidate.channels:
        return candidate.channels
    touches = _selected(candidate, question.touches) or question.touches
    owners = dict.fromkeys(touch.owner for touch in touches if touch.owner)
    reached = tuple(channel for owner in owners for channel in question.teams.get(owner, ()))
    named = (reached if channel == OWNER else (channel,) for channel in candidate.channels)
    return tuple(dict.fromkeys(channel for group in named for channel in group))
