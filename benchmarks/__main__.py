"""`python benchmarks`: every figure, one JSON line each, with the floor measured in the same run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = (
    "help_time.py",
    "catalogue_time.py",
    "routing.py",
    "stored.py",
    "looks.py",
    "body_bombs.py",
    "intake.py",
    "triage.py",
    "storm.py",
)


def main() -> int:
    return max(
        subprocess.run([sys.executable, str(HERE / script)], check=False).returncode for script in SCRIPTS
    )


if __name__ == "__main__":
    sys.exit(main())
