"""`vendor refresh`: provider files are rewritten for what answered, and for nothing else."""

from __future__ import annotations

import asyncio
import json
import stat
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.cli.refresh_views import Result
from statusherd.cli.refreshing import Wish, refresh_files
from statusherd.clock import SystemClock
from statusherd.model.errors import FailureKind, LookError
from statusherd.testing import START, FakeClock, ScriptedFetcher, StatusPage
from statusherd.watch.provider_edit import with_facts
from statusherd.watch.provider_index import names_in

MONTH = f"{START:%Y-%m}"
ACME = "https://status.acme.example"


def facts(
    name: str, address: str, verified: str = 'verified = "2020-01"', format_name: str = "statuspage"
) -> str:
    return (
        f'# facts on {name}\nname = "{name}"\ntitle   = "{name}"   # as they write it\nformat = "{format_name}"\n'
        f'address = "{address}"\n\n{verified}\nsources = [\n  "own look", # ours\n]\n'
    )


def put(folder: Path, name: str, *more: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(facts(name, *more))
    return path


@pytest.fixture
def fetcher() -> ScriptedFetcher:
    """Holds the page of acme."""
    made = ScriptedFetcher(FakeClock())
    made.hold_page(ACME, StatusPage(FakeClock(), "Acme"))
    return made


async def refreshed(fetcher: ScriptedFetcher, folder: Path, **wish: object):
    names = sorted(names_in(folder))
    return await refresh_files(fetcher, Wish(folder, **wish), names, START, lambda: None)


# The text


@pytest.mark.parametrize("line", ['verified = "2020-01"', "unverified = true", 'verified   =   "2020-01-31"'])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_line_of_the_month_changes(line, newline):
    before = facts("acme", ACME, f"{line} # seen").replace("\n", newline)
    after = with_facts(before, "2026-02", {})
    changed = [(a, b) for a, b in zip(before.split(newline), after.split(newline), strict=True) if a != b]
    ((_, now),) = changed
    assert tomllib.loads(now) == {"verified": "2026-02"}
    assert now.endswith(" # seen")


def test_a_file_that_says_neither_gets_the_line():
    assert tomllib.loads(with_facts('name = "a"\n', "2026-02", {})) == {"name": "a", "verified": "2026-02"}


@pytest.mark.parametrize("text", ["not toml", '"unverified" = true\n'])
def test_what_would_lose_something_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        with_facts(text, "2026-02", {})


# Files


async def test_a_source_that_answers_is_verified_this_month(tmp_path, fetcher):
    path = put(tmp_path, "acme", ACME, "unverified = true")
    path.chmod(0o640)
    done = await refreshed(fetcher, tmp_path)
    assert [(each.name, each.result) for each in done.results] == [("acme", Result.VERIFIED)]
    assert path.read_text() == facts("acme", ACME, f'verified = "{MONTH}"')
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


async def test_what_was_verified_this_month_is_left_alone_unless_all_is_wished(tmp_path, fetcher):
    put(tmp_path, "acme", ACME, f'verified = "{MONTH}-03"')
    done = await refreshed(fetcher, tmp_path)
    assert (done.results, done.fresh, fetcher.fetched) == ([], 1, [])
    assert len((await refreshed(fetcher, tmp_path, every=True)).of(Result.VERIFIED)) == 1


async def test_what_is_more_than_allowed_is_put_off_to_the_next_run(tmp_path, fetcher):
    for name in ("a", "b", "c"):
        put(tmp_path, name, ACME)
    first = await refreshed(fetcher, tmp_path, limit=2)
    assert (len(first.results), first.put_off) == (2, 1)
    second = await refreshed(fetcher, tmp_path, limit=2)
    assert ([each.name for each in second.results], second.fresh, second.put_off) == (["c"], 2, 0)


@pytest.mark.parametrize("kind", [FailureKind.TIMEOUT, FailureKind.BLOCKED, FailureKind.NOT_FOUND])
async def test_what_does_not_answer_is_listed_and_left_as_it_was(tmp_path, fetcher, kind):
    path = put(tmp_path, "gone", "https://gone.example/")
    before = path.read_bytes()
    fetcher.holdings["https://gone.example/api/v2/summary.json"] = LookError(kind, "no")
    (each,) = (await refreshed(fetcher, tmp_path)).left
    assert each.result is Result.FAILED
    assert path.read_bytes() == before


async def test_a_page_found_elsewhere_is_told_and_rewritten_only_where_that_is_wished(tmp_path, fetcher):
    path = put(tmp_path, "acme", f"{ACME}/", "unverified = true", "instatus")
    before = path.read_bytes()
    (told,) = (await refreshed(fetcher, tmp_path)).results
    assert told.result is Result.MOVED
    assert told.found is not None
    assert (told.found.format, path.read_bytes()) == ("statuspage", before)
    done = await refreshed(fetcher, tmp_path, fix=True)
    assert [each.result for each in done.results] == [Result.FIXED]
    assert not done.left
    now = tomllib.loads(path.read_text())
    assert (now["format"], now["verified"]) == ("statuspage", MONTH)
    assert "# as they write it" in path.read_text()


async def test_a_file_that_is_wrong_is_told_and_stops_no_other(tmp_path, fetcher):
    put(tmp_path, "acme", ACME)
    (tmp_path / "broken.toml").write_text('name = "broken"\n')
    done = await refreshed(fetcher, tmp_path)
    assert [(each.name, each.result) for each in done.results] == [
        ("acme", Result.VERIFIED),
        ("broken", Result.FAILED),
    ]


# The command


async def run(config: Path, *words: str, code: int = 0):
    result = await asyncio.to_thread(
        CliRunner().invoke, cli, ["-c", str(config), "vendor", "refresh", *words]
    )
    assert result.exit_code == code, result.output
    return result


async def test_the_command_tells_what_it_did(tmp_path):
    config, folder = tmp_path / "config.toml", tmp_path / "files"
    config.write_text("[http]\nallow_private = true\n")
    folder.mkdir()
    async with StatusPage(SystemClock(), "Acme") as page:
        put(folder, "acme", page.url)
        document = json.loads((await run(config, "--folder", str(folder), "--json")).stdout)
        assert list(document) == ["folder", "month", "verified", "moved", "failed", "fresh", "put_off"]
        assert document["verified"] == ["acme"]
        put(folder, "moved", page.url, "unverified = true", "instatus")
        result = await run(config, "--folder", str(folder), code=1)
        assert "moved" in result.stdout
        assert "1 verified this month before" in result.stderr
        await run(config, "moved", "--folder", str(folder), "--fix")
    assert 'format = "statuspage"' in (folder / "moved.toml").read_text()


async def test_a_name_without_a_file_is_refused(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("")
    assert "no file there" in (await run(config, "../config", "--folder", str(tmp_path), code=1)).stderr
