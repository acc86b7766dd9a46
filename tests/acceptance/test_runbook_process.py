"""A runbook run by command as a process: whoever ends it ends what it runs, and that is written down."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

CONFIG = """
[runbooks.commands]
wait = ["{python}", "-I", "{folder}/wait.py"]

[[runbook]]
name = "wait"
steps = [{{ run = "wait" }}]
"""
WAIT = "import os, time\nopen('begun', 'w').write(str(os.getpid()))\nos.rename('begun', 'here')\ntime.sleep(600)\n"


def is_there(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_who_ends_the_command_ends_the_program(tmp_path: Path, number: signal.Signals):
    (tmp_path / "wait.py").write_text(WAIT)
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(python=sys.executable, folder=tmp_path))
    words = (sys.executable, "-m", "statusherd", "-c", str(config), "runbook")
    process = await asyncio.create_subprocess_exec(
        *words, "run", "wait", "--execute", stderr=asyncio.subprocess.PIPE
    )
    here = tmp_path / "var" / "here"
    async with asyncio.timeout(40):
        while not here.exists():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
        process.send_signal(number)
        _, err = await process.communicate()
    assert (process.returncode, b"Traceback" in err) == (130, False), err
    assert not is_there(here.read_text())
    listing = await asyncio.create_subprocess_exec(*words, "runs", "--json", stdout=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(listing.communicate(), 40)
    (run,) = json.loads(out)["runs"]
    assert (run["state"], run["exit_code"]) == ("stopped", -15)
