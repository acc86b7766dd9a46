"""From where programs can be started: from the command line and the API, and from nothing else."""

from __future__ import annotations

import grimp
import pytest

MAY = {
    "statusherd.runner",
    "statusherd.runbooks",
    "statusherd.operating",  # behind the API, for who shows the token
    "statusherd.assembly",  # puts that together
    "statusherd.__main__",
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("statusherd", cache_dir=None)


def test_no_way_leads_to_the_runner_but_those_of_people(graph: grimp.ImportGraph):
    """A new module is under suspicion by itself: it is here once it can come there."""
    found = graph.find_downstream_modules("statusherd.runner")
    assert "statusherd.runbooks" in found
    assert {each for each in found if not each.startswith("statusherd.cli")} <= MAY


@pytest.mark.parametrize("part", ["watch", "notify", "respond", "publish", "store", "incidents", "model"])
def test_no_part_that_reads_or_tells_comes_to_the_runner(graph: grimp.ImportGraph, part: str):
    assert not graph.chain_exists(f"statusherd.{part}", "statusherd.runner", as_packages=True)


@pytest.mark.parametrize("module", ["daemon", "pipeline", "router", "dispatch", "web"])
def test_nothing_that_works_by_itself_comes_to_the_runner(graph: grimp.ImportGraph, module: str):
    assert not graph.chain_exists(f"statusherd.{module}", "statusherd.runner")


def test_nothing_else_starts_programs_of_the_operator(graph: grimp.ImportGraph):
    """Nobody imports what starts processes; asyncio is looked for by the words of its call."""
    calls = (
        "create_subprocess_exec",
        "create_subprocess_shell",
        "os.system(",
        "os.exec",
        "os.spawn",
        "os.popen(",
    )
    found = {
        module
        for module in graph.modules
        if any(call in _source(module) for call in calls) or "import subprocess" in _source(module)
    }
    assert found == {"statusherd.runner"}
    assert "_shell" not in _source("statusherd.runner")


def _source(module: str) -> str:
    import importlib.util  # noqa: PLC0415

    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123
        return file.read()
