"""Whose page it is that answers in Statuspage's shape: told by the kind of its ids.

Statuspage's own ids are twelve letters and digits; those of products that imitate its API are ULIDs, UUIDs,
numbers, or left out.
"""

from __future__ import annotations

import re
from typing import Final

_ULID: Final = re.compile(r"^0[0-7][0-9A-HJKMNP-TV-Z]{24}$")
_UUID: Final = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


def is_ulid(value: object) -> bool:
    """Tell whether `value` is a ULID."""
    return isinstance(value, str) and _ULID.match(value) is not None


def is_uuid(value: object) -> bool:
    """Tell whether `value` is a UUID."""
    return isinstance(value, str) and _UUID.match(value) is not None
