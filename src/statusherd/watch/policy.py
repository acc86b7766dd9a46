"""How a vendor's looks are judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from statusherd.model.services import Dependency


@dataclass(frozen=True, slots=True)
class Policy:
    """How a vendor's looks are judged."""

    blind_after: int = 3
    """Failed looks in a row until the source counts as blind, …"""
    blind_for: timedelta = timedelta(minutes=5)
    """… and for how long at least: a page that is looked at every second may restart in peace."""
    stale_after: timedelta = timedelta(days=30)
    """An open incident that nobody touched for this long is stale."""
    accept_after: int = 3
    """Suspicious looks in a row until they are believed."""
    components: tuple[str, ...] = ()
    """The vendor's component filter."""
    depended_on: tuple[Dependency, ...] = ()
    """The components that services of ours depend on: their fall is trouble whatever the page says."""
