"""Every provider file that comes with the program holds facts that can be used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from statusherd.model.errors import CatalogError, StatusherdError
from statusherd.model.vendors import DETECT
from statusherd.watch.catalog import Provider, duplicates, packaged_folder, read_provider
from statusherd.watch.formats import Endpoints, format_named, option_problems

FILES = sorted(packaged_folder().glob("*"))
REGISTRIES = re.compile(
    r"npmjs|\bnpm\b|pypi|pythonhosted|rubygems|crates\.io|nuget|packagist|hex\.pm|maven|clojars|cocoapods|"
    r"quay\.io|gemfury|packagecloud|cloudrepo|anaconda|jfrog|artifactory|registry",
    re.IGNORECASE,
)
LEGAL_FORM = re.compile(r"\b(?:inc|llc|ltd|gmbh|corp)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def providers() -> list[Provider]:
    """All files that can be read; what cannot is told by the first test."""
    found = []
    for path in FILES:
        try:
            found.append(read_provider(path))
        except StatusherdError:
            continue
    return found


def _endpoints(provider: Provider) -> Endpoints:
    """Return what is read of a vendor; of one whose format is to be found out, the page itself."""
    if provider.format == DETECT:
        return Endpoints(look=(provider.address,))
    problems = option_problems(provider.format, dict(provider.options))
    if problems:
        raise CatalogError("; ".join(problems))
    return format_named(provider.format).endpoints(provider.address)


def _faults(path: Path) -> Iterator[str]:
    try:
        provider = read_provider(path)
        endpoints = _endpoints(provider)
    except StatusherdError as error:
        yield str(error)
        return
    if path.suffix != ".toml":
        yield "is no .toml file"
    if not provider.category:
        yield "has no category"
    if not provider.sources and provider.format != DETECT:
        yield "credits no list that names the facts"
    if any(not re.fullmatch(r"[\w.-]+/[\w.-]+", source) for source in provider.sources):
        yield "credits something that is no public repository"
    addresses = (provider.address, provider.page, *endpoints.look, *endpoints.history)
    yield from (f"{a} is not https" for a in filter(None, addresses) if urlsplit(a).scheme != "https")
    if not endpoints.look:
        yield "has nothing to look at"


def test_every_provider_file_can_be_used():
    assert not [f"{path.name}: {fault}" for path in FILES for fault in _faults(path)]


def test_no_provider_is_a_package_registry_or_names_one():
    assert not [path.name for path in FILES if REGISTRIES.search(path.read_text())]


def test_titles_are_tidy(providers):
    untidy = [
        p.title for p in providers if p.title != " ".join(p.title.split()) or LEGAL_FORM.search(p.title)
    ]
    assert not untidy


def test_no_alias_or_domain_leads_to_two_vendors(providers):
    assert not duplicates(providers)


def test_no_two_vendors_have_the_same_address_page_or_title(providers):
    whole = [p for p in providers if not (p.components or p.regions)]
    for facts in (
        Counter(p.address for p in whole),
        Counter((p.page or p.address).rstrip("/") for p in whole),
        Counter(p.title.casefold() for p in providers),
    ):
        assert not [fact for fact, times in facts.items() if times > 1]


def test_a_part_of_a_page_stands_beside_the_whole(providers):
    whole = {p.address for p in providers if not (p.components or p.regions)}
    assert not [p.name for p in providers if p.address not in whole]


def test_no_two_entries_stand_for_the_same_part(providers):
    parts = Counter((p.address, p.components, p.regions) for p in providers)
    assert not [part for part, times in parts.items() if times > 1]


def test_there_are_vendors_enough(providers):
    readable = [p for p in providers if p.format != DETECT]
    assert len(readable) >= 1_000
    assert len([p for p in readable if not (p.components or p.regions)]) >= 980
    assert len(providers) - len(readable) >= 700


def test_an_entry_that_nobody_has_seen_says_so(providers):
    assert not [p.name for p in providers if p.format == DETECT and p.verified is not None]
