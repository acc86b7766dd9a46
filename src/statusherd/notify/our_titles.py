"""Vendors in what is told of an incident of ours, as people call them. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, TypeVar

from statusherd.model.delivery import Alert
from statusherd.model.incidents import OurNews
from statusherd.model.suspects import Answer


class _OfVendor(Protocol):
    @property
    def vendor(self) -> str: ...


_Item = TypeVar("_Item", bound=_OfVendor)


def in_titles(alert: Alert) -> Alert:
    """Return an alert whose suspects, checks and contacts bear vendors' titles instead of their names."""
    ours = alert.change.ours
    if ours is None or not ours.titles:
        return alert
    named = replace(
        ours,
        answer=_answer(ours.answer, ours) if ours.answer else None,
        findings=_called(ours.findings, ours),
        contacts=_called(ours.contacts, ours),
    )
    return replace(alert, change=replace(alert.change, ours=named))


def _answer(answer: Answer, ours: OurNews) -> Answer:
    return replace(
        answer,
        links=_called(answer.links, ours),
        suspects=_called(answer.suspects, ours),
        blind=_called(answer.blind, ours),
    )


def _called(items: tuple[_Item, ...], ours: OurNews) -> tuple[_Item, ...]:
    return tuple(replace(each, vendor=ours.titles.get(each.vendor, each.vendor)) for each in items)  # type: ignore[type-var]
