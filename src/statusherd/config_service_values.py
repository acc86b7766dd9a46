"""The values of [[service]] and [severity]: what a service depends on, rows of the matrix.

Each `parse_…` takes what stands in the file and returns the value, or raises ValueError with a sentence on
what is wrong and one on what to write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from statusherd.config_problems import quoted
from statusherd.config_values import parse_texts, word_of
from statusherd.model.services import Dependency
from statusherd.model.words import Severity

_SERVICE: Final = "service:"
_HINT: Final = 'Write it like "stripe", "stripe:API", "aws:ec2*@us-east-1" or "service:payments"'
_severity: Final = word_of(Severity)


@dataclass(frozen=True, slots=True)
class Need:
    """What a service depends on, as written in `text`: a part of a vendor, or another service."""

    text: str
    vendor: Dependency | None = None
    service: str = ""


def parse_needs(value: object) -> tuple[Need, ...]:
    """Return a list of dependencies; one alone may stand without brackets."""
    return tuple(map(_need, parse_texts(value)))


def _need(text: str) -> Need:
    if text.casefold().startswith(_SERVICE):
        name = text[len(_SERVICE) :].strip()
        if not name:
            raise ValueError(f"{quoted(text)} names no service. {_HINT}")
        return Need(text, service=name)
    rest, at, region = text.rpartition("@") if "@" in text else (text, "", "")
    vendor, colon, component = (part.strip() for part in rest.partition(":"))
    region = region.strip()
    if not vendor or (colon and not component) or (at and not region):
        raise ValueError(f"{quoted(text)} lacks a name before or behind its sign. {_HINT}")
    return Need(text, Dependency(vendor, component or None, region or None))


def parse_matrix_row(value: object) -> tuple[Severity, Severity, Severity]:
    """Return the severities of one impact for tier 1, 2 and 3."""
    if not isinstance(value, list) or len(value) != 3:
        raise ValueError('must be three severities, for tier 1, 2 and 3. Write ["SEV1", "SEV2", "SEV3"]')
    one, two, three = (Severity(_severity(each)) for each in value)
    return one, two, three


def parse_lower_tiers(value: object) -> tuple[int, ...]:
    """Return the tiers whose severity is lower outside of business hours: 2, 3, both or none."""
    is_list = isinstance(value, list) and all(type(each) is int for each in value)
    if not is_list or not isinstance(value, list) or not set(value) <= {1, 2, 3}:
        raise ValueError("must be a list of tiers. Write [2, 3], [3] or []")
    if 1 in value:
        raise ValueError("must not hold tier 1: it is as urgent at night. Take 2 and 3")
    return tuple(sorted(set(value)))
