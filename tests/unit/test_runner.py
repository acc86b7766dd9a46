"""Starting programs: real ones, harmless, ended with all that they started."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from statusherd import runner
from statusherd.runner import Outcome, run

RECORD = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd(), os.getpgid(0) == os.getpid(), sys.stdin.read()]))"


async def python(folder: Path, code: str, *words: str, timeout: float = 20.0, output: int = 65536) -> Outcome:  # noqa: ASYNC109
    return await run((sys.executable, "-I", "-c", code, *words), folder, timeout=timeout, output=output)


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while is_running(pid):  # noqa: ASYNC110 - nobody tells of another's child
            await asyncio.sleep(0.01)


async def test_a_program_finds_its_words_and_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STATUSHERD_SECRET", "correct-horse")
    words = ("$(x)", "a b", "", "--x", "é🎉", "'\"", "*", "~")
    outcome = await python(tmp_path, RECORD, *words)
    argv, environment, folder, own_group, typed = json.loads(outcome.output)
    assert tuple(argv) == words
    assert {k: v for k, v in environment.items() if k != "LC_CTYPE"} == {
        **runner.ENVIRONMENT,
        "HOME": str(tmp_path),
    }
    assert (Path(folder), own_group, typed) == (tmp_path, True, "")
    assert (outcome.exit_code, outcome.timed_out, outcome.stopped) == (0, False, False)


async def test_a_program_that_fails_tells_its_code_and_both_of_its_streams(tmp_path: Path):
    code = "import sys; print('out', flush=True); print('\\033[31merr', file=sys.stderr, flush=True); sys.exit(7)"
    assert await python(tmp_path, code) == Outcome(7, "out\nerr\n")


async def test_a_program_that_cannot_be_started_raises(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        await run((str(tmp_path / "missing"),), tmp_path, timeout=5, output=1024)
    plain = tmp_path / "plain"
    plain.write_text("echo no shell runs this")
    with pytest.raises(PermissionError):
        await run((str(plain),), tmp_path, timeout=5, output=1024)
    plain.chmod(0o755)
    with pytest.raises(OSError, match="Exec format error"):
        await run((str(plain),), tmp_path, timeout=5, output=1024)


async def test_a_program_that_takes_too_long_is_ended_with_its_children(tmp_path: Path):
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-I', '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)"
    )
    outcome = await python(tmp_path, code, timeout=1.5)
    assert outcome.timed_out
    assert outcome.exit_code == -15
    await until_gone(int(outcome.output))


async def test_a_program_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    code = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('no', flush=True))\n"
        "print('deaf', flush=True)\n"
        "while True: time.sleep(600)"
    )
    outcome = await python(tmp_path, code, timeout=1.0)
    assert (outcome.exit_code, outcome.timed_out, outcome.output) == (-9, True, "deaf\nno\n")


async def test_what_a_program_leaves_behind_is_ended_and_not_waited_for(tmp_path: Path):
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-I', '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)"
    )
    async with asyncio.timeout(15):
        outcome = await python(tmp_path, code, timeout=60)
    assert (outcome.exit_code, outcome.timed_out) == (0, False)
    await until_gone(int(outcome.output))


async def test_of_much_output_the_first_and_the_last_are_kept(tmp_path: Path):
    code = "import sys; sys.stdout.write('first' + 'x' * 5_000_000 + 'last')"
    outcome = await python(tmp_path, code, output=2048)
    assert outcome.exit_code == 0
    assert outcome.output.startswith("firstxxx")
    assert outcome.output.endswith("xxxlast")
    assert f"[… {5_000_009 - 2048} bytes left out …]" in outcome.output
    assert len(outcome.output) < 2200


@pytest.mark.parametrize("size", [1023, 1024, 1025, 2048])
async def test_output_within_the_limit_is_whole(tmp_path: Path, size: int):
    outcome = await python(tmp_path, f"print('é' * {size // 2}, end='')", output=2048)
    assert outcome.output == "é" * (size // 2)


async def test_who_is_cancelled_ends_the_program_first(tmp_path: Path):
    code = "import os, time; open('pid', 'w').write(str(os.getpid())); os.rename('pid', 'here'); print('begun', flush=True); time.sleep(600)"
    waiting = asyncio.create_task(python(tmp_path, code))
    async with asyncio.timeout(20):
        while not (tmp_path / "here").exists():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
    waiting.cancel()
    outcome = await waiting
    assert outcome.stopped
    assert not is_running(int((tmp_path / "here").read_text()))


async def test_who_is_cancelled_while_the_program_starts_ends_it_too(tmp_path: Path):
    task = asyncio.create_task(run(("/bin/sleep", "600"), tmp_path, timeout=60, output=1000))
    await asyncio.sleep(0)  # it has begun, and the program has not
    await asyncio.sleep(0)
    task.cancel()
    outcome = await task
    assert (outcome.stopped, outcome.exit_code) == (True, -15)
