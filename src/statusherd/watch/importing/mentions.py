"""What a file mentions: a name, an address, or a piece of software that talks to a vendor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mention is, and so what it is looked up by."""

    NAME = "name"  # a line of a list: a name, a domain or an address
    SUBSCRIPTION = "subscription"  # an outline of a feed reader
    NODE = "node"
    PYTHON = "python"
    GO = "go"
    RUBY = "ruby"
    PHP = "php"
    TERRAFORM = "terraform"  # the type of a provider: the last part of its source
    IMAGE = "image"  # a container's image without registry, tag and digest

    @property
    def is_written_by_hand(self) -> bool:
        """Somebody named a vendor; all else names software, most of which is no vendor's."""
        return self is Kind.NAME


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that a file mentions. `text` is what people are shown.

    `key` is what it is looked up by, in small letters. `addresses` are those of a subscription.
    """

    kind: Kind
    text: str
    key: str
    addresses: tuple[str, ...] = ()
