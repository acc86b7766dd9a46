"""Runbooks in the configuration: both forms say the same, and what others could change is told of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from statusherd import config
from statusherd.config_permissions import open_to_others
from statusherd.model.incidents import Contact
from statusherd.model.runbooks import Parameter, Runbook, Step

MARKDOWN = """# Stripe is away

Read this first.

## Look

<https://status.stripe.com/>

## Tell the shop

Orders wait for an hour.

## Switch over

Takes a minute.

```run flip target="a b"
approval = true
params.host = ["one", "two"]
params.id = { pattern = "[0-9]+" }
```
"""
TOML = """text = "# Stripe is away\\n\\nRead this first."
[[steps]]
title = "Look"
link = "https://status.stripe.com/"
[[steps]]
title = "Tell the shop"
manual = "Orders wait for an hour."
[[steps]]
title = "Switch over"
text = "Takes a minute."
run = "flip"
approval = true
params.host = ["one", "two"]
params.id = { pattern = "[0-9]+" }
params.target = "a b"
"""
OWN = """
[[runbook]]
name = "c"
text = "# Stripe is away\\n\\nRead this first."
[[runbook.steps]]
title = "Look"
link = "https://status.stripe.com/"
[[runbook.steps]]
title = "Tell the shop"
manual = "Orders wait for an hour."
[[runbook.steps]]
title = "Switch over"
text = "Takes a minute."
run = "flip"
approval = true
params = { host = ["one", "two"], id = { pattern = "[0-9]+" }, target = "a b" }
"""
HEAD = """
[runbooks]
commands.flip = ["/bin/echo", "{target}", "{host}", "{id}"]
commands.slow = { argv = ["/bin/echo"], approval = true, timeout = "5m", output = "1KiB" }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    (tmp_path / "a.md").write_text(MARKDOWN)
    (tmp_path / "a.toml").write_text(TOML)
    return tmp_path


def load(folder: Path, text: str, mode: int = 0o600) -> config.Config:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    return config.load(path)


def book(name: str, file: str) -> str:
    return f'[[runbook]]\nname = "{name}"\nfile = "{file}"\n'


def by_name(found: Runbook) -> list[Step]:
    """The steps with their parameters in one order: that of the file says nothing."""
    return [replace(s, parameters=tuple(sorted(s.parameters, key=lambda p: p.name))) for s in found.steps]


def test_markdown_toml_and_the_config_itself_say_the_same(folder: Path):
    loaded = load(folder, HEAD + book("a", "a.md") + book("b", "a.toml") + OWN)
    first, second, third = loaded.runbooks.every
    assert by_name(first) == by_name(second) == by_name(third)
    assert first.text == second.text == third.text
    assert {each.name: each for each in first.steps[2].parameters} == {
        "target": Parameter("target", ("a b",)),
        "host": Parameter("host", ("one", "two")),
        "id": Parameter("id", pattern="[0-9]+"),
    }
    assert loaded.warnings == ()


def test_all_of_a_command_arrives(folder: Path):
    flip, slow = load(folder, HEAD).runbooks.commands.values()
    assert (flip.words, flip.approval, flip.timeout, flip.output) == (
        ("/bin/echo", "{target}", "{host}", "{id}"), False, 60.0, 65536,
    )  # fmt: skip
    assert (slow.approval, slow.timeout, slow.output) == (True, 300.0, 1024)


def test_what_is_shown_can_be_read_again(folder: Path):
    shown = config.shown(load(folder, HEAD + '[[runbook]]\nname = "x"\nsteps = [{ run = "slow" }]\n'))
    assert shown["runbooks"]["commands"]["slow"] == {
        "argv": ["/bin/echo"], "approval": True, "timeout": "5m", "output": "1KiB",
    }  # fmt: skip
    assert shown["runbook"][0]["steps"][0]["run"] == "slow"


def test_globs_that_select_nothing_are_doubted(folder: Path):
    text = '[[vendor]]\nname = "github"\n[[runbook]]\nname = "x"\nvendors = ["githu", "GitHub"]\nservices = ["c*"]\n'
    loaded = load(folder, text + 'steps = [{ manual = "look" }]\n')
    assert loaded.warnings == (
        'runbook[0].vendors: line 5: "githu" selects no vendor of this file. Did you mean "github"?',
        'runbook[0].services: line 6: "c*" selects no service of this file',
    )


def test_contacts_are_kept_by_vendor_and_shown(folder: Path):
    text = (
        '[[vendor]]\nname = "github"\nsupport = " https://support.github.com "\n[[vendor]]\nname = "openai"\n'
    )
    loaded = load(folder, text + '[[vendor]]\nname = "stripe"\ncontract = "C-1"\n')
    assert loaded.contacts == {
        "github": Contact("github", "https://support.github.com"),
        "stripe": Contact("stripe", "", "C-1"),
    }
    assert [each["contract"] for each in config.shown(loaded)["vendor"]] == [None, None, "C-1"]


# Who else could change it


def test_a_program_that_cannot_be_run_is_told(folder: Path):
    loaded = load(folder, f'[runbooks]\ncommands.x = ["{folder}/gone"]\ncommands.y = ["{folder}/a.md"]\n')
    assert [warning.partition(": ")[0] for warning in loaded.warnings] == [
        "runbooks.commands.x",
        "runbooks.commands.y",
    ]
    assert all("is no program that can be run here. Install it" in warning for warning in loaded.warnings)


def test_what_every_user_can_change_is_told(folder: Path):
    program = folder / "flip"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o757)
    (folder / "a.md").chmod(0o646)
    text = f'[runbooks]\ncommands.x = ["{program}"]\n' + book("a", "a.md")
    (folder / "a.md").write_text("## Look\n")
    loaded = load(folder, text, mode=0o602)
    told = [warning.partition(" is open to all")[0] for warning in loaded.warnings]
    assert [warning.rpartition(": ")[2] for warning in told] == [
        str(folder / "config.toml"),
        str(program),
        str(folder / "a.md"),
    ]
    assert [warning.partition(": ")[0] for warning in told] == [
        "runbooks.commands",
        "runbooks.commands.x",
        "runbook[0].file",
    ]
    assert all(warning.endswith("is open to all. Run chmod o-w on it") for warning in loaded.warnings)


@pytest.mark.parametrize("opened", ["bin", "etc", "etc/alternatives", "lib", "lib/flip-2"])
def test_every_link_and_every_folder_on_the_way_counts(tmp_path: Path, opened: str):
    for name in ("bin", "etc/alternatives", "lib"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lib" / "flip-2").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "flip").symlink_to("../etc/alternatives/flip")
    (tmp_path / "etc" / "alternatives" / "flip").symlink_to(tmp_path / "lib" / "flip-2")
    assert open_to_others(tmp_path / "bin" / "flip") is None
    (tmp_path / opened).chmod(0o777)
    assert open_to_others(tmp_path / "bin" / "flip") == tmp_path / opened
    (tmp_path / opened).chmod(0o1777)
    assert (open_to_others(tmp_path / "bin" / "flip") is None) == (opened != "lib/flip-2")


def test_links_in_a_circle_come_to_an_end(tmp_path: Path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert open_to_others(tmp_path / "a") is None
    assert open_to_others(tmp_path / "gone") is None


@pytest.mark.parametrize(("body", "says"), [
    (b"\xff", "is no text in UTF-8"), (b"## A\n" + b"x" * 300_000, "is larger than 256 KiB"),
])  # fmt: skip
def test_a_file_that_is_no_runbook_is_refused(folder: Path, body: bytes, says: str):
    (folder / "a.md").write_bytes(body)
    with pytest.raises(config.ConfigError) as caught:
        load(folder, book("a", "a.md"))
    assert says in caught.value.problems[0]
