"""What shows, on a terminal, that something is being done. Elsewhere it is silent."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(text: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Show `text` while work is done, with a bar where its `total` is known; call what is given per step."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _nothing
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

    counted = (BarColumn(), MofNCompleteColumn()) if total else ()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        *counted,
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(text, total=total)
        yield lambda: bar.advance(task)


def _nothing() -> None:
    """Nobody is watching."""
