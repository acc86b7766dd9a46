"""Texts as they were last looked at, each in a file of its own.

`STATUSHERD_RENEW=1` before a test run writes them anew; the difference is then for a person to look at.
"""

from __future__ import annotations

import os
from pathlib import Path

RENEW = os.environ.get("STATUSHERD_RENEW") == "1"


def assert_as_before(text: str, path: Path) -> None:
    """Compare a text with the file that holds it, or write that file."""
    if RENEW:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    assert path.is_file(), f"{path.name} is not there: write it with STATUSHERD_RENEW=1"
    assert text == path.read_text(encoding="utf-8"), (
        f"{path} says something else: renew it with STATUSHERD_RENEW=1"
    )
