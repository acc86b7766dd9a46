"""What decides on Changes besides what they say: the routes, who is reached, and what makes messages wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from statusherd.model.escalation import Escalation
from statusherd.model.routing import Reach
from statusherd.notify.route_table import RouteTable
from statusherd.notify.waiting import Calm

ANYONE: Final = Reach()
"""Where nobody takes turns: every target is the channel of that name."""
NOTHING_WAITS: Final = Calm()


@dataclass(frozen=True, slots=True)
class Moment:
    """The same for all that is decided in one batch.

    `channels` are those that exist; a route's target or an old listener that is not among them is passed
    over. `reach` tells to which channels the targets of routes lead now, `calm` what may make messages wait.
    """

    table: RouteTable
    channels: Collection[str]
    now: datetime
    reach: Reach = ANYONE
    calm: Calm = NOTHING_WAITS
    escalations: Mapping[str, Escalation] = field(default_factory=dict)
    """By how routes name them."""
