"""The vendor catalogue: one file opened for one vendor, the operator's own over the packaged, search."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.model.errors import CatalogError
from statusherd.model.vendors import Source, WatchedVendor
from statusherd.watch.catalog import MAX_BYTES, Catalog, packaged_folder, read_provider
from statusherd.watch.provider_index import read_all

FACTS = 'title = "T"\nformat = "statuspage"\naddress = "https://status.example.com/"\nunverified = true\n'
SOURCE = (
    '[[source]]\nlabel = "eu"\nformat = "statuspage"\naddress = "https://eu.example.com/"\nregion = "eu-1"\n'
)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "statusherd"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "providers").mkdir()
    return tmp_path / "providers"


@pytest.fixture
def put(folder):
    def write(name: str, facts: str = FACTS, **more: str):
        path = folder / f"{name}.toml"
        path.write_text(f'name = "{name}"\n{facts}' + "".join(f"{k} = {v}\n" for k, v in more.items()))
        return path

    return write


def test_a_vendor_is_got_by_opening_its_file_only(put, folder):
    put("good")
    put("broken", "title =")
    os.mkfifo(folder / "pipe.toml")  # opening it for reading would wait for ever
    provider = Catalog(packaged=folder).get("good")
    assert provider.watched() == WatchedVendor(
        name="good",
        title="T",
        address="https://status.example.com/",
        format="statuspage",
        page_url="https://status.example.com/",
    )


def test_a_packaged_vendor_is_got_by_opening_its_file_only():
    script = (
        "import sys\n"
        "from statusherd.watch.catalog import Catalog\n"
        "touching = {'open', 'os.listdir', 'os.scandir'}\n"
        "sys.addaudithook(lambda event, args: event in touching and print(args[0]))\n"
        "Catalog().get('github')\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    touched = [line for line in told.splitlines() if line.startswith(str(packaged_folder()))]
    assert touched == [str(packaged_folder() / "github.toml")]


def test_a_wrong_file_does_not_stop_a_search(put, folder):
    put("good")
    put("broken", "title =")
    catalog = Catalog(packaged=folder)
    assert [p.name for p in catalog.search("good")] == ["good"]
    (fault,) = catalog.faults
    assert "broken.toml" in fault
    assert "is not TOML" in fault


def test_the_operators_file_replaces_the_packaged_one(put, folder, tmp_path):
    put("github", FACTS.replace('"T"', '"Ours"'))
    catalog = Catalog(own=folder)
    assert catalog.get("github").title == "Ours"
    assert catalog.get("cloudflare").title == "Cloudflare"
    assert Catalog(own=tmp_path / "nowhere").get("github").title == "GitHub"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../secret",
        "../../etc/passwd",
        "a/b",
        "/etc/passwd",
        "a\0b",
        "A",
        "a" * 65,
        "-a",
        "ä",
        "a\n",
    ],
)
def test_names_that_are_no_names_open_nothing(folder, tmp_path, name):
    (tmp_path / "secret.toml").write_text(f'name = "secret"\n{FACTS}')
    with pytest.raises(CatalogError, match="not in the catalogue"):
        Catalog(packaged=folder).get(name)


def test_a_link_out_of_the_folder_is_refused_and_not_quoted(folder, tmp_path):
    (tmp_path / "secret").write_text("hunter2 = [")
    (folder / "link.toml").symlink_to(tmp_path / "secret")
    with pytest.raises(CatalogError, match="leads out of its folder") as caught:
        Catalog(packaged=folder).get("link")
    assert "hunter2" not in str(caught.value)


def test_links_inside_the_folder_work_as_mounted_volumes_have_them(put, folder):
    put("one")
    (folder / "..data").mkdir()
    (folder / "one.toml").rename(folder / "..data/one.toml")
    (folder / "one.toml").symlink_to("..data/one.toml")
    assert Catalog(packaged=folder).get("one").name == "one"


def test_files_that_are_too_large_or_no_files_are_refused(put, folder):
    put("large", FACTS + "#" * MAX_BYTES)
    (folder / "dir.toml").mkdir()
    os.mkfifo(folder / "pipe.toml")
    (folder / "loop.toml").symlink_to("loop.toml")
    (folder / "gone.toml").symlink_to("gone")
    catalog = Catalog(packaged=folder)
    for name, words in (
        ("large", "64 KiB"),
        ("dir", "is a directory"),
        ("pipe", "plain file"),
        ("loop", "cannot be read"),
        ("gone", "cannot be read"),
    ):
        with pytest.raises(CatalogError, match=words):
            catalog.get(name)
    assert len(catalog.faults) == 5


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ('title = "T"', "format is missing"),
        (FACTS + "notes = 1\n", "unknown key 'notes'"),
        (FACTS.replace("statuspage", "nonsense"), "there is no format 'nonsense'"),
        (FACTS.replace("https:", "ftp:"), "address must be"),
        (FACTS.replace("https://", "https://user:pw@"), "address must be"),
        (FACTS.replace("https://status.example.com/", "https://[x/"), "address must be"),
        (FACTS.replace('"T"', "3"), "title must be a text"),
        (FACTS.replace('"T"', '"a\\u001b[31m"'), "title must be a text"),
        (FACTS.replace("unverified = true", 'verified = "soon"'), "verified must be"),
        (FACTS.replace("unverified = true", ""), "must stand"),
        (FACTS + 'verified = "2026-09"\n', "must stand"),
        (FACTS + 'domains = "example.com"\n', "domains must be a list"),
        (FACTS + 'domains = ["https://example.com"]\n', "cannot stand"),
        (FACTS + 'aliases = ["Not A Name"]\n', "cannot stand"),
        (FACTS + 'name = "other"\n', "is not TOML"),
        (
            FACTS.replace("statuspage", "detect").replace("unverified = true", 'verified = "2026-09"'),
            "detect",
        ),
        (FACTS + "regions = 3\n", "regions must be a list"),
        (FACTS + "options = 3\n", "options must be a table"),
        (FACTS + "[options]\na = 3\n", "options must be texts"),
        (FACTS + '[options]\na = "b"\n', "statuspage takes no option 'a'"),
        (FACTS + 'source = "x"\n', "source must be tables"),
        (
            FACTS + '[[source]]\nlabel = "a"\n',
            "source 'a': format is missing; source 'a': address is missing",
        ),
        (FACTS + SOURCE.replace("eu", "EU/1"), "label must be small letters"),
        (FACTS + SOURCE.replace("https", "ftp"), "source 'eu': address must be"),
        (FACTS + SOURCE.replace("statuspage", "detect"), "source 'eu': there is no format 'detect'"),
        (FACTS + SOURCE + SOURCE, "source 'eu' stands twice"),
        (FACTS + SOURCE + 'colour = "x"\n', "source 'eu': unknown key 'colour'"),
    ],
)
def test_a_file_with_wrong_facts_is_refused(put, facts, words):
    with pytest.raises(CatalogError, match=words):
        read_provider(put("vendor", facts))


def test_all_that_is_wrong_with_a_file_is_told_at_once(put):
    with pytest.raises(CatalogError) as caught:
        read_provider(put("vendor", 'title = 3\nformat = "x"\naddress = "y"\ncolour = 1\n'))
    for words in ("title must", "no format 'x'", "address must", "unknown key 'colour'", "must stand"):
        assert words in str(caught.value)


def test_a_file_may_name_several_sources_a_part_of_the_page_and_options(put):
    facts = FACTS.replace("statuspage", "cachet") + (
        'components = ["API*"]\nregions = ["eu-*"]\n[options]\ntimezone = "Europe/Berlin"\n' + SOURCE
    )
    vendor = read_provider(put("vendor", facts)).watched()
    assert (vendor.components, vendor.regions) == (("API*",), ("eu-*",))
    assert vendor.options == (("timezone", "Europe/Berlin"),)
    assert vendor.further == (Source("eu", "statuspage", "https://eu.example.com/", "eu-1"),)


def test_what_is_kept_of_a_file_is_all_of_it(put, folder, cache):
    facts = FACTS.replace("statuspage", "cachet") + '[options]\ntimezone = "Europe/Berlin"\n' + SOURCE
    for number in range(60):
        os.utime(put(f"vendor-{number}", facts), (1, 1))
    first, second = (read_all(folder, begun=time.time_ns() + 10**10) for _ in range(2))
    assert first == second
    assert list(cache.iterdir())


def test_the_name_in_the_file_must_be_the_files_name(put):
    path = put("vendor")
    with pytest.raises(CatalogError, match="as the file is called"):
        read_provider(path.rename(path.with_stem("other")))


@pytest.fixture(scope="module")
def packaged() -> Catalog:
    return Catalog()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("github", "github"),
        ("GitHub ", "github"),
        ("git hub", "github"),
        ("cloudflair", "cloudflare"),
        ("box", "box"),
        ("letsencrypt", "lets-encrypt"),
        ("monday.com", "monday"),
        ("twilio.com", "twilio"),
        ("digital ocean", "digitalocean"),
    ],
)
def test_a_search_finds_what_was_meant_first(packaged, text, name):
    known = set(packaged.names())
    assert name in known
    if packaged.get(name):
        assert packaged.search(text)[0].name == name


def test_a_search_for_nonsense_finds_nothing(packaged):
    assert packaged.search("qqqqxxxxzzzz") == ()


def test_a_search_for_nothing_finds_all_by_name(packaged):
    assert [p.name for p in packaged.search("  ")] == list(packaged.names())


def test_the_command_lists_all_with_format_and_page_where_nothing_is_looked_for(tmp_path, packaged):
    (tmp_path / "config.toml").touch()
    words = ["-c", str(tmp_path / "config.toml"), "vendor", "search", "", "--json"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    vendors = json.loads(result.stdout)["vendors"]
    assert [vendor["name"] for vendor in vendors] == list(packaged.names())
    assert all(vendor["format"] and vendor["page_url"].startswith("https://") for vendor in vendors)


def test_a_short_name_inside_other_words_is_not_found(packaged):
    assert {"ada", "esa", "wix"} <= set(packaged.names())
    found = [p.name for p in packaged.search("canada besah wixom systems")]
    assert not {"ada", "esa", "wix"} & set(found)
    assert packaged.search("ada chat bots")[0].name == "ada"


def test_an_unknown_name_is_answered_with_what_it_may_stand_for(packaged):
    with pytest.raises(CatalogError) as caught:
        packaged.get("githb")
    assert caught.value.remedy == "Did you mean github or gitbook?"


def test_who_asks_for_an_alias_is_told_whose_it_is_and_nothing_else(packaged):
    with pytest.raises(CatalogError) as caught:
        packaged.get("claude")
    assert caught.value.remedy == "Did you mean anthropic?"


def test_a_vendor_is_found_by_its_domain_or_its_page(packaged):
    for host in ("github.com", "API.GitHub.com.", "www.githubstatus.com"):
        found = packaged.by_domain(host)
        assert found is not None
        assert found.name == "github"
    for host in ("com", "", "github.com.example.com", "notgithub.com"):
        assert packaged.by_domain(host) is None


def test_the_packaged_folder_lies_beside_the_source_or_in_the_package():
    assert (packaged_folder() / "github.toml").is_file()
