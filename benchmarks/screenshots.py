"""Pictures of the HTML mail for docs/messages.md: `make screenshots`. Needs Chromium.

Written from the sample messages, in light and dark, so that a change of the layout can be looked at.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from statusherd.model.words import ChangeKind
from statusherd.notify.channels import Channel
from statusherd.notify.render import render
from statusherd.notify.samples import sample

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
SHOWN = {
    "opened": ChangeKind.INCIDENT_OPENED,
    "phase": ChangeKind.INCIDENT_UPDATED,
    "resolved": ChangeKind.INCIDENT_RESOLVED,
    "maintenance": ChangeKind.MAINTENANCE_ANNOUNCED,
    "first-look": ChangeKind.FIRST_LOOK,
    "own-incident": ChangeKind.OUR_INCIDENT_OPENED,
    "early-warning": ChangeKind.EARLY_WARNING,
}
SCHEMES = {"light": 1, "dark": 0}
HEIGHTS = {
    "opened": 570,
    "phase": 600,
    "resolved": 460,
    "maintenance": 310,
    "first-look": 440,
    "own-incident": 1100,
    "early-warning": 500,
}
WIDTH = 680
SECONDS = 60


def browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    sys.exit("no Chromium is installed: apt-get install chromium")


def page(kind: ChangeKind) -> str:
    alert = sample(kind, opens=kind not in (ChangeKind.INCIDENT_UPDATED, ChangeKind.INCIDENT_RESOLVED))
    channel = Channel("mail", "mailtos://mail.example.com", timezone="Europe/Berlin")
    now = alert.change.at + timedelta(seconds=5)
    return render(alert, channel=channel, now=now, dedup_key="5f0c2a9d41b7e863").body


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    program = browser()
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in SHOWN.items():
            file = Path(folder) / f"{name}.html"
            file.write_text(page(kind), encoding="utf-8")
            for scheme, number in SCHEMES.items():
                target = FOLDER / f"{name}-{scheme}.png"
                subprocess.run(
                    [
                        program,
                        "--headless=new",
                        "--no-sandbox",
                        "--hide-scrollbars",
                        f"--blink-settings=preferredColorScheme={number}",
                        f"--window-size={WIDTH},{HEIGHTS[name]}",
                        f"--user-data-dir={folder}/profile",
                        f"--screenshot={target}",
                        file.as_uri(),
                    ],
                    check=True,
                    capture_output=True,
                    timeout=SECONDS,
                )
                print(f"{target.name}: {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
