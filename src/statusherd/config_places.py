"""Where a config and its data lie where nobody says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SYSTEM_CONFIG: Final = Path("/etc/statusherd/config.toml")
SYSTEM_DATA: Final = Path("/var/lib/statusherd")


def default_data_dir(path: Path) -> Path:
    """Return the data folder that goes with the config at `path`."""
    # The CLI is run by hand without $STATE_DIRECTORY and must find the daemon's store all the same.
    if folders := os.environ.get("STATE_DIRECTORY"):
        return Path(folders.split(":")[0])
    return SYSTEM_DATA if path == SYSTEM_CONFIG else path.parent / "var"
