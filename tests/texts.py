"""The texts that a message may say, gathered from the code and the layouts: what every language must have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from statusherd.model.incidents import IncidentPhase
from statusherd.model.services import TouchedBy
from statusherd.model.suspects import Verdict
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status

NOTIFY = Path(__file__).resolve().parents[1] / "src/statusherd/notify"
FACETS = ("components", "impact", "phase", "regions", "text", "start", "end")
"""What an incident may be said to have changed in."""


def texts() -> frozenset[str]:
    """Return the English texts: those that are said as they stand, and the words of data."""
    said = {text for path in NOTIFY.glob("*.py") for text in _said(path)}
    laid_out = {text for path in NOTIFY.glob("templates/*.j2") for text in _laid_out(path)}
    return frozenset(said | laid_out | _words())


def _said(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
            "say",
            "say_many",
            "later",
            "word",
        ):
            yield from (
                a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )


def _laid_out(path: Path) -> list[str]:
    return re.findall(r'say\("([^"]+)"', path.read_text(encoding="utf-8"))


def _words() -> set[str]:
    told = (TouchedBy.UNKNOWN_COMPONENTS, TouchedBy.NO_SUCH_COMPONENT)
    states = {
        str(member).replace("_", " ")
        for kind in (Phase, MaintenancePhase, IncidentPhase, Status, Impact)
        for member in kind
    }
    verdicts = {verdict.sentence for verdict in Verdict}
    return states | verdicts | {by.sentence for by in told} | set(FACETS)
