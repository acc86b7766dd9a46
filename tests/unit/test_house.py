"""The rules of the house, as far as a program can judge them."""

from __future__ import annotations

import ast
import os
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "statusherd"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# Written in parts, so that this file passes its own test.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("static", "crates", "io"),
        ("proxy", "golang", "org"),
    )
)
REGISTRY_HOST = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, REGISTRIES))})\b")
MACHINE_PATH = re.compile(
    r"(?<![\w.~-])/(?:" + "|".join(("work/(?:main|shared)", "tmp/venv", "root/", "opt/py" + "pi")) + r")"
)


def tracked() -> Iterator[tuple[Path, str]]:
    """Every text file that is, or would be, committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listing.split("\0")):
        path = ROOT / name
        if path.is_file():
            try:
                yield path, path.read_text()
            except UnicodeDecodeError:
                continue


def trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(), str(path))


def function_sizes() -> dict[str, int]:
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path, tree in trees(SOURCE)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }


@pytest.fixture
def program() -> click.Command:
    from statusherd.cli import cli  # noqa: PLC0415 - without it the rest of the house can still be judged

    return cli


def commands(group: click.Command, path: str = "statusherd") -> Iterator[tuple[str, click.Command]]:
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands(command, f"{path} {name}")


# The source


def test_functions_are_short() -> None:
    sizes = function_sizes()
    lengths = sorted(sizes.values())
    assert statistics.median(lengths) <= 10
    assert lengths[len(lengths) * 9 // 10] <= 35
    assert {name: size for name, size in sizes.items() if size > 80} == {}


def test_modules_can_be_read_in_one_sitting() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCE.rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [str(path) for path, tree in trees(SOURCE) if tree.body and not ast.get_docstring(tree)] == []


def test_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_feedparser_is_called_in_one_place_only() -> None:
    """Given a text it opens it as an address or as a file of this machine."""
    call = "feedparser." + "parse("
    calling = [path for path, text in tracked() if path.suffix == ".py" and call in text]
    assert len(calling) <= 1
    assert all(path.parent == SOURCE / "watch" / "formats" for path in calling)


def test_every_command_has_help(program: click.Command) -> None:
    without = [name for name, command in commands(program) if not (command.help or command.short_help)]
    assert without == []


def test_every_option_has_help(program: click.Command) -> None:
    without = [
        f"{name} {parameter.opts[0]}"
        for name, command in commands(program)
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help and not parameter.hidden
    ]
    assert without == []


# The tests


def own_names(tree: ast.Module) -> set[str]:
    """Names that a test file imported from the project."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "statusherd":
            names.update(alias.asname or alias.name for alias in node.names)
        if isinstance(node, ast.Import):
            names.update(
                alias.asname or "statusherd"
                for alias in node.names
                if alias.name.partition(".")[0] == "statusherd"
            )
    return names


def patches(tree: ast.Module) -> Iterator[int]:
    """Lines that put something in the place of a part of the project."""
    own = own_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        if called.endswith((".setattr", ".delattr", "patch", "patch.object", "patch.dict", "patch.multiple")):
            target = node.args[0]
            root = ast.unparse(target).partition(".")[0].strip("'\"")
            if root in own | {"statusherd"}:
                yield node.lineno


def test_no_test_patches_what_it_tests() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path, tree in trees(ROOT / "tests")
        for number in patches(tree)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "from statusherd import clock\nmonkeypatch.setattr(clock, 'time', None)",
        "from statusherd import clock\nmonkeypatch.setattr(clock.SystemClock, 'now', None)",
        "monkeypatch.setattr('statusherd.clock.time', None)",
        "with mock.patch('statusherd.clock.time'): pass",
        "import statusherd.clock\nmock.patch.object(statusherd.clock, 'time')",
    ],
)
def test_patching_would_be_found(text: str) -> None:
    assert list(patches(ast.parse(text)))


def test_setting_the_environment_is_no_patching() -> None:
    tree = ast.parse(
        "from statusherd import clock\nmonkeypatch.setenv('TZ', 'UTC')\nmonkeypatch.setattr(os, 'x', 1)"
    )
    assert list(patches(tree)) == []


STRICT_SAMPLE = """
import pytest

def test_that_runs(): pass

def test_without_a_program(): pytest.skip("postgres is not installed")

def test_without_material(captures): pass

@pytest.mark.xfail(reason="known", strict=True)
def test_that_is_known_to_fail(): assert False
"""


@pytest.mark.parametrize(("strict", "failed"), [("0", 0), ("1", 1)])
def test_skips_are_failures_where_everything_is_installed(tmp_path: Path, strict: str, failed: int) -> None:
    """Only the absence of the material beside the project excuses a skip."""
    inner = tmp_path / "checkout" / "tests"
    inner.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", inner)
    (inner / "test_sample.py").write_text(STRICT_SAMPLE)
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--rootdir",
            inner,
            inner,
        ],
        cwd=inner,
        env={**os.environ, "STATUSHERD_TESTS_STRICT": strict, "PYTEST_ADDOPTS": ""},
        check=False,
        capture_output=True,
        text=True,
    )
    closing = run.stdout.splitlines()[-1]
    assert run.returncode == failed, run.stdout
    assert "1 xfailed" in closing
    assert "1 passed" in closing
    assert (f"{failed} failed" in closing) == bool(failed)
    assert f"{2 - failed} skipped" in closing


# What is committed


def test_nothing_names_a_package_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path, text in tracked()
        for number, line in enumerate(text.splitlines(), 1)
        if REGISTRY_HOST.search(line) or MACHINE_PATH.search(line)
    ]
    assert found == []


def pins(name: str) -> dict[str, list[str]]:
    """The pinned versions of a requirements file, by package; a package may have one per interpreter."""
    found: dict[str, list[str]] = {}
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    for block in re.split(r"\n(?=\S)", text):
        if block and not block.startswith("#"):
            requirement = Requirement(block.split(" \\")[0])
            assert "--hash=sha256:" in block, f"{name}.txt: {requirement.name} has no hash"
            (specifier,) = requirement.specifier
            assert specifier.operator == "=="
            found.setdefault(requirement.name.lower().replace("_", "-"), []).append(specifier.version)
    return found


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("run", PROJECT["project"]["dependencies"]),
        (
            "postgres",
            PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["postgres"],
        ),
        (
            "dev",
            PROJECT["project"]["dependencies"]
            + PROJECT["project"]["optional-dependencies"]["postgres"]
            + PROJECT["dependency-groups"]["dev"],
        ),
        ("fuzz", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["fuzz"]),
        ("build", PROJECT["build-system"]["requires"]),
    ],
)
def test_pins_are_what_the_project_asks_for(name: str, asked: list[str]) -> None:
    """Where this fails: make requirements."""
    pinned = pins(name)
    for requirement in map(Requirement, asked):
        versions = pinned.get(requirement.name.lower().replace(".", "-").replace("_", "-"), [])
        assert versions, f"{requirement} is not pinned in {name}.txt"
        assert all(requirement.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("name", ["dev", "fuzz"])
def test_development_and_tests_run_on_what_is_shipped(name: str) -> None:
    pinned, run = pins(name), pins("run")
    assert {package: pinned.get(package) for package in run} == run


def test_development_does_without_the_fuzzer() -> None:
    assert "atheris" not in pins("dev")


def test_every_door_that_the_documents_name_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`make ([a-z]+)", (ROOT / name).read_text()))
        assert named <= targets, name


def test_makefile_explains_every_door() -> None:
    make = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", make, re.MULTILINE)
    explained = set(re.findall(r"^([a-z]+):.*## ", make, re.MULTILINE))
    assert set(phony.split()) == explained


def test_ci_script_is_sound_shell() -> None:
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=False).returncode == 0
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
