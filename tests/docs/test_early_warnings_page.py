"""docs/early-warnings.md holds: its configuration loads, its commands run, its figures are the program's."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from doc_pages import VENDOR, block, loaded, page
from statusherd import config_schema as schema
from statusherd import probe_rounds, probing
from statusherd.cli import cli
from statusherd.config_values import duration_text
from statusherd.model import probes
from statusherd.store.probes import KEPT_HOURS
from statusherd.watch import anomaly, usual
from statusherd.watch.probe import _WELL

PAGE = page("early-warnings")


def test_its_configuration_loads_and_it_tells_every_key(tmp_path: Path) -> None:
    found = loaded(PAGE, tmp_path)
    assert [(probe.name, probe.kind) for probe in found.probes] == [
        ("http api.github.com/zen", probes.ProbeKind.HTTP),
        ("git over ssh", probes.ProbeKind.TCP),
    ]
    assert found.early == probes.Early()
    told = set(re.findall(r"^\| (`.+?`) \|", PAGE, re.MULTILINE))
    keys = {key for cell in told for key in re.findall(r"`(\w+)`", cell)}
    assert {*schema.keys(schema.Probe), *schema.keys(schema.Early)} <= keys


def test_its_defaults_are_those_of_the_program() -> None:
    early = probes.Early()
    for key in ("report_window", "calm", "keep"):
        given = duration_text(getattr(early, key)).replace("2w", "14d")
        assert re.search(rf"\| `{key}` \|.*Default: {given[:-1]} {given[-1]}", PAGE), key
    assert f"Default: {early.reports} |" in PAGE
    assert f"of one attempt. Default: {probes.TIMEOUT:.0f} s" in PAGE
    assert f"in each round. Default: {probes.ATTEMPTS} |" in PAGE
    assert f"Default: {probes.INTERVAL:.0f} s; 10 s or more" in PAGE
    assert (_WELL.start, _WELL.stop - 1) == (200, 399)
    assert timedelta(weeks=8) == KEPT_HOURS


def test_what_it_says_of_the_judgement_is_what_the_judgement_does() -> None:
    h = anomaly.threshold(1.0, 60.0, 1)
    assert f"{h:.1f} for one probe at 60 s" in PAGE
    assert (anomaly.SLOW_CAP, anomaly.FAILING_CAP, anomaly.FAILING) == (0.8, 0.6, 0.2)
    assert pytest.approx(4.0) == 2.718281828459045**anomaly.SLOW
    assert f"below {anomaly.LEAST_SLOWER_MS:.0f} ms more than it" in PAGE
    assert (10, 0.25, timedelta(days=28)) == (usual.LEAST_ROUNDS, usual.LEAST_SPREAD, usual.REMEMBERED)
    assert (probe_rounds.SPREAD, probes.FOLLOW_UP, anomaly.CALM_ROUNDS) == (0.4, 2, 3)
    assert timedelta(minutes=5) == probing.AFTER_DARK


def test_its_figures_keep_what_is_promised() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| [^`|]+ \| \d", line)]
    kinds = [row for row in rows if "attempt" not in row[0]]
    assert len(kinds) >= 10
    for kind, alarms, worst, slow, _, failing, _ in kinds:
        assert float(alarms) <= int(worst) <= 1, kind
        assert min(float(each.rstrip(" %")) for each in (slow, failing)) >= 98.0, kind


def test_its_commands_run(tmp_path: Path) -> None:
    found = loaded(PAGE, tmp_path)
    for line in block(PAGE, "sh").splitlines():
        result = CliRunner().invoke(cli, ["-c", str(found.path), *shlex.split(line)[1:]])
        assert result.exit_code == 0, result.output
    (found.path).write_text(VENDOR)
    answer = CliRunner().invoke(
        cli, ["-c", str(found.path), "vendor", "report", "github", "--author", "bob", "--json"]
    )
    assert json.loads(answer.output)["report"]["authors"] == 2


def test_its_request_is_one_that_is_understood() -> None:
    head, body = block(PAGE, "http").split("\n\n")
    assert head.startswith("POST /api/v1/vendors/github/report\n")
    report = probes.VendorReport("github", **{"at": None, **json.loads(body)})
    assert replace(report, at=None).service == "checkout"
