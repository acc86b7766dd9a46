"""Posts of Microsoft's public status site: what one looks like, and what its status means.

Facts: a post of the admin centre of 2026, and a description of the site's own requests. Each post has an Id,
a Status, a Message and stamps, of which `AuthoredDateTime` is the only one that tells of a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from statusherd.model.words import Status
from statusherd.watch.reading.values import Object, string

STATES: Final[Mapping[str, Status]] = {
    "available": Status.OPERATIONAL,
    "operational": Status.OPERATIONAL,
    "servicedegradation": Status.DEGRADED,
    "serviceinterruption": Status.MAJOR_OUTAGE,
    "servicerestored": Status.OPERATIONAL,
}
SITE: Final = "status.cloud.microsoft"


def is_post(row: Object) -> bool:
    """Tell whether a JSON object is a post."""
    has_stamp = "AuthoredDateTime" in row or "LastUpdatedTime" in row
    return bool(string(row.get("Id"))) and bool(string(row.get("Status"))) and has_stamp and "Message" in row
