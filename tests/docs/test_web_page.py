"""docs/web.md holds: its configuration loads, its limits and its example are those of the program."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from doc_pages import block, loaded, page
from statusherd import config
from statusherd import config_schema as schema
from statusherd.notify.ack_links import LIFE
from statusherd.publish import limits, server
from statusherd.publish.words_given import Given, given

PAGE = page("web")


def test_its_configuration_loads_and_it_tells_every_key(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("STATUSHERD_ADMIN_TOKEN", "0123456789abcdef")
    found = loaded(PAGE, tmp_path)
    assert config.shown(found)["web"]["listen"] == tomllib.loads(block(PAGE, "toml"))["web"]["listen"]
    for key in schema.keys(schema.Web):
        assert f"| `{key}` |" in PAGE


def test_its_example_is_understood_and_its_figures_are_right() -> None:
    body = json.loads(re.search(r"-d '(.*?)'", PAGE)[1])
    assert given(body["author"], body["note"]) == Given("ada", "rolling back")
    assert LIFE.total_seconds() == 24 * 3600
    assert "for 24 hours" in PAGE
    assert f"make {limits.AT_ONCE} requests at once and two a second" in " ".join(PAGE.split())
    assert limits.PER_SECOND == 2
    assert f"{server.MOST_CONNECTIONS} connections" in PAGE
