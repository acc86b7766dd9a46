"""The pages of docs/ as their tests read them: the text, and the configuration that it shows."""

from __future__ import annotations

import re
from pathlib import Path

from statusherd import config

DOCS = Path(__file__).resolve().parents[1] / "docs"
VENDOR = '[[vendor]]\nname = "github"\n'


def page(name: str) -> str:
    """Return the text of a page."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def block(text: str, language: str) -> str:
    """Return the one block of a page that is written in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)


def loaded(text: str, folder: Path, vendors: str = VENDOR) -> config.Config:
    """Load the configuration that a page shows, beside vendors; nothing about it is to be warned of."""
    path = folder / "config.toml"
    path.write_text(vendors + block(text, "toml"))
    path.chmod(0o600)
    found = config.load(path)
    assert found.warnings == ()
    return found
