"""A status page that does what a test or a drill tells it, in Statuspage's shape, on loopback."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from statusherd.clock import Clock
from statusherd.model.errors import StatusherdError
from statusherd.model.records import Component, Maintenance, Update, VendorIncident
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.testing.serving import Page, PageServer
from statusherd.watch.imitation import PageDocuments, PageFacts, page_documents, stable_id

_TEXTS: Final = {
    Phase.INVESTIGATING: "We are looking into it.",
    Phase.IDENTIFIED: "The cause has been found.",
    Phase.MONITORING: "A fix is in place and we are watching it.",
    Phase.RESOLVED: "This incident has been resolved.",
}


class StatusPage(Page):
    """A scriptable page. Times are the clock's; ids depend on the page's name and the order of calls only.

    `components` are names, or a number of them. An incident puts the components it names into the state
    of its impact, unless `moves_components` is off, and gives them back when it is resolved.
    `rollup` overrides what the page says of itself.
    """

    def __init__(
        self, clock: Clock, name: str = "Example", components: Sequence[str] | int = ("API", "Website")
    ) -> None:
        super().__init__(clock)
        self.name = name
        self.id = stable_id("page", name)
        self.rollup: Status | None = None
        names = _numbered(components) if isinstance(components, int) else components
        self._components = {n: Component(self._component_id(n), n, status=Status.OPERATIONAL) for n in names}
        self._incidents: dict[str, VendorIncident] = {}
        self._moved: dict[str, bool] = {}
        self._maintenances: dict[str, Maintenance] = {}
        self._changed_at = clock.now()
        self._issued = 0
        self._written: PageDocuments | None = None

    @property
    def rows(self) -> int:
        """How many components the page has."""
        return len(self._components)

    def component_id(self, name: str) -> str:
        """Return the id of the component called `name`."""
        return self._component(name).id

    def documents(self) -> PageDocuments:
        if self._written is None:
            page = PageFacts(self.id, self.name, self.address, self._changed_at)
            self._written = page_documents(
                page,
                [self._as_shown(component) for component in self._components.values()],
                list(self._incidents.values()),
                list(self._maintenances.values()),
                rollup=self.rollup,
            )
        return self._written

    def serve_at(self, address: str) -> None:
        super().serve_at(address)
        self._written = None  # the documents name the address

    # Incidents

    def open(
        self,
        title: str,
        impact: Impact | str = Impact.MINOR,
        components: Iterable[str] = (),
        *,
        text: str = _TEXTS[Phase.INVESTIGATING],
        started_at: datetime | None = None,
        moves_components: bool = True,
    ) -> str:
        """Post a new incident and return its id; `started_at` in the past back-dates it."""
        now = self._change()
        incident = VendorIncident(
            id=self._new_id("incident"),
            title=title,
            impact=Impact(impact),
            started_at=started_at or now,
            updated_at=now,
            component_ids=tuple(self.component_id(name) for name in components),
            updates=(Update(now, Phase.INVESTIGATING, text),),
        )
        self._incidents[incident.id] = incident
        self._moved[incident.id] = moves_components
        return incident.id

    def update(self, incident: str, phase: Phase | str, text: str | None = None) -> None:
        """Post an update. An open phase after a resolved one reopens the incident."""
        known = self._incident(incident)
        now, phase = self._change(), Phase(phase)
        is_over = phase is Phase.RESOLVED
        self._incidents[incident] = replace(
            known,
            phase=phase,
            updated_at=now,
            resolved_at=(known.resolved_at or now) if is_over else None,
            updates=(*known.updates, Update(now, phase, _TEXTS[phase] if text is None else text)),
        )

    def resolve(self, incident: str, text: str | None = None) -> None:
        """Post that it is over; again on a resolved one, such as with a postmortem."""
        self.update(incident, Phase.RESOLVED, text)

    def post_after_the_fact(
        self, title: str, impact: Impact | str, started_at: datetime, resolved_at: datetime
    ) -> str:
        """Post an incident that is over already, as of then, and return its id."""
        known = self.open(title, impact, started_at=started_at)
        posted = self._incidents[known]
        post = replace(posted.updates[0], phase=Phase.RESOLVED, text=_TEXTS[Phase.RESOLVED])
        self._incidents[known] = replace(
            posted, phase=Phase.RESOLVED, resolved_at=resolved_at, updates=(post,)
        )
        return known

    def touch(self, incident: str) -> None:
        """Move the incident's `updated_at` and nothing else."""
        self._incidents[incident] = replace(self._incident(incident), updated_at=self._change())

    def edit(
        self,
        incident: str,
        *,
        title: str | None = None,
        impact: Impact | str | None = None,
        components: Iterable[str] | None = None,
        text: str | None = None,
    ) -> None:
        """Change what was posted, silently as vendors do; `text` replaces that of the newest update."""
        known = self._incident(incident)
        ids = None if components is None else tuple(self.component_id(name) for name in components)
        updates = known.updates
        if text is not None:
            updates = (*updates[:-1], replace(updates[-1], text=text))
        self._incidents[incident] = replace(
            known,
            title=known.title if title is None else title,
            impact=known.impact if impact is None else Impact(impact),
            component_ids=known.component_ids if ids is None else ids,
            updates=updates,
            updated_at=self._change(),
        )

    def withdraw(self, entry: str) -> None:
        """Delete an incident or a maintenance from the page and its history."""
        self._change()
        if self._incidents.pop(entry, None) is None and self._maintenances.pop(entry, None) is None:
            raise _not_here(self.name, "incident or maintenance", entry)

    # Components

    def set_component(self, name: str, status: Status | str) -> None:
        """Put a component into a state of its own; an open incident may still show it worse."""
        self._change()
        self._components[name] = replace(self._component(name), status=Status(status))

    def add_component(self, name: str) -> None:
        self._change()
        self._components[name] = Component(self._component_id(name), name, status=Status.OPERATIONAL)

    def rename_component(self, name: str, to: str) -> None:
        """Give a component another name; its id stays."""
        self._change()
        self._components[to] = replace(self._component(name), name=to)
        del self._components[name]

    def remove_component(self, name: str) -> None:
        self._change()
        del self._components[self._component(name).name]

    # Maintenance

    def schedule_maintenance(
        self, title: str, starts_at: datetime, ends_at: datetime, components: Iterable[str] = ()
    ) -> str:
        """Announce a maintenance and return its id."""
        now = self._change()
        window = Maintenance(
            id=self._new_id("maintenance"),
            title=title,
            phase=MaintenancePhase.SCHEDULED,
            starts_at=starts_at,
            ends_at=ends_at,
            component_ids=tuple(self.component_id(name) for name in components),
            updates=(Update(now, MaintenancePhase.SCHEDULED, "We have planned some work."),),
        )
        self._maintenances[window.id] = window
        return window.id

    def start_maintenance(self, maintenance: str) -> None:
        self._move_maintenance(maintenance, MaintenancePhase.IN_PROGRESS, "The work has begun.")

    def end_maintenance(self, maintenance: str) -> None:
        self._move_maintenance(maintenance, MaintenancePhase.COMPLETED, "The work is done.")

    def reschedule_maintenance(
        self, maintenance: str, starts_at: datetime | None = None, ends_at: datetime | None = None
    ) -> None:
        """Move the window's ends; before its start a new date, while it runs an extension."""
        known = self._maintenance(maintenance)
        self._change()
        self._maintenances[maintenance] = replace(
            known, starts_at=starts_at or known.starts_at, ends_at=ends_at or known.ends_at
        )

    def _move_maintenance(self, maintenance: str, phase: MaintenancePhase, text: str) -> None:
        known = self._maintenance(maintenance)
        post = Update(self._change(), phase, text)
        self._maintenances[maintenance] = replace(known, phase=phase, updates=(*known.updates, post))

    # What all of them need

    def _change(self) -> datetime:
        self._written = None
        self._changed_at = self.clock.now()
        return self._changed_at

    def _new_id(self, kind: str) -> str:
        self._issued += 1
        return stable_id(kind, self.id, str(self._issued))

    def _component_id(self, name: str) -> str:
        return stable_id("component", self.id, name)

    def _component(self, name: str) -> Component:
        try:
            return self._components[name]
        except KeyError:
            raise _not_here(self.name, "component", name) from None

    def _incident(self, incident: str) -> VendorIncident:
        try:
            return self._incidents[incident]
        except KeyError:
            raise _not_here(self.name, "incident", incident) from None

    def _maintenance(self, maintenance: str) -> Maintenance:
        try:
            return self._maintenances[maintenance]
        except KeyError:
            raise _not_here(self.name, "maintenance", maintenance) from None

    def _as_shown(self, component: Component) -> Component:
        states = [
            incident.impact.status or Status.OPERATIONAL
            for incident in self._incidents.values()
            if incident.is_open and self._moved[incident.id] and component.id in incident.component_ids
        ]
        if any(
            window.phase is MaintenancePhase.IN_PROGRESS and component.id in window.component_ids
            for window in self._maintenances.values()
        ):
            states.append(Status.MAINTENANCE)
        return replace(component, status=max([component.status, *states], key=lambda state: state.rank))


class PageFarm(PageServer):
    """Many scriptable pages on one port, each with an address of its own."""

    def __init__(self, count: int, clock: Clock, components: Sequence[str] | int = 2) -> None:
        self.farmed = tuple(
            StatusPage(clock, f"Vendor {number}", components) for number in range(1, count + 1)
        )
        super().__init__(self.farmed)

    def __getitem__(self, number: int) -> StatusPage:
        return self.farmed[number]


def _numbered(count: int) -> list[str]:
    return [f"Component {number}" for number in range(1, count + 1)]


def _not_here(page: str, kind: str, name: str) -> StatusherdError:
    return StatusherdError(f"this page has no {kind} {name!r}", subject=page)
