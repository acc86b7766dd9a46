"""Run the fuzzing targets for a while: `python fuzz --seconds 600 --jobs 2 [--only NAME]…`.

Each target runs in a process of its own, from its seeds alone, with a bound on its memory. Prints one row
for each, writes the same to FOLDER/figures.md and figures.json, and ends with 1 where there are findings or
a target did not run to its end. Inputs with findings lie in FOLDER/findings.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from inputs import dictionary, seeds, target_names

HERE: Final = Path(__file__).resolve().parent
MEMORY_MB: Final = 1_500
MAX_INPUT: Final = 1_000_000
HANGS_AFTER: Final = 300
"""Seconds of wall time for one input: for what the bound on processor time cannot break off."""
GRACE: Final = 360
"""Seconds that a target may overrun its time before it is ended."""
MAX_STARTS: Final = 5
_PROGRESS: Final = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)/")
_RUNS: Final = re.compile(r"stat::number_of_executed_units: (\d+)|^#(\d+)\t", re.MULTILINE)
COLUMNS: Final = ("target", "executions", "per CPU s", "wall s", "CPU s", "features", "corpus", "findings")


@dataclass(slots=True)
class Figures:
    """What a run of one target came to. `faults` are starts that did not end by themselves."""

    target: str
    executions: int = 0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    features: int = 0
    corpus: int = 0
    findings: int = 0
    faults: int = 0

    def row(self) -> tuple[str, ...]:
        rate = self.executions / self.cpu_seconds if self.cpu_seconds else 0.0
        wall, cpu = f"{self.wall_seconds:.0f}", f"{self.cpu_seconds:.0f}"
        found = f"{self.findings}" + (f" and {self.faults} faults" if self.faults else "")
        return (
            self.target,
            f"{self.executions:,}",
            f"{rate:,.0f}",
            wall,
            cpu,
            f"{self.features:,}",
            f"{self.corpus:,}",
            found,
        )


@dataclass(frozen=True, slots=True)
class Bench:
    """Where one target's files lie while it runs."""

    name: str
    folder: Path
    findings: Path

    def prepare(self) -> None:
        for folder in (self.folder / "corpus", self.folder / "seeds", self.findings):
            folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds(self.name)):
            (self.folder / "seeds" / f"{number:04}").write_bytes(seed)
        lines = (f'"{"".join(map(_escaped, word))}"\n' for word in dictionary(self.name))
        (self.folder / "words").write_text("".join(lines))

    def command(self, seconds: int) -> list[str]:
        return [
            sys.executable,
            str(HERE / "target.py"),
            self.name,
            str(self.findings),
            f"-max_total_time={seconds}",
            f"-timeout={HANGS_AFTER}",
            f"-report_slow_units={HANGS_AFTER}",  # by wall time, which says nothing of a busy machine
            f"-rss_limit_mb={MEMORY_MB}",
            f"-max_len={MAX_INPUT}",
            f"-dict={self.folder / 'words'}",
            f"-artifact_prefix={self.findings}/",
            "-print_final_stats=1",
            str(self.folder / "corpus"),
            str(self.folder / "seeds"),
        ]


def _escaped(byte: int) -> str:
    """Return a byte as libFuzzer's dictionaries write it."""
    return f"\\x{byte:02x}" if byte in b'"\\' or not 0x20 <= byte < 0x7F else chr(byte)


def run_target(name: str, seconds: int, findings: Path) -> Figures:
    """Run one target for `seconds`, from anew where a hard fault ends it before."""
    figures = Figures(name)
    begun, wall_begun = time.time(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"fuzz-{name}-") as folder:
        bench = Bench(name, Path(folder), findings / name)
        bench.prepare()
        for _ in range(MAX_STARTS):
            left = int(seconds - (time.monotonic() - wall_begun))
            if left <= 0 or _run_once(bench, left, figures) == 0:
                break
            figures.faults += 1
    figures.wall_seconds = round(time.monotonic() - wall_begun, 1)
    figures.findings = len(_new_findings(findings / name, begun))
    return figures


def _new_findings(folder: Path, since: float) -> list[Path]:
    """Return the inputs that were kept since then."""
    kept = (path for path in folder.iterdir() if path.suffix != ".txt")
    return sorted(path for path in kept if path.stat().st_mtime >= since - 1)


def _run_once(bench: Bench, seconds: int, figures: Figures) -> int:
    """Run the target's process to its end, add up what it did, and return its exit code."""
    log = bench.folder / "log"
    with log.open("wb") as output:
        child = subprocess.Popen(bench.command(seconds), stdout=output, stderr=output, start_new_session=True)
        _give_way(child.pid)
        code, cpu_seconds = _awaited(child, seconds + GRACE)
    text = log.read_text(errors="replace")
    figures.cpu_seconds = round(figures.cpu_seconds + cpu_seconds, 1)
    figures.executions += max((int(a or b) for a, b in _RUNS.findall(text)), default=0)
    if progress := _PROGRESS.findall(text):
        figures.features, figures.corpus = int(progress[-1][1]), int(progress[-1][2])
    if code:
        (bench.findings / "last-fault.txt").write_text(text[-20_000:])
    return code


def _give_way(pid: int) -> None:
    """Let a process of a session of its own wait for everything else: `nice` counts within a session only.

    Linux shares the processors out among sessions first, where that is switched on.
    """
    with suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text("19")


def _awaited(child: subprocess.Popen[bytes], seconds: float) -> tuple[int, float]:
    """Return the exit code of a process and its processor time; it is ended after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return child.returncode, usage.ru_utime + usage.ru_stime
        if time.monotonic() > deadline or _stopping:
            os.killpg(child.pid, signal.SIGKILL)
        time.sleep(0.2)


_stopping: list[bool] = []


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown, its figures to the right."""
    cells = [COLUMNS, *rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(COLUMNS))]
    lines = ["| " + " | ".join(_aligned(row, widths)) + " |" for row in cells]
    rule = "|".join(
        "-" * (width + 2) if at == 0 else "-" * (width + 1) + ":" for at, width in enumerate(widths)
    )
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]]) + "\n"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    return (row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)))


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(prog="fuzz", description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seconds", type=int, default=600, help="how long each target runs")
    options.add_argument("--jobs", type=int, default=2, help="how many run side by side")
    options.add_argument("--only", nargs="*", choices=target_names(), help="these targets only")
    options.add_argument(
        "--folder", type=Path, default=HERE.parent / "var" / "fuzz", help="where findings go"
    )
    return options.parse_args()


def main() -> int:
    """Run what is asked for, and tell of each as it ends."""
    asked = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    names = asked.only or target_names()
    done: list[Figures] = []
    with ThreadPoolExecutor(asked.jobs) as pool:
        runs = [pool.submit(run_target, name, asked.seconds, asked.folder / "findings") for name in names]
        try:
            for run in runs:
                done.append(run.result())
                print("\t".join(done[-1].row()), file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            _stopping.append(True)
            pool.shutdown(cancel_futures=True)
            return 130
    return report(done, asked.folder)


def report(done: Sequence[Figures], folder: Path) -> int:
    """Print and write the figures; return 1 where something was found."""
    text = table(figures.row() for figures in done)
    (folder / "figures.md").write_text(text)
    (folder / "figures.json").write_text(json.dumps([asdict(figures) for figures in done], indent=1) + "\n")
    print(text, end="")
    bad = [figures.target for figures in done if figures.findings or figures.faults]
    if bad:
        print(f"\nFindings in {', '.join(bad)}: see {folder / 'findings'}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
