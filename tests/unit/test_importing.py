"""What files mention, and which vendors of the catalogue that speaks for. No network, no store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from statusherd.cli import cli
from statusherd.model.errors import StatusherdError
from statusherd.watch.catalog import Catalog
from statusherd.watch.importing import files
from statusherd.watch.importing.files import FORMS, MAX_FILE, form_of, mentions_of
from statusherd.watch.importing.mentions import Kind, Mention
from statusherd.watch.importing.phonebook import Phonebook
from statusherd.watch.importing.recognise import recognise
from statusherd.watch.importing.signs import Signs, packaged_signs

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Feeds</title></head><body>
  <outline text="Status pages">
    <outline text="Corner Shop" type="rss" xmlUrl="https://status.corner-shop.example/history.atom"
      htmlUrl="https://status.corner-shop.example/"/>
  </outline>
  <outline text="A blog" xmlUrl="https://blog.corner-shop.example/feed.xml"/>
  <outline text="Elsewhere" xmlUrl="https://status.elsewhere.example/feed.atom"/>
</body></opml>"""

SAMPLES = {
    "vendors.txt": ("github # builds\n\n# none\nhttps://status.example.com/\n", ["github", "https://status.example.com/"]),
    "feeds.opml": (OPML, ["Corner Shop", "A blog", "Elsewhere"]),
    "package.json": (
        json.dumps({"dependencies": {"@sentry/node": "^8", "left": "1"}, "devDependencies": {"snyk": "1"}}),
        ["@sentry/node", "left", "snyk"],
    ),
    "package-lock.json": (
        json.dumps(
            {
                "lockfileVersion": 3,
                "packages": {"": {"dependencies": {"openai": "4"}}, "node_modules/twilio": {"version": "5"}},
            }
        ),
        ["openai"],
    ),
    "requirements-dev.txt": (
        ("-r base.txt\nboto3==1.2 \\\n    --hash=sha256:00\nSentry_SDK[flask]>=2 ; python_version > '3'\n"
        "pkg @ https://example.com/pkg.whl\n-e .\ngit+https://example.com/x.git\n"),
        ["boto3", "Sentry_SDK", "pkg"],
    ),
    "pyproject.toml": (
        ('[project]\ndependencies = ["openai>=1"]\n[project.optional-dependencies]\nx = ["twilio"]\n'
        '[dependency-groups]\ndev = ["snyk", {include-group = "x"}]\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\nboto3 = "*"\n[tool.poetry.group.a.dependencies]\nplaid-python = "1"\n'),
        ["openai", "twilio", "snyk", "boto3", "plaid-python"],
    ),
    "poetry.lock": ('[[package]]\nname = "boto3"\nversion = "1"\n[[package]]\nversion = "1"\n', ["boto3"]),
    "go.mod": (
        ("module example.com/shop\n\ngo 1.22\n\nrequire github.com/slack-go/slack v0.12.0\nrequire (\n"
        "\tgithub.com/twilio/twilio-go/v2 v2.1.0\n\tgithub.com/aws/aws-sdk-go v1.0.0 // indirect\n)\n"
        "replace example.com/a => example.com/b v1.0.0\n"),
        ["github.com/slack-go/slack", "github.com/twilio/twilio-go"],
    ),
    "Gemfile": ('source "https://gems.example.com"\ngem "sentry-ruby", "~> 5"\n  gem(\'pg\')\n# gem "no"\n', ["sentry-ruby", "pg"]),
    "Gemfile.lock": (
        ("GEM\n  remote: https://gems.example.com/\n  specs:\n    aws-sdk-s3 (1.0)\n\nPLATFORMS\n  ruby\n\n"
        "DEPENDENCIES\n  pg\n  sentry-ruby (~> 5)\n  shared!\n\nBUNDLED WITH\n   2.5\n"),
        ["pg", "sentry-ruby", "shared"],
    ),
    "composer.json": (
        json.dumps({"require": {"php": "8", "ext-json": "*", "twilio/sdk": "8"}, "require-dev": {"sentry/sentry": "4"}}),
        ["twilio/sdk", "sentry/sentry"],
    ),
    "main.tf": (
        ('terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n'
        'provider "cloudflare" {\n}\nmodule "net" {\n  source  = "terraform-aws-modules/vpc/aws"\n}\n'
        'module "own" {\n  source = "./net"\n}\nresource "datadog_monitor" "m" {\n}\n'
        'data "google_project" "p" {}\nresource "random_id" "r" {}\n'),
        ["source hashicorp/aws", "source terraform-aws-modules/vpc/aws", "provider cloudflare", "resources datadog_*",
         "resources google_*", "resources random_*"],
    ),
    ".terraform.lock.hcl": (
        'provider "registry.example.com/hashicorp/google" {\n  version = "5.0.0"\n}\n',
        ["provider hashicorp/google"],
    ),
    "compose.yaml": (
        "services:\n  agent:\n    image: images.example.com:5000/datadog/agent:7@sha256:00\n  db:\n    image: 'postgres:16'\n",
        ["datadog/agent", "postgres"],
    ),
    "Dockerfile": (
        "FROM --platform=linux/amd64 python:3.11 AS base\nfrom newrelic/infrastructure\nFROM ${BASE}\n",
        ["python", "newrelic/infrastructure"],
    ),
}  # fmt: skip


@pytest.fixture
def catalog(tmp_path) -> Catalog:
    """A catalogue of few invented vendors."""
    folder = tmp_path / "providers"
    folder.mkdir()
    pages = {
        "corner-shop": (
            "Corner Shop",
            "https://status.corner-shop.example/",
            '["corner-shop.example"]',
            '["shop"]',
        ),
        "pages": ("Pages", "https://status.pages.example/", '["pages.example"]', "[]"),
        "left": ("Left", "https://shared.example/left/status.json", "[]", "[]"),
        "right": ("Right", "https://shared.example/right/status.json", "[]", "[]"),
    }
    for name, (title, address, domains, aliases) in pages.items():
        (folder / f"{name}.toml").write_text(
            f'name = "{name}"\ntitle = "{title}"\nformat = "statuspage"\naddress = "{address}"\n'
            f'domains = {domains}\naliases = {aliases}\nverified = "2026-01"\n'
        )
    (folder / "broken.toml").write_text('name = "broken"\n')
    return Catalog(packaged=folder)


# Files


@pytest.mark.parametrize("name", SAMPLES)
def test_each_form_is_known_by_its_name_and_read(name):
    text, expected = SAMPLES[name]
    assert [mention.text for mention in mentions_of(f"some/folder/{name}", text.encode())] == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_each_form_is_known_by_how_it_begins(name):
    text, expected = SAMPLES[name]
    assert form_of("-", text).name == form_of(name, text).name
    assert [mention.text for mention in mentions_of("-", text.encode())] == expected


def test_every_form_can_be_named_on_the_command_line():
    shown = " ".join(
        CliRunner().invoke(cli, ["vendor", "import", "--help"], terminal_width=400).output.split()
    )
    (listed,) = (part.split("]")[0] for part in shown.split("--as [")[1:])
    assert set(listed.split("|")) == {form.name for form in FORMS}


def test_names_of_packages_are_compared_as_their_world_does():
    keys = {
        m.text: m.key
        for name in ("requirements-dev.txt", "go.mod")
        for m in mentions_of(name, SAMPLES[name][0].encode())
    }
    assert keys["Sentry_SDK"] == "sentry-sdk"
    assert keys["github.com/twilio/twilio-go"] == "github.com/twilio/twilio-go"


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("list.txt", b"a\0b", "it is no text"),
        ("list.txt", b"caf\xe9", "no text in UTF-8"),
        ("list.txt", b"x" * (MAX_FILE + 1), "larger than 5 MiB"),
        ("package.json", b"{", "no JSON"),
        ("package.json", b"[]", "no object"),
        ("package.json", b'{"a":' * 100_000, "nested too deeply"),
        ("pyproject.toml", b"[", "no TOML"),
        ("feeds.opml", b"<rss/>", "no OPML"),
        ("feeds.opml", b"<opml>", "no XML"),
        ("feeds.opml", b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml>&a;</opml>", "document type"),
        ("feeds.opml", b"<opml><outline xmlUrl='&a;'/></opml>", "no XML"),
        ("Gemfile.lock", b"GEM\n", "no section"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_reason(name, body, why):
    with pytest.raises(StatusherdError, match=name) as caught:
        mentions_of(name, body)
    assert why in caught.value.message
    assert len(str(caught.value)) < 500


@given(st.sampled_from([form.name for form in FORMS]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(form, body):
    try:
        mentions_of("-", body, form)
    except StatusherdError as error:
        assert error.remedy  # noqa: PT017 - nothing else may be raised


@pytest.mark.parametrize("form", [form.name for form in FORMS])
@pytest.mark.parametrize("text", ["\n" * 200_000, " " * 200_000, 'resource "a" ' * 20_000, "a." * 10_000, "<" * 200_000, "FROM --a " * 20_000, '{"a": ' * 500], ids=["lines", "blanks", "heads", "dots", "tags", "from", "braces"])  # fmt: skip
@pytest.mark.timeout(5)
def test_no_text_takes_long(form, text):
    try:
        mentions_of("-", text.encode(), form)
        form_of("-", text)
    except StatusherdError:
        pass


def test_other_charsets_are_read_where_they_are_declared():
    assert [m.text for m in mentions_of("l", "é\n".encode("utf-16"))] == ["é"]
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><opml><outline text="é" xmlUrl="https://a.example/"/></opml>'
    assert [m.text for m in mentions_of("f.opml", body.encode("latin-1"))] == ["é"]


def test_a_file_that_mentions_too_much_is_refused():
    body = "\n".join(map(str, range(files.MAX_MENTIONS + 1))).encode()
    with pytest.raises(StatusherdError, match="mentions more than"):
        mentions_of("l", body)


# Signs


def test_every_sign_names_a_vendor_of_the_catalogue():
    names = set(Catalog().names())
    table = packaged_signs().table
    assert {vendor for rows in table.values() for vendor in rows.values()} <= names
    assert sum(map(len, table.values())) >= 150
    assert set(table) <= {kind.value for kind in Kind}


def test_the_longest_sign_that_fits_counts():
    signs = Signs({"node": {"@a/*": "one", "@a/b*": "two", "@a/bc": "three"}})
    found = [signs.vendor_of(Mention(Kind.NODE, key, key)) for key in ("@a/x", "@a/bx", "@a/bc", "@b/x")]
    assert found == ["one", "two", "three", None]


@pytest.mark.parametrize(
    ("kind", "key", "vendor"),
    [
        (Kind.NODE, "@sentry/node", "sentry"),
        (Kind.NODE, "aws-sdk", "amazon-web-services"),
        (Kind.PYTHON, "boto3", "amazon-web-services"),
        (Kind.TERRAFORM, "aws", "amazon-web-services"),
        (Kind.GO, "github.com/datadog/datadog-go", "datadog"),
        (Kind.NODE, "react", None),
        (Kind.PYTHON, "@sentry/node", None),
    ],
)  # fmt: skip
def test_well_known_software_stands_for_its_vendor(kind, key, vendor):
    assert packaged_signs().vendor_of(Mention(kind, key, key)) == vendor


# Recognition


def by_text(catalog: Catalog, text: str) -> tuple[list[str], list[tuple[str | None, tuple[str, ...]]]]:
    found = recognise([("list", mentions_of("list", text.encode()))], catalog, packaged_signs())
    return [each.name for each in found.vendors], [(each.address, each.suggestions) for each in found.unknown]


@pytest.mark.parametrize(
    "text",
    [
        "corner-shop",
        "Corner Shop",
        "CORNER  shop",
        "shop",
        "corner-shop.example",
        "www.corner-shop.example",
        "https://api.corner-shop.example/v1",
        "https://status.corner-shop.example/history.atom",
    ],
)
def test_names_titles_aliases_and_addresses_are_recognised(catalog, text):
    assert by_text(catalog, text) == (["corner-shop"], [])


@pytest.mark.parametrize(
    ("text", "address", "suggestions"),
    [
        ("corner-shp", None, ("corner-shop",)),
        ("customer.pages.example", "https://customer.pages.example", ("pages",)),
        ("https://shared.example/", "https://shared.example/", ("left", "right")),
        ("https://status.elsewhere.example/x", "https://status.elsewhere.example/x", ()),
    ],
)
def test_what_is_only_like_a_vendor_is_a_suggestion(catalog, text, address, suggestions):
    names, unknown = by_text(catalog, text)
    assert names == []
    assert unknown == [(address, suggestions)]


def test_pages_that_share_a_host_are_told_apart_by_their_folder(catalog):
    book = Phonebook.of(catalog)
    assert book.by_status_page("https://shared.example/left/feed.atom") == ("left",)
    assert book.by_status_page("https://shared.example/") == ()
    assert book.by_status_page("no address") == ()


def test_a_subscription_counts_only_where_it_is_a_status_page(catalog):
    found = recognise([("f", mentions_of("f.opml", OPML.encode()))], catalog, packaged_signs())
    assert [each.name for each in found.vendors] == ["corner-shop"]
    assert [each.address for each in found.unknown] == ["https://status.elsewhere.example/feed.atom"]
    assert found.unrelated == 1


def test_evidence_of_one_vendor_stands_together_and_dependencies_are_counted():
    package = (
        "package.json",
        mentions_of("package.json", b'{"dependencies":{"@sentry/node":"1","a":"1","b":"1"}}'),
    )
    wanted = ("requirements.txt", mentions_of("requirements.txt", b"sentry-sdk\nflask\n"))
    found = recognise([package, wanted], Catalog(), packaged_signs())
    (sentry,) = found.vendors
    assert [(e.file, e.kind, e.text) for e in sentry.evidence] == [
        ("package.json", Kind.NODE, "@sentry/node"),
        ("requirements.txt", Kind.PYTHON, "sentry-sdk"),
    ]
    assert (found.unknown, found.unrelated) == ((), 3)


def test_a_vendor_whose_file_is_wrong_is_named_with_the_fault(catalog):
    (broken,) = recognise([("l", mentions_of("l", b"broken"))], catalog, packaged_signs()).vendors
    assert broken.provider is None
    assert "title is missing" in broken.fault


# The command


@pytest.fixture
def run(tmp_path, monkeypatch):
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("")

    def call(*words: str, code: int = 0, stdin: str | bytes | None = None):
        result = CliRunner().invoke(cli, ["-c", str(tmp_path / "config.toml"), "vendor", *words], input=stdin)
        assert result.exit_code == code, result.output
        return result

    return call


def names_watched(run) -> list[str]:
    return [vendor["name"] for vendor in json.loads(run("list", "--json").stdout)["vendors"]]


def test_what_is_recognised_is_added_once(run):
    Path("package.json").write_text('{"dependencies":{"@sentry/node":"1","openai":"1","left":"1"}}')
    first = json.loads(run("import", "package.json", "--yes", "--json").stdout)
    assert list(first) == ["files", "vendors", "unknown", "unrelated", "added"]
    assert [(v["name"], v["outcome"]) for v in first["vendors"]] == [("openai", "added"), ("sentry", "added")]
    assert first["vendors"][1]["evidence"] == [
        {"file": "package.json", "kind": "node", "text": "@sentry/node"}
    ]
    assert (first["added"], first["unrelated"]) == (2, 1)
    assert names_watched(run) == ["openai", "sentry"]
    again = run("import", "package.json", "--yes")
    assert "2 watched already" in again.stdout
    assert "Added" not in again.stdout


def test_a_vendor_watched_under_another_name_is_not_added_again(run):
    Path("config.toml").write_text(
        '[[vendor]]\nname = "forge"\npage = "https://www.githubstatus.com/"\nformat = "statuspage"\n'
    )
    (item,) = json.loads(run("import", "-", "--yes", "--json", stdin="github\n").stdout)["vendors"]
    assert (item["outcome"], item["watched_as"]) == ("watched", "forge")


def test_nothing_is_added_unasked(run):
    result = run("import", "-", code=1, stdin="github\n")
    assert "--yes" in result.stderr
    assert "github" in result.stdout
    assert not Path("var").exists()


def test_a_dry_run_makes_not_even_a_store(run):
    result = run("import", "-", "--dry-run", stdin="github\nsentri\nhttps://status.example.com/\n")
    assert "did you mean sentry" in result.stdout
    assert "statusherd vendor add https://status.example.com/" in result.stdout
    assert not Path("var").exists()


def test_it_ends_with_1_only_where_nothing_could_be_done(run):
    Path("bad.json").write_text("{")
    run("import", "-", "--yes", code=1, stdin="nothing-like-it-qqq\n")
    assert "bad.json" in run("import", "bad.json", "--as", "package", code=1).stderr
    assert "no such file" in run("import", "nope", "--yes", code=1).stderr
    Path("list").write_text("github\n")
    assert "nope" in run("import", "list", "nope", "--yes").stderr
    assert names_watched(run) == ["github"]


def test_hostile_lines_are_shown_safely(run):
    text = "\x1b[31mred\x1b]0;t\x07\n" + "x" * 100_000 + "\n--yes\n$(touch x)\n"
    result = run("import", "-", "--dry-run", code=1, stdin=text)
    assert "\x1b" not in result.output
    assert max(map(len, result.output.splitlines())) < 500


def test_a_folder_is_no_file(run):
    Path("folder").mkdir()
    assert "cannot be read" in run("import", "folder", code=1).stderr
