"""`vendor`: search, add, list, show and remove, against real pages on loopback and a real store."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.clock import SystemClock
from statusherd.model.vendors import Origin, WatchedVendor
from statusherd.model.words import Impact
from statusherd.store.engine import Store
from statusherd.store.vendors import added_vendors, vendors_version
from statusherd.testing import Fault, StatusPage

PARTS = ("API", "API keys", "Web", "Jobs")


class House:
    """A config of its own and a page to look at."""

    def __init__(self, folder: Path, page: StatusPage) -> None:
        self.page = page
        self.config = folder / "config.toml"
        self.config.write_text("[http]\nallow_private = true\n")
        self.url = f"sqlite:///{folder / 'var' / 'statusherd.db'}"

    async def run(self, *words: str, code: int = 0, stdin: str | None = None):
        invoke = CliRunner().invoke
        result = await asyncio.to_thread(invoke, cli, ["-c", str(self.config), *words], input=stdin)
        assert result.exit_code == code, result.output
        return result

    async def add(self, *words: str, code: int = 0):
        return await self.run("vendor", "add", *words, code=code)

    async def json(self, *words: str) -> dict[str, object]:
        result = await self.run(*words, "--json")
        assert result.stderr == ""
        return json.loads(result.stdout)

    def added(self) -> tuple[WatchedVendor, ...]:
        with Store.open(self.url) as store:
            return store.read_now(added_vendors)


@pytest.fixture
async def house(tmp_path, monkeypatch):
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    async with StatusPage(SystemClock(), "Acme Status", PARTS) as page:
        yield House(tmp_path, page)


# add


async def test_an_address_is_looked_at_once_and_becomes_a_vendor(house):
    house.page.open("API down", "major", ["API"])
    result = await house.add(house.page.url)
    (vendor,) = house.added()
    assert (vendor.name, vendor.title, vendor.format, vendor.origin) == (
        "acme",
        "Acme Status",
        "statuspage",
        Origin.ADDED,
    )
    assert vendor.address.startswith(house.page.address)
    assert vendor.components == ()
    assert result.stdout == "Added acme.\n"
    assert "partial outage" in result.stderr
    assert "All of its components are watched" in result.stderr


async def test_every_option_is_kept(house):
    words = "--name mine --component API* --component jobs --region eu-* --min-impact major --interval 5m --tag a --tag b"
    await house.add(house.page.url, *words.split(), "--yes")
    (vendor,) = house.added()
    assert vendor.name == "mine"
    assert (vendor.components, vendor.regions, vendor.tags) == (("API*", "jobs"), ("eu-*",), ("a", "b"))
    assert (vendor.min_impact, vendor.interval) == (Impact.MAJOR, 300.0)


async def test_adding_is_told_as_json_alone(house):
    document = await house.json("vendor", "add", house.page.url)
    assert document["vendor"]["name"] == "acme"
    assert document["vendor"]["interval"] == 60.0
    assert document["look"] == {"status": "operational", "components": 4, "open_incidents": 0}


async def test_a_running_daemon_can_notice_it(house):
    await house.add(house.page.url)
    with Store.open(house.url) as store:
        assert store.read_now(vendors_version) == 1


async def test_a_catalogue_name_is_read_at_its_own_address(house, tmp_path):
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "corner-shop.toml").write_text(
        f'name = "corner-shop"\ntitle = "Corner Shop"\nformat = "statuspage"\naddress = "{house.page.url}"\nverified = "2026-01"\n'
    )
    await house.add("corner-shop")
    (vendor,) = house.added()
    assert (vendor.name, vendor.title, vendor.address) == ("corner-shop", "Corner Shop", house.page.url)


@pytest.mark.parametrize(
    "asked", ["corner-shop.example", "www.corner-shop.example", "https://corner-shop.example/"]
)
async def test_a_vendors_own_domain_leads_to_its_entry(house, tmp_path, asked):
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "corner-shop.toml").write_text(
        f'name = "corner-shop"\ntitle = "Corner Shop"\nformat = "detect"\naddress = "{house.page.url}"\n'
        'unverified = true\ndomains = ["corner-shop.example"]\n'
    )
    await house.add(asked)
    (vendor,) = house.added()
    assert (vendor.name, vendor.title, vendor.format) == ("corner-shop", "Corner Shop", "statuspage")
    seen = await house.json("inspect", asked)
    assert (seen["source"], seen["format"]) == (asked, "statuspage")


async def test_a_name_that_is_taken_is_refused_before_anything_is_asked(house):
    await house.add(house.page.url, "--name", "mine")
    asked = house.page.count()
    result = await house.add(house.page.url, "--name", "mine", code=1)
    assert "statusherd vendor remove" in result.stderr
    assert house.page.count() == asked


async def test_a_name_of_the_config_is_refused(house):
    text = house.config.read_text()
    house.config.write_text(
        f'{text}[[vendor]]\nname = "acme"\npage = "{house.page.url}"\nformat = "statuspage"\n'
    )
    result = await house.add(house.page.url, code=1)
    assert str(house.config) in result.stderr
    assert "--name" in result.stderr
    assert house.added() == ()


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Fault.SERVER_ERROR, "500"),
        (Fault.HTML, "no known format"),
        (Fault.FORBIDDEN, "403"),
        (Fault.DROP, ""),
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_refused_with_the_reason(house, fault, word):
    house.page.fault = fault
    result = await house.add(house.page.url, "--yes", code=1)
    assert word in result.stderr
    assert "Nothing was added" in result.stderr
    assert house.added() == ()


async def test_it_can_be_forced_where_the_format_is_known(house):
    house.page.fault = Fault.SERVER_ERROR
    result = await house.add(house.page.url, "--format", "statuspage", "--name", "mine", "--force")
    assert "without having been read" in result.stderr
    assert [vendor.name for vendor in house.added()] == ["mine"]


async def test_private_addresses_need_the_operators_leave(house):
    house.config.write_text("")
    result = await house.add(house.page.url, code=1)
    assert "allow_private" in result.stderr
    assert house.page.requests == []


async def test_a_filter_that_matches_nothing_is_refused_and_names_what_there_is(house):
    result = await house.add(house.page.url, "--component", "Databse", code=1)
    assert "'Databse'" in result.stderr
    assert "API keys" in result.stderr
    assert house.added() == ()
    await house.add(house.page.url, "--component", "Databse", "--force")
    assert house.added()[0].components == ("Databse",)


@pytest.mark.parametrize(
    "words",
    [
        ("--interval", "soon"),
        ("--interval", "100ms"),
        ("--min-impact", "huge"),
        ("--format", "x"),
        ("--name", "*"),
    ],
    ids=str,
)
async def test_wrong_usage_adds_nothing(house, words):
    await house.add(house.page.url, *words, code=2)
    assert house.added() == ()


@pytest.mark.parametrize(
    "name", ["--option", "$(touch x)", "a\nb", "quo\"te'", "🚀", "x" * 10_000, "\x1b[31m"]
)
async def test_hostile_names_are_stored_literally_and_shown_safely(house, name):
    result = await house.add(house.page.url, f"--name={name}")
    assert [vendor.name for vendor in house.added()] == [name]
    shown = await house.run("vendor", "list")
    details = await house.run("vendor", "show", "--", name)
    for text in (result.output, shown.output, details.output):
        assert "\x1b" not in text
        assert max(map(len, text.splitlines())) < 400
    assert (await house.json("vendor", "list"))["vendors"][0]["name"] == name
    await house.run("vendor", "remove", "--yes", "--", name)
    assert house.added() == ()


# import


async def test_an_import_looks_only_where_that_is_wished_and_adds_none_that_cannot_be_read(house, tmp_path):
    (tmp_path / "providers").mkdir()
    for name, address in (("corner-shop", house.page.url), ("closed-shop", f"{house.page.url}/closed")):
        (tmp_path / "providers" / f"{name}.toml").write_text(
            f'name = "{name}"\ntitle = "{name}"\nformat = "statuspage"\naddress = "{address}"\nverified = "2026-01"\n'
        )
    house.page.fault = Fault.SERVER_ERROR
    wanted = "corner-shop # ours\nclosed-shop\n"
    failed = await house.run("vendor", "import", "-", "--look", "--yes", stdin=wanted, code=1)
    assert "corner-shop cannot be added" in failed.stderr
    assert "500" in failed.stderr
    assert house.added() == ()
    house.page.fault = None
    asked = house.page.count()
    await house.run("vendor", "import", "-", "--yes", stdin="corner-shop\n")
    assert house.page.count() == asked
    (vendor,) = house.added()
    assert (vendor.name, vendor.address, vendor.origin) == ("corner-shop", house.page.url, Origin.ADDED)


# list and show


async def test_the_list_shows_both_origins_with_what_is_watched(house):
    text = house.config.read_text()
    house.config.write_text(
        f'{text}[[vendor]]\nname = "ours"\npage = "{house.page.url}"\nformat = "statuspage"\ninterval = "1s"\nmin_impact = "major"\n'
    )
    before = await house.json("vendor", "list")
    assert [vendor["name"] for vendor in before["vendors"]] == ["ours"]
    await house.add(house.page.url, "--component", "API")
    await house.run("check")
    acme, ours = (await house.json("vendor", "list"))["vendors"]
    assert (acme["origin"], acme["components"], acme["interval"]) == ("added", ["API"], 60.0)
    assert (ours["origin"], ours["min_impact"], ours["interval"]) == ("config", "major", 1.0)
    assert {acme["status"], ours["status"]} == {"operational"}
    shown = (await house.run("vendor", "list")).stdout
    assert "impact major or worse" in shown


async def test_a_vendor_is_shown_with_all_that_is_known_of_it(house):
    await house.add(house.page.url)
    house.page.resolve(house.page.open("Old trouble", "minor", ["Web"]))
    house.page.open("API down", "major", ["API"], text="We are looking.")
    await house.run("check")
    document = await house.json("vendor", "show", "acme")
    assert list(document) == ["vendor", "components", "incidents", "maintenances", "looks", "probes"]
    assert [c["name"] for c in document["components"]] == list(PARTS)
    assert {(i["title"], i["phase"]) for i in document["incidents"]} >= {("API down", "investigating")}
    assert document["looks"]["failed_looks"] == 0
    assert document["looks"]["validators"][0]["etag"]
    shown = (await house.run("vendor", "show", "acme")).stdout
    assert "✗ partial outage" in shown
    assert "We are looking." in shown
    assert "4 components: 3 operational, 1 partial outage" in shown


async def test_failed_looks_are_shown_with_their_reason(house):
    await house.add(house.page.url)
    await house.run("check")
    house.page.fault = Fault.SERVER_ERROR
    await house.run("check")
    document = await house.json("vendor", "show", "acme")
    assert document["looks"]["failed_looks"] == 1
    assert document["vendor"]["state"]["error"]["kind"] == "server_error"
    assert "1 look failed since" in (await house.run("vendor", "show", "acme")).stdout


async def test_a_vendor_that_is_not_watched_is_told_with_what_may_be_meant(house):
    await house.add(house.page.url)
    result = await house.run("vendor", "show", "acmee", code=1)
    assert "Did you mean 'acme'?" in result.stderr


async def test_a_vendor_never_looked_at_is_shown_too(house):
    await house.add(house.page.url)
    assert "never looked at" in (await house.run("vendor", "show", "acme")).stdout


# remove


async def test_removing_needs_a_yes_where_nobody_can_be_asked(house):
    await house.add(house.page.url)
    result = await house.run("vendor", "remove", "acme", code=1)
    assert "--yes" in result.stderr
    assert len(house.added()) == 1
    document = await house.json("vendor", "remove", "acme", "--yes")
    assert document == {"name": "acme", "removed": True}
    assert house.added() == ()


@pytest.mark.parametrize("has_store", [True, False])
async def test_a_vendor_of_the_config_is_removed_in_its_file(house, has_store):
    text = house.config.read_text()
    house.config.write_text(
        f'{text}[[vendor]]\nname = "ours"\npage = "{house.page.url}"\nformat = "statuspage"\n'
    )
    if has_store:
        await house.add(house.page.url)
    result = await house.run("vendor", "remove", "ours", "--yes", code=1)
    assert str(house.config) in result.stderr
    await house.run("vendor", "remove", "other", "--yes", code=1)


# search


async def test_the_catalogue_is_searched_by_name_and_domain(house):
    assert "github" in [
        vendor["name"] for vendor in (await house.json("vendor", "search", "git hub"))["vendors"]
    ]
    assert "github" in (await house.run("vendor", "search", "github")).stdout


async def test_nothing_found_is_said_and_ends_with_1(house):
    result = await house.run("vendor", "search", "qqqqxxzz", code=1)
    assert "vendor add https://" in result.stderr
