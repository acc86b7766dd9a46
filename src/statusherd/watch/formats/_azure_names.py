"""Azure's categories mix services with regions: which is which, by the words that regions are made of."""

from __future__ import annotations

import re
from typing import Final

from statusherd.watch.reading.words import fold

_DIRECTIONS: Final = frozenset(
    [
        "north",
        "south",
        "east",
        "west",
        "central",
        "northcentral",
        "southcentral",
        "westcentral",
        "southeast",
        "northeast",
    ]
)
_PLACES: Final = frozenset(
    [
        "africa",
        "america",
        "americas",
        "asia",
        "australia",
        "austria",
        "belgium",
        "brazil",
        "canada",
        "chile",
        "china",
        "denmark",
        "europe",
        "finland",
        "france",
        "germany",
        "greece",
        "india",
        "indonesia",
        "israel",
        "italy",
        "japan",
        "jio",
        "korea",
        "malaysia",
        "mexico",
        "norway",
        "pacific",
        "poland",
        "qatar",
        "spain",
        "states",
        "sweden",
        "switzerland",
        "taiwan",
        "uae",
        "uk",
        "us",
        "arizona",
        "texas",
        "virginia",
        "iowa",
    ]
)
_FILLERS: Final = frozenset(
    ["new", "zealand", "saudi", "arabia", "united", "gov", "dod", "euap", "stage", "stg"]
)
_EVERYWHERE: Final = frozenset({"global", "allregions", "multipleregions", "worldwide", "nonregional"})
_WORD: Final = re.compile(r"[a-z]+|\d{1,2}|[^\sa-z\d]+")


def is_everywhere(category: str) -> bool:
    """Tell whether a category stands for all regions."""
    return fold(category) in _EVERYWHERE


def is_region(category: str) -> bool:
    """Tell whether a category is a region: "West US", "East US 2 EUAP", "New Zealand North"."""
    words = _WORD.findall(category.casefold()[:100])
    known = _DIRECTIONS | _PLACES | _FILLERS
    return bool(words) and not words[0].isdigit() and all(w in known or w.isdigit() for w in words)
