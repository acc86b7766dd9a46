"""docs/formats.md lists every format there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from statusherd.watch.formats import format_names

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def test_the_table_lists_every_format_and_no_other():
    assert sorted(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(), re.MULTILINE)) == list(
        format_names()
    )
