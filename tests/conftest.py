"""What all tests share: where the material beside the project lies, and that nothing leaves loopback."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import structlog

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
CAPTURES = SHARED / "captures"
HISTORY = SHARED / "history" / "incidents.jsonl"

R = TypeVar("R", pytest.TestReport, pytest.CollectReport)

STRICT = os.environ.get("STATUSHERD_TESTS_STRICT") == "1"
ABSENT = "beside this checkout"
EXCUSES = (ABSENT, "this kernel cannot")
"""In the reasons of the only skips that are allowed where STATUSHERD_TESTS_STRICT is 1: what nobody can install."""


@pytest.fixture
def captures() -> Path:
    """Third-party payloads; tests that read them skip where they are absent."""
    if not CAPTURES.is_dir():
        pytest.skip(f"the captures of real status pages are not {ABSENT}")
    return CAPTURES


@pytest.fixture
def recorded_history() -> Path:
    """Third-party incident history, one JSON object per line; its tests skip where it is absent."""
    if not HISTORY.is_file():
        pytest.skip(f"the recorded incident history is not {ABSENT}")
    return HISTORY


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is cached stays with the tests: nothing is written into a developer's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """A command that was run in the process leaves nothing of how it logs to the tests after it."""
    yield
    structlog.reset_defaults()


# Skips hide what was never tested. Where all programs are installed, a skip is a failure.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _judged((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _judged((yield))


def _judged(report: R) -> R:
    reason = str(report.longrepr)
    is_excused = hasattr(report, "wasxfail") or any(excuse in reason for excuse in EXCUSES)
    if STRICT and report.skipped and not is_excused:
        report.outcome = "failed"
        report.longrepr = f"skipped, and STATUSHERD_TESTS_STRICT=1 allows no skips: {reason}"
    return report


# Nothing is sent beyond this machine, not even a question for a name: the interpreter tells of every
# connection before it is made. What was tried is remembered, for the code under test may survive it.

_strayed: list[str] = []


def _forbid_leaving(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        sock, address = arguments
        if sock.family in (socket.AF_INET, socket.AF_INET6) and address and not _is_here(address[0]):
            _refuse(f"{event} {address}")
    elif event == "socket.getaddrinfo" and arguments[0] and not _is_here(arguments[0]):
        _refuse(f"{event} {arguments[0]}")


def _is_here(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name in ("localhost", socket.gethostname()) or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _refuse(what: str) -> None:
    _strayed.append(what)
    raise RuntimeError(f"a test tried to leave loopback: {what}")


sys.addaudithook(_forbid_leaving)


@pytest.fixture(autouse=True)
def _nothing_leaves_loopback() -> Iterator[None]:
    _strayed.clear()
    yield
    assert not _strayed, f"left loopback: {_strayed}"
