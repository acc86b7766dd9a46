"""How the second generator's alerts look: pagers, old monitors, chat lines, machine output."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

Dressed = tuple[str, str, dict[str, str]]


def dressed(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    """Title, text and labels of an alert that says `first` and `more`, in one of eight shapes."""
    return rng.choice(_SHAPES)(rng, service, first, more)


def _pager(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    title = f"[#{rng.randint(10_000, 99_999)}] TRIGGERED: {first}"
    labels = {"urgency": rng.choice(("high", "low")), "service": service, "policy": "default"}
    return title, "\n".join(more), labels


def _hosted_monitor(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    labels = {
        "tags": f"env:prod,service:{service},team:{rng.choice(('a', 'b', 'core'))}",
        "monitor": str(rng.randint(10**6, 10**7)),
    }
    return f"[P{rng.randint(1, 3)}] [Triggered] {service}: {first}", " - ".join(more), labels


def _old_monitor(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    host = rng.choice(("web01", "app-3", f"{service}.acme.lan"))
    check = rng.choice(("HTTP", "e2e", "queue", "API"))
    text = f"Info: {first} {' / '.join(more)}".strip()
    return (
        f"** PROBLEM Service Alert: {host}/{check} is CRITICAL **",
        text,
        {"hostname": host, "servicedesc": check},
    )


def _uptime(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    return (
        f"[{service}] [Down] {first}",
        "; ".join(more),
        {"monitor_type": rng.choice(("http", "keyword", "json-query"))},
    )


def _chat(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    name = rng.choice(("jule", "pablo", "mina", f"{service}-hotline"))
    return first, f"{name}: {'. '.join(more)}" if more else "", {}


def _machine(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    body = {"svc": service, "msg": first, "notes": list(more), "seq": rng.randint(1, 9999)}
    return f"{service} alarm", json.dumps(body, ensure_ascii=False), {"source": "logwatch"}


def _cloud_alarm(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    labels = {
        "AlarmName": f"{service}-{rng.choice(('5xx', 'latency', 'depth'))}",
        "Region": rng.choice(("EU (Frankfurt)", "EU (Spain)")),
    }
    return (
        f'ALARM: "{labels["AlarmName"]}" in {labels["Region"]}',
        f"{first}. {' '.join(more)}".strip(),
        labels,
    )


def _error_group(rng: Random, service: str, first: str, more: Sequence[str]) -> Dressed:
    labels = {"project": service, "culprit": rng.choice(("tasks.send", "views.submit", "worker.loop"))}
    return first[:90], "\n".join([f"seen {rng.randint(12, 9000)} times", *more]), labels


_SHAPES: Final[tuple[Callable[[Random, str, str, Sequence[str]], Dressed], ...]] = (
    _pager,
    _hosted_monitor,
    _old_monitor,
    _uptime,
    _chat,
    _machine,
    _cloud_alarm,
    _error_group,
)
