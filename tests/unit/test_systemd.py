"""What the service manager is told, over a socket of the test's own; and the unit as it checks it itself."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from statusherd import systemd

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "systemd/statusherd.service"


@pytest.fixture(params=["path", "abstract"])
def heard(request, tmp_path, monkeypatch):
    """Listen as the service manager does; calling it returns the next message."""
    name = (
        f"\0statusherd-{os.getpid()}-{tmp_path.name}"
        if request.param == "abstract"
        else str(tmp_path / "notify")
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name)
        listener.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name.replace("\0", "@"))
        yield lambda: listener.recv(4096).decode().split("\n")


def test_each_word_of_the_protocol_is_one_datagram(heard):
    systemd.ready("412 vendors, 3 degraded")
    assert heard() == ["READY=1", "STATUS=412 vendors, 3 degraded"]
    systemd.status("last look 2 s ago")
    assert heard() == ["STATUS=last look 2 s ago"]
    systemd.watchdog()
    assert heard() == ["WATCHDOG=1"]
    systemd.extend_timeout(1.5)
    assert heard() == ["EXTEND_TIMEOUT_USEC=1500000"]
    systemd.stopping()
    assert heard() == ["STOPPING=1"]


def test_a_reload_carries_the_monotonic_time(heard):
    before = time.monotonic_ns() // 1000
    systemd.reloading()
    word, stamp = heard()
    assert word == "RELOADING=1"
    assert before <= int(stamp.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


def test_a_status_with_line_breaks_stays_one_assignment(heard):
    systemd.status("a vendor\nWATCHDOG=trigger\r\nMAINPID=1")
    assert heard() == ["STATUS=a vendor WATCHDOG=trigger MAINPID=1"]


@pytest.mark.parametrize(
    "address", [None, "", "relative", "vsock:2:1234", "/nowhere/notify", "@statusherd-nobody"]
)
def test_without_a_service_manager_nothing_happens(monkeypatch, address):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.ready("up")
    systemd.watchdog()


def test_a_service_manager_that_does_not_read_stops_nobody(heard):
    for _ in range(5_000):
        systemd.watchdog()
    assert heard() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [
        ("90000000", None, 45.0),
        pytest.param("90000000", str(os.getpid()), 45.0, id="our-own-pid"),  # one name in every worker
        ("90000000", "1", None),
        ("0", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_fed_at_half_its_time(monkeypatch, usec, pid, seconds):
    for name, value in (("WATCHDOG_USEC", usec), ("WATCHDOG_PID", pid)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert systemd.watchdog_interval() == seconds


@pytest.fixture
def analyze(tmp_path):
    """Run systemd-analyze on a copy of the unit whose programs exist on this machine."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    copy = tmp_path / "statusherd.service"
    copy.write_text(UNIT.read_text().replace("/usr/bin/statusherd", shutil.which("true") or "/bin/true"))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *words, str(copy)], capture_output=True, text=True, timeout=60, check=False
        )

    return run


def test_the_unit_verifies_without_a_word(analyze):
    done = analyze("verify", "--man=no")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_unit_exposes_little(analyze):
    done = analyze("security", "--offline=true", "--threshold=15", "--no-pager")
    assert done.returncode == 0, done.stdout


def test_every_line_of_the_unit_has_its_reason():
    for path in (ROOT / "systemd").iterdir():
        commented = False
        for line in path.read_text().splitlines():
            if line.startswith("# "):
                commented = True
            elif not line:
                commented = False
            elif not line.startswith(("[", "#", "Description=", "WantedBy=")):
                assert commented, f"{path.name}: {line}"


def test_the_unit_keeps_what_the_program_relies_on():
    lines = UNIT.read_text().splitlines()
    for line in (
        "Type=notify",
        "WatchdogSec=90",
        "UMask=0077",
        "RestartPreventExitStatus=78",
        "TimeoutStopSec=45",
    ):
        assert line in lines
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines
    assert not any(re.match(r"Type=notify-reload|DynamicUser=", line) for line in lines)


def test_the_native_libraries_run_without_memory_that_is_written_and_run():
    program = """if True:
        import ctypes, sys
        if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) != 0:  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
            sys.exit(77)
        import sqlite3, ssl
        import aiohttp, brotli, lxml.etree, nh3, pydantic, rapidfuzz.fuzz, sqlalchemy
        class Model(pydantic.BaseModel):
            number: int
        Model(number=1)
        sqlite3.connect(":memory:").execute("select 1")
        ssl.create_default_context()
        lxml.etree.fromstring(b"<a/>")
    """
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode == 77:
        pytest.skip("this kernel cannot refuse such memory")
    assert done.returncode == 0, done.stderr
