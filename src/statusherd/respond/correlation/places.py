"""Regions in words: codes of the clouds, and the names that their pages use. Pure.

The codes and names are those that AWS, Google Cloud, Azure and DigitalOcean print on their status pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

EVERYWHERE: Final = frozenset({"global", "worldwide", "all", "all-regions", "multi-region", "any", "*"})

_CODE: Final = re.compile(
    r"(?<![a-z0-9])(?:"
    r"(?:us|eu|ap|sa|ca|me|af|il|mx|cn)(?:-gov|-iso[a-z]?)?"
    r"-(?:central|(?:north|south)?(?:east|west)|north|south)-\d{1,2}"
    r"|(?:us|europe|asia|australia|southamerica|northamerica|me|africa)"
    r"-(?:central|(?:north|south)?(?:east|west)|north|south)\d{1,2}"
    r")(?=-?[a-f]?(?![a-z0-9]))"
)
_NAMES: Final[Mapping[str, str]] = {
    "n. virginia": "us-east-1",
    "northern virginia": "us-east-1",
    "ohio": "us-east-2",
    "n. california": "us-west-1",
    "northern california": "us-west-1",
    "oregon": "us-west-2",
    "ireland": "eu-west-1",
    "london": "eu-west-2",
    "paris": "eu-west-3",
    "frankfurt": "eu-central-1",
    "zurich": "eu-central-2",
    "stockholm": "eu-north-1",
    "milan": "eu-south-1",
    "tokyo": "ap-northeast-1",
    "seoul": "ap-northeast-2",
    "osaka": "ap-northeast-3",
    "singapore": "ap-southeast-1",
    "sydney": "ap-southeast-2",
    "jakarta": "ap-southeast-3",
    "mumbai": "ap-south-1",
    "hyderabad": "ap-south-2",
    "sao paulo": "sa-east-1",
    "são paulo": "sa-east-1",
    "cape town": "af-south-1",
    "bahrain": "me-south-1",
    "uae": "me-central-1",
    "iowa": "us-central1",
    "south carolina": "us-east1",
    "belgium": "europe-west1",
    "netherlands": "europe-west4",
}
_AZURE: Final = (
    "east us 2",
    "east us",
    "west us 2",
    "west us 3",
    "west us",
    "central us",
    "south central us",
    "north central us",
    "west central us",
    "north europe",
    "west europe",
    "uk south",
    "uk west",
    "france central",
    "germany west central",
    "switzerland north",
    "norway east",
    "sweden central",
    "southeast asia",
    "east asia",
    "japan east",
    "japan west",
    "australia east",
    "central india",
    "south india",
    "brazil south",
    "canada central",
    "canada east",
    "uae north",
    "korea central",
)
_ZONE: Final = re.compile(r"(?<=\d)-?[a-f]\Z")
_WORDS: Final = {
    **_NAMES,
    **{name: name.replace(" ", "") for name in _AZURE},
    **{name.replace(" ", ""): name.replace(" ", "") for name in _AZURE},
}
_NAMED: Final = re.compile(
    r"(?<![\w-])(?:" + "|".join(re.escape(n) for n in sorted(_WORDS, key=len, reverse=True)) + r")(?![\w-])"
)
_WIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "eu": ("eu-*", "europe-*", "*europe"),
    "europe": ("eu-*", "europe-*", "*europe"),
    "us": ("us-*", "*us", "*us2", "*us3"),
    "usa": ("us-*", "*us", "*us2", "*us3"),
    "united states": ("us-*", "*us", "*us2", "*us3"),
    "north america": ("us-*", "ca-*", "northamerica-*", "*us", "*us2"),
    "apac": ("ap-*", "asia-*", "australia-*"),
    "asia pacific": ("ap-*", "asia-*", "australia-*"),
    "asia": ("ap-*", "asia-*"),
}
"""Words for parts of the world, and the codes that lie in them."""


@lru_cache(4096)
def regions_in(text: str) -> frozenset[str]:
    """Return the regions that a text names, as codes: "Lambda (N. Virginia)" names us-east-1."""
    folded = text.casefold()
    return frozenset(_CODE.findall(folded)) | {_WORDS[name] for name in _NAMED.findall(folded)}


@lru_cache(4096)
def without_regions(text: str) -> str:
    """Return a text without the regions that it names."""
    return _NAMED.sub(" ", _CODE.sub(" ", text.casefold()))


@lru_cache(4096)
def code_of(region: str) -> str:
    """Return a region as its code; as it stands, in lower case, where it is none that is known."""
    folded = region.casefold().strip()
    found = regions_in(folded)
    return next(iter(found)) if len(found) == 1 else _ZONE.sub("", folded)


def overlap(wanted: str, regions: Iterable[str]) -> bool:
    """Tell whether the region that somebody depends on, which may be a glob, is among `regions`."""
    want = code_of(wanted)
    return any(_same(want, code_of(region)) for region in regions)


def _same(want: str, have: str) -> bool:
    if have in EVERYWHERE or want in EVERYWHERE or fnmatchcase(have, want) or fnmatchcase(want, have):
        return True
    return any(fnmatchcase(want, glob) for glob in _WIDE.get(have, ())) or any(
        fnmatchcase(have, glob) for glob in _WIDE.get(want, ())
    )
