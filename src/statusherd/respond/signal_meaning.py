"""What an alert of a monitoring system means for us: which of our services, and how severe. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from statusherd.model.intake import Intake
from statusherd.model.selection import matches
from statusherd.model.services import Service
from statusherd.model.signals import Signal
from statusherd.model.words import Impact, Severity
from statusherd.respond.severity import Judgement, SeverityRules

_IMPACTS: Final[Mapping[Severity, Impact]] = {
    Severity.SEV1: Impact.CRITICAL,
    Severity.SEV2: Impact.MAJOR,
    Severity.SEV3: Impact.MINOR,
}
"""Which row of the matrix a sender's severity is: for tier 1 the default matrix leaves it as it is."""


@dataclass(frozen=True, slots=True)
class Concern:
    """The services of ours that an alert concerns, or the name it gives that is none of ours."""

    services: tuple[Service, ...] = ()
    stranger: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(service.name for service in self.services)


def concern_of(signal: Signal, intake: Intake, services: Sequence[Service]) -> Concern:
    """Return what an alert concerns: by its own word, by its label, else by that of the intake.

    Names count whatever their case. What we wrote may be a glob, on either side; a sender's word is plain.
    """
    told = signal.service or signal.labels.get(intake.service_label)
    if told:
        found = tuple(service for service in services if matches(service.name, told))
        plain = tuple(service for service in found if service.name.casefold() == told.casefold())
        return Concern(plain or found) if found else Concern(stranger=told)
    if intake.service is None:
        return Concern()
    ours = tuple(service for service in services if matches(intake.service, service.name))
    return Concern(ours) if ours else Concern(stranger=intake.service)


def judge_signal(signal: Signal, intake: Intake, concern: Concern, rules: SeverityRules) -> Judgement:
    """Return how severe an alert is: the sender's word by the tier of the most important service.

    Where it names none of ours the sender's word stands; where the sender says nothing, the intake's.
    """
    said = signal.severity or intake.severity
    who = "the sender says" if signal.severity else f"the sender says nothing, so by the intake {intake.name}"
    if not concern.services:
        return Judgement(said, f"{who} {said}")
    first = min(concern.services, key=lambda service: service.tier)
    impact = _IMPACTS.get(said)
    found = rules.matrix[impact][first.tier - 1] if impact else Severity.SEV4
    return Judgement(found, f"{who} {said} x tier {first.tier} of {first.name} = {found}")
