"""What probes find, in sentences: of a round, of the evidence of trouble, of a single check. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Final

from statusherd.model.incidents import Finding
from statusherd.model.probes import Probe, ProbeKind, ProbeResult, Stage
from statusherd.watch.anomaly import Sums
from statusherd.watch.usual import Usual

_TIMES: Final = ("", "", "twice", "three times", "four times", "five times", "six times", "seven times",
                 "eight times", "nine times", "ten times")  # fmt: skip
_WITHIN_REACH: Final = 0.1
"""4.9 times is five times to anybody."""
_ORDER: Final = tuple(Stage)


def as_round(attempts: Sequence[ProbeResult], at: datetime) -> ProbeResult:
    """Return the attempts of a round (one at least) as one result that is dated `at`."""
    first = attempts[0]
    counted = [each for each in attempts if each.counts]
    good = [each.latency_ms for each in counted if each.latency_ms is not None]
    failed = [each for each in counted if not each.ok]
    told = failed or [each for each in attempts if not each.ok] or list(attempts)
    detail, _ = Counter(each.detail for each in told).most_common(1)[0]
    stage = max((each.stage for each in told if each.detail == detail), key=_ORDER.index)
    return ProbeResult(
        first.vendor,
        first.probe,
        at,
        ok=bool(counted) and 2 * len(failed) < len(counted),
        latency_ms=round(median(good), 3) if good else None,
        stage=stage,
        detail=detail,
        attempts=len(counted),
        failed=len(failed),
        counts=bool(counted),
        stages_ms=_stages(counted),
    )


def _stages(counted: Sequence[ProbeResult]) -> dict[Stage, float]:
    good = [each.stages_ms for each in counted if each.ok]
    found = {stage: [each[stage] for each in good if stage in each] for stage in Stage}
    return {stage: round(median(each), 3) for stage, each in found.items() if each}


def evidence(probe: Probe, lately: Sequence[ProbeResult], usual: Usual, sums: Sums) -> str:
    """Return what speaks for trouble; `lately` are the rounds since something was unusual, oldest first."""
    rounds = "1 probe" if len(lately) == 1 else f"{len(lately)} probes"
    if sums.fails or not sums.slower:
        failed, attempts = sum(each.failed for each in lately), sum(each.attempts for each in lately)
        why = next((each.detail for each in reversed(lately) if each.failed), "")
        told = f" ({why})" if why else ""
        return f"{probe.asks}: {failed} of {attempts} attempts failed in {rounds}{told}"
    # The first rounds may have been half of it: the middle of all is what was felt.
    latency = median(each.latency_ms for each in lately if each.latency_ms is not None)
    return f"{probe.asks} answers in {ms(latency)}, {_compared(latency, usual)} ({rounds})"


def _compared(latency: float, usual: Usual) -> str:
    normal = usual.latency_ms or latency
    times = int(latency / normal + _WITHIN_REACH)
    if times < 2:
        return f"usually {ms(normal)}"
    word = _TIMES[times] if times < len(_TIMES) else f"{times:,} times"
    return f"{word} its usual {ms(normal)}"


def finding(probe: Probe, found: ProbeResult, usual: Usual | None) -> Finding:
    """Return what a single attempt found, beside what is usual where that is known."""
    normal = usual.latency_ms if usual is not None and usual.is_known else None
    if found.ok:
        beside = f" (usually {ms(normal)})" if normal is not None else ""
        result = found.detail if probe.kind is ProbeKind.HTTP else f"well, {found.detail},"
        text = f"{probe.asks}: {result} after {ms(found.latency_ms or 0.0)}{beside}"
    else:
        well = _well(probe)
        beside = f" (usually {well} in {ms(normal)})" if normal is not None else ""
        spent = sum(found.stages_ms.values())
        text = f"{probe.asks}: {found.detail}{f' after {ms(spent)}' if _says_when(found) else ''}{beside}"
    return Finding(probe.vendor, text, ok=found.ok, at=found.at)


def _says_when(found: ProbeResult) -> bool:
    return " within " not in found.detail and bool(found.stages_ms)


def _well(probe: Probe) -> str:
    if probe.kind is not ProbeKind.HTTP:
        return "well"
    return str(probe.expect_status[0]) if probe.expect_status else "200"


def ms(milliseconds: float) -> str:
    """Return "450 ms", "2,300 ms", "0.7 ms"."""
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:,.0f} ms"
