"""docs/formats.md lists every format there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from statusherd.watch.catalog import Catalog
from statusherd.watch.formats import format_names

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def test_the_table_lists_every_format_and_no_other():
    assert sorted(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE.read_text(), re.MULTILINE)) == list(
        format_names()
    )


def test_the_readme_counts_formats_and_catalogue_as_they_are():
    readme = (PAGE.parents[1] / "README.md").read_text()
    (formats,) = re.findall(r"\[(\d+) formats\]", readme)
    (entries,) = re.findall(r"catalogue with ([\d,]+) entries", readme)
    assert int(formats) == len(format_names())
    assert 0 <= len(Catalog().names()) - int(entries.replace(",", "")) < 100
