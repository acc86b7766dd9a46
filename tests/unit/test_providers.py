"""Every provider file that comes with the program holds facts that can be used."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from statusherd.watch.catalog import duplicates, packaged_folder, read_provider
from statusherd.watch.formats import format_named

FILES = sorted(packaged_folder().glob("*"))
REGISTRIES = re.compile(
    r"npmjs|\bnpm\b|pypi|pythonhosted|rubygems|crates\.io|nuget|packagist|hex\.pm|maven|clojars|cocoapods|"
    r"quay\.io|gemfury|packagecloud|anaconda|registry",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_provider_file_can_be_used(path: Path):
    provider = read_provider(path)
    assert path.suffix == ".toml"
    assert provider.category
    assert provider.sources, "the lists that name the facts are credited"
    for address in (provider.address, provider.page or provider.address):
        assert urlsplit(address).scheme == "https"
    endpoints = format_named(provider.format).endpoints(provider.address)
    assert endpoints.look
    assert all(url.startswith("https://") for url in (*endpoints.look, *endpoints.history))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_provider_is_no_package_registry(path: Path):
    facts = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("sources"))
    assert not REGISTRIES.search(facts)


def test_no_alias_or_domain_leads_to_two_vendors():
    assert not duplicates(read_provider(path) for path in FILES)


def test_no_two_vendors_are_read_from_the_same_address():
    addresses = [read_provider(path).address for path in FILES]
    assert len(set(addresses)) == len(addresses)


def test_there_are_vendors_enough_to_begin_with():
    assert len(FILES) >= 150
