"""An Apprise configuration file becomes channels; its secrets show only where they are asked for."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from statusherd import config as configuration
from statusherd.cli import cli
from statusherd.notify.apprise_file import MAX_ENTRIES, MAX_FILE, UnreadableError, read_apprise_file

SECRET = "s3cr3t-t0k3n"
LINES = f"""
# people
ops,oncall = slack://{SECRET}/B/C
ops=json://hooks.example/{SECRET}?a=1&b=x=y
mailtos://user:{SECRET}@mail.example
; groups and others
everybody = ops, dev
include http://config.example/{SECRET}
dbus://{SECRET}
what is this
"""
YAML = f"""
version: 1
tag: all
groups:
  - everybody: ops, dev
include: http://config.example/{SECRET}
urls:
  - slack://{SECRET}/B/C
  - mailto://user:{SECRET}@mail.example:
     - to: a@example.com
       tag: ops
     - to: b@example.com
       tag: [dev, ops]
  - url: nothing
  - json://hooks.example/{SECRET}:
    tag: hook
    +X-Token: a b
"""


def channels(text: str) -> list[tuple[str, tuple[str, ...], int]]:
    return [(each.url, each.tags, each.place) for each in read_apprise_file(text).entries]


def run(*words: str, code: int = 0, given: bytes | None = None):
    result = CliRunner().invoke(cli, list(words), input=given)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STATUSHERD_CONFIG", raising=False)
    path = tmp_path / "apprise.conf"
    path.write_text(LINES)
    return path


def test_lines_give_addresses_with_their_tags() -> None:
    assert channels(LINES) == [
        (f"slack://{SECRET}/B/C", ("ops", "oncall"), 3),
        (f"json://hooks.example/{SECRET}?a=1&b=x=y", ("ops",), 4),
        (f"mailtos://user:{SECRET}@mail.example", (), 5),
        (f"dbus://{SECRET}", (), 9),
    ]
    found = read_apprise_file(LINES)
    assert found.groups == {"everybody": ("ops", "dev")}
    assert len(found.left) == 2
    assert SECRET not in str(found)


def test_yaml_gives_addresses_with_their_settings_as_parameters() -> None:
    assert channels(YAML) == [
        (f"slack://{SECRET}/B/C", ("all",), 1),
        (f"mailto://user:{SECRET}@mail.example?to=a%40example.com", ("ops", "all"), 2),
        (f"mailto://user:{SECRET}@mail.example?to=b%40example.com", ("dev", "ops", "all"), 2),
        (f"json://hooks.example/{SECRET}?+X-Token=a%20b", ("hook", "all"), 4),
    ]
    assert read_apprise_file(YAML).groups == {"everybody": ("ops", "dev")}
    assert len(read_apprise_file(YAML).left) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing of the kind",
        "urls: 5",
        "urls:\n  - a: [",
        "version: 1\nurls: &a\n  - *a",
        "urls: !!python/object/apply:os.system ['true']",
        "urls: " + "[" * 5000,
        "urls: " + "9" * 5000,
        f"json://h/{SECRET}\n" * (MAX_ENTRIES + 1),
    ],
    ids=["empty", "prose", "number", "broken", "alias", "object", "deep", "long number", "too many"],
)
def test_what_is_no_apprise_file_is_refused_without_its_words(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_apprise_file(text)
    assert SECRET not in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.one_of(st.text(), st.text("abu:rls/-=#[]{}&*!,\n \t'\"", max_size=200).map("urls:\n".__add__)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_apprise_file(text)
    except UnreadableError:
        return
    assert all("://" in entry.url for entry in found.entries)


def test_addresses_are_masked_unless_asked_for(file: Path) -> None:
    result = run("channel", "import", str(file))
    assert SECRET not in result.output
    assert 'name = "ops"\nurl = "slack://***"' in result.stdout
    assert 'name = "ops-2"' in result.stdout
    assert 'Tag ops: channels = ["ops", "ops-2"]' in result.stderr
    assert 'Tag everybody: channels = ["ops", "ops-2"]' in result.stderr
    assert "address 9, dbus://: dbus:// is not let through" in result.stderr
    shown = run("channel", "import", str(file), "--show-secrets")
    assert f'url = "slack://{SECRET}/B/C"' in shown.stdout


def test_secrets_go_into_files_for_the_owner_alone_and_the_lines_are_a_right_config(
    file: Path, tmp_path: Path
) -> None:
    result = run("channel", "import", str(file), "--secrets-dir", "secrets")
    assert SECRET not in result.output
    folder = tmp_path / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    config = tmp_path / "new.toml"
    config.write_text(result.stdout + '[[route]]\nchannels = ["ops", "ops-2", "mailtos"]\n')
    loaded = configuration.load(config)
    assert [(c.name, c.schema) for c in loaded.channels] == [
        ("ops", "slack"),
        ("ops-2", "json"),
        ("mailtos", "mailtos"),
    ]
    assert loaded.channels[1].url == f"json://hooks.example/{SECRET}?a=1&b=x=y"


def test_no_file_is_ever_overwritten_and_none_written_then(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "ops-2.url").symlink_to(tmp_path / "elsewhere")
    assert "exists already" in run("channel", "import", str(file), "--secrets-dir", "secrets", code=1).stderr
    assert [path.name for path in folder.iterdir()] == ["ops-2.url"]
    assert not (tmp_path / "elsewhere").exists()


def test_names_that_are_taken_are_passed_over(file: Path, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[[channel]]\nname = "ops"\nurl = "json://127.0.0.1:9/"\n')
    found = json.loads(run("channel", "import", str(file), "--json").stdout)
    assert [each["name"] for each in found["channels"]] == ["ops-2", "ops-3", "mailtos"]
    assert SECRET not in json.dumps(found)


def test_what_is_piped_in_is_read_and_what_is_no_file_is_one_message(file: Path, tmp_path: Path) -> None:
    assert 'name = "x"' in run("channel", "import", "-", given=b"x=json://h/").stdout
    run("channel", "import", "missing.yml", code=1)
    for body in (b"\xff\xfe\x00", b"a" * (MAX_FILE + 1), b"dbus://x"):
        (tmp_path / "odd").write_bytes(body)
        result = run("channel", "import", "odd", code=1)
        assert "Traceback" not in result.output
