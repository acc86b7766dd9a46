"""A reminder: a maintenance that is to be told again before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """The next time at which a window, as it stood then, is told again in its thread.

    `channel` is empty where the routes are asked whom to tell, else the one for which it had to wait.
    """

    thread: str
    vendor: str
    maintenance: str
    starts_at: datetime
    due_at: datetime
    channel: str = ""
