"""The schema versions that this program knows. Cheap to import: quick commands ask for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MIGRATIONS: Final = Path(__file__).parent / "migrations"
REVISIONS: Final = tuple(sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))
HEAD: Final = REVISIONS[-1]
